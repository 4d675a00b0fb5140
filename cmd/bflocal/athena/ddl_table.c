/* Databases and tables: CREATE, DROP. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/athena/ddl.h"

static bool if_not_exists(struct bl_ddl *d, bool *given)
{
    *given = bl_ddl_word(d, "IF");
    return !*given || (bl_ddl_expect_word(d, "NOT") && bl_ddl_expect_word(d, "EXISTS"));
}

static bool if_exists(struct bl_ddl *d, bool *given)
{
    *given = bl_ddl_word(d, "IF");
    return !*given || bl_ddl_expect_word(d, "EXISTS");
}

static bool set_string(struct bl_ddl *d, json_t *object, const char *member)
{
    json_t *v = bl_ddl_string_value(d);
    if (v)
        json_object_set_new(object, member, v);
    return v != NULL;
}

static bool database_clauses(struct bl_ddl *d, json_t *input)
{
    for (;;) {
        if (bl_ddl_word(d, "COMMENT")) {
            if (!set_string(d, input, "Description"))
                return false;
        } else if (bl_ddl_word(d, "LOCATION")) {
            if (!set_string(d, input, "LocationUri"))
                return false;
        } else if (bl_ddl_word(d, "WITH")) {
            json_t *p = json_object();
            json_object_set_new(input, "Parameters", p);
            if (!bl_ddl_expect_word(d, "DBPROPERTIES") || !bl_ddl_properties(d, p))
                return false;
        } else
            return bl_ddl_end(d);
    }
}

bool bl_ddl_create_database(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    char name[BL_CATALOG_NAME];
    bool quiet;
    json_t *input = json_object();
    bool ok = if_not_exists(d, &quiet) && bl_ddl_name(d, name) && database_clauses(d, input);
    if (ok) {
        json_object_set_new(input, "Name", json_string(name));
        ok = bl_ddl_begin(d);
    }
    if (ok) {
        enum bl_catalog_verdict v =
            bl_catalog_create_database(s, input, bl_now_ms(d->x->athena->local));
        ok = bl_ddl_settle(d, v == BL_CATALOG_EXISTS && quiet ? BL_CATALOG_DONE : v, name);
    }
    json_decref(input);
    return ok && bl_ddl_done(d);
}

bool bl_ddl_drop_database(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    char name[BL_CATALOG_NAME];
    bool quiet;
    if (!if_exists(d, &quiet) || !bl_ddl_name(d, name))
        return false;
    bool cascade = bl_ddl_word(d, "CASCADE");
    if (!cascade)
        (void)bl_ddl_word(d, "RESTRICT");
    if (!bl_ddl_end(d) || !bl_ddl_begin(d))
        return false;
    if (!cascade && bl_catalog_has_tables(s, name)) {
        bl_store_rollback(s);
        return bf_err_set(
            d->e, BF_E_INPUT,
            "FAILED: Execution Error, return code 1. InvalidOperationException(message:"
            "Database %s is not empty. One or more tables exist.)",
            name);
    }
    enum bl_catalog_verdict v = bl_catalog_delete_database(s, name);
    return bl_ddl_settle(d, v == BL_CATALOG_NO_DATABASE && quiet ? BL_CATALOG_DONE : v, name) &&
           bl_ddl_done(d);
}

#define HADOOP "org.apache.hadoop."
static const struct {
    const char *name, *input, *output, *serde;
} formats[] = {
    {"TEXTFILE", HADOOP "mapred.TextInputFormat", HADOOP "hive.ql.io.HiveIgnoreKeyTextOutputFormat",
     HADOOP "hive.serde2.lazy.LazySimpleSerDe"},
    {"PARQUET", HADOOP "hive.ql.io.parquet.MapredParquetInputFormat",
     HADOOP "hive.ql.io.parquet.MapredParquetOutputFormat",
     HADOOP "hive.ql.io.parquet.serde.ParquetHiveSerDe"},
    {"ORC", HADOOP "hive.ql.io.orc.OrcInputFormat", HADOOP "hive.ql.io.orc.OrcOutputFormat",
     HADOOP "hive.ql.io.orc.OrcSerde"},
    {"AVRO", HADOOP "hive.ql.io.avro.AvroContainerInputFormat",
     HADOOP "hive.ql.io.avro.AvroContainerOutputFormat", HADOOP "hive.serde2.avro.AvroSerDe"},
};

static void set_default(json_t *object, const char *member, const char *value)
{
    if (!json_object_get(object, member))
        json_object_set_new(object, member, json_string(value));
}

bool bl_ddl_stored_as(const char *format, json_t *sd)
{
    for (size_t i = 0; i < BF_COUNT(formats); i++)
        if (strcasecmp(format, formats[i].name) == 0) {
            set_default(sd, "InputFormat", formats[i].input);
            set_default(sd, "OutputFormat", formats[i].output);
            set_default(json_object_get(sd, "SerdeInfo"), "SerializationLibrary", formats[i].serde);
            return true;
        }
    return false;
}

/* DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\' ... */
static bool delimited(struct bl_ddl *d, json_t *p)
{
    static const struct {
        const char *first, *second, *property;
    } parts[] = {{"FIELDS", "TERMINATED", "field.delim"},
                 {"COLLECTION", "ITEMS", "colelction.delim"},
                 {"MAP", "KEYS", "mapkey.delim"},
                 {"LINES", "TERMINATED", "line.delim"}};
    for (;;) {
        size_t i = 0;
        while (i < BF_COUNT(parts) && !bl_token_word(d->at, parts[i].first))
            i++;
        if (i < BF_COUNT(parts)) {
            d->at++;
            bool two = i == 1 || i == 2;
            if (!bl_ddl_expect_word(d, parts[i].second) ||
                (two && !bl_ddl_expect_word(d, "TERMINATED")) || !bl_ddl_expect_word(d, "BY") ||
                !set_string(d, p, parts[i].property))
                return false;
            if (i == 0)
                json_object_set(p, "serialization.format", json_object_get(p, "field.delim"));
        } else if (bl_ddl_word(d, "ESCAPED")) {
            if (!bl_ddl_expect_word(d, "BY") || !set_string(d, p, "escape.delim"))
                return false;
        } else if (bl_ddl_word(d, "NULL")) {
            if (!bl_ddl_expect_word(d, "DEFINED") || !bl_ddl_expect_word(d, "AS") ||
                !set_string(d, p, "serialization.null.format"))
                return false;
        } else
            return true;
    }
}

