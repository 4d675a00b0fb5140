/* DynamoDB: the table of its operations, and its tables as the process starts. */
#include "cmd/bflocal/dynamodb/index.h"

#include <stdio.h>
#include <stdlib.h>

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS ddb_table(id INTEGER PRIMARY KEY, name TEXT UNIQUE, created_ms "
    "INTEGER,"
    " key0 TEXT, type0 INTEGER, key1 TEXT, type1 INTEGER, nkeys INTEGER, on_demand INTEGER, "
    "protected INTEGER,"
    " read_units INTEGER, write_units INTEGER, view INTEGER, label TEXT,"
    " destination0 TEXT, destination1 TEXT, micros0 INTEGER, micros1 INTEGER);"
    "CREATE TABLE IF NOT EXISTS ddb_item(tbl INTEGER, hash BLOB, range BLOB, bytes INTEGER, item "
    "TEXT,"
    " PRIMARY KEY(tbl, hash, range)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS ddb_index(id INTEGER PRIMARY KEY, tbl INTEGER, name TEXT, "
    "global INTEGER,"
    " key0 TEXT, type0 INTEGER, key1 TEXT, type1 INTEGER, nkeys INTEGER, projected INTEGER, "
    "included BLOB,"
    " nincluded INTEGER, read_units INTEGER, write_units INTEGER);"
    "CREATE TABLE IF NOT EXISTS ddb_entry(idx INTEGER, hash BLOB, range BLOB, base_hash BLOB, "
    "base_range BLOB,"
    " PRIMARY KEY(idx, hash, range, base_hash, base_range)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS ddb_setting(tbl INTEGER, name TEXT, value TEXT, PRIMARY KEY(tbl, "
    "name)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS ddb_token(token TEXT PRIMARY KEY, digest BLOB, at_ms INTEGER);"
    "CREATE INDEX IF NOT EXISTS ddb_token_time ON ddb_token(at_ms);";

static bool is_arn(struct bf_str name)
{
    return bf_str_starts(name, BF_STR("arn:"));
}

struct bl_table *bl_table_find(const struct bl_local *l, struct bf_str name)
{
    const struct bl_ddb *d = l->ddb;
    if (is_arn(name)) /* another account has tables of the same names */
        name = bl_arn_own(l, name, "dynamodb", "table");
    for (size_t i = 0; i < d->n; i++)
        if (bf_str_eq(bf_str_of(d->tables[i]->name), name))
            return d->tables[i];
    return NULL;
}

static bool name_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           ch == '_' || ch == '.' || ch == '-';
}

bool bl_table_name_check(struct bl_call *c, struct bf_str name)
{
    bool good = true;
    for (size_t i = 0; i < name.n; i++)
        good = good && name_char(name.p[i]);
    if (good && name.n >= 3 && name.n <= 255)
        return true;
    return bl_fail(
        c, BL_ValidationException,
        "1 validation error detected: Value '%.*s' at 'tableName' failed to satisfy constraint: %s",
        (int)(name.n > 255 ? 255 : name.n), name.p ? name.p : "",
        !good        ? "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        : name.n > 3 ? "Member must have length less than or equal to 255"
                     : "Member must have length greater than or equal to 3");
}

/* Another account's table, which only its ARN can name. */
static bool deny(struct bl_call *c, struct bf_str arn)
{
    return bl_fail(c, BL_AccessDeniedException,
                   "User: arn:aws:iam::" BL_ACCOUNT ":user/bflocal is not authorized to perform: "
                   "dynamodb:%s on resource: %.*s because no resource-based policy allows the "
                   "dynamodb:%s action",
                   c->op_name, (int)(arn.n > 400 ? 400 : arn.n), arn.p, c->op_name);
}

struct bl_table *bl_table_named(struct bl_call *c, struct bf_str name)
{
    struct bl_table *t = bl_table_find(c->local, name);
    if (t)
        return t;
    if (is_arn(name) && !bl_arn_own(c->local, name, "dynamodb", "table").p)
        deny(c, name);
    else if (!is_arn(name) && !bl_table_name_check(c, name))
        return NULL;
    else if (strstr(c->op_name, "Table") || strstr(c->op_name, "Kinesis"))
        bl_fail(c, BL_ResourceNotFoundException,
                "Requested resource not found: Table: %.*s not found",
                (int)(name.n > 255 ? 255 : name.n), name.p);
    else
        bl_fail(c, BL_ResourceNotFoundException, "Requested resource not found");
    return NULL;
}

struct bl_table *bl_table_param(struct bl_call *c, const struct bl_params *p)
{
    struct bf_str name = {NULL, 0};
    if (!bl_param_string(c, p, "TableName", &name))
        return NULL;
    if (name.p)
        return bl_table_named(c, name);
    bl_fail(c, BL_ValidationException,
            "1 validation error detected: Value null at 'tableName' failed to satisfy "
            "constraint: Member must not be "
            "null");
    return NULL;
}

const char *bl_view_name(enum bl_view view)
{
    static const char *const names[] = {"", "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE",
                                        "NEW_AND_OLD_IMAGES"};
    return names[view];
}

static void copy_column(char *out, size_t size, sqlite3_stmt *q, int i)
{
    const char *text = (const char *)sqlite3_column_text(q, i);
    snprintf(out, size, "%s", text ? text : "");
}

