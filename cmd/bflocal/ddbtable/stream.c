#include "cmd/bflocal/ddbtable/stream.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/aws/config/arn.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS ddb_stream(id INTEGER PRIMARY KEY, shards INTEGER, tbl TEXT,"
    " label TEXT, key0 TEXT, type0 INTEGER, key1 TEXT, type1 INTEGER, nkeys INTEGER, view INTEGER,"
    " enabled INTEGER, created_ms INTEGER, closed_ms INTEGER)";

void bl_stream_arn_put(struct bl_local *l, struct bf_buf *out, const struct bl_ddb_stream *s)
{
    bf_buf_addf(out, "arn:aws:dynamodb:%s:" BL_ACCOUNT ":table/%s/stream/%s", l->region, s->table,
                s->label);
}

bool bl_stream_kept(const struct bl_ddb_stream *s, int64_t now_ms)
{
    return s->enabled || now_ms - s->closed_ms < BL_STREAM_KEEP_MS;
}

bool bl_stream_arn_check(struct bl_call *c, struct bf_str arn)
{
    struct bf_arn parts;
    return (bf_arn_parse(&parts, arn) && bf_str_starts(parts.resource, BF_STR("table/"))) ||
           bl_fail(c, BL_ValidationException,
                   "Invalid StreamArn: Invalid ResourceArn provided as input %.*s",
                   BF_SHOWN_TO(arn, 400));
}

struct bl_ddb_stream *bl_stream_arn_param(struct bl_call *c, const struct bl_params *p)
{
    struct bf_str arn = {NULL, 0};
    struct bl_ddb *d = c->local->ddb;
    char room[512];
    if (!bl_param_string(c, p, "StreamArn", &arn))
        return NULL;
    if (!arn.p) {
        bl_fail(c, BL_ValidationException,
                "1 validation error detected: Value null at 'streamArn' failed to satisfy "
                "constraint: Member must not be null");
        return NULL;
    }
    if (!bl_stream_arn_check(c, arn))
        return NULL;
    for (size_t i = 0; i < d->nstreams; i++) {
        struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
        bl_stream_arn_put(c->local, &text, &d->streams[i]);
        if (bf_str_eq(arn, bf_buf_view(&text)) && bl_stream_kept(&d->streams[i], c->now_ms))
            return &d->streams[i];
    }
    bl_fail(c, BL_ResourceNotFoundException, "Requested resource not found: Stream: %.*s not found",
            BF_SHOWN_TO(arn, 400));
    return NULL;
}

/* The multiplier is odd, so different rows below 2^32 get different digits. */
void bl_stream_shard_id(char out[BL_STREAM_SHARD_ID], const struct bl_shard *shard)
{
    snprintf(out, BL_STREAM_SHARD_ID, "shardId-%020lld-%08x", (long long)shard->created_ms,
             (unsigned)((uint32_t)shard->row * 2654435761u));
}

int bl_stream_shard_find(const struct bl_stream *s, struct bf_str id)
{
    char text[BL_STREAM_SHARD_ID];
    for (size_t i = 0; i < s->n; i++) {
        bl_stream_shard_id(text, &s->shards[i]);
        if (bf_str_eq(id, bf_str_of(text)))
            return (int)i;
    }
    return -1;
}

void bl_stream_sequence_put(char out[BL_STREAM_SEQUENCE], int64_t number)
{
    for (int i = BL_STREAM_SEQUENCE - 2; i > 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
    out[0] = '1';
    out[BL_STREAM_SEQUENCE - 1] = '\0';
}

bool bl_stream_sequence_get(struct bf_str text, int64_t *number)
{
    *number = 0;
    if (text.n != BL_STREAM_SEQUENCE - 1 || text.p[0] != '1')
        return false;
    for (size_t i = 1; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *number > INT64_MAX / 10 - 1)
            return false;
        *number = *number * 10 + (text.p[i] - '0');
    }
    return true;
}

/* The label is the time of creation; the labels of a table's streams differ. */
static void make_label(char out[32], const char *last, int64_t now_ms)
{
    do {
        struct bf_date t = bf_clock_date(now_ms++);
        snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", t.year % 10000, t.month % 100,
                 t.day % 100, t.hour % 100, t.minute % 100, t.second % 100, t.ms % 1000);
    } while (strcmp(out, last) == 0);
}

