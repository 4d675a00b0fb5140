#include "cmd/bftop/watch.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bftop/delivery.h"
#include "lib/base/clock.h"

enum { AGAIN_MS = 1000, REBUILD_MS = 2000 };

static int64_t schema_of(struct source *s)
{
    sqlite3_stmt *stmt = NULL;
    int64_t v = -1;
    if (s->api->prepare_v2(s->h, "PRAGMA schema_version", -1, &stmt, NULL) == SQLITE_OK &&
        s->api->step(stmt) == SQLITE_ROW)
        v = s->api->column_int64(stmt, 0);
    s->api->finalize(stmt);
    return v;
}

static bool open_source(struct watch *w, struct bf_err *e)
{
    struct stat st;
    w->opened_ms = bf_clock_mono_ms();
    if (!source_open(&w->source, w->path, w->any, e)) {
        source_close(&w->source);
        return false;
    }
    if (stat(w->path, &st) == 0) {
        w->dev = (uint64_t)st.st_dev;
        w->ino = (uint64_t)st.st_ino;
    }
    /* another connection has other numbers of versions */
    for (size_t i = 0; i < w->panels->n; i++)
        w->panels->panel[i].version = -1;
    return true;
}

bool watch_open(struct watch *w, const char *database, const char *panels, const char *state,
                uint64_t window_ms, struct bf_err *e)
{
    *w = (struct watch){.path = database, .state = state, .any = panels != NULL};
    w->panels = panels_new(window_ms, e);
    if (!w->panels || (panels && !panels_read(w->panels, panels, e)) || !open_source(w, e))
        return false;
    w->schema = schema_of(&w->source);
    return (panels || panels_default(w->panels, &w->source, e)) &&
           delivery_add(w->panels, w->state, e);
}

void watch_close(struct watch *w)
{
    source_close(&w->source);
    panels_destroy(w->panels);
    w->panels = NULL;
}

static bool same_set(const struct panels *a, const struct panels *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = bf_str_eq(a->panel[i].title, b->panel[i].title) &&
               bf_str_eq(a->panel[i].sql, b->panel[i].sql);
    return same;
}

/* New columns may be those of a shop. */
static bool choose_again(struct watch *w)
{
    struct bf_err e = {0};
    int64_t schema = w->panels->path ? w->schema : schema_of(&w->source);
    if (schema == w->schema || schema < 0)
        return false;
    struct panels *p = panels_new(w->panels->window_ms, &e);
    if (!p || !panels_default(p, &w->source, &e) || !delivery_add(p, w->state, &e) ||
        same_set(p, w->panels)) {
        panels_destroy(p);
        w->schema = e.code ? w->schema : schema;
        return false;
    }
    panels_destroy(w->panels);
    w->panels = p;
    w->schema = schema;
    w->sets++;
    return true;
}

static bool is_rebuilt(const struct watch *w)
{
    char made[4200];
    return (size_t)snprintf(made, sizeof made, "%s-new", w->path) < sizeof made &&
           access(made, F_OK) == 0;
}

/* Is it still the file of that name? */
static bool is_there(const struct watch *w)
{
    struct stat st;
    return stat(w->path, &st) == 0 && (uint64_t)st.st_dev == w->dev &&
           (uint64_t)st.st_ino == w->ino;
}

bool watch_look(struct watch *w)
{
    bool rebuilt = is_rebuilt(w), failed = w->err.code != BF_OK;
    int64_t wait = rebuilt ? REBUILD_MS : failed ? AGAIN_MS : 0;
    if (w->source.h && (rebuilt || !is_there(w)))
        source_close(&w->source);
    if (!w->source.h) {
        if (bf_clock_mono_ms() - w->opened_ms < wait)
            return false;
        struct bf_err before = w->err;
        bf_err_clear(&w->err);
        if (!open_source(w, &w->err))
            return strcmp(before.text, w->err.text) != 0;
    }
    bool changed = choose_again(w);
    changed |= panels_refresh(w->panels, &w->source);
    changed |= delivery_look(w->panels);
    if (rebuilt)
        source_close(&w->source);
    return changed || failed;
}

void watch_window(struct watch *w, uint64_t window_ms)
{
    w->panels->window_ms = window_ms;
    for (size_t i = 0; i < w->panels->n; i++)
        w->panels->panel[i].ran_ms = 0;
}
