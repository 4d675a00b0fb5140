/* CREATE TABLE ... AS, INSERT INTO, UNLOAD. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/hive/hive.h"
#include "cmd/bflocal/athena/write.h"

/* From here to `end`, as it stands. */
static struct bf_str text_until(const struct bl_token *from, const struct bl_token *end)
{
    const char *p = from->raw.p;
    return bf_str(p, end == from ? 0 : (size_t)(end[-1].raw.p + end[-1].raw.n - p));
}

static bool set_target(struct bl_write *w, struct bf_str uri)
{
    struct bf_str bucket, key;
    struct bf_buf prefix;
    if (!bl_s3_own_uri(uri, &bucket, &key))
        return bf_err_set(w->d->e, BF_E_INPUT, "INVALID_TABLE_PROPERTY: '%.*s' is no s3:// URI",
                          (int)(uri.n > 200 ? 200 : uri.n), uri.p);
    bf_buf_init(&prefix, 8192);
    bf_buf_adds(&prefix, key);
    if (key.n && key.p[key.n - 1] != '/')
        bf_buf_addc(&prefix, '/');
    bool ok = bf_arena_copy(&w->d->x->arena, bucket, &w->bucket) &&
              bf_arena_copy(&w->d->x->arena, bf_buf_view(&prefix), &w->prefix);
    bf_buf_free(&prefix);
    return ok || bf_err_nomem(w->d->e);
}

static bool note(void *arg, struct bf_str key, const struct bl_s3_own *o)
{
    (void)key;
    (void)o;
    *(bool *)arg = true;
    return false;
}

static bool need_empty(struct bl_write *w)
{
    bool any = false;
    if (!bl_s3_own_list(w->d->x->athena->local, w->bucket, w->prefix, note, &any, w->d->e))
        return false;
    return !any ||
           bf_err_set(w->d->e, BF_E_INPUT,
                      "HIVE_PATH_ALREADY_EXISTS: Target directory already exists: s3://%.*s/%.*s",
                      (int)w->bucket.n, w->bucket.p, (int)(w->prefix.n > 200 ? 200 : w->prefix.n),
                      w->prefix.p);
}

/* UNLOAD (query) TO 's3://...' WITH (...) */
bool bl_ddl_unload(struct bl_ddl *d)
{
    struct bl_write w = {.d = d};
    const struct bl_token *from;
    int depth = 1;
    if (!bl_ddl_expect(d, "("))
        return false;
    for (from = d->at; d->at->kind != BL_TOKEN_END; d->at++) {
        depth += bl_token_is(d->at, "(") ? 1 : bl_token_is(d->at, ")") ? -1 : 0;
        if (depth == 0)
            break;
    }
    struct bf_str sql = text_until(from, d->at), uri;
    if (!bl_ddl_expect(d, ")") || !bl_ddl_expect_word(d, "TO") || d->at->kind != BL_TOKEN_STRING)
        return bl_ddl_unexpected(d);
    uri = d->at->text;
    d->at++;
    json_t *other = json_object();
    bool ok = bl_ddl_expect_word(d, "WITH") && bl_write_properties(&w, other) && bl_ddl_end(d) &&
              set_target(&w, uri) && need_empty(&w) && bl_write_collect(&w, sql) &&
              bl_write_objects(&w) && bl_write_finish(&w);
    json_decref(other);
    bl_write_free(&w);
    return ok;
}

struct into {
    struct bl_ddl_table name;
    json_t *table; /* as the catalog has it, or the input of one that is made */
    bool projected;
};

static json_t *partition_of(const json_t *table, const struct bf_str *values, size_t n,
                            const char *location)
{
    json_t *list = json_array(), *sd = json_deep_copy(json_object_get(table, "StorageDescriptor"));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_stringn(values[i].p, values[i].n));
    json_object_set_new(sd, "Location", json_string(location));
    return json_pack("{s:o,s:o,s:{}}", "Values", list, "StorageDescriptor", sd, "Parameters");
}

