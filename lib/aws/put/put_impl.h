/* What the engine's files share: put_take.c takes lines in, put_send.c sends them, put_left.c has what is left over. */
#ifndef BF_AWS_PUT_PUT_IMPL_H
#define BF_AWS_PUT_PUT_IMPL_H

#include "lib/aws/put/put.h"
#include "lib/base/rng.h"

/* A line that waits: for its key, or for room. */
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
    size_t begin; /* length of what stands before the entries */
    struct entry *entries;
    size_t n;
    size_t bytes;       /* as the service counts them */
    int64_t since_ms;   /* when its oldest line came */
    int64_t due_ms;     /* READY: not before */
    int64_t failing_ms; /* since when it has made no progress; 0: it has */
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
    struct queue ready; /* own their slot, wait for room */
    size_t waiting, waiting_bytes;
    size_t max_bytes;      /* of a request; the target's until the service has refused it */
    size_t flying, window; /* requests on their way, and how many may be */
    size_t clean;          /* answers without throttling since the window was moved */
    bool contact;          /* the service has answered once */
    bool failed;           /* err holds it: nothing more can be delivered */
    struct bf_err err;
    struct bf_err refused; /* --strict: the first rejected line */
    uint64_t records, bytes;
};

/* put_take.c: moves what waits for room into requests; stops filling the one that fills. */
void bf_put_drain(struct bf_put *p);
void bf_put_close_filling(struct bf_put *p);

/* The entry of this slot is settled: the next one of its key may go. */
void bf_put_release(struct bf_put *p, uint32_t slot);

/* An entry goes back among those that wait for room, with its slot. False: no memory. */
bool bf_put_take_back(struct bf_put *p, const struct batch *b, const struct entry *en);

/* put_left.c: the line that an entry, or what waits, was made of; false: no memory. */
bool bf_put_entry_line(const struct batch *b, const struct entry *en, struct bf_buf *out);
bool bf_put_waiting_line(const struct bf_put *p, const struct waiting *w, struct bf_buf *out);

#endif
