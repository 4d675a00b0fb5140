/*
 * Logs: what the shards of streams consist of. A record has a number, larger than
 * those before it in its log, a time, a key and data, both any bytes.
 *
 * Records come in crowds and are read in crowds, so those that one transaction
 * adds to a log lie in one row of the store, a chunk. bl_log_add gathers them in
 * memory and the commit writes the chunks; a rollback forgets them. Until then they
 * are not to be read.
 *
 * Everything here wants the store's lock; what changes something, a transaction.
 * Failures are the store's (sticky). A log's id is below 2^23, a number below 2^40.
 */
#ifndef BL_LOG_H
#define BL_LOG_H

#include "cmd/bflocal/store/store.h"

#define BL_NUMBER_MAX (((int64_t)1 << 40) - 1) /* of a record; all bits set */

struct bl_record {
    int64_t number, at_ms;
    struct bf_str key, data;
};

/* The table; IF NOT EXISTS. */
bool bl_log_open(struct bl_store *s, struct bf_err *e) BF_MUST;

void bl_log_add(struct bl_store *s, int64_t log, const struct bl_record *r);

/* For transaction.c: writes what was gathered; forgets it. */
void bl_log_flush(struct bl_store *s);
void bl_log_forget(struct bl_store *s);

/* A walk over the records of a log. */
struct bl_log_walk {
    struct bl_store *store;
    sqlite3_stmt *q;
    struct bf_str rest; /* of the present chunk */
    int64_t first, at_ms, from;
};

/* From the record of that number on, or the next after it; without those older than since_ms. */
void bl_log_walk(struct bl_store *s, int64_t log, int64_t from, int64_t since_ms,
                 struct bl_log_walk *w);

/* The next record; its key and data are views until the next step. False: that was all, or the store failed. */
bool bl_log_next(struct bl_log_walk *w, struct bl_record *r) BF_MUST;

/* To leave a walk before its end. */
void bl_log_leave(struct bl_log_walk *w);

/* The number of the first record that is not older than since_ms, -1: there is none. */
int64_t bl_log_first(struct bl_store *s, int64_t log, int64_t since_ms);

/* The last record's number; 0: there is none. */
int64_t bl_log_last(struct bl_store *s, int64_t log);

/* Removes the records older than before_ms in front of the first that is not, at most that many chunks of them. A
 * log's last chunk stays, without its records, and with it the number that they had come to. True: there are more. */
bool bl_log_trim(struct bl_store *s, int64_t log, int64_t before_ms, size_t chunks);

/* Removes them all. */
void bl_log_erase(struct bl_store *s, int64_t log);

#endif
