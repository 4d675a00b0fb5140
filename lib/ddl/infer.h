/*
 * A schema out of the first rows, for files that say themselves what is in them (Parquet): seen.h's verdicts, ISO 8601
 * times as timestamps. Columns are called as in the rows.
 */
#ifndef BF_DDL_INFER_H
#define BF_DDL_INFER_H

#include "lib/ddl/seen.h"

struct bf_ddl_infer {
    struct bf_arena arena;
    struct bf_ddl_seen *seen;
    uint64_t rows;
};

BF_API void bf_ddl_infer_init(struct bf_ddl_infer *i);
BF_API void bf_ddl_infer_free(struct bf_ddl_infer *i);

/* Looks at a row, one JSON object. BF_E_INPUT: it is none, and counts as if it had not come. */
BF_API BF_MUST bool bf_ddl_infer_row(struct bf_ddl_infer *i, struct bf_str row, struct bf_err *e);

/* Adds the columns to the schema, in the order in which they came; those of the names in skip (n of them) are left out.
 * A column that was NULL in all rows is json, which takes whatever comes. */
BF_API BF_MUST bool bf_ddl_infer_schema(struct bf_ddl_infer *i, const struct bf_str *skip, size_t n,
                                        struct bf_schema *s, struct bf_err *e);

#endif
