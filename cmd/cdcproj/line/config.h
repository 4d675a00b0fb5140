/* What was asked for. */
#ifndef CDCPROJ_CONFIG_H
#define CDCPROJ_CONFIG_H

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

#endif
