/* Kinesis: streams and shards in memory and in the store; the formats of ids and sequence
 * numbers. */
#include "cmd/bflocal/kinesis/kinesis.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/encoding/md5.h"

/* The row of a shard is not used again after its stream is gone: positions of readers remain, and a stream of the same name
 * has shards of its own. */
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS kin_stream(id INTEGER PRIMARY KEY, name "
    "TEXT UNIQUE, created_ms INTEGER,"
    " retention_h INTEGER, on_demand INTEGER);"
    "CREATE TABLE IF NOT EXISTS kin_shard(id INTEGER PRIMARY KEY AUTOINCREMENT, stream "
    "INTEGER, low TEXT, high TEXT,"
    " parent INTEGER, adjacent INTEGER, first INTEGER, last INTEGER, "
    "created_ms INTEGER, closed_ms INTEGER);"
    "CREATE INDEX IF NOT EXISTS kin_shard_stream ON kin_shard(stream, id);";

bool bl_stream_open(struct bl_store *store, struct bf_err *e)
{
    return bl_store_exec(store, schema, e) && bl_log_open(store, e);
}

struct bl_stream *bl_stream_find(struct bl_kinesis *k, struct bf_str name)
{
    for (size_t i = 0; i < k->n; i++)
        if (bf_str_eq(bf_str_of(k->streams[i]->name), name))
            return k->streams[i];
    return NULL;
}

struct bl_stream *bl_stream_param(struct bl_call *c, const struct bl_params *p)
{
    struct bf_str name = {NULL, 0}, arn = {NULL, 0};
    if (!bl_param_string(c, p, "StreamName", &name) || !bl_param_string(c, p, "StreamARN", &arn))
        return NULL;
    if (arn.p) {
        struct bf_str own = bl_arn_own(c->local, arn, "kinesis", "stream");
        if (!own.p || (name.p && !bf_str_eq(own, name))) {
            bl_fail(c, own.p ? BL_InvalidArgumentException : BL_AccessDeniedException,
                    own.p ? "StreamARN and StreamName name two streams: %.*s"
                          : "User is not authorized to perform that on resource: %.*s because no "
                            "resource-based policy allows it",
                    BF_SHOWN_TO(arn, 400));
            return NULL;
        }
        name = own;
    }
    if (!name.p) {
        bl_fail(c, BL_InvalidArgumentException, "Either StreamName or StreamARN must be provided.");
        return NULL;
    }
    struct bl_stream *s = bl_stream_find(c->local->kinesis, name);
    if (!s)
        bl_fail(c, BL_ResourceNotFoundException,
                "Stream %.*s under account " BL_ACCOUNT " not found.", BF_SHOWN_TO(name, 128));
    return s;
}

void bl_shard_id(char out[BL_SHARD_ID_SIZE], int index)
{
    snprintf(out, BL_SHARD_ID_SIZE, "shardId-%012d", index);
}

int bl_shard_find(const struct bl_stream *s, struct bf_str id)
{
    char text[BL_SHARD_ID_SIZE];
    if (id.n <= 8 || id.n >= sizeof text)
        return -1;
    int index = 0;
    for (size_t i = 8; i < id.n; i++) {
        if (id.p[i] < '0' || id.p[i] > '9' || index > BL_SHARDS_MAX)
            return -1;
        index = index * 10 + (id.p[i] - '0');
    }
    bl_shard_id(text, index);
    return (size_t)index < s->n && bf_str_eq(id, bf_str_of(text)) ? index : -1;
}

void bl_sequence_put(char out[BL_SEQUENCE_SIZE], const struct bl_stream *s, int64_t number)
{
    snprintf(out, BL_SEQUENCE_SIZE, "4966%013lld%019lld%020lld", (long long)s->created_ms,
             (long long)s->row, (long long)number);
}

bool bl_sequence_get(const struct bl_stream *s, struct bf_str text, int64_t *number)
{
    enum { STREAM = 36 }; /* digits before the number */
    char like[BL_SEQUENCE_SIZE];
    bl_sequence_put(like, s, 0);
    *number = 0;
    if (text.n != BL_SEQUENCE_SIZE - 1 || memcmp(text.p, like, STREAM) != 0)
        return false;
    for (size_t i = STREAM; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *number > INT64_MAX / 10 - 1)
            return false;
        *number = *number * 10 + (text.p[i] - '0');
    }
    return true;
}

