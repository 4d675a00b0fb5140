/* Collects the contributions of rows to groups in memory, and writes them to the tables. */
#include "cmd/cdcproj/sqlite/views.h"

#include <stdlib.h>

#include "lib/encoding/base64.h"

/* The key of a group: type, length and bytes of each value; 1 and 1.0 are equal. */
static void put_key(struct bf_buf *key, const struct group_value *v)
{
    char head = (char)('0' + v->type);
    switch (v->type) {
    case SQLITE_NULL:
        bf_buf_addc(key, head);
        break;
    case SQLITE_INTEGER:
        bf_buf_addc(key, head);
        bf_buf_add(key, &v->integer, sizeof v->integer);
        break;
    case SQLITE_FLOAT:
        bf_buf_addc(key, head);
        bf_buf_add(key, &v->real, sizeof v->real);
        break;
    default: {
        uint32_t n = (uint32_t)v->text.n;
        bf_buf_addc(key, head);
        bf_buf_add(key, &n, sizeof n);
        bf_buf_adds(key, v->text);
    }
    }
}

static struct group_value value_of(const struct db *db, sqlite3_stmt *row, int column)
{
    struct group_value v = {.type = db->api->column_type(row, column)};
    if (v.type == SQLITE_FLOAT) {
        v.real = db->api->column_double(row, column);
        if (v.real >= -1e15 && v.real <= 1e15 && (double)(int64_t)v.real == v.real) {
            v.type = SQLITE_INTEGER;
            v.integer = (int64_t)v.real;
        }
    } else if (v.type == SQLITE_INTEGER)
        v.integer = db->api->column_int64(row, column);
    else if (v.type != SQLITE_NULL)
        v.text = db_text(db, row, column);
    return v;
}

/* The group of the row; its key is in w->key. NULL: out of memory. */
static struct group *group_of(struct views *w, struct view *v, sqlite3_stmt *row, int at)
{
    struct group_value value[GROUPS_MAX];
    const size_t ngroup = v->ngroup;
    bool added = false;
    bf_buf_reset(&w->key);
    for (size_t i = 0; i < ngroup; i++) {
        value[i] = value_of(w->db, row, at + (int)i);
        put_key(&w->key, &value[i]);
    }
    uint64_t *slot =
        bf_buf_ok(&w->key) ? bf_map_put(&v->groups, bf_buf_view(&w->key), &added) : NULL;
    if (!slot)
        return NULL;
    if (!added)
        return (struct group *)(uintptr_t)*slot;
    struct group *g = bf_arena_alloc(&v->batch, sizeof *g + v->nagg * sizeof g->acc[0]);
    if (!g)
        return NULL;
    memset(g, 0, sizeof *g + v->nagg * sizeof g->acc[0]);
    for (size_t i = 0; i < ngroup; i++) {
        g->value[i] = value[i];
        if (value[i].text.p && !bf_arena_copy(&v->batch, value[i].text, &g->value[i].text))
            return NULL;
    }
    *slot = (uint64_t)(uintptr_t)g;
    return g;
}

/* One text for all that are the same number, so that it does not depend on which came first. */
static bool copy_number(struct bf_arena *arena, struct bf_str text, struct bf_str *out)
{
    char room[BF_EXACT_TEXT];
    struct bf_buf plain = {.p = room, .cap = sizeof room, .max = sizeof room};
    struct bf_decimal d;
    struct bf_err ignored = {0};
    if (bf_decimal_parse_long(text, &d, &ignored))
        bf_decimal_put(&plain, &d);
    return bf_arena_copy(arena, plain.n && bf_buf_ok(&plain) ? bf_buf_view(&plain) : text, out);
}

