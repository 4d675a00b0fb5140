/*
 * The roll-ups of a database, and how they are kept: before a row changes what it contributes to each group is taken
 * away, and afterwards added again. The sums of a batch are held in memory and go into the tables of the views once a
 * group, in the transaction of the rows.
 *
 * What a row contributes is asked of SQLite, by one statement for all views of a table, so that any expression will do.
 * Minima and maxima keep the values of each group with their counts, so that a removal is right too.
 */
#ifndef CDCPROJ_VIEWS_H
#define CDCPROJ_VIEWS_H

#include "cmd/cdcproj/mirror.h"
#include "lib/sql/exact.h"
#include "cmd/cdcproj/view.h"

struct views {
    struct db *db;
    struct mirrors *mirrors;
    struct view *first;
    struct bf_buf sql, key, order;
    bool changed; /* groups wait for views_flush */
};

/* Reads the views of the database, and those of the files, which win. */
BF_MUST bool views_open(struct views *w, struct db *db, struct mirrors *m,
                        const struct bf_opt_list *files, struct bf_err *e);
void views_free(struct views *w);

/* Reads view files alone. */
BF_MUST bool views_read(struct view **list, const struct bf_opt_list *files, struct bf_err *e);

/* A table is there, or has other columns: its views begin, or their statements are made anew. */
BF_MUST bool views_attach(struct views *w, struct mirror *t, struct bf_err *e);

/* Plain views, and those whose table is not there yet. */
BF_MUST bool views_settle(struct views *w, struct bf_err *e);

/* What the row of the bound keys contributes, times sign. *found: is there such a row; *newer: of a later order, and
 * then nothing was added. stmt is t->fold with its keys bound. */
BF_MUST bool views_fold(struct views *w, struct mirror *t, int sign, struct bf_str order,
                        bool *found, bool *newer, struct bf_err *e);

/* Writes the groups of the batch into the tables. */
BF_MUST bool views_flush(struct views *w, struct bf_err *e);

/* Counts all kept views anew from the rows, in temporary tables; *wrong: how many groups differ. The first are told. */
BF_MUST bool views_check(struct views *w, void (*tell)(const char *text), uint64_t *wrong,
                         struct bf_err *e);

/* views_sql.c */
void view_put_table(struct bf_buf *out, const struct view *v, const char *ending);
BF_MUST bool view_statements(struct views *w, struct view *v, struct bf_err *e);
BF_MUST bool view_make_tables(struct views *w, const struct view *v, bool temporary,
                              struct bf_err *e);
BF_MUST bool view_make(struct views *w, struct view *v, struct bf_err *e);
BF_MUST bool view_drop(struct views *w, const struct view *v, struct bf_err *e);
BF_MUST bool view_prepare_fold(struct views *w, struct mirror *t, const struct view *only, bool all,
                               sqlite3_stmt **stmt, struct bf_err *e);

/* views.c: counts the view from all rows of its mirror, into the tables that its name means. */
BF_MUST bool view_count(struct views *w, struct view *v, struct bf_err *e);

/* views_fold.c: adds what the row of a statement contributes to one view; *at is its first column, and is moved on. */
BF_MUST bool view_add(struct views *w, struct view *v, sqlite3_stmt *row, int *at, int sign,
                      struct bf_err *e);

struct group_value {
    int type; /* of SQLite */
    int64_t integer;
    double real;
    struct bf_str text;
};

struct acc {
    int64_t n; /* values that are not NULL */
    struct bf_exact_sum sum;
};

struct group {
    int64_t n;
    struct group_value value[GROUPS_MAX];
    struct acc acc[]; /* nagg */
};

struct value {
    int64_t n;
    struct bf_str group, order, text;
    size_t agg;
};

#endif
