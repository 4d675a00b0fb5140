/* DynamoDB: creating, describing, changing, listing and deleting tables. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/ddbtable/stream.h"
#include "cmd/bflocal/ddbtable/table_spec.h"
#include "lib/json/write.h"

void bl_table_put(struct bl_call *c, struct bf_buf *out, const struct bl_table *t,
                  const char *status)
{
    const char *region = c->local->region;
    bool deleted = strcmp(status, "DELETING") == 0; /* then the service says less */
    bf_buf_addc(out, '{');
    if (!deleted) {
        bl_key_attributes_put(out, t);
        bf_buf_addc(out, ',');
        bl_key_schema_put(out, t->key, t->nkeys);
        bf_buf_addf(out, ",\"CreationDateTime\":%lld.%03d,", (long long)(t->created_ms / 1000),
                    (int)(t->created_ms % 1000));
    }
    bf_buf_addf(
        out,
        "\"TableName\":\"%s\",\"TableStatus\":\"%s\","
        "\"ProvisionedThroughput\":{\"NumberOfDecreasesToday\":0,\"ReadCapacityUnits\":%lld,"
        "\"WriteCapacityUnits\":%lld},\"TableSizeBytes\":%lld,\"ItemCount\":%lld,"
        "\"TableArn\":\"arn:aws:dynamodb:%s:" BL_ACCOUNT ":table/"
        "%s\",\"TableId\":\"00000000-0000-4000-8000-%012lld\",\"DeletionProtectionEnabled\":%s",
        t->name, status, (long long)t->read_units, (long long)t->write_units, (long long)t->bytes,
        (long long)t->items, region, t->name, (long long)t->row,
        t->deletion_protection ? "true" : "false");
    if (t->on_demand)
        bf_buf_addf(out,
                    ",\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\","
                    "\"LastUpdateToPayPerRequestDateTime\":%lld.%03d}",
                    (long long)(t->created_ms / 1000), (int)(t->created_ms % 1000));
    if (t->view != BL_VIEW_NONE)
        bf_buf_addf(out,
                    ",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"%s\"}",
                    bl_view_name(t->view));
    if (t->label[0])
        bf_buf_addf(
            out,
            ",\"LatestStreamLabel\":\"%s\",\"LatestStreamArn\":\"arn:aws:dynamodb:%s:" BL_ACCOUNT
            ":table/%s/stream/%s\"",
            t->label, region, t->name, t->label);
    if (!deleted)
        bl_indexes_put(c, out, t);
    bf_buf_addc(out, '}');
}

/* Writes the table's row: a new one if t->row is 0. */
static bool write_row(struct bl_call *c, struct bl_table *t)
{
    sqlite3_stmt *q = bl_sql(
        c->store,
        "INSERT OR REPLACE INTO ddb_table(id,name,created_ms,key0,type0,key1,type1,nkeys,on_demand,"
        "protected,read_units,write_units,view,label,destination0,destination1,micros0,micros1)"
        " VALUES(nullif(?,0),?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    bl_bind_i64(q, 1, t->row);
    bl_bind_text(q, 2, bf_str_of(t->name));
    bl_bind_i64(q, 3, t->created_ms);
    for (int i = 0; i < 2; i++) {
        bl_bind_text(q, 4 + 2 * i, bf_str_of(t->key[i].name));
        bl_bind_i64(q, 5 + 2 * i, t->key[i].type);
        bl_bind_text(q, 15 + i, bf_str_of(t->destination[i]));
        bl_bind_i64(q, 17 + i, t->destination_micros[i]);
    }
    bl_bind_i64(q, 8, t->nkeys);
    bl_bind_i64(q, 9, t->on_demand);
    bl_bind_i64(q, 10, t->deletion_protection);
    bl_bind_i64(q, 11, t->read_units);
    bl_bind_i64(q, 12, t->write_units);
    bl_bind_i64(q, 13, t->view);
    bl_bind_text(q, 14, bf_str_of(t->label));
    bl_run(c->store, q);
    t->row = sqlite3_last_insert_rowid(c->store->db);
    return bl_store_ok(c->store);
}

bool bl_table_save(struct bl_call *c, struct bl_table *t)
{
    int64_t row = t->row;
    bool ok = write_row(c, t);
    if (row)
        t->row = row;
    return ok;
}

/* Ends the transaction of a changed table and its stream, if that changed. Keeps the lock. */
static bool end_change(struct bl_call *c, const struct bl_stream_change *change, bool ok)
{
    struct bf_err e = {0};
    ok = bl_store_settle(c->store, ok, &e);
    bl_ddb_stream_settle(c, change, ok);
    return ok || (c->failed ? false : bl_fail_err(c, &e));
}

bool bl_ddb_create_table(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str name = {NULL, 0};
    struct bl_ddb *d = c->local->ddb;
    struct bf_err e = {0};
    enum bl_view view;
    bool given;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "TableName", &name))
        return false;
    if (!name.p)
        return bl_fail(c, BL_ValidationException,
                       "The parameter 'TableName' is required but was not present in the request");
    if (!bl_table_name_check(c, name) || !bl_spec_settings(c, &p) ||
        !bl_spec_stream(c, &p, &view, &given))
        return false;
    struct bl_table *t = calloc(1, sizeof *t);
    if (!t)
        return bl_fail(c, BL_InternalServerError, "out of memory");
    snprintf(t->name, sizeof t->name, "%.*s", (int)name.n, name.p);
    t->created_ms = c->now_ms;
    bool ok = bl_spec_billing(c, &p, t) && bl_spec_schema(c, &p, t) &&
              bl_param_bool(c, &p, "DeletionProtectionEnabled", &t->deletion_protection);
    if (!ok || !bl_store_begin(c->store, &e)) {
        bl_indexes_free(t);
        free(t);
        return c->failed ? false : bl_fail_err(c, &e);
    }
    if (bl_table_find(c->local, name))
        ok = bl_fail(c, BL_ResourceInUseException, "Table already exists: %s", t->name);
    else if (d->n == BL_TABLES_MAX)
        ok = bl_fail(c, BL_LimitExceededException, "more than %d tables", BL_TABLES_MAX);
    struct bl_stream_change change = {NULL, NULL};
    ok = ok && bl_table_save(c, t) && bl_ddb_stream_set(c, t, view, &change) &&
         bl_table_save(c, t) && bl_indexes_save(c, t) && bl_tags_put(c, &p, t);
    if (ok) {
        bf_buf_lit(&c->ans.body, "{\"TableDescription\":");
        bl_table_put(c, &c->ans.body, t, "CREATING");
        bf_buf_addc(&c->ans.body, '}');
    }
    ok = end_change(c, &change, ok);
    if (ok)
        d->tables[d->n++] = t;
    else {
        bl_indexes_free(t);
        free(t);
    }
    bl_store_unlock(c->store);
    return ok;
}

