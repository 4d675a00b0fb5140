/* The catalog's tables and their versions. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/glue/catalog.h"
#include "cmd/bflocal/http/document.h"

static const char *const table_members[] = {
    "Name",      "Description",       "Owner",         "LastAccessTime",   "LastAnalyzedTime",
    "Retention", "StorageDescriptor", "PartitionKeys", "ViewOriginalText", "ViewExpandedText",
    "TableType", "Parameters",        "TargetTable",   "ViewDefinition",   NULL};

static void set_default(json_t *object, const char *name, json_t *value)
{
    if (json_object_get(object, name))
        json_decref(value);
    else
        json_object_set_new(object, name, value);
}

/* db, name, version, created_ms, updated_ms, input */
static json_t *show(sqlite3_stmt *q)
{
    char version[24];
    json_t *t = bl_document_parse(bl_column_text(q, 5)),
           *sd = json_object_get(t, "StorageDescriptor");
    snprintf(version, sizeof version, "%lld", (long long)bl_column_i64(q, 2));
    json_object_set_new(t, "Name", json_string((const char *)sqlite3_column_text(q, 1)));
    json_object_set_new(t, "DatabaseName", json_string((const char *)sqlite3_column_text(q, 0)));
    json_object_set_new(t, "CreateTime", bl_document_time(bl_column_i64(q, 3)));
    json_object_set_new(t, "UpdateTime", bl_document_time(bl_column_i64(q, 4)));
    json_object_set_new(t, "VersionId", json_string(version));
    json_object_set_new(t, "CatalogId", json_string(BL_ACCOUNT));
    json_object_set_new(t, "CreatedBy", json_string("arn:aws:iam::" BL_ACCOUNT ":user/bflocal"));
    json_object_set_new(t, "IsRegisteredWithLakeFormation", json_false());
    set_default(t, "Retention", json_integer(0));
    set_default(sd, "Compressed", json_false());
    set_default(sd, "NumberOfBuckets", json_integer(0));
    set_default(sd, "SortColumns", json_array());
    set_default(sd, "StoredAsSubDirectories", json_false());
    return t;
}

static sqlite3_stmt *find(struct bl_store *s, const char *database, const char *name,
                          int64_t version)
{
    static const char present[] = "SELECT db, name, version, created_ms, updated_ms, input FROM "
                                  "glue_table WHERE db=? AND name=?";
    static const char any[] = "SELECT db, name, version, created_ms, updated_ms, input FROM "
                              "(SELECT * FROM glue_table UNION ALL SELECT * FROM glue_version) "
                              "WHERE db=? AND name=? AND version=?";
    sqlite3_stmt *q = version < 0 ? bl_sql(s, present) : bl_sql(s, any);
    static _Thread_local char folded[2][BL_CATALOG_NAME];
    if (!bl_document_fold(database, folded[0], sizeof folded[0]) ||
        !bl_document_fold(name, folded[1], sizeof folded[1]))
        return NULL;
    bl_bind_text(q, 1, bf_str_of(folded[0]));
    bl_bind_text(q, 2, bf_str_of(folded[1]));
    if (version >= 0)
        bl_bind_i64(q, 3, version);
    return q;
}

json_t *bl_catalog_table(struct bl_store *s, const char *database, const char *name,
                         int64_t version)
{
    sqlite3_stmt *q = find(s, database, name, version);
    json_t *found = bl_step(s, q) ? show(q) : NULL;
    bl_done(q);
    return found;
}

json_t *bl_catalog_tables(struct bl_store *s, const char *database, const char *after, int64_t max)
{
    sqlite3_stmt *q = bl_sql(s, "SELECT db, name, version, created_ms, updated_ms, input FROM "
                                "glue_table WHERE db=? AND name>? ORDER BY name LIMIT ?");
    char folded[BL_CATALOG_NAME];
    json_t *list = json_array();
    if (!bl_document_fold(database, folded, sizeof folded))
        return list;
    bl_bind_text(q, 1, bf_str_of(folded));
    bl_bind_text(q, 2, bf_str_of(after));
    bl_bind_i64(q, 3, max);
    while (bl_step(s, q))
        json_array_append_new(list, show(q));
    return list;
}

json_t *bl_catalog_versions(struct bl_store *s, const char *database, const char *name)
{
    sqlite3_stmt *q =
        bl_sql(s, "SELECT db, name, version, created_ms, updated_ms, input FROM (SELECT * FROM "
                  "glue_table UNION ALL SELECT * FROM glue_version) WHERE db=? AND name=? ORDER BY "
                  "version DESC");
    char folded[2][BL_CATALOG_NAME];
    json_t *list = json_array();
    if (!bl_document_fold(database, folded[0], sizeof folded[0]) ||
        !bl_document_fold(name, folded[1], sizeof folded[1]))
        return list;
    bl_bind_text(q, 1, bf_str_of(folded[0]));
    bl_bind_text(q, 2, bf_str_of(folded[1]));
    while (bl_step(s, q)) {
        json_t *table = show(q);
        json_array_append_new(list, json_pack("{s:o,s:O}", "Table", table, "VersionId",
                                              json_object_get(table, "VersionId")));
    }
    return list;
}

