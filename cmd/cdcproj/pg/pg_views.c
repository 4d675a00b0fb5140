/* --view in PostgreSQL: which roll-ups there are, how they come to be, and a batch's change of them. A view is created with
 * the first commit at which its tables and columns exist. */
#include "cmd/cdcproj/pg/pg_views.h"

#include <stdio.h>

#include "lib/cli/diag.h"

bool pg_view_is_its_own(const struct pg *g)
{
    static const char *const classes[] = {"22", "42", "0A", "54"};
    for (size_t i = 0; i < BF_COUNT(classes); i++)
        if (strncmp(g->c.state, classes[i], 2) == 0 && strcmp(g->c.state, "42501") != 0 &&
            strcmp(g->c.state, "42P07") != 0)
            return true;
    return false;
}

/* Drops what the database has under the name of the view, if that is a roll-up. */
static bool drop_old(struct pg *g, const struct view *v, struct bf_err *e)
{
    bf_buf_lit(&g->sql, "SELECT 1 FROM _bfpipe_views WHERE name=");
    bf_pg_put_literal(&g->sql, v->name);
    const char *sql = bf_buf_cstr(&g->sql);
    bool ok = sql ? pg_ask(g, sql, &g->out, e) : bf_buf_check(&g->sql, "a statement", e);
    bf_buf_reset(&g->sql);
    if (!ok || g->out.n == 0)
        return ok;
    pg_view_put_drop_index(&g->sql, v);
    bf_buf_lit(&g->sql, "DROP VIEW IF EXISTS ");
    bf_sqlite_put_name(&g->sql, v->name);
    bf_buf_lit(&g->sql, ";DROP TABLE IF EXISTS ");
    pg_view_put_table(&g->sql, v);
    bf_buf_lit(&g->sql, ";DELETE FROM _bfpipe_views WHERE name=");
    bf_pg_put_literal(&g->sql, v->name);
    return pg_run(g, NULL, e);
}

static bool make_plain(struct pg *g, const struct view *v, struct bf_err *e)
{
    bf_buf_lit(&g->sql, "CREATE VIEW ");
    bf_sqlite_put_name(&g->sql, v->name);
    bf_buf_lit(&g->sql, " AS ");
    bf_buf_adds(&g->sql, v->select);
    return pg_run(g, NULL, e);
}

static bool back(struct pg *g, struct bf_err *e)
{
    bf_err_clear(e);
    return bf_pg_exec(&g->c, "ROLLBACK TO view", NULL, e);
}

/* What it computes fails: it is a plain view from now on. */
static void demote(const struct pg *g, struct view *v)
{
    v->kept = v->indexed = false;
    snprintf(v->why, sizeof v->why, "%.119s", g->c.said);
}

/* Creates the view, kept or plain. *early: its tables or columns do not exist yet. */
static bool create(struct pg *g, struct view *v, bool *early, struct bf_err *e)
{
    struct bf_buf names;
    bf_buf_init(&names, 1 << 20);
    bool ok = bf_pg_exec(&g->c, "SAVEPOINT view", NULL, e);
    if (ok && !pg_view_judge(g, v, early, &names, e)) {
        snprintf(v->missing, sizeof v->missing, "%.119s", g->c.said);
        ok = *early && back(g, e);
    } else if (ok && v->kept) {
        pg_view_put_make(&g->sql, v, bf_buf_view(&names));
        ok = pg_run(g, NULL, e);
        if (ok)
            ok = pg_view_make_index(g, v, e);
        else if (pg_view_is_its_own(g)) {
            demote(g, v);
            ok = back(g, e);
        }
    }
    bf_buf_free(&names);
    if (!ok || *early)
        return ok;
    return (v->kept || make_plain(g, v, e)) && bf_pg_exec(&g->c, "RELEASE SAVEPOINT view", NULL, e);
}

static bool note(struct pg *g, const struct view *v, struct bf_err *e)
{
    const struct mirror *t = pg_view_mirror(g, v);
    bf_buf_lit(&g->sql, "INSERT INTO _bfpipe_views VALUES(");
    bf_pg_put_literal(&g->sql, v->name);
    if (t)
        bf_buf_addf(&g->sql, ",%lld,", (long long)t->id);
    else
        bf_buf_lit(&g->sql, ",NULL,");
    bf_pg_put_literal(&g->sql, bf_str_of(v->sql));
    bf_buf_addf(&g->sql, ",%d,", v->kept);
    if (v->why[0])
        bf_pg_put_literal(&g->sql, bf_str_of(v->why));
    else
        bf_buf_lit(&g->sql, "NULL");
    bf_buf_addc(&g->sql, ')');
    return pg_run(g, NULL, e);
}

/* One that the database does not have as it is. *left: it cannot be created yet. */
static bool make(struct pg *g, struct view *v, bool *left, struct bf_err *e)
{
    bool early = false;
    if (!drop_old(g, v, e) || (!v->drop && !create(g, v, &early, e)))
        return bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
    *left = *left || early;
    v->making = !early;
    return early || v->drop || note(g, v, e);
}

