/* DynamoDB: one write, from its parameters to the store and the streams. */
#include "cmd/bflocal/ddbtable/index.h"
#include "cmd/bflocal/dynamodb/legacy.h"

bool bl_fail_input(struct bl_call *c, const struct bf_err *e)
{
    if (e->code == BF_E_MEMORY)
        return bl_fail_err(c, e);
    return bl_fail(c, e->code == BF_E_USAGE ? BL_SerializationException : BL_ValidationException,
                   "%s", e->text);
}

bool bl_item_read_at(struct bl_call *c, struct bf_json *j, struct bl_value **out)
{
    struct bf_err e = {0};
    if (!bl_item_parse(&c->arena, j, out, &e))
        return bl_fail_input(c, &e);
    for (size_t i = 0; i < (*out)->n; i++) {
        const char *wrong = bl_attribute_fault((*out)->fields[i].name);
        if (wrong)
            return bl_fail(c, BL_ValidationException,
                           "One or more parameter values were invalid: %s", wrong);
    }
    return true;
}

bool bl_item_read(struct bl_call *c, struct bf_str raw, const char *what, struct bl_value **out)
{
    struct bf_json j;
    if (!raw.p)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at '%s' failed to satisfy "
                       "constraint: Member must not be "
                       "null",
                       what);
    bf_json_init(&j, raw);
    return bl_item_read_at(c, &j, out);
}

static bool read_expressions(struct bl_call *c, const struct bl_params *p, struct bl_write *w)
{
    struct bl_expr x;
    struct bf_err e = {0};
    struct bf_str condition = {NULL, 0}, update = {NULL, 0};
    if (!bl_param_string(c, p, "ConditionExpression", &condition) ||
        !bl_param_string(c, p, "UpdateExpression", &update))
        return false;
    if (w->kind != BL_WRITE_UPDATE)
        update.p = NULL;
    bool ok = bl_expr_init(&x, &c->arena, bl_param_raw(p, "ExpressionAttributeNames"),
                           bl_param_raw(p, "ExpressionAttributeValues"), &e);
    if (ok && update.p) {
        w->update = bf_arena_alloc(&c->arena, sizeof *w->update);
        ok = w->update ? bl_update_parse(&x, update, w->update, &e) : bf_err_nomem(&e);
    }
    ok = ok &&
         (!condition.p || bl_cond_parse(&x, "ConditionExpression", condition, &w->condition, &e)) &&
         bl_expr_check_used(&x,
                            condition.p || update.p ? NULL
                            : w->kind == BL_WRITE_UPDATE
                                ? "UpdateExpression and ConditionExpression are"
                                : "ConditionExpression is",
                            &e);
    return ok || bl_fail_input(c, &e);
}

bool bl_write_read(struct bl_call *c, const struct bl_params *p, enum bl_write_kind kind,
                   struct bl_write *w)
{
    struct bf_str on_failure = {NULL, 0};
    *w = (struct bl_write){.kind = kind};
    bool put = kind == BL_WRITE_PUT;
    if (!bl_param_string(c, p, "TableName", &w->table_name) ||
        !bl_param_string(c, p, "ReturnValuesOnConditionCheckFailure", &on_failure) ||
        !bl_legacy_check(c, p) ||
        !bl_item_read(c, bl_param_raw(p, put ? "Item" : "Key"), put ? "item" : "key", &w->item) ||
        !read_expressions(c, p, w) || !bl_legacy_condition(c, p, "Expected", &w->condition) ||
        (kind == BL_WRITE_UPDATE && !bl_legacy_update(c, p, &w->update)))
        return false;
    w->old_on_failure = bf_str_is(on_failure, "ALL_OLD");
    if (on_failure.p && !w->old_on_failure && !bf_str_is(on_failure, "NONE"))
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%.*s' at "
                       "'returnValuesOnConditionCheckFailure' failed to satisfy constraint: Member "
                       "must satisfy enum value set: [ALL_OLD, NONE]",
                       BF_SHOWN(on_failure));
    if (kind == BL_WRITE_CHECK && !w->condition)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'conditionExpression' "
                       "failed to satisfy constraint: Member must not be null");
    return true;
}

