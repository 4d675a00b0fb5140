/* DynamoDB: the rows of secondary indexes. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/dynamodb/index.h"

bool bl_index_save(struct bl_call *c, struct bl_index *x, int64_t table)
{
    size_t used = 0;
    for (size_t i = 0; i < x->nincluded; i++)
        used += strlen(x->included + used) + 1;
    sqlite3_stmt *q = bl_sql(
        c->store, "INSERT OR REPLACE INTO ddb_index(id,tbl,name,global,key0,type0,key1,type1,nkeys,"
                  "projected,included,nincluded,read_units,write_units)"
                  " VALUES(nullif(?,0),?,?,?,?,?,?,?,?,?,?,?,?,?)");
    bl_bind_i64(q, 1, x->row);
    bl_bind_i64(q, 2, table);
    bl_bind_text(q, 3, bf_str_of(x->name));
    bl_bind_i64(q, 4, x->global);
    for (int i = 0; i < 2; i++) {
        bl_bind_text(q, 5 + 2 * i, bf_str_of(x->key[i].name));
        bl_bind_i64(q, 6 + 2 * i, x->key[i].type);
    }
    bl_bind_i64(q, 9, x->nkeys);
    bl_bind_i64(q, 10, x->projected);
    bl_bind_blob(q, 11, bf_str(x->included, used));
    bl_bind_i64(q, 12, (int64_t)x->nincluded);
    bl_bind_i64(q, 13, x->read_units);
    bl_bind_i64(q, 14, x->write_units);
    bl_run(c->store, q);
    if (!x->row)
        x->row = sqlite3_last_insert_rowid(c->store->db);
    return bl_store_ok(c->store);
}

bool bl_indexes_save(struct bl_call *c, struct bl_table *t)
{
    for (struct bl_index *x = t->indexes; x; x = x->next)
        if (!bl_index_save(c, x, t->row))
            return false;
    return true;
}

bool bl_index_erase(struct bl_call *c, const struct bl_index *x)
{
    static const char *const statements[] = {"DELETE FROM ddb_entry WHERE idx=?",
                                             "DELETE FROM ddb_index WHERE id=?"};
    for (size_t i = 0; i < BF_COUNT(statements); i++) {
        sqlite3_stmt *q = bl_sql(c->store, statements[i]);
        bl_bind_i64(q, 1, x->row);
        bl_run(c->store, q);
    }
    return bl_store_ok(c->store);
}

bool bl_indexes_erase(struct bl_call *c, const struct bl_table *t)
{
    for (const struct bl_index *x = t->indexes; x; x = x->next)
        if (!bl_index_erase(c, x))
            return false;
    return true;
}

int64_t bl_index_count(struct bl_call *c, const struct bl_index *x)
{
    int64_t n = 0;
    sqlite3_stmt *q = bl_sql(c->store, "SELECT count(*) FROM ddb_entry WHERE idx=?");
    bl_bind_i64(q, 1, x->row);
    if (bl_step(c->store, q))
        n = bl_column_i64(q, 0);
    bl_done(q);
    return n;
}

static bool load_index(sqlite3_stmt *q, struct bl_index *x)
{
    struct bf_str included = bl_column_blob(q, 10);
    x->row = bl_column_i64(q, 0);
    bl_column_copy(q, 2, x->name, sizeof x->name);
    x->global = bl_column_i64(q, 3) != 0;
    for (int i = 0; i < 2; i++) {
        bl_column_copy(q, 4 + 2 * i, x->key[i].name, sizeof x->key[i].name);
        x->key[i].type = (enum bl_type)bl_column_i64(q, 5 + 2 * i);
    }
    x->nkeys = (unsigned)bl_column_i64(q, 8);
    x->projected = (enum bl_projected)bl_column_i64(q, 9);
    x->nincluded = (size_t)bl_column_i64(q, 11);
    x->read_units = bl_column_i64(q, 12);
    x->write_units = bl_column_i64(q, 13);
    if (!included.n)
        return true;
    x->included = malloc(included.n);
    if (x->included)
        memcpy(x->included, included.p, included.n);
    return x->included != NULL;
}

static bool load_table(struct bl_local *l, struct bl_table *t)
{
    struct bl_index **at = &t->indexes;
    sqlite3_stmt *q = bl_sql(
        &l->store, "SELECT id,tbl,name,global,key0,type0,key1,type1,nkeys,projected,included,"
                   "nincluded,read_units,write_units FROM ddb_index WHERE tbl=? ORDER BY id");
    bl_bind_i64(q, 1, t->row);
    bool ok = true;
    while (ok && bl_step(&l->store, q)) {
        *at = calloc(1, sizeof **at);
        ok = *at && load_index(q, *at);
        at = *at ? &(*at)->next : at;
    }
    bl_done(q);
    return ok;
}

bool bl_indexes_load(struct bl_local *l)
{
    for (size_t i = 0; i < l->ddb->n; i++)
        if (!load_table(l, l->ddb->tables[i]))
            return false;
    return bl_store_ok(&l->store);
}
