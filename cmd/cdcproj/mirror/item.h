/* The item of a change, for the columns of a mirror; the same for every database. */
#ifndef CDCPROJ_ITEM_H
#define CDCPROJ_ITEM_H

#include "cmd/cdcproj/mirror/mirror.h"

enum {
    TIME_ONLY = 16
}; /* an order of so many bytes is a time alone, and two changes can have it */

/* The line's k-th key, in the order of the mirror. */
const struct bf_attr *item_key(const struct mirror *t, const struct line *l, size_t k);

/* The keys as they are in _bfpipe_deleted, at m->key: each with its length. */
struct bf_str item_key_text(struct mirrors *m, const struct mirror *t, const struct line *l);

/* _op or _seq of a plain row, which are no columns. */
bool item_is_meta(const struct config *c, const struct bf_attr *a);

/* The column of an attribute: mostly the one at the hint, which moves on. -1: _rest; -2: *e. */
int item_column(struct mirrors *m, struct mirror *t, const struct bf_attr *a, size_t *hint,
                struct line *l, struct bf_err *e);

/* Adds an attribute without a column to the object for _rest; item_end_rest closes the object, if there is one. */
void item_add_rest(struct bf_buf *rest, const struct bf_attr *a);
void item_end_rest(struct bf_buf *rest);

/* Makes the columns that the item wants and that are not there. */
BF_MUST bool item_learn(struct mirrors *m, struct mirror *t, struct line *l, struct bf_err *e);

/* The change's time in ISO 8601; that of the clock if it has none. */
struct bf_str item_time(const struct line *l, char out[32]);

#endif
