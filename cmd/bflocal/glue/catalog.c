#include "cmd/bflocal/glue/catalog.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/http/document.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS glue_database(name TEXT PRIMARY KEY, created_ms INTEGER, input "
    "TEXT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS glue_table(db TEXT, name TEXT, version INTEGER, created_ms INTEGER,"
    " updated_ms INTEGER, input TEXT, PRIMARY KEY(db, name)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS glue_version(db TEXT, name TEXT, version INTEGER, created_ms "
    "INTEGER, updated_ms INTEGER, input TEXT, PRIMARY KEY(db, name, version)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS glue_partition(db TEXT, name TEXT, vals TEXT, created_ms INTEGER,"
    " input TEXT, PRIMARY KEY(db, name, vals)) WITHOUT ROWID;";

bool bl_catalog_open(struct bl_store *s, int64_t now_ms, struct bf_err *e)
{
    if (!bl_store_exec(s, schema, e) || !bl_store_begin(s, e))
        return false;
    sqlite3_stmt *q = bl_sql(s, "INSERT OR IGNORE INTO glue_database VALUES('default',?,"
                                "'{\"Name\":\"default\"}')");
    bl_bind_i64(q, 1, now_ms);
    bl_run(s, q);
    return bl_store_commit(s, e);
}

static void fold_member(json_t *object, const char *name)
{
    char folded[BL_CATALOG_NAME];
    const char *text = json_string_value(json_object_get(object, name));
    if (text && bl_document_fold(text, folded, sizeof folded))
        json_object_set_new(object, name, json_string(folded));
}

static void fold_columns(json_t *columns)
{
    size_t i;
    json_t *column;
    json_array_foreach(columns, i, column)
    {
        fold_member(column, "Name");
    }
}

json_t *bl_catalog_pick(const json_t *input, const char *const *members)
{
    json_t *out = json_object();
    for (; out && *members; members++) {
        json_t *v = json_object_get(input, *members);
        if (v && !json_is_null(v) && json_object_set_new(out, *members, json_deep_copy(v)) != 0) {
            json_decref(out);
            return NULL;
        }
    }
    fold_member(out, "Name");
    fold_columns(json_object_get(json_object_get(out, "StorageDescriptor"), "Columns"));
    fold_columns(json_object_get(out, "PartitionKeys"));
    return out;
}

static const char *const database_members[] = {
    "Name",           "Description", "LocationUri", "Parameters", "CreateTableDefaultPermissions",
    "TargetDatabase", NULL};

/* The input as it is stored, in `text`. False: it is no input, or there is no memory. */
static bool print(struct bf_buf *text, json_t *document)
{
    bf_buf_init(text, 4 * 1024 * 1024);
    if (document)
        bl_document_print(text, document);
    json_decref(document);
    return document && bf_buf_ok(text);
}

static bool name_ok(const char *name)
{
    size_t n = strlen(name);
    return n >= 1 && n < BL_CATALOG_NAME;
}

static json_t *show_database(sqlite3_stmt *q)
{
    json_t *d = bl_document_parse(bl_column_text(q, 2));
    json_object_set_new(d, "Name", json_string((const char *)sqlite3_column_text(q, 0)));
    json_object_set_new(d, "CreateTime", bl_document_time(bl_column_i64(q, 1)));
    json_object_set_new(d, "CatalogId", json_string(BL_ACCOUNT));
    return d;
}

json_t *bl_catalog_database(struct bl_store *s, const char *name)
{
    sqlite3_stmt *q = bl_sql(s, "SELECT name, created_ms, input FROM glue_database WHERE name=?");
    char folded[BL_CATALOG_NAME];
    if (!bl_document_fold(name, folded, sizeof folded))
        return NULL;
    bl_bind_text(q, 1, bf_str_of(folded));
    json_t *found = bl_step(s, q) ? show_database(q) : NULL;
    bl_done(q);
    return found;
}

json_t *bl_catalog_databases(struct bl_store *s, const char *after, int64_t max)
{
    sqlite3_stmt *q = bl_sql(s, "SELECT name, created_ms, input FROM glue_database WHERE name>? "
                                "ORDER BY name LIMIT ?");
    json_t *list = json_array();
    bl_bind_text(q, 1, bf_str_of(after));
    bl_bind_i64(q, 2, max);
    while (bl_step(s, q))
        json_array_append_new(list, show_database(q));
    return list;
}

static bool has_database(struct bl_store *s, const char *name)
{
    json_t *found = bl_catalog_database(s, name);
    json_decref(found);
    return found != NULL;
}

static void write_database(struct bl_store *s, const char *name, int64_t now_ms,
                           const struct bf_buf *text)
{
    sqlite3_stmt *q = bl_sql(s, "INSERT INTO glue_database VALUES(?,?,?) ON CONFLICT(name) DO "
                                "UPDATE SET input=excluded.input");
    bl_bind_text(q, 1, bf_str_of(name));
    bl_bind_i64(q, 2, now_ms);
    bl_bind_text(q, 3, bf_buf_view(text));
    bl_run(s, q);
}

enum bl_catalog_verdict bl_catalog_create_database(struct bl_store *s, const json_t *input,
                                                   int64_t now_ms)
{
    char name[BL_CATALOG_NAME];
    struct bf_buf text;
    if (!bl_document_fold(bl_document_text(input, "Name"), name, sizeof name) || !name_ok(name))
        return BL_CATALOG_INVALID;
    if (has_database(s, name))
        return BL_CATALOG_EXISTS;
    bool ok = print(&text, bl_catalog_pick(input, database_members));
    if (ok)
        write_database(s, name, now_ms, &text);
    bf_buf_free(&text);
    return ok ? BL_CATALOG_DONE : BL_CATALOG_INVALID;
}

enum bl_catalog_verdict bl_catalog_update_database(struct bl_store *s, const char *name,
                                                   const json_t *input)
{
    char folded[BL_CATALOG_NAME];
    struct bf_buf text;
    if (!bl_document_fold(name, folded, sizeof folded) || !has_database(s, folded))
        return BL_CATALOG_NO_DATABASE;
    json_t *picked = bl_catalog_pick(input, database_members);
    json_object_set_new(picked, "Name", json_string(folded));
    bool ok = print(&text, picked);
    if (ok)
        write_database(s, folded, 0, &text);
    bf_buf_free(&text);
    return ok ? BL_CATALOG_DONE : BL_CATALOG_INVALID;
}

bool bl_catalog_has_tables(struct bl_store *s, const char *database)
{
    json_t *list = bl_catalog_tables(s, database, "", 1);
    bool any = json_array_size(list) > 0;
    json_decref(list);
    return any;
}

enum bl_catalog_verdict bl_catalog_delete_database(struct bl_store *s, const char *name)
{
    static const char *const statements[] = {
        "DELETE FROM glue_partition WHERE db=?", "DELETE FROM glue_version WHERE db=?",
        "DELETE FROM glue_table WHERE db=?", "DELETE FROM glue_database WHERE name=?"};
    char folded[BL_CATALOG_NAME];
    if (!bl_document_fold(name, folded, sizeof folded) || !has_database(s, folded))
        return BL_CATALOG_NO_DATABASE;
    for (size_t i = 0; i < BF_COUNT(statements); i++) {
        sqlite3_stmt *q = bl_sql(s, statements[i]);
        bl_bind_text(q, 1, bf_str_of(folded));
        bl_run(s, q);
    }
    return BL_CATALOG_DONE;
}