static struct bl_ddb_stream *room_for_one(struct bl_ddb *d)
{
    if (d->nstreams == d->streams_cap) {
        size_t cap = d->streams_cap ? d->streams_cap * 2 : 8;
        struct bl_ddb_stream *p = realloc(d->streams, cap * sizeof *p);
        if (!p)
            return NULL;
        d->streams = p;
        d->streams_cap = cap;
    }
    return &d->streams[d->nstreams];
}

static void insert_row(struct bl_store *store, struct bl_ddb_stream *s)
{
    sqlite3_stmt *q = bl_sql(
        store, "INSERT INTO ddb_stream(shards,tbl,label,key0,type0,key1,type1,nkeys,view,enabled,"
               "created_ms,closed_ms) VALUES(?,?,?,?,?,?,?,?,?,1,?,0)");
    bl_bind_i64(q, 1, s->shards->row);
    bl_bind_text(q, 2, bf_str_of(s->table));
    bl_bind_text(q, 3, bf_str_of(s->label));
    bl_bind_text(q, 4, bf_str_of(s->key[0].name));
    bl_bind_i64(q, 5, s->key[0].type);
    bl_bind_text(q, 6, bf_str_of(s->key[1].name));
    bl_bind_i64(q, 7, s->key[1].type);
    bl_bind_i64(q, 8, s->nkeys);
    bl_bind_i64(q, 9, s->view);
    bl_bind_i64(q, 10, s->created_ms);
    bl_run(store, q);
    s->row = sqlite3_last_insert_rowid(store->db);
}

/* Stores a new stream and puts it at the end of d->streams, but does not count it there yet. */
static struct bl_ddb_stream *create_stream(struct bl_call *c, const struct bl_table *t,
                                           enum bl_view view)
{
    struct bl_ddb_stream *s = room_for_one(c->local->ddb);
    if (!s)
        return NULL;
    *s = (struct bl_ddb_stream){.nkeys = t->nkeys,
                                .view = view,
                                .enabled = true,
                                .created_ms = c->now_ms,
                                .shards = calloc(1, sizeof *s->shards)};
    if (!s->shards)
        return NULL;
    memcpy(s->table, t->name, sizeof s->table);
    memcpy(s->key, t->key, sizeof s->key);
    make_label(s->label, t->label, c->now_ms);
    s->shards->created_ms = c->now_ms;
    s->shards->retention_h = BL_STREAM_KEEP_MS / 3600000;
    bool ok = bl_stream_insert(c, s->shards, (int64_t)c->local->ddb_shards);
    insert_row(c->store, s);
    if (ok && bl_store_ok(c->store))
        return s;
    bl_stream_destroy(s->shards);
    return NULL;
}

static void store_closed(struct bl_call *c, const struct bl_ddb_stream *s)
{
    sqlite3_stmt *q = bl_sql(c->store, "UPDATE kin_shard SET last=max(first,?), closed_ms=?"
                                       " WHERE stream=? AND last<0");
    bl_bind_i64(q, 1, s->shards->next - 1);
    bl_bind_i64(q, 2, c->now_ms);
    bl_bind_i64(q, 3, s->shards->row);
    bl_run(c->store, q);
    q = bl_sql(c->store, "UPDATE ddb_stream SET enabled=0, closed_ms=? WHERE id=?");
    bl_bind_i64(q, 1, c->now_ms);
    bl_bind_i64(q, 2, s->row);
    bl_run(c->store, q);
}

/* Closes the shards in memory too: they get no more records. */
static void close_shards(struct bl_ddb_stream *s, int64_t now_ms)
{
    s->enabled = false;
    s->closed_ms = now_ms;
    for (size_t i = 0; i < s->shards->n; i++) {
        struct bl_shard *shard = &s->shards->shards[i];
        if (shard->last >= 0)
            continue;
        shard->last = s->shards->next > shard->first ? s->shards->next - 1 : shard->first;
        shard->closed_ms = now_ms;
        if (s->shards->next <= shard->last)
            s->shards->next = shard->last + 1;
    }
}

/* Deletes streams from the store that have been off for a day, inside a transaction. */
static void erase_old(struct bl_store *store, const struct bl_ddb *d, int64_t now_ms)
{
    for (size_t i = 0; i < d->nstreams; i++) {
        const struct bl_ddb_stream *s = &d->streams[i];
        if (bl_stream_kept(s, now_ms))
            continue;
        sqlite3_stmt *q = bl_sql(store, "DELETE FROM ddb_stream WHERE id=?");
        bl_bind_i64(q, 1, s->row);
        bl_run(store, q);
        bl_stream_erase(store, s->shards);
    }
}

