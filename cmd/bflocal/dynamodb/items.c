/* DynamoDB: PutItem, GetItem, UpdateItem, DeleteItem. */
#include "cmd/bflocal/dynamodb/legacy.h"

enum { ROUND_KB = 1024 };

/* Write units: one for each kilobyte or part of it. */
static double write_units(const struct bl_write *w)
{
    size_t bytes = w->old.bytes > w->new.bytes ? w->old.bytes : w->new.bytes;
    size_t units = (bytes + ROUND_KB - 1) / ROUND_KB;
    return units ? (double)units : 1;
}

enum returns {
    RETURN_NONE,
    RETURN_ALL_OLD,
    RETURN_ALL_NEW,
    RETURN_UPDATED_OLD,
    RETURN_UPDATED_NEW
};

static bool read_returns(struct bl_call *c, const struct bl_params *p, bool update,
                         enum returns *out)
{
    static const char *const names[] = {"NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"};
    struct bf_str text = {NULL, 0};
    *out = RETURN_NONE;
    if (!bl_param_string(c, p, "ReturnValues", &text))
        return false;
    if (!text.p)
        return true;
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (bf_str_eq(text, bf_str_of(names[i])) && (update || i <= RETURN_ALL_OLD)) {
            *out = (enum returns)i;
            return true;
        }
    return bl_fail(c, BL_ValidationException, "Return values set to invalid value");
}

/* Appends "Attributes" to the answer if there are any. */
static bool put_returns(struct bl_call *c, const struct bl_write *w, enum returns returns)
{
    bool old = returns == RETURN_ALL_OLD || returns == RETURN_UPDATED_OLD;
    const struct bl_stored *whole = old ? &w->old : &w->new;
    const struct bl_value *item = old ? w->old_item : w->new_item;
    if (returns == RETURN_NONE || !whole->json.p)
        return true;
    if (returns == RETURN_ALL_OLD || returns == RETURN_ALL_NEW) {
        bf_buf_lit(&c->ans.body, "\"Attributes\":");
        bf_buf_adds(&c->ans.body, whole->json);
        return true;
    }
    item = w->update ? bl_update_pick(&c->arena, w->update, item) : NULL;
    if (item && item->n) {
        bf_buf_lit(&c->ans.body, "\"Attributes\":");
        bl_item_put(&c->ans.body, item);
    }
    return item || !w->update;
}

static bool condition_failed(struct bl_call *c, const struct bl_write *w)
{
    struct bf_buf item;
    bf_buf_init(&item, 16 * 1024 * 1024);
    if (w->old_on_failure && w->old.json.p) {
        bf_buf_lit(&item, ",\"Item\":");
        bf_buf_adds(&item, w->old.json);
    }
    bl_fail_with(c, BL_ConditionalCheckFailedException, bf_buf_view(&item),
                 "The conditional request failed");
    bf_buf_free(&item);
    return false;
}

/* Evaluates the write inside the transaction. False: the answer is set, or the store failed. */
static bool evaluate_write(struct bl_call *c, struct bl_write *w)
{
    struct bf_err e = {0};
    switch (bl_write_evaluate(c, w, &e)) {
    case BL_WRITE_CONDITION_FAILED:
        return condition_failed(c, w);
    case BL_WRITE_INVALID:
        return bl_fail(c, BL_ValidationException, "%s", e.text);
    case BL_WRITE_FAILED:
        return false;
    case BL_WRITE_OK:
        break;
    }
    return true;
}

