/*
 * cdcproj's parts: what was asked for (config), what a line is (input), the tables that mirror items (mirror), the database
 * that they are in (sink; db and apply are SQLite's, pg PostgreSQL's), and the loop that commits rows and positions
 * together (run).
 */
#ifndef CDCPROJ_H
#define CDCPROJ_H

#include "lib/cli/opt.h"

struct config {
    struct bf_common common;
    const char *database;   /* an SQLite file, or the URL of a PostgreSQL server */
    const char *table;      /* only this table; the table of lines that name none */
    struct bf_opt_list key; /* attribute names; not empty: lines are plain rows */
    struct bf_opt_list types;
    bool soft_delete, history, strict, rebuild, check, explain;
    struct bf_opt_list view; /* files */
    uint64_t commit_every_ms;
    uint64_t max_line;
    const char *rejects;
};

/* True if all lines were applied. */
BF_MUST bool run(const struct config *c, const char **files, size_t nfiles, struct bf_err *e);

/* --check: computes the roll-ups again and compares them. False: some differ. */
BF_MUST bool run_check(const struct config *c, struct bf_err *e);

/* --explain: prints for each roll-up whether it is kept, and the reason if not. */
BF_MUST bool run_explain(const struct config *c, struct bf_err *e);
/* The same for PostgreSQL. */
BF_MUST bool pg_check(const struct config *c, struct bf_err *e);
BF_MUST bool pg_explain(const struct config *c, struct bf_err *e);

#endif