/* Rows went into a partition: the catalog has it. */
static bool add_partition(struct bl_write *w, const struct bf_str *values, struct bf_str folder)
{
    struct into *t = w->arg;
    struct bl_local *l = w->d->x->athena->local;
    struct bf_buf uri;
    if (w->nkeys == 0 || t->projected)
        return true;
    bf_buf_init(&uri, 8192);
    bf_buf_addf(&uri, "s3://%s/", w->bucket.p);
    bf_buf_adds(&uri, folder);
    json_t *input = partition_of(t->table, values, w->nkeys, bf_buf_cstr(&uri));
    bf_buf_free(&uri);
    bool ok = bl_ddl_begin(w->d);
    if (ok) {
        enum bl_catalog_verdict v = bl_catalog_create_partition(&l->store, t->name.database,
                                                                t->name.name, input, bl_now_ms(l));
        ok = bl_ddl_settle(w->d, v == BL_CATALOG_EXISTS ? BL_CATALOG_DONE : v, "the partition");
    }
    json_decref(input);
    return ok;
}

/* Columns and formats of the table that is made. */
static json_t *table_input(struct bl_write *w, const struct bl_ddl_table *t)
{
    static const char *const formats[] = {"PARQUET", "TEXTFILE", "TEXTFILE"};
    json_t *columns = json_array(), *keys = json_array(), *p = json_object();
    size_t n = json_array_size(w->columns);
    for (size_t i = 0; i < n; i++)
        json_array_append(i + w->nkeys < n ? columns : keys, json_array_get(w->columns, i));
    char location[4096];
    snprintf(location, sizeof location, "s3://%s/%s", w->bucket.p, w->prefix.p);
    if (w->format == BL_WRITE_TEXT)
        json_object_set_new(p, "field.delim", json_string(*w->delimiter ? w->delimiter : "\x01"));
    json_object_set_new(p, "serialization.format", json_string("1"));
    json_t *sd = json_pack("{s:o,s:s,s:{s:o}}", "Columns", columns, "Location", location,
                           "SerdeInfo", "Parameters", p);
    if (w->format == BL_WRITE_JSON)
        json_object_set_new(json_object_get(sd, "SerdeInfo"), "SerializationLibrary",
                            json_string("org.apache.hive.hcatalog.data.JsonSerDe"));
    bl_ddl_stored_as(formats[w->format], sd);
    return json_pack("{s:s,s:s,s:o,s:o,s:{s:s,s:s}}", "Name", t->name, "TableType",
                     "EXTERNAL_TABLE", "StorageDescriptor", sd, "PartitionKeys", keys, "Parameters",
                     "EXTERNAL", "TRUE", "has_encrypted_data", "false");
}

static bool create(struct bl_write *w, struct into *t)
{
    struct bl_local *l = w->d->x->athena->local;
    t->table = table_input(w, &t->name);
    return bl_ddl_begin(w->d) &&
           bl_ddl_settle(
               w->d, bl_catalog_create_table(&l->store, t->name.database, t->table, bl_now_ms(l)),
               t->name.name);
}

/* Where the rows go: external_location, or a folder of the statement's own beside the results. */
static bool choose_location(struct bl_write *w, const json_t *other)
{
    struct bl_execution *x = w->d->x;
    const char *given = bl_document_text(other, "external_location"),
               *type = bl_document_text(other, "table_type");
    struct bf_buf uri;
    if (*type && strcasecmp(type, "HIVE") != 0)
        return bf_err_set(w->d->e, BF_E_INPUT,
                          "INVALID_TABLE_PROPERTY: bflocal has no tables of the "
                          "type %.40s",
                          type);
    bf_buf_init(&uri, 8192);
    if (*given)
        bf_buf_adds(&uri, bf_str_of(given));
    else
        bf_buf_addf(&uri, "s3://%s/%stables/%s/", x->bucket.p, x->prefix.p, x->id);
    bool ok = set_target(w, bf_buf_view(&uri)) && need_empty(w);
    bf_buf_free(&uri);
    return ok;
}

