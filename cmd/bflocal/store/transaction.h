/*
 * Transactions of the store. An operation that writes holds the store from
 * bl_store_begin to bl_store_commit or bl_store_rollback.
 *
 * A journal in memory copies each page that a transaction changes, which costs
 * more than the change. bl_store_begin_bulk does without where it can.
 */
#ifndef BL_TRANSACTION_H
#define BL_TRANSACTION_H

#include "cmd/bflocal/store/store.h"

/* At most this many bytes in the database file from now on; 0: no limit. Outside a transaction. */
void bl_store_limit(struct bl_store *s, uint64_t max_bytes);

/* Locks and opens a transaction. False: nothing is held. */
bool bl_store_begin(struct bl_store *s, struct bf_err *e) BF_MUST;

/*
 * The same for an operation that finds out all that can be wrong with it before
 * it changes its first row: a store in memory keeps no journal for it, unless it may
 * become full. Only a lack of memory can then fail in the midst of the changes,
 * and that is the end of a store in memory: every later transaction fails.
 */
bool bl_store_begin_bulk(struct bl_store *s, struct bf_err *e) BF_MUST;

/* bl_store_begin for what frees space: it works on a full disk too. */
bool bl_store_begin_delete(struct bl_store *s, struct bf_err *e) BF_MUST;

/* Commits (or rolls back, when anything had failed: *e says what) and unlocks. */
bool bl_store_commit(struct bl_store *s, struct bf_err *e) BF_MUST;
void bl_store_rollback(struct bl_store *s);
/* Commits, or rolls back when `ok` is false or anything had failed, and keeps the lock: for what comes to memory
 * or goes from it with the transaction. bl_store_unlock follows. */
bool bl_store_settle(struct bl_store *s, bool ok, struct bf_err *e) BF_MUST;

/*
 * For what rows and memory both say: called before a transaction changes the n bytes at `at`, which stand there
 * again when it does not take, however that comes. The first call for an address counts. back: puts them back
 * itself (NULL: all of them are copied).
 */
void bl_store_keep(struct bl_store *s, void *at, size_t n, void (*back)(void *at, const void *old));

#endif
