/* SHOW and DESCRIBE. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/athena/ddl.h"
#include "cmd/bflocal/trino/trino_impl.h"
#include "lib/encoding/base64.h"

/* ['pattern'], [LIKE 'pattern']: * is any text, | is or. */
static bool pattern(struct bl_ddl *d, regex_t *re)
{
    struct bf_buf text, plain;
    bf_buf_init(&text, 4096);
    bool given = bl_ddl_word(d, "LIKE") || d->at->kind == BL_TOKEN_STRING, ok = true;
    bf_buf_lit(&text, "^(");
    if (given) {
        ok = bl_ddl_string(d, &plain);
        for (size_t i = 0; ok && i < plain.n; i++) {
            if (plain.p[i] == '*' && (i == 0 || plain.p[i - 1] != '.'))
                bf_buf_addc(&text, '.');
            bf_buf_addc(&text, plain.p[i]);
        }
        bf_buf_free(&plain);
    } else
        bf_buf_lit(&text, ".*");
    bf_buf_lit(&text, ")$");
    const char *source = bf_buf_cstr(&text);
    ok = ok && bl_ddl_end(d);
    if (ok && (!source || regcomp(re, source, REG_EXTENDED | REG_NOSUB | REG_ICASE) != 0))
        ok = bf_err_set(d->e, BF_E_INPUT, "FAILED: SemanticException: not a pattern");
    bf_buf_free(&text);
    return ok;
}

/* The names in `list` that fit, a line each. */
static bool show_names(struct bl_ddl *d, json_t *list, const char *column,
                       bool (*fits)(const json_t *one))
{
    struct bf_buf text;
    regex_t re;
    size_t i;
    json_t *one;
    if (!pattern(d, &re)) {
        json_decref(list);
        return false;
    }
    bf_buf_init(&text, 64 * 1024 * 1024);
    json_array_foreach(list, i, one)
    {
        const char *name = bl_document_text(one, "Name");
        if ((!fits || fits(one)) && regexec(&re, name, 0, NULL, 0) == 0)
            bf_buf_addf(&text, "%s\n", name);
    }
    regfree(&re);
    json_decref(list);
    bool ok = bl_output_text(d->x, bf_buf_view(&text), column, d->e);
    bf_buf_free(&text);
    return ok;
}

bool bl_ddl_show_databases(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    bl_store_lock(s);
    json_t *list = bl_catalog_databases(s, "", INT32_MAX);
    bl_store_unlock(s);
    return show_names(d, list, "database_name", NULL);
}

/* [IN db] */
static json_t *tables(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    char name[BL_CATALOG_NAME];
    snprintf(name, sizeof name, "%s", d->x->database);
    if ((bl_ddl_word(d, "IN") || bl_ddl_word(d, "FROM")) && !bl_ddl_name(d, name))
        return NULL;
    bl_store_lock(s);
    json_t *database = bl_catalog_database(s, name),
           *list = bl_catalog_tables(s, name, "", INT32_MAX);
    bl_store_unlock(s);
    if (!database) {
        bf_err_set(d->e, BF_E_NOTFOUND,
                   "FAILED: SemanticException [Error 10072]: Database does not exist: %s", name);
        json_decref(list);
    }
    bool known = database != NULL;
    json_decref(database);
    return known ? list : NULL;
}

static bool is_view(const json_t *one)
{
    return strcmp(bl_document_text(one, "TableType"), "VIRTUAL_VIEW") == 0;
}

bool bl_ddl_show_tables(struct bl_ddl *d)
{
    json_t *list = tables(d);
    return list && show_names(d, list, "tab_name", NULL);
}

bool bl_ddl_show_views(struct bl_ddl *d)
{
    json_t *list = tables(d);
    return list && show_names(d, list, "views", is_view);
}

bool bl_ddl_show_partitions(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    struct bl_ddl_table t = {.name = ""};
    struct bf_buf text;
    size_t i, k;
    json_t *row, *v, *table = bl_ddl_table_name(d, &t) && bl_ddl_end(d) ? bl_ddl_find(d, &t) : NULL;
    if (!table)
        return false;
    const json_t *keys = json_object_get(table, "PartitionKeys");
    bl_store_lock(s);
    json_t *rows = bl_catalog_partitions(s, t.database, t.name, BF_STR(""), INT32_MAX);
    bl_store_unlock(s);
    bf_buf_init(&text, 64 * 1024 * 1024);
    json_array_foreach(rows, i, row)
    {
        json_array_foreach(json_object_get(row, "Values"), k, v)
        {
            bf_buf_addf(&text, "%s%s=%s", k ? "/" : "",
                        bl_document_text(json_array_get(keys, k), "Name"), json_string_value(v));
        }

        bf_buf_addc(&text, '\n');
    }
    bool ok = json_array_size(keys) > 0 ||
              bf_err_set(d->e, BF_E_INPUT,
                         "FAILED: SemanticException [Error 10241]: Table %s is not "
                         "a partitioned table",
                         t.name);
    ok = ok && bl_output_text(d->x, bf_buf_view(&text), "partition", d->e);
    bf_buf_free(&text);
    json_decref(rows);
    json_decref(table);
    return ok;
}

