/*
 * Where a state is: in a directory of s3put's (state.json), or in a database that cdcproj keeps, whose positions are
 * committed in the same transaction as its rows. A name that is a file is an SQLite database, postgresql://... a server's;
 * anything else is a directory. A state that does not exist yet is empty.
 *
 * The table of a database (doc/projection.md):
 *
 *     _bfpipe_positions(stream, shard, sequence, ended, since_ms, moved_ms, change_ms)
 */
#ifndef BF_CHECKPOINT_STATE_OPEN_H
#define BF_CHECKPOINT_STATE_OPEN_H

#include "lib/checkpoint/state.h"
#include "lib/postgres/pg.h"
#include "lib/sqlite/load.h"

enum { BF_STATE_DB_VERSION = 1, BF_STATE_DB_WAIT_MS = 10000 };

/* Reads the state that is there, to start from its positions. BF_E_INPUT: it cannot be understood, or is of a later
 * version. The file is not changed. */
BF_API BF_MUST bool bf_state_open(struct bf_state *s, const char *where, struct bf_err *e);

/* Opens a database for reading; what a killed writer has begun in it is undone. If it fails, *db has the error. */
BF_MUST bool bf_state_open_db(const struct sql_api *api, const char *path, sqlite3 **db);

/* Reads the positions of an open database; the state is initialised. A database without them is an empty state. */
BF_MUST bool bf_state_read_db(struct bf_state *s, const struct sql_api *api, sqlite3 *db,
                              struct bf_err *e);

/* The same of PostgreSQL, in the schema that is the first of the search_path. */
BF_MUST bool bf_state_read_pg(struct bf_state *s, struct bf_pg *pg, struct bf_err *e);

/* The error of SQLite's last call: a lock is temporary, no SQLite file is bad input. False. */
bool bf_state_db_fail(const struct sql_api *api, sqlite3 *db, struct bf_err *e);

#endif
