/*
 * Chooses service and operation of a request: by X-Amz-Target for the JSON protocols,
 * by path for control calls (/_bflocal/...), and by the service that the request is
 * signed for. Every other request is for S3.
 *
 * The server calls bl_router_begin after the headers, which sets the body's limit or
 * sink, and bl_router_finish after the body.
 */
#ifndef BL_ROUTER_H
#define BL_ROUTER_H

#include "cmd/bflocal/http/call.h"

/* False: the answer is set already, and the body is not wanted. *max_body is the limit of a
 * collected body. */
bool bl_router_begin(struct bl_call *c, size_t *max_body);
void bl_router_finish(struct bl_call *c);

/* The answer to a body beyond its limit, and to too many headers. */
void bl_router_too_large(struct bl_call *c);
void bl_router_head_too_large(struct bl_call *c);

#endif
