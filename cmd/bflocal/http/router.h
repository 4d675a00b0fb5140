/*
 * Which service, which operation: by X-Amz-Target for the JSON protocols, by
 * path for control calls (/_bflocal/...), by the service that the request is
 * signed for; everything else is S3.
 *
 * The server calls bl_router_begin when the headers are there, which sets the
 * body's limit or sink, and bl_router_finish when the body is.
 */
#ifndef BL_ROUTER_H
#define BL_ROUTER_H

#include "cmd/bflocal/http/call.h"

/* False: the answer is set already, the body is not wanted. *max_body is the limit of a collected
 * body. */
bool bl_router_begin(struct bl_call *c, size_t *max_body);
void bl_router_finish(struct bl_call *c);

/* The body passed its limit; there are more headers than are taken. */
void bl_router_too_large(struct bl_call *c);
void bl_router_head_too_large(struct bl_call *c);

#endif
