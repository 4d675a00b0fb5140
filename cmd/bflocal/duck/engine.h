/*
 * DuckDB, which runs Athena's queries: libduckdb.so, opened by dlopen at the first
 * query, so that bflocal without queries does not pay for it.
 *
 * The library is BF_DUCKDB (a path); otherwise libduckdb.so by the loader's rules;
 * otherwise in the npm package @duckdb/node-bindings-linux-x64 below ./node_modules or
 * tests/services/node_modules.
 *
 * Each process has one database, in memory. Statements are restricted before the first
 * one runs: they can read only files in the given folder, and have no network and no
 * extensions. No statement can change these settings.
 */
#ifndef BL_ENGINE_H
#define BL_ENGINE_H

#include "cmd/bflocal/duck/api.h"
#include "lib/base/str.h"

/* Opens the library and the database, once. folder: the only folder whose files may be read.
 * False: BF_E_NOTFOUND if there is no library; the text says how to get one. */
bool bl_duck_start(const char *folder, struct bf_err *e) BF_MUST;
void bl_duck_stop(void);

/* Opens a connection. A query does not share its connection. */
bool bl_duck_connect(duckdb_connection *con, struct bf_err *e) BF_MUST;
void bl_duck_disconnect(duckdb_connection *con);

/* Runs SQL; the rows are streamed. Destroy *out only after success. */
bool bl_duck_query(duckdb_connection con, const char *sql, duckdb_result *out,
                   struct bf_err *e) BF_MUST;
/* The same for a statement whose result is not used. */
bool bl_duck_exec(duckdb_connection con, const char *sql, struct bf_err *e) BF_MUST;

/* Sets *e from DuckDB's error text: its line with the message. Returns false. */
bool bl_duck_fail(const char *text, struct bf_err *e);

/* Binds the statement without running it: reports its errors, and the types of its probes
 * (probe.h). */
bool bl_duck_prepare(duckdb_connection con, const char *sql, struct bf_err *e) BF_MUST;

#endif
