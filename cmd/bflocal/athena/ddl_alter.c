/* ALTER TABLE, and MSCK REPAIR TABLE. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/athena/ddl.h"
#include "cmd/bflocal/table/scan.h"
#include "lib/encoding/enc.h"

/* PARTITION (dt = '2026-11-27', n = 7): the values in the order of the keys. */
static json_t *partition_spec(struct bl_ddl *d, const json_t *table)
{
    const json_t *keys = json_object_get(table, "PartitionKeys");
    json_t *values = json_array();
    char name[BL_CATALOG_NAME];
    for (size_t i = 0; i < json_array_size(keys); i++)
        json_array_append_new(values, json_null());
    if (!bl_ddl_expect_word(d, "PARTITION") || !bl_ddl_expect(d, "("))
        goto fail;
    do {
        size_t i = 0;
        if (!bl_ddl_name(d, name) || !bl_ddl_expect(d, "="))
            goto fail;
        while (i < json_array_size(keys) &&
               strcmp(bl_document_text(json_array_get(keys, i), "Name"), name) != 0)
            i++;
        if (i == json_array_size(keys)) {
            bf_err_set(
                d->e, BF_E_INPUT,
                "FAILED: SemanticException [Error 10098]: %s is no partition key of the table",
                name);
            goto fail;
        }
        json_t *v = NULL;
        if (d->at->kind == BL_TOKEN_NUMBER) {
            v = json_stringn(d->at->text.p, d->at->text.n);
            d->at++;
        } else
            v = bl_ddl_string_value(d);
        if (!v)
            goto fail;
        json_array_set_new(values, i, v);
    } while (bl_ddl_take(d, ","));
    if (!bl_ddl_expect(d, ")"))
        goto fail;
    for (size_t i = 0; i < json_array_size(values); i++)
        if (!json_is_string(json_array_get(values, i))) {
            bf_err_set(d->e, BF_E_INPUT,
                       "FAILED: SemanticException: a value for each partition key is wanted");
            goto fail;
        }
    return values;
fail:
    json_decref(values);
    return NULL;
}

/* Where a partition lies unless it is said: LOCATION/dt=2026-11-27/ */
static void default_location(const json_t *table, const json_t *values, struct bf_buf *out)
{
    const json_t *keys = json_object_get(table, "PartitionKeys");
    bf_buf_adds(
        out, bf_str_of(bl_document_text(json_object_get(table, "StorageDescriptor"), "Location")));
    for (size_t i = 0; i < json_array_size(keys); i++) {
        if (out->n && out->p[out->n - 1] != '/')
            bf_buf_addc(out, '/');
        bf_buf_addf(out, "%s=%s", bl_document_text(json_array_get(keys, i), "Name"),
                    json_string_value(json_array_get(values, i)));
    }
    bf_buf_addc(out, '/');
}

/* The table's own StorageDescriptor at another place. */
static json_t *partition_input(const json_t *table, const json_t *values, const char *location)
{
    json_t *sd = json_deep_copy(json_object_get(table, "StorageDescriptor"));
    json_object_set_new(sd, "Location", json_string(location));
    return json_pack("{s:o,s:o,s:{}}", "Values", json_deep_copy(values), "StorageDescriptor", sd,
                     "Parameters");
}

static enum bl_catalog_verdict add_one(struct bl_ddl *d, const struct bl_ddl_table *t,
                                       const json_t *table, const json_t *values,
                                       const char *location)
{
    json_t *input = partition_input(table, values, location);
    enum bl_catalog_verdict v = bl_catalog_create_partition(
        &d->x->athena->local->store, t->database, t->name, input, bl_now_ms(d->x->athena->local));
    json_decref(input);
    return v;
}

static bool add_partitions(struct bl_ddl *d, const struct bl_ddl_table *t, const json_t *table)
{
    bool quiet = bl_ddl_word(d, "IF");
    if (quiet && (!bl_ddl_expect_word(d, "NOT") || !bl_ddl_expect_word(d, "EXISTS")))
        return false;
    if (!bl_ddl_begin(d))
        return false;
    do {
        struct bf_buf location;
        json_t *values = partition_spec(d, table);
        bool ok = values != NULL;
        bf_buf_init(&location, 64 * 1024);
        if (ok && bl_ddl_word(d, "LOCATION")) {
            bf_buf_free(&location);
            ok = bl_ddl_string(d, &location);
        } else if (ok)
            default_location(table, values, &location);
        const char *text = ok ? bf_buf_cstr(&location) : NULL;
        enum bl_catalog_verdict v = text ? add_one(d, t, table, values, text) : BL_CATALOG_INVALID;
        bf_buf_free(&location);
        json_decref(values);
        if (!text) {
            bl_store_rollback(&d->x->athena->local->store);
            return false;
        }
        if (v != BL_CATALOG_DONE && !(v == BL_CATALOG_EXISTS && quiet))
            return bl_ddl_settle(d, v, "the partition");
    } while (bl_token_word(d->at, "PARTITION"));
    if (!bl_ddl_end(d)) {
        bl_store_rollback(&d->x->athena->local->store);
        return false;
    }
    return bl_ddl_settle(d, BL_CATALOG_DONE, "") && bl_ddl_done(d);
}

