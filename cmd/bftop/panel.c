#include "cmd/bftop/panel.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

enum {
    TEXT_MAX = 1024 * 1024,
    ARENA_MAX = 4 * 1024 * 1024,
    STEPS_MAX = 60,
    SLOW_MS = 5,
    /* a statement takes at most a sixth of the time, all of them together half of it */
    REST = 5,
    REST_EACH = 2
};

struct panels *panels_new(uint64_t window_ms, struct bf_err *e)
{
    struct panels *p = calloc(1, sizeof *p);
    if (!p) {
        bf_err_nomem(e);
        return NULL;
    }
    bf_buf_init(&p->text, TEXT_MAX);
    bf_arena_init(&p->arena, ARENA_MAX);
    p->window_ms = window_ms;
    return p;
}

void panels_destroy(struct panels *p)
{
    for (size_t i = 0; p && i < p->n; i++)
        bf_arena_free(&p->panel[i].result.arena);
    if (p) {
        bf_buf_free(&p->text);
        bf_arena_free(&p->arena);
    }
    free(p);
}

uint64_t panels_step(const struct panels *p)
{
    static const uint64_t round[] = {1,    5,    10,   30,    60,    120,   300,   600,    900,
                                     1800, 3600, 7200, 14400, 21600, 43200, 86400, 604800, 2592000};
    uint64_t window = p->window_ms / 1000;
    for (size_t i = 0; i < BF_COUNT(round); i++)
        if (window / round[i] <= STEPS_MAX)
            return round[i];
    return round[BF_COUNT(round) - 1];
}

void panel_title(const struct panels *p, const struct panel *panel, struct bf_buf *out)
{
    struct bf_str t = panel->title;
    while (t.n) {
        if (bf_str_starts(t, BF_STR("{step}"))) {
            bf_num_add_duration(out, panels_step(p) * 1000);
            t = bf_str(t.p + 6, t.n - 6);
        } else if (bf_str_starts(t, BF_STR("{window}"))) {
            bf_num_add_duration(out, p->window_ms);
            t = bf_str(t.p + 8, t.n - 8);
        } else {
            bf_buf_addc(out, t.p[0]);
            t = bf_str(t.p + 1, t.n - 1);
        }
    }
}

/* A statement that takes long rests for longer. Without a commit in between only the clock (:now) has changed, and with it a
 * rate. */
static bool due(const struct panel *panel, int64_t now, int64_t version, int64_t slow)
{
    if (!panel->ran_ms)
        return true;
    int64_t rest = panel->took_ms * (slow * REST_EACH > REST ? slow * REST_EACH : REST);
    if (rest < (int64_t)panel->refresh_ms)
        rest = (int64_t)panel->refresh_ms;
    return now - panel->ran_ms >= rest &&
           (version != panel->version || panel->result.error[0] || panel->kind == PANEL_RATE);
}

bool panels_refresh(struct panels *p, struct db *db, int64_t version, bool *changed,
                    struct bf_err *e)
{
    int64_t slow = 0;
    for (size_t i = 0; i < p->n; i++)
        slow += p->panel[i].took_ms >= SLOW_MS;
    for (size_t i = 0; i < p->n; i++) {
        struct panel *panel = &p->panel[i];
        uint64_t was = panel->changed;
        if (panel->state || !due(panel, bf_clock_mono_ms(), version, slow))
            continue;
        if (!panel_run(p, panel, db, e))
            return false;
        panel->version = version;
        *changed |= panel->changed != was;
    }
    return true;
}
