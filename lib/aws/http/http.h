/*
 * The HTTP engine: one libcurl multi handle, its connections, and concurrent exchanges (one
 * request, one answer). It knows nothing of AWS. Connections are reused, HTTP/1.1 is used,
 * redirects are not followed.
 *
 * The owner fills the request half of a struct bf_http_exchange, starts it, and gets it back from
 * bf_http_next when it has ended. Everything that the request half points to must stay valid until
 * then. An exchange can be reused: it keeps its easy handle and its buffers.
 */
#ifndef BF_AWS_HTTP_HTTP_H
#define BF_AWS_HTTP_HTTP_H

#include <curl/curl.h>

#include "lib/base/str.h"

enum { BF_HTTP_LINES = 48 };

struct bf_http {
    CURLM *multi;
    const char *ca_bundle; /* NULL: the system's */
    char agent[100];       /* the header User-Agent */
    bool stop_seen;        /* a signal has been reported */
};

struct bf_http_exchange {
    /* the request */
    const char *method;
    const char *url;
    const char *lines[BF_HTTP_LINES]; /* "name: value" */
    size_t nlines;
    struct bf_str body; /* or, with body_fd > 0, body_length bytes of that file */
    int body_fd;
    uint64_t body_offset, body_length;
    uint64_t timeout_ms; /* for the whole exchange; 0: none, but see stall_s */
    uint64_t stall_s;    /* gives up after this time without progress; 0: never */
    uint64_t answer_ms;  /* from the first to the last byte of the answer; 0: unlimited while it
                          * makes progress */
    uint64_t max_answer; /* bytes */
    bool direct;         /* never use a proxy */
    bool (*sink)(void *arg,
                 struct bf_str piece); /* receives the body of a 2xx answer; false cancels */
    void *sink_arg;

    /* the answer */
    int status;            /* 0: no answer */
    struct bf_buf head;    /* the header lines of the last answer, as received */
    struct bf_buf body_in; /* the body, unless the sink has received it */
    bool sunk;             /* the sink has received at least one piece */
    bool cancelled;        /* by the sink */
    bool late;             /* answer_ms was exceeded */
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

/* app_id, which may be empty, becomes part of User-Agent. */
BF_MUST bool bf_http_init(struct bf_http *h, const char *ca_bundle, const char *app_id,
                          struct bf_err *e);
void bf_http_free(struct bf_http *h);

/* Closes all connections. No exchange may be running. */
BF_MUST bool bf_http_reconnect(struct bf_http *h, struct bf_err *e);

/* Call init before the first use. Call free only while it is not running: drop it first. */
void bf_http_exchange_init(struct bf_http_exchange *x);
void bf_http_exchange_free(struct bf_http_exchange *x);

/* Starts it; I/O happens in the next bf_http_wait or bf_http_next. */
BF_MUST bool bf_http_start(struct bf_http *h, struct bf_http_exchange *x, struct bf_err *e);

/* Aborts it; its connection is closed. */
void bf_http_drop(struct bf_http *h, struct bf_http_exchange *x);

/* The bytes of a running exchange so far, both directions, headers included. It grows while there
 * is progress. */
uint64_t bf_http_moved(const struct bf_http_exchange *x);

/* Waits until the network is ready, fd (-1: none) is readable, the first signal (bf_stop_fd)
 * arrives, or timeout_ms is over. */
BF_MUST bool bf_http_wait(struct bf_http *h, int timeout_ms, int fd, bool *readable,
                          struct bf_err *e);

/* Does the I/O that is possible without waiting. */
BF_MUST bool bf_http_perform(struct bf_http *h, struct bf_err *e);

/* The next exchange that has ended, which belongs to its owner again; NULL if there is none. */
struct bf_http_exchange *bf_http_next(struct bf_http *h);

/* A header of the answer by its lower-case name, trimmed; empty if it is missing. */
struct bf_str bf_http_header(const struct bf_http_exchange *x, const char *name);

/* Sets *e to the reason why there is no complete answer; BF_E_NETWORK if the same request may
 * succeed a little later. host is the name of the server. */
void bf_http_explain(const struct bf_http_exchange *x, const char *host, struct bf_err *e);

#endif
