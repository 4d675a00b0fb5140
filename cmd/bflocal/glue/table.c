/* Glue: tables and their versions. */
#include <regex.h>
#include <stdlib.h>

#include "cmd/bflocal/glue/glue.h"

bool bl_glue_create_table(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    const json_t *input = json_object_get(body, "TableInput");
    const char *database = bl_document_text(body, "DatabaseName");
    bool ok = body;
    if (ok && !bl_store_begin(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok) {
        enum bl_catalog_verdict v = bl_catalog_create_table(c->store, database, input, c->now_ms);
        ok = bl_glue_end(c, v, v == BL_CATALOG_NO_DATABASE ? database : "Table");
    }
    json_decref(body);
    return ok;
}

/* Reads one table; holds the lock only for that. NULL: the answer is set. */
static json_t *find(struct bl_call *c, const json_t *body, const char *name, int64_t version)
{
    const char *database = bl_document_text(body, "DatabaseName");
    bl_store_lock(c->store);
    json_t *db = bl_catalog_database(c->store, database),
           *table = bl_catalog_table(c->store, database, name, version);
    bl_store_unlock(c->store);
    bool known = db != NULL;
    json_decref(db);
    if (!known)
        bl_glue_fail(c, BL_CATALOG_NO_DATABASE, database);
    else if (!table)
        bl_glue_fail(c, BL_CATALOG_NO_TABLE, name);
    if (known && table)
        return table;
    json_decref(table);
    return NULL;
}

bool bl_glue_get_table(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *table = NULL;
    if (body)
        table = find(c, body, bl_document_text(body, "Name"), -1);
    json_decref(body);
    return table && bl_document_answer(c, json_pack("{s:o}", "Table", table));
}

/* Expression is a regular expression that must match the whole name. */
static bool compile(struct bl_call *c, const char *expression, regex_t *re)
{
    struct bf_str text = bl_arena_printf(&c->arena, "^(%s)$", *expression ? expression : ".*");
    return regcomp(re, text.p, REG_EXTENDED | REG_NOSUB | REG_ICASE) == 0 ||
           bl_fail(c, BL_InvalidInputException, "Expression: not a regular expression");
}

bool bl_glue_get_tables(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *db = NULL, *list = NULL, *table;
    const char *database = bl_document_text(body, "DatabaseName");
    struct bf_str after;
    int64_t max;
    size_t i;
    regex_t re;
    bool ok = body && bl_glue_page(c, body, 100, &max, &after) &&
              compile(c, bl_document_text(body, "Expression"), &re);
    if (!ok) {
        json_decref(body);
        return false;
    }
    bl_store_lock(c->store);
    db = bl_catalog_database(c->store, database);
    list = bl_catalog_tables(c->store, database, after.p, INT32_MAX);
    bl_store_unlock(c->store);
    json_t *found = json_array(), *answer = json_pack("{s:o}", "TableList", found);
    json_array_foreach(list, i, table)
    {
        if (regexec(&re, bl_document_text(table, "Name"), 0, NULL, 0) != 0)
            continue;
        if ((int64_t)json_array_size(found) == max) {
            const json_t *last = json_array_get(found, (size_t)max - 1);
            bl_glue_token(answer, bf_str_of(bl_document_text(last, "Name")));
            break;
        }
        json_array_append(found, table);
    }
    if (db)
        ok = bl_document_answer(c, answer);
    else {
        json_decref(answer);
        ok = bl_glue_fail(c, BL_CATALOG_NO_DATABASE, database);
    }
    regfree(&re);
    json_decref(list);
    json_decref(db);
    json_decref(body);
    return ok;
}

bool bl_glue_update_table(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    struct bl_catalog_update u = {
        .database = bl_document_text(body, "DatabaseName"),
        .input = json_object_get(body, "TableInput"),
        .version = bl_document_text(body, "VersionId"),
        .skip_archive = json_is_true(json_object_get(body, "SkipArchive")),
        .now_ms = c->now_ms,
    };
    bool ok = body;
    if (ok && !bl_store_begin(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_glue_end(c, bl_catalog_update_table(c->store, &u),
                         bl_document_text(u.input, "Name"));
    json_decref(body);
    return ok;
}

bool bl_glue_delete_table(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    const char *name = bl_document_text(body, "Name");
    bool ok = body;
    if (ok && !bl_store_begin_delete(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_glue_end(
            c, bl_catalog_delete_table(c->store, bl_document_text(body, "DatabaseName"), name),
            name);
    json_decref(body);
    return ok;
}

bool bl_glue_batch_delete_table(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c), *name, *errors = json_array();
    size_t i;
    bool ok = body;
    if (ok && !bl_store_begin_delete(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok) {
        json_t *database = bl_catalog_database(c->store, bl_document_text(body, "DatabaseName"));
        json_array_foreach(json_object_get(body, "TablesToDelete"), i, name)
        {
            const char *text = json_is_string(name) ? json_string_value(name) : "";
            enum bl_catalog_verdict v =
                bl_catalog_delete_table(c->store, bl_document_text(body, "DatabaseName"), text);
            if (v != BL_CATALOG_DONE)
                json_array_append_new(errors, json_pack("{s:s,s:{s:s,s:s}}", "TableName", text,
                                                        "ErrorDetail", "ErrorCode", bl_glue_code(v),
                                                        "ErrorMessage", "Table not found"));
        }
        if (database)
            bl_document_answer(c, json_pack("{s:O}", "Errors", errors));
        ok = bl_glue_end(c, database ? BL_CATALOG_DONE : BL_CATALOG_NO_DATABASE,
                         bl_document_text(body, "DatabaseName"));
        json_decref(database);
    }
    json_decref(errors);
    json_decref(body);
    return ok;
}

static int64_t version_of(const json_t *body)
{
    char *end;
    const char *text = bl_document_text(body, "VersionId");
    long long n = strtoll(text, &end, 10);
    return *text && !*end && n >= 0 ? n : -1;
}

bool bl_glue_get_table_version(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *table = NULL;
    if (body)
        table = find(c, body, bl_document_text(body, "TableName"), version_of(body));
    json_decref(body);
    return table &&
           bl_document_answer(c, json_pack("{s:{s:o,s:O}}", "TableVersion", "Table", table,
                                           "VersionId", json_object_get(table, "VersionId")));
}

bool bl_glue_get_table_versions(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *table = NULL, *list = NULL;
    if (body)
        table = find(c, body, bl_document_text(body, "TableName"), -1);
    if (table) {
        bl_store_lock(c->store);
        list = bl_catalog_versions(c->store, bl_document_text(table, "DatabaseName"),
                                   bl_document_text(table, "Name"));
        bl_store_unlock(c->store);
    }
    json_decref(body);
    json_decref(table);
    return list && bl_document_answer(c, json_pack("{s:o}", "TableVersions", list));
}

bool bl_glue_delete_table_version(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    const char *name = bl_document_text(body, "TableName");
    bool ok = body;
    if (ok && !bl_store_begin_delete(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_glue_end(c,
                         bl_catalog_delete_version(c->store, bl_document_text(body, "DatabaseName"),
                                                   name, version_of(body)),
                         name);
    json_decref(body);
    return ok;
}
