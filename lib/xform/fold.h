/*
 * What is left at the end: the last state for each key. Rows are put in under
 * the key of their change, a REMOVE takes its key out, and at the end the rows
 * come out in the order in which their keys came (a key that was removed and
 * came again counts from then).
 *
 * Memory is bounded by max_bytes (of rows, keys and what it takes to find
 * them); more is BF_E_MEMORY with what to do about it.
 */
#ifndef BF_XFORM_FOLD_H
#define BF_XFORM_FOLD_H

#include "lib/ddb/change.h"

struct bf_fold;

/* key: attributes with commas, members of maps as a.b; all of them make the key. NULL: *e says why. */
BF_API BF_MUST struct bf_fold *bf_fold_new(const char *key, uint64_t max_bytes, struct bf_err *e);
BF_API void bf_fold_destroy(struct bf_fold *f);

/* The row (its newline included) that is now the state of the change's key. False: an attribute of
 * the key is not there (BF_E_INPUT), or memory (BF_E_MEMORY). */
BF_API BF_MUST bool bf_fold_put(struct bf_fold *f, const struct bf_change *c, struct bf_str row,
                                struct bf_err *e);

/* Appends a piece of what is left, counted in *rows; false when there is no more. */
BF_API bool bf_fold_next(struct bf_fold *f, struct bf_buf *out, uint64_t *rows);

#endif