/* Changes the count of a value in the group, for min and max. */
static bool note_value(struct views *w, struct view *v, size_t agg, struct bf_str text, bool number,
                       int sign, struct bf_err *e)
{
    bool added = false;
    bf_buf_reset(&w->order);
    bf_buf_addc(&w->order, (char)agg);
    bf_buf_adds(&w->order, bf_buf_view(&w->key));
    size_t head = w->order.n;
    if (!number)
        bf_exact_order_text(text, &w->order);
    else if (!bf_exact_order(text, &w->order, e))
        return false;
    uint64_t *slot =
        bf_buf_ok(&w->order) ? bf_map_put(&v->values, bf_buf_view(&w->order), &added) : NULL;
    if (!slot)
        return bf_err_nomem(e);
    if (added) {
        struct value *x = bf_arena_alloc(&v->batch, sizeof *x);
        if (!x)
            return bf_err_nomem(e);
        *x = (struct value){.agg = agg};
        *slot = (uint64_t)(uintptr_t)x;
        if (!bf_arena_copy(&v->batch, bf_buf_view(&w->key), &x->group) ||
            !bf_arena_copy(&v->batch, bf_str(w->order.p + head, w->order.n - head), &x->order) ||
            !(number ? copy_number(&v->batch, text, &x->text)
                     : bf_arena_copy(&v->batch, text, &x->text)))
            return bf_err_nomem(e);
    }
    ((struct value *)(uintptr_t)*slot)->n += sign;
    return true;
}

static bool inexact(const struct agg *a, struct bf_str text, struct bf_err *e)
{
    return bf_err_set(
        e, BF_E_INPUT,
        "%.*s gives %.*s..., a binary fraction, which is not exact: compute with dec_add, dec_sub "
        "and dec_mul",
        BF_SHOWN(a->text), BF_SHOWN(text));
}

static bool add_value(struct views *w, struct view *v, struct group *g, size_t i, sqlite3_stmt *row,
                      int column, int sign, struct bf_err *e)
{
    const struct agg *a = &v->agg[i];
    char room[40];
    struct bf_str text;
    if (a->op == AGG_COUNT) {
        g->acc[i].n += w->db->api->column_type(row, column) == SQLITE_NULL ? 0 : sign;
        return true;
    }
    enum bf_exact_is is = bf_exact_of(w->db->api, row, column, room, &text);
    if (is == BF_EXACT_NULL)
        return true;
    if (is == BF_EXACT_BINARY_FRACTION)
        return inexact(a, text, e);
    bool number = is == BF_EXACT_YES && (a->op == AGG_SUM || a->number || a->called_dec ||
                                         w->db->api->column_type(row, column) != SQLITE_TEXT);
    if (a->op == AGG_SUM && is != BF_EXACT_YES)
        return true; /* a text does not count */
    g->acc[i].n += sign;
    return a->op == AGG_SUM ? bf_exact_add(&g->acc[i].sum, text, sign, e)
                            : note_value(w, v, i, text, number, sign, e);
}

bool view_add(struct views *w, struct view *v, sqlite3_stmt *row, int *at, int sign,
              struct bf_err *e)
{
    int first = *at;
    *at += 1 + (int)v->ngroup;
    for (size_t i = 0; i < v->nagg; i++)
        *at += v->agg[i].op != AGG_COUNT_ALL;
    if (w->db->api->column_int64(row, first) == 0)
        return true; /* WHERE */
    struct group *g = group_of(w, v, row, first + 1);
    if (!g)
        return bf_err_nomem(e);
    g->n += sign;
    int column = first + 1 + (int)v->ngroup;
    for (size_t i = 0; i < v->nagg; i++)
        if (v->agg[i].op != AGG_COUNT_ALL && !add_value(w, v, g, i, row, column++, sign, e))
            return false;
    return true;
}

/* Adds sign times the contribution of the row with the bound keys, if there is one; *newer as in views_subtract. */
static bool fold(struct views *w, struct mirror *t, int sign, bool *newer, struct bf_err *e)
{
    sqlite3_stmt *stmt = t->fold;
    int at = 1, rc = w->db->api->step(stmt);
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(w->db, e);
    *newer = rc == SQLITE_ROW && w->db->api->column_int64(stmt, 0) != 0;
    if (rc == SQLITE_ROW && !*newer) {
        w->changed = true;
        for (struct view *v = w->first; v && ok; v = v->next)
            if (v->kept && v->mirror == t)
                ok = view_add(w, v, stmt, &at, sign, e) || view_break(w, v, e);
    }
    w->db->api->reset(stmt);
    return ok && views_give_up(w, t, e);
}