void bl_hash_put(struct bf_buf *out, bl_hash v)
{
    char digits[40];
    size_t i = sizeof digits;
    do
        digits[--i] = (char)('0' + (int)(v % 10));
    while (v /= 10);
    bf_buf_add(out, digits + i, sizeof digits - i);
}

bool bl_hash_get(struct bf_str text, bl_hash *v)
{
    *v = 0;
    if (text.n == 0 || text.n > 39)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        unsigned digit = (unsigned)(text.p[i] - '0');
        if (*v > (~(bl_hash)0 - digit) / 10)
            return false;
        *v = *v * 10 + digit;
    }
    return true;
}

/* The MD5 of the key as a number (Kinesis API reference, PutRecord). */
bl_hash bl_hash_of(struct bf_str partition_key)
{
    unsigned char digest[16];
    bl_hash v = 0;
    bf_md5(partition_key, digest);
    for (int i = 0; i < 16; i++)
        v = v << 8 | digest[i];
    return v;
}

struct bl_shard *bl_shard_for(struct bl_stream *s, bl_hash hash)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->shards[i].last < 0 && s->shards[i].low <= hash && hash <= s->shards[i].high)
            return &s->shards[i];
    return NULL;
}

void bl_stream_trim(struct bl_store *store, struct bl_stream *s, int64_t now_ms)
{
    if (now_ms >= s->trimmed_ms && now_ms - s->trimmed_ms < BL_TRIM_MS)
        return;
    for (int i = 0; i < BL_TRIM_SHARDS && s->trimming < s->n; i++, s->trimming++)
        if (bl_log_trim(store, s->shards[s->trimming].row, now_ms - s->retention_h * 3600000,
                        BL_TRIM_CHUNKS))
            return;
    if (s->trimming < s->n)
        return;
    s->trimming = 0;
    s->trimmed_ms = now_ms;
}

static struct bf_str text_column(sqlite3_stmt *q, int i)
{
    return bf_str((const char *)sqlite3_column_text(q, i), (size_t)sqlite3_column_bytes(q, i));
}

bool bl_shard_room(struct bl_stream *s, size_t n)
{
    size_t cap = s->cap ? s->cap : 8;
    while (cap - s->n < n)
        cap *= 2;
    if (cap == s->cap)
        return true;
    struct bl_shard *p = realloc(s->shards, cap * sizeof *p);
    if (!p)
        return false;
    s->shards = p;
    s->cap = cap;
    return true;
}

static struct bl_shard *new_shard(struct bl_stream *s)
{
    return bl_shard_room(s, 1) ? &s->shards[s->n++] : NULL;
}

/* Removes the new shards and opens their parents again. */
static void restore_stream(void *at, const void *kept)
{
    struct bl_stream *s = at;
    const struct bl_stream *old = kept;
    for (size_t i = old->n; i < s->n; i++) {
        int parents[] = {s->shards[i].parent, s->shards[i].adjacent};
        for (size_t k = 0; k < 2; k++)
            if (parents[k] >= 0 && (size_t)parents[k] < old->n) {
                s->shards[parents[k]].last = -1;
                s->shards[parents[k]].closed_ms = 0;
            }
    }
    s->n = old->n;
    s->next = old->next;
    s->retention_h = old->retention_h;
}

void bl_stream_keep(struct bl_store *store, struct bl_stream *s)
{
    bl_store_keep(store, s, sizeof *s, restore_stream);
}

