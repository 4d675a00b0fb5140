/*
 * ddbput: writes to a DynamoDB table what arrives on standard input.
 *
 * A line becomes an operation (struct op: the request's text, the line as it was
 * read, the key). The store keeps the operations under way and knows which key
 * is busy: an operation on a busy key waits behind the one before it, so that
 * the order of a key is kept and no batch holds a key twice. What is ready is
 * taken by a flight: one request in the air (a BatchWriteItem of up to 25 puts
 * and deletes, or one UpdateItem or conditional PutItem), sent again with back-off
 * until each of its operations is written or rejected. A full store stops
 * reading. Operations and flights are made once and used again; nothing is
 * allocated a record once they have grown to what they need.
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
    BATCH_BYTES = 4 * 1024 * 1024, /* of requests in one; the service takes 16 MB */
    OPS = 2048,                    /* operations under way or waiting */
    OPS_BYTES = 8 * 1024 * 1024,   /* of text in them; a full store stops reading */
    OP_KEEP = 4096,                /* a larger buffer is given back after use */
    OP_TEXT_MAX = 16 * 1024 * 1024,
    LINE_MAX_BYTES = 4 * 1024 * 1024, /* 400 KB, even with every character escaped */
    BUCKETS = 4096,
    UNIT = 1000000000, /* a write unit in tokens: rate (millionths a second) times milliseconds */
    WINDOW_MAX = 256
};

enum op_kind { OP_PUT, OP_DELETE, OP_UPDATE, OP_PUT_NEW };

struct op {
    enum op_kind kind;
    struct bf_buf text; /* the request, the line, the key, one behind the other */
    size_t request_n, line_n;
    uint64_t line;            /* its number */
    uint64_t units;           /* write units, as far as the line tells */
    uint64_t hash;            /* of the key */
    struct op *next;          /* in the free or a ready list */
    struct op *bucket_next;   /* another key of the same bucket */
    struct op *behind, *last; /* the next on the same key; of a first one, the last */
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
    unsigned sent;      /* how many of them the request holds; less than n after a refusal */
    bool probing;       /* looks for the one that was refused */
    unsigned failures;  /* in a row, without any progress */
    int64_t due_ms;     /* when a waiting one is sent again */
    int64_t failing_ms; /* since when nothing of it was written */
    struct bf_err why;  /* what the last failure said */
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
    char separator;    /* of CSV; '\0': the header tells */
    const char *create;
    const char *stream_to;
    const char *rejects;
    bool strict;
    bool if_not_exists;
    uint64_t window;
    uint64_t rate; /* millionths of a write unit a second; 0: no limit */
    uint64_t retry_for_ms;
    uint64_t wait_ms; /* for a table or a streaming destination */
    const char *table;
    char arn_region[BF_ARN_REGION]; /* that of table, when it is an ARN */
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
    bool is_csv, decided;      /* decided: the first line has said which it is */
    bool headed;               /* the header of the CSV has been read */
    struct bf_columns columns; /* as it names them */
    struct bf_buf header;      /* as it was read; written above the rejects */
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
    bool moved;          /* something was sent since the network was last looked at */
    int64_t quiet_ms;    /* since when ready operations wait for company; 0: none do */
    int64_t tokens;      /* of write units, UNIT each; may be in debt */
    int64_t tokens_ms;   /* when they were last filled up; 0: nothing was written yet */
    int64_t progress_ms; /* when something was last written */
    bool stopping;       /* a signal has been seen */
    uint64_t written, bytes, existed;

    bool closing;      /* reads no more; what was taken in is finished */
    bool fatal;        /* and nothing more is sent */
    struct bf_err err; /* why */
};

/* store.c */
bool store_init(struct store *s, struct bf_err *e);
void store_free(struct store *s);
bool store_has_room(const struct store *s);
struct op *store_take(struct store *s);           /* a blank one; only when there is room */
void store_return(struct store *s, struct op *o); /* takes back one that was never entered */
void store_enter(struct store *s, struct op *o);  /* ready, or waits for its key */
void store_done(struct store *s, struct op *o);   /* finished; the next on its key becomes ready */
struct op *store_any(struct store *s); /* one that is ready, taken off its list, or NULL */
struct bf_str op_request(const struct op *o);
struct bf_str op_line(const struct op *o);
struct bf_str op_key(const struct op *o);
struct op *op_list_pop(struct op_list *l);

/* line.c */
bool op_from_line(struct ddbput *d, struct op *o, struct bf_str line, struct bf_err *e);
bool op_finish(struct ddbput *d, struct op *o, size_t item_bytes, struct bf_str line,
               struct bf_err *e); /* request and d->key are made; puts line and key behind */
void op_begin_put(struct ddbput *d, struct op *o);
void op_end_put(struct ddbput *d, struct op *o);

/* columns.c */
bool columns_init(struct ddbput *d, struct bf_err *e); /* from the record last read */
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
void flights_start(struct ddbput *d, bool flush);        /* flush: batches that are not full too */
void flights_resend(struct ddbput *d);                   /* those whose time has come */
void flights_hurry(struct ddbput *d);                    /* after a signal: none waits long */
void flights_abandon(struct ddbput *d);                  /* those in the air; after give_up */
void flight_written(struct flight *f, const bool *left); /* what was sent, but for those left */
void flight_went_well(struct flight *f);
void flight_refused(struct flight *f,
                    const struct bf_err *why); /* halves it, down to the bad one */
void flight_retry(struct flight *f, const struct bf_err *why, bool progress); /* later */
void flight_settle(struct flight *f); /* lands when nothing is left, else sends the rest */

/* answer.c */
void on_batch(struct bf_aws_call *call, const struct bf_aws_answer *answer);
void on_single(struct bf_aws_call *call, const struct bf_aws_answer *answer);

/* run.c */
bool run(struct ddbput *d, struct bf_err *e);
void give_up(struct ddbput *d, const struct bf_err *why); /* fatal; the first reason stays */
void close_input(struct ddbput *d, const struct bf_err *why);

#endif