bool bl_write_prepare(struct bl_call *c, struct bl_write *w)
{
    if (!w->table) {
        struct bl_params p = {.n = 1};
        p.member[0].name = BF_STR("TableName");
        p.member[0].value = (struct bf_json_val){.type = BF_JSON_STRING, .text = w->table_name};
        if (!w->table_name.p)
            p.n = 0;
        w->table = bl_table_param(c, &p);
    }
    if (!w->table)
        return false;
    bool keyed = bl_key_of(c, w->table, w->item, w->kind != BL_WRITE_PUT, &w->key);
    w->empty_key = w->key.empty;
    if (!keyed)
        return false;
    for (unsigned i = 0; w->update && i < w->table->nkeys; i++)
        if (bl_update_touches(w->update, bf_str_of(w->table->key[i].name)))
            return bl_fail(c, BL_ValidationException,
                           "One or more parameter values were invalid: Cannot update attribute %s. "
                           "This attribute is "
                           "part of the key",
                           w->table->key[i].name);
    struct bf_err e = {0};
    return w->kind != BL_WRITE_PUT || bl_indexes_check(w->table, w->item, &w->empty_key, &e) ||
           bl_fail_input(c, &e);
}

bool bl_item_find(struct bl_call *c, const struct bl_table *t, const struct bl_key *key,
                  struct bl_stored *out)
{
    sqlite3_stmt *q =
        bl_sql(c->store, "SELECT item,bytes FROM ddb_item WHERE tbl=? AND hash=? AND range=?");
    *out = (struct bl_stored){.json = {NULL, 0}};
    bl_bind_i64(q, 1, t->row);
    bl_bind_blob(q, 2, key->part[0]);
    bl_bind_blob(q, 3, key->part[1]);
    if (!bl_step(c->store, q))
        return false;
    out->bytes = (size_t)bl_column_i64(q, 1);
    if (!bf_arena_copy(&c->arena, bl_column_text(q, 0), &out->json))
        bf_err_set(&c->store->err, BF_E_MEMORY, "an item does not fit into the memory of a call");
    bl_done(q);
    return out->json.p != NULL;
}

struct bl_value *bl_item_load(struct bl_call *c, const struct bl_stored *stored)
{
    struct bl_value *item;
    struct bf_json j;
    struct bf_err e = {0};
    bf_json_init(&j, stored->json);
    if (bl_item_parse(&c->arena, &j, &item, &e))
        return item;
    bf_err_set(&c->store->err, BF_E_MEMORY, "an item does not fit into the memory of a call");
    return NULL;
}

/* Serializes the item for the store: the text of the request if it can be used, otherwise a new
 * one in the arena. */
static bool print_item(struct bl_call *c, const struct bl_value *item, struct bl_stored *out)
{
    out->bytes = bl_item_size(item);
    out->json = item->raw;
    if (item->raw.p)
        return true;
    struct bf_buf *text = &c->local->ddb->record;
    bf_buf_reset(text);
    bl_item_put(text, item);
    return bf_buf_ok(text) && bf_arena_copy(&c->arena, bf_buf_view(text), &out->json);
}

/* Does the update only take away? Then it does not create an item. */
static bool only_removes(const struct bl_update *u)
{
    for (size_t i = 0; u && i < u->n; i++)
        if (u->actions[i].kind != BL_REMOVE && u->actions[i].kind != BL_DELETE)
            return false;
    return u && u->n > 0;
}