/* [WITH [NO] DATA] at the end: taken off. */
static bool without_data(struct bl_ddl *d, const struct bl_token **end)
{
    const struct bl_token *t = *end;
    if (t - d->at < 3 || !bl_token_word(t - 1, "DATA"))
        return false;
    bool no = bl_token_word(t - 2, "NO");
    if (bl_token_word(t - 2 - no, "WITH"))
        *end = t - 2 - no;
    return no;
}

/* The table goes when its rows could not be written. False. */
static bool take_back(struct bl_ddl *d, const struct into *t)
{
    struct bl_store *s = &d->x->athena->local->store;
    struct bf_err e;
    if (bl_store_begin_delete(s, &e)) {
        bl_catalog_delete_table(s, t->name.database, t->name.name);
        (void)!bl_store_commit(s, &e);
    }
    return false;
}

bool bl_ddl_create_as(struct bl_ddl *d)
{
    struct bl_write w = {.d = d, .partition = add_partition};
    struct into t = {.table = NULL};
    json_t *other = json_object();
    d->query = true;
    bool quiet = bl_ddl_word(d, "IF");
    bool ok = (!quiet || (bl_ddl_expect_word(d, "NOT") && bl_ddl_expect_word(d, "EXISTS"))) &&
              bl_ddl_table_name(d, &t.name);
    w.arg = &t;
    bf_buf_init(&w.manifest, 64 * 1024 * 1024);
    if (ok && bl_ddl_word(d, "WITH"))
        ok = bl_write_properties(&w, other);
    ok = ok && bl_ddl_expect_word(d, "AS");
    struct bl_store *s = &d->x->athena->local->store;
    if (ok) {
        bl_store_lock(s);
        json_t *old = bl_catalog_table(s, t.name.database, t.name.name, -1);
        bl_store_unlock(s);
        if (old && !quiet)
            ok = bf_err_set(d->e, BF_E_INPUT, "TABLE_ALREADY_EXISTS: Table '%s.%s' already exists",
                            t.name.database, t.name.name);
        bool done = old && quiet;
        json_decref(old);
        if (done) {
            json_decref(other);
            return bl_write_finish(&w);
        }
    }
    const struct bl_token *end = d->at;
    while (end->kind != BL_TOKEN_END)
        end++;
    bool empty = ok && without_data(d, &end);
    ok = ok && choose_location(&w, other) && bl_write_collect(&w, text_until(d->at, end)) &&
         (!empty || bl_duck_exec(d->x->con, "DELETE FROM athena_w", d->e)) && create(&w, &t);
    if (ok && !(bl_write_objects(&w) && bl_write_finish(&w)))
        ok = take_back(d, &t);
    json_decref(t.table);
    json_decref(other);
    bl_write_free(&w);
    return ok;
}

/* SELECT CAST(c0 AS T) AS "name", ... FROM athena_q: by position, or by the names that are given. */
static bool put_casts(struct bl_ddl *d, const json_t *table, const json_t *named,
                      struct bf_buf *out)
{
    const json_t *columns = json_object_get(json_object_get(table, "StorageDescriptor"), "Columns"),
                 *keys = json_object_get(table, "PartitionKeys");
    size_t n = json_array_size(columns), all = n + json_array_size(keys);
    bf_buf_lit(out, "SELECT ");
    for (size_t i = 0; i < all; i++) {
        const json_t *c = i < n ? json_array_get(columns, i) : json_array_get(keys, i - n);
        const char *name = bl_document_text(c, "Name");
        size_t at = i;
        if (json_array_size(named))
            for (at = 0; at < json_array_size(named) &&
                         strcmp(json_string_value(json_array_get(named, at)), name) != 0;)
                at++;
        bf_buf_adds(out, i ? BF_STR(", ") : BF_STR(""));
        if (json_array_size(named) && at == json_array_size(named))
            bf_buf_lit(out, "CAST(NULL AS ");
        else
            bf_buf_addf(out, "CAST(c%zu AS ", at);
        if (!bl_hive_type(bl_document_text(c, "Type"), out, d->e))
            return false;
        bf_buf_addf(out, ") AS \"%s\"", name);
    }
    bf_buf_lit(out, " FROM athena_q");
    return true;
}

