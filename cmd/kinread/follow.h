/*
 * The loop and one shard's part in it.
 *
 * follow.c decides which shards are read and when it is over; resume.c takes up
 * the positions of a state; shard.c takes one shard from iterator to iterator;
 * place.c knows what its marks say and what may have been lost. Everything runs on one thread: callbacks run
 * inside bf_aws_run and never wait.
 */
#ifndef KINREAD_FOLLOW_H
#define KINREAD_FOLLOW_H

#include "cmd/kinread/emit.h"
#include "lib/base/backoff.h"
#include "lib/cli/progress.h"

enum phase {
    NEEDS_ITERATOR,
    WAITS_ITERATOR, /* GetShardIterator is in flight */
    WAITS_OTHERS,   /* has one at the latest record, waits until all the others have one too */
    HAS_ITERATOR,
    WAITS_RECORDS,  /* GetRecords is in flight */
    WAITS_CHILDREN, /* read to its end; what comes after it is being looked up, for the state */
    OVER            /* read to its end, or as far as was asked */
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
    struct bf_buf marked;                     /* the position of the last mark */
    bool has_mark;
    /* What comes after the position arrived then or later, by the service's clock; 0: not known. The same as the last
     * mark has it. */
    int64_t since_ms, marked_since_ms;
    bool resumed;     /* the position is a state's, and no answer has confirmed it */
    bool from_oldest; /* what is at the position has gone: iterators begin at the oldest */
    bool verify;      /* the iterator begins AT a record that was read: it must still be there */
    bool advanced;    /* records were written since the last mark */
    bool renewed;     /* a new iterator was asked for at once, and nothing has been read since */
    int64_t drop_before_ms; /* older records are not wanted (a service without AT_TIMESTAMP) */
    int64_t due_ms;         /* monotonic: not before */
    int64_t asked_ms;       /* monotonic: when the last GetRecords went out */
    int64_t
        asked_wall_ms;  /* the same by the service's clock, or when the last GetShardIterator did */
    int64_t failing_ms; /* monotonic: since when every call has failed; 0: it has not */
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
    struct bf_err err;             /* the first failure */
    bool failed;                   /* err holds it, or it is the emitter's */
    bool finished;                 /* --count is reached */
    bool over;                     /* nothing is left to do */
    int64_t start_ms;              /* wall clock, ours */
    int64_t skew_ms;               /* the service's clock less ours, at most a second too small */
    int64_t retention_ms;          /* the service keeps records at least for so long */
    struct bf_feed_position first; /* where shards begin that are there at the start */
    int64_t until_ms;              /* INT64_MAX: none */
    bool resumed;                  /* the state knows the stream */
    int64_t latest_ms; /* service's clock: when the first shard was asked for its latest record */
    bool latest_only;  /* shards are asked for their latest record, never for that time */
    bool announced;
    bool waiting;          /* for the iterators of all shards that begin at the latest record */
    size_t known;          /* so many shards were there at the start and begin at a time */
    size_t active;         /* readings that are not over */
    size_t cursor;         /* where the next round begins */
    size_t in_flight;      /* GetRecords */
    size_t asking;         /* GetShardIterator */
    size_t empties;        /* answers without records, until one has any */
    uint64_t record_bytes; /* of any shard, the last that told */
    uint64_t gaps;
    bool orphans; /* a shard ended and its children are not known yet */
    int64_t list_due_ms;
    struct bf_rng rng; /* of back-off */
    unsigned lists;    /* listings since the last one that brought something */
};

/* The service's clock now, at most a second early. */
int64_t follow_now(const struct follow *f);

/* The last instant that --end reads. */
int64_t follow_tip(const struct follow *f);

/* Latches the failure and returns false. */
bool follow_fail(struct follow *f, const struct bf_err *e);

/* Tells of data that was lost before it could be read; false with --strict. */
bool follow_gap(struct follow *f, const char *shard, const char *what);

/* Begins to read a shard, and marks that, or will as soon as its position is known. NULL: the failure is latched. */
struct reading *follow_begin(struct follow *f, struct bf_shard *s,
                             const struct bf_feed_position *position, int64_t since_ms);

/* Begins the shards whose parents are done. since_ms as in struct reading. */
bool follow_begin_ready(struct follow *f, int64_t since_ms);

/* Takes the positions of the state directory over; *resumed: there were any. */
bool follow_resume(struct follow *f, bool *resumed, struct bf_err *e);

/* A new reading of shard from position on; NULL when out of memory. */
struct reading *reading_new(struct follow *f, struct bf_shard *shard,
                            const struct bf_feed_position *position);
void reading_destroy(struct reading *r);

/* Sends what is due; false on a failure. */
bool reading_step(struct reading *r);

/* A mark of where the reading is; nothing without --state. */
bool reading_mark(struct reading *r, enum bf_mark_kind kind);

/* Nothing is newer than what was read: the position is as good as new, and is marked when the last mark is old. */
bool reading_at_tip(struct reading *r);

/* May the service have dropped records that come after the position? */
bool reading_may_miss(const struct reading *r);

/* The position of a state, held against what the service tells of the shard and against the time: gaps are told. */
bool reading_check_resumed(struct reading *r);

/* The record at the position has expired; a gap if others may have, too. */
bool reading_found_gone(struct reading *r);

/* The service says that records after the position have expired. */
bool reading_trimmed(struct reading *r);

/* The service does not know the shard any more. */
bool reading_lost(struct reading *r);

/* The shard is read to its end: its children begin, then its end is marked. */
bool reading_end(struct reading *r);

#endif
