/*
 * SQL over change records, by SQLite, which is loaded when the first of these
 * is made and never else.
 *
 * The table is cdc. Its columns are the attributes of the image that rows are
 * made of, found by name or path (payment.method), old.NAME in the old image,
 * and _op, _ts, _table, _event_id, _seq. Which columns there are is told by the
 * query: any name it mentions. One that a record has not is NULL.
 *
 * Values: S is text, B its base64 text; N an integer, or a real when 15 digits
 * hold it, else text, never rounded; BOOL is 1 or 0; M, L and sets are JSON
 * text. A result that is nothing but a column goes out as it came in, digit for
 * digit. Comparisons and BETWEEN are exact for numbers of any length, ORDER BY,
 * min and max take the nearest real; a query that can no longer tell such a
 * number from a text fails. dec_add, dec_sub, dec_mul, dec_cmp and the
 * aggregates dec_sum, dec_min and dec_max compute with decimals exactly.
 *
 * A query that looks at one change at a time answers at once. One that looks
 * at more (GROUP BY, ORDER BY, LIMIT, DISTINCT, aggregates) is fed on a thread of
 * its own, and answers at the end or when it can; one that reads cdc more than
 * once (a join with itself, WITH, UNION) keeps the columns that it mentions in a
 * temporary file first.
 */
#ifndef BF_SQL_SQL_H
#define BF_SQL_SQL_H

#include "lib/cli/opt_list.h"
#include "lib/row/row.h"

BF_C_BEGIN

struct bf_sql_conf {
    const char *where;         /* an expression; NULL: all changes */
    const char *select;        /* a list of results */
    const char *query;         /* instead of both: a whole SELECT */
    struct bf_opt_list lookup; /* "name=FILE.csv" or FILE.ndjson */
    struct bf_opt_list enrich; /* "products on product_id: brand, department" */
    struct bf_opt_list set;    /* "NAME=EXPR" */
    bool no_meta;              /* _op and the like are attributes as others are */
};

/* Is there any SQL in it? */
BF_API bool bf_sql_wanted(const struct bf_sql_conf *conf);

struct bf_sql;

/* Loads lookups and prepares the queries. row tells the image and what a whole row is; it stays the
 * caller's and outlives the object. NULL: *e says why (BF_E_USAGE, with the option's name). */
BF_API BF_MUST struct bf_sql *bf_sql_new(const struct bf_sql_conf *conf, struct bf_row *row,
                                         struct bf_err *e);
BF_API void bf_sql_destroy(struct bf_sql *s);

/* Does `where` hold for the change? True where there is none. */
BF_API BF_MUST bool bf_sql_where(struct bf_sql *s, const struct bf_change *c, bool *pass,
                                 struct bf_err *e);

/* Does it make rows of its own (select or query), or change them (set, enrich)? */
BF_API bool bf_sql_selects(const struct bf_sql *s);
BF_API bool bf_sql_sets(const struct bf_sql *s);

/* The results as attributes without values, where it selects and they are known; *image not present: they are
 * not, since there is a star among them. */
BF_API BF_MUST bool bf_sql_columns(struct bf_sql *s, struct bf_image *image, struct bf_err *e);

/* Does it answer only at the end of input? */
BF_API bool bf_sql_waits(const struct bf_sql *s);

/* The next row of select or query for the change (*again false at first), as an image whose attributes hold
 * until the next call; *image NULL: no more. */
BF_API BF_MUST bool bf_sql_next(struct bf_sql *s, const struct bf_change *c, bool again,
                                struct bf_image *image, struct bf_err *e);

/* At the end of input: the next row of a query that waits. */
BF_API BF_MUST bool bf_sql_end_next(struct bf_sql *s, struct bf_image *image, struct bf_err *e);

/* The image that rows are made of, with what set and enrich add. */
BF_API BF_MUST bool bf_sql_set(struct bf_sql *s, const struct bf_change *c, struct bf_image *image,
                               struct bf_err *e);

/* The i-th column that was looked for and that no record had; p NULL: no more. */
BF_API struct bf_str bf_sql_unseen(const struct bf_sql *s, size_t i);

/* Counts what `other`, made of the same conf, has seen as seen here. */
BF_API void bf_sql_merge(struct bf_sql *s, const struct bf_sql *other);

BF_C_END

#endif