bool views_subtract(struct views *w, struct mirror *t, struct bf_str order, bool *newer,
                    struct bf_err *e)
{
    db_bind(w->db, t->fold, (int)t->nkeys + 1, order);
    return fold(w, t, -1, newer, e);
}

/* Binds the parts of a key, each of which has its length after it (item_key_text). */
static bool bind_key(struct views *w, const struct mirror *t, struct bf_str key, struct bf_err *e)
{
    bf_buf_reset(&w->sql);
    if (!bf_buf_room(&w->sql, key.n + 64)) /* so that what is bound stays where it is */
        return bf_buf_check(&w->sql, "a key", e);
    for (size_t k = t->nkeys; k-- > 0;) {
        size_t n = 0, slash = key.n - 1;
        while (key.p[slash] != '/')
            slash--;
        for (size_t i = slash + 1; i < key.n; i++)
            n = n * 10 + (size_t)(key.p[i] - '0');
        struct bf_str part = bf_str(key.p + slash - n, n);
        size_t from = w->sql.n;
        if (t->col[k].kind != KIND_BINARY)
            db_bind(w->db, t->fold, (int)k + 1, part);
        else if (bf_base64_decode(&w->sql, part))
            w->db->api->bind_blob(t->fold, (int)k + 1, w->sql.p + from, (int)(w->sql.n - from),
                                  SQLITE_STATIC);
        else
            return bf_err_set(e, BF_E_INPUT, "a key that is not base64");
        key.n = slash - n;
    }
    return true;
}

/* Adds the row of a key as it is now. If a view fails it is given up, and the others are added. */
static bool add_row(struct views *w, struct mirror *t, struct bf_str key, struct bf_err *e)
{
    bool newer;
    while (t->fold) {
        if (!bind_key(w, t, key, e))
            return false;
        w->db->api->bind_null(t->fold, (int)t->nkeys + 1); /* no row is newer */
        if (fold(w, t, 1, &newer, e))
            return true;
        if (!views_find_broken(w, t, e))
            return false;
    }
    return true;
}

static bool add_touched(struct views *w, struct mirror *t, struct bf_err *e)
{
    size_t i = 0;
    for (struct bf_map_entry *en; (en = bf_map_next(&t->touched, &i));)
        if (en->value && !add_row(w, t, en->key, e))
            return false;
    bf_map_clear(&t->touched);
    return true;
}

static bool flush_values(struct views *w, struct view *v, struct bf_err *e)
{
    size_t i = 0;
    for (struct bf_map_entry *en; (en = bf_map_next(&v->values, &i));) {
        const struct value *x = (const struct value *)(uintptr_t)en->value;
        sqlite3_stmt *all[] = {v->put_value, v->del_value};
        if (x->n == 0)
            continue;
        for (int k = 0; k < 2; k++) {
            w->db->api->bind_blob(all[k], 1, x->group.p, (int)x->group.n, SQLITE_STATIC);
            w->db->api->bind_int64(all[k], 2, (sqlite3_int64)x->agg);
            w->db->api->bind_blob(all[k], 3, x->order.p, (int)x->order.n, SQLITE_STATIC);
        }
        db_bind(w->db, v->put_value, 4, x->text);
        w->db->api->bind_int64(v->put_value, 5, x->n);
        if (!db_run(w->db, v->put_value, NULL, e) ||
            (x->n < 0 && !db_run(w->db, v->del_value, NULL, e)))
            return false;
    }
    return true;
}

static void bind_value(const struct db *db, sqlite3_stmt *stmt, int at, const struct group_value *v)
{
    switch (v->type) {
    case SQLITE_INTEGER:
        db->api->bind_int64(stmt, at, v->integer);
        break;
    case SQLITE_FLOAT:
        db->api->bind_double(stmt, at, v->real);
        break;
    case SQLITE_NULL:
        db->api->bind_null(stmt, at);
        break;
    case SQLITE_BLOB:
        db->api->bind_blob(stmt, at, v->text.n ? v->text.p : "", (int)v->text.n, SQLITE_STATIC);
        break;
    default:
        db_bind(db, stmt, at, v->text);
    }
}

