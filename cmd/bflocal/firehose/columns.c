#include "cmd/bflocal/firehose/columns.h"

#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/glue/catalog.h"
#include "cmd/bflocal/http/document.h"
#include "lib/json/doc.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { CATALOG_TEXT = 4096 };

/* ---- the configuration ---- */

static bool read_output(struct bl_columns *c, const json_t *conversion, struct bf_err *e)
{
    const json_t *serializer =
        json_object_get(json_object_get(conversion, "OutputFormatConfiguration"), "Serializer");
    const json_t *parquet = json_object_get(serializer, "ParquetSerDe");
    const char *codec = bl_document_text(parquet, "Compression");
    if (json_object_get(serializer, "OrcSerDe"))
        return bf_err_set(e, BF_E_INPUT, "bflocal's Firehose has no OrcSerDe: it has ParquetSerDe");
    if (!parquet)
        return bf_err_set(e, BF_E_INPUT, "OutputFormatConfiguration: no Serializer is given");
    c->conf.codec = strcmp(codec, "UNCOMPRESSED") == 0 ? BF_PARQUET_NONE
                    : strcmp(codec, "GZIP") == 0       ? BF_PARQUET_GZIP
                                                       : BF_PARQUET_SNAPPY;
    return true;
}

static bool read_input(struct bl_columns *c, const json_t *conversion, struct bf_err *e)
{
    const json_t *d =
        json_object_get(json_object_get(conversion, "InputFormatConfiguration"), "Deserializer");
    const json_t *openx = json_object_get(d, "OpenXJsonSerDe"),
                 *hive = json_object_get(d, "HiveJsonSerDe");
    c->dots = json_is_true(json_object_get(openx, "ConvertDotsInJsonKeysToUnderscores"));
    c->renamed = bf_doc_get_object(openx, "ColumnToJsonKeyMappings");
    if (json_is_false(json_object_get(openx, "CaseInsensitive")))
        return bf_err_set(e, BF_E_INPUT, "bflocal's Firehose has no CaseInsensitive false");
    if (json_array_size(json_object_get(hive, "TimestampFormats")))
        return bf_err_set(e, BF_E_INPUT, "bflocal's Firehose has no TimestampFormats");
    return openx || hive ||
           bf_err_set(e, BF_E_INPUT, "InputFormatConfiguration: no Deserializer is given");
}

bool bl_columns_read(struct bl_columns *c, const json_t *conversion, struct bf_err *e)
{
    const json_t *schema = json_object_get(conversion, "SchemaConfiguration");
    const char *version = bl_document_text(schema, "VersionId");
    *c = (struct bl_columns){.version = -1};
    bf_schema_init(&c->schema);
    bf_buf_init(&c->catalog, CATALOG_TEXT);
    c->on = json_is_object(conversion) && !json_is_false(json_object_get(conversion, "Enabled"));
    if (!c->on)
        return true;
    c->database = bl_document_text(schema, "DatabaseName");
    c->table = bl_document_text(schema, "TableName");
    if (*version && strcasecmp(version, "LATEST") != 0)
        c->version = strtoll(version, NULL, 10);
    if (!*c->database || !*c->table)
        return bf_err_set(e, BF_E_INPUT,
                          "SchemaConfiguration: DatabaseName and TableName are required");
    c->conf.only = true; /* a member without a column is passed over, as the SerDe does */
    return read_output(c, conversion, e) && read_input(c, conversion, e);
}

void bl_columns_free(struct bl_columns *c)
{
    if (c->schema.arena.max)
        bf_schema_free(&c->schema);
    bf_buf_free(&c->catalog);
    *c = (struct bl_columns){0};
}

/* ---- the table ---- */

static bool add_column(struct bl_columns *c, const json_t *column, struct bf_err *e)
{
    struct bf_str type = bf_doc_get_text(column, "Type"), name;
    struct bf_type t;
    if (bf_str_starts(type, BF_STR("char(")) || bf_str_starts(type, BF_STR("varchar(")))
        type = BF_STR("string");
    if (!bf_arena_copy(&c->schema.arena, bf_doc_get_text(column, "Name"), &name) ||
        !bf_arena_copy(&c->schema.arena, type, &type))
        return bf_err_nomem(e);
    return (bf_type_parse(&c->schema.arena, type, &t, e) &&
            bf_schema_add(&c->schema, name, &t, e)) ||
           bf_err_ctx(e, "column %.*s", BF_SHOWN(name));
}

