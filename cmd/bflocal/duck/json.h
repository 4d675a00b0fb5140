/* DuckDB's values as JSON, as Athena's CAST(x AS JSON) makes it: decimals digit for digit, times as texts. */
#ifndef BL_DUCK_JSON_H
#define BL_DUCK_JSON_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

/* Appends a value, null for a NULL. False: it has no place in JSON. */
bool bl_duck_put_json(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row);

/* athena_json(x): the text. */
void bl_duck_json_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out);

#endif