/* The answer is written before the change. After that only the store can fail. */
static bool write_item(struct bl_call *c, enum bl_write_kind kind)
{
    struct bl_params p;
    struct bl_write w;
    enum returns returns;
    struct bf_err e = {0};
    if (!bl_params_read(c, &p) || !bl_returns_check(c, &p) ||
        !read_returns(c, &p, kind == BL_WRITE_UPDATE, &returns) || !bl_write_read(c, &p, kind, &w))
        return false;
    if (!(kind == BL_WRITE_DELETE && c->store->dir ? bl_store_begin_delete(c->store, &e)
                                                   : bl_store_begin_bulk(c->store, &e)))
        return bl_fail_err(c, &e);
    bool ok = bl_write_prepare(c, &w) && evaluate_write(c, &w);
    if (ok) {
        bf_buf_addc(&c->ans.body, '{');
        ok = put_returns(c, &w, returns);
        bl_capacity_put(c, &p, w.table, write_units(&w));
        bl_metrics_put(c, &p, &w);
        bf_buf_addc(&c->ans.body, '}');
    }
    if (ok && bl_write_store(c, &w))
        return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
    e = c->store->err;
    bl_store_rollback(c->store);
    if (e.code == BF_OK)
        bf_err_nomem(&e);
    return c->failed ? false : bl_fail_err(c, &e);
}

bool bl_ddb_put_item(struct bl_call *c)
{
    return write_item(c, BL_WRITE_PUT);
}

bool bl_ddb_update_item(struct bl_call *c)
{
    return write_item(c, BL_WRITE_UPDATE);
}

bool bl_ddb_delete_item(struct bl_call *c)
{
    return write_item(c, BL_WRITE_DELETE);
}

bool bl_read_projection(struct bl_call *c, const struct bl_params *p, struct bl_projection **out)
{
    struct bl_expr x;
    struct bf_err e = {0};
    struct bf_str text = {NULL, 0};
    *out = NULL;
    if (!bl_param_string(c, p, "ProjectionExpression", &text))
        return false;
    if (!bl_legacy_check(c, p))
        return false;
    bool ok = bl_expr_init(&x, &c->arena, bl_param_raw(p, "ExpressionAttributeNames"),
                           (struct bf_str){NULL, 0}, &e);
    if (ok && text.p) {
        *out = bf_arena_alloc(&c->arena, sizeof **out);
        ok = *out ? bl_projection_parse(&x, text, *out, &e) : bf_err_nomem(&e);
    }
    ok = ok && bl_expr_check_used(&x, text.p ? NULL : "ProjectionExpression is", &e);
    if (ok)
        return bl_legacy_projection(c, p, out);
    return e.code == BF_E_MEMORY ? bl_fail_err(c, &e)
                                 : bl_fail(c, BL_ValidationException, "%s", e.text);
}

bool bl_put_projected(struct bl_call *c, struct bf_buf *out, const struct bl_projection *projection,
                      const struct bl_stored *item)
{
    if (!projection) {
        bf_buf_adds(out, item->json);
        return true;
    }
    const struct bl_value *whole = bl_item_load(c, item);
    const struct bl_value *picked =
        whole ? bl_projection_apply(&c->arena, projection, whole) : NULL;
    if (picked)
        bl_item_put(out, picked);
    return picked != NULL;
}

bool bl_ddb_get_item(struct bl_call *c)
{
    struct bl_params p;
    struct bl_value *key_item;
    struct bl_projection *projection;
    struct bl_key key;
    struct bl_stored item;
    bool consistent = false;
    if (!bl_params_read(c, &p) || !bl_returns_check(c, &p) ||
        !bl_item_read(c, bl_param_raw(&p, "Key"), "key", &key_item) ||
        !bl_param_bool(c, &p, "ConsistentRead", &consistent) ||
        !bl_read_projection(c, &p, &projection))
        return false;
    bl_store_lock(c->store);
    const struct bl_table *t = bl_table_param(c, &p);
    bool ok = t && bl_key_of(c, t, key_item, true, &key);
    if (ok) {
        bf_buf_addc(&c->ans.body, '{');
        if (bl_item_find(c, t, &key, &item)) {
            bf_buf_lit(&c->ans.body, "\"Item\":");
            ok = bl_put_projected(c, &c->ans.body, projection, &item);
        }
        size_t blocks = item.bytes ? (item.bytes + 4095) / 4096 : 1;
        bl_capacity_put(c, &p, t, (double)blocks * (consistent ? 1.0 : 0.5));
        bf_buf_addc(&c->ans.body, '}');
    }
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    if (e.code == BF_OK && !ok && !c->failed)
        bf_err_nomem(&e);
    return e.code == BF_OK ? ok : bl_fail_err(c, &e);
}
