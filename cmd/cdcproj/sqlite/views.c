#include "cmd/cdcproj/sqlite/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/cli/diag.h"

enum { TEXT_MAX = 64 * 1024 * 1024 };

static struct view **place(struct views *w, struct bf_str name)
{
    struct view **at = &w->first;
    while (*at && !bf_str_same((*at)->name, name))
        at = &(*at)->next;
    return at;
}

/* Adds a view of a file; it replaces a different one of the same name. */
static bool take(struct views *w, struct view *v, struct bf_err *e)
{
    struct view **at = place(w, v->name), *old = *at;
    v->next = NULL;
    if (old && !v->drop && strcmp(old->sql, v->sql) == 0) {
        view_free(w->db->api, v);
        return true;
    }
    if (old) {
        *at = old->next;
        bool ok = db_begin(w->db, e) && view_drop(w, old, e);
        bf_buf_reset(&w->sql);
        bf_buf_lit(&w->sql, "DELETE FROM _bfpipe_views WHERE name=");
        bf_buf_addc(&w->sql, '\'');
        for (size_t i = 0; i < old->name.n; i++) {
            bf_buf_addc(&w->sql, old->name.p[i]);
            if (old->name.p[i] == '\'')
                bf_buf_addc(&w->sql, '\'');
        }
        bf_buf_addc(&w->sql, '\'');
        ok = ok && bf_buf_cstr(&w->sql) && db_exec(w->db, w->sql.p, e);
        view_free(w->db->api, old);
        if (!ok) {
            view_free(w->db->api, v);
            return false;
        }
    }
    v->fresh = true;
    if (v->drop)
        view_free(w->db->api, v);
    else
        *place(w, v->name) = v;
    return true;
}

/* Reads the views of a database. */
static bool load(const struct db *db, struct view **list, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!db_prepare(db, BF_STR("SELECT sql FROM _bfpipe_views ORDER BY name"), &stmt, e))
        return false;
    int rc;
    bool ok = true;
    while (ok && (rc = db->api->step(stmt)) == SQLITE_ROW)
        ok = view_parse(list, db_text(db, stmt, 0), false, e);
    ok = ok && (rc == SQLITE_DONE || db_fail(db, e));
    db->api->finalize(stmt);
    return ok || bf_err_ctx(e, "%s: _bfpipe_views", db->path);
}

/* The views of the file that a rebuild replaces, if it is one of cdcproj's. */
static bool inherit(const char *path, struct view **list, struct bf_err *e)
{
    struct db old;
    sqlite3_stmt *stmt = NULL;
    if (access(path, F_OK) != 0)
        return true;
    bool ok = db_open_reader(&old, path, e) &&
              db_prepare(&old, BF_STR("SELECT 1 FROM sqlite_master WHERE name='_bfpipe_views'"),
                         &stmt, e);
    if (ok && old.api->step(stmt) == SQLITE_ROW)
        ok = load(&old, list, e);
    if (stmt)
        old.api->finalize(stmt);
    db_close(&old);
    return ok;
}

/* Whether a view is kept may depend on its table and its rows, so the database knows more than the statement says. */
static bool recall(struct views *w, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    int rc = SQLITE_DONE;
    if (!db_prepare(w->db, BF_STR("SELECT name,kept,why FROM _bfpipe_views"), &stmt, e))
        return false;
    while ((rc = w->db->api->step(stmt)) == SQLITE_ROW) {
        struct view *v = *place(w, db_text(w->db, stmt, 0));
        struct bf_str why = db_text(w->db, stmt, 2);
        if (!v || w->db->api->column_int64(stmt, 1) != 0)
            continue;
        v->kept = false;
        snprintf(v->why, sizeof v->why, "%.*s", BF_SHOWN_TO(why, sizeof v->why - 1));
    }
    bool ok = rc == SQLITE_DONE || db_fail(w->db, e);
    w->db->api->finalize(stmt);
    return ok;
}

bool views_open(struct views *w, struct db *db, struct mirrors *m, const struct bf_opt_list *files,
                const char *old, struct bf_err *e)
{
    struct view *given = NULL;
    *w = (struct views){.db = db, .mirrors = m};
    bf_buf_init(&w->sql, TEXT_MAX);
    bf_buf_init(&w->key, TEXT_MAX);
    bf_buf_init(&w->order, TEXT_MAX);
    bool ok = bf_exact_functions(db->api, db->h, e) && load(db, &w->first, e) && recall(w, e) &&
              (!old || inherit(old, &given, e)) && views_read(&given, files, false, e);
    while (given) {
        struct view *v = given;
        given = v->next;
        if (ok)
            ok = take(w, v, e);
        else
            view_free(db->api, v);
    }
    views_nested(w->first);
    return ok;
}

void views_free(struct views *w)
{
    for (struct view *v = w->first, *next; v; v = next) {
        next = v->next;
        view_free(w->db->api, v);
    }
    bf_buf_free(&w->sql);
    bf_buf_free(&w->key);
    bf_buf_free(&w->order);
}