static void put_columns(struct bf_buf *out, const json_t *columns, bool types)
{
    size_t i;
    json_t *c;
    json_array_foreach((json_t *)(uintptr_t)columns, i, c)
    {
        if (types)
            bf_buf_addf(out, "%-20s\t%-20s\t%-20s\n", bl_document_text(c, "Name"),
                        bl_document_text(c, "Type"), bl_document_text(c, "Comment"));
        else
            bf_buf_addf(out, "%s\n", bl_document_text(c, "Name"));
    }
}

bool bl_ddl_show_columns(struct bl_ddl *d)
{
    struct bl_ddl_table t = {.name = ""};
    struct bf_buf text;
    if (!bl_ddl_word(d, "IN") && !bl_ddl_expect_word(d, "FROM"))
        return false;
    if (!bl_ddl_table_name(d, &t))
        return false;
    if ((bl_ddl_word(d, "IN") || bl_ddl_word(d, "FROM")) && !bl_ddl_name(d, t.database))
        return false;
    json_t *table = bl_ddl_end(d) ? bl_ddl_find(d, &t) : NULL;
    if (!table)
        return false;
    bf_buf_init(&text, 4 * 1024 * 1024);
    put_columns(&text, json_object_get(json_object_get(table, "StorageDescriptor"), "Columns"),
                false);
    put_columns(&text, json_object_get(table, "PartitionKeys"), false);
    bool ok = bl_output_text(d->x, bf_buf_view(&text), "field", d->e);
    bf_buf_free(&text);
    json_decref(table);
    return ok;
}

bool bl_ddl_describe(struct bl_ddl *d)
{
    struct bl_ddl_table t = {.name = ""};
    struct bf_buf text;
    if (!bl_ddl_word(d, "EXTENDED"))
        (void)bl_ddl_word(d, "FORMATTED");
    json_t *table = bl_ddl_table_name(d, &t) && bl_ddl_end(d) ? bl_ddl_find(d, &t) : NULL;
    if (!table)
        return false;
    const json_t *keys = json_object_get(table, "PartitionKeys");
    bf_buf_init(&text, 4 * 1024 * 1024);
    put_columns(&text, json_object_get(json_object_get(table, "StorageDescriptor"), "Columns"),
                true);
    put_columns(&text, keys, true);
    if (json_array_size(keys)) {
        bf_buf_addf(&text, "\t \t \n# Partition Information\t \t \n%-20s\t%-20s\t%-20s\n\t \t \n",
                    "# col_name", "data_type", "comment");
        put_columns(&text, keys, true);
    }
    bool ok = bl_output_text(d->x, bf_buf_view(&text), "col_name data_type comment", d->e);
    bf_buf_free(&text);
    json_decref(table);
    return ok;
}

static void put_string(struct bf_buf *out, const char *text)
{
    bf_buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\t')
            bf_buf_lit(out, "\\t");
        else if ((unsigned char)*text < ' ')
            bf_buf_addf(out, "\\u%04x", (unsigned)*text);
        else {
            if (*text == '\'' || *text == '\\')
                bf_buf_addc(out, '\\');
            bf_buf_addc(out, *text);
        }
    }
    bf_buf_addc(out, '\'');
}

static void put_definitions(struct bf_buf *out, const json_t *columns)
{
    size_t i;
    json_t *c;
    json_array_foreach((json_t *)(uintptr_t)columns, i, c)
    {
        bf_buf_addf(out, "  `%s` %s", bl_document_text(c, "Name"), bl_document_text(c, "Type"));
        if (json_object_get(c, "Comment")) {
            bf_buf_lit(out, " COMMENT ");
            put_string(out, bl_document_text(c, "Comment"));
        }
        bf_buf_adds(out, i + 1 < json_array_size(columns) ? BF_STR(", \n") : BF_STR(")\n"));
    }
}

static void put_properties(struct bf_buf *out, const json_t *p, const char *end)
{
    const char *key;
    json_t *v;
    size_t n = 0;
    json_object_foreach((json_t *)(uintptr_t)p, key, v)
    {
        if (strcmp(key, "EXTERNAL") == 0 || !json_is_string(v))
            continue;
        bf_buf_adds(out, n++ ? BF_STR(", \n  ") : BF_STR("  "));
        put_string(out, key);
        bf_buf_addc(out, '=');
        put_string(out, json_string_value(v));
    }
    bf_buf_adds(out, bf_str_of(end));
}

