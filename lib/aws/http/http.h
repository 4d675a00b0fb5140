/*
 * The HTTP engine: one libcurl multi handle, its connections, and exchanges
 * (one request, one answer) that run on it side by side. It knows nothing of
 * AWS. Connections are kept and used again, HTTP/2 is spoken where the server
 * offers it over TLS, redirects are never followed.
 *
 * The owner fills the request half of a struct bf_http_exchange, starts it, and
 * finds it again with bf_http_next when it has ended. Everything that the
 * request half points to must stay until then. An exchange is used again and
 * again: it keeps its easy handle and its buffers.
 */
#ifndef BF_AWS_HTTP_HTTP_H
#define BF_AWS_HTTP_HTTP_H

#include <curl/curl.h>

#include "lib/base/str.h"

enum { BF_HTTP_LINES = 48 };

struct bf_http {
    CURLM *multi;
    const char *ca_bundle; /* NULL: the system's */
    bool stop_seen;        /* a signal has been reported once */
};

struct bf_http_exchange {
    /* the request */
    const char *method;
    const char *url;
    const char *lines[BF_HTTP_LINES]; /* "name: value" */
    size_t nlines;
    struct bf_str body; /* or, with body_fd > 0, from there */
    int body_fd;
    uint64_t body_offset, body_length;
    uint64_t timeout_ms; /* for the whole exchange; 0: none, but see stall_s */
    uint64_t stall_s;    /* gives up when nothing moves for so long; 0: never */
    uint64_t answer_ms;  /* from the first byte of the answer to its last; 0: as long as it moves */
    uint64_t max_answer; /* bytes */
    bool direct;         /* never through a proxy */
    bool (*sink)(void *arg,
                 struct bf_str piece); /* takes the body of a 2xx answer; false cancels */
    void *sink_arg;

    /* the answer */
    int status;            /* 0: none came */
    struct bf_buf head;    /* header lines as received, those of the last answer */
    struct bf_buf body_in; /* what the sink did not take */
    bool sunk;             /* the sink has taken at least one piece */
    bool cancelled;        /* by the sink */
    bool late;             /* answer_ms was over */
    CURLcode result;       /* CURLE_OK: the answer is complete */

    /* the engine's */
    CURL *easy;
    struct curl_slist nodes[BF_HTTP_LINES];
    uint64_t body_sent;
    int64_t begun_ms; /* when the answer began; 0: not yet */
    int mode;
    char *url_set;
    char error[CURL_ERROR_SIZE];
};

BF_MUST bool bf_http_init(struct bf_http *h, const char *ca_bundle, struct bf_err *e);
void bf_http_free(struct bf_http *h);

/* Closes all connections. No exchange may be running. */
BF_MUST bool bf_http_reconnect(struct bf_http *h, struct bf_err *e);

/* Before its first use, and when it is no longer used (not while it runs: drop it first). */
void bf_http_exchange_init(struct bf_http_exchange *x);
void bf_http_exchange_free(struct bf_http_exchange *x);

/* Starts it; the network is touched by the next bf_http_wait or bf_http_next. */
BF_MUST bool bf_http_start(struct bf_http *h, struct bf_http_exchange *x, struct bf_err *e);

/* Ends it unfinished; its connection is closed. */
void bf_http_drop(struct bf_http *h, struct bf_http_exchange *x);

/* Bytes of the exchange that runs, both ways, heads included: what changes while something moves. */
uint64_t bf_http_moved(const struct bf_http_exchange *x);

/* Waits until the network moves, fd (-1: none) is readable, the first signal (bf_stop_fd) arrives, or
 * timeout_ms is over. */
BF_MUST bool bf_http_wait(struct bf_http *h, int timeout_ms, int fd, bool *readable,
                          struct bf_err *e);

/* Moves what can be moved without waiting. */
BF_MUST bool bf_http_perform(struct bf_http *h, struct bf_err *e);

/* An exchange that has ended and is no longer the engine's, NULL when there is none. */
struct bf_http_exchange *bf_http_next(struct bf_http *h);

/* A header of the answer by its lower-case name, trimmed; empty when it is not there. */
struct bf_str bf_http_header(const struct bf_http_exchange *x, const char *name);

/* Says why there is no complete answer; BF_E_NETWORK when the same request may have a chance a little
 * later. host is whom we spoke to. */
void bf_http_explain(const struct bf_http_exchange *x, const char *host, struct bf_err *e);

#endif
