/*
 * DynamoDB: time to live. The service deletes expired items within days. Here a
 * control call (POST /_bflocal/ttl) deletes them at once, so that a test does not have
 * to wait. The change records name the service as the one who deleted.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/dynamodb/dynamodb.h"

enum { ROUND = 500, SCRATCH_MAX = 512 * 1024 * 1024 };

static const int64_t five_years_s =
    5 * 365 * 86400LL; /* the service ignores older times (Developer Guide) */

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

/* Deletes one item, as DeleteItem would. */
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

/* Finds up to ROUND expired items and copies their JSON. False: out of memory. */
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

/* Deletes up to ROUND expired items of a table. False: the store failed, or out of memory. */
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
        return bf_err_set(e, BF_E_INPUT, "no table %.*s", BF_SHOWN_TO(table, 255));
    return e->code == BF_OK ? bf_err_nomem(e) : false;
}
