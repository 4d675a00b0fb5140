/*
 * Types of expressions, determined by DuckDB's binder. When a statement that contains
 * athena_probe(N, x) is prepared (it is never run), the type of x is stored in the
 * table that this thread has given to bl_duck_probe_into.
 */
#ifndef BL_DUCK_PROBE_H
#define BL_DUCK_PROBE_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

struct bl_duck_found {
    bool known;
    bool mixed;                 /* two uses of the same text have different types */
    enum duckdb_type id, child; /* child: the element type of a list */
    int width, scale;           /* of a decimal */
    bool json;
    char text[400];   /* Athena's name of the type */
    char fields[400]; /* of a row or a list of rows: the field names, each with a newline */
};

struct bl_duck_probes {
    struct bl_duck_found *found; /* indexed by N */
    size_t n;
};

/* NULL: results of probes are dropped. */
void bl_duck_probe_into(struct bl_duck_probes *p);

void bl_duck_probe_bind(duckdb_bind_info info);
void bl_duck_probe_run(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out);

#endif
