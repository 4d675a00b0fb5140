/*
 * Indexes of a mirror for the minima and maxima of a roll-up: each has the group's hash and the value, of the rows that
 * WHERE lets through, so that what follows a value that was taken away is read from one entry, not from all rows.
 *
 * An index computes its expressions whenever a row is written. If that fails, or a value is too long for an index, the
 * indexes of the mirror are dropped, and the transaction is made again; so is a roll-up whose functions the server does
 * not take for immutable left without. Such a roll-up scans the mirror.
 */
#include "cmd/cdcproj/pg/pg_views.h"

#include <stdio.h>

#include "cmd/cdcproj/view/view_text.h"
#include "lib/cli/diag.h"

#define JUDGED "pg_temp._bfpipe_judged_rows"

static bool same_argument(const struct agg *a, const struct agg *b)
{
    return bf_str_eq(a->text, b->text) && bf_str_eq(a->filter, b->filter);
}

/* The first minimum or maximum of this argument: both use one index. */
static bool has_index(const struct view *v, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (agg_is_extreme(&v->agg[k]) && same_argument(&v->agg[k], &v->agg[i]))
            return false;
    return agg_is_extreme(&v->agg[i]);
}

static bool has_any(const struct view *v)
{
    size_t i = 0;
    while (i < v->nagg && !agg_is_extreme(&v->agg[i]))
        i++;
    return i < v->nagg;
}

/* A name that no view has, since those of kept ones have 50 bytes at most. */
static void put_name(struct bf_buf *sql, const struct view *v, size_t i)
{
    char name[80];
    int n = snprintf(name, sizeof name, "_bfpipe_m%zu_%.*s", i, BF_SHOWN(v->name));
    bf_sqlite_put_name(sql, bf_str(name, (size_t)n));
}

static bool put_groups(struct bf_buf *sql, const struct view *v, struct bf_err *e)
{
    if (v->ngroup)
        bf_buf_lit(sql, "hash_record_extended(ROW(");
    for (size_t i = 0; i < v->ngroup; i++) {
        bf_buf_adds(sql, i ? BF_STR(",(") : BF_STR("("));
        if (!view_put_expr(sql, v, v->group[i], NULL, e))
            return false;
        bf_buf_addc(sql, ')');
    }
    if (v->ngroup)
        bf_buf_lit(sql, "),0),");
    return true;
}

static bool put_value(struct bf_buf *sql, const struct view *v, const struct agg *a,
                      struct bf_err *e)
{
    bf_buf_addc(sql, '(');
    if (!view_put_filter(sql, v, a, NULL, e))
        return false;
    bf_buf_addc(sql, '(');
    if (!view_put_expr(sql, v, a->text, NULL, e))
        return false;
    bf_buf_adds(sql, a->filter.n ? BF_STR(")END)") : BF_STR("))"));
    return true;
}

/* The indexes of a table that has the mirror's columns; NULL: of the mirror. */
static bool put_make(struct bf_buf *sql, const struct view *v, const char *table, struct bf_err *e)
{
    for (size_t i = 0; i < v->nagg; i++) {
        if (!has_index(v, i))
            continue;
        bf_buf_lit(sql, "CREATE INDEX ");
        if (!table)
            put_name(sql, v, i);
        bf_buf_lit(sql, " ON ");
        if (table)
            bf_buf_adds(sql, bf_str_of(table));
        else
            bf_sqlite_put_name(sql, v->from);
        bf_buf_addc(sql, '(');
        if (!put_groups(sql, v, e) || !put_value(sql, v, &v->agg[i], e))
            return false;
        bf_buf_addc(sql, ')');
        if (v->where.n) {
            bf_buf_lit(sql, "WHERE(");
            if (!view_put_expr(sql, v, v->where, NULL, e))
                return false;
            bf_buf_addc(sql, ')');
        }
        bf_buf_addc(sql, ';');
    }
    return true;
}

