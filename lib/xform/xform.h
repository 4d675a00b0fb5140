/*
 * The transform as an object: configuration in, lines in, rows out. The command
 * and the Lambda drive the same one.
 *
 *     struct bf_xform_conf conf;
 *     bf_xform_conf_init(&conf);
 *     conf.row.fields = "order_id,total";
 *     struct bf_xform *x = bf_xform_new(&conf, &e);
 *     if (!bf_xform_line(x, line, 0, &rows, &e))  // rows: a struct bf_buf
 *         ...                                     // this line was refused, e says why
 *
 * A line is a change record, a mark (passed on as it is) or a capture on one
 * line; an empty line is nothing. Nothing is kept from one line to the next but
 * the columns of a table format. An object belongs to one thread; several
 * threads have one each.
 */
#ifndef BF_XFORM_XFORM_H
#define BF_XFORM_XFORM_H

#include "lib/ddb/change.h"
#include "lib/xform/filter.h"
#include "lib/row/reshape.h"
#include "lib/row/row.h"
#include "lib/sql/sql.h"

BF_C_BEGIN

/* Gets a record of a capture that was refused: text is the record on one line. False ends the work on
 * this capture, with *e filled. */
typedef bool bf_xform_bad_fn(void *ctx, struct bf_str text, const struct bf_err *why,
                             struct bf_err *e);

/* What the lines are. */
enum bf_xform_input {
    BF_XFORM_RECORDS, /* change records and captures */
    BF_XFORM_ROWS, /* any JSON objects: each is a row already, whose members _op, _ts are columns like others */
    BF_XFORM_LOG /* change records, with text in front of them; lines without one are passed over */
};

struct bf_xform_conf {
    enum bf_xform_input input;
    struct bf_row_conf row;
    unsigned ops;                 /* bits 1 << enum bf_op of the changes to take; 0: all */
    struct bf_filter_conf filter; /* its fields are those of row, whatever it says */
    struct bf_sql_conf sql;
    struct bf_reshape_conf shape; /* of the rows, after SQL */
    const char *fold;     /* key: at the end the last row for each (fold.h); NULL: rows at once */
    uint64_t fold_bytes;  /* memory of that */
    bf_xform_bad_fn *bad; /* NULL: the first bad record refuses the whole capture */
    void *bad_ctx;
};

struct bf_xform_count {
    uint64_t changes;  /* read */
    uint64_t rows;     /* written */
    uint64_t filtered; /* left out by ops and filters */
    uint64_t marks;    /* passed on */
    uint64_t passed;   /* lines of a log without a record */
};

BF_API void bf_xform_conf_init(struct bf_xform_conf *conf);

/* "INSERT,MODIFY" (any case) into conf->ops. */
BF_API BF_MUST bool bf_xform_conf_ops(struct bf_xform_conf *conf, struct bf_str list,
                                      struct bf_err *e);

struct bf_xform;

/* Copies conf; its strings (fields, meta_prefix) are read now only. NULL: *e says why. */
BF_API BF_MUST struct bf_xform *bf_xform_new(const struct bf_xform_conf *conf, struct bf_err *e);
BF_API void bf_xform_destroy(struct bf_xform *x);

/* Appends what comes of a line (without its newline). slack as in bf_change_parse. False: the line was
 * refused (BF_E_INPUT, BF_E_LIMIT: nothing was appended), or there is no memory. */
BF_API BF_MUST bool bf_xform_line(struct bf_xform *x, struct bf_str line, size_t slack,
                                  struct bf_buf *rows, struct bf_err *e);

/* The same for a JSON document that may span lines: a capture, or one change record. */
BF_API BF_MUST bool bf_xform_document(struct bf_xform *x, struct bf_str document,
                                      struct bf_buf *rows, struct bf_err *e);

/* At the end of input, and again while *more: rows that waited for the end (SQL over all changes), some at
 * a time, then a header that no row has brought. */
BF_API BF_MUST bool bf_xform_end(struct bf_xform *x, struct bf_buf *rows, bool *more,
                                 struct bf_err *e);

/* Does any row wait for the end? */
BF_API bool bf_xform_waits(const struct bf_xform *x);

/* Are the columns of CSV or TSV known? Those of the first row are, once it came. */
BF_API bool bf_xform_columns_known(const struct bf_xform *x);

/* Does one object have to see all lines, in order? */
BF_API bool bf_xform_in_order(const struct bf_xform *x);

/* Who looks for what no record has. A record may well lack what the shape of rows is about (--types may describe a whole
 * table); what the others name decides which rows and columns there are. */
enum bf_xform_seeker {
    BF_SEEKER_SQL,
    BF_SEEKER_SHAPE,
    BF_SEEKER_FIELDS,
    BF_SEEKER_MATCH, /* a path of an event pattern */
    BF_SEEKER_META   /* a metadata column, asked for by SQL or for the row (bf_row_null_meta) */
};

/* Appends what is to be said of the i-th of those: "no record has an attribute statsu; did you mean status?" False: there are
 * no more. */
BF_API bool bf_xform_absent(const struct bf_xform *x, size_t i, struct bf_buf *out,
                            enum bf_xform_seeker *seeker);

/* Was _seq asked for, of a record that has no order? */
BF_API bool bf_xform_unordered(const struct bf_xform *x);

/* Counts what `other`, made of the same conf, has seen as seen here too. */
BF_API void bf_xform_merge(struct bf_xform *x, const struct bf_xform *other);

BF_API struct bf_xform_count bf_xform_count(const struct bf_xform *x);

BF_C_END

#endif
