/* Kind rate: what a count gains a second. */
#include <stdio.h>

#include "cmd/bftop/panel.h"
#include "lib/base/clock.h"

enum { RATE_MS = 10000, RATE_LEAST_MS = 1000 };

static void push(struct trend *t, double value, int64_t at_ms)
{
    if (t->n == TREND_MAX) {
        memmove(t->value, t->value + 1, sizeof t->value - sizeof t->value[0]);
        memmove(t->at_ms, t->at_ms + 1, sizeof t->at_ms - sizeof t->at_ms[0]);
        t->n--;
    }
    t->value[t->n] = value;
    t->at_ms[t->n++] = at_ms;
}

void trend_keep(struct panel *panel, const struct result *r)
{
    if (panel->kind == PANEL_NUMBER && r->rows && r->cell[0].number)
        push(&panel->trend, r->cell[0].value, panel->ran_ms);
}

/* The gain a second since the last look that is at least RATE_MS ago, or the first; -1: the looks are too few. */
static double gain(const struct trend *t)
{
    size_t last = t->n - 1, from = last;
    while (from > 0 && t->at_ms[last] - t->at_ms[from] < RATE_MS)
        from--;
    int64_t ms = t->at_ms[last] - t->at_ms[from];
    return ms < RATE_LEAST_MS ? -1 : (t->value[last] - t->value[from]) * 1000 / (double)ms;
}

static void show(struct result *r, double v)
{
    char room[40];
    int n = snprintf(room, sizeof room, v < 99.95 ? "%.1f" : "%.0f", v);
    struct cell *c = &r->cell[0];
    *c = (struct cell){.value = v, .number = true};
    if (!bf_arena_copy(&r->arena, bf_str(room, (size_t)n), &c->text))
        *c = (struct cell){.null = true};
}

void rate_take(struct panel *panel, struct result *r)
{
    struct trend *counts = &panel->counts;
    if (panel->kind != PANEL_RATE || !r->rows || !r->cell[0].number)
        return;
    double count = r->cell[0].value,
           mean = r->cols > 1 && r->cell[1].number ? r->cell[1].value : -1;
    if (counts->n && count < counts->value[counts->n - 1])
        counts->n = panel->trend.n = 0; /* another database has this name */
    push(counts, count, panel->ran_ms);
    double now = gain(counts);
    if (now >= 0)
        push(&panel->trend, now, panel->ran_ms);
    r->cols = 1;
    if (now >= 0 || mean >= 0)
        show(r, now >= 0 ? now : mean);
    else
        r->cell[0] = (struct cell){.null = true};
}

const char *rate_note(const struct panel *panel)
{
    return panel->trend.n                ? "in the last 10 s"
           : !panel->result.cell[0].null ? "on average so far"
                                         : "after a second look";
}
