/*
 * A schema from the first rows, for files that contain their schema (Parquet): the types are
 * decided by seen.h, ISO 8601 times are timestamps. Columns have the names of the rows.
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

/* Adds a row, one JSON object. BF_E_INPUT: it is not one, and is ignored. */
BF_API BF_MUST bool bf_ddl_infer_row(struct bf_ddl_infer *i, struct bf_str row, struct bf_err *e);

/* Adds the columns to the schema in the order of their first appearance, except the n names in
 * skip. A column that was NULL in all rows is json, which accepts any value. */
BF_API BF_MUST bool bf_ddl_infer_schema(struct bf_ddl_infer *i, const struct bf_str *skip, size_t n,
                                        struct bf_schema *s, struct bf_err *e);

#endif
