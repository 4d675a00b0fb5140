/* DuckDB's types and values as Athena names and prints them. */
#ifndef BL_DUCK_VALUE_H
#define BL_DUCK_VALUE_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

/* A type: what Athena's ColumnInfo says of it, and its full name in SQL. */
struct bl_duck_type {
    char name[40]; /* "decimal", "row" */
    int precision, scale;
};

/* False: Athena has no such type. */
bool bl_duck_type(duckdb_logical_type type, struct bl_duck_type *out);

/* Appends "array(row(a integer, b decimal(10,2)))". */
void bl_duck_type_text(struct bf_buf *out, duckdb_logical_type type);

/* Appends "array<struct<a:int,b:decimal(10,2)>>", as Hive has it. */
void bl_duck_type_hive(struct bf_buf *out, duckdb_logical_type type);

/* Is the value of that row NULL? */
bool bl_duck_null(duckdb_vector v, uint64_t row);

struct bf_str bl_duck_string(const duckdb_string *s);

/* A string of a parameter, flat as DuckDB hands it over. */
struct bf_str bl_duck_text(duckdb_vector v, uint64_t row);

/* The answer for a row: NULL. */
void bl_duck_set_null(duckdb_vector out, uint64_t row);

/* Appends a value as Athena writes it into a result; "null" for a NULL. False: it has no place in an Athena type. */
bool bl_duck_put(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row);

/* Appends a list in brackets, each element by `put`. False: one of them was refused. */
bool bl_duck_put_list(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row,
                      const char *separator,
                      bool (*put)(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type,
                                  uint64_t row));

/* Appends a double or a float as Java's toString does: "1.0E7". */
void bl_duck_put_double(struct bf_buf *out, double d, bool is_float);

#endif