bool pg_make_views(struct pg *g, bool *left, struct bf_err *e)
{
    bool more = g->views_wanted;
    *left = false;
    for (struct view *v = g->views; v; v = v->next)
        v->making = false;
    while (more) { /* a view of a view may come before it */
        more = *left = false;
        for (struct view *v = g->views; v; v = v->next) {
            if (v->made || v->making)
                continue;
            if (!make(g, v, left, e))
                return false;
            more = more || v->making;
        }
        more = more && *left;
    }
    return true;
}

void pg_views_made(struct pg *g, bool left)
{
    for (struct mirror *t = g->mirrors->first; t; t = t->next)
        t->batch->rows_is = t->batch->rows_is || t->batch->rows_making;
    for (struct view *v = g->views; v; v = v->next) {
        struct mirror *t = v->making ? pg_view_mirror(g, v) : NULL;
        if (t)
            t->batch->rows_is = false; /* it may need other columns */
        v->made = v->made || v->making;
        v->indexed = v->indexed && !v->unindex;
        v->making = v->unindex = false;
    }
    g->views_wanted = left;
}

static bool is_kept_of(const struct pg *g, const struct view *v, const struct mirror *t)
{
    return v->made && v->kept && !v->drop && pg_view_mirror(g, v) == t;
}

/* Does a kept view of the mirror use the column? */
static bool is_used(const struct pg *g, const struct mirror *t, struct bf_str name)
{
    for (const struct view *v = g->views; v; v = v->next)
        for (size_t i = 0; i < v->nident && is_kept_of(g, v, t); i++)
            if (bf_str_eq(v->ident[i], name))
                return true;
    return false;
}

static void put_row_columns(struct pg *g, const struct mirror *t)
{
    static const char *const own[] = {"_seq", "_deleted", "_rest"};
    for (size_t i = 0; i < t->n + BF_COUNT(own); i++) {
        struct bf_str name = i < t->n ? t->col[i].name : bf_str_of(own[i - t->n]);
        if (!is_used(g, t, name))
            continue;
        bf_buf_addc(&g->sql, ',');
        bf_sqlite_put_name(&g->sql, name);
    }
}

