/* --explain and --check in PostgreSQL. */
#include <inttypes.h>
#include <unistd.h>

#include "cmd/cdcproj/pg/pg_views.h"
#include "lib/cli/diag.h"

/* The files' views: the server is asked too, if the tables are there and the role may create a temporary view. */
static bool judge_all(struct pg *g, struct view *list, struct bf_err *e)
{
    struct bf_buf names;
    bf_buf_init(&names, 1 << 20);
    bool ok = bf_pg_exec(&g->c, "BEGIN", NULL, e);
    for (struct view *v = list; v && ok; v = v->next) {
        bool early;
        if (v->drop || !v->kept)
            continue;
        ok = bf_pg_exec(&g->c, "SAVEPOINT view", NULL, e);
        if (ok && !pg_view_judge(g, v, &early, &names, e)) {
            bf_err_clear(e);
            bf_buf_reset(&g->sql);
        }
        ok = ok && bf_pg_exec(&g->c, "ROLLBACK TO view", NULL, e);
    }
    bf_buf_free(&names);
    return ok && bf_pg_exec(&g->c, "ROLLBACK", NULL, e);
}

bool pg_explain(const struct config *c, struct bf_err *e)
{
    struct pg g;
    struct mirrors m = {0};
    bool ok = pg_open_reader(&g, c, &m, e) && pg_load(&m, &g, c, e);
    if (ok && c->view.n)
        ok = views_read(&g.views, &c->view, true, e) && judge_all(&g, g.views, e);
    else
        ok = ok && pg_load_views(&g, e);
    ok = ok && views_explain(g.views, e);
    pg_free_views(&g);
    mirrors_free(&m);
    pg_close(&g);
    return ok;
}

/* Reports the rows of the statement in g->sql. */
static bool tell_all(struct pg *g, const struct view *v, const char *what, uint64_t *wrong,
                     struct bf_err *e)
{
    const char *sql = bf_buf_cstr(&g->sql);
    struct pg_result *r = sql ? bf_pg_query(&g->c, sql, 0, NULL, e) : NULL;
    bool ok = r || (!sql && bf_buf_check(&g->sql, "a statement", e));
    bf_buf_reset(&g->sql);
    for (int i = 0; r && i < g->c.api->ntuples(r); i++) {
        struct bf_str row = bf_pg_text(&g->c, r, i, 0);
        if (++*wrong <= 20)
            bf_diag_hint("view %.*s: %s %.*s", BF_SHOWN(v->name), what, BF_SHOWN_TO(row, 300));
    }
    if (r)
        g->c.api->clear(r);
    return ok && r;
}

/* The groups that are in only one of the kept table and what the rows give. */
static bool compare(struct pg *g, const struct view *v, uint64_t *wrong, struct bf_err *e)
{
    static const char *const what[] = {"there is", "the rows give"};
    for (int i = 0; i < 2; i++) {
        bf_buf_lit(&g->sql, "SELECT x::text FROM(");
        for (int k = 0; k < 2; k++) {
            bf_buf_adds(&g->sql, k ? BF_STR(" EXCEPT ALL SELECT ") : BF_STR("SELECT "));
            pg_view_put_columns(&g->sql, v);
            bf_buf_lit(&g->sql, " FROM(");
            if (i == k) {
                bf_buf_lit(&g->sql, "SELECT * FROM ");
                pg_view_put_table(&g->sql, v);
            } else
                pg_view_put_fresh(&g->sql, v);
            bf_buf_lit(&g->sql, ")y");
        }
        bf_buf_lit(&g->sql, ")x");
        if (!tell_all(g, v, what[i], wrong, e))
            return bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
    }
    return true;
}

bool pg_check(const struct config *c, struct bf_err *e)
{
    struct pg g;
    struct mirrors m = {0};
    uint64_t wrong = 0;
    bool ok = pg_open_reader(&g, c, &m, e) &&
              bf_pg_exec(&g.c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, e) &&
              pg_load_views(&g, e);
    for (struct view *v = g.views; v && ok; v = v->next)
        ok = !v->kept || compare(&g, v, &wrong, e);
    pg_free_views(&g);
    pg_close(&g);
    return ok && views_verdict(g.c.shown, wrong, e);
}
