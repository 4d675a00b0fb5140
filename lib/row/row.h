/*
 * Rows out of change records: which image, which columns, in which format.
 *
 * A row is the attributes of the picked image in the order they came, then the
 * metadata columns (_op, _ts and what else was asked for). With `fields` the
 * columns are those, in that order: names of attributes, paths into maps
 * (payment.method), and old.NAME for the old image. A field that a record has
 * not is left out of a JSON row and is NULL in CSV and TSV.
 *
 * CSV and TSV have fixed columns. Without `fields` they are those of the first
 * row; a later row with another attribute is refused, because dropping it would
 * be silent.
 *
 * Names collide when an attribute is called like a metadata column, or begins
 * with "old." in a row of both images: such a row is refused, with the way out
 * in the message. A struct bf_row belongs to one thread.
 */
#ifndef BF_ROW_ROW_H
#define BF_ROW_ROW_H

#include "lib/ddb/change.h"

BF_C_BEGIN

enum bf_row_image {
    BF_ROW_NEW,  /* NewImage; keys for REMOVE */
    BF_ROW_OLD,  /* OldImage; keys for INSERT */
    BF_ROW_BOTH, /* as new, then the old image's attributes as old.NAME */
    BF_ROW_KEYS,
    BF_ROW_NEWEST /* as new; for REMOVE the old image where the record carries it */
};

/* WRITES: what makes another table the same, {"put":{...}} or, of a REMOVE, {"delete":{...}}, with types and without
 * metadata. */
/* OPENCSV: what Athena's and Hive's OpenCSVSerDe reads right. */
enum bf_row_format {
    BF_ROW_NDJSON,
    BF_ROW_CSV,
    BF_ROW_TSV,
    BF_ROW_DDB_JSON,
    BF_ROW_WRITES,
    BF_ROW_OPENCSV,
    BF_ROW_DIFF /* for people: what changed, an attribute a line */
};

/* Are its rows lines under a header, all with the same columns? */
static inline bool bf_row_is_table(enum bf_row_format format)
{
    return format == BF_ROW_CSV || format == BF_ROW_TSV || format == BF_ROW_OPENCSV;
}

/* Metadata columns, named prefix + op, ts, table, event_id, seq, changed. */
enum bf_row_meta {
    BF_META_OP,       /* INSERT, MODIFY, REMOVE */
    BF_META_TS,       /* ISO 8601 UTC, with the decimals that the source gave */
    BF_META_TABLE,    /* null where the record does not say */
    BF_META_EVENT_ID, /* null where the record does not say */
    BF_META_SEQ, /* what sorts the changes of one key (order.h); null where the record has no order */
    BF_META_CHANGED, /* names of the attributes that a MODIFY changed, with commas; else null */
    BF_META_N
};

enum bf_row_time {
    BF_TIME_ISO,       /* 2026-11-27T06:30:00.123Z, with the decimals that the source gave */
    BF_TIME_TIMESTAMP, /* 2026-11-27 06:30:00.123, with three decimals at least: Athena's timestamp */
    BF_TIME_DATE,      /* 2026-11-27 */
    BF_TIME_MS,        /* milliseconds since 1970, and */
    BF_TIME_DAYS       /* days: as OpenCSVSerDe reads a timestamp and a date */
};

struct bf_row_conf {
    enum bf_row_image image;
    enum bf_row_format format;
    const char *fields; /* "order_id,payment.method,old.status"; NULL: all */
    enum bf_row_meta meta[BF_META_N];
    size_t nmeta;
    bool meta_given; /* not the usual ones */
    struct bf_str meta_name
        [BF_META_N];         /* by enum bf_row_meta; p NULL: prefix and usual name. Read now only */
    enum bf_row_time time;   /* the form of ts in rows */
    const char *meta_prefix; /* NULL: "_" */
    bool header;             /* CSV and TSV: column names in front of the first row */
    bool colour;             /* DIFF: for a terminal */
};

/* The defaults: new image, NDJSON, all attributes, _op and _ts, a header. */
BF_API void bf_row_conf_init(struct bf_row_conf *conf);

/* "op,ts,table,event-id,seq,changed" into conf->meta; no name twice. */
BF_API BF_MUST bool bf_row_conf_meta(struct bf_row_conf *conf, struct bf_str list,
                                     struct bf_err *e);

struct bf_row;

/* The name that a metadata column has by itself, into out. */
BF_API void bf_row_meta_name(const struct bf_row_conf *conf, enum bf_row_meta what,
                             struct bf_buf *out);

/* Copies what it needs of conf. NULL: *e says why. */
BF_API BF_MUST struct bf_row *bf_row_new(const struct bf_row_conf *conf, struct bf_err *e);
BF_API void bf_row_destroy(struct bf_row *r);

/* The columns of a table, when they are known before its first row: those attributes. */
BF_API BF_MUST bool bf_row_fix(struct bf_row *r, const struct bf_image *image, struct bf_err *e);
BF_API bool bf_row_is_fixed(const struct bf_row *r);

/* Appends the header if the format has one, it was asked for, the columns are known and it has not
 * been written. A command calls it at the end of input, so that empty input has its header too. */
BF_API void bf_row_put_header(struct bf_row *r, struct bf_buf *out);

/* The i-th of the fields that was looked for and that no record had; p NULL: no more. What `other`, made of the
 * same conf, has seen counts as seen here. */
BF_API struct bf_str bf_row_unseen(const struct bf_row *r, size_t i);
BF_API void bf_row_merge(struct bf_row *r, const struct bf_row *other);

/* The i-th of the metadata columns that was asked for and that no record had, _seq excepted; p NULL: no more. The usual
 * _ts is not among them, unless it was asked for by name. */
BF_API struct bf_str bf_row_null_meta(const struct bf_row *r, size_t i);

/* Was _seq asked for, of a record that has no order? One is enough: nothing can be sorted by it then. */
BF_API bool bf_row_unordered(const struct bf_row *r);

/* Appends one row with its newline. False: nothing was appended, *e says why the row was refused. */
BF_API BF_MUST bool bf_row_put(struct bf_row *r, const struct bf_change *c, struct bf_buf *out,
                               struct bf_err *e);

/* The image that a row of this record is made of; false (*e) when the record carries it not. */
BF_API BF_MUST bool bf_row_image(const struct bf_row *r, const struct bf_change *c,
                                 const struct bf_image **image, struct bf_err *e);

BF_C_END

#endif
