/* DynamoDB: BatchWriteItem and BatchGetItem. */
#include "cmd/bflocal/dynamodb/dynamodb.h"

#include "lib/json/write.h"

enum { GET_BYTES = 16 * 1024 * 1024 };

/* One table of RequestItems, cursor on its value; the name in the arena. */
static enum bf_json_more next_table(struct bl_call *c, struct bf_json *j, struct bf_str *name,
                                    struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more = bf_json_member(j, &key, e);
    if (more != BF_JSON_MORE)
        return more;
    struct bf_json_val text = {.type = BF_JSON_STRING, .text = key.text, .escaped = key.escaped};
    return bl_param_text(c, &text, name) ? BF_JSON_MORE : BF_JSON_ERROR;
}

static bool no_items(struct bl_call *c)
{
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value null at 'requestItems' failed to satisfy "
                   "constraint: Member must "
                   "not be null");
}

static bool enter_items(struct bl_call *c, const struct bl_params *p, struct bf_json *j)
{
    struct bf_err e;
    struct bf_str raw = bl_param_raw(p, "RequestItems");
    bf_json_init(j, raw);
    return (raw.p && bf_json_enter(j, BF_JSON_OBJECT, &e)) || no_items(c);
}

static bool bad_shape(struct bl_call *c)
{
    return c->failed ? false
                     : bl_fail(c, BL_SerializationException, "Unexpected value type in payload");
}

/* One write of a batch, and its text for UnprocessedItems. */
struct batch_write {
    struct bl_write w;
    struct bf_str raw;
};

struct batch {
    struct batch_write *list;
    size_t n;
};

static bool too_many(struct bl_call *c, size_t n)
{
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value at 'requestItems' failed to satisfy "
                   "constraint: Map value must "
                   "satisfy constraint: [Member must have length less than or equal to %d, Member "
                   "must have length "
                   "greater than or equal to 1]; %zu were given",
                   BL_BATCH_WRITE_MAX, n);
}

/* {"Item":{...}} or {"Key":{...}} at the cursor. */
static bool read_request(struct bl_call *c, struct bf_json *j, bool put, struct bl_value **item)
{
    struct bf_json_key key;
    struct bf_err e;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, &e))
        return bad_shape(c);
    while ((more = bf_json_member(j, &key, &e)) == BF_JSON_MORE) {
        if (bf_json_key_eq(&key, put ? BF_STR("Item") : BF_STR("Key"))) {
            if (!bl_item_read_at(c, j, item))
                return false;
        } else if (!bf_json_skip(j, &e))
            break;
    }
    if (more != BF_JSON_END)
        return bad_shape(c);
    return *item || bl_item_read(c, bf_str(NULL, 0), put ? "item" : "key", item);
}

/* One write at the cursor, in one pass: what comes in batches comes in large numbers. */
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
        return bad_shape(c);
    while ((more = bf_json_member(j, &key, &e)) == BF_JSON_MORE) {
        bool put = bf_json_key_is(&key, "PutRequest");
        if (!bf_json_peek(j, &type, &e))
            return bad_shape(c);
        if (type == BF_JSON_NULL || (!put && !bf_json_key_is(&key, "DeleteRequest"))) {
            if (!bf_json_skip(j, &e))
                return bad_shape(c);
            continue;
        }
        given++;
        b->w.kind = put ? BL_WRITE_PUT : BL_WRITE_DELETE;
        b->w.item = NULL;
        if (!read_request(c, j, put, &b->w.item))
            return false;
    }
    if (more == BF_JSON_ERROR)
        return bad_shape(c);
    b->raw = bf_str_trim(bf_str(from, (size_t)(j->p - from)));
    return given == 1 || bl_fail(c, BL_ValidationException,
                                 "Supplied AttributeValue has more than one datatypes set, must "
                                 "contain exactly one of PutRequest and DeleteRequest");
}

/* RequestItems at the cursor. */
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
        return no_items(c);
    while ((tables = next_table(c, j, &table, &e)) == BF_JSON_MORE) {
        size_t before = batch->n;
        if (!bf_json_enter(j, BF_JSON_ARRAY, &e))
            return bad_shape(c);
        while ((items = bf_json_element(j, &e)) == BF_JSON_MORE) {
            if (batch->n == BL_BATCH_WRITE_MAX)
                return too_many(c, batch->n + 1);
            if (!read_write(c, j, table, &batch->list[batch->n++]))
                return false;
        }
        if (items == BF_JSON_ERROR)
            return bad_shape(c);
        if (batch->n == before)
            return too_many(c, 0);
    }
    if (tables == BF_JSON_ERROR)
        return bad_shape(c);
    return batch->n > 0 ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy "
                   "constraint: Member must have length greater than or equal to 1");
}

static bool same_key(const struct bl_write *a, const struct bl_write *b)
{
    return a->table == b->table && bf_str_eq(a->key.part[0], b->key.part[0]) &&
           bf_str_eq(a->key.part[1], b->key.part[1]);
}

