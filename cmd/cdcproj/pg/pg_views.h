/*
 * Roll-ups in PostgreSQL. A kept one has a table, _bfpipe_view_NAME: the terms of GROUP BY (g0, g1...), a hash of them (h) to
 * find a group by, also one with NULLs, the number of rows (n), of each aggregate its value (a0, a1...) and the number of
 * its values (n0, n1...), and whether it has to be computed again from the rows (stale): its least or greatest value was
 * taken away, or its sum is not a number.
 *
 * Before a batch is merged, the rows of its keys are copied into a temporary table with the sign -1, and afterwards
 * with +1. Each view is then changed by one statement, which groups them once.
 */
#ifndef CDCPROJ_PG_VIEWS_H
#define CDCPROJ_PG_VIEWS_H

#include "cmd/cdcproj/pg/pg.h"
#include "cmd/cdcproj/view/view.h"

/* The mirror that a view is about; NULL: there is none. */
struct mirror *pg_view_mirror(const struct pg *g, const struct view *v);

/* Could the server keep it? Fills v->kept and v->why. *early: a table or column does not exist yet. names: of its results,
 * each quoted, joined by commas. */
BF_MUST bool pg_view_judge(struct pg *g, struct view *v, bool *early, struct bf_buf *names,
                           struct bf_err *e);

/* pg_views_sql.c: statements. fresh: the view's groups, computed from its mirror. */
void pg_view_put_fresh(struct bf_buf *sql, const struct view *v);
void pg_view_put_table(struct bf_buf *sql, const struct view *v);
/* Its tables, filled, and the view over them with these names of results. */
void pg_view_put_make(struct bf_buf *sql, const struct view *v, struct bf_str names);
/* The columns that are compared. */
void pg_view_put_columns(struct bf_buf *sql, const struct view *v);
/* Adds the rows of the batch, then computes stale groups again. */
void pg_view_put_change(struct bf_buf *sql, const struct mirror *t, const struct view *v);
void pg_view_put_again(struct bf_buf *sql, const struct view *v);
/* The name of the temporary table of rows. */
void pg_view_put_rows(struct bf_buf *sql, const struct mirror *t);

/* Is the error about what the view computes, so that the view can be a plain one? */
bool pg_view_is_its_own(const struct pg *g);

/* pg_views_index.c: of a kept view with minima or maxima. Could they have indexes (v->indexed, v->why)? */
BF_MUST bool pg_view_judge_index(struct pg *g, struct view *v, struct bf_err *e);
BF_MUST bool pg_view_make_index(struct pg *g, struct view *v, struct bf_err *e);
void pg_view_put_drop_index(struct bf_buf *sql, const struct view *v);
/* Was it made by a version that had no indexes? */
bool pg_view_is_old(const struct view *v);
/* In the transaction, before a merge: drops those that pg_views_blame found. */
BF_MUST bool pg_views_unindex(struct pg *g, const struct mirror *t, struct bf_err *e);

#endif
