/* Views and prepared statements. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/athena/ddl.h"
#include "cmd/bflocal/duck/value.h"
#include "lib/encoding/base64.h"

/* The rest of the statement, as it stands. */
static struct bf_str rest_of(const struct bl_ddl *d)
{
    const struct bl_token *end = d->at;
    while (end->kind != BL_TOKEN_END)
        end++;
    const char *p = d->at->raw.p;
    const char *to = end == d->at ? p : end[-1].raw.p + end[-1].raw.n;
    return bf_str(p, (size_t)(to - p));
}

/* Names and types of a query: Hive's in one list, Trino's in the other. */
static bool columns_of(struct bl_ddl *d, struct bf_str sql, json_t *hive, json_t *trino)
{
    const struct bl_duck_api *duck;
    struct bl_scan scan = {.ntables = 0};
    struct bf_buf text, type;
    duckdb_result r;
    struct bl_execution *x = d->x;
    bf_buf_init(&text, 64 * 1024 * 1024);
    bf_buf_init(&type, 64 * 1024);
    bf_buf_lit(&text, "SELECT * FROM (");
    bool ok = bl_execution_connect(x, d->e) && bl_query_translate(x, &scan, sql, &text, d->e);
    bl_scan_free(&scan);
    bf_buf_lit(&text, ") LIMIT 0");
    const char *statement = ok ? bf_buf_cstr(&text) : NULL;
    ok = statement && bl_duck_query(x->con, statement, &r, d->e);
    duck = bl_duck_api();
    for (uint64_t i = 0; ok && i < duck->column_count(&r); i++) {
        duckdb_logical_type t = duck->column_logical_type(&r, i);
        const char *name = duck->column_name(&r, i);
        bf_buf_reset(&type);
        bl_duck_type_hive(&type, t);
        json_array_append_new(hive,
                              json_pack("{s:s,s:s}", "Name", name, "Type", bf_buf_cstr(&type)));
        bf_buf_reset(&type);
        bl_duck_type_text(&type, t);
        json_array_append_new(trino,
                              json_pack("{s:s,s:s}", "name", name, "type", bf_buf_cstr(&type)));
        duck->destroy_logical_type(&t);
        if (strncmp(name, "_col?", 5) == 0)
            bf_err_set(d->e, BF_E_INPUT, "SYNTAX_ERROR: Column name not specified at position %d",
                       (int)i + 1);
    }
    if (ok)
        duck->destroy_result(&r);
    bf_buf_free(&type);
    bf_buf_free(&text);
    return ok && d->e->code == BF_OK;
}

static json_t *view_input(struct bl_ddl *d, const struct bl_ddl_table *t, struct bf_str sql)
{
    json_t *hive = json_array(), *trino = json_array(), *input = NULL;
    struct bf_buf json, text;
    bf_buf_init(&json, 4 * 1024 * 1024);
    bf_buf_init(&text, 8 * 1024 * 1024);
    if (columns_of(d, sql, hive, trino)) {
        json_t *view =
            json_pack("{s:o,s:s,s:s,s:O}", "originalSql", json_stringn(sql.p, sql.n), "catalog",
                      "awsdatacatalog", "schema", d->x->database, "columns", trino);
        bl_document_print(&json, view);
        json_decref(view);
        bf_buf_lit(&text, "/* Presto View: ");
        bf_base64_encode(&text, bf_buf_view(&json));
        bf_buf_lit(&text, " */");
        input = json_pack("{s:s,s:s,s:s,s:s,s:[],s:{s:s,s:s},s:{s:O,s:s,s:{}}}", "Name", t->name,
                          "TableType", "VIRTUAL_VIEW", "ViewOriginalText", bf_buf_cstr(&text),
                          "ViewExpandedText", "/* Presto View */", "PartitionKeys", "Parameters",
                          "presto_view", "true", "comment", "Presto View", "StorageDescriptor",
                          "Columns", hive, "Location", "", "SerdeInfo");
    }
    bf_buf_free(&json);
    bf_buf_free(&text);
    json_decref(hive);
    json_decref(trino);
    return input;
}