/* How many columns the query must have, as names of athena_q. */
static bool collect_into(struct bl_write *w, const json_t *table, const json_t *named,
                         struct bf_str sql)
{
    struct bf_buf cast, all;
    size_t n = json_array_size(named);
    if (!n)
        n = json_array_size(
                json_object_get(json_object_get(table, "StorageDescriptor"), "Columns")) +
            json_array_size(json_object_get(table, "PartitionKeys"));
    bf_buf_init(&cast, 1024 * 1024);
    bf_buf_init(&all, 1024 * 1024);
    bool ok = put_casts(w->d, table, named, &cast);
    /* WITH gives the columns their names */
    bf_buf_lit(&all, "WITH athena_q(");
    for (size_t i = 0; i < n; i++)
        bf_buf_addf(&all, "%sc%zu", i ? ", " : "", i);
    bf_buf_lit(&all, ") AS (");
    ok = ok && bl_write_into(w, bf_buf_view(&all), sql, bf_buf_view(&cast), n);
    bf_buf_free(&cast);
    bf_buf_free(&all);
    return ok;
}

static bool read_names(struct bl_ddl *d, json_t *named)
{
    char name[BL_CATALOG_NAME];
    const struct bl_token *t = d->at;
    if (!bl_token_is(t, "(") || bl_token_word(t + 1, "SELECT") || bl_token_word(t + 1, "WITH"))
        return true;
    d->at++;
    do {
        if (bl_ddl_name(d, name))
            json_array_append_new(named, json_string(name));
        else
            return false;
    } while (bl_ddl_take(d, ","));
    return bl_ddl_expect(d, ")");
}

static bool set_format(struct bl_write *w, const json_t *table)
{
    const json_t *sd = json_object_get(table, "StorageDescriptor");
    const char *delim = bl_document_text(
        json_object_get(json_object_get(sd, "SerdeInfo"), "Parameters"), "field.delim");
    enum bl_hive_format format;
    if (!bl_hive_format(sd, &format, w->d->e))
        return false;
    if (format == BL_HIVE_CSV)
        return bf_err_set(w->d->e, BF_E_INPUT,
                          "NOT_SUPPORTED: bflocal inserts into JSON, delimited text and Parquet");
    w->format = format == BL_HIVE_PARQUET ? BL_WRITE_PARQUET
                : format == BL_HIVE_JSON  ? BL_WRITE_JSON
                                          : BL_WRITE_TEXT;
    snprintf(w->delimiter, sizeof w->delimiter, "%s", delim);
    return true;
}

bool bl_ddl_insert(struct bl_ddl *d)
{
    struct bl_write w = {.d = d, .partition = add_partition};
    struct into t = {.table = NULL};
    json_t *named = json_array();
    size_t i;
    json_t *key;
    d->query = true;
    bool ok = bl_ddl_table_name(d, &t.name) && read_names(d, named);
    w.arg = &t;
    t.table = ok ? bl_ddl_find(d, &t.name) : NULL;
    const json_t *sd = json_object_get(t.table, "StorageDescriptor");
    const char *projection =
        bl_document_text(json_object_get(t.table, "Parameters"), "projection.enabled");
    t.projected = strcasecmp(projection, "true") == 0;
    json_array_foreach(json_object_get(t.table, "PartitionKeys"), i, key)
    {
        if (i < BL_WRITE_KEYS)
            w.keys[w.nkeys++] = bf_str_of(bl_document_text(key, "Name"));
    }

    const struct bl_token *end = d->at;
    while (end->kind != BL_TOKEN_END)
        end++;
    ok = t.table && set_format(&w, t.table) &&
         set_target(&w, bf_str_of(bl_document_text(sd, "Location"))) &&
         collect_into(&w, t.table, named, text_until(d->at, end)) && bl_write_objects(&w) &&
         bl_write_finish(&w);
    json_decref(named);
    json_decref(t.table);
    bl_write_free(&w);
    return ok;
}
