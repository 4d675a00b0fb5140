/* A commit, and PostgreSQL as a sink. */
#include "cmd/cdcproj/pg/pg.h"
#include "cmd/cdcproj/line/sink.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/stop.h"

enum { FULL_BYTES = 32 * 1024 * 1024, TRIES_MS = 120000 };

/* The whole transaction; *counted is what its counters come to. */
static bool write_all(struct pg *g, const struct counters *c, struct counters *counted,
                      bool *views_left, struct bf_err *e)
{
    *counted = *c;
    bf_buf_reset(&g->sql);
    if (!bf_pg_exec(&g->c, "BEGIN", NULL, e))
        return false;
    for (struct mirror *t = g->mirrors->first; t; t = t->next) {
        if (!pg_make(g, t, e))
            return bf_err_ctx(e, "%s", t->name);
        if (t->batch->n &&
            (!pg_stage(g, t, e) || !pg_views_before(g, t, e) ||
             !(pg_merge(g, t, counted, e) || pg_views_blame(g, t, e)) || !pg_views_after(g, t, e)))
            return bf_err_ctx(e, "%s", t->name);
    }
    return pg_make_views(g, views_left, e) && pg_put_positions(g, counted, e) &&
           bf_pg_exec(&g->c, "COMMIT", NULL, e);
}

/* After the commit: what is staged is in the database. */
static void settle(struct pg *g)
{
    for (struct mirror *t = g->mirrors->first; t; t = t->next) {
        struct pg_batch *b = t->batch;
        pg_made(t);
        if (b->n) {
            b->stage_is = true;
            b->stage = t->n;
        }
        bf_buf_reset(&b->text);
        bf_buf_reset(&b->order);
        bf_map_clear(&b->by_key);
        b->n = 0;
    }
    g->staged_bytes = 0;
    g->commits++;
}

bool pg_commit(struct pg *g, struct counters *c, struct bf_err *e)
{
    struct counters counted;
    int64_t until = bf_clock_mono_ms() + TRIES_MS;
    bool done = false, lost = false, views_left = false;
    while (!done && !write_all(g, c, &counted, &views_left, e)) {
        if ((e->code != BF_E_NETWORK && e->code != BF_E_TEMPORARY) || bf_clock_mono_ms() > until ||
            !pg_again(g, &done, e))
            return false;
        lost = done;
    }
    settle(g);
    pg_views_made(g, views_left);
    if (lost) /* its temporary tables went with its session */
        for (struct mirror *t = g->mirrors->first; t; t = t->next)
            t->batch->stage_is = t->batch->rows_is = false;
    if (!bf_positions_commit(&g->positions, e))
        return false;
    bf_positions_reset(&g->positions);
    *c = (struct counters){0};
    return true;
}

struct pg_sink {
    struct sink sink; /* first */
    struct pg pg;
    struct mirrors mirrors;
};

static struct pg_sink *of(struct sink *s)
{
    return (struct pg_sink *)(void *)s;
}

static bool apply(struct sink *s, struct line *l, struct bf_str table, bool *bad, struct bf_err *e)
{
    struct pg_sink *p = of(s);
    bool ok = pg_apply(&p->mirrors, l, table, bad, e);
    s->full = p->pg.staged_bytes > FULL_BYTES;
    return ok;
}

static bool commit(struct sink *s, struct bf_err *e)
{
    s->full = false;
    return pg_commit(&of(s)->pg, s->counters, e);
}

static void tell(const struct sink *s)
{
    pg_tell_views(&((const struct pg_sink *)(const void *)s)->pg);
}

static void close_sink(struct sink *s)
{
    mirrors_free(&of(s)->mirrors);
    pg_free_views(&of(s)->pg);
    pg_close(&of(s)->pg);
    free(s);
}

static bool replace(struct sink *s, struct bf_err *e)
{
    bool ok = pg_replace(&of(s)->pg, e);
    close_sink(s);
    return ok;
}

struct sink *pg_open_sink(const struct config *c, struct bf_err *e)
{
    struct pg_sink *p = calloc(1, sizeof *p);
    if (!p) {
        bf_err_nomem(e);
        return NULL;
    }
    p->sink = (struct sink){.positions = &p->pg.positions,
                            .counters = &p->mirrors.counters,
                            .apply = apply,
                            .commit = commit,
                            .tell = tell,
                            .close = close_sink,
                            .replace = replace};
    if (pg_open(&p->pg, c, &p->mirrors, e) && pg_load(&p->mirrors, &p->pg, c, e) &&
        pg_read_views(&p->pg, e)) {
        p->sink.begun = p->pg.views_wanted;
        return &p->sink;
    }
    close_sink(&p->sink);
    return NULL;
}
