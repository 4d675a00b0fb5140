/*
 * HTTP/1.1: libmicrohttpd with one thread for each connection, so that a call which waits for the store, a disk or a
 * latency fault does not delay others.
 *
 * A request has at most 64 headers and 32 KiB of head; its body has the limit of its operation.
 */
#ifndef BL_HTTP1_H
#define BL_HTTP1_H

#include <stdatomic.h>
#include <sys/socket.h>

#include "cmd/bflocal/http/exchange.h"

struct bl_http1 {
    struct MHD_Daemon *daemon;
    unsigned most; /* connections at once */
    atomic_uint
        taken; /* of them; libmicrohttpd's own count is late, since connections wait in a queue first */
};

/* It listens nowhere: connections come through bl_http1_add. */
bool bl_http1_start(struct bl_http1 *all, struct bl_exchanges *exchanges, unsigned most) BF_MUST;

/* Serves a connection, and closes it in every case. */
void bl_http1_add(struct bl_http1 *all, int fd, const struct sockaddr *peer, socklen_t n);

/* No more connections can be served at present. */
bool bl_http1_full(struct bl_http1 *all);

void bl_http1_stop(struct bl_http1 *all);

#endif
