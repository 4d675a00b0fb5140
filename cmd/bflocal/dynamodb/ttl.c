/*
 * DynamoDB: time to live. The service deletes what has expired some time within
 * days; here it happens when somebody says so (POST /_bflocal/ttl), so that a
 * test need not wait. The records say who deleted: the service.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/dynamodb/index.h"
#include "lib/json/write.h"

enum { ROUND = 500, SCRATCH_MAX = 512 * 1024 * 1024 };

static const int64_t five_years_s =
    5 * 365 * 86400LL; /* what is older is left alone (Developer Guide) */

bool bl_ddb_describe_ttl(struct bl_call *c)
{
    struct bl_params p;
    struct bf_buf *out = &c->ans.body;
    if (!bl_params_read(c, &p))
        return false;
    bl_store_lock(c->store);
    const struct bl_table *t = bl_table_param(c, &p);
    if (t) {
        bf_buf_addf(out, "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"%s\"",
                    t->ttl[0] ? "ENABLED" : "DISABLED");
        if (t->ttl[0]) {
            bf_buf_lit(out, ",\"AttributeName\":");
            bf_json_put_string(out, bf_str_of(t->ttl));
        }
        bf_buf_lit(out, "}}");
    }
    bl_store_unlock(c->store);
    return t != NULL;
}

static bool check_change(struct bl_call *c, const struct bl_table *t, bool on, struct bf_str name)
{
    if (on == (t->ttl[0] != '\0'))
        return bl_fail(c, BL_ValidationException, "TimeToLive is already %s",
                       on ? "enabled" : "disabled");
    return on || bf_str_eq(name, bf_str_of(t->ttl)) ||
           bl_fail(c, BL_ValidationException,
                   "TimeToLive is active on a different AttributeName: current AttributeName is %s",
                   t->ttl);
}

static bool read_specification(struct bl_call *c, const struct bl_params *p, bool *on,
                               struct bf_str *name)
{
    struct bf_str raw = bl_param_raw(p, "TimeToLiveSpecification");
    struct bl_params q;
    if (!raw.p)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'timeToLiveSpecification' "
                       "failed to satisfy constraint: Member must not be null");
    if (!bl_params_read_object(c, raw, &q) || !bl_param_bool(c, &q, "Enabled", on) ||
        !bl_param_string(c, &q, "AttributeName", name))
        return false;
    return (name->n >= 1 && name->n <= 255) ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%.*s' at "
                   "'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member "
                   "must have length between 1 and 255",
                   BF_SHOWN_TO(*name, 255));
}

bool bl_ddb_update_ttl(struct bl_call *c)
{
    struct bl_params p;
    struct bf_err e = {0};
    struct bf_str name = {NULL, 0};
    bool on = false;
    if (!bl_params_read(c, &p) || !read_specification(c, &p, &on, &name))
        return false;
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_table *t = bl_table_param(c, &p);
    if (!t || !check_change(c, t, on, name)) {
        bl_store_rollback(c->store);
        return false;
    }
    bl_table_keep(c, t);
    snprintf(t->ttl, sizeof t->ttl, "%.*s", on ? (int)name.n : 0, name.p);
    bl_setting_put(c, t, BF_STR("ttl"), bf_str_of(t->ttl));
    bf_buf_addf(&c->ans.body, "{\"TimeToLiveSpecification\":{\"Enabled\":%s,\"AttributeName\":",
                on ? "true" : "false");
    bf_json_put_string(&c->ans.body, name);
    bf_buf_lit(&c->ans.body, "}}");
    return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
}

static bool is_expired(const struct bl_table *t, const struct bl_value *item, int64_t now_s)
{
    const struct bl_value *v = bl_field_get(item, bf_str_of(t->ttl));
    char text[64];
    if (!v || v->type != BL_N || v->text.n >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)v->text.n, v->text.p);
    double at = strtod(text, NULL);
    return at <= (double)now_s && at > (double)(now_s - five_years_s);
}

/* Deletes one, as an operation would. */
static bool expire_item(struct bl_call *c, struct bl_table *t, struct bl_value *item,
                        struct bf_str json)
{
    struct bl_write w = {.kind = BL_WRITE_DELETE, .item = item, .table = t, .by_service = true};
    w.old = (struct bl_stored){json, bl_item_size(item)};
    w.old_item = item;
    return bl_key_of(c, t, item, false, &w.key) && bl_write_store(c, &w);
}

static bool parse_item(struct bf_arena *a, struct bf_str json, struct bl_value **item)
{
    struct bf_json j;
    struct bf_err e;
    bf_json_init(&j, json);
    return bl_item_parse(a, &j, item, &e);
}

/* Texts of up to ROUND items that have expired. False: out of memory. */
static bool find_expired(struct bl_call *c, const struct bl_table *t, struct bf_arena *row,
                         struct bf_arena *a, struct bf_str *json, size_t *n)
{
    bool ok = true;
    sqlite3_stmt *q = bl_sql(c->store, "SELECT item FROM ddb_item WHERE tbl=?");
    bl_bind_i64(q, 1, t->row);
    *n = 0;
    while (ok && *n < ROUND && bl_step(c->store, q)) {
        struct bl_value *item;
        bf_arena_reset(row);
        ok = parse_item(row, bl_column_text(q, 0), &item);
        if (ok && is_expired(t, item, c->now_ms / 1000))
            ok = bf_arena_copy(a, bl_column_text(q, 0), &json[(*n)++]);
    }
    bl_done(q);
    return ok;
}

/* Deletes up to ROUND items of a table. False: the store or the memory failed. */
static bool expire_some(struct bl_call *c, struct bl_table *t, struct bf_arena arenas[2], size_t *n)
{
    struct bf_str json[ROUND];
    bf_arena_reset(&arenas[1]);
    bool ok = find_expired(c, t, &arenas[0], &arenas[1], json, n);
    for (size_t i = 0; ok && i < *n; i++) {
        struct bl_value *item;
        bf_arena_reset(&arenas[0]);
        ok = parse_item(&arenas[0], json[i], &item) && expire_item(c, t, item, json[i]);
    }
    return ok && bl_store_ok(c->store);
}

bool bl_ddb_expire(struct bl_call *c, struct bf_str table, uint64_t *count, struct bf_err *e)
{
    struct bl_ddb *d = c->local->ddb;
    struct bf_arena scratch[2];
    bool ok = true, found = !table.p;
    *count = 0;
    if (!bl_store_begin(c->store, e))
        return false;
    for (int i = 0; i < 2; i++)
        bf_arena_init(&scratch[i], SCRATCH_MAX);
    for (size_t i = 0; ok && i < d->n; i++) {
        struct bl_table *t = d->tables[i];
        size_t n = ROUND;
        if (table.p && !bf_str_eq(table, bf_str_of(t->name)))
            continue;
        found = true;
        while (ok && t->ttl[0] && n == ROUND) {
            ok = expire_some(c, t, scratch, &n);
            *count += n;
        }
    }
    for (int i = 0; i < 2; i++)
        bf_arena_free(&scratch[i]);
    if (ok && found)
        return bl_store_commit(c->store, e);
    *e = c->store->err;
    bl_store_rollback(c->store);
    if (!found)
        return bf_err_set(e, BF_E_INPUT, "no table is called %.*s", BF_SHOWN_TO(table, 255));
    return e->code == BF_OK ? bf_err_nomem(e) : false;
}
