/* A change becomes rows of SQLite. */
#include "cmd/cdcproj/mirror/item.h"
#include "cmd/cdcproj/sqlite/tomb.h"
#include "cmd/cdcproj/sqlite/views.h"

#include "lib/base/clock.h"
#include "lib/ddb/number.h"
#include "lib/ddb/value.h"
#include "lib/encoding/base64.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

/* Room in the scratch buffer, so that what is bound stays where it is. */
static char *room(struct mirrors *m, size_t n)
{
    return bf_buf_room(&m->scratch, n);
}

static struct bf_str since(const struct mirrors *m, size_t from)
{
    return bf_str(m->scratch.p + from, m->scratch.n - from);
}

/* Binds an attribute's value to a column of that kind. */
static void bind(struct mirrors *m, sqlite3_stmt *stmt, int at, const struct bf_attr *a,
                 const struct column *c, bool key)
{
    const struct sql_api *api = m->db->api;
    size_t from = m->scratch.n;
    if (a->type == BF_ATTR_NULL) {
        api->bind_null(stmt, at);
    } else if (c->kind == KIND_JSON) {
        if (a->plain) {
            db_bind(m->db, stmt, at, bf_str(a->plain, a->plain_n));
            return;
        }
        bf_value_put_json(&m->scratch, a);
        db_bind(m->db, stmt, at, since(m, from));
    } else if (c->kind == KIND_BOOLEAN) {
        api->bind_int64(stmt, at, a->val.n == 4);
    } else if (c->kind == KIND_NUMBER && key) {
        bf_number_put_plain(&m->scratch, a->val);
        db_bind(m->db, stmt, at, since(m, from));
    } else if (c->kind == KIND_BINARY) {
        struct bf_str text = a->val;
        if (a->escaped) {
            bf_json_unescape(&m->scratch, a->val);
            text = since(m, from);
            from = m->scratch.n;
        }
        if (!bf_base64_decode(&m->scratch, text))
            m->scratch.failed = true;
        struct bf_str bytes = since(m, from);
        api->bind_blob(stmt, at, bytes.n ? bytes.p : "", (int)bytes.n, SQLITE_STATIC);
    } else if (a->escaped) {
        bf_json_unescape(&m->scratch, a->val);
        db_bind(m->db, stmt, at, since(m, from));
    } else
        db_bind(m->db, stmt, at, a->val);
}

/* Binds the keys as parameters 1 and 2, and the scratch buffer has room for all that the line can want. */
static bool bind_keys(struct mirrors *m, const struct mirror *t, sqlite3_stmt *stmt,
                      const struct line *l, struct bf_err *e)
{
    bf_buf_reset(&m->scratch);
    if (!room(m, l->change.text.n * 2 + l->change.padded.n * 2 + 4096))
        return bf_buf_check(&m->scratch, "a change", e);
    for (size_t k = 0; k < t->nkeys; k++)
        bind(m, stmt, (int)k + 1, item_key(t, l, k), &t->col[k], true);
    return true;
}

static bool bind_rest(struct mirrors *m, struct mirror *t, sqlite3_stmt *stmt,
                      const struct bf_buf *rest)
{
    if (t->rest && rest->n)
        db_bind(m->db, stmt, (int)t->n + 2, bf_buf_view(rest));
    return true;
}

static bool bind_item(struct mirrors *m, struct mirror *t, sqlite3_stmt *stmt, struct line *l,
                      struct bf_err *e)
{
    size_t hint = 0;
    m->db->api->clear_bindings(stmt);
    if (!bind_keys(m, t, stmt, l, e))
        return false;
    bf_buf_reset(&m->sql);
    for (size_t i = 0; i < l->image->n; i++) {
        const struct bf_attr *a = &l->image->attr[i];
        if (a->type == BF_ATTR_NULL || item_is_meta(m->config, a))
            continue;
        int at = item_column(m, t, a, &hint, l, e);
        if (at < -1)
            return false;
        if (at >= (int)t->nkeys)
            bind(m, stmt, at + 1, a, &t->col[at], false);
        if (at == -1)
            item_add_rest(&m->sql, a);
    }
    item_end_rest(&m->sql);
    db_bind(m->db, stmt, (int)t->n + 1, l->order);
    return bind_rest(m, t, stmt, &m->sql) && bf_buf_check(&m->sql, "a change", e) &&
           bf_buf_check(&m->scratch, "a change", e);
}

/* Before the first change of a key in a batch: subtracts the row from the views; views_flush adds it as it is then. *newer: the
 * row is newer than the change, which is counted. */
static bool fold(struct mirrors *m, struct mirror *t, struct line *l, bool *newer, struct bf_err *e)
{
    bool added;
    *newer = false;
    if (!t->fold)
        return true;
    uint64_t *subtracted = bf_map_put(&t->touched, item_key_text(m, t, l), &added);
    if (!subtracted)
        return bf_err_nomem(e);
    if (*subtracted)
        return true;
    if (!bind_keys(m, t, t->fold, l, e) || !views_subtract(m->views, t, l->order, newer, e))
        return false;
    *subtracted = !*newer;
    m->counters.older += *newer;
    return true;
}

