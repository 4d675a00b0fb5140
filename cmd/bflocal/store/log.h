/*
 * Logs: the records of a stream's shard. A record has a number (larger than those of
 * all earlier records in the log), a time, a key and data. Key and data are arbitrary
 * bytes.
 *
 * Records are written and read in groups, so the records that one transaction adds to
 * a log are one row of the store, a chunk. bl_log_add collects them in memory, and the
 * commit writes the chunks. A rollback drops them. They cannot be read before the
 * commit.
 *
 * Every function needs the store's lock, and a transaction if it changes anything.
 * Failures are sticky in the store. A log's id is below 2^23, a record's number below
 * 2^40.
 */
#ifndef BL_LOG_H
#define BL_LOG_H

#include "cmd/bflocal/store/store.h"

#define BL_NUMBER_MAX (((int64_t)1 << 40) - 1) /* of a record; all bits are set */

struct bl_record {
    int64_t number, at_ms;
    struct bf_str key, data;
};

/* Creates the table unless it exists. */
bool bl_log_open(struct bl_store *s, struct bf_err *e) BF_MUST;

void bl_log_add(struct bl_store *s, int64_t log, const struct bl_record *r);

/* For transaction.c: writes the collected records; drops them. */
void bl_log_flush(struct bl_store *s);
void bl_log_forget(struct bl_store *s);

/* An iteration over the records of a log. */
struct bl_log_walk {
    struct bl_store *store;
    sqlite3_stmt *q;
    struct bf_str rest; /* of the current chunk */
    int64_t first, at_ms, from;
};

/* Starts at the first record with this number or a larger one, and skips records older than
 * since_ms. */
void bl_log_walk(struct bl_store *s, int64_t log, int64_t from, int64_t since_ms,
                 struct bl_log_walk *w);

/* The next record. Its key and data are views that are valid until the next call. False: no more
 * records, or the store failed. */
bool bl_log_next(struct bl_log_walk *w, struct bl_record *r) BF_MUST;

/* Ends an iteration before its last record. */
void bl_log_leave(struct bl_log_walk *w);

/* The number of the first record that is not older than since_ms; -1 if there is none. */
int64_t bl_log_first(struct bl_store *s, int64_t log, int64_t since_ms);

/* The number of the last record; 0 if there is none. */
int64_t bl_log_last(struct bl_store *s, int64_t log);

/* Removes records older than before_ms, up to the first that is not, and at most `chunks` chunks
 * of them. The last chunk of a log stays as an empty row, because it holds the log's last number.
 * True: more records can be removed. */
bool bl_log_trim(struct bl_store *s, int64_t log, int64_t before_ms, size_t chunks);

/* Removes records with a smaller number than this, in whole chunks. The last chunk stays as above. */
void bl_log_drop(struct bl_store *s, int64_t log, int64_t number);

/* Removes all records. */
void bl_log_erase(struct bl_store *s, int64_t log);

#endif
