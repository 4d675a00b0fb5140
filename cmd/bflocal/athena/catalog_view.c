/* Databases and tables, as Athena's own operations show the catalog. */
#include <stdio.h>

#include "cmd/bflocal/athena/athena.h"

static bool missing(struct bl_call *c, const char *what, const char *name)
{
    return bl_fail_with(c, BL_MetadataException, BF_STR(""),
                        "%s %.250s not found (Service: AmazonDataCatalog; Error Code: "
                        "EntityNotFoundException)",
                        what, name);
}

static json_t *catalog(void)
{
    return json_pack("{s:s,s:s,s:s,s:{s:s}}", "Name", "AwsDataCatalog", "Type", "GLUE",
                     "Description", "bflocal's Glue", "Parameters", "catalog-id", BL_ACCOUNT);
}

bool bl_athena_get_catalog(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    char name[64] = "";
    bool ok = body && bl_document_fold(bl_document_text(body, "Name"), name, sizeof name) &&
              strcmp(name, "awsdatacatalog") == 0;
    if (body && !ok)
        bl_athena_fail(c, "INVALID_INPUT", "Catalog %.60s does not exist", name);
    json_decref(body);
    return ok && bl_document_answer(c, json_pack("{s:o}", "DataCatalog", catalog()));
}

bool bl_athena_list_catalogs(struct bl_call *c)
{
    return bl_document_answer(c, json_pack("{s:[{s:s,s:s}]}", "DataCatalogsSummary", "CatalogName",
                                           "AwsDataCatalog", "Type", "GLUE"));
}

static json_t *database(const json_t *d)
{
    json_t *parameters = json_object_get(d, "Parameters");
    json_t *out = json_pack("{s:O,s:o}", "Name", json_object_get(d, "Name"), "Parameters",
                            parameters ? json_deep_copy(parameters) : json_object());
    if (json_object_get(d, "Description"))
        json_object_set(out, "Description", json_object_get(d, "Description"));
    return out;
}

bool bl_athena_get_database(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    if (!body)
        return false;
    const char *name = bl_document_text(body, "DatabaseName");
    bl_store_lock(c->store);
    json_t *d = bl_catalog_database(c->store, name);
    bl_store_unlock(c->store);
    bool ok = d ? bl_document_answer(c, json_pack("{s:o}", "Database", database(d)))
                : missing(c, "Database", name);
    json_decref(d);
    json_decref(body);
    return ok;
}

bool bl_athena_list_databases(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *out = json_array(), *d;
    size_t i;
    bl_store_lock(c->store);
    json_t *list = bl_catalog_databases(c->store, "", INT32_MAX);
    bl_store_unlock(c->store);
    json_array_foreach(list, i, d)
    {
        json_array_append_new(out, database(d));
    }

    json_decref(list);
    bool ok = body && bl_document_answer(c, json_pack("{s:O}", "DatabaseList", out));
    json_decref(out);
    json_decref(body);
    return ok;
}

static json_t *columns(const json_t *list)
{
    json_t *out = json_array(), *column;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)list, i, column)
    {
        json_t *one = json_pack("{s:O,s:O}", "Name", json_object_get(column, "Name"), "Type",
                                json_object_get(column, "Type"));
        if (json_object_get(column, "Comment"))
            json_object_set(one, "Comment", json_object_get(column, "Comment"));
        json_array_append_new(out, one);
    }
    return out;
}

/* What Glue keeps in the StorageDescriptor stands among the parameters. */
static json_t *table(const json_t *t)
{
    const json_t *sd = json_object_get(t, "StorageDescriptor"),
                 *serde = json_object_get(sd, "SerdeInfo");
    json_t *parameters = json_object(), *v;
    const char *key;
    json_object_update(parameters, json_object_get(t, "Parameters"));
    json_object_foreach(json_object_get(serde, "Parameters"), key, v)
    {
        char name[300];
        snprintf(name, sizeof name, "serde.param.%.280s", key);
        json_object_set(parameters, name, v);
    }
    static const char *const members[][2] = {
        {"Location", "location"}, {"InputFormat", "inputformat"}, {"OutputFormat", "outputformat"}};
    for (size_t i = 0; i < BF_COUNT(members); i++)
        if (json_object_get(sd, members[i][0]))
            json_object_set(parameters, members[i][1], json_object_get(sd, members[i][0]));
    if (json_object_get(serde, "SerializationLibrary"))
        json_object_set(parameters, "serde.serialization.lib",
                        json_object_get(serde, "SerializationLibrary"));
    return json_pack("{s:O,s:O,s:s,s:o,s:o,s:o}", "Name", json_object_get(t, "Name"), "CreateTime",
                     json_object_get(t, "CreateTime"), "TableType",
                     bl_document_text(t, "TableType"), "Columns",
                     columns(json_object_get(sd, "Columns")), "PartitionKeys",
                     columns(json_object_get(t, "PartitionKeys")), "Parameters", parameters);
}

bool bl_athena_get_table(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    if (!body)
        return false;
    const char *name = bl_document_text(body, "TableName");
    bl_store_lock(c->store);
    json_t *t = bl_catalog_table(c->store, bl_document_text(body, "DatabaseName"), name, -1);
    bl_store_unlock(c->store);
    bool ok = t ? bl_document_answer(c, json_pack("{s:o}", "TableMetadata", table(t)))
                : missing(c, "Table", name);
    json_decref(t);
    json_decref(body);
    return ok;
}

bool bl_athena_list_tables(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *out = json_array(), *t;
    size_t i;
    if (!body)
        return false;
    const char *name = bl_document_text(body, "DatabaseName");
    bl_store_lock(c->store);
    json_t *d = bl_catalog_database(c->store, name),
           *list = bl_catalog_tables(c->store, name, "", INT32_MAX);
    bl_store_unlock(c->store);
    json_array_foreach(list, i, t)
    {
        json_array_append_new(out, table(t));
    }

    bool ok = d ? bl_document_answer(c, json_pack("{s:O}", "TableMetadataList", out))
                : missing(c, "Database", name);
    json_decref(d);
    json_decref(list);
    json_decref(out);
    json_decref(body);
    return ok;
}
