/*
 * The store: one SQLite database, DIR/bflocal.db or in memory, one connection,
 * one lock.
 *
 * The store is held between bl_store_lock and bl_store_unlock, or by a transaction
 * (transaction.h). Do everything that needs no rows (parsing above all) before, and
 * everything else (the answer's text) after; never wait for the network inside. The
 * lock is not recursive: functions that one service offers another take an open
 * transaction for granted and say so.
 *
 * What was committed survives kill -9: WAL with synchronous=NORMAL writes each
 * commit to the kernel before the client hears of it, and an fsync comes with each
 * checkpoint, so that a loss of power leaves a consistent store, if an older one.
 *
 * Statements are prepared once per text and kept: bl_sql wants a string literal (its
 * address is the key). Errors are sticky within a transaction: bl_sql and
 * bl_step report into the store, bl_store_commit fails and rolls back, and
 * bl_store_err tells why. A store that was given a maximum of bytes (the fault
 * `disk`) is full when it is reached, like any full disk: SQLITE_FULL.
 */
#ifndef BL_STORE_H
#define BL_STORE_H

#include <pthread.h>
#include <sqlite3.h>

#include "lib/base/str.h"

enum { BL_STORE_STATEMENTS = 512, BL_STORE_CHUNKS = 8 };

/* Records of one log that were added in the present transaction (log.h). */
struct bl_chunk {
    int64_t log; /* 0: free */
    int64_t first, last, at_ms;
    struct bf_buf records;
};

struct bl_store {
    sqlite3 *db;
    const char *dir; /* NULL: in memory */
    int lock_fd;     /* of DIR/lock, -1 */
    bool spare;      /* its file keeps space for deletes */
    pthread_mutex_t mutex;
    bool in_transaction;
    bool limited;       /* to a maximum of bytes */
    bool unjournaled;   /* the present transaction, or the last one, has no journal */
    bool standing;      /* a transaction without a journal, open from one operation to the next */
    bool lost;          /* a change could not be taken back: nothing is to be had here any more */
    int changes;        /* of all rows ever, when the transaction began */
    struct bf_err err;  /* the first failure since begin or lock */
    struct bf_buf kept; /* memory as it was when the transaction began: bl_store_keep */
    struct {
        const char *sql;
        sqlite3_stmt *stmt;
    } cache[BL_STORE_STATEMENTS];
    size_t nstatements;
    struct bl_chunk chunk[BL_STORE_CHUNKS];
};

/* dir NULL: in memory. Creates the folder. Another process has it: BF_E_TEMPORARY; another version of bflocal
 * filled it: BF_E_INPUT. */
bool bl_store_open(struct bl_store *s, const char *dir, struct bf_err *e) BF_MUST;

/* Leaves a checkpointed database. Also after a failed open. */
void bl_store_close(struct bl_store *s);

/* Runs SQL without parameters: the schema, in a service's open. */
bool bl_store_exec(struct bl_store *s, const char *sql, struct bf_err *e) BF_MUST;

/* Keeps some space for deletes while there is enough, and gives it back when there is not; under the lock. */
void bl_store_spare(struct bl_store *s);

void bl_store_lock(struct bl_store *s);
void bl_store_unlock(struct bl_store *s);

/* Has anything failed since begin or lock? */
static inline bool bl_store_ok(const struct bl_store *s)
{
    return s->err.code == BF_OK;
}

/* The statement of a literal, reset, with nothing bound; NULL on failure, which bl_bind and bl_step take.
 * The same statement is not used in two places at once: reset it (bl_done) before a call that may use
 * it again. */
sqlite3_stmt *bl_sql(struct bl_store *s, const char *literal);

/* 1 based, as in SQLite. The bytes are borrowed until the statement is reset. */
void bl_bind_text(sqlite3_stmt *q, int i, struct bf_str v);
void bl_bind_blob(sqlite3_stmt *q, int i, struct bf_str v);
void bl_bind_i64(sqlite3_stmt *q, int i, int64_t v);

/* True while there is a row; at the end, or on failure (sticky), the statement is reset. */
bool bl_step(struct bl_store *s, sqlite3_stmt *q) BF_MUST;

/* For statements without rows; the rows that changed. */
int bl_run(struct bl_store *s, sqlite3_stmt *q);

/* Views into the row, until the next step or reset. */
struct bf_str bl_column_text(sqlite3_stmt *q, int i);
struct bf_str bl_column_blob(sqlite3_stmt *q, int i);
int64_t bl_column_i64(sqlite3_stmt *q, int i);
/* The text and a NUL into a buffer of that size, which has held it before; NULL is "". */
void bl_column_copy(sqlite3_stmt *q, int i, char *out, size_t size);

/* Done with a statement before its last row. */
void bl_done(sqlite3_stmt *q);

#endif
