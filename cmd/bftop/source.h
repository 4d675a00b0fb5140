/* The database, read only. Each panel is one statement, and so one read transaction; none lasts longer than
 * SOURCE_QUERY_MS, so that the writer's log (WAL) can be written back between them. */
#ifndef BFTOP_SOURCE_H
#define BFTOP_SOURCE_H

#include "lib/sqlite/load.h"

enum { SOURCE_QUERY_MS = 10000, SOURCE_BUSY_MS = 2000 };

struct source {
    const struct sql_api *api;
    sqlite3 *h;
    const char *path;
    bool projection;  /* cdcproj keeps it */
    int64_t until_ms; /* when the running statement is ended */
    bool late;        /* it was */
    sqlite3_stmt *version;
};

/* `any`: a database that is no projection will do. */
BF_MUST bool source_open(struct source *s, const char *path, bool any, struct bf_err *e);
void source_close(struct source *s);

/* A number that differs after another process has committed; -1: it cannot be read now. */
int64_t source_version(struct source *s);

#endif