static bool upsert(struct mirrors *m, struct mirror *t, struct line *l, struct bf_err *e)
{
    bool there, older;
    int changed = 0;
    if (!tomb_look(m, t, l, &there, &older, e))
        return false;
    if (older) {
        m->counters.older++;
        return true;
    }
    bool newer;
    if (!item_learn(m, t, l, e) || !fold(m, t, l, &newer, e))
        return false;
    if (newer)
        return true;
    if (!bind_item(m, t, t->stmt[PUT], l, e) || !db_run(m->db, t->stmt[PUT], &changed, e))
        return false;
    m->counters.upserts += changed > 0;
    m->counters.older += changed == 0;
    return !there || tomb_drop(m, t, l, e);
}

/* If the deletion removed no row although there is one, the row is newer. */
static bool is_there(struct mirrors *m, const struct mirror *t, const struct line *l, bool *there,
                     struct bf_err *e)
{
    if (!bind_keys(m, t, t->stmt[IS_THERE], l, e))
        return false;
    int rc = m->db->api->step(t->stmt[IS_THERE]);
    *there = rc == SQLITE_ROW;
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(m->db, e);
    m->db->api->reset(t->stmt[IS_THERE]);
    return ok;
}

static bool remove_row(struct mirrors *m, struct mirror *t, struct line *l, struct bf_err *e)
{
    char at[32];
    int changed = 0;
    bool newer;
    sqlite3_stmt *stmt = t->stmt[REMOVE];
    if (!fold(m, t, l, &newer, e))
        return false;
    if (newer)
        return true;
    if (!bind_keys(m, t, stmt, l, e))
        return false;
    db_bind(m->db, stmt, (int)t->nkeys + 1, l->order);
    if (t->mode == MODE_SOFT)
        db_bind(m->db, stmt, (int)t->nkeys + 2, item_time(l, at));
    if (!db_run(m->db, stmt, &changed, e))
        return false;
    m->counters.deletes += changed > 0;
    if (t->mode == MODE_SOFT) {
        m->counters.older += changed == 0;
        return true;
    }
    if (changed == 0 && !is_there(m, t, l, &newer, e))
        return false;
    m->counters.older += newer;
    return newer || tomb_put(m, t, l, e);
}

/* The last version of the key: its number (0: none), whether it is current, and whether the change is older than it. */
static bool last(struct mirrors *m, struct mirror *t, const struct line *l, int64_t *version,
                 bool *open, bool *older, struct bf_err *e)
{
    sqlite3_stmt *stmt = t->stmt[LAST];
    *version = 0;
    *open = *older = false;
    if (!bind_keys(m, t, stmt, l, e))
        return false;
    int rc = m->db->api->step(stmt);
    if (rc == SQLITE_ROW) {
        *version = m->db->api->column_int64(stmt, 0);
        int c = bf_str_cmp(l->order, db_text(m->db, stmt, 1));
        /* two changes with the same order are the same change, unless only the time is known; an item that fills is no version if
         * there is one */
        *older = l->fill || c < 0 || (c == 0 && l->order.n > TIME_ONLY);
        *open = m->db->api->column_int64(stmt, 2) != 0;
    }
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(m->db, e);
    m->db->api->reset(stmt);
    return ok;
}

static bool add_version(struct mirrors *m, struct mirror *t, struct line *l, int64_t version,
                        struct bf_str from, struct bf_err *e)
{
    sqlite3_stmt *stmt;
    int at;
    if (!item_learn(m, t, l, e) || !bind_item(m, t, stmt = t->stmt[PUT], l, e))
        return false;
    at = (int)t->n + 2 + t->rest;
    m->db->api->bind_int64(stmt, at, version);
    db_bind(m->db, stmt, at + 1, from);
    m->counters.upserts++;
    return db_run(m->db, stmt, NULL, e);
}

static bool history(struct mirrors *m, struct mirror *t, struct line *l, struct bf_err *e)
{
    char room_of[32];
    struct bf_str at = item_time(l, room_of);
    int64_t version;
    bool open, older, there, before;
    if (!last(m, t, l, &version, &open, &older, e) || !tomb_look(m, t, l, &there, &before, e))
        return false;
    if (older || before) {
        m->counters.older++;
        return true;
    }
    if (open) {
        sqlite3_stmt *stmt = t->stmt[CLOSE];
        if (!bind_keys(m, t, stmt, l, e))
            return false;
        m->db->api->bind_int64(stmt, (int)t->nkeys + 1, version);
        db_bind(m->db, stmt, (int)t->nkeys + 2, at);
        db_bind(m->db, stmt, (int)t->nkeys + 3, l->order);
        if (!db_run(m->db, stmt, NULL, e))
            return false;
    }
    m->counters.deletes += !l->image && open;
    if (!l->image)
        return open || tomb_put(m, t, l, e);
    return add_version(m, t, l, version + 1, at, e);
}

bool mirrors_apply(struct mirrors *m, struct line *l, struct bf_str table, bool *bad,
                   struct bf_err *e)
{
    *bad = false;
    if (!db_begin(m->db, e))
        return false;
    struct mirror *t = mirror_find(m, table, l, bad, e);
    if (!t)
        return false;
    m->counters.changes++;
    if (l->time_ms > m->counters.last_change_ms)
        m->counters.last_change_ms = l->time_ms;
    if (t->mode == MODE_HISTORY)
        return history(m, t, l, e);
    return l->image ? upsert(m, t, l, e) : remove_row(m, t, l, e);
}

bool mirrors_prune(struct mirrors *m, struct bf_err *e)
{
    static const char sql[] = "DELETE FROM _bfpipe_deleted WHERE at_ms<"
                              "(SELECT coalesce(last_change_ms,0) FROM _bfpipe)-604800000";
    return db_begin(m->db, e) && db_exec(m->db, sql, e);
}
