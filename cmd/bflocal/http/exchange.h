/*
 * One exchange of a request and its answer, as the servers see it: over HTTP/1.1 (server.h) and over HTTP/2
 * (http2.h). Exchanges are used again, with their buffers unless those are large.
 *
 * The order of the calls: new, path, header for each header, begin, receive for each piece of the body, finish,
 * and end after the answer has been sent or the connection was lost. An exchange belongs to one thread.
 */
#ifndef BL_EXCHANGE_H
#define BL_EXCHANGE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "cmd/bflocal/http/call.h"

enum { BL_HEAD_BYTES = 32 * 1024 /* a request's head, with its path */ };

struct bl_exchange {
    struct bl_call call; /* first: services see only this member */
    struct bl_exchanges *all;
    struct bl_exchange *next; /* in the list of kept ones */
    size_t max_body;
    bool begun;    /* bl_exchange_begin was called */
    bool refused;  /* the body is too large: the answer is set, the rest is dropped */
    bool answered; /* the server has the answer in hand */
};

struct bl_exchanges {
    struct bl_local *local;
    pthread_mutex_t mutex;
    pthread_cond_t idle;
    struct bl_exchange *kept;
    size_t nkept, in_flight;
    atomic_bool stopping; /* written under the lock, read without it */
};

void bl_exchanges_init(struct bl_exchanges *all, struct bl_local *l);

/* Waits until no exchange is in flight, at most 5 s. Those that end from now on are the last of their connections. */
void bl_exchanges_stop(struct bl_exchanges *all);
void bl_exchanges_free(struct bl_exchanges *all);

/* NULL: out of memory. */
struct bl_exchange *bl_exchange_new(struct bl_exchanges *all) BF_MUST;

/* Copies the request's target, as it was sent, into the call. */
void bl_exchange_target(struct bl_exchange *x, struct bf_str target);

/* Adds a header, whose name is stored in lower case, so that a look-up compares bytes. value has to live as long as
 * the exchange. False: there are too many, and x->call.failed is set. */
bool bl_exchange_header(struct bl_exchange *x, struct bf_str name, struct bf_str value);

/* The request's head is complete. False: the answer is set already, and the body is not wanted. */
bool bl_exchange_begin(struct bl_exchange *x, struct bf_str method, bool loopback);

/* Sets an answer to a request that is not looked at. */
void bl_exchange_refuse(struct bl_exchange *x, int status, const char *text);

/* A piece of the body. */
void bl_exchange_receive(struct bl_exchange *x, struct bf_str piece);

/* The body is complete: runs the call. */
void bl_exchange_finish(struct bl_exchange *x);

/* The milliseconds of the answer's Date. */
int64_t bl_exchange_date(const struct bl_exchange *x);

/* Reads the answer's body from byte `at`: the number of bytes, 0 at its end, -1 where a fault cuts it or the file
 * cannot be read. */
ssize_t bl_exchange_body(struct bl_exchange *x, uint64_t at, void *to, size_t max);
uint64_t bl_exchange_length(const struct bl_exchange *x);

void bl_exchange_end(struct bl_exchange *x);

#endif
