/*
 * The HTTP server: libmicrohttpd with one thread for each connection, so that a call
 * which waits for the store, a disk or a latency fault does not delay others.
 *
 * Requests are bounded: 64 headers, 32 KiB of request head, and the body limit of the
 * operation. Calls (struct bl_call) are used again, with their buffers unless those
 * are large.
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