/* Is the view in the database the same as this one? */
static bool is_made(struct views *w, const struct view *v, bool *made, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!db_prepare(w->db,
                    BF_STR("SELECT 1 FROM _bfpipe_views WHERE name=?1 AND sql=?2 AND kept=?3"),
                    &stmt, e))
        return false;
    db_bind(w->db, stmt, 1, v->name);
    db_bind(w->db, stmt, 2, bf_str_of(v->sql));
    w->db->api->bind_int64(stmt, 3, v->kept);
    int rc = w->db->api->step(stmt);
    *made = rc == SQLITE_ROW;
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(w->db, e);
    w->db->api->finalize(stmt);
    return ok;
}

bool view_add_all(struct views *w, struct view *v, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    int rc = SQLITE_DONE, at;
    bool ok = view_prepare_fold(w, v->mirror, v, true, &stmt, e);
    while (ok && (rc = w->db->api->step(stmt)) == SQLITE_ROW)
        ok = view_add(w, v, stmt, (at = 1, &at), 1, e);
    ok = ok && (rc == SQLITE_DONE || db_fail(w->db, e));
    if (stmt)
        w->db->api->finalize(stmt);
    return ok;
}

/* A view without groups has one row, even if the table has none. */
static bool one_group(struct view *v, struct bf_err *e)
{
    bool added = false;
    if (v->ngroup)
        return true;
    size_t n = sizeof(struct group) + v->nagg * sizeof(struct acc);
    uint64_t *slot = bf_map_put(&v->groups, BF_STR(""), &added);
    void *g = slot && added ? bf_arena_alloc(&v->batch, n) : NULL;
    if (!slot || (added && !g))
        return bf_err_nomem(e);
    if (added) {
        memset(g, 0, n);
        *slot = (uint64_t)(uintptr_t)g;
    }
    return true;
}

bool view_count(struct views *w, struct view *v, struct bf_err *e)
{
    w->changed = true;
    return view_statements(w, v, e) && view_add_all(w, v, e) && one_group(v, e) &&
           views_flush(w, e);
}

/* Creates it in place of what the database has under its name, if that is a roll-up. */
static bool create(struct views *w, struct view *v, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!db_begin(w->db, e) ||
        !db_prepare(w->db, BF_STR("SELECT 1 FROM _bfpipe_views WHERE name=?1"), &stmt, e))
        return false;
    db_bind(w->db, stmt, 1, v->name);
    int rc = w->db->api->step(stmt);
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(w->db, e);
    w->db->api->finalize(stmt);
    return ok && (rc != SQLITE_ROW || view_drop(w, v, e)) && view_make(w, v, e);
}

/* Starts the view: creates and fills its tables, unless an earlier run has. */
static bool begin(struct views *w, struct view *v, struct mirror *t, struct bf_err *e)
{
    bool made;
    sqlite3_stmt *first = NULL;
    v->mirror = t;
    if (t->mode == MODE_HISTORY) {
        v->kept = false;
        snprintf(v->why, sizeof v->why, "--history keeps all versions");
    }
    view_check_names(v, t);
    if (!is_made(w, v, &made, e))
        return false;
    if (made)
        return !v->kept || view_statements(w, v, e);
    if (!create(w, v, e) || (v->kept && !view_prepare_fold(w, t, v, true, &first, e)))
        return bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
    if (first) /* it is SQL; now its values may be at fault */
        w->db->api->finalize(first);
    return !v->kept || view_count(w, v, e) || (view_break(w, v, e) && views_give_up(w, t, e)) ||
           bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
}

static bool is_kept_with(const struct view *v, const struct mirror *t)
{
    return v->kept && v->mirror && v->mirror == t;
}

bool views_attach(struct views *w, struct mirror *t, struct bf_err *e)
{
    for (struct view *v = w->first; v; v = v->next) {
        if (is_kept_with(v, t)) {
            view_check_names(v, t);
            v->mirror = v->kept ? t : NULL;
        }
        if (!v->mirror && v->from.n && bf_str_same(v->from, bf_str_of(t->name)) &&
            !begin(w, v, t, e))
            return false;
    }
    return views_refold(w, t, e);
}

bool views_refold(struct views *w, struct mirror *t, struct bf_err *e)
{
    const struct view *v = w->first;
    while (v && !is_kept_with(v, t))
        v = v->next;
    if (t->fold)
        w->db->api->finalize(t->fold);
    t->fold = NULL;
    return !v || view_prepare_fold(w, t, NULL, false, &t->fold, e);
}

void views_tell(const struct views *w)
{
    for (const struct view *v = w->first; v; v = v->next) {
        if (v->kept && !v->mirror)
            bf_diag_warn("view %.*s is not there yet: cdcproj has no table %.*s", BF_SHOWN(v->name),
                         BF_SHOWN(v->from));
        if (!v->kept && v->fresh)
            view_tell_texts(w, v);
    }
}

bool views_settle(struct views *w, struct bf_err *e)
{
    bool made;
    for (struct view *v = w->first; v; v = v->next) {
        if (v->mirror || v->kept)
            continue;
        if (!is_made(w, v, &made, e))
            return false;
        if (!made && !create(w, v, e))
            return bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
    }
    return true;
}