static bool row_format(struct bl_ddl *d, json_t *sd)
{
    json_t *serde = json_object_get(sd, "SerdeInfo"), *p = json_object_get(serde, "Parameters");
    if (!bl_ddl_expect_word(d, "FORMAT"))
        return false;
    if (bl_ddl_word(d, "DELIMITED"))
        return delimited(d, p);
    if (!bl_ddl_expect_word(d, "SERDE") || !set_string(d, serde, "SerializationLibrary"))
        return false;
    return !bl_ddl_word(d, "WITH") ||
           (bl_ddl_expect_word(d, "SERDEPROPERTIES") && bl_ddl_properties(d, p));
}

static bool stored_as(struct bl_ddl *d, json_t *sd)
{
    char format[BL_CATALOG_NAME];
    if (!bl_ddl_expect_word(d, "AS"))
        return false;
    if (bl_ddl_word(d, "INPUTFORMAT"))
        return set_string(d, sd, "InputFormat") && bl_ddl_expect_word(d, "OUTPUTFORMAT") &&
               set_string(d, sd, "OutputFormat");
    const struct bl_token *at = d->at;
    if (!bl_ddl_name(d, format))
        return false;
    if (bl_ddl_stored_as(format, sd))
        return true;
    d->at = at;
    return bl_ddl_unexpected(d);
}

/* The clauses after the columns, in any order. */
static bool table_clauses(struct bl_ddl *d, json_t *input, json_t *sd)
{
    for (;;) {
        bool ok;
        if (bl_ddl_word(d, "COMMENT"))
            ok = set_string(d, json_object_get(input, "Parameters"), "comment");
        else if (bl_ddl_word(d, "PARTITIONED"))
            ok = bl_ddl_expect_word(d, "BY") &&
                 bl_ddl_columns(d, json_object_get(input, "PartitionKeys"));
        else if (bl_ddl_word(d, "ROW"))
            ok = row_format(d, sd);
        else if (bl_ddl_word(d, "STORED"))
            ok = stored_as(d, sd);
        else if (bl_ddl_word(d, "WITH"))
            ok = bl_ddl_expect_word(d, "SERDEPROPERTIES") &&
                 bl_ddl_properties(d,
                                   json_object_get(json_object_get(sd, "SerdeInfo"), "Parameters"));
        else if (bl_ddl_word(d, "LOCATION"))
            ok = set_string(d, sd, "Location");
        else if (bl_ddl_word(d, "TBLPROPERTIES"))
            ok = bl_ddl_properties(d, json_object_get(input, "Parameters"));
        else
            return bl_ddl_end(d);
        if (!ok)
            return false;
    }
}

