/* A kept view whose expressions or sums fail becomes a plain one: a roll-up must not stop the table. */
#include <stdio.h>

#include "cmd/cdcproj/sqlite/views.h"
#include "cmd/cdcproj/view/view_words.h"
#include "lib/cli/diag.h"

bool view_is_at_fault(const struct views *w, const struct bf_err *e)
{
    return e->code == BF_E_INPUT || e->code == BF_E_LIMIT ||
           (e->code != BF_OK && (w->db->api->extended_errcode(w->db->h) & 0xff) == SQLITE_ERROR);
}

bool view_break(const struct views *w, struct view *v, struct bf_err *e)
{
    char prefix[300];
    if (!view_is_at_fault(w, e))
        return false;
    int n = snprintf(prefix, sizeof prefix, "%s: ", w->db->path);
    bool has = n > 0 && (size_t)n < sizeof prefix && strncmp(e->text, prefix, (size_t)n) == 0;
    snprintf(v->why, sizeof v->why, "%.*s", (int)sizeof v->why - 1, e->text + (has ? n : 0));
    v->broken = true;
    bf_err_clear(e);
    return true;
}

static bool give_up(struct views *w, struct view *v, struct bf_err *e)
{
    v->broken = v->kept = false;
    view_forget(v);
    view_unprepare(w->db->api, v);
    bf_diag_warn("view %.*s is a plain view from now on: %s", BF_SHOWN(v->name), v->why);
    return (db_begin(w->db, e) && view_drop(w, v, e) && view_make(w, v, e)) ||
           bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
}

bool views_give_up(struct views *w, struct mirror *t, struct bf_err *e)
{
    bool any = false;
    for (struct view *v = w->first; v; v = v->next) {
        if (!v->broken || v->mirror != t)
            continue;
        if (!give_up(w, v, e))
            return false;
        any = true;
    }
    return !any || views_refold(w, t, e);
}

/* Computes a view from all rows into memory, only to see whether it fails. The groups of the batch are kept. */
static bool try(struct views *w, struct view *v, bool *fails, struct bf_err *e)
{
    struct bf_map groups = v->groups, values = v->values;
    struct bf_arena batch = v->batch;
    bf_map_init(&v->groups, 1 << 22);
    bf_map_init(&v->values, 1 << 22);
    bf_arena_init(&v->batch, (size_t)1 << 30);
    bool ok = view_add_all(w, v, e);
    *fails = !ok && view_break(w, v, e);
    bf_map_free(&v->groups);
    bf_map_free(&v->values);
    bf_arena_free(&v->batch);
    v->groups = groups;
    v->values = values;
    v->batch = batch;
    return ok || *fails;
}

bool views_find_broken(struct views *w, struct mirror *t, struct bf_err *e)
{
    struct bf_err first = *e;
    bool any = false;
    if (!view_is_at_fault(w, e))
        return false;
    bf_err_clear(e);
    for (struct view *v = w->first; v; v = v->next) {
        bool fails = false;
        if (v->kept && v->mirror == t && !try(w, v, &fails, e))
            return false;
        any = any || fails;
    }
    if (!any)
        *e = first;
    return any && views_give_up(w, t, e);
}

static const struct column *number_called(const struct views *w, const struct tokens *t, size_t i)
{
    for (const struct mirror *m = w->mirrors->first; m; m = m->next)
        for (size_t c = 0; c < m->n; c++)
            if (m->col[c].kind == KIND_NUMBER && token_is_name(t, i, m->col[c].name))
                return &m->col[c];
    return NULL;
}

void view_tell_texts(const struct views *w, const struct view *v)
{
    struct tokens t = {0};
    struct bf_err ignored = {0};
    const struct column *c = NULL;
    bool ok = tokens_cut(&t, v->select, false, &ignored);
    for (size_t i = 0; ok && i < t.n && !c; i++)
        c = words_compare(&t, i) ? number_called(w, &t, i) : NULL;
    if (c)
        bf_diag_warn("view %.*s is a plain view, and there %.*s compares as a text: write %.*s",
                     BF_SHOWN(v->name), BF_SHOWN(c->name), BF_SHOWN(c->real));
    tokens_free(&t);
}