/* Binds the current minimum or maximum of a group at `at`. */
static bool bind_extreme(struct views *w, struct view *v, size_t i, struct bf_str key, int at,
                         struct bf_err *e)
{
    sqlite3_stmt *stmt = v->agg[i].op == AGG_MIN ? v->least : v->most;
    w->db->api->bind_blob(stmt, 1, key.n ? key.p : "", (int)key.n, SQLITE_STATIC);
    w->db->api->bind_int64(stmt, 2, (sqlite3_int64)i);
    int rc = w->db->api->step(stmt);
    if (rc == SQLITE_ROW) {
        struct bf_str text = db_text(w->db, stmt, 0);
        w->db->api->bind_text(v->put, at, text.p, (int)text.n, SQLITE_TRANSIENT);
    } else
        w->db->api->bind_null(v->put, at);
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(w->db, e);
    w->db->api->reset(stmt);
    return ok;
}

/* Writes one group: its stored values plus those of the batch. */
static bool flush_group(struct views *w, struct view *v, struct bf_str key, const struct group *g,
                        struct bf_err *e)
{
    const struct sql_api *api = w->db->api;
    bool there, ok = true;
    api->bind_blob(v->get, 1, key.n ? key.p : "", (int)key.n, SQLITE_STATIC);
    int rc = api->step(v->get), at = 2;
    there = rc == SQLITE_ROW;
    if (!there && rc != SQLITE_DONE)
        ok = db_fail(w->db, e);
    int64_t n = g->n + (there ? api->column_int64(v->get, 0) : 0);
    bf_buf_reset(&w->sql);
    if (!bf_buf_room(&w->sql, v->nagg * BF_EXACT_TEXT + 1))
        ok = bf_buf_check(&w->sql, "a group", e);
    api->bind_blob(v->put, 1, key.n ? key.p : "", (int)key.n, SQLITE_STATIC);
    for (size_t i = 0; i < v->ngroup; i++)
        bind_value(w->db, v->put, at++, &g->value[i]);
    api->bind_int64(v->put, at++, n);
    for (size_t i = 0; i < v->nagg && ok; i++, at += 2) {
        int64_t values = g->acc[i].n + (there ? api->column_int64(v->get, (int)(2 + 2 * i)) : 0);
        size_t from = w->sql.n;
        api->bind_int64(v->put, at + 1, values);
        if (v->agg[i].op == AGG_COUNT_ALL || v->agg[i].op == AGG_COUNT) {
            api->bind_int64(v->put, at, v->agg[i].op == AGG_COUNT ? values : n);
        } else if (v->agg[i].op != AGG_SUM) {
            ok = bind_extreme(w, v, i, key, at, e);
        } else {
            struct bf_str before = there ? db_text(w->db, v->get, (int)(1 + 2 * i)) : BF_STR("");
            ok = bf_exact_put(&g->acc[i].sum, before, &w->sql, e);
            if (values)
                db_bind(w->db, v->put, at, bf_str(w->sql.p + from, w->sql.n - from));
            else
                api->bind_null(v->put, at);
        }
    }
    api->reset(v->get);
    if (!ok || n > 0 || v->ngroup == 0)
        return ok && db_run(w->db, v->put, NULL, e);
    api->bind_blob(v->del, 1, key.p, (int)key.n, SQLITE_STATIC);
    return db_run(w->db, v->del, NULL, e);
}

static bool flush_view(struct views *w, struct view *v, struct bf_err *e)
{
    size_t i = 0;
    if (!flush_values(w, v, e))
        return false;
    for (struct bf_map_entry *en; (en = bf_map_next(&v->groups, &i));)
        if (!flush_group(w, v, en->key, (const struct group *)(uintptr_t)en->value, e))
            return false;
    view_forget(v);
    return true;
}

bool views_flush(struct views *w, struct bf_err *e)
{
    for (struct mirror *t = w->mirrors->first; t; t = t->next)
        if (!add_touched(w, t, e))
            return false;
    for (struct view *v = w->first; v && w->changed; v = v->next)
        if (v->kept && v->mirror && !flush_view(w, v, e) && !view_break(w, v, e))
            return bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
    w->changed = false;
    for (struct mirror *t = w->mirrors->first; t; t = t->next)
        if (!views_give_up(w, t, e))
            return false;
    return true;
}