static struct bl_table *load_table(sqlite3_stmt *q)
{
    struct bl_table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->row = sqlite3_column_int64(q, 0);
    copy_column(t->name, sizeof t->name, q, 1);
    t->created_ms = sqlite3_column_int64(q, 2);
    copy_column(t->key[0].name, sizeof t->key[0].name, q, 3);
    t->key[0].type = (enum bl_type)sqlite3_column_int(q, 4);
    copy_column(t->key[1].name, sizeof t->key[1].name, q, 5);
    t->key[1].type = (enum bl_type)sqlite3_column_int(q, 6);
    t->nkeys = (unsigned)sqlite3_column_int(q, 7);
    t->on_demand = sqlite3_column_int(q, 8);
    t->deletion_protection = sqlite3_column_int(q, 9);
    t->read_units = sqlite3_column_int64(q, 10);
    t->write_units = sqlite3_column_int64(q, 11);
    t->view = (enum bl_view)sqlite3_column_int(q, 12);
    copy_column(t->label, sizeof t->label, q, 13);
    for (int i = 0; i < BL_DESTINATIONS; i++) {
        copy_column(t->destination[i], sizeof t->destination[i], q, 14 + i);
        t->destination_micros[i] = sqlite3_column_int(q, 16 + i);
    }
    return t;
}

/* Items and bytes of each table, as stored. */
static void count_items(struct bl_store *store, struct bl_ddb *d)
{
    for (size_t i = 0; i < d->n; i++) {
        sqlite3_stmt *q = bl_sql(store, "SELECT count(*), total(bytes) FROM ddb_item WHERE tbl=?");
        bl_bind_i64(q, 1, d->tables[i]->row);
        if (bl_step(store, q)) {
            d->tables[i]->items = sqlite3_column_int64(q, 0);
            d->tables[i]->bytes = sqlite3_column_int64(q, 1);
            sqlite3_reset(q);
        }
    }
}

static bool load(struct bl_local *l)
{
    struct bl_ddb *d = l->ddb;
    sqlite3_stmt *q = bl_sql(
        &l->store,
        "SELECT id,name,created_ms,key0,type0,key1,type1,nkeys,on_demand,protected,read_units,"
        "write_units,view,label,destination0,destination1,micros0,micros1 FROM ddb_table ORDER BY "
        "name");
    while (bl_step(&l->store, q)) {
        if (d->n == BL_TABLES_MAX || !(d->tables[d->n] = load_table(q)))
            return false;
        d->n++;
    }
    count_items(&l->store, d);
    return bl_store_ok(&l->store);
}

static bool open_ddb(struct bl_local *l, struct bf_err *e)
{
    l->ddb = calloc(1, sizeof *l->ddb);
    if (!l->ddb)
        return bf_err_nomem(e);
    if (!bl_store_exec(&l->store, schema, e))
        return false;
    bl_store_lock(&l->store);
    bool ok = load(l) && bl_indexes_load(l) && bl_settings_load(l);
    if (!ok)
        bf_err_set(e, BF_E_IO, "DynamoDB: the stored tables cannot be read: %.200s",
                   l->store.err.text);
    ok = ok && bl_ddb_streams_load(l, e);
    bl_store_unlock(&l->store);
    return ok;
}

static void close_ddb(struct bl_local *l)
{
    if (!l->ddb)
        return;
    bl_ddb_streams_free(l->ddb);
    for (size_t i = 0; i < l->ddb->n; i++) {
        bl_indexes_free(l->ddb->tables[i]);
        free(l->ddb->tables[i]);
    }
    free(l->ddb);
    l->ddb = NULL;
}

static const struct bl_op operations[] = {
    {"BatchGetItem", bl_ddb_batch_get},
    {"BatchWriteItem", bl_ddb_batch_write},
    {"CreateTable", bl_ddb_create_table},
    {"DeleteItem", bl_ddb_delete_item},
    {"DeleteTable", bl_ddb_delete_table},
    {"DescribeContinuousBackups", bl_ddb_describe_backups},
    {"DescribeKinesisStreamingDestination", bl_ddb_describe_kinesis},
    {"DescribeTable", bl_ddb_describe_table},
    {"DescribeTimeToLive", bl_ddb_describe_ttl},
    {"DisableKinesisStreamingDestination", bl_ddb_disable_kinesis},
    {"EnableKinesisStreamingDestination", bl_ddb_enable_kinesis},
    {"GetItem", bl_ddb_get_item},
    {"ListTables", bl_ddb_list_tables},
    {"ListTagsOfResource", bl_ddb_list_tags},
    {"PutItem", bl_ddb_put_item},
    {"Query", bl_ddb_query},
    {"Scan", bl_ddb_scan},
    {"TagResource", bl_ddb_tag},
    {"TransactGetItems", bl_ddb_transact_get},
    {"TransactWriteItems", bl_ddb_transact_write},
    {"UpdateItem", bl_ddb_update_item},
    {"UntagResource", bl_ddb_untag},
    {"UpdateTable", bl_ddb_update_table},
    {"UpdateTimeToLive", bl_ddb_update_ttl},
};

const struct bl_service bl_service_dynamodb = {
    .name = "dynamodb",
    .signing = "dynamodb",
    .target = "DynamoDB_20120810.",
    .content_type = "application/x-amz-json-1.0",
    .error_prefix = "com.amazonaws.dynamodb.v20120810#",
    .coral = true,
    .crc32 = true,
    .max_body = 17 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .open = open_ddb,
    .close = close_ddb,
};
