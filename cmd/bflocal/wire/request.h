/*
 * A received request. Views live as long as its call (call.h).
 */
#ifndef BL_REQUEST_H
#define BL_REQUEST_H

#include "lib/aws/sign/sigv4.h"

enum { BL_HEADERS_MAX = BF_SIGV4_HEADERS };

struct bl_request {
    struct bf_str method;
    struct bf_str path;  /* as sent, without the query */
    struct bf_str query; /* as sent, without the question mark */
    struct bf_sigv4_header headers[BL_HEADERS_MAX];
    size_t nheaders;
    struct bf_str body; /* empty if a sink received it */
    bool loopback;      /* the client is on this machine */
};

/* A header by its lower-case name; p == NULL if it is absent. */
struct bf_str bl_request_header(const struct bl_request *r, const char *name);

#endif
