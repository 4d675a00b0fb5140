/*
 * Rows from change records: from which image, with which columns, in which format.
 *
 * A row has the attributes of the chosen image in their order, then the metadata columns (_op, _ts
 * and others that were requested). `fields` selects and orders the columns: names of attributes,
 * paths into maps (payment.method), and old.NAME for the old image. A field that a record does not
 * have is omitted from a JSON row and is NULL in CSV and TSV.
 *
 * CSV and TSV have fixed columns. Without `fields` they are those of the first row; a later row
 * with another attribute is an error, because the attribute would be lost silently.
 *
 * Names collide if an attribute has the name of a metadata column, or begins with "old." in a row
 * of both images: such a row is an error, and the message names the option that avoids it. A struct
 * bf_row belongs to one thread.
 */
#ifndef BF_ROW_ROW_H
#define BF_ROW_ROW_H

#include "lib/ddb/change.h"

BF_C_BEGIN

enum bf_row_image {
    BF_ROW_NEW,  /* NewImage; keys for REMOVE */
    BF_ROW_OLD,  /* OldImage; keys for INSERT */
    BF_ROW_BOTH, /* as NEW, then the old image's attributes as old.NAME */
    BF_ROW_KEYS,
    BF_ROW_NEWEST /* as NEW; for REMOVE the old image if the record has it */
};

/* WRITES: lines that make another table equal, {"put":{...}} or, for REMOVE, {"delete":{...}}, with
 * types and without metadata. */
/* OPENCSV: CSV that Athena's and Hive's OpenCSVSerDe parses correctly. */
enum bf_row_format {
    BF_ROW_NDJSON,
    BF_ROW_CSV,
    BF_ROW_TSV,
    BF_ROW_DDB_JSON,
    BF_ROW_WRITES,
    BF_ROW_OPENCSV,
    BF_ROW_DIFF /* for people: the changed attributes, one per line */
};

/* Are the rows lines with the same columns, under a header? */
static inline bool bf_row_is_table(enum bf_row_format format)
{
    return format == BF_ROW_CSV || format == BF_ROW_TSV || format == BF_ROW_OPENCSV;
}

/* The metadata columns. Their names are the prefix and op, ts, table, event_id, seq, changed. */
enum bf_row_meta {
    BF_META_OP,       /* INSERT, MODIFY, REMOVE */
    BF_META_TS,       /* ISO 8601 UTC, with the source's number of decimals */
    BF_META_TABLE,    /* null if the record does not have it */
    BF_META_EVENT_ID, /* null if the record does not have it */
    BF_META_SEQ,      /* sorts the changes of one key (order.h); null if the record has no order */
    BF_META_CHANGED, /* the names of the attributes that a MODIFY changed, separated by commas; else
                      * null */
    BF_META_N
};

enum bf_row_time {
    BF_TIME_ISO,       /* 2026-11-27T06:30:00.123Z, with the source's number of decimals */
    BF_TIME_TIMESTAMP, /* 2026-11-27 06:30:00.123, with at least three decimals: Athena's
                        * timestamp */
    BF_TIME_DATE,      /* 2026-11-27 */
    BF_TIME_MS,        /* milliseconds since 1970: OpenCSVSerDe's timestamp */
    BF_TIME_DAYS       /* days since 1970: OpenCSVSerDe's date */
};

struct bf_row_conf {
    enum bf_row_image image;
    enum bf_row_format format;
    const char *fields; /* "order_id,payment.method,old.status"; NULL: all */
    enum bf_row_meta meta[BF_META_N];
    size_t nmeta;
    bool meta_given; /* meta was set by the user */
    struct bf_str
        meta_name[BF_META_N]; /* indexed by enum bf_row_meta; p NULL: prefix and usual name. Read by
                              * bf_row_new only */
    enum bf_row_time time;    /* the form of ts */
    const char *meta_prefix;  /* NULL: "_" */
    bool header;              /* CSV and TSV: column names before the first row */
    bool colour;              /* DIFF: with colours, for a terminal */
};

/* The defaults: new image, NDJSON, all attributes, _op and _ts, a header. */
BF_API void bf_row_conf_init(struct bf_row_conf *conf);

/* Parses "op,ts,table,event-id,seq,changed" into conf->meta; no name twice. */
BF_API BF_MUST bool bf_row_conf_meta(struct bf_row_conf *conf, struct bf_str list,
                                     struct bf_err *e);

struct bf_row;

/* Appends the default name of a metadata column to out. */
BF_API void bf_row_meta_name(const struct bf_row_conf *conf, enum bf_row_meta what,
                             struct bf_buf *out);

/* Copies what it needs from conf. NULL: see *e. */
BF_API BF_MUST struct bf_row *bf_row_new(const struct bf_row_conf *conf, struct bf_err *e);
BF_API void bf_row_destroy(struct bf_row *r);

/* Fixes the columns of a table before its first row to those attributes. */
BF_API BF_MUST bool bf_row_fix(struct bf_row *r, const struct bf_image *image, struct bf_err *e);
BF_API bool bf_row_is_fixed(const struct bf_row *r);

/* Appends the header if the format has one, it was requested, the columns are known and it has not
 * been written. Call it at the end of input, so that empty input gives a header too. */
BF_API void bf_row_put_header(struct bf_row *r, struct bf_buf *out);

/* The i-th requested field that no record had; p NULL: no more. bf_row_merge adds the fields that
 * `other`, made from the same conf, has seen. */
BF_API struct bf_str bf_row_unseen(const struct bf_row *r, size_t i);
BF_API void bf_row_merge(struct bf_row *r, const struct bf_row *other);

/* The i-th requested metadata column that was null in every record, except _seq; p NULL: no more.
 * The default _ts counts only if it was requested by name. */
BF_API struct bf_str bf_row_null_meta(const struct bf_row *r, size_t i);

/* Was _seq requested, and did a record have no order? One such record means that the rows cannot be
 * sorted by it. */
BF_API bool bf_row_unordered(const struct bf_row *r);

/* Appends one row with its newline. False: nothing was appended, and *e says why. */
BF_API BF_MUST bool bf_row_put(struct bf_row *r, const struct bf_change *c, struct bf_buf *out,
                               struct bf_err *e);

/* The image from which the row of this record is made; false (*e) if the record does not have
 * it. */
BF_API BF_MUST bool bf_row_image(const struct bf_row *r, const struct bf_change *c,
                                 const struct bf_image **image, struct bf_err *e);

BF_C_END

#endif
