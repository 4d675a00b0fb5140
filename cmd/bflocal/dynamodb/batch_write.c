/* DynamoDB: BatchWriteItem. */
#include "cmd/bflocal/dynamodb/batch.h"

#include "lib/json/write.h"

/* One write of a batch, and its JSON for UnprocessedItems. */
struct batch_write {
    struct bl_write w;
    struct bf_str raw;
};

struct batch {
    struct batch_write *list;
    size_t n;
};

/* The service shows the requests in a form of its own. */
static bool wrong_count(struct bl_call *c, struct bf_str table, const char *requests)
{
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '{%.*s=[%s]}' at 'requestItems' failed to "
                   "satisfy constraint: Map value must satisfy constraint: [Member must have "
                   "length less than or equal to %d, Member must have length greater than or "
                   "equal to 1]",
                   BF_SHOWN_TO(table, 255), requests, BL_BATCH_WRITE_MAX);
}

/* Reads {"Item":{...}} or {"Key":{...}} at the cursor. */
static bool read_request(struct bl_call *c, struct bf_json *j, bool put, struct bl_value **item)
{
    struct bf_json_key key;
    struct bf_err e;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, &e))
        return bl_batch_bad_shape(c);
    while ((more = bf_json_member(j, &key, &e)) == BF_JSON_MORE) {
        if (bf_json_key_eq(&key, put ? BF_STR("Item") : BF_STR("Key"))) {
            if (!bl_item_read_at(c, j, item))
                return false;
        } else if (!bf_json_skip(j, &e))
            break;
    }
    if (more != BF_JSON_END)
        return bl_batch_bad_shape(c);
    return *item || bl_item_read(c, bf_str(NULL, 0), put ? "item" : "key", item);
}

/* Reads one write at the cursor in a single pass, because batches carry the bulk of the data. */
static bool read_write(struct bl_call *c, struct bf_json *j, struct bf_str table,
                       struct batch_write *b)
{
    struct bf_json_key key;
    struct bf_err e;
    enum bf_json_more more;
    enum bf_json_type type;
    size_t given = 0;
    const char *from = j->p;
    *b = (struct batch_write){.w = {.table_name = table}};
    if (!bf_json_enter(j, BF_JSON_OBJECT, &e))
        return bl_batch_bad_shape(c);
    while ((more = bf_json_member(j, &key, &e)) == BF_JSON_MORE) {
        bool put = bf_json_key_is(&key, "PutRequest");
        if (!bf_json_peek(j, &type, &e))
            return bl_batch_bad_shape(c);
        if (type == BF_JSON_NULL || (!put && !bf_json_key_is(&key, "DeleteRequest"))) {
            if (!bf_json_skip(j, &e))
                return bl_batch_bad_shape(c);
            continue;
        }
        given++;
        b->w.kind = put ? BL_WRITE_PUT : BL_WRITE_DELETE;
        b->w.item = NULL;
        if (!read_request(c, j, put, &b->w.item))
            return false;
    }
    if (more == BF_JSON_ERROR)
        return bl_batch_bad_shape(c);
    b->raw = bf_str_trim(bf_str(from, (size_t)(j->p - from)));
    return given == 1 || bl_fail(c, BL_ValidationException,
                                 "Supplied AttributeValue has more than one datatypes set, must "
                                 "contain exactly one of PutRequest and DeleteRequest");
}

/* Reads RequestItems at the cursor. */
static bool read_batch(struct bl_call *c, struct bf_json *j, void *arg)
{
    struct batch *batch = arg;
    struct bf_str table;
    struct bf_err e = {0};
    enum bf_json_more tables, items;
    batch->list = bf_arena_alloc(&c->arena, BL_BATCH_WRITE_MAX * sizeof *batch->list);
    if (!batch->list)
        return bl_fail(c, BL_InternalServerError, "out of memory");
    if (!bf_json_enter(j, BF_JSON_OBJECT, &e))
        return bl_batch_no_items(c);
    while ((tables = bl_batch_next_table(c, j, &table, &e)) == BF_JSON_MORE) {
        size_t before = batch->n;
        if (!bf_json_enter(j, BF_JSON_ARRAY, &e))
            return bl_batch_bad_shape(c);
        while ((items = bf_json_element(j, &e)) == BF_JSON_MORE) {
            if (batch->n == BL_BATCH_WRITE_MAX)
                return wrong_count(c, table, "WriteRequest(...), ...");
            if (!read_write(c, j, table, &batch->list[batch->n++]))
                return false;
        }
        if (items == BF_JSON_ERROR)
            return bl_batch_bad_shape(c);
        if (batch->n == before)
            return wrong_count(c, table, "");
    }
    if (tables == BF_JSON_ERROR)
        return bl_batch_bad_shape(c);
    return batch->n > 0 || bl_fail(c, BL_ValidationException,
                                   "The requestItems parameter is required for BatchWriteItem");
}