static bool create_view(struct bl_ddl *d, bool replace)
{
    struct bl_store *s = &d->x->athena->local->store;
    struct bl_ddl_table t = {.name = ""};
    struct bl_catalog_update u = {.version = "", .skip_archive = true};
    d->query = true;
    if (!bl_ddl_table_name(d, &t))
        return false;
    if (!bl_ddl_expect_word(d, "AS"))
        return false;
    json_t *input = view_input(d, &t, rest_of(d));
    bool ok = input && bl_ddl_begin(d);
    if (ok) {
        enum bl_catalog_verdict v =
            bl_catalog_create_table(s, t.database, input, bl_now_ms(d->x->athena->local));
        if (v == BL_CATALOG_EXISTS && replace) {
            u.database = t.database;
            u.input = input;
            u.now_ms = bl_now_ms(d->x->athena->local);
            v = bl_catalog_update_table(s, &u);
        }
        ok = bl_ddl_settle(d, v, t.name);
    }
    json_decref(input);
    return ok && bl_ddl_done(d);
}

bool bl_ddl_create_view(struct bl_ddl *d)
{
    return create_view(d, false);
}

bool bl_ddl_replace_view(struct bl_ddl *d)
{
    return create_view(d, true);
}

bool bl_ddl_drop_view(struct bl_ddl *d)
{
    d->query = true;
    return bl_ddl_drop_table(d);
}

static bool finish(struct bl_ddl *d)
{
    return bl_store_commit(&d->x->athena->local->store, d->e) && bl_ddl_done(d);
}

/* PREPARE name FROM statement */
bool bl_ddl_prepare(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    const char *group = bl_document_text(d->x->doc, "WorkGroup");
    char name[BL_CATALOG_NAME];
    if (!bl_ddl_name(d, name) || !bl_ddl_expect_word(d, "FROM"))
        return false;
    struct bf_str sql = rest_of(d);
    if (!bl_ddl_begin(d))
        return false;
    json_t *doc = json_pack("{s:s,s:o,s:s,s:s,s:o}", "StatementName", name, "QueryStatement",
                            json_stringn(sql.p, sql.n), "WorkGroupName", group, "Description", "",
                            "LastModifiedTime", bl_document_time(bl_now_ms(d->x->athena->local)));
    bl_object_put(s, "prepared", group, name, doc);
    json_decref(doc);
    return finish(d);
}

bool bl_ddl_deallocate(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    char name[BL_CATALOG_NAME];
    if (!bl_ddl_expect_word(d, "PREPARE") || !bl_ddl_name(d, name) || !bl_ddl_end(d) ||
        !bl_ddl_begin(d))
        return false;
    if (bl_object_delete(s, "prepared", bl_document_text(d->x->doc, "WorkGroup"), name))
        return finish(d);
    bl_store_rollback(s);
    return bf_err_set(d->e, BF_E_NOTFOUND, "PreparedStatement %s was not found", name);
}

/* The literals after USING, each as written. */
static bool read_parameters(struct bl_ddl *d)
{
    struct bl_execution *x = d->x;
    size_t depth = 0;
    const char *from = d->at->raw.p;
    x->parameters = bf_arena_alloc(&x->arena, 256 * sizeof *x->parameters);
    if (!x->parameters)
        return bf_err_nomem(d->e);
    x->nparameters = 0;
    for (; d->at->kind != BL_TOKEN_END; d->at++) {
        depth += bl_token_is(d->at, "(") || bl_token_is(d->at, "[");
        depth -= bl_token_is(d->at, ")") || bl_token_is(d->at, "]");
        bool last = d->at[1].kind == BL_TOKEN_END;
        if (depth && !last)
            continue;
        if (last || (bl_token_is(d->at + 1, ",") && !depth)) {
            const char *to = d->at->raw.p + d->at->raw.n;
            if (x->nparameters == 256)
                return bf_err_set(d->e, BF_E_LIMIT, "more than 256 parameters");
            x->parameters[x->nparameters++] = bf_str(from, (size_t)(to - from));
            d->at += !last;
            from = d->at[1].raw.p;
        }
    }
    return true;
}

/* EXECUTE name [USING a, b] */
bool bl_ddl_execute(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    char name[BL_CATALOG_NAME];
    if (!bl_ddl_name(d, name))
        return false;
    if (bl_ddl_word(d, "USING")) {
        if (!read_parameters(d))
            return false;
    } else if (!bl_ddl_end(d))
        return false;
    bl_store_lock(s);
    bool found = bl_prepared_find(s, bl_document_text(d->x->doc, "WorkGroup"), name, &d->x->arena,
                                  &d->x->sql);
    bl_store_unlock(s);
    return found ? bl_statement_run(d->x, d->e)
                 : bf_err_set(d->e, BF_E_NOTFOUND,
                              "PreparedStatement %s was not found in workgroup %s", name,
                              bl_document_text(d->x->doc, "WorkGroup"));
}
