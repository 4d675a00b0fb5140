/*
 * The main loop and the reading of one shard.
 *
 * follow.c selects the shards and decides when the run ends; resume.c continues at
 * the positions of a state; shard.c reads one shard from iterator to iterator;
 * place.c makes its marks and detects lost records; snapshot.c scans a table beside them. Everything runs in one thread: callbacks run
 * inside bf_aws_run and never wait.
 */
#ifndef KINREAD_FOLLOW_H
#define KINREAD_FOLLOW_H

#include "cmd/kinread/emit.h"
#include "lib/base/backoff.h"
#include "lib/checkpoint/state.h"
#include "lib/cli/progress.h"

enum phase {
    NEEDS_ITERATOR,
    WAITS_ITERATOR, /* GetShardIterator is in flight */
    WAITS_OTHERS,   /* has an iterator at the latest record and waits until all others have one */
    HAS_ITERATOR,
    WAITS_RECORDS,  /* GetRecords is in flight */
    WAITS_CHILDREN, /* read to its end; its children are being listed, for the state */
    OVER            /* read to its end, or as far as requested */
};

struct follow;
struct snapshot;

struct reading {
    struct follow *f;
    struct bf_shard *shard;
    enum phase phase;
    struct bf_aws_call call;
    struct bf_buf body;     /* of the call */
    struct bf_buf iterator; /* JSON escapes undecoded */
    struct bf_feed_position position;
    char sequence[BF_SHARD_SEQUENCE_MAX + 1]; /* the storage of position */
    struct bf_buf marked;                     /* the position of the last mark */
    bool has_mark;
    /* All records after the position arrived then or later, by the service's clock; 0: not known. The same as in the last
     * mark. */
    int64_t since_ms, marked_since_ms;
    bool resumed; /* the position is from a state, and no answer has confirmed it */
    bool
        from_oldest; /* the record at the position has expired: iterators begin at the oldest record */
    bool verify; /* the iterator begins AT a record that was read, to check that it still exists */
    bool advanced; /* records were written since the last mark */
    bool renewed;  /* a new iterator was requested at once, and nothing has been read since */
    int64_t drop_before_ms; /* older records are dropped (a service without AT_TIMESTAMP) */
    int64_t due_ms;         /* monotonic: not before */
    int64_t asked_ms;       /* monotonic: when the last GetRecords was sent */
    int64_t
        asked_wall_ms; /* the same by the service's clock, or when the last GetShardIterator was sent */
    int64_t
        failing_ms; /* monotonic: time since which every call has failed; 0: the last one succeeded */
    int64_t behind_ms;
    uint64_t limit;           /* the number of records requested */
    uint64_t record_bytes;    /* recent size of a record in an answer; 0: not known */
    unsigned failures, empty; /* in a row */
};

struct follow {
    const struct config *cfg;
    struct source *source;
    struct bf_aws *aws;
    struct bf_lineage lineage;
    struct emit em;
    struct snapshot *snapshot; /* of --snapshot; NULL before it is opened */
    struct bf_progress progress;
    struct bf_err err;             /* the first failure */
    bool failed;                   /* err holds it, or it is the emitter's */
    bool finished;                 /* --count has been reached */
    bool over;                     /* all work is done */
    int64_t start_ms;              /* wall clock, ours */
    int64_t skew_ms;               /* the service's clock minus ours, at most a second too small */
    int64_t retention_ms;          /* the retention period, at least */
    struct bf_feed_position first; /* where shards that exist at the start begin */
    int64_t until_ms;              /* INT64_MAX: none */
    bool resumed;                  /* the state has positions of the stream */
    int64_t
        latest_ms; /* service's clock: when the first iterator at the latest record was requested */
    bool latest_only; /* iterators are requested at the latest record, never at that time */
    bool announced;
    bool waiting;          /* for the iterators of all shards that begin at the latest record */
    size_t known;          /* this many shards existed at the start and begin at a time */
    size_t active;         /* readings that are not OVER */
    size_t cursor;         /* where the next round begins */
    size_t in_flight;      /* GetRecords */
    size_t asking;         /* GetShardIterator */
    size_t empties;        /* answers without records, until one has any */
    uint64_t record_bytes; /* of the shard that was measured last */
    uint64_t gaps;
    bool orphans; /* a shard was closed and its children are not known yet */
    int64_t list_due_ms;
    struct bf_rng rng; /* for back-off */
    unsigned lists;    /* listings since the last one with a result */
};

