/*
 * HTTP/1.1: libmicrohttpd with one thread for each connection, so that a call which waits for the store, a disk or a
 * latency fault does not delay others.
 *
 * A request has at most 64 headers and 32 KiB of head; its body has the limit of its operation.
 */
#ifndef BL_HTTP1_H
#define BL_HTTP1_H

#include <sys/socket.h>

#include "cmd/bflocal/http/exchange.h"

struct MHD_Daemon;

/* NULL: it cannot be started. It listens nowhere: connections come through bl_http1_add. */
struct MHD_Daemon *bl_http1_start(struct bl_exchanges *all, unsigned connections) BF_MUST;

/* Serves a connection, and closes it in every case. */
void bl_http1_add(struct MHD_Daemon *daemon, int fd, const struct sockaddr *peer, socklen_t n);

/* No more connections can be served at present. */
bool bl_http1_full(void);

void bl_http1_stop(struct MHD_Daemon *daemon);

#endif
