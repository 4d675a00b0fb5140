/*
 * Deletions that are remembered, so that an older change does not bring a row back. They are in the table _bfpipe_deleted; a
 * bit filter of their keys says for most keys that there is none, without a look at the table. The process is the only
 * writer, so the filter, once filled, has all of them.
 */
#ifndef CDCPROJ_TOMB_H
#define CDCPROJ_TOMB_H

#include "cmd/cdcproj/mirror/mirror.h"

/* Is the change older than the deletion of its key? *there: there is a deletion. */
BF_MUST bool tomb_look(struct mirrors *m, struct mirror *t, const struct line *l, bool *there,
                       bool *older, struct bf_err *e);
BF_MUST bool tomb_drop(struct mirrors *m, const struct mirror *t, const struct line *l,
                       struct bf_err *e);
BF_MUST bool tomb_put(struct mirrors *m, struct mirror *t, const struct line *l, struct bf_err *e);

#endif
