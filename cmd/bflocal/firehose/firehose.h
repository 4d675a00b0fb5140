/*
 * Firehose's parts: operations (operation.c, describe.c, put.c), what a configuration means (settings.c), delivery streams
 * in memory and in the store (delivery.c), records that wait (source.c), and the way of a batch of them into objects
 * (deliver.c, object.c).
 *
 * A delivery stream has a thread. Its records are a log (store/log.h): that of a Kinesis stream, or with direct puts one of
 * its own, a stream without a name. The thread counts the records that come. When they are as many bytes, or the oldest is
 * as old, as the buffering hints say, it makes objects of them, and only then writes down how far it has come. So nothing
 * waits in memory: what bflocal has taken survives its end, and a bflocal that is killed in between delivers those records
 * again, as Firehose does.
 *
 * `mutex` holds the list, the configurations and the conditions of the threads. The store may be locked under it, never the
 * other way round.
 */
#ifndef BL_FIREHOSE_H
#define BL_FIREHOSE_H

#include <jansson.h>

#include "cmd/bflocal/function/function.h"
#include "cmd/bflocal/http/document.h"
#include "cmd/bflocal/kinesis/kinesis.h"
#include "lib/base/rng.h"

enum {
    BL_FIREHOSE_STREAMS_MAX = 500,
    BL_FIREHOSE_RECORD_MAX = 1000 * 1024,
    BL_FIREHOSE_BATCH = 500,
    BL_FIREHOSE_BATCH_BYTES = 4 * 1024 * 1024,
    BL_FIREHOSE_BACKLOG = 16 * 1024 * 1024, /* bytes that may wait beside one full buffer */
    BL_FIREHOSE_POLL_MS = 100
};

/* A shard that is read. */
struct bl_cursor {
    int64_t shard;    /* its log */
    int64_t position; /* the number of the first record that is not delivered */
    int64_t counted;  /* the records below it are in the next delivery */
    bool ended;       /* closed, and counted to its end */
    char id[BL_SHARD_ID_SIZE];
};

struct bl_delivery {
    struct bl_delivery *next;
    struct bl_local *local;
    int64_t row;
    char name[65];
    char source[129];      /* the Kinesis stream; "": direct puts */
    struct bl_stream *own; /* direct puts: their records; under the store's lock */
    /* Under the mutex. */
    json_t *config; /* {"Type","VersionId","CreateMs","UpdateMs","Destination","RoleARN","Tags"} */
    uint64_t backlog; /* direct puts: bytes that are not delivered yet */
    uint64_t full;    /* bytes of a full buffer, once the thread has read the configuration */
    bool running, stopping, changed;
    bool deleting; /* it is in the list until it is erased, so that its name is not free before */
    pthread_t thread;
    /* The thread's own. */
    struct bl_cursor *cursors; /* parents before their children */
    size_t ncursors, turn;
    uint64_t bytes;    /* counted and not delivered */
    int64_t oldest_ms; /* the arrival of the first of them; 0: there is none */
    struct bl_caller caller;
    bool failing; /* the last delivery failed, and that was told */
};

struct bl_firehose {
    struct bl_local *local;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct bl_delivery *list; /* in the order of their names */
    bool closing;             /* no thread starts any more */
    size_t n;
};

/* ---- delivery.c ---- */

bool bl_delivery_open(struct bl_local *l, struct bf_err *e) BF_MUST;
void bl_delivery_start_all(struct bl_local *l);
void bl_delivery_stop_all(struct bl_local *l);
void bl_delivery_close(struct bl_local *l);

/* Under the mutex; NULL: there is none, or it is being deleted. If it has no thread, because there was none to be had,
 * it gets one. */
struct bl_delivery *bl_delivery_find(struct bl_firehose *f, struct bf_str name);

/* Stores a new one and starts its thread. Takes `config`. False: the answer is set. */
bool bl_delivery_create(struct bl_call *c, struct bf_str name, struct bf_str source,
                        json_t *config);

/* Stores the configuration after a change; under the mutex. */
bool bl_delivery_save(struct bl_delivery *d, struct bf_err *e) BF_MUST;

/* Ends its thread, and erases it with the records that it has not delivered. */
bool bl_delivery_delete(struct bl_call *c, struct bf_str name);

/* Sleeps at most ms milliseconds, or until something has changed. False: the thread is to end. */
bool bl_delivery_wait(struct bl_delivery *d, int64_t ms);

/* ---- source.c: for the thread only ---- */

/* One cursor for each shard, where it was before. False: the store failed. */
bool bl_source_open(struct bl_delivery *d, struct bf_err *e) BF_MUST;

/* A new delivery stream begins after the last record; in the transaction that creates it. */
void bl_source_begin(struct bl_store *st, int64_t row, const struct bl_stream *s);

/* Counts what has come, until it is `limit` bytes. */
void bl_source_count(struct bl_delivery *d, uint64_t limit);

/* A record on its way. */
struct bl_fh_record {
    struct bf_str data;
    int64_t at_ms;
    /* Of a Kinesis stream: */
    const struct bl_cursor *cursor;
    int64_t number, part; /* part: the place in an aggregate, from 0; -1: none */
    struct bf_str key;
    /* The partition keys that the function gave: JSON of an object; p NULL: none. */
    struct bf_str keys;
};

/* Records, and the memory of their bytes. */
struct bl_fh_batch {
    struct bf_arena arena;
    struct bl_fh_record *record;
    size_t n, cap;
};
void bl_fh_batch_init(struct bl_fh_batch *b);
void bl_fh_batch_free(struct bl_fh_batch *b);
void bl_fh_batch_reset(struct bl_fh_batch *b);
/* Copies nothing. */
bool bl_fh_batch_add(struct bl_fh_batch *b, const struct bl_fh_record *r, struct bf_err *e) BF_MUST;

/* Where the reading of a delivery is. */
struct bl_reading {
    size_t cursor;
    int64_t number;
    bool begun;
};

/* Copies the next records of the delivery, about max_bytes of them; none: all are read. */
bool bl_source_read(struct bl_delivery *d, struct bl_reading *at, uint64_t max_bytes,
                    struct bl_fh_batch *b, struct bf_err *e) BF_MUST;

/* They are delivered: writes that down, and forgets records of direct puts. */
bool bl_source_done(struct bl_delivery *d, struct bf_err *e) BF_MUST;
void bl_source_erase(struct bl_store *st, const struct bl_delivery *d);

/* ---- deliver.c ---- */

void *bl_deliver_run(void *delivery);

/* ---- the operations ---- */

/* "Firehose NAME under account ... not found." Returns false. */
bool bl_firehose_fail_name(struct bl_call *c, struct bf_str name);

/* Runs an operation on the delivery stream that the request names, under the mutex. */
typedef bool bl_firehose_run(struct bl_call *c, struct bl_delivery *d, const json_t *body);
bool bl_firehose_with(struct bl_call *c, bl_firehose_run *run);

bool bl_firehose_create(struct bl_call *c);
bool bl_firehose_delete(struct bl_call *c);
bool bl_firehose_describe(struct bl_call *c);
bool bl_firehose_list(struct bl_call *c);
bool bl_firehose_update(struct bl_call *c);
bool bl_firehose_tag(struct bl_call *c);
bool bl_firehose_untag(struct bl_call *c);
bool bl_firehose_list_tags(struct bl_call *c);
bool bl_firehose_encrypt(struct bl_call *c);
bool bl_firehose_put_record(struct bl_call *c);
bool bl_firehose_put_batch(struct bl_call *c);

#endif
