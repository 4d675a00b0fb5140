/*
 * Types of expressions, found out by DuckDB's own binder: athena_probe(N, x) in
 * a statement that is prepared (never run) tells the type of x to the table that
 * bl_duck_probe_into has named for this thread.
 */
#ifndef BL_DUCK_PROBE_H
#define BL_DUCK_PROBE_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

struct bl_duck_found {
    bool known;
    bool mixed;                 /* one text, two types */
    enum duckdb_type id, child; /* child: of a list */
    int width, scale;           /* of a decimal */
    bool json;
    char text[400];   /* Athena's name of it */
    char fields[400]; /* of a row, or of the rows of a list: names, each with a line end */
};

struct bl_duck_probes {
    struct bl_duck_found *found; /* by N */
    size_t n;
};

/* NULL: probes are forgotten. */
void bl_duck_probe_into(struct bl_duck_probes *p);

void bl_duck_probe_bind(duckdb_bind_info info);
void bl_duck_probe_run(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out);

#endif