/* The service's clock now, at most a second early. */
int64_t follow_now(const struct follow *f);

/* The last time that --end reads. */
int64_t follow_tip(const struct follow *f);

/* Stores the failure, unless there is one already, and returns false. */
bool follow_fail(struct follow *f, const struct bf_err *e);

/* Reports data that was lost before it could be read; false with --strict. */
bool follow_gap(struct follow *f, const char *shard, const char *what);

/* Begins to read a shard, and marks this as soon as its position is known. NULL: f->err is set. */
struct reading *follow_begin(struct follow *f, struct bf_shard *s,
                             const struct bf_feed_position *position, int64_t since_ms);

/* Begins the shards whose parents have been read. since_ms as in struct reading. */
bool follow_begin_ready(struct follow *f, int64_t since_ms);

/* Takes the positions from the state directory; *resumed: there were some. */
bool follow_resume(struct follow *f, bool *resumed, struct bf_err *e);

/* A new reading of shard from position on; NULL when out of memory. */
struct reading *reading_new(struct follow *f, struct bf_shard *shard,
                            const struct bf_feed_position *position);
void reading_destroy(struct reading *r);

/* Sends the request that is due; false on a failure. */
bool reading_step(struct reading *r);

/* Ends the run with *e, after adding the stream and the shard to its text. Returns false. */
bool reading_fail(struct reading *r, struct bf_err *e);

/* Repeats a request later, unless the shard has failed for --retry-for. */
bool reading_retry(struct reading *r, const struct bf_err *why);

/* Handles an error answer; returns to `phase` if the call can be repeated. */
bool reading_failed(struct reading *r, const struct bf_aws_answer *answer, enum phase phase);

/* Writes a mark of the position; does nothing without --state. */
bool reading_mark(struct reading *r, enum bf_mark_kind kind);

/* There are no newer records: updates the time of the position, and marks it if the last mark is old. */
bool reading_at_tip(struct reading *r);

/* May records after the position have expired? */
bool reading_may_miss(const struct reading *r);

/* Compares the position of a state with the shard's description and the time, and reports gaps. */
bool reading_check_resumed(struct reading *r);

/* Handles an expired record at the position, which is a gap if others may have expired too. */
bool reading_found_gone(struct reading *r);

/* Handles the service's error that records after the position have expired. */
bool reading_trimmed(struct reading *r);

/* Handles a shard that the service no longer lists. */
bool reading_lost(struct reading *r);

/* Handles the end of a shard: begins its children, then marks the end. */
bool reading_end(struct reading *r);

/* snapshot.c: --snapshot. */

/* Looks up the table of --snapshot; without the option it only notices scans in the state. NULL: *e. */
struct snapshot *snapshot_new(struct follow *f, struct bf_err *e);
void snapshot_destroy(struct snapshot *s);

/* Is it the position of a scan's segment? */
bool snapshot_owns(const char *shard);

/* Takes the position of a segment from the state. */
BF_MUST bool snapshot_resume(struct snapshot *s, const struct bf_state_shard *known,
                             struct bf_err *e);

/* Sends the requests that are due, if the scan may begin, and shortens *wait_ms. False: f->err is set. */
BF_MUST bool snapshot_step(struct snapshot *s, int *wait_ms);

/* Is the scan not complete? */
bool snapshot_running(const struct snapshot *s);

/* When it was completed by this run, by our clocks; 0: not by this run. */
int64_t snapshot_done_wall_ms(const struct snapshot *s);
int64_t snapshot_done_mono_ms(const struct snapshot *s);

uint64_t snapshot_items(const struct snapshot *s);

#endif
