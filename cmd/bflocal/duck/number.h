/* What DuckDB refuses and Athena answers: functions of doubles as IEEE 754 has them. And an error that TRY may catch. */
#ifndef BL_DUCK_NUMBER_H
#define BL_DUCK_NUMBER_H

#include "cmd/bflocal/duck/api.h"

/* (name, x): the root of -1 and its like are NaN. */
void bl_duck_number_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out);

/* (a, b): the rest of a / b, with the sign of a; NaN for b = 0. */
void bl_duck_fmod_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out);

/* (text): fails with that text. DuckDB does not allow its own error() inside TRY, because error() is volatile. */
void bl_duck_fail_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out);

#endif