/* Tables, keys, sizes, and no key twice. */
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

/* UnprocessedItems: what the fault `partial` picked, table by table as they came. */
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

/* All are evaluated before the first is stored: what is wrong with one must show before a row changes. */
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
    if (!bl_params_read_but(c, &p, "RequestItems", read_batch, &batch))
        return false;
    if (!batch.n)
        return no_items(c);
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
    bf_buf_addc(&c->ans.body, '}');
    return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
}

/* Is that key among the n before it? */
static bool seen_before(const struct bl_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(keys[i].part[0], keys[n].part[0]) &&
            bf_str_eq(keys[i].part[1], keys[n].part[1]))
            return true;
    return false;
}

/* A BatchGetItem on its way. */
struct get {
    size_t n, all, bytes;         /* keys so far, keys altogether, bytes of the answer */
    struct bf_buf left, capacity; /* of UnprocessedKeys and ConsumedCapacity */
    bool consumed, indexes;       /* ReturnConsumedCapacity */
};

/* What is asked of one table. */
struct get_table {
    const struct bl_table *t;
    struct bl_params p;
    const struct bl_projection *projection;
    bool consistent;
    size_t blocks;      /* of 4 kB that were read */
    struct bf_buf rest; /* keys that are left over */
};

static bool check_key_count(struct bl_call *c, const struct get *g, const char *table, size_t here)
{
    if (here > BL_BATCH_GET_MAX)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value at 'RequestItems.%s.member.Keys' "
                       "failed to satisfy constraint: Member must have length less than or "
                       "equal to %d",
                       table, BL_BATCH_GET_MAX);
    return g->n <= BL_BATCH_GET_MAX ||
           bl_fail(c, BL_ValidationException, "Too many items requested for the BatchGetItem call");
}

/* One key: its item goes into the answer, or the key to those that are left over. */
static bool get_key(struct bl_call *c, struct get *g, struct get_table *gt,
                    const struct bl_key *key, struct bf_str raw, bool *first)
{
    struct bl_stored item;
    bool found = bl_item_find(c, gt->t, key, &item);
    if ((found && g->bytes + item.json.n > GET_BYTES) ||
        bl_fault_entry(&c->fault, g->n - 1, g->all)) {
        bf_buf_adds(&gt->rest, gt->rest.n ? BF_STR(",") : BF_STR(""));
        bf_buf_adds(&gt->rest, raw);
        return true;
    }
    gt->blocks += found && item.bytes ? (item.bytes + 4095) / 4096 : 1;
    if (!found)
        return bl_store_ok(c->store);
    g->bytes += item.json.n;
    if (!*first)
        bf_buf_addc(&c->ans.body, ',');
    *first = false;
    return bl_put_projected(c, &c->ans.body, gt->projection, &item);
}

/* The items of one table. */
static bool get_keys(struct bl_call *c, struct get *g, struct get_table *gt)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e = {0};
    enum bf_json_more more;
    bool first = true;
    size_t from = g->n;
    struct bf_str keys = bl_param_raw(&gt->p, "Keys");
    struct bl_key *list = bf_arena_alloc(&c->arena, BL_BATCH_GET_MAX * sizeof *list);
    if (!list)
        return bl_fail(c, BL_InternalServerError, "out of memory");
    bf_json_init(&j, keys);
    if (!keys.p || !bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bad_shape(c);
    while ((more = bf_json_element(&j, &e)) == BF_JSON_MORE) {
        struct bl_value *key_item;
        struct bl_key *key = &list[g->n - from];
        if (!bf_json_value(&j, &v, &e))
            return bad_shape(c);
        g->n++;
        if (!check_key_count(c, g, gt->t->name, g->n - from) ||
            !bl_item_read(c, v.raw, "key", &key_item) || !bl_key_of(c, gt->t, key_item, true, key))
            return false;
        if (seen_before(list, g->n - 1 - from))
            return bl_fail(c, BL_ValidationException,
                           "Provided list of item keys contains duplicates");
        if (!get_key(c, g, gt, key, v.raw, &first))
            return false;
    }
    if (more == BF_JSON_END && g->n == from)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '[]' at 'requestItems.%s.member.keys' "
                       "failed to satisfy constraint: Member must have length greater than or "
                       "equal to 1",
                       gt->t->name);
    return more == BF_JSON_END || bad_shape(c);
}

/* UnprocessedKeys of a table: its request again, with the keys that are left over. */
static void put_left(struct get *g, struct bf_str name, const struct get_table *gt)
{
    struct bf_buf *out = &g->left;
    if (!gt->rest.n)
        return;
    bf_buf_adds(out, out->n ? BF_STR(",") : BF_STR(""));
    bf_json_put_string(out, name);
    bf_buf_lit(out, ":{\"Keys\":[");
    bf_buf_adds(out, bf_buf_view(&gt->rest));
    bf_buf_addc(out, ']');
    for (size_t i = 0; i < gt->p.n; i++) {
        if (bf_str_is(gt->p.member[i].name, "Keys"))
            continue;
        bf_buf_lit(out, ",\"");
        bf_buf_adds(out, gt->p.member[i].name);
        bf_buf_lit(out, "\":");
        bf_buf_adds(out, gt->p.member[i].value.raw);
    }
    bf_buf_addc(out, '}');
}

