/* Shared by the engine's files: put_take.c adds lines, put_send.c sends them, put_left.c handles undelivered ones. */
#ifndef BF_AWS_PUT_PUT_IMPL_H
#define BF_AWS_PUT_PUT_IMPL_H

#include "lib/aws/put/put.h"
#include "lib/base/rng.h"

/* A line that waits for its key or for room. */
struct waiting {
    struct waiting *next;
    uint32_t slot;
    uint64_t line; /* its number */
    int64_t since_ms;
    bool made; /* data is an entry's text, head is empty */
    size_t counted;
    size_t head_n, data_n;
    char bytes[]; /* head, data */
};

struct queue {
    struct waiting *head, *tail;
};

enum { SLOTS = 65536, NO_SLOT = SLOTS, LINE_MAX_BYTES = 16 * 1024 * 1024 };

struct slot {
    struct queue queue;
    bool busy;
};

enum fate { FAILED, DELIVERED, REJECTED, MOVED };

struct entry {
    size_t at, n; /* in the batch's body */
    size_t counted;
    uint32_t slot;
    uint64_t line;
    enum fate fate; /* as the last answer says */
};

enum batch_state { FREE, FILLING, READY, FLYING };

struct batch {
    struct bf_put *put;
    enum batch_state state;
    struct bf_aws_call call;
    struct bf_buf body;
    size_t begin; /* length of the part before the entries */
    struct entry *entries;
    size_t n;
    size_t bytes;       /* as the service counts them */
    int64_t since_ms;   /* when its oldest line was read */
    int64_t due_ms;     /* READY: not before */
    int64_t failing_ms; /* since when it has made no progress; 0: it makes progress */
    unsigned failures;
    bool throttled;
    struct bf_err why; /* of the entry that failed last */
};

struct bf_put {
    const struct bf_put_settings *settings;
    const struct bf_put_target *target;
    const struct bf_put_service *service;
    struct bf_aws *aws;
    struct bf_rejects rejects;
    struct bf_progress progress;
    struct bf_rng rng;
    struct batch *batches;
    struct entry *entries; /* of all batches */
    size_t nbatches;
    struct batch *filling;
    struct slot *slots;
    struct queue ready; /* have their slot and wait for room */
    size_t waiting, waiting_bytes;
    size_t max_bytes;      /* of a request; the target's limit until the service has refused it */
    size_t flying, window; /* requests in flight, and their maximum */
    size_t clean;          /* answers without throttling since the window was changed */
    bool contact;          /* the service has answered at least once */
    bool failed;           /* see err: nothing more can be delivered */
    struct bf_err err;
    struct bf_err refused; /* --strict: the first rejected line */
    uint64_t records, bytes;
};

/* put_take.c: moves waiting lines into requests; stops filling the current request. */
void bf_put_drain(struct bf_put *p);
void bf_put_close_filling(struct bf_put *p);

/* The entry of this slot is settled: the next one of its key may be sent. */
void bf_put_release(struct bf_put *p, uint32_t slot);

/* Moves an entry back to those that wait for room; it keeps its slot. False: out of memory. */
bool bf_put_take_back(struct bf_put *p, const struct batch *b, const struct entry *en);

/* put_left.c: the line from which an entry, or a waiting line, was made; false: out of memory. */
bool bf_put_entry_line(const struct batch *b, const struct entry *en, struct bf_buf *out);
bool bf_put_waiting_line(const struct bf_put *p, const struct waiting *w, struct bf_buf *out);

#endif
