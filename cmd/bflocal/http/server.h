/*
 * The HTTP server: libmicrohttpd, one thread a connection, so that a call may
 * wait for the store, a disk or a latency fault and hold up nobody else.
 *
 * Requests are bounded: 64 headers, 32 KiB of request head, a body as large as
 * its operation takes. Calls (struct bl_call) are kept and used again, with
 * their buffers while those are small.
 */
#ifndef BL_SERVER_H
#define BL_SERVER_H

#include "cmd/bflocal/http/call.h"

struct bl_server;

/* Binds host:port (0: a free one) without accepting yet; *port is what it got. */
bool bl_server_listen(const char *host, uint16_t *port, int *fd, struct bf_err *e) BF_MUST;

/* Starts to serve on fd, which is taken. */
struct bl_server *bl_server_start(struct bl_local *l, int fd, struct bf_err *e) BF_MUST;

/* Accepts no more, lets the calls in flight finish (5 s at most), closes. */
void bl_server_stop(struct bl_server *s);

#endif
