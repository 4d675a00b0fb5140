/*
 * Hive's part of a table: its types as DuckDB's, its SerDe, and the rows that a SerDe
 * reads from lines.
 *
 * DuckDB reads lines. athena_row(spec, line) splits a line into a list of texts, one
 * for each column (NULL for NULL), which the scan casts to the columns' types. A line
 * that the SerDe refuses is an error with Athena's message.
 */
#ifndef BL_HIVE_H
#define BL_HIVE_H

#include <jansson.h>

#include "cmd/bflocal/duck/function.h"

/* Appends DuckDB's name of the type: STRUCT("a" INTEGER)[] for "array<struct<a:int>>". */
bool bl_hive_type(const char *type, struct bf_buf *out, struct bf_err *e) BF_MUST;

enum bl_hive_format { BL_HIVE_JSON, BL_HIVE_CSV, BL_HIVE_LAZY, BL_HIVE_PARQUET };

/* Reads the format from a StorageDescriptor. An unknown SerDe is refused by name. */
bool bl_hive_format(const json_t *sd, enum bl_hive_format *format, struct bf_err *e) BF_MUST;

/* The specification of athena_row for a table's columns. */
bool bl_hive_spec(const json_t *sd, const json_t *table, enum bl_hive_format format,
                  struct bf_buf *out, struct bf_err *e) BF_MUST;

/* Appends the conversion of column i (from 1) of athena_row's list, called athena_r, to the
 * column's type. */
bool bl_hive_column(const json_t *column, size_t i, enum bl_hive_format format, struct bf_buf *out,
                    struct bf_err *e) BF_MUST;

extern const struct bl_duck_function bl_hive_functions[];
extern const size_t bl_hive_nfunctions;

#endif
