/*
 * Transactions of the store. An operation that writes holds the store from
 * bl_store_begin to bl_store_commit or bl_store_rollback.
 *
 * In memory, the journal copies each page that a transaction changes, which costs more
 * than the change. bl_store_begin_bulk avoids the journal where it can.
 */
#ifndef BL_TRANSACTION_H
#define BL_TRANSACTION_H

#include "cmd/bflocal/store/store.h"

/* Limits the database file to this many bytes; 0: no limit. Call it outside a transaction. */
void bl_store_limit(struct bl_store *s, uint64_t max_bytes);

/* Locks the store and begins a transaction. False: the lock is not held. */
bool bl_store_begin(struct bl_store *s, struct bf_err *e) BF_MUST;

/*
 * For an operation that finds all its errors before it changes the first row. A store
 * in memory then keeps no journal, unless it has a size limit. If such a transaction
 * runs out of memory in the middle of its changes, they cannot be undone, and every
 * later transaction of the store fails.
 */
bool bl_store_begin_bulk(struct bl_store *s, struct bf_err *e) BF_MUST;

/* For an operation that frees space: it works on a full disk too. */
bool bl_store_begin_delete(struct bl_store *s, struct bf_err *e) BF_MUST;

/* Commits, or rolls back if anything has failed (*e says what), and unlocks. */
bool bl_store_commit(struct bl_store *s, struct bf_err *e) BF_MUST;
void bl_store_rollback(struct bl_store *s);
/* Commits, or rolls back if `ok` is false or anything has failed, and keeps the lock, so that
 * the caller can create or free the memory that belongs to the rows. Call bl_store_unlock after it.
 * */
bool bl_store_settle(struct bl_store *s, bool ok, struct bf_err *e) BF_MUST;

/*
 * For state that is both in rows and in memory: call it before a transaction changes
 * the n bytes at `at`. If the transaction fails for any reason, they are restored.
 * Only the first call for an address has an effect. `back` restores the memory from
 * the copy; NULL: all bytes are copied back.
 */
void bl_store_keep(struct bl_store *s, void *at, size_t n, void (*back)(void *at, const void *old));

#endif
