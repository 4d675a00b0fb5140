/*
 * kinput's parts: what was asked for (config), the partition key of a line
 * (key.c), and the requests (put.c).
 *
 * Order of a key: at most one record of a key is on its way at any time, so that
 * a record that the service refuses for now cannot be overtaken by the next one
 * of its key. Keys are told apart by a slot of a fixed table; two keys in one
 * slot only wait for each other. A record whose slot is busy waits in the slot's
 * queue; lines, queues and requests together are bounded, and a full house stops
 * the reading of input.
 */
#ifndef KINPUT_H
#define KINPUT_H

#include "lib/aws/kinesis/kinesis.h"
#include "lib/cli/progress.h"
#include "lib/cli/rejects.h"
#include "lib/base/rng.h"

struct config {
    struct bf_common common;
    struct bf_aws_options aws;
    const char *stream;
    char arn_region[BF_ARN_REGION]; /* that of stream, when it is an ARN */
    const char *key;                /* a top-level field, or a path with dots; NULL: see below */
    bool key_hash, key_random;
    const char *rejects;
    bool strict, unordered;
    uint64_t window;
    uint64_t linger_ms, retry_for_ms;
    uint64_t max_record; /* bytes, partition key included */
};

/* Finds the partition key of a line. */
struct keyer {
    const struct config *cfg;
    struct bf_rng rng;
    struct bf_buf text; /* the key, until the next line */
};

void keyer_init(struct keyer *k, const struct config *cfg);
void keyer_free(struct keyer *k);

/* *key is the line's partition key (a view that holds until the next call); *ordered: records of this
 * key keep their order. False when it has none (*why). */
bool keyer_find(struct keyer *k, struct bf_str line, struct bf_str *key, bool *ordered,
                struct bf_err *why);

/* A line that waits: for its key, or for room. */
struct waiting {
    struct waiting *next;
    uint32_t slot;
    uint64_t line; /* its number */
    int64_t since_ms;
    size_t key_n, data_n;
    char bytes[]; /* key, data */
};

struct queue {
    struct waiting *head, *tail;
};

enum { SLOTS = 65536, NO_SLOT = SLOTS, BATCHES_MAX = 66 };

struct slot {
    struct queue queue;
    bool busy;
};

enum fate { FAILED, DELIVERED, REJECTED };

struct entry {
    size_t at, n; /* in the batch's body */
    uint32_t slot;
    uint64_t line;
    enum fate fate; /* as the last answer says */
};

enum batch_state { FREE, FILLING, READY, FLYING };

struct put;

struct batch {
    struct put *put;
    enum batch_state state;
    struct bf_aws_call call;
    struct bf_buf body;
    size_t begin; /* length of what stands before the entries */
    struct entry entries[BF_KINESIS_PUT_RECORDS];
    size_t n;
    size_t bytes;       /* as the service counts them */
    int64_t since_ms;   /* when its oldest line came */
    int64_t due_ms;     /* READY: not before */
    int64_t failing_ms; /* since when it has made no progress; 0: it has */
    unsigned failures;
    bool throttled;
    struct bf_err why; /* of the entry that failed last */
};

struct put {
    const struct config *cfg;
    struct bf_aws *aws;
    struct bf_feed_stream stream;
    struct bf_rejects rejects;
    struct bf_progress progress;
    struct bf_rng rng;
    struct batch *batches;
    size_t nbatches;
    struct batch *filling;
    struct slot *slots;
    struct queue ready; /* own their slot, wait for room */
    size_t waiting, waiting_bytes;
    size_t flying, window; /* requests on their way, and how many may be */
    size_t clean;          /* answers without throttling since the window was moved */
    bool contact;          /* the service has answered once */
    bool failed;           /* err holds it: nothing more can be delivered */
    struct bf_err err;
    struct bf_err refused; /* --strict: the first rejected line */
    uint64_t records, bytes;
};

bool put_init(struct put *p, const struct config *cfg, struct bf_aws *aws, struct bf_err *e);
void put_free(struct put *p);

/* May another line come? */
bool put_has_room(const struct put *p);

/* Takes a line over, at once into a request or into a queue; false only without memory. */
bool put_line(struct put *p, struct bf_str data, struct bf_str key, bool ordered, uint64_t line,
              struct bf_err *e);

/* Moves what waits for room into requests; stops filling the one that fills. */
void put_drain(struct put *p);
void put_close_filling(struct put *p);

/* The record of this slot is settled: the next one of its key may go. */
void put_release(struct put *p, uint32_t slot);

/* Sends what is to be sent; all: do not wait for more lines. *wait_ms: how long nothing is due. */
bool put_step(struct put *p, bool all, int *wait_ms, struct bf_err *e);

/* Is everything delivered or rejected? */
bool put_idle(const struct put *p);

/* Rejects a line: false when the run has to end. */
bool put_reject(struct put *p, struct bf_str data, uint64_t line, const struct bf_err *why);

/* The same for a line that is longer than any record, and for one that a signal has cut off, if there is one. */
bool put_reject_long(struct put *p, struct bf_reader *reader);
bool put_reject_cut(struct put *p, const struct bf_reader *reader);

/* After a failure: what was taken in and not delivered goes to --rejects, and is told. */
void put_abandon(struct put *p);

#endif
