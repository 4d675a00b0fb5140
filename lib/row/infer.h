/*
 * Schemas found in rows: what types the members of the first rows have had. A column is
 *
 *     boolean         truth values only
 *     bigint          whole numbers that 64 bits hold
 *     decimal(P,S)    numbers with up to 38 digits; S as many behind the point as one has had, P 18 where that is enough
 *     double          numbers of which one has an exponent
 *     date            texts such as 2026-11-27
 *     timestamp       texts such as 2026-11-27T06:30:00.123Z or 2026-11-27 06:30:00, up to microseconds
 *     string          other texts, and a mixture of single values
 *     json            a list or object in one row at least, or NULL in all
 *
 * Nothing is guessed from names, and no value is rounded to fit.
 */
#ifndef BF_ROW_INFER_H
#define BF_ROW_INFER_H

#include "lib/base/map.h"
#include "lib/row/schema.h"

enum bf_infer_kind {
    BF_INFER_NULL,
    BF_INFER_BOOLEAN,
    BF_INFER_INTEGER,
    BF_INFER_DECIMAL,
    BF_INFER_EXPONENT,
    BF_INFER_LONG, /* a number of more than 38 digits */
    BF_INFER_DATE,
    BF_INFER_TIME,
    BF_INFER_TEXT,
    BF_INFER_NESTED,
    BF_INFER_KINDS
};

struct bf_infer_column {
    struct bf_str name; /* decoded */
    uint64_t
        first[BF_INFER_KINDS]; /* the first row that had a value of the kind, from 1; 0: none */
    int before, behind;        /* the most digits before and behind the point */
};

struct bf_infer {
    struct bf_arena arena;
    struct bf_map names; /* to their place */
    struct bf_infer_column *column;
    size_t n, cap;
    uint64_t rows;
};

BF_API void bf_infer_init(struct bf_infer *i);
BF_API void bf_infer_free(struct bf_infer *i);

/* Looks at a row, one JSON object. BF_E_INPUT: it is none, and counts as if it had not come. */
BF_API BF_MUST bool bf_infer_row(struct bf_infer *i, struct bf_str row, struct bf_err *e);

/* The type of a column. */
BF_API struct bf_type bf_infer_type(const struct bf_infer_column *c);

/* Adds the columns to the schema, in the order in which they came; those of the names in skip (n of them) are left out. */
BF_API BF_MUST bool bf_infer_schema(const struct bf_infer *i, const struct bf_str *skip, size_t n,
                                    struct bf_schema *s, struct bf_err *e);

/* "a number", "a date"... */
BF_API const char *bf_infer_kind_name(enum bf_infer_kind kind);

#endif
