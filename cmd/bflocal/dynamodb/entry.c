/* DynamoDB: the entries of secondary indexes, and what an index shows of an item. */
#include "cmd/bflocal/dynamodb/index.h"

/* *empty: that is what is wrong with it. */
static bool check_key(const struct bl_index *x, unsigned part, const struct bl_value *v,
                      bool *empty, struct bf_err *e)
{
    const struct bl_key_attr *k = &x->key[part];
    size_t max = part ? 1024 : 2048;
    *empty = false;
    if (v->type != k->type)
        return bf_err_set(e, BF_E_INPUT,
                          "One or more parameter values were invalid: Type mismatch for Index Key "
                          "%s Expected: %s Actual: %s IndexName: %s",
                          k->name, bl_type_name(k->type), bl_type_name(v->type), x->name);
    if (v->type == BL_N)
        return true;
    *empty = v->text.n == 0;
    if (*empty)
        return bf_err_set(e, BF_E_INPUT,
                          "One or more parameter values are not valid. A value specified for a "
                          "secondary index key is not supported. The AttributeValue for a key "
                          "attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s",
                          v->type == BL_S ? "string" : "binary", x->name, k->name);
    return v->text.n <= max ||
           bf_err_set(e, BF_E_INPUT,
                      "One or more parameter values were invalid: Size of %s has exceeded the "
                      "maximum size limit of %zu bytes. IndexName: %s, IndexKey: %s",
                      part ? "rangekey" : "hashkey", max, x->name, k->name);
}

bool bl_indexes_check(const struct bl_table *t, const struct bl_value *item, bool *empty,
                      struct bf_err *e)
{
    for (const struct bl_index *x = t->indexes; x; x = x->next)
        for (unsigned i = 0; i < x->nkeys; i++) {
            const struct bl_value *v = bl_field_get(item, bf_str_of(x->key[i].name));
            if (v && !check_key(x, i, v, empty, e))
                return false;
        }
    return true;
}

bool bl_index_key(const struct bl_index *x, const struct bl_value *item, struct bl_key *out)
{
    struct bf_err e;
    bool empty;
    out->part[0] = out->part[1] = bf_str("", 0);
    for (unsigned i = 0; i < x->nkeys; i++) {
        const struct bl_value *v = bl_field_get(item, bf_str_of(x->key[i].name));
        if (!v || !check_key(x, i, v, &empty, &e))
            return false;
        out->part[i] = bf_str((const char *)out->bytes[i], bl_key_encode(v, out->bytes[i]));
    }
    return true;
}

static void write_entry(struct bl_call *c, const struct bl_index *x, const struct bl_key *entry,
                        const struct bl_key *key, bool put)
{
    static const char insert[] = "INSERT OR REPLACE INTO ddb_entry VALUES(?,?,?,?,?)";
    static const char take[] = "DELETE FROM ddb_entry WHERE idx=? AND hash=? AND range=? AND "
                               "base_hash=? AND base_range=?";
    sqlite3_stmt *q = bl_sql(c->store, put ? insert : take);
    bl_bind_i64(q, 1, x->row);
    bl_bind_blob(q, 2, entry->part[0]);
    bl_bind_blob(q, 3, entry->part[1]);
    bl_bind_blob(q, 4, key->part[0]);
    bl_bind_blob(q, 5, key->part[1]);
    bl_run(c->store, q);
}

bool bl_indexes_change(struct bl_call *c, const struct bl_table *t, const struct bl_key *key,
                       const struct bl_value *old, const struct bl_value *new)
{
    struct bl_key before, after;
    for (const struct bl_index *x = t->indexes; x; x = x->next) {
        bool had = old && bl_index_key(x, old, &before), has = new &&bl_index_key(x, new, &after);
        if (had && has && bf_str_eq(before.part[0], after.part[0]) &&
            bf_str_eq(before.part[1], after.part[1]))
            continue;
        if (had)
            write_entry(c, x, &before, key, false);
        if (has)
            write_entry(c, x, &after, key, true);
    }
    return bl_store_ok(c->store);
}

bool bl_index_fill(struct bl_call *c, const struct bl_table *t, const struct bl_index *x)
{
    struct bf_arena scratch;
    struct bl_key key, entry;
    struct bl_value *item;
    struct bf_json j;
    struct bf_err e = {0};
    bool ok = true;
    bf_arena_init(&scratch, 64 * 1024 * 1024);
    sqlite3_stmt *q = bl_sql(c->store, "SELECT item FROM ddb_item WHERE tbl=?");
    bl_bind_i64(q, 1, t->row);
    while (ok && bl_step(c->store, q)) {
        bf_arena_reset(&scratch);
        bf_json_init(&j, bl_column_text(q, 0));
        ok = bl_item_parse(&scratch, &j, &item, &e) && bl_key_of(c, t, item, false, &key);
        if (ok && bl_index_key(x, item, &entry))
            write_entry(c, x, &entry, &key, true);
    }
    bl_done(q);
    bf_arena_free(&scratch);
    return ok ? bl_store_ok(c->store) : c->failed ? false : bl_fail_err(c, &e);
}

static bool is_key(const struct bl_key_attr key[2], unsigned nkeys, struct bf_str name)
{
    for (unsigned i = 0; i < nkeys; i++)
        if (bf_str_eq(name, bf_str_of(key[i].name)))
            return true;
    return false;
}

bool bl_index_projects(const struct bl_table *t, const struct bl_index *x, struct bf_str name)
{
    const char *p = x->included;
    if (x->projected == BL_PROJECT_ALL || is_key(t->key, t->nkeys, name) ||
        is_key(x->key, x->nkeys, name))
        return true;
    for (size_t i = 0; i < x->nincluded; i++, p += strlen(p) + 1)
        if (bf_str_eq(name, bf_str_of(p)))
            return true;
    return false;
}

struct bl_value *bl_index_item(struct bf_arena *a, const struct bl_table *t,
                               const struct bl_index *x, struct bl_value *item)
{
    if (x->projected == BL_PROJECT_ALL)
        return item;
    struct bl_value *out = bl_value_new(a, BL_M);
    for (size_t i = 0; out && i < item->n; i++)
        if (bl_index_projects(t, x, item->fields[i].name) &&
            !bl_field_append(a, out, item->fields[i].name, item->fields[i].value))
            return NULL;
    return out;
}
