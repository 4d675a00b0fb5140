/*
 * A request as it arrived. Views live as long as the call that it belongs to
 * (call.h).
 */
#ifndef BL_REQUEST_H
#define BL_REQUEST_H

#include "lib/aws/sign/sigv4.h"

enum { BL_HEADERS_MAX = BF_SIGV4_HEADERS };

struct bl_request {
    struct bf_str method;
    struct bf_str path;  /* as on the wire, without the query */
    struct bf_str query; /* as on the wire, without the question mark */
    struct bf_sigv4_header headers[BL_HEADERS_MAX];
    size_t nheaders;
    struct bf_str body; /* empty when a sink took it */
    bool loopback;      /* the peer is on this machine */
};

/* A header by its lower-case name; p == NULL: it is not there. */
struct bf_str bl_request_header(const struct bl_request *r, const char *name);

#endif