bool bl_ddb_describe_table(struct bl_call *c)
{
    struct bl_params p;
    if (!bl_params_read(c, &p))
        return false;
    bl_store_lock(c->store);
    const struct bl_table *t = bl_table_manage(c, &p);
    if (t) {
        bf_buf_lit(&c->ans.body, "{\"Table\":");
        bl_table_put(c, &c->ans.body, t, "ACTIVE");
        bf_buf_addc(&c->ans.body, '}');
    }
    bl_store_unlock(c->store);
    return t != NULL;
}

static bool change_stream(struct bl_call *c, struct bl_table *t, enum bl_view view,
                          struct bl_stream_change *change)
{
    if (view != BL_VIEW_NONE && t->view != BL_VIEW_NONE)
        return bl_fail(c, BL_ValidationException,
                       "Table already has an enabled stream: TableName: %s", t->name);
    if (view == BL_VIEW_NONE && t->view == BL_VIEW_NONE)
        return bl_fail(c, BL_ValidationException,
                       "Table already has a disabled stream: TableName: %s", t->name);
    return bl_ddb_stream_set(c, t, view, change);
}

static bool check_update(struct bl_call *c, const struct bl_params *p)
{
    static const char *const known[] = {"BillingMode", "ProvisionedThroughput",
                                        "StreamSpecification", "DeletionProtectionEnabled",
                                        "GlobalSecondaryIndexUpdates"};
    static const char *const unknown[] = {"SSESpecification", "TableClass", "ReplicaUpdates",
                                          "WarmThroughput", "OnDemandThroughput"};
    bool any = false;
    for (size_t i = 0; i < BF_COUNT(known); i++)
        any = any || (bl_param(p, known[i]) && !bf_str_is(bl_param_raw(p, known[i]), "[]"));
    if (!bl_spec_refuse(c, p, unknown, BF_COUNT(unknown)))
        return false;
    return any || bl_fail(c, BL_ValidationException,
                          "At least one of ProvisionedThroughput, BillingMode, "
                          "UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification "
                          "or ReplicaUpdates is required");
}

/* UpdateTable with throughput only must change a value. */
static bool change_billing(struct bl_call *c, const struct bl_params *p, struct bl_table *t)
{
    const struct bl_table old = *t;
    bool units = bl_param(p, "ProvisionedThroughput");
    if (!units && !bl_param(p, "BillingMode"))
        return true;
    if (!bl_spec_billing(c, p, t))
        return false;
    bool same = units && t->on_demand == old.on_demand && t->read_units == old.read_units &&
                t->write_units == old.write_units;
    return !same ||
           bl_fail(c, BL_ValidationException,
                   "The provisioned throughput for the table will not change. The requested value "
                   "equals the current value. Current ReadCapacityUnits provisioned for the table: "
                   "%lld. Requested ReadCapacityUnits: %lld. Current WriteCapacityUnits "
                   "provisioned for the table: %lld. Requested WriteCapacityUnits: %lld. Refer to "
                   "the Amazon DynamoDB Developer Guide for current limits and how to request "
                   "higher limits.",
                   (long long)old.read_units, (long long)t->read_units, (long long)old.write_units,
                   (long long)t->write_units);
}

