/*
 * The store: one SQLite database (DIR/bflocal.db or in memory), one connection, one
 * lock.
 *
 * The store is held between bl_store_lock and bl_store_unlock, or by a transaction
 * (transaction.h). Do all work without rows outside: parse before, and format the
 * answer after. Never wait for the network while it is held. The lock is not
 * recursive. A function that one service offers to another expects an open
 * transaction, and its comment says so.
 *
 * Committed data survives kill -9: WAL with synchronous=NORMAL writes each commit to
 * the kernel before the client gets its answer. fsync happens at each checkpoint. So
 * after a power loss the store is consistent, but may be older.
 *
 * Statements are prepared once and kept: bl_sql needs a string literal, whose address
 * is the key. Errors are sticky within a transaction: bl_sql and bl_step set them,
 * bl_store_commit fails and rolls back, and `err` holds the first. A store
 * with a maximum of bytes (the fault `disk`) fails with SQLITE_FULL when it reaches
 * it, as on a full disk.
 */
#ifndef BL_STORE_H
#define BL_STORE_H

#include <pthread.h>
#include <sqlite3.h>

#include "lib/base/str.h"

enum { BL_STORE_STATEMENTS = 512, BL_STORE_CHUNKS = 8 };

/* Records of one log that the current transaction has added (log.h). */
struct bl_chunk {
    int64_t log; /* 0: unused */
    int64_t first, last, at_ms;
    struct bf_buf records;
};

struct bl_store {
    sqlite3 *db;
    const char *dir; /* NULL: in memory */
    int lock_fd;     /* of DIR/lock; -1: none */
    bool spare;      /* the lock file reserves space for deletes */
    pthread_mutex_t mutex;
    bool in_transaction;
    bool limited;       /* to a maximum of bytes */
    bool unjournaled;   /* the current transaction, or the last one, has no journal */
    bool standing;      /* a transaction without a journal that stays open between operations */
    bool lost;          /* a change could not be undone: every later operation fails */
    int changes;        /* the count of all changed rows when the transaction began */
    struct bf_err err;  /* the first failure since begin or lock */
    struct bf_buf kept; /* memory as it was when the transaction began: bl_store_keep */
    struct {
        const char *sql;
        sqlite3_stmt *stmt;
    } cache[BL_STORE_STATEMENTS];
    size_t nstatements;
    struct bl_chunk chunk[BL_STORE_CHUNKS];
};

/* dir NULL: in memory. Creates the folder. Errors: BF_E_TEMPORARY if another process uses it,
 * BF_E_INPUT if another version of bflocal wrote it. */
bool bl_store_open(struct bl_store *s, const char *dir, struct bf_err *e) BF_MUST;

/* Checkpoints and closes the database. Call it after a failed open too. */
void bl_store_close(struct bl_store *s);

/* Runs SQL without parameters: the schema, when a service opens. */
bool bl_store_exec(struct bl_store *s, const char *sql, struct bf_err *e) BF_MUST;

/* Reserves space for deletes while there is enough, and frees it otherwise. Needs the lock. */
void bl_store_spare(struct bl_store *s);

void bl_store_lock(struct bl_store *s);
void bl_store_unlock(struct bl_store *s);

/* Has nothing failed since begin or lock? */
static inline bool bl_store_ok(const struct bl_store *s)
{
    return s->err.code == BF_OK;
}

/* The statement of a literal, reset, with nothing bound. NULL on failure; bl_bind_* and bl_step
 * accept that. A statement must not be in use twice: reset it (bl_done) before calling a function
 * that may use it. */
sqlite3_stmt *bl_sql(struct bl_store *s, const char *literal);

/* i counts from 1, as in SQLite. The bytes must stay valid until the statement is reset. */
void bl_bind_text(sqlite3_stmt *q, int i, struct bf_str v);
void bl_bind_blob(sqlite3_stmt *q, int i, struct bf_str v);
void bl_bind_i64(sqlite3_stmt *q, int i, int64_t v);

/* True: there is a row. At the end and on failure (sticky) the statement is reset. */
bool bl_step(struct bl_store *s, sqlite3_stmt *q) BF_MUST;

/* Runs a statement without rows; returns how many rows changed. */
int bl_run(struct bl_store *s, sqlite3_stmt *q);

/* Views into the current row, valid until the next step or reset. */
struct bf_str bl_column_text(sqlite3_stmt *q, int i);
struct bf_str bl_column_blob(sqlite3_stmt *q, int i);
int64_t bl_column_i64(sqlite3_stmt *q, int i);
/* Copies the text and a NUL into a buffer of that size. The text was stored from such a buffer,
 * so it fits. NULL gives "". */
void bl_column_copy(sqlite3_stmt *q, int i, char *out, size_t size);

/* Resets a statement before its last row. */
void bl_done(sqlite3_stmt *q);

#endif
