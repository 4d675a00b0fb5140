/* athddl: what a table is, as SQL. The options, and the three ways to its columns and partitions. */
#ifndef ATHDDL_ATHDDL_H
#define ATHDDL_ATHDDL_H

#include "lib/cli/opt.h"
#include "lib/cli/rejects.h"
#include "lib/ddl/table.h"

enum input { INPUT_NDJSON, INPUT_CSV, INPUT_TSV };

enum target {
    TARGET_ATHENA,
    TARGET_DUCKDB,
    TARGET_SQLITE,
    TARGET_POSTGRES,
    TARGET_GLUE_JSON,
    TARGET_SCHEMA
};

struct config {
    struct bf_common common;
    const char *table;
    const char *schema, *location, *hive, *rejects;
    struct bf_opt_list partition, range, values;
    bool partitions, explain, no_header, strict;
    uint64_t max_line;
    enum input input;
    enum target what;
    int serde;              /* -1: the usual one for the input */
    enum bf_ddl_serde with; /* made of it */
};

struct run {
    const struct config *cfg;
    struct bf_arena arena;
    struct bf_ddl_table table;
    struct bf_schema schema; /* with --schema */
    struct bf_out out;
    struct bf_rejects rejects;
};

/* The columns of the rows on standard input, added to the table. */
bool rows_read(struct run *r, struct bf_err *e);

/* Receipts from standard input: statements that add their partitions go out. */
bool receipts_read(struct run *r, struct bf_err *e);

#endif
