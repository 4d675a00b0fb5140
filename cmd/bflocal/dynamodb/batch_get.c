/* DynamoDB: BatchGetItem. */
#include "cmd/bflocal/dynamodb/batch.h"

#include "lib/json/write.h"

enum { GET_BYTES = 16 * 1024 * 1024 };

/* Is keys[n] equal to one of the n keys before it? */
static bool seen_before(const struct bl_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(keys[i].part[0], keys[n].part[0]) &&
            bf_str_eq(keys[i].part[1], keys[n].part[1]))
            return true;
    return false;
}

/* The state of a BatchGetItem. */
struct get {
    size_t n, all, bytes;         /* keys read so far, keys of the request, bytes of the answer */
    struct bf_buf left, capacity; /* the JSON inside UnprocessedKeys and ConsumedCapacity */
    bool consumed, indexes;       /* ReturnConsumedCapacity */
};

/* The request for one table. */
struct get_table {
    const struct bl_table *t;
    struct bl_params p;
    const struct bl_projection *projection;
    bool consistent;
    size_t blocks;      /* of 4 KB, read so far */
    struct bf_buf rest; /* unprocessed keys */
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

/* Appends the item of one key to the answer, or the key to the unprocessed ones. */
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

/* Appends the items of one table. */
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
        return bl_batch_bad_shape(c);
    while ((more = bf_json_element(&j, &e)) == BF_JSON_MORE) {
        struct bl_value *key_item;
        struct bl_key *key = &list[g->n - from];
        if (!bf_json_value(&j, &v, &e))
            return bl_batch_bad_shape(c);
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
    return more == BF_JSON_END || bl_batch_bad_shape(c);
}

/* Appends the table's UnprocessedKeys: its request with the unprocessed keys only. */
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
    if (ok) { /* otherwise the body is an error */
        bf_buf_addc(&c->ans.body, ']');
        put_left(g, name, &gt);
        put_get_capacity(g, &gt);
    }
    ok = ok && bf_buf_ok(&gt.rest);
    bf_buf_free(&gt.rest);
    return ok;
}

/* Appends the items of all tables. */
static bool get_tables(struct bl_call *c, struct bf_json *j, struct get *g)
{
    struct bf_str name;
    struct bf_json_val v;
    struct bf_err e = {0};
    enum bf_json_more more;
    size_t tables = 0;
    while ((more = bl_batch_next_table(c, j, &name, &e)) == BF_JSON_MORE) {
        if (!bf_json_value(j, &v, &e))
            return bl_batch_bad_shape(c);
        bf_buf_adds(&c->ans.body, tables++ ? BF_STR(",") : BF_STR(""));
        if (!get_table(c, g, name, v.raw))
            return false;
    }
    if (more == BF_JSON_END && !tables)
        return bl_fail(c, BL_ValidationException,
                       "The requestItems parameter is required for BatchGetItem");
    return (more == BF_JSON_END && bf_buf_ok(&g->left)) || bl_batch_bad_shape(c);
}

/* The number of keys of all tables, for the fault `partial`. */
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
    if (!bl_params_read(c, &p) || !bl_returns_check(c, &p) || !bl_batch_enter(c, &p, &j) ||
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
