/*
 * --view in PostgreSQL. All roll-ups are plain views, which the server computes when they are read. A view is created with
 * the first commit at which its tables and columns exist.
 */
#include "cmd/cdcproj/pg.h"

#include <unistd.h>

#include "cmd/cdcproj/views.h"
#include "lib/io/out.h"

#define WHY "PostgreSQL computes it when it is read"

/* A table or column that does not exist yet. */
static bool is_early(const struct pg *g)
{
    return strcmp(g->c.state, "42P01") == 0 || strcmp(g->c.state, "42703") == 0;
}

/* *same: the database has the view, with this text; *other: with another one. */
static bool look(struct pg *g, const struct view *v, bool *same, bool *other, struct bf_err *e)
{
    bf_buf_lit(&g->sql, "SELECT sql=");
    bf_pg_put_literal(&g->sql, bf_str_of(v->sql));
    bf_buf_lit(&g->sql, " FROM _bfpipe_views WHERE name=");
    bf_pg_put_literal(&g->sql, v->name);
    const char *sql = bf_buf_cstr(&g->sql);
    bool ok = sql ? pg_ask(g, sql, &g->out, e) : bf_buf_check(&g->sql, "a statement", e);
    *same = ok && bf_str_is(bf_buf_view(&g->out), "t");
    *other = ok && g->out.n && !*same;
    bf_buf_reset(&g->sql);
    return ok;
}

static void put_view(struct bf_buf *sql, const struct view *v, bool other)
{
    bf_buf_lit(sql, "SAVEPOINT view;");
    if (other) {
        bf_buf_lit(sql, "DROP VIEW IF EXISTS ");
        bf_sqlite_put_name(sql, v->name);
        bf_buf_lit(sql, ";DELETE FROM _bfpipe_views WHERE name=");
        bf_pg_put_literal(sql, v->name);
        bf_buf_addc(sql, ';');
    }
    if (!v->drop) {
        bf_buf_lit(sql, "CREATE VIEW ");
        bf_sqlite_put_name(sql, v->name);
        bf_buf_lit(sql, " AS ");
        bf_buf_adds(sql, v->select);
        bf_buf_lit(sql, ";INSERT INTO _bfpipe_views VALUES(");
        bf_pg_put_literal(sql, v->name);
        bf_buf_lit(sql, ",NULL,");
        bf_pg_put_literal(sql, bf_str_of(v->sql));
        bf_buf_lit(sql, ",0,'" WHY "');");
    }
    bf_buf_lit(sql, "RELEASE SAVEPOINT view");
}

bool pg_make_views(struct pg *g, bool *left, struct bf_err *e)
{
    *left = false;
    for (struct view *v = g->views_wanted ? g->views : NULL; v; v = v->next) {
        bool same, other;
        if (!look(g, v, &same, &other, e))
            return false;
        if (same)
            continue;
        put_view(&g->sql, v, other);
        if (pg_run(g, NULL, e))
            continue;
        if (!is_early(g))
            return bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
        bf_err_clear(e);
        *left = true;
        if (!bf_pg_exec(&g->c, "ROLLBACK TO view", NULL, e))
            return false;
    }
    return true;
}

bool pg_read_views(struct pg *g, struct bf_err *e)
{
    bool ok = views_read(&g->views, &g->config->view, e);
    g->views_wanted = g->views != NULL;
    return ok;
}

void pg_free_views(struct pg *g)
{
    for (struct view *v = g->views, *next; v; v = next) {
        next = v->next;
        view_free(NULL, v);
    }
    g->views = NULL;
}

static void explain(struct bf_out *out, struct bf_str name)
{
    bf_out_write(out, name.p, name.n);
    bf_out_line(out, BF_STR("\tplain\t" WHY));
}

/* The views of the files, or those that the database has. */
static bool explain_all(struct pg *g, struct bf_out *out, struct bf_err *e)
{
    if (g->config->view.n) {
        bool ok = pg_read_views(g, e);
        for (const struct view *v = g->views; v && ok; v = v->next)
            if (!v->drop)
                explain(out, v->name);
        return ok;
    }
    struct pg_result *r =
        bf_pg_query(&g->c, "SELECT name FROM _bfpipe_views ORDER BY name", 0, NULL, e);
    for (int i = 0; r && i < g->c.api->ntuples(r); i++)
        explain(out, bf_pg_text(&g->c, r, i, 0));
    if (r)
        g->c.api->clear(r);
    return r != NULL;
}

bool pg_explain(const struct config *c, struct bf_err *e)
{
    struct pg g;
    struct mirrors m = {0};
    struct bf_out out;
    struct bf_err late = {0};
    if (!bf_out_init(&out, STDOUT_FILENO, "standard output", 0, e))
        return false;
    bool ok = pg_open_reader(&g, c, &m, e) && explain_all(&g, &out, e);
    pg_free_views(&g);
    pg_close(&g);
    if (!bf_out_close(&out, &late) && ok)
        *e = late;
    return ok && late.code == BF_OK;
}
