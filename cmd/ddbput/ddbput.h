/*
 * ddbput: writes the lines of standard input to a DynamoDB table.
 *
 * A line becomes an operation (struct op: the request's text, the line as it was
 * read, the key). The store has the operations in progress and knows which keys
 * are busy: an operation on a busy key waits for the one before it, so that
 * the order of a key is kept and no batch has a key twice. A flight takes ready
 * operations: it is one request (a BatchWriteItem of up to 25 puts and deletes, or
 * one UpdateItem or conditional PutItem), which is sent again with back-off
 * until each of its operations is written or rejected. A full store stops the
 * reading. Operations and flights are allocated once and reused; there is no
 * allocation per record once they have grown to their size.
 */
#ifndef BF_DDBPUT_H
#define BF_DDBPUT_H

#include "lib/aws/client/client.h"
#include "lib/aws/dynamodb/dynamodb.h"
#include "lib/aws/kinesis/kinesis.h"
#include "lib/cli/opt.h"
#include "lib/cli/progress.h"
#include "lib/cli/rejects.h"
#include "lib/base/rng.h"
#include "lib/row/columns.h"
#include "lib/ddb/item.h"

enum {
    BATCH_MAX = 25,                /* operations in a BatchWriteItem */
    BATCH_BYTES = 4 * 1024 * 1024, /* of requests in one; the service accepts 16 MB */
    OPS = 2048,                    /* operations in flight or waiting */
    OPS_BYTES = 8 * 1024 * 1024,   /* of text in them; a full store stops reading */
    OP_KEEP = 4096,                /* a larger buffer is freed after use */
    OP_TEXT_MAX = 16 * 1024 * 1024,
    LINE_MAX_BYTES = 4 * 1024 * 1024, /* 400 KB, even with every character escaped */
    BUCKETS = 4096,
    UNIT = 1000000000, /* a write unit in tokens: rate (millionths a second) times milliseconds */
    WINDOW_MAX = 256
};

enum op_kind { OP_PUT, OP_DELETE, OP_UPDATE, OP_PUT_NEW };

struct op {
    enum op_kind kind;
    struct bf_buf text; /* the request, the line and the key, concatenated */
    size_t request_n, line_n;
    uint64_t line;            /* its number */
    uint64_t units;           /* write units, as far as they can be derived from the line */
    uint64_t hash;            /* of the key */
    struct op *next;          /* in the free or a ready list */
    struct op *bucket_next;   /* another key of the same bucket */
    struct op *behind, *last; /* the next on the same key; in the first one, also the last */
};

struct op_list {
    struct op *first, *last;
    size_t n;
};

struct store {
    struct op *ops;
    struct op *free;
    struct op *bucket[BUCKETS]; /* the first operation of each busy key */
    struct op_list batch;       /* ready: puts and deletes */
    struct op_list single;      /* ready: updates and conditional puts */
    size_t busy;                /* operations not yet finished */
    size_t bytes;               /* of their texts */
};

enum flight_state { FLIGHT_FREE, FLIGHT_AIR, FLIGHT_WAITING };

struct ddbput;

struct flight {
    struct ddbput *d;
    enum flight_state state;
    struct op *op[BATCH_MAX];
    unsigned n;         /* operations of the flight */
    unsigned sent;      /* number of them in the request; less than n after a refusal */
    bool probing;       /* searches for the operation that was refused */
    unsigned failures;  /* in a row, without any progress */
    int64_t due_ms;     /* when a waiting flight is sent again */
    int64_t failing_ms; /* time since which none of it was written */
    struct bf_err why;  /* the last failure */
    struct bf_buf body;
    struct bf_aws_call call;
    struct flight *next_free;
};

enum form { FORM_AUTO, FORM_JSON, FORM_CSV };

struct config {
    struct bf_aws_options aws;
    struct bf_common common;
    enum form input;
    const char *types; /* of CSV columns */
    char separator;    /* of CSV; '\0': derived from the header */
    const char *create;
    const char *stream_to;
    const char *rejects;
    bool strict;
    bool if_not_exists;
    uint64_t window;
    uint64_t rate; /* millionths of a write unit per second; 0: no limit */
    uint64_t retry_for_ms;
    uint64_t wait_ms; /* for a table or a streaming destination */
    const char *table;
    char arn_region[BF_ARN_REGION]; /* that of table, if it is an ARN */
};