/* What Athena writes where the statement says nothing. */
static bool complete(struct bl_ddl *d, json_t *input, json_t *sd)
{
    char now[24];
    struct bf_str bucket, key;
    json_t *serde = json_object_get(sd, "SerdeInfo"), *p = json_object_get(input, "Parameters");
    const char *location = bl_document_text(sd, "Location");
    bl_ddl_stored_as("TEXTFILE", sd);
    set_default(json_object_get(serde, "Parameters"), "serialization.format", "1");
    json_object_set_new(p, "EXTERNAL", json_string("TRUE"));
    snprintf(now, sizeof now, "%lld", (long long)(bl_now_ms(d->x->athena->local) / 1000));
    json_object_set_new(p, "transient_lastDdlTime", json_string(now));
    return bl_s3_own_uri(bf_str_of(location), &bucket, &key) ||
           bf_err_set(
               d->e, BF_E_INPUT,
               "FAILED: SemanticException: LOCATION is wanted, an s3:// URI of a folder%s%.200s",
               *location ? ", not " : "", location);
}

static bool same_name(const json_t *columns, const json_t *keys, struct bf_err *e)
{
    for (size_t i = 0; i < json_array_size(columns) + json_array_size(keys); i++)
        for (size_t k = 0; k < i; k++) {
            size_t n = json_array_size(columns);
            const char *a = bl_document_text(i < n ? json_array_get(columns, i)
                                                   : json_array_get(keys, i - n),
                                             "Name"),
                       *b = bl_document_text(k < n ? json_array_get(columns, k)
                                                   : json_array_get(keys, k - n),
                                             "Name");
            if (strcmp(a, b) == 0) {
                bf_err_set(
                    e, BF_E_INPUT,
                    "FAILED: SemanticException [Error 10035]: Column repeated in %s columns: %s",
                    i < n ? "table" : "partitioning", a);
                return true;
            }
        }
    return false;
}

bool bl_ddl_create_table(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    struct bl_ddl_table t = {.name = ""};
    bool quiet;
    json_t *sd = json_pack("{s:[],s:{s:{}},s:i}", "Columns", "SerdeInfo", "Parameters",
                           "NumberOfBuckets", -1);
    json_t *input =
        json_pack("{s:s,s:O,s:[],s:{},s:s}", "TableType", "EXTERNAL_TABLE", "StorageDescriptor", sd,
                  "PartitionKeys", "Parameters", "Owner", "hadoop");
    bool ok =
        if_not_exists(d, &quiet) && bl_ddl_table_name(d, &t) &&
        bl_ddl_columns(d, json_object_get(sd, "Columns")) && table_clauses(d, input, sd) &&
        complete(d, input, sd) &&
        !same_name(json_object_get(sd, "Columns"), json_object_get(input, "PartitionKeys"), d->e);
    if (ok) {
        json_object_set_new(input, "Name", json_string(t.name));
        ok = bl_ddl_begin(d);
    }
    if (ok) {
        enum bl_catalog_verdict v =
            bl_catalog_create_table(s, t.database, input, bl_now_ms(d->x->athena->local));
        ok = bl_ddl_settle(d, v == BL_CATALOG_EXISTS && quiet ? BL_CATALOG_DONE : v,
                           v == BL_CATALOG_NO_DATABASE ? t.database : t.name);
    }
    json_decref(input);
    json_decref(sd);
    return ok && bl_ddl_done(d);
}

bool bl_ddl_drop_table(struct bl_ddl *d)
{
    struct bl_store *s = &d->x->athena->local->store;
    struct bl_ddl_table t = {.name = ""};
    bool quiet;
    if (!if_exists(d, &quiet) || !bl_ddl_table_name(d, &t) || !bl_ddl_end(d) || !bl_ddl_begin(d))
        return false;
    enum bl_catalog_verdict v = bl_catalog_delete_table(s, t.database, t.name);
    return bl_ddl_settle(d, v == BL_CATALOG_NO_TABLE && quiet ? BL_CATALOG_DONE : v, t.name) &&
           bl_ddl_done(d);
}
