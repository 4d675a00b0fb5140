/* The catalog's partitions. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/glue/catalog.h"
#include "cmd/bflocal/http/document.h"

static const char *const partition_members[] = {
    "Values", "LastAccessTime", "StorageDescriptor", "Parameters", "LastAnalyzedTime", NULL};

/* The values as the row's key: JSON. False: they are no list of strings. */
static bool key_of(struct bf_buf *key, const json_t *values)
{
    size_t i;
    json_t *v;
    bf_buf_init(key, 64 * 1024);
    json_array_foreach(values, i, v)
    {
        if (!json_is_string(v))
            return false;
    }

    if (!json_is_array(values) || json_array_size(values) == 0)
        return false;
    bl_document_print(key, values);
    return bf_buf_ok(key);
}

/* db, name, created_ms, input */
static json_t *show(sqlite3_stmt *q)
{
    json_t *p = bl_document_parse(bl_column_text(q, 3));
    json_object_set_new(p, "DatabaseName", json_string((const char *)sqlite3_column_text(q, 0)));
    json_object_set_new(p, "TableName", json_string((const char *)sqlite3_column_text(q, 1)));
    json_object_set_new(p, "CreationTime", bl_document_time(bl_column_i64(q, 2)));
    json_object_set_new(p, "CatalogId", json_string(BL_ACCOUNT));
    return p;
}

json_t *bl_catalog_partition(struct bl_store *s, const char *database, const char *table,
                             const json_t *values)
{
    struct bf_buf key;
    json_t *found = NULL;
    if (key_of(&key, values)) {
        sqlite3_stmt *q = bl_sql(s, "SELECT db, name, created_ms, input FROM glue_partition WHERE "
                                    "db=lower(?) AND name=lower(?) AND vals=?");
        bl_bind_text(q, 1, bf_str_of(database));
        bl_bind_text(q, 2, bf_str_of(table));
        bl_bind_text(q, 3, bf_buf_view(&key));
        if (bl_step(s, q))
            found = show(q);
        bl_done(q);
    }
    bf_buf_free(&key);
    return found;
}

json_t *bl_catalog_partitions(struct bl_store *s, const char *database, const char *table,
                              struct bf_str after, int64_t max)
{
    sqlite3_stmt *q = bl_sql(s, "SELECT db, name, created_ms, input FROM glue_partition WHERE "
                                "db=lower(?) AND name=lower(?) AND vals>? ORDER BY vals LIMIT ?");
    json_t *list = json_array();
    bl_bind_text(q, 1, bf_str_of(database));
    bl_bind_text(q, 2, bf_str_of(table));
    bl_bind_text(q, 3, after);
    bl_bind_i64(q, 4, max);
    while (bl_step(s, q))
        json_array_append_new(list, show(q));
    return list;
}

static bool has_partition(struct bl_store *s, const char *database, const char *table,
                          const json_t *values)
{
    json_t *found = bl_catalog_partition(s, database, table, values);
    json_decref(found);
    return found != NULL;
}

/* What a partition of the table needs. */
static enum bl_catalog_verdict check(struct bl_store *s, const char *database, const char *table,
                                     const json_t *values)
{
    json_t *t = bl_catalog_table(s, database, table, -1);
    size_t keys = json_array_size(json_object_get(t, "PartitionKeys"));
    json_decref(t);
    if (!t)
        return BL_CATALOG_NO_TABLE;
    return json_array_size(values) == keys ? BL_CATALOG_DONE : BL_CATALOG_VALUES;
}

static bool write_partition(struct bl_store *s, const char *database, const char *table,
                            const json_t *input, int64_t now_ms)
{
    struct bf_buf key, text;
    json_t *picked = bl_catalog_pick(input, partition_members);
    bf_buf_init(&text, 4 * 1024 * 1024);
    bl_document_print(&text, picked);
    json_decref(picked);
    bool ok = key_of(&key, json_object_get(input, "Values")) && bf_buf_ok(&text);
    if (ok) {
        sqlite3_stmt *q =
            bl_sql(s, "INSERT OR REPLACE INTO glue_partition VALUES(lower(?),lower(?),?,?,?)");
        bl_bind_text(q, 1, bf_str_of(database));
        bl_bind_text(q, 2, bf_str_of(table));
        bl_bind_text(q, 3, bf_buf_view(&key));
        bl_bind_i64(q, 4, now_ms);
        bl_bind_text(q, 5, bf_buf_view(&text));
        bl_run(s, q);
    }
    bf_buf_free(&key);
    bf_buf_free(&text);
    return ok;
}

enum bl_catalog_verdict bl_catalog_create_partition(struct bl_store *s, const char *database,
                                                    const char *table, const json_t *input,
                                                    int64_t now_ms)
{
    const json_t *values = json_object_get(input, "Values");
    enum bl_catalog_verdict v = check(s, database, table, values);
    if (v != BL_CATALOG_DONE)
        return v;
    if (has_partition(s, database, table, values))
        return BL_CATALOG_EXISTS;
    return write_partition(s, database, table, input, now_ms) ? BL_CATALOG_DONE
                                                              : BL_CATALOG_INVALID;
}

enum bl_catalog_verdict bl_catalog_delete_partition(struct bl_store *s, const char *database,
                                                    const char *table, const json_t *values)
{
    struct bf_buf key;
    int gone = 0;
    if (key_of(&key, values)) {
        sqlite3_stmt *q = bl_sql(s, "DELETE FROM glue_partition WHERE db=lower(?) AND "
                                    "name=lower(?) AND vals=?");
        bl_bind_text(q, 1, bf_str_of(database));
        bl_bind_text(q, 2, bf_str_of(table));
        bl_bind_text(q, 3, bf_buf_view(&key));
        gone = bl_run(s, q);
    }
    bf_buf_free(&key);
    return gone ? BL_CATALOG_DONE : BL_CATALOG_NO_PARTITION;
}

enum bl_catalog_verdict bl_catalog_update_partition(struct bl_store *s, const char *database,
                                                    const char *table, const json_t *values,
                                                    const json_t *input, int64_t now_ms)
{
    const json_t *to = json_object_get(input, "Values");
    enum bl_catalog_verdict v = check(s, database, table, to ? to : values);
    if (v != BL_CATALOG_DONE)
        return v;
    if (!has_partition(s, database, table, values))
        return BL_CATALOG_NO_PARTITION;
    if (to && !json_equal(to, values) && has_partition(s, database, table, to))
        return BL_CATALOG_EXISTS;
    json_t *whole = json_copy((json_t *)(uintptr_t)input);
    if (!to)
        json_object_set_new(whole, "Values", json_deep_copy(values));
    v = bl_catalog_delete_partition(s, database, table, values);
    if (v == BL_CATALOG_DONE && !write_partition(s, database, table, whole, now_ms))
        v = BL_CATALOG_INVALID;
    json_decref(whole);
    return v;
}
