/*
 * HTTP/2 without TLS, by nghttp2: what AWS's SDK for JavaScript speaks to Kinesis by default, with prior knowledge
 * (RFC 9113 section 3.3). One thread for each connection; the calls of a connection run one after another, in the
 * order in which they were complete.
 *
 * A request has at most 64 headers and 32 KiB of head; its body has the limit of its operation. A connection has at
 * most 1,000 requests at once.
 */
#ifndef BL_HTTP2_H
#define BL_HTTP2_H

#include "cmd/bflocal/http/exchange.h"

struct bl_http2 {
    struct bl_exchanges *exchanges;
    pthread_mutex_t mutex;
    pthread_cond_t empty;
    struct bl_http2_connection *first;
    size_t n;
};

void bl_http2_init(struct bl_http2 *all, struct bl_exchanges *exchanges);

/* Serves a connection whose first bytes are "PRI", and closes it in every case. */
void bl_http2_add(struct bl_http2 *all, int fd, bool loopback);

/* Closes all connections and waits for their threads. */
void bl_http2_stop(struct bl_http2 *all);

#endif
