/*
 * The loop and one shard's part in it.
 *
 * follow.c decides which shards are read and when it is over; shard.c takes one
 * shard from iterator to iterator. Everything runs on one thread: callbacks run
 * inside bf_aws_run and never wait.
 */
#ifndef KINREAD_FOLLOW_H
#define KINREAD_FOLLOW_H

#include "cmd/kinread/emit.h"
#include "lib/base/progress.h"

enum phase {
    NEEDS_ITERATOR,
    WAITS_ITERATOR, /* GetShardIterator is in flight */
    WAITS_OTHERS,   /* has one at the latest record, waits until all the others have */
    HAS_ITERATOR,
    WAITS_RECORDS, /* GetRecords is in flight */
    OVER           /* read to its end, or as far as was asked */
};

struct follow;

struct reading {
    struct follow *f;
    struct bf_shard *shard;
    enum phase phase;
    struct bf_aws_call call;
    struct bf_buf body;     /* of the call */
    struct bf_buf iterator; /* JSON escapes undecoded */
    struct bf_feed_position position;
    char sequence[BF_SHARD_SEQUENCE_MAX + 1]; /* what position points at */
    char marked[BF_SHARD_SEQUENCE_MAX + 1];   /* the position of the last mark */
    bool has_mark;
    bool verify;   /* the iterator begins AT a record that was read: it must still be there */
    bool advanced; /* records were written since the last mark */
    bool renewed;  /* a new iterator was asked for at once, and nothing has been read since */
    int64_t drop_before_ms; /* older records are not wanted (a service without AT_TIMESTAMP) */
    int64_t due_ms;         /* monotonic: not before */
    int64_t asked_ms;       /* monotonic: when the last GetRecords went out */
    int64_t failing_ms;     /* monotonic: since when every call has failed; 0: it has not */
    int64_t behind_ms;
    uint64_t limit;           /* as many records were asked for */
    uint64_t record_bytes;    /* what one takes in an answer, of late; 0: not known */
    unsigned failures, empty; /* in a row */
};

struct follow {
    const struct config *cfg;
    struct source *source;
    struct bf_aws *aws;
    struct bf_lineage lineage;
    struct emit em;
    struct bf_progress progress;
    struct bf_err err; /* the first failure */
    bool failed;       /* err holds it, or it is the emitter's */
    bool finished;     /* --count is reached */
    bool over;         /* nothing is left to do */
    int64_t start_ms;  /* wall clock, ours */
    int64_t skew_ms;   /* the service's clock less ours, at most a second too small */
    bool skew_known;
    int64_t latest_ms; /* the service's clock when the first shard began at the latest record */
    bool latest_begun; /* with --state: they all have */
    size_t known;      /* so many shards were there at the start and begin at a time */
    size_t active;     /* readings that are not over */
    size_t cursor;     /* where the next round begins */
    size_t in_flight;
    uint64_t record_bytes; /* of any shard, the last that told */
    uint64_t gaps;
    bool orphans; /* a shard ended and its children are not known yet */
    int64_t list_due_ms;
    unsigned lists; /* listings since the last one that brought something */
};

/* The service's clock now, at most a second early. */
int64_t follow_now(const struct follow *f);

/* The last instant that --end reads. */
int64_t follow_tip(const struct follow *f);

/* Latches the failure and returns false. */
bool follow_fail(struct follow *f, const struct bf_err *e);

/* Tells of data that was lost before it could be read; false with --strict. */
bool follow_gap(struct follow *f, const char *shard, const char *what);

/* A new reading of shard from position on; NULL when out of memory. */
struct reading *reading_new(struct follow *f, struct bf_shard *shard,
                            const struct bf_feed_position *position);
void reading_destroy(struct reading *r);

/* Sends what is due; false on a failure. */
bool reading_step(struct reading *r);

/* A mark of where the reading is; nothing without --state. */
bool reading_mark(struct reading *r, enum bf_mark_kind kind);

/* The shard cannot be found any more, or is to be read from the oldest again. */
bool reading_lost(struct reading *r);

#endif