struct ddbput {
    const struct config *config;
    struct bf_aws *aws;
    struct bf_ddb_table table;
    struct bf_item_schema schema;
    struct bf_rejects rejects;
    struct bf_progress progress;
    struct bf_rng rng;

    /* input */
    struct bf_reader in;
    struct bf_csv csv;
    bool is_csv, decided;      /* decided: the first line has been read */
    bool headed;               /* the header of the CSV has been read */
    struct bf_columns columns; /* named in the header */
    struct bf_buf header;      /* unchanged; written before the rejects */
    bool marks;                /* a mark has been seen */
    bool removed;              /* a row about an item that was removed has been seen */
    bool eof;
    uint64_t last_line; /* number of the last one read */

    /* scratch of one line */
    struct bf_buf key, expr, names, values;
    struct bf_buf key_name; /* of the partition key, as a JSON string */

    struct store store;
    struct flight *flights, *free_flights;
    size_t nflights, in_air;
    bool moved;          /* something was sent since the last call of the network engine */
    int64_t quiet_ms;    /* time since which ready operations wait for a full batch; 0: none do */
    int64_t tokens;      /* of write units, UNIT each; may be in debt */
    int64_t tokens_ms;   /* when they were last filled up; 0: nothing was written yet */
    int64_t progress_ms; /* time of the last write */
    bool stopping;       /* a signal has been seen */
    uint64_t written, bytes, existed;

    bool closing;      /* reads no more; the operations in the store are finished */
    bool fatal;        /* sends no more */
    struct bf_err err; /* the reason */
};

/* store.c */
bool store_init(struct store *s, struct bf_err *e);
void store_free(struct store *s);
bool store_has_room(const struct store *s);
struct op *store_take(struct store *s);           /* an empty one; only if there is room */
void store_return(struct store *s, struct op *o); /* returns one that was never entered */
void store_enter(struct store *s, struct op *o);  /* becomes ready, or waits for its key */
void store_done(struct store *s, struct op *o);   /* finished; the next on its key becomes ready */
struct op *store_any(struct store *s); /* removes a ready one from its list; NULL: none */
struct bf_str op_request(const struct op *o);
struct bf_str op_line(const struct op *o);
struct bf_str op_key(const struct op *o);
struct op *op_list_pop(struct op_list *l);

/* line.c */
bool op_from_line(struct ddbput *d, struct op *o, struct bf_str line, struct bf_err *e);
bool op_finish(struct ddbput *d, struct op *o, size_t item_bytes, struct bf_str line,
               struct bf_err *e); /* request and d->key exist; appends the line and the key */
void op_begin_put(struct ddbput *d, struct op *o);
void op_end_put(struct ddbput *d, struct op *o);

/* columns.c */
bool columns_init(struct ddbput *d, struct bf_err *e); /* from the last record */
bool op_from_record(struct ddbput *d, struct op *o, struct bf_err *e);

/* table.c */
bool table_open(struct ddbput *d, struct bf_err *e);

/* input.c */
enum input { INPUT_GOT, INPUT_WAIT, INPUT_END, INPUT_ERROR };
enum input input_step(struct ddbput *d, struct bf_err *e);
bool reject(struct ddbput *d, struct bf_str line, uint64_t number, const struct bf_err *why);

/* flight.c */
bool flights_init(struct ddbput *d, struct bf_err *e);
void flights_free(struct ddbput *d);
void flights_start(struct ddbput *d, bool flush); /* flush: also batches that are not full */
void flights_resend(struct ddbput *d);            /* those that are due */
void flights_hurry(struct ddbput *d);             /* after a signal: shortens all waits */
void flights_abandon(struct ddbput *d);           /* those in flight; after give_up */
void flight_written(struct flight *f,
                    const bool *left); /* the operations that were sent, except those in left */
void flight_went_well(struct flight *f);
void flight_refused(struct flight *f,
                    const struct bf_err *why); /* halves the batch, down to the invalid item */
void flight_retry(struct flight *f, const struct bf_err *why, bool progress); /* later */
void flight_settle(struct flight *f); /* ends if nothing is left, else sends the rest */

/* answer.c */
void on_batch(struct bf_aws_call *call, const struct bf_aws_answer *answer);
void on_single(struct bf_aws_call *call, const struct bf_aws_answer *answer);

/* run.c */
bool run(struct ddbput *d, struct bf_err *e);
void give_up(struct ddbput *d, const struct bf_err *why); /* fatal; the first reason is kept */
void close_input(struct ddbput *d, const struct bf_err *why);

#endif
