/*
 * The transform as an object: configuration in, lines in, rows out. The command and the Lambda
 * function use the same one.
 *
 *     struct bf_xform_conf conf;
 *     bf_xform_conf_init(&conf);
 *     conf.row.fields = "order_id,total";
 *     struct bf_xform *x = bf_xform_new(&conf, &e);
 *     if (!bf_xform_line(x, line, 0, &rows, &e))  // rows: a struct bf_buf
 *         ...                                     // this line is rejected, see e
 *
 * A line is a change record, a mark (copied unchanged) or a capture on one line; an empty line is
 * ignored. Without fold and SQL over all changes, only the columns of a table format are kept from
 * line to line. An object belongs to one thread; several threads use one each.
 */
#ifndef BF_XFORM_XFORM_H
#define BF_XFORM_XFORM_H

#include "lib/ddb/change.h"
#include "lib/xform/filter.h"
#include "lib/row/reshape.h"
#include "lib/row/row.h"
#include "lib/sql/sql.h"

BF_C_BEGIN

/* Called for a rejected record of a capture; text is the record on one line. False ends the work on
 * this capture, with *e filled. */
typedef bool bf_xform_bad_fn(void *ctx, struct bf_str text, const struct bf_err *why,
                             struct bf_err *e);

/* The format of the input lines. */
enum bf_xform_input {
    BF_XFORM_RECORDS, /* change records and captures */
    BF_XFORM_ROWS,    /* any JSON objects: each is a row already, whose members _op and _ts are
                    * ordinary columns */
    BF_XFORM_LOG      /* change records with text before them; lines without one are skipped */
};

struct bf_xform_conf {
    enum bf_xform_input input;
    struct bf_row_conf row;
    unsigned ops;                 /* bits 1 << enum bf_op of the selected changes; 0: all */
    struct bf_filter_conf filter; /* its fields are overwritten with those of row */
    struct bf_sql_conf sql;
    struct bf_reshape_conf shape; /* of the rows, after SQL */
    const char *fold;     /* a key: write the last row of each key at the end (fold.h); NULL: write
                           * rows at once */
    uint64_t fold_bytes;  /* memory limit of fold */
    bf_xform_bad_fn *bad; /* NULL: the first bad record rejects the whole capture */
    void *bad_ctx;
};

struct bf_xform_count {
    uint64_t changes;  /* read */
    uint64_t rows;     /* written */
    uint64_t filtered; /* dropped by ops and filters */
    uint64_t marks;    /* copied to the output */
    uint64_t passed;   /* lines of a log without a record */
};

BF_API void bf_xform_conf_init(struct bf_xform_conf *conf);

/* Parses "INSERT,MODIFY" (any case) into conf->ops. */
BF_API BF_MUST bool bf_xform_conf_ops(struct bf_xform_conf *conf, struct bf_str list,
                                      struct bf_err *e);

struct bf_xform;

/* Copies conf; its strings (fields, meta_prefix) are used only during this call. NULL: see *e. */
BF_API BF_MUST struct bf_xform *bf_xform_new(const struct bf_xform_conf *conf, struct bf_err *e);
BF_API void bf_xform_destroy(struct bf_xform *x);

/* Appends the output for a line, which is without its newline. slack as in bf_change_parse. False:
 * the line is rejected (BF_E_INPUT, BF_E_LIMIT: nothing was appended), or out of memory. */
BF_API BF_MUST bool bf_xform_line(struct bf_xform *x, struct bf_str line, size_t slack,
                                  struct bf_buf *rows, struct bf_err *e);

/* The Kinesis record that carries the following lines and documents: its sequence number, and the
 * digits of the index in it if the KPL packed it (p NULL: not packed). It gives _seq to changes
 * that name no record themselves. seq.p NULL: none. The texts must last until the next call. */
BF_API void bf_xform_carrier(struct bf_xform *x, struct bf_str seq, struct bf_str part);

/* The same for a JSON document that may have several lines: a capture, or one change record. */
BF_API BF_MUST bool bf_xform_document(struct bf_xform *x, struct bf_str document,
                                      struct bf_buf *rows, struct bf_err *e);

/* At the end of input, and again while *more is set: appends rows that were held back until the end
 * (SQL over all changes), some per call, then the header if no row has written it. */
BF_API BF_MUST bool bf_xform_end(struct bf_xform *x, struct bf_buf *rows, bool *more,
                                 struct bf_err *e);

/* Are rows held back until the end? */
BF_API bool bf_xform_waits(const struct bf_xform *x);

/* Are the columns of CSV or TSV known? Without fields, the first row decides them. */
BF_API bool bf_xform_columns_known(const struct bf_xform *x);

/* Must one object process all lines, in order? */
BF_API bool bf_xform_in_order(const struct bf_xform *x);

/* The part of the configuration that names something which no record has. A record may lack what
 * SHAPE names (--types may describe a whole table); the names in the others decide which rows and
 * columns exist. */
enum bf_xform_seeker {
    BF_SEEKER_SQL,
    BF_SEEKER_SHAPE,
    BF_SEEKER_FIELDS,
    BF_SEEKER_MATCH, /* a path of an event pattern */
    BF_SEEKER_META   /* a metadata column requested by SQL or for the row (bf_row_null_meta) */
};

/* Appends the message for the i-th of those: "no record has an attribute statsu; did you mean
 * status?" False: no more. */
BF_API bool bf_xform_absent(const struct bf_xform *x, size_t i, struct bf_buf *out,
                            enum bf_xform_seeker *seeker);

/* Was _seq requested, and did a record have no order? */
BF_API bool bf_xform_unordered(const struct bf_xform *x);

/* Adds what `other`, made from the same conf, has seen. */
BF_API void bf_xform_merge(struct bf_xform *x, const struct bf_xform *other);

BF_API struct bf_xform_count bf_xform_count(const struct bf_xform *x);

BF_C_END

#endif
