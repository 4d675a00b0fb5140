/*
 * Hive's side of a table: its types in DuckDB's words, its SerDe, and the rows
 * that a SerDe makes of lines.
 *
 * DuckDB reads lines; athena_row(spec, line) makes a list of texts of one, a text
 * a column (NULL for NULL), which the scan casts to the column's type. What the
 * SerDe would refuse is an error there, in Athena's words.
 */
#ifndef BL_HIVE_H
#define BL_HIVE_H

#include <jansson.h>

#include "cmd/bflocal/duck/function.h"

/* Appends the type in DuckDB's words: "array<struct<a:int>>" is STRUCT("a" INTEGER)[]. */
bool bl_hive_type(const char *type, struct bf_buf *out, struct bf_err *e) BF_MUST;

enum bl_hive_format { BL_HIVE_JSON, BL_HIVE_CSV, BL_HIVE_LAZY, BL_HIVE_PARQUET };

/* From a StorageDescriptor. A SerDe that is not mapped is refused by name. */
bool bl_hive_format(const json_t *sd, enum bl_hive_format *format, struct bf_err *e) BF_MUST;

/* The specification of athena_row for these columns. */
bool bl_hive_spec(const json_t *sd, const json_t *table, enum bl_hive_format format,
                  struct bf_buf *out, struct bf_err *e) BF_MUST;

/* Appends how column i (from 1) of athena_row's list, which is called athena_r, becomes its type. */
bool bl_hive_column(const json_t *column, size_t i, enum bl_hive_format format, struct bf_buf *out,
                    struct bf_err *e) BF_MUST;

extern const struct bl_duck_function bl_hive_functions[];
extern const size_t bl_hive_nfunctions;

#endif
