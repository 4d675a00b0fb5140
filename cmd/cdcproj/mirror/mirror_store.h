/*
 * How mirrors and their columns come to be, and what a database does about it: mirror_make.c decides, a struct mirror_store
 * carries it out. mirror_store.c is SQLite's, pg_store.c PostgreSQL's.
 */
#ifndef CDCPROJ_MIRROR_STORE_H
#define CDCPROJ_MIRROR_STORE_H

#include "cmd/cdcproj/mirror/mirror.h"

enum { NAME_MAX_BYTES = 63 }; /* PostgreSQL's; the same names in both databases */

struct mirror_store {
    const char *other; /* where else one can project to, for messages: a file, a schema */
    size_t columns_max;
    bool reals;  /* a number has a generated REAL beside it */
    bool no_nul; /* a text, and so the name of an attribute, cannot hold NUL */
    /* The name for the table of that source, at *name, and its id. Fails if it is taken. */
    bool (*free_name)(struct mirrors *m, struct bf_str *name, int64_t *id, struct bf_err *e);
    /* The mirror has its name, mode and keys. */
    bool (*create)(struct mirrors *m, struct mirror *t, struct bf_err *e);
    /* A key column, before its table is made. */
    bool (*note)(struct mirrors *m, struct mirror *t, const struct column *c, struct bf_err *e);
    /* Another column, which mirror_add puts into the mirror. */
    bool (*column)(struct mirrors *m, struct mirror *t, const struct column *c, struct bf_err *e);
    bool (*rest)(struct mirrors *m, struct mirror *t, struct bf_err *e);
    /* The kind of order of a mirror is known now. */
    bool (*order)(struct mirrors *m, struct mirror *t, struct bf_err *e);
    /* Frees t->batch. */
    void (*forget)(struct mirror *t);
};

void mirrors_init(struct mirrors *m, const struct mirror_store *store, const char *where,
                  const struct config *c);

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

/* The columns that --types names, in that order. */
BF_MUST bool mirror_take_types(struct mirrors *m, struct mirror *t, struct bf_err *e);

/* Names that no attribute's column can have. */
void mirror_take_own(struct mirrors *m, struct mirror *t);

/* A column of a mirror that is loaded; its kind as the database has it. */
BF_MUST bool mirror_load_column(struct mirrors *m, struct mirror *t, struct column *c,
                                struct bf_str kind, struct bf_err *e);
/* Takes the rest of the row of _bfpipe_tables, after the columns. BF_E_USAGE: the options ask for another mode. */
BF_MUST bool mirror_loaded(struct mirrors *m, struct mirror *t, int64_t nkeys, struct bf_str mode,
                           struct bf_str ordered, struct bf_err *e);

const char *mode_name(enum mode mode);
const char *order_name(enum ordered ordered);
/* The names of the keys as a JSON array. */
void mirror_put_keys(struct bf_buf *out, const struct mirror *t);

#endif
