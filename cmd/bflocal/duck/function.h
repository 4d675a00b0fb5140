/*
 * Functions of our own inside DuckDB: those that Athena has and that no
 * expression of DuckDB's gives exactly. Their names begin with athena_, and no
 * statement of a user can name them (the translation knows no such function).
 */
#ifndef BL_DUCK_FUNCTION_H
#define BL_DUCK_FUNCTION_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

enum { BL_DUCK_PARAMETERS = 3 };

struct bl_duck_function {
    const char *name;
    enum duckdb_type result;                         /* DUCKDB_LIST: of VARCHAR */
    enum duckdb_type parameters[BL_DUCK_PARAMETERS]; /* DUCKDB_INVALID: no more */
    bl_duck_run run;
    bl_duck_bind bind; /* may be NULL */
    bool nulls;        /* it is called for NULL too */
};

/* Of the rooms above; before bl_duck_start. */
void bl_duck_offer(const struct bl_duck_function *list, size_t n);

/* Makes all of them known. */
bool bl_duck_register(duckdb_connection con, struct bf_err *e) BF_MUST;

#endif