/* why: of the server, if there are none. */
static void note(struct view *v, bool indexed, const char *why)
{
    snprintf(v->why, sizeof v->why, "min and max %s %.*s%s%.80s",
             indexed ? "by an index of" : "scan", BF_SHOWN_TO(v->from, 60), indexed ? "" : ": ",
             indexed ? "" : why);
}

/* Runs g->sql in a savepoint; *ok: it succeeded. False: the whole has failed. */
static bool try(struct pg *g, bool *ok, struct bf_err *e)
{
    if (!bf_pg_exec(&g->c, "SAVEPOINT indexes", NULL, e))
        return false;
    *ok = pg_run(g, NULL, e);
    if (*ok)
        return bf_pg_exec(&g->c, "RELEASE SAVEPOINT indexes", NULL, e);
    if (!pg_view_is_its_own(g))
        return false;
    bf_err_clear(e);
    return bf_pg_exec(&g->c, "ROLLBACK TO indexes", NULL, e);
}

bool pg_view_judge_index(struct pg *g, struct view *v, struct bf_err *e)
{
    bool ok = true;
    if (!has_any(v))
        return true;
    bf_buf_lit(&g->sql, "CREATE TEMPORARY TABLE _bfpipe_judged_rows(LIKE ");
    bf_sqlite_put_name(&g->sql, v->from);
    bf_buf_lit(&g->sql, ");");
    if (!put_make(&g->sql, v, JUDGED, e))
        return false;
    bf_buf_lit(&g->sql, "DROP TABLE " JUDGED);
    if (!try(g, &ok, e))
        return false;
    v->indexed = ok;
    note(v, ok, g->c.said);
    return true;
}

bool pg_view_make_index(struct pg *g, struct view *v, struct bf_err *e)
{
    bool ok = true;
    if (!v->indexed)
        return true;
    if (!put_make(&g->sql, v, NULL, e) || !try(g, &ok, e))
        return false;
    v->indexed = ok;
    note(v, ok, g->c.said);
    return true;
}

void pg_view_put_drop_index(struct bf_buf *sql, const struct view *v)
{
    for (size_t i = 0; i < v->nagg; i++) {
        if (!has_index(v, i))
            continue;
        bf_buf_lit(sql, "DROP INDEX IF EXISTS ");
        put_name(sql, v, i);
        bf_buf_addc(sql, ';');
    }
}

bool pg_view_is_old(const struct view *v)
{
    return v->kept && has_any(v) && !v->indexed && !v->why[0];
}

bool pg_views_blame(struct pg *g, const struct mirror *t, struct bf_err *e)
{
    bool any = false;
    for (struct view *v = g->views; v && pg_view_is_its_own(g); v = v->next) {
        if (!v->made || !v->kept || !v->indexed || v->unindex || pg_view_mirror(g, v) != t)
            continue;
        v->unindex = any = true;
        note(v, false, g->c.said);
        bf_diag_warn("view %.*s: %s", BF_SHOWN(v->name), v->why);
    }
    if (any)
        bf_err_set(e, BF_E_TEMPORARY, "the indexes of %s: %s", t->name, g->c.said);
    return false;
}

bool pg_views_unindex(struct pg *g, const struct mirror *t, struct bf_err *e)
{
    for (struct view *v = g->views; v; v = v->next) {
        if (!v->unindex || pg_view_mirror(g, v) != t)
            continue;
        pg_view_put_drop_index(&g->sql, v);
        bf_buf_lit(&g->sql, "UPDATE _bfpipe_views SET why=");
        bf_pg_put_literal(&g->sql, bf_str_of(v->why));
        bf_buf_lit(&g->sql, " WHERE name=");
        bf_pg_put_literal(&g->sql, v->name);
        bf_buf_addc(&g->sql, ';');
    }
    return g->sql.n == 0 || pg_run(g, NULL, e);
}
