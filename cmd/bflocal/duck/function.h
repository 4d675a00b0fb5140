/*
 * Functions that bflocal adds to DuckDB: those of Athena that no DuckDB expression
 * reproduces exactly. Their names begin with athena_. A user's statement cannot call
 * them, because the translation does not know these names.
 */
#ifndef BL_DUCK_FUNCTION_H
#define BL_DUCK_FUNCTION_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

enum { BL_DUCK_PARAMETERS = 3 };

struct bl_duck_function {
    const char *name;
    enum duckdb_type result;                         /* DUCKDB_LIST: a list of VARCHAR */
    enum duckdb_type parameters[BL_DUCK_PARAMETERS]; /* DUCKDB_INVALID ends the list */
    bl_duck_run run;
    bl_duck_bind bind; /* may be NULL */
    bool nulls;        /* called for NULL arguments too */
};

/* Adds functions of higher rooms; call it before bl_duck_start. */
void bl_duck_offer(const struct bl_duck_function *list, size_t n);

/* Registers all functions. */
bool bl_duck_register(duckdb_connection con, struct bf_err *e) BF_MUST;

#endif
