#include "cmd/bftop/watch.h"

#include "cmd/bftop/delivery.h"
#include "lib/base/clock.h"

enum { AGAIN_MS = 1000, REBUILD_MS = 2000 };

static bool open_db(struct watch *w, struct bf_err *e)
{
    w->opened_ms = bf_clock_mono_ms();
    if (!(w->db = db_open(w->where, w->any, e)))
        return false;
    /* another connection has other numbers of versions */
    w->version = -1;
    for (size_t i = 0; i < w->panels->n; i++)
        w->panels->panel[i].version = -1;
    return true;
}

static void close_db(struct watch *w)
{
    db_close(w->db);
    w->db = NULL;
}

bool watch_open(struct watch *w, const char *database, const char *panels, const char *state,
                uint64_t window_ms, struct bf_err *e)
{
    *w = (struct watch){.where = database, .state = state, .any = panels != NULL};
    db_show(database, w->path);
    w->panels = panels_new(window_ms, e);
    if (!w->panels || (panels && !panels_read(w->panels, panels, e)) || !open_db(w, e))
        return false;
    return (panels || (db_schema(w->db, &w->schema, e) && panels_default(w->panels, w->db, e))) &&
           delivery_add(w->panels, w->state, e);
}

void watch_close(struct watch *w)
{
    close_db(w);
    panels_destroy(w->panels);
    w->panels = NULL;
}

bool watch_once(struct watch *w, struct bf_err *e)
{
    bool changed = false;
    return panels_refresh(w->panels, w->db, 0, &changed, e);
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
static bool choose_again(struct watch *w, bool *changed, struct bf_err *e)
{
    int64_t schema = w->schema;
    if (w->panels->path)
        return true;
    if (!db_schema(w->db, &schema, e))
        return false;
    if (schema == w->schema || schema < 0)
        return true;
    struct panels *p = panels_new(w->panels->window_ms, e);
    if (!p || !panels_default(p, w->db, e) || !delivery_add(p, w->state, e)) {
        panels_destroy(p);
        return false;
    }
    w->schema = schema;
    if (same_set(p, w->panels)) {
        panels_destroy(p);
        return true;
    }
    panels_destroy(w->panels);
    w->panels = p;
    w->sets++;
    *changed = true;
    return true;
}

static bool look(struct watch *w, bool *changed, struct bf_err *e)
{
    int64_t version;
    if (!db_version(w->db, &version, e) || (version != w->version && !choose_again(w, changed, e)))
        return false;
    w->version = version;
    return panels_refresh(w->panels, w->db, version, changed, e);
}

/* It cannot be looked at; true: it could, or there is another reason. */
static bool lost(struct watch *w, const struct bf_err *e)
{
    bool told = w->err.code && strcmp(w->err.text, e->text) == 0;
    close_db(w);
    w->err = *e;
    return !told;
}

bool watch_look(struct watch *w)
{
    struct bf_err e = {0};
    bool brief = db_is_brief(w->where), failed = w->err.code != BF_OK, changed = failed;
    int64_t wait = brief ? REBUILD_MS : failed ? AGAIN_MS : 0;
    if (w->db && (brief || !db_is_there(w->db)))
        close_db(w);
    if (!w->db && bf_clock_mono_ms() - w->opened_ms < wait)
        return false;
    if ((!w->db && !open_db(w, &e)) || !look(w, &changed, &e))
        return lost(w, &e);
    bf_err_clear(&w->err);
    changed |= delivery_look(w->panels);
    if (brief)
        close_db(w);
    return changed;
}

void watch_window(struct watch *w, uint64_t window_ms)
{
    w->panels->window_ms = window_ms;
    for (size_t i = 0; i < w->panels->n; i++)
        w->panels->panel[i].ran_ms = 0;
}