static void put_get_capacity(struct get *g, const struct get_table *gt)
{
    struct bf_buf *out = &g->capacity;
    if (!g->consumed)
        return;
    if (out->n)
        bf_buf_addc(out, ',');
    bl_capacity_print(out, gt->t, (double)gt->blocks * (gt->consistent ? 1.0 : 0.5), g->indexes);
}

static bool get_table(struct bl_call *c, struct get *g, struct bf_str name, struct bf_str raw)
{
    struct get_table gt = {0};
    struct bl_projection *projection;
    if (!bl_params_read_object(c, raw, &gt.p) ||
        !bl_param_bool(c, &gt.p, "ConsistentRead", &gt.consistent) ||
        !bl_read_projection(c, &gt.p, &projection))
        return false;
    gt.projection = projection;
    gt.t = bl_table_named(c, name);
    if (!gt.t)
        return false;
    bf_buf_init(&gt.rest, GET_BYTES);
    bf_json_put_string(&c->ans.body, name);
    bf_buf_lit(&c->ans.body, ":[");
    bool ok = get_keys(c, g, &gt);
    if (ok) { /* else the body is the error's */
        bf_buf_addc(&c->ans.body, ']');
        put_left(g, name, &gt);
        put_get_capacity(g, &gt);
    }
    ok = ok && bf_buf_ok(&gt.rest);
    bf_buf_free(&gt.rest);
    return ok;
}

/* All tables of a BatchGetItem. */
static bool get_tables(struct bl_call *c, struct bf_json *j, struct get *g)
{
    struct bf_str name;
    struct bf_json_val v;
    struct bf_err e = {0};
    enum bf_json_more more;
    size_t tables = 0;
    while ((more = next_table(c, j, &name, &e)) == BF_JSON_MORE) {
        if (!bf_json_value(j, &v, &e))
            return bad_shape(c);
        bf_buf_adds(&c->ans.body, tables++ ? BF_STR(",") : BF_STR(""));
        if (!get_table(c, g, name, v.raw))
            return false;
    }
    if (more == BF_JSON_END && !tables)
        return bl_fail(c, BL_ValidationException,
                       "The requestItems parameter is required for BatchGetItem");
    return (more == BF_JSON_END && bf_buf_ok(&g->left)) || bad_shape(c);
}

/* The keys of all tables: what the fault `partial` counts. */
static size_t count_keys(struct bf_json j)
{
    struct bf_json_key key;
    struct bf_json_val v;
    struct bf_err e;
    size_t n = 0;
    while (bf_json_member(&j, &key, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
        struct bf_json keys;
        bool found;
        if (!bf_json_find(v.raw, BF_STR("Keys"), &v, &found, &e) || !found)
            continue;
        bf_json_init(&keys, v.raw);
        if (bf_json_enter(&keys, BF_JSON_ARRAY, &e))
            while (bf_json_element(&keys, &e) == BF_JSON_MORE && bf_json_skip(&keys, &e))
                n++;
    }
    return n;
}

static void put_get_end(struct bl_call *c, const struct get *g)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_lit(out, "},\"UnprocessedKeys\":{");
    bf_buf_adds(out, bf_buf_view(&g->left));
    bf_buf_addc(out, '}');
    if (g->consumed) {
        bf_buf_lit(out, ",\"ConsumedCapacity\":[");
        bf_buf_adds(out, bf_buf_view(&g->capacity));
        bf_buf_addc(out, ']');
    }
    bf_buf_addc(out, '}');
}

bool bl_ddb_batch_get(struct bl_call *c)
{
    struct bl_params p;
    struct bf_json j;
    struct get g = {0};
    struct bf_str consumed = BF_STR("NONE");
    if (!bl_params_read(c, &p) || !enter_items(c, &p, &j) ||
        !bl_param_string(c, &p, "ReturnConsumedCapacity", &consumed))
        return false;
    g.consumed = !bf_str_is(consumed, "NONE");
    g.indexes = bf_str_is(consumed, "INDEXES");
    g.all = c->fault.part ? count_keys(j) : 0;
    bf_buf_init(&g.left, GET_BYTES);
    bf_buf_init(&g.capacity, GET_BYTES);
    bl_store_lock(c->store);
    bf_buf_lit(&c->ans.body, "{\"Responses\":{");
    bool ok = get_tables(c, &j, &g);
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    if (ok)
        put_get_end(c, &g);
    bf_buf_free(&g.left);
    bf_buf_free(&g.capacity);
    if (!ok && !c->failed && e.code == BF_OK)
        bf_err_nomem(&e);
    return e.code == BF_OK ? ok : bl_fail_err(c, &e);
}
