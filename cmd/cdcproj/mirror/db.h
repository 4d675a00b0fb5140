/*
 * The SQLite file of a projection: its lock, its version, its transaction, and the tables that describe its contents
 * (doc/projection.md). Only one process writes it, which the lock FILE-lock ensures; readers are never blocked (WAL).
 */
#ifndef CDCPROJ_DB_H
#define CDCPROJ_DB_H

#include "cmd/cdcproj/line/counters.h"
#include "lib/checkpoint/positions.h"
#include "lib/checkpoint/state_open.h"
#include "lib/sqlite/text.h"

enum { DB_VERSION = BF_STATE_DB_VERSION };

struct db {
    const struct sql_api *api;
    sqlite3 *h;
    const char *path;
    int lock;
    bool open;         /* a transaction */
    uint64_t commits;  /* as in _bfpipe: another writer is noticed by it */
    uint64_t dev, ino; /* of the file, to notice that another one has its name, or none */
    struct bf_state state;
    struct bf_positions positions;
    sqlite3_stmt *begin, *commit, *rollback, *put_row, *put_position, *drop_position;
};

/* Acquires the lock, opens or creates the file. */
BF_MUST bool db_open(struct db *db, const char *path, struct bf_err *e);
/* Opens the file for reading, without the lock. */
BF_MUST bool db_open_reader(struct db *db, const char *path, struct bf_err *e);
void db_close(struct db *db);

/* Sets *e to the error of the last call, prefixed with the file's name. Returns false. */
bool db_fail(const struct db *db, struct bf_err *e);

BF_MUST bool db_prepare(const struct db *db, struct bf_str sql, sqlite3_stmt **stmt,
                        struct bf_err *e);
/* Runs a text of statements without results. */
BF_MUST bool db_exec(const struct db *db, const char *sql, struct bf_err *e);
/* One step of a bound statement without results, and its reset; *changed (may be NULL): rows. */
BF_MUST bool db_run(const struct db *db, sqlite3_stmt *stmt, int *changed, struct bf_err *e);

void db_bind(const struct db *db, sqlite3_stmt *stmt, int at, struct bf_str text);
struct bf_str db_text(const struct db *db, sqlite3_stmt *row, int column);

/* Begins a transaction if there is none. */
BF_MUST bool db_begin(struct db *db, struct bf_err *e);
/* Commits rows, positions and counters together. */
BF_MUST bool db_commit(struct db *db, const struct counters *c, struct bf_err *e);
/* Drops the rows since the last commit, and their positions. */
void db_rollback(struct db *db);

#endif