static bool drop_partitions(struct bl_ddl *d, const struct bl_ddl_table *t, const json_t *table)
{
    bool quiet = bl_ddl_word(d, "IF");
    if ((quiet && !bl_ddl_expect_word(d, "EXISTS")) || !bl_ddl_begin(d))
        return false;
    do {
        json_t *values = partition_spec(d, table);
        if (!values) {
            bl_store_rollback(&d->x->athena->local->store);
            return false;
        }
        enum bl_catalog_verdict v =
            bl_catalog_delete_partition(&d->x->athena->local->store, t->database, t->name, values);
        json_decref(values);
        if (v != BL_CATALOG_DONE && !(v == BL_CATALOG_NO_PARTITION && quiet))
            return bl_ddl_settle(d, v, "the partition");
    } while (bl_ddl_take(d, ","));
    if (!bl_ddl_end(d)) {
        bl_store_rollback(&d->x->athena->local->store);
        return false;
    }
    return bl_ddl_settle(d, BL_CATALOG_DONE, "") && bl_ddl_done(d);
}

static bool write_table(struct bl_ddl *d, const struct bl_ddl_table *t, const json_t *table)
{
    struct bl_catalog_update u = {.database = t->database,
                                  .input = table,
                                  .version = "",
                                  .now_ms = bl_now_ms(d->x->athena->local)};
    return bl_ddl_end(d) && bl_ddl_begin(d) &&
           bl_ddl_settle(d, bl_catalog_update_table(&d->x->athena->local->store, &u), t->name) &&
           bl_ddl_done(d);
}

/* PARTITION (...) SET LOCATION '...' */
static bool move_partition(struct bl_ddl *d, const struct bl_ddl_table *t, const json_t *table)
{
    struct bl_store *s = &d->x->athena->local->store;
    json_t *values = partition_spec(d, table);
    struct bf_buf location;
    bf_buf_init(&location, 16);
    bool ok = values && bl_ddl_expect_word(d, "SET") && bl_ddl_expect_word(d, "LOCATION") &&
              bl_ddl_string(d, &location) && bl_ddl_end(d) && bl_ddl_begin(d);
    if (ok) {
        json_t *input = partition_input(table, values, bf_buf_cstr(&location));
        ok = bl_ddl_settle(d,
                           bl_catalog_update_partition(s, t->database, t->name, values, input,
                                                       bl_now_ms(d->x->athena->local)),
                           "the partition") &&
             bl_ddl_done(d);
        json_decref(input);
    }
    bf_buf_free(&location);
    json_decref(values);
    return ok;
}

static bool alter(struct bl_ddl *d, const struct bl_ddl_table *t, json_t *table)
{
    json_t *sd = json_object_get(table, "StorageDescriptor"),
           *columns = json_object_get(sd, "Columns");
    if (bl_ddl_word(d, "ADD")) {
        if (bl_ddl_word(d, "COLUMNS"))
            return bl_ddl_columns(d, columns) && write_table(d, t, table);
        return add_partitions(d, t, table);
    }
    if (bl_ddl_word(d, "DROP"))
        return drop_partitions(d, t, table);
    if (bl_ddl_word(d, "REPLACE")) {
        json_array_clear(columns);
        return bl_ddl_expect_word(d, "COLUMNS") && bl_ddl_columns(d, columns) &&
               write_table(d, t, table);
    }
    if (bl_token_word(d->at, "PARTITION"))
        return move_partition(d, t, table);
    if (!bl_ddl_expect_word(d, "SET"))
        return false;
    if (bl_ddl_word(d, "LOCATION")) {
        json_t *v = bl_ddl_string_value(d);
        if (v)
            json_object_set_new(sd, "Location", v);
        return v && write_table(d, t, table);
    }
    return bl_ddl_expect_word(d, "TBLPROPERTIES") &&
           bl_ddl_properties(d, json_object_get(table, "Parameters")) && write_table(d, t, table);
}

