/*
 * The requests of one HTTP/2 connection: nghttp2's call-backs fill their exchanges, and bl_h2_answer_next runs the
 * calls and hands the answers to nghttp2.
 */
#ifndef BL_HTTP2_STREAM_H
#define BL_HTTP2_STREAM_H

#include <nghttp2/nghttp2.h>

#include "cmd/bflocal/http/exchange.h"

/* The user data of the nghttp2 session. */
struct bl_h2_session {
    struct bl_exchanges *exchanges;
    bool loopback;
    void *owner;               /* of the connection */
    struct bl_h2_stream *open; /* all requests */
    struct bl_h2_stream *ready,
        **last;               /* the complete ones, in order; last is NULL if there is none */
    nghttp2_session *session; /* known from the first request on */
};

void bl_h2_callbacks(nghttp2_session_callbacks *callbacks);

/* Runs the next complete request and submits its answer. False: there is none. */
bool bl_h2_answer_next(struct bl_h2_session *s);

/* Ends the requests that the connection's end has left open. */
void bl_h2_end(struct bl_h2_session *s);

#endif