/* Frees the same streams in memory. */
static void forget_old(struct bl_ddb *d, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->nstreams; i++)
        if (bl_stream_kept(&d->streams[i], now_ms))
            d->streams[kept++] = d->streams[i];
        else
            bl_stream_destroy(d->streams[i].shards);
    d->nstreams = kept;
}

static struct bl_ddb_stream *current_stream(struct bl_ddb *d, const struct bl_table *t)
{
    for (size_t i = 0; t->stream && i < d->nstreams; i++)
        if (d->streams[i].shards == t->stream)
            return &d->streams[i];
    return NULL;
}

bool bl_ddb_stream_set(struct bl_call *c, struct bl_table *t, enum bl_view view,
                       struct bl_stream_change *change)
{
    struct bl_ddb *d = c->local->ddb;
    erase_old(c->store, d, c->now_ms);
    if (view != BL_VIEW_NONE && !(change->next = create_stream(c, t, view)))
        return false;
    change->last = current_stream(d, t);
    if (change->last)
        store_closed(c, change->last);
    t->view = view;
    t->stream = change->next ? change->next->shards : NULL;
    if (change->next)
        memcpy(t->label, change->next->label, sizeof t->label);
    return bl_store_ok(c->store);
}

void bl_ddb_stream_settle(struct bl_call *c, const struct bl_stream_change *change, bool ok)
{
    if (ok && change->last)
        close_shards(change->last, c->now_ms);
    if (ok && change->next)
        c->local->ddb->nstreams++;
    if (ok && (change->last || change->next))
        forget_old(c->local->ddb, c->now_ms);
    if (!ok && change->next)
        bl_stream_destroy(change->next->shards);
}

static bool load_stream(struct bl_local *l, sqlite3_stmt *q)
{
    struct bl_ddb_stream *s = room_for_one(l->ddb);
    if (!s)
        return false;
    *s = (struct bl_ddb_stream){.row = bl_column_i64(q, 0)};
    bl_column_copy(q, 2, s->table, sizeof s->table);
    bl_column_copy(q, 3, s->label, sizeof s->label);
    for (int i = 0; i < 2; i++) {
        bl_column_copy(q, 4 + 2 * i, s->key[i].name, sizeof s->key[i].name);
        s->key[i].type = (enum bl_type)bl_column_i64(q, 5 + 2 * i);
    }
    s->nkeys = (unsigned)bl_column_i64(q, 8);
    s->view = (enum bl_view)bl_column_i64(q, 9);
    s->enabled = bl_column_i64(q, 10);
    s->created_ms = bl_column_i64(q, 11);
    s->closed_ms = bl_column_i64(q, 12);
    s->shards = bl_stream_load(&l->store, bl_column_i64(q, 1));
    if (!s->shards)
        return false;
    l->ddb->nstreams++;
    struct bl_table *t = s->enabled ? bl_table_find(l, bf_str_of(s->table)) : NULL;
    if (t) {
        t->stream = s->shards;
        t->view = s->view;
    }
    return true;
}

bool bl_ddb_streams_load(struct bl_local *l, struct bf_err *e)
{
    struct bl_ddb *d = l->ddb;
    bf_buf_init(&d->record, 4 * BL_ITEM_MAX * 6);
    bf_rng_seed(&d->rng, bf_rng_entropy());
    if (!bl_store_exec(&l->store, schema, e))
        return false;
    bool ok = true;
    sqlite3_stmt *q =
        bl_sql(&l->store, "SELECT id,shards,tbl,label,key0,type0,key1,type1,nkeys,view,enabled,"
                          "created_ms,closed_ms FROM ddb_stream ORDER BY id");
    while (ok && bl_step(&l->store, q))
        ok = load_stream(l, q);
    bl_done(q);
    if (ok && bl_store_ok(&l->store))
        return true;
    return bf_err_set(e, BF_E_IO, "DynamoDB: the stored streams cannot be read: %.200s",
                      l->store.err.text);
}

void bl_ddb_streams_free(struct bl_ddb *d)
{
    for (size_t i = 0; i < d->nstreams; i++)
        bl_stream_destroy(d->streams[i].shards);
    free(d->streams);
    d->streams = NULL;
    d->nstreams = d->streams_cap = 0;
    bf_buf_free(&d->record);
}
