/*
 * DuckDB, which runs Athena's queries: libduckdb.so, opened by dlopen when the
 * first query comes, so that bflocal without queries pays nothing for it.
 *
 * It is found by BF_DUCKDB (the library's path), or by the loader's own rules
 * (libduckdb.so), or in the npm package @duckdb/node-bindings-linux-x64 below
 * node_modules here or in tests/services.
 *
 * One database in memory a process. What a statement can reach is fenced in
 * before the first one runs: no file but those in the given folder, no network, no
 * extension, and no setting changes that again.
 */
#ifndef BL_ENGINE_H
#define BL_ENGINE_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

/* Loads and opens it, once. folder: where files may be read. False (BF_E_NOTFOUND): there is no library, and how to get one. */
bool bl_duck_start(const char *folder, struct bf_err *e) BF_MUST;
void bl_duck_stop(void);

/* A connection, which a query has for itself. */
bool bl_duck_connect(duckdb_connection *con, struct bf_err *e) BF_MUST;
void bl_duck_disconnect(duckdb_connection *con);

/* Runs SQL; the rows come as they are made. out is to be destroyed after a success alone. */
bool bl_duck_query(duckdb_connection con, const char *sql, duckdb_result *out,
                   struct bf_err *e) BF_MUST;
/* The same for what has no rows, or none that matter. */
bool bl_duck_exec(duckdb_connection con, const char *sql, struct bf_err *e) BF_MUST;

/* What DuckDB says of a failure: the line that says it. False. */
bool bl_duck_fail(const char *text, struct bf_err *e);

/* Only finds out what is wrong with it, and the types of what it probes (probe.h). */
bool bl_duck_prepare(duckdb_connection con, const char *sql, struct bf_err *e) BF_MUST;

#endif
