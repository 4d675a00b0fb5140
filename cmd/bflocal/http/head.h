/*
 * What a head of HTTP/1.1 must not have (RFC 9112 sections 3.2, 5.1, 6.3; RFC 9110 section 5.5). libmicrohttpd is more lenient: two
 * servers that read such a head in different ways can be played off against each other, so each of them has to refuse it.
 */
#ifndef BL_HEAD_H
#define BL_HEAD_H

#include "cmd/bflocal/wire/request.h"

struct bl_head_fault {
    int status;       /* 0: the head is well formed */
    const char *text; /* what is wrong */
};

/* version: of the request line, "HTTP/1.1". */
struct bl_head_fault bl_head_check(const struct bl_request *r, const char *version);

#endif
