/* One look: a panel's statement becomes cells. */
#include <stdio.h>

#include "cmd/bftop/panel.h"
#include "lib/base/clock.h"

/* Where in the panel file the error is. */
static void place(const struct panels *p, const struct panel *panel, struct result *r)
{
    struct bf_err e = {0};
    if (!panel->line || !r->error[0])
        return;
    bf_err_set(&e, BF_E_INPUT, "%s", r->error);
    bf_err_ctx(&e, "%s: line %zu", p->path, panel->line + r->lines);
    snprintf(r->error, sizeof r->error, "%s", e.text);
}

static bool same(const struct result *a, const struct result *b)
{
    if (a->cols != b->cols || a->rows != b->rows || strcmp(a->error, b->error) != 0)
        return false;
    for (size_t i = 0; i < a->rows * a->cols; i++)
        if (a->cell[i].null != b->cell[i].null || !bf_str_eq(a->cell[i].text, b->cell[i].text))
            return false;
    return true;
}

bool panel_run(const struct panels *p, struct panel *panel, struct db *db, struct bf_err *e)
{
    struct result r;
    struct query q = {.sql = panel->sql,
                      .window = (int64_t)(p->window_ms / 1000),
                      .step = (int64_t)panels_step(p),
                      .now = bf_clock_wall_ms()};
    int64_t began = bf_clock_mono_ms();
    result_init(&r);
    if (!db_run(db, &q, &r, e)) {
        bf_arena_free(&r.arena);
        return false;
    }
    panel->ran_ms = began;
    panel->took_ms = bf_clock_mono_ms() - began;
    place(p, panel, &r);
    if (r.error[0])
        r.rows = r.cols = 0;
    rate_take(panel, &r);
    panel->changed += !panel->changed || !same(&panel->result, &r);
    bf_arena_free(&panel->result.arena);
    panel->result = r;
    trend_keep(panel, &panel->result);
    return true;
}
