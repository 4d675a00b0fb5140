/* The descriptions of mirrors in the database: reads them and adds to them. For mirror.c. */
#ifndef CDCPROJ_MIRROR_STORE_H
#define CDCPROJ_MIRROR_STORE_H

#include "cmd/cdcproj/mirror.h"

BF_MUST bool mirrors_load(struct mirrors *m, struct bf_err *e);

/* An empty mirror, last in the list; NULL: *e. */
struct mirror *mirror_new(struct mirrors *m, struct bf_str name, struct bf_str source,
                          struct bf_err *e);

/* A column of the database. */
BF_MUST bool mirror_add(struct mirrors *m, struct mirror *t, const struct column *c,
                        struct bf_err *e);

/* Creates the table of a source; the line determines its keys. */
struct mirror *mirror_make(struct mirrors *m, struct bf_str source, const struct line *l,
                           struct bf_err *e);

/* Adds a column for c->attribute; again: the attribute already has a column of another kind. */
BF_MUST bool mirror_make_column(struct mirrors *m, struct mirror *t, const struct column *c,
                                bool again, struct bf_err *e);
BF_MUST bool mirror_make_rest(struct mirrors *m, struct mirror *t, struct bf_err *e);
BF_MUST bool mirror_save_order(struct mirrors *m, struct mirror *t, struct bf_err *e);

#endif
