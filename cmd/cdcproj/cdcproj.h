/*
 * cdcproj's parts: what was asked for (config), the database (db), what a line is (input), the tables that mirror items
 * (mirror), and the loop that commits rows and positions together (run).
 */
#ifndef CDCPROJ_H
#define CDCPROJ_H

#include "lib/cli/opt.h"

struct config {
    struct bf_common common;
    const char *database;   /* an SQLite file */
    const char *table;      /* only this table; the table of lines that name none */
    struct bf_opt_list key; /* attribute names; not empty: lines are plain rows */
    struct bf_opt_list types;
    bool soft_delete, history, strict, rebuild;
    uint64_t commit_every_ms;
    uint64_t max_line;
    const char *rejects;
};

/* True when all lines have been taken. */
BF_MUST bool run(const struct config *c, const char **files, size_t nfiles, struct bf_err *e);

#endif