bool bl_ddb_update_table(struct bl_call *c)
{
    struct bl_params p;
    struct bf_err e = {0};
    enum bl_view view;
    bool given;
    if (!bl_params_read(c, &p) || !check_update(c, &p) || !bl_spec_stream(c, &p, &view, &given))
        return false;
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_table *t = bl_table_manage(c, &p);
    if (!t) {
        bl_store_rollback(c->store);
        return false;
    }
    bl_table_keep(c, t);
    struct bl_stream_change change = {NULL, NULL};
    struct bl_index_change indexes = {NULL, NULL};
    bool ok = change_billing(c, &p, t) && bl_indexes_update(c, &p, t, &indexes) &&
              bl_param_bool(c, &p, "DeletionProtectionEnabled", &t->deletion_protection) &&
              (!given || change_stream(c, t, view, &change)) && bl_table_save(c, t);
    if (ok) {
        bf_buf_lit(&c->ans.body, "{\"TableDescription\":");
        bl_table_put(c, &c->ans.body, t, "UPDATING");
        bf_buf_addc(&c->ans.body, '}');
    }
    ok = end_change(c, &change, ok);
    bl_indexes_settle(t, &indexes, ok);
    bl_store_unlock(c->store);
    return ok;
}

/* Deletes the table from the store, inside a transaction. */
static bool erase_table(struct bl_call *c, struct bl_table *t, struct bl_stream_change *change)
{
    static const char *const statements[] = {"DELETE FROM ddb_item WHERE tbl=?",
                                             "DELETE FROM ddb_setting WHERE tbl=?",
                                             "DELETE FROM ddb_table WHERE id=?"};
    if ((t->view != BL_VIEW_NONE && !bl_ddb_stream_set(c, t, BL_VIEW_NONE, change)) ||
        !bl_indexes_erase(c, t))
        return false;
    for (size_t i = 0; i < BF_COUNT(statements); i++) {
        sqlite3_stmt *q = bl_sql(c->store, statements[i]);
        bl_bind_i64(q, 1, t->row);
        bl_run(c->store, q);
    }
    return bl_store_ok(c->store);
}

/* Frees the table in memory. */
static void forget_table(struct bl_ddb *d, struct bl_table *t)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->tables[i] == t)
            d->tables[i] = d->tables[--d->n];
    bl_indexes_free(t);
    free(t);
}

bool bl_ddb_delete_table(struct bl_call *c)
{
    struct bl_params p;
    struct bf_err e = {0};
    struct bl_stream_change change = {NULL, NULL};
    if (!bl_params_read(c, &p))
        return false;
    if (!bl_store_begin_delete(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_table *t = bl_table_manage(c, &p);
    if (!t || t->deletion_protection) {
        bl_store_rollback(c->store);
        return t ? bl_fail(c, BL_ValidationException,
                           "Resource cannot be deleted as it is currently protected against "
                           "deletion. Disable deletion protection first.")
                 : false;
    }
    bl_table_keep(c, t);
    bf_buf_lit(&c->ans.body, "{\"TableDescription\":");
    bl_table_put(c, &c->ans.body, t, "DELETING");
    bf_buf_addc(&c->ans.body, '}');
    bool ok = end_change(c, &change, erase_table(c, t, &change));
    if (ok)
        forget_table(c->local->ddb, t);
    bl_store_unlock(c->store);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    const struct bl_table *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

bool bl_ddb_list_tables(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str after = {NULL, 0};
    int64_t limit = 100;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ExclusiveStartTableName", &after) ||
        !bl_param_int(c, &p, "Limit", &limit))
        return false;
    struct bl_ddb *d = c->local->ddb;
    struct bf_buf *out = &c->ans.body;
    bl_store_lock(c->store);
    qsort(d->tables, d->n, sizeof *d->tables, by_name);
    size_t i = 0, first;
    while (after.p && i < d->n && bf_str_cmp(bf_str_of(d->tables[i]->name), after) <= 0)
        i++;
    bf_buf_lit(out, "{\"TableNames\":[");
    for (first = i; i < d->n && limit-- > 0; i++)
        bf_buf_addf(out, "%s\"%s\"", i > first ? "," : "", d->tables[i]->name);
    bf_buf_addc(out, ']');
    if (i < d->n)
        bf_buf_addf(out, ",\"LastEvaluatedTableName\":\"%s\"", d->tables[i - 1]->name);
    bf_buf_addc(out, '}');
    bl_store_unlock(c->store);
    return true;
}