struct bl_shard *bl_shard_add(struct bl_call *c, struct bl_stream *s, bl_hash low, bl_hash high,
                              int parent, int adjacent)
{
    char room[2][40];
    struct bf_buf text[2] = {{.p = room[0], .cap = 40, .max = 40},
                             {.p = room[1], .cap = 40, .max = 40}};
    bl_hash_put(&text[0], low);
    bl_hash_put(&text[1], high);
    sqlite3_stmt *q = bl_sql(
        c->store, "INSERT INTO kin_shard(stream,low,high,parent,adjacent,first,last,created_ms,"
                  "closed_ms) VALUES(?,?,?,?,?,?,-1,?,0)");
    bl_bind_i64(q, 1, s->row);
    bl_bind_text(q, 2, bf_buf_view(&text[0]));
    bl_bind_text(q, 3, bf_buf_view(&text[1]));
    bl_bind_i64(q, 4, parent);
    bl_bind_i64(q, 5, adjacent);
    bl_bind_i64(q, 6, s->next);
    bl_bind_i64(q, 7, c->now_ms);
    bl_run(c->store, q);
    struct bl_shard *shard = new_shard(s);
    if (shard)
        *shard = (struct bl_shard){.row = sqlite3_last_insert_rowid(c->store->db),
                                   .low = low,
                                   .high = high,
                                   .parent = parent,
                                   .adjacent = adjacent,
                                   .first = s->next,
                                   .last = -1,
                                   .created_ms = c->now_ms};
    return shard;
}

static bool load_shards(struct bl_store *store, struct bl_stream *s)
{
    sqlite3_stmt *q =
        bl_sql(store, "SELECT id,low,high,parent,adjacent,first,last,created_ms,closed_ms"
                      " FROM kin_shard WHERE stream=? ORDER BY id");
    bl_bind_i64(q, 1, s->row);
    while (bl_step(store, q)) {
        struct bl_shard *shard = new_shard(s);
        if (!shard)
            return false;
        *shard = (struct bl_shard){.row = sqlite3_column_int64(q, 0),
                                   .parent = sqlite3_column_int(q, 3),
                                   .adjacent = sqlite3_column_int(q, 4),
                                   .first = sqlite3_column_int64(q, 5),
                                   .last = sqlite3_column_int64(q, 6),
                                   .created_ms = sqlite3_column_int64(q, 7),
                                   .closed_ms = sqlite3_column_int64(q, 8)};
        bool ok = bl_hash_get(text_column(q, 1), &shard->low) &&
                  bl_hash_get(text_column(q, 2), &shard->high);
        int64_t used[] = {shard->first - 1, shard->last, bl_log_last(store, shard->row)};
        for (size_t i = 0; i < BF_COUNT(used); i++)
            if (used[i] >= s->next)
                s->next = used[i] + 1;
        if (!ok)
            return false;
    }
    return true;
}

void bl_stream_destroy(struct bl_stream *s)
{
    if (s)
        free(s->shards);
    free(s);
}

struct bl_stream *bl_stream_load(struct bl_store *store, int64_t row)
{
    struct bl_stream *s = calloc(1, sizeof *s);
    sqlite3_stmt *q =
        bl_sql(store, "SELECT name,created_ms,retention_h,on_demand FROM kin_stream WHERE id=?");
    bl_bind_i64(q, 1, row);
    bool ok = s && bl_step(store, q);
    if (ok) {
        struct bf_str name = text_column(q, 0);
        s->row = row;
        snprintf(s->name, sizeof s->name, "%.*s", (int)name.n, name.n ? name.p : "");
        s->created_ms = sqlite3_column_int64(q, 1);
        s->retention_h = sqlite3_column_int64(q, 2);
        s->on_demand = sqlite3_column_int(q, 3);
        s->next = 1;
        bl_done(q);
        ok = load_shards(store, s);
    }
    if (ok && bl_store_ok(store))
        return s;
    bl_stream_destroy(s);
    return NULL;
}