/* Copies the rows of the batch's keys, with that sign. */
static bool copy_rows(struct pg *g, struct mirror *t, int sign, struct bf_err *e)
{
    struct bf_buf *sql = &g->sql;
    bf_buf_lit(sql, "INSERT INTO ");
    pg_view_put_rows(sql, t);
    bf_buf_addf(sql, " SELECT %d", sign);
    put_row_columns(g, t);
    bf_buf_lit(sql, " FROM ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    bf_buf_lit(sql, " t WHERE EXISTS(SELECT FROM ");
    pg_put_stage_name(sql, t);
    bf_buf_lit(sql, " s WHERE ");
    pg_put_same_key(sql, t, "t", "s");
    bf_buf_addc(sql, ')');
    return pg_run(g, NULL, e);
}

static bool has_kept(const struct pg *g, const struct mirror *t)
{
    const struct view *v = g->views;
    while (v && !is_kept_of(g, v, t))
        v = v->next;
    return v != NULL;
}

bool pg_views_before(struct pg *g, struct mirror *t, struct bf_err *e)
{
    struct bf_buf *sql = &g->sql;
    if (!pg_views_unindex(g, t, e))
        return false;
    t->batch->rows_making = has_kept(g, t);
    if (!t->batch->rows_making)
        return true;
    if (!t->batch->rows_is) {
        bf_buf_lit(sql, "DROP TABLE IF EXISTS ");
        pg_view_put_rows(sql, t);
        bf_buf_lit(sql, ";CREATE TEMPORARY TABLE ");
        pg_view_put_rows(sql, t);
        bf_buf_lit(sql, " ON COMMIT DELETE ROWS AS SELECT 0::smallint AS \"bf sign\"");
        put_row_columns(g, t);
        bf_buf_lit(sql, " FROM ");
        bf_sqlite_put_name(sql, bf_str_of(t->name));
        bf_buf_lit(sql, " LIMIT 0;");
    }
    return copy_rows(g, t, -1, e);
}

/* Changes one view. If what it computes fails, the transaction is made again with a plain view. */
static bool change(struct pg *g, const struct mirror *t, struct view *v, struct bf_err *e)
{
    pg_view_put_change(&g->sql, t, v);
    pg_view_put_again(&g->sql, v);
    if (pg_run(g, NULL, e))
        return true;
    if (!pg_view_is_its_own(g))
        return bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
    demote(g, v);
    v->made = false;
    g->views_wanted = true;
    bf_diag_warn("view %.*s is a plain view from now on: %s", BF_SHOWN(v->name), v->why);
    return bf_err_set(e, BF_E_TEMPORARY, "view %.*s: %s", BF_SHOWN(v->name), v->why);
}

bool pg_views_after(struct pg *g, struct mirror *t, struct bf_err *e)
{
    if (!t->batch->rows_making)
        return true;
    bool ok = copy_rows(g, t, 1, e);
    for (struct view *v = g->views; v && ok; v = v->next)
        ok = !is_kept_of(g, v, t) || change(g, t, v, e);
    return ok;
}

/* The views of the database. */
bool pg_load_views(struct pg *g, struct bf_err *e)
{
    static const char sql[] =
        "SELECT sql,kept,why,EXISTS(SELECT FROM pg_class WHERE relkind='i' AND relnamespace="
        "current_schema()::regnamespace AND relname ~ '^_bfpipe_m[0-9]+_' AND "
        "regexp_replace(relname,'^_bfpipe_m[0-9]+_','')=name)FROM _bfpipe_views ORDER BY name";
    struct pg_result *r = bf_pg_query(&g->c, sql, 0, NULL, e);
    struct view **end = &g->views;
    bool ok = r != NULL;
    for (int i = 0; ok && i < g->c.api->ntuples(r); i++) {
        ok = view_parse(end, bf_pg_text(&g->c, r, i, 0), true, e);
        struct view *v = *end;
        if (!ok || !v)
            continue;
        v->indexed = bf_str_is(bf_pg_text(&g->c, r, i, 3), "t");
        v->kept = bf_pg_number(&g->c, r, i, 1) != 0;
        snprintf(v->why, sizeof v->why, "%.*s",
                 BF_SHOWN_TO(bf_pg_text(&g->c, r, i, 2), sizeof v->why - 1));
        v->made = !pg_view_is_old(v);
        g->views_wanted = g->views_wanted || !v->made;
        end = &v->next;
    }
    if (r)
        g->c.api->clear(r);
    return ok || bf_err_ctx(e, "%s: _bfpipe_views", g->c.shown);
}

/* Adds a view of a file; it replaces another one of its name. */
static void take(struct pg *g, struct view *v)
{
    struct view **at = &g->views;
    while (*at && !bf_str_eq((*at)->name, v->name))
        at = &(*at)->next;
    struct view *old = *at;
    if (old && !v->drop && strcmp(old->sql, v->sql) == 0) {
        view_free(NULL, v);
        return;
    }
    v->next = old ? old->next : NULL;
    *at = v;
    if (old)
        view_free(NULL, old);
    g->views_wanted = true;
}

/* The views of the schema that a rebuild replaces. */
static bool inherit(struct pg *g, struct view **list, struct bf_err *e)
{
    bf_buf_lit(&g->sql, "SELECT to_regclass(format('%I._bfpipe_views',");
    bf_pg_put_literal(&g->sql, bf_str_of(g->home));
    bf_buf_lit(&g->sql, "))IS NOT NULL");
    const char *is = bf_buf_cstr(&g->sql);
    bool ok = is ? pg_ask(g, is, &g->out, e) : bf_buf_check(&g->sql, "a statement", e);
    bf_buf_reset(&g->sql);
    if (!ok || !bf_str_is(bf_buf_view(&g->out), "t"))
        return ok;
    bf_buf_lit(&g->sql, "SELECT sql FROM ");
    bf_sqlite_put_name(&g->sql, bf_str_of(g->home));
    bf_buf_lit(&g->sql, "._bfpipe_views ORDER BY name");
    const char *sql = bf_buf_cstr(&g->sql);
    struct pg_result *r = sql ? bf_pg_query(&g->c, sql, 0, NULL, e) : NULL;
    bf_buf_reset(&g->sql);
    ok = r != NULL || (!sql && bf_err_nomem(e));
    for (int i = 0; r && ok && i < g->c.api->ntuples(r); i++)
        ok = view_parse(list, bf_pg_text(&g->c, r, i, 0), true, e);
    if (r)
        g->c.api->clear(r);
    return ok;
}

bool pg_read_views(struct pg *g, struct bf_err *e)
{
    struct view *given = NULL;
    bool begins =
        g->config->rebuild && g->commits == 0; /* one that has begun has taken them over */
    bool ok = pg_load_views(g, e) && (!begins || inherit(g, &given, e)) &&
              views_read(&given, &g->config->view, true, e);
    while (given) {
        struct view *v = given;
        given = v->next;
        if (ok)
            take(g, v);
        else
            view_free(NULL, v);
    }
    return ok;
}

void pg_tell_views(const struct pg *g)
{
    for (const struct view *v = g->views; v; v = v->next)
        if (!v->made && !v->drop)
            bf_diag_warn("view %.*s is not there yet: %s", BF_SHOWN(v->name), v->missing);
}

void pg_free_views(struct pg *g)
{
    for (struct view *v = g->views, *next; v; v = next) {
        next = v->next;
        view_free(NULL, v);
    }
    g->views = NULL;
}