bool bl_columns_load(struct bl_columns *c, struct bl_local *l, struct bf_err *e)
{
    bf_schema_free(&c->schema);
    bf_schema_init(&c->schema);
    bl_store_lock(&l->store);
    json_t *table = bl_catalog_table(&l->store, c->database, c->table, c->version);
    bl_store_unlock(&l->store);
    if (!table)
        return bf_err_set(e, BF_E_NOTFOUND, "there is no table %.60s.%.60s in Glue", c->database,
                          c->table);
    const json_t *columns =
        bf_doc_get_array(json_object_get(table, "StorageDescriptor"), "Columns");
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_size(columns); i++)
        ok = add_column(c, json_array_get(columns, i), e);
    if (ok && !c->schema.n)
        ok = bf_err_set(e, BF_E_INPUT, "it has no columns");
    bf_buf_reset(&c->catalog);
    bf_buf_lit(&c->catalog, "{\"catalogId\":\"" BL_ACCOUNT "\",\"databaseName\":");
    bf_json_put_string(&c->catalog, bf_str_of(c->database));
    bf_buf_lit(&c->catalog, ",\"tableName\":");
    bf_json_put_string(&c->catalog, bf_str_of(c->table));
    bf_buf_addf(&c->catalog, ",\"region\":\"%s\",\"versionId\":\"%s\",\"catalogArn\":null}",
                l->region, c->version < 0 ? "LATEST" : bl_document_text(table, "VersionId"));
    json_decref(table);
    c->conf.schema = &c->schema;
    return ok || bf_err_ctx(e, "table %.60s.%.60s", c->database, c->table);
}

/* ---- a row ---- */

/* The column that the mapping gives this member; NULL: none. */
static const char *mapped(const struct bl_columns *c, struct bf_str name)
{
    const char *column;
    json_t *v;
    json_object_foreach(c->renamed, column,
                        v) if (json_is_string(v) &&
                               bf_str_eq(name, bf_str_of(json_string_value(v)))) return column;
    return NULL;
}

static bool needs_name(const struct bl_columns *c, struct bf_str name)
{
    return (c->dots && memchr(name.p, '.', name.n)) || (c->renamed && mapped(c, name));
}

static void put_name(const struct bl_columns *c, struct bf_str name, struct bf_buf *out)
{
    const char *column = c->renamed ? mapped(c, name) : NULL;
    if (column) {
        bf_buf_adds(out, bf_str_of(column));
        return;
    }
    for (size_t i = 0; i < name.n; i++)
        bf_buf_addc(out, c->dots && name.p[i] == '.' ? '_' : name.p[i]);
}

/* Walks over the members, whose names Parquet's columns match in any case; with `out`, writes them with their new names. */
static bool walk(const struct bl_columns *c, struct bf_str record, struct bf_buf *out, bool *other,
                 struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    const char *between = "{";
    bf_json_init(&j, record);
    *other = false;
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(&j, &v, e))
            return false;
        *other = *other || needs_name(c, key.text);
        if (!out)
            continue;
        bf_buf_addf(out, "%s\"", between);
        put_name(c, key.text, out);
        bf_buf_lit(out, "\":");
        bf_buf_adds(out, v.raw);
        between = ",";
    }
    if (out)
        bf_buf_adds(out, *between == '{' ? BF_STR("{}") : BF_STR("}"));
    return more == BF_JSON_END && bf_json_end(&j, e);
}

bool bl_columns_row(const struct bl_columns *c, struct bf_str record, struct bf_buf *room,
                    struct bf_str *row, struct bf_err *e)
{
    bool other;
    *row = bf_str_trim(record);
    if (!walk(c, *row, NULL, &other, e))
        return false;
    if (!other)
        return true;
    bf_buf_reset(room);
    if (!walk(c, *row, room, &other, e) || !bf_buf_check(room, "a row", e))
        return false;
    *row = bf_buf_view(room);
    return true;
}