/* Leaves no new item if there is none and none is created. */
static enum bl_write_result apply_update(struct bl_call *c, struct bl_write *w, struct bf_err *e)
{
    w->new_item = bl_value_copy(&c->arena, w->old_item ? w->old_item : w->item);
    if (!w->new_item)
        return BL_WRITE_FAILED;
    if (w->update && !bl_update_apply(&c->arena, w->update, w->new_item, e))
        return e->code == BF_E_MEMORY ? BL_WRITE_FAILED : BL_WRITE_INVALID;
    if (!w->old_item && only_removes(w->update))
        w->new_item = NULL;
    return BL_WRITE_OK;
}

/* Sets the new item's text and size. */
static enum bl_write_result measure_new_item(struct bl_call *c, struct bl_write *w,
                                             struct bf_err *e)
{
    if (!print_item(c, w->new_item, &w->new))
        return BL_WRITE_FAILED;
    if (w->new.bytes > BL_ITEM_MAX) {
        bf_err_set(e, BF_E_INPUT, "Item size %shas exceeded the maximum allowed size",
                   w->kind == BL_WRITE_UPDATE ? "to update " : "");
        return BL_WRITE_INVALID;
    }
    if (w->kind == BL_WRITE_UPDATE && !bl_indexes_check(w->table, w->new_item, &w->empty_key, e))
        return BL_WRITE_INVALID;
    /* different texts may be the same item */
    if (w->old.json.p && !w->old_item && !bf_str_eq(w->old.json, w->new.json) &&
        !(w->old_item = bl_item_load(c, &w->old)))
        return BL_WRITE_FAILED;
    return BL_WRITE_OK;
}

enum bl_write_result bl_write_evaluate(struct bl_call *c, struct bl_write *w, struct bf_err *e)
{
    static const struct bl_value nothing = {.type = BL_M};
    enum bl_write_result result = BL_WRITE_OK;
    if (bl_item_find(c, w->table, &w->key, &w->old) &&
        (w->condition || w->kind == BL_WRITE_UPDATE || /* an update may have no expression */
         w->table->indexes))
        w->old_item = bl_item_load(c, &w->old);
    if (!bl_store_ok(c->store))
        return BL_WRITE_FAILED;
    if (w->condition && !bl_cond_test(w->condition, w->old_item ? w->old_item : &nothing))
        return BL_WRITE_CONDITION_FAILED;
    if (w->kind == BL_WRITE_CHECK || w->kind == BL_WRITE_DELETE)
        return BL_WRITE_OK;
    w->new_item = w->item;
    if (w->kind == BL_WRITE_UPDATE)
        result = apply_update(c, w, e);
    return result == BL_WRITE_OK && w->new_item ? measure_new_item(c, w, e) : result;
}

static void store_item(struct bl_call *c, const struct bl_write *w)
{
    static const char put[] =
        "INSERT OR REPLACE INTO ddb_item(tbl,hash,range,bytes,item) VALUES(?,?,?,?,?)";
    static const char take[] = "DELETE FROM ddb_item WHERE tbl=? AND hash=? AND range=?";
    sqlite3_stmt *q = bl_sql(c->store, w->new_item ? put : take);
    bl_bind_i64(q, 1, w->table->row);
    bl_bind_blob(q, 2, w->key.part[0]);
    bl_bind_blob(q, 3, w->key.part[1]);
    if (w->new_item) {
        bl_bind_i64(q, 4, (int64_t)w->new.bytes);
        bl_bind_text(q, 5, w->new.json);
    }
    bl_run(c->store, q);
}

bool bl_write_store(struct bl_call *c, struct bl_write *w)
{
    struct bl_table *t = w->table;
    if (w->kind == BL_WRITE_CHECK || (!w->old.json.p && !w->new_item))
        return true;
    if (!bl_ddb_emit(c, w))
        return false;
    store_item(c, w);
    if (t->indexes && !bl_indexes_change(c, t, &w->key, w->old_item, w->new_item))
        return false;
    bl_table_keep(c, t);
    t->items += (w->new_item != NULL) - (w->old.json.p != NULL);
    t->bytes += (int64_t)w->new.bytes - (int64_t)w->old.bytes;
    return bl_store_ok(c->store);
}
