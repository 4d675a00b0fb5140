/*
 * The HTTP server: accepts connections, and gives each to HTTP/1.1 (http1.h) or HTTP/2 (http2.h) by its first bytes.
 */
#ifndef BL_SERVER_H
#define BL_SERVER_H

#include "cmd/bflocal/http/call.h"

struct bl_server;

/* Starts to serve on fd and owns it from then on. */
struct bl_server *bl_server_start(struct bl_local *l, int fd, struct bf_err *e) BF_MUST;

/* Stops accepting, waits for the calls in flight (at most 5 s), and closes. */
void bl_server_stop(struct bl_server *s);

#endif
