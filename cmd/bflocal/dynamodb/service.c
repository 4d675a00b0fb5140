/* DynamoDB: the table of its operations, and its tables as the process starts. */
#include "cmd/bflocal/dynamodb/service.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/dynamodb/index.h"
#include "cmd/bflocal/dynamodb/stream.h"
#include "cmd/bflocal/http/control.h"

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

static struct bl_table *load_table(sqlite3_stmt *q)
{
    struct bl_table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->row = sqlite3_column_int64(q, 0);
    bl_column_copy(q, 1, t->name, sizeof t->name);
    t->created_ms = sqlite3_column_int64(q, 2);
    bl_column_copy(q, 3, t->key[0].name, sizeof t->key[0].name);
    t->key[0].type = (enum bl_type)sqlite3_column_int(q, 4);
    bl_column_copy(q, 5, t->key[1].name, sizeof t->key[1].name);
    t->key[1].type = (enum bl_type)sqlite3_column_int(q, 6);
    t->nkeys = (unsigned)sqlite3_column_int(q, 7);
    t->on_demand = sqlite3_column_int(q, 8);
    t->deletion_protection = sqlite3_column_int(q, 9);
    t->read_units = sqlite3_column_int64(q, 10);
    t->write_units = sqlite3_column_int64(q, 11);
    t->view = (enum bl_view)sqlite3_column_int(q, 12);
    bl_column_copy(q, 13, t->label, sizeof t->label);
    for (int i = 0; i < BL_DESTINATIONS; i++) {
        bl_column_copy(q, 14 + i, t->destination[i], sizeof t->destination[i]);
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

static bool load_tables(struct bl_local *l)
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
    if (!bl_store_exec(&l->store, schema, e) || !bl_stream_open(&l->store, e))
        return false;
    bl_store_lock(&l->store);
    bool ok = load_tables(l) && bl_indexes_load(l) && bl_settings_load(l);
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

/* POST /_bflocal/ttl?table=T deletes the items that have expired (without table: of all); {"expired":...} */
static void control_expire(struct bl_call *c)
{
    struct bf_err e = {0};
    uint64_t n;
    if (!bl_ddb_expire(c, bl_query(c, "table"), &n, &e)) {
        bl_control_fail(c, e.code == BF_E_INPUT ? 400 : 500, e.text);
        return;
    }
    bl_control_answer(c, 200);
    bf_buf_addf(&c->ans.body, "{\"expired\":%llu}\n", (unsigned long long)n);
}

static const struct bl_control controls[] = {{"POST", "ttl", control_expire}};

static const struct bl_op operations[] = {
    {"BatchGetItem", bl_ddb_batch_get, BL_CAN_PARTIAL},
    {"BatchWriteItem", bl_ddb_batch_write, BL_CAN_PARTIAL},
    {"CreateTable", bl_ddb_create_table, 0},
    {"DeleteItem", bl_ddb_delete_item, 0},
    {"DeleteTable", bl_ddb_delete_table, 0},
    {"DescribeContinuousBackups", bl_ddb_describe_backups, 0},
    {"DescribeKinesisStreamingDestination", bl_ddb_describe_kinesis, 0},
    {"DescribeTable", bl_ddb_describe_table, 0},
    {"DescribeTimeToLive", bl_ddb_describe_ttl, 0},
    {"DisableKinesisStreamingDestination", bl_ddb_disable_kinesis, 0},
    {"EnableKinesisStreamingDestination", bl_ddb_enable_kinesis, 0},
    {"GetItem", bl_ddb_get_item, 0},
    {"ListTables", bl_ddb_list_tables, 0},
    {"ListTagsOfResource", bl_ddb_list_tags, 0},
    {"PutItem", bl_ddb_put_item, 0},
    {"Query", bl_ddb_query, 0},
    {"Scan", bl_ddb_scan, 0},
    {"TagResource", bl_ddb_tag, 0},
    {"TransactGetItems", bl_ddb_transact_get, 0},
    {"TransactWriteItems", bl_ddb_transact_write, 0},
    {"UpdateItem", bl_ddb_update_item, 0},
    {"UntagResource", bl_ddb_untag, 0},
    {"UpdateTable", bl_ddb_update_table, 0},
    {"UpdateTimeToLive", bl_ddb_update_ttl, 0},
};

const struct bl_service bl_service_dynamodb = {
    .title = "DynamoDB",
    .name = "dynamodb",
    .variable = "DYNAMODB",
    .signing = "dynamodb",
    .target = "DynamoDB_20120810.",
    .content_type = "application/x-amz-json-1.0",
    .error_prefix = "com.amazonaws.dynamodb.v20120810#",
    .coral = true,
    .crc32 = true,
    .throttled_error = BL_ProvisionedThroughputExceededException,
    .throttled = "The level of configured provisioned throughput for the table was exceeded. "
                 "Consider increasing your provisioning level with the UpdateTable API.",
    .max_body = 17 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .controls = controls,
    .ncontrols = BF_COUNT(controls),
    .open = open_ddb,
    .close = close_ddb,
};
