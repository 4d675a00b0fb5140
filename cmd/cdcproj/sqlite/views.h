/*
 * Keeps the roll-ups of a database: before a row changes for the first time in a batch, its contribution to each group is
 * subtracted, and at the end of the batch that of the row as it is then is added. The sums of a batch are held in memory
 * and are written to the tables of the views once for each group, in the transaction of the rows.
 *
 * SQLite computes the contribution of a row with one statement for all views of a table, so that any expression works.
 * Minima and maxima keep the values of each group with their counts, so that removals are correct too.
 */
#ifndef CDCPROJ_VIEWS_H
#define CDCPROJ_VIEWS_H

#include "cmd/cdcproj/mirror/mirror.h"
#include "lib/sql/exact.h"
#include "cmd/cdcproj/view/view.h"

struct views {
    struct db *db;
    struct mirrors *mirrors;
    struct view *first;
    struct bf_buf sql, key, order;
    bool changed; /* groups wait for views_flush */
};

/* Reads the views of the database and of the files; a view of a file replaces one of the database. old: the file whose views are taken
 * over, or NULL. */
BF_MUST bool views_open(struct views *w, struct db *db, struct mirrors *m,
                        const struct bf_opt_list *files, const char *old, struct bf_err *e);
void views_free(struct views *w);

/* Called after a table was created or got columns: starts its views, or prepares their statements again. */
BF_MUST bool views_attach(struct views *w, struct mirror *t, struct bf_err *e);

/* Creates plain views, and views whose table does not exist yet. */
BF_MUST bool views_settle(struct views *w, struct bf_err *e);

/* Subtracts the contribution of the row whose keys are bound to t->fold. *newer: it is newer than that order, and nothing was
 * subtracted. */
BF_MUST bool views_subtract(struct views *w, struct mirror *t, struct bf_str order, bool *newer,
                            struct bf_err *e);

/* Adds the rows of the batch as they are now (t->touched), and writes its groups into the tables. */
BF_MUST bool views_flush(struct views *w, struct bf_err *e);

/* Computes all kept views again from the rows, in temporary tables; *wrong: the number of groups that differ. Reports
 * the first of them. */
BF_MUST bool views_check(struct views *w, void (*tell)(const char *text), uint64_t *wrong,
                         struct bf_err *e);

/* Warns of views whose table does not exist, and of new plain ones that compare numbers as texts. */
void views_tell(const struct views *w);

/* views_plain.c: warns of the first column of numbers whose texts a plain view compares. */
void view_tell_texts(const struct views *w, const struct view *v);

/* views_plain.c: a view that fails must not stop the table, so it becomes a plain one. Is the error about what a view computes? */
bool view_is_at_fault(const struct views *w, const struct bf_err *e);
/* Notes the error, for views_give_up; false: it is not about the view. */
BF_MUST bool view_break(const struct views *w, struct view *v, struct bf_err *e);
/* Makes the broken views of the mirror plain ones. */
BF_MUST bool views_give_up(struct views *w, struct mirror *t, struct bf_err *e);
/* After the statement of all views of the mirror has failed: the same for those that fail alone. False: none does, or *e. */
BF_MUST bool views_find_broken(struct views *w, struct mirror *t, struct bf_err *e);

/* views.c: prepares the statement for all kept views of a mirror again; NULL if there are none. */
BF_MUST bool views_refold(struct views *w, struct mirror *t, struct bf_err *e);

/* views_sql.c */
BF_MUST bool view_statements(struct views *w, struct view *v, struct bf_err *e);
BF_MUST bool view_make_tables(struct views *w, const struct view *v, bool temporary,
                              struct bf_err *e);
BF_MUST bool view_make(struct views *w, struct view *v, struct bf_err *e);
BF_MUST bool view_drop(struct views *w, const struct view *v, struct bf_err *e);
BF_MUST bool view_prepare_fold(struct views *w, struct mirror *t, const struct view *only, bool all,
                               sqlite3_stmt **stmt, struct bf_err *e);

/* views.c: adds the contributions of all rows to the groups in memory; nothing is written. */
BF_MUST bool view_add_all(struct views *w, struct view *v, struct bf_err *e);

/* views.c: computes the view from all rows of its mirror, into the tables of its name. */
BF_MUST bool view_count(struct views *w, struct view *v, struct bf_err *e);

/* views_fold.c: adds the contribution of a statement's row to one view, whose first column is *at; advances *at. */
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