static bool same_key(const struct bl_write *a, const struct bl_write *b)
{
    return a->table == b->table && bf_str_eq(a->key.part[0], b->key.part[0]) &&
           bf_str_eq(a->key.part[1], b->key.part[1]);
}

/* Checks tables, keys and sizes, and that no key appears twice. */
static bool prepare_all(struct bl_call *c, struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct bl_write *w = &batch->list[i].w;
        if (!bl_write_prepare(c, w))
            return false;
        if (w->kind == BL_WRITE_PUT && bl_item_size(w->item) > BL_ITEM_MAX)
            return bl_fail(c, BL_ValidationException,
                           "Item size has exceeded the maximum allowed size");
        for (size_t k = 0; k < i; k++)
            if (same_key(w, &batch->list[k].w))
                return bl_fail(c, BL_ValidationException,
                               "Provided list of item keys contains duplicates");
    }
    return true;
}

/* Appends UnprocessedItems: the writes that the fault `partial` chose, grouped by table in the
 * request's order. */
static void put_unprocessed(struct bl_call *c, const struct batch *batch)
{
    struct bf_buf *out = &c->ans.body;
    const struct bl_table *open = NULL;
    bf_buf_lit(out, "{\"UnprocessedItems\":{");
    for (size_t i = 0; i < batch->n; i++) {
        if (!bl_fault_entry(&c->fault, i, batch->n))
            continue;
        if (open != batch->list[i].w.table) {
            if (open)
                bf_buf_lit(out, "],");
            open = batch->list[i].w.table;
            bf_json_put_string(out, batch->list[i].w.table_name);
            bf_buf_lit(out, ":[");
        } else
            bf_buf_addc(out, ',');
        bf_buf_adds(out, batch->list[i].raw);
    }
    bf_buf_adds(out, open ? BF_STR("]}") : BF_STR("}"));
}

/* Evaluates all writes before it stores the first, so that an error is found before a row
 * changes. */
static bool store_all(struct bl_call *c, struct batch *batch)
{
    struct bf_err e = {0};
    for (size_t i = 0; i < batch->n; i++)
        if (!bl_fault_entry(&c->fault, i, batch->n) &&
            bl_write_evaluate(c, &batch->list[i].w, &e) != BL_WRITE_OK)
            return false;
    for (size_t i = 0; i < batch->n; i++)
        if (!bl_fault_entry(&c->fault, i, batch->n) && !bl_write_store(c, &batch->list[i].w))
            return false;
    return true;
}

static void put_batch_capacity(struct bl_call *c, const struct bl_params *p,
                               const struct batch *batch)
{
    const struct bf_json_val *v = bl_param(p, "ReturnConsumedCapacity");
    if (!v || bf_str_is(v->text, "NONE"))
        return;
    struct bf_buf *out = &c->ans.body;
    bool first = true;
    bf_buf_lit(out, ",\"ConsumedCapacity\":[");
    for (size_t i = 0; i < batch->n; i++) {
        const struct bl_table *t = batch->list[i].w.table;
        size_t units = 0;
        bool seen = false;
        for (size_t k = 0; k < batch->n; k++) {
            const struct bl_write *w = &batch->list[k].w;
            seen = seen || (k < i && w->table == t);
            if (w->table == t)
                units += w->new_item ? (w->new.bytes + 1023) / 1024 : 1;
        }
        if (seen)
            continue;
        if (!first)
            bf_buf_addc(out, ',');
        bl_capacity_print(out, t, (double)units, bf_str_is(v->text, "INDEXES"));
        first = false;
    }
    bf_buf_addc(out, ']');
}

bool bl_ddb_batch_write(struct bl_call *c)
{
    struct bl_params p;
    struct batch batch = {0};
    struct bf_err e = {0};
    if (!bl_params_read_but(c, &p, "RequestItems", read_batch, &batch) || !bl_returns_check(c, &p))
        return false;
    if (!batch.n)
        return bl_batch_no_items(c);
    bool deletes = false;
    for (size_t i = 0; i < batch.n; i++)
        deletes = deletes || batch.list[i].w.kind == BL_WRITE_DELETE;
    if (!(deletes && c->store->dir ? bl_store_begin_delete(c->store, &e)
                                   : bl_store_begin_bulk(c->store, &e)))
        return bl_fail_err(c, &e);
    bool ok = prepare_all(c, &batch) && store_all(c, &batch);
    if (!ok) {
        e = c->store->err;
        bl_store_rollback(c->store);
        if (e.code == BF_OK)
            bf_err_nomem(&e);
        return c->failed ? false : bl_fail_err(c, &e);
    }
    put_unprocessed(c, &batch);
    put_batch_capacity(c, &p, &batch);
    const struct bl_write *writes[BL_BATCH_WRITE_MAX];
    for (size_t i = 0; i < batch.n; i++)
        writes[i] = &batch.list[i].w;
    bl_metrics_put_all(c, &p, writes, batch.n);
    bf_buf_addc(&c->ans.body, '}');
    return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
}
