/*
 * Keeps the last state of each key until the end of input. A row is stored under the key of its
 * change and a REMOVE deletes the key. At the end the rows are written in the order in which their
 * keys first appeared (a key that was removed and inserted again counts from then).
 *
 * Memory is bounded by max_bytes (rows, keys and the index); more is BF_E_MEMORY, with a message
 * that names the option.
 */
#ifndef BF_XFORM_FOLD_H
#define BF_XFORM_FOLD_H

#include "lib/ddb/change.h"

struct bf_fold;

/* key: attributes separated by commas, members of maps as a.b; together they form the key. NULL:
 * see *e. */
BF_API BF_MUST struct bf_fold *bf_fold_new(const char *key, uint64_t max_bytes, struct bf_err *e);
BF_API void bf_fold_destroy(struct bf_fold *f);

/* Stores the row (newline included) as the state of the change's key. False: the change lacks an
 * attribute of the key (BF_E_INPUT), or out of memory (BF_E_MEMORY). */
BF_API BF_MUST bool bf_fold_put(struct bf_fold *f, const struct bf_change *c, struct bf_str row,
                                struct bf_err *e);

/* Appends some of the remaining rows and adds their number to *rows; false when there are no
 * more. */
BF_API bool bf_fold_next(struct bf_fold *f, struct bf_buf *out, uint64_t *rows);

#endif
