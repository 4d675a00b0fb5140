/* DuckDB's values as the JSON of Athena's CAST(x AS JSON): decimals with all digits, times as
 * strings. */
#ifndef BL_DUCK_JSON_H
#define BL_DUCK_JSON_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

/* Appends a value; null for NULL. False: the type has no JSON form. */
bool bl_duck_put_json(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row);

/* athena_json(x): the JSON text. */
void bl_duck_json_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out);

/* athena_json_hive(x): the line that Athena writes to a table or an UNLOAD in JSON (Trino's JsonSerializer of Hive). */
void bl_duck_json_hive_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out);

#endif