static void put_create(struct bf_buf *out, const struct bl_ddl_table *t, const json_t *table)
{
    const json_t *sd = json_object_get(table, "StorageDescriptor"),
                 *serde = json_object_get(sd, "SerdeInfo"),
                 *keys = json_object_get(table, "PartitionKeys");
    bf_buf_addf(out, "CREATE EXTERNAL TABLE `%s.%s`(\n", t->database, t->name);
    put_definitions(out, json_object_get(sd, "Columns"));
    if (json_array_size(keys)) {
        bf_buf_lit(out, "PARTITIONED BY ( \n");
        put_definitions(out, keys);
    }
    bf_buf_lit(out, "ROW FORMAT SERDE \n  ");
    put_string(out, bl_document_text(serde, "SerializationLibrary"));
    if (json_object_size(json_object_get(serde, "Parameters"))) {
        bf_buf_lit(out, " \nWITH SERDEPROPERTIES ( \n");
        put_properties(out, json_object_get(serde, "Parameters"), ")");
    }
    bf_buf_lit(out, " \nSTORED AS INPUTFORMAT \n  ");
    put_string(out, bl_document_text(sd, "InputFormat"));
    bf_buf_lit(out, " \nOUTPUTFORMAT \n  ");
    put_string(out, bl_document_text(sd, "OutputFormat"));
    bf_buf_lit(out, "\nLOCATION\n  ");
    put_string(out, bl_document_text(sd, "Location"));
    bf_buf_lit(out, "\nTBLPROPERTIES (\n");
    put_properties(out, json_object_get(table, "Parameters"), ")\n");
}

bool bl_ddl_show_create_table(struct bl_ddl *d)
{
    struct bl_ddl_table t = {.name = ""};
    struct bf_buf text;
    json_t *table = bl_ddl_table_name(d, &t) && bl_ddl_end(d) ? bl_ddl_find(d, &t) : NULL;
    if (!table)
        return false;
    bf_buf_init(&text, 4 * 1024 * 1024);
    put_create(&text, &t, table);
    bool ok = bl_output_text(d->x, bf_buf_view(&text), "createtab_stmt", d->e);
    bf_buf_free(&text);
    json_decref(table);
    return ok;
}

bool bl_ddl_show_create_view(struct bl_ddl *d)
{
    struct bl_ddl_table t = {.name = ""};
    struct bl_scan scan = {.local = d->x->athena->local, .arena = &d->x->arena};
    struct bl_trino_ref ref = {.found = NULL};
    struct bf_str sql;
    struct bf_buf text;
    const char *database;
    if (!bl_ddl_table_name(d, &t) || !bl_ddl_end(d))
        return false;
    ref.database = bf_str_of(t.database);
    ref.name = bf_str_of(t.name);
    enum bl_trino_kind kind = bl_scan_look_up(&scan, &ref, &sql, &database, d->e);
    bl_scan_free(&scan);
    if (kind != BL_TRINO_VIEW)
        return d->e->code == BF_OK ? bf_err_set(d->e, BF_E_NOTFOUND, "View %s.%s does not exist",
                                                t.database, t.name)
                                   : false;
    bf_buf_init(&text, 4 * 1024 * 1024);
    bf_buf_addf(&text, "CREATE VIEW %s.%s AS\n", t.database, t.name);
    bf_buf_adds(&text, sql);
    bf_buf_addc(&text, '\n');
    bool ok = bl_output_text(d->x, bf_buf_view(&text), "Create View", d->e);
    bf_buf_free(&text);
    return ok;
}

bool bl_ddl_show_properties(struct bl_ddl *d)
{
    struct bl_ddl_table t = {.name = ""};
    struct bf_buf text;
    const char *key;
    json_t *v, *one = NULL, *table = bl_ddl_table_name(d, &t) ? bl_ddl_find(d, &t) : NULL;
    bool ok = table != NULL;
    if (ok && bl_ddl_take(d, "(")) {
        one = bl_ddl_string_value(d);
        ok = one && bl_ddl_expect(d, ")");
    }
    ok = ok && bl_ddl_end(d);
    bf_buf_init(&text, 4 * 1024 * 1024);
    json_object_foreach(json_object_get(table, "Parameters"), key, v)
    {
        if (!one || strcmp(json_string_value(one), key) == 0)
            bf_buf_addf(&text, "%s\t%s\n", key, json_string_value(v));
    }

    ok = ok && bl_output_text(d->x, bf_buf_view(&text), "prpt_name prpt_value", d->e);
    bf_buf_free(&text);
    json_decref(one);
    json_decref(table);
    return ok;
}