/* Into `rows` (glue_table), or glue_version. */
static bool write_table(struct bl_store *s, const json_t *input, const char *database,
                        const char *name, int64_t version, int64_t created_ms, int64_t now_ms)
{
    struct bf_buf text;
    json_t *picked = bl_catalog_pick(input, table_members);
    set_default(picked, "PartitionKeys", json_array());
    bf_buf_init(&text, 4 * 1024 * 1024);
    bl_document_print(&text, picked);
    json_decref(picked);
    bool ok = bf_buf_ok(&text);
    if (ok) {
        sqlite3_stmt *q = bl_sql(s, "INSERT OR REPLACE INTO glue_table VALUES(?,?,?,?,?,?)");
        bl_bind_text(q, 1, bf_str_of(database));
        bl_bind_text(q, 2, bf_str_of(name));
        bl_bind_i64(q, 3, version);
        bl_bind_i64(q, 4, created_ms);
        bl_bind_i64(q, 5, now_ms);
        bl_bind_text(q, 6, bf_buf_view(&text));
        bl_run(s, q);
    }
    bf_buf_free(&text);
    return ok;
}

/* database and the input's name, folded. */
static bool fold_names(const char *database, const json_t *input, char db[BL_CATALOG_NAME],
                       char name[BL_CATALOG_NAME])
{
    return bl_document_fold(database, db, BL_CATALOG_NAME) &&
           bl_document_fold(bl_document_text(input, "Name"), name, BL_CATALOG_NAME) && *name;
}

enum bl_catalog_verdict bl_catalog_create_table(struct bl_store *s, const char *database,
                                                const json_t *input, int64_t now_ms)
{
    char db[BL_CATALOG_NAME], name[BL_CATALOG_NAME];
    if (!fold_names(database, input, db, name))
        return BL_CATALOG_INVALID;
    json_t *found = bl_catalog_database(s, db);
    json_decref(found);
    if (!found)
        return BL_CATALOG_NO_DATABASE;
    found = bl_catalog_table(s, db, name, -1);
    json_decref(found);
    if (found)
        return BL_CATALOG_EXISTS;
    return write_table(s, input, db, name, 0, now_ms, now_ms) ? BL_CATALOG_DONE
                                                              : BL_CATALOG_INVALID;
}

enum bl_catalog_verdict bl_catalog_update_table(struct bl_store *s,
                                                const struct bl_catalog_update *u)
{
    char db[BL_CATALOG_NAME], name[BL_CATALOG_NAME], own[24];
    if (!fold_names(u->database, u->input, db, name))
        return BL_CATALOG_INVALID;
    sqlite3_stmt *q = find(s, db, name, -1);
    if (!bl_step(s, q))
        return BL_CATALOG_NO_TABLE;
    int64_t version = bl_column_i64(q, 2), created_ms = bl_column_i64(q, 3);
    bl_done(q);
    snprintf(own, sizeof own, "%lld", (long long)version);
    if (*u->version && strcmp(u->version, own) != 0)
        return BL_CATALOG_STALE;
    if (!u->skip_archive) {
        q = bl_sql(s, "INSERT OR REPLACE INTO glue_version SELECT * FROM glue_table WHERE db=? AND "
                      "name=?");
        bl_bind_text(q, 1, bf_str_of(db));
        bl_bind_text(q, 2, bf_str_of(name));
        bl_run(s, q);
    }
    return write_table(s, u->input, db, name, version + 1, created_ms, u->now_ms)
               ? BL_CATALOG_DONE
               : BL_CATALOG_INVALID;
}

enum bl_catalog_verdict bl_catalog_delete_table(struct bl_store *s, const char *database,
                                                const char *name)
{
    static const char *const statements[] = {"DELETE FROM glue_table WHERE db=? AND name=?",
                                             "DELETE FROM glue_version WHERE db=? AND name=?",
                                             "DELETE FROM glue_partition WHERE db=? AND name=?"};
    char folded[2][BL_CATALOG_NAME];
    if (!bl_document_fold(database, folded[0], sizeof folded[0]) ||
        !bl_document_fold(name, folded[1], sizeof folded[1]))
        return BL_CATALOG_NO_TABLE;
    for (size_t i = 0; i < BF_COUNT(statements); i++) {
        sqlite3_stmt *q = bl_sql(s, statements[i]);
        bl_bind_text(q, 1, bf_str_of(folded[0]));
        bl_bind_text(q, 2, bf_str_of(folded[1]));
        if (bl_run(s, q) == 0 && i == 0)
            return BL_CATALOG_NO_TABLE;
    }
    return BL_CATALOG_DONE;
}

enum bl_catalog_verdict bl_catalog_delete_version(struct bl_store *s, const char *database,
                                                  const char *name, int64_t version)
{
    sqlite3_stmt *q =
        bl_sql(s, "DELETE FROM glue_version WHERE db=lower(?) AND name=lower(?) AND version=?");
    bl_bind_text(q, 1, bf_str_of(database));
    bl_bind_text(q, 2, bf_str_of(name));
    bl_bind_i64(q, 3, version);
    return bl_run(s, q) ? BL_CATALOG_DONE : BL_CATALOG_NO_TABLE;
}