bool bl_ddl_alter_table(struct bl_ddl *d)
{
    struct bl_ddl_table t = {.name = ""};
    json_t *table = bl_ddl_table_name(d, &t) ? bl_ddl_find(d, &t) : NULL;
    bool ok = table && alter(d, &t, table);
    json_decref(table);
    return ok;
}

struct repair {
    struct bl_ddl *d;
    const json_t *keys;
    json_t *found; /* of values */
    size_t prefix;
};

/* "dt=2026-11-27/n=7/object": its values. */
static bool take_key(void *arg, struct bf_str key, const struct bl_s3_own *o)
{
    struct repair *r = arg;
    struct bf_str rest = bf_str(key.p + r->prefix, key.n - r->prefix), part;
    json_t *values = json_array();
    (void)o;
    for (size_t i = 0; i < json_array_size(r->keys); i++) {
        const char *name = bl_document_text(json_array_get(r->keys, i), "Name");
        size_t n = strlen(name);
        if (!rest.p || !bf_str_split(&rest, '/', &part) || !rest.p || part.n <= n ||
            strncmp(part.p, name, n) != 0 || part.p[n] != '=') {
            json_decref(values);
            return true;
        }
        struct bf_buf plain;
        bf_buf_init(&plain, part.n + 1);
        bf_uri_decode(&plain, bf_str(part.p + n + 1, part.n - n - 1));
        json_array_append_new(values, json_stringn(plain.p, plain.n));
        bf_buf_free(&plain);
    }
    const json_t *last = json_array_get(r->found, json_array_size(r->found) - 1);
    if (json_array_size(r->found) && json_equal(last, values))
        json_decref(values);
    else
        json_array_append_new(r->found, values);
    return true;
}

static bool add_found(struct bl_ddl *d, const struct bl_ddl_table *t, const json_t *table,
                      const json_t *found, struct bf_buf *text)
{
    const json_t *keys = json_object_get(table, "PartitionKeys");
    size_t i, k;
    json_t *values, *v;
    struct bf_buf location;
    bf_buf_init(&location, 64 * 1024);
    if (!bl_ddl_begin(d))
        return false;
    json_array_foreach((json_t *)(uintptr_t)found, i, values)
    {
        bf_buf_reset(&location);
        default_location(table, values, &location);
        if (add_one(d, t, table, values, bf_buf_cstr(&location)) != BL_CATALOG_DONE)
            continue;
        bf_buf_addf(text, "Repair: Added partition to metastore %s:", t->name);
        json_array_foreach(values, k, v)
        {
            bf_buf_addf(text, "%s%s=%s", k ? "/" : "",
                        bl_document_text(json_array_get(keys, k), "Name"), json_string_value(v));
        }

        bf_buf_addc(text, '\n');
    }
    bf_buf_free(&location);
    return bl_ddl_settle(d, BL_CATALOG_DONE, "");
}

bool bl_ddl_repair(struct bl_ddl *d)
{
    struct bl_ddl_table t = {.name = ""};
    struct bf_str bucket, key, prefix = BF_STR("");
    struct bf_buf text;
    json_t *table = bl_ddl_table_name(d, &t) && bl_ddl_end(d) ? bl_ddl_find(d, &t) : NULL;
    if (!table)
        return false;
    const char *location =
        bl_document_text(json_object_get(table, "StorageDescriptor"), "Location");
    bf_buf_init(&text, 64 * 1024 * 1024);
    bool ok = bl_s3_own_uri(bf_str_of(location), &bucket, &key) ||
              bf_err_set(d->e, BF_E_INPUT, "%.200s is no location in S3", location);
    bf_buf_adds(&text, key);
    if (key.n && key.p[key.n - 1] != '/')
        bf_buf_addc(&text, '/');
    ok = ok && bf_arena_copy(&d->x->arena, bf_buf_view(&text), &prefix);
    bf_buf_reset(&text);
    struct repair r = {d, json_object_get(table, "PartitionKeys"), json_array(), prefix.n};
    if (ok && json_array_size(r.keys) == 0)
        ok = bf_err_set(d->e, BF_E_INPUT, "FAILED: SemanticException: table %s is not partitioned",
                        t.name);
    ok = ok && bl_s3_own_list(d->x->athena->local, bucket, prefix, take_key, &r, d->e) &&
         add_found(d, &t, table, r.found, &text) &&
         bl_output_text(d->x, bf_buf_view(&text), "partition", d->e);
    json_decref(r.found);
    json_decref(table);
    bf_buf_free(&text);
    return ok;
}
