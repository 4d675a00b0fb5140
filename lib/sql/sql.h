/*
 * SQL over change records, by SQLite, which is loaded when the first of these objects is created.
 *
 * The table is cdc. Its columns are the attributes of the image that rows are made from, found by
 * name or path (payment.method), old.NAME in the old image, and _op, _ts, _table, _event_id, _seq.
 * The query decides which columns exist: all names that it mentions. A column that a record does
 * not have is NULL.
 *
 * Values: S is text, B its base64 text; N an integer, or a real if 15 digits suffice, else text,
 * never rounded; BOOL is 1 or 0; M, L and sets are JSON text. A result that is only a column keeps
 * its original value, digit for digit. Comparisons and BETWEEN are exact for numbers of any length;
 * ORDER BY, min and max use the nearest real; a query in which such a number can no longer be
 * distinguished from a text fails. dec_add, dec_sub, dec_mul, dec_cmp and the aggregates dec_sum,
 * dec_min and dec_max calculate exactly with decimals.
 *
 * A query over one change at a time gives its rows at once. One over several changes (GROUP BY,
 * ORDER BY, LIMIT, DISTINCT, aggregates) runs on a thread of its own and gives its rows at the end
 * or when it can; one that reads cdc more than once (a self-join, WITH, UNION) first stores the
 * columns that it mentions in a temporary file.
 */
#ifndef BF_SQL_SQL_H
#define BF_SQL_SQL_H

#include "lib/cli/opt_list.h"
#include "lib/row/row.h"

BF_C_BEGIN

struct bf_sql_conf {
    const char *where;         /* an expression; NULL: all changes */
    const char *select;        /* a list of results */
    const char *query;         /* instead of both: a complete SELECT */
    struct bf_opt_list lookup; /* "name=FILE.csv" or FILE.ndjson */
    struct bf_opt_list enrich; /* "products on product_id: brand, department" */
    struct bf_opt_list set;    /* "NAME=EXPR" */
    bool no_meta;              /* _op and the like are ordinary attributes */
};

/* Does conf contain any SQL? */
BF_API bool bf_sql_wanted(const struct bf_sql_conf *conf);

struct bf_sql;

/* Loads lookups and prepares the queries. row defines the image and what a whole row is; it belongs
 * to the caller and must outlive the object. NULL: see *e (BF_E_USAGE, with the option's name). */
BF_API BF_MUST struct bf_sql *bf_sql_new(const struct bf_sql_conf *conf, struct bf_row *row,
                                         struct bf_err *e);
BF_API void bf_sql_destroy(struct bf_sql *s);

/* Is `where` true for the change? True if there is none. */
BF_API BF_MUST bool bf_sql_where(struct bf_sql *s, const struct bf_change *c, bool *pass,
                                 struct bf_err *e);

/* Does it make rows of its own (select or query)? Does it change rows (set, enrich)? */
BF_API bool bf_sql_selects(const struct bf_sql *s);
BF_API bool bf_sql_sets(const struct bf_sql *s);

/* The results as attributes without values, if it selects and they are known. If *image is not
 * present, they are unknown, because one result is a star. */
BF_API BF_MUST bool bf_sql_columns(struct bf_sql *s, struct bf_image *image, struct bf_err *e);

/* Does it give rows only at the end of input? */
BF_API bool bf_sql_waits(const struct bf_sql *s);

/* The next row of select or query for the change (*again is false in the first call), as an image
 * whose attributes are valid until the next call; *image NULL: no more. */
BF_API BF_MUST bool bf_sql_next(struct bf_sql *s, const struct bf_change *c, bool again,
                                struct bf_image *image, struct bf_err *e);

/* At the end of input: the next row of a query that holds rows back. */
BF_API BF_MUST bool bf_sql_end_next(struct bf_sql *s, struct bf_image *image, struct bf_err *e);

/* The image of the row, with the attributes that set and enrich add. */
BF_API BF_MUST bool bf_sql_set(struct bf_sql *s, const struct bf_change *c, struct bf_image *image,
                               struct bf_err *e);

/* The i-th column that was searched for and that no record had; p NULL: no more. */
BF_API struct bf_str bf_sql_unseen(const struct bf_sql *s, size_t i);

/* Adds what `other`, made from the same conf, has seen. */
BF_API void bf_sql_merge(struct bf_sql *s, const struct bf_sql *other);

BF_C_END

#endif
