/* Kinesis: creating, describing, listing and deleting streams; retention. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/kinesis/kinesis.h"
#include "lib/json/write.h"

enum { ON_DEMAND_SHARDS = 4 };

static bool read_mode(struct bl_call *c, const struct bl_params *p, bool *on_demand)
{
    struct bl_params mode;
    struct bf_str text = {NULL, 0}, raw = bl_param_raw(p, "StreamModeDetails");
    *on_demand = false;
    if (!raw.p)
        return true;
    if (!bl_params_read_object(c, raw, &mode) || !bl_param_string(c, &mode, "StreamMode", &text))
        return false;
    *on_demand = bf_str_is(text, "ON_DEMAND");
    return true;
}

bool bl_stream_insert(struct bl_call *c, struct bl_stream *s, int64_t shards)
{
    sqlite3_stmt *q = bl_sql(
        c->store, "INSERT INTO kin_stream(name,created_ms,retention_h,on_demand) VALUES(?,?,?,?)");
    if (s->name[0])
        bl_bind_text(q, 1, bf_str_of(s->name));
    else if (q)
        sqlite3_bind_null(q, 1);
    bl_bind_i64(q, 2, s->created_ms);
    bl_bind_i64(q, 3, s->retention_h);
    bl_bind_i64(q, 4, s->on_demand);
    bl_run(c->store, q);
    s->row = sqlite3_last_insert_rowid(c->store->db);
    s->next = 1;
    bl_hash all = ~(bl_hash)0, n = (bl_hash)(uint64_t)shards;
    bl_hash width = all / n + (all % n == n - 1); /* 2^128 / n */
    for (bl_hash i = 0; i < n; i++)
        if (!bl_shard_add(c, s, width * i, i + 1 == n ? all : width * (i + 1) - 1, -1, -1))
            return false;
    return true;
}

void bl_stream_erase(struct bl_store *store, const struct bl_stream *s)
{
    static const char *const statements[] = {
        "DELETE FROM kin_shard WHERE stream=?",
        "DELETE FROM kin_stream WHERE id=?",
    };
    for (size_t i = 0; i < s->n; i++)
        bl_log_erase(store, s->shards[i].row);
    for (size_t i = 0; i < BF_COUNT(statements); i++) {
        sqlite3_stmt *q = bl_sql(store, statements[i]);
        bl_bind_i64(q, 1, s->row);
        bl_run(store, q);
    }
}

bool bl_kinesis_create(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str name = {NULL, 0};
    struct bl_kinesis *k = c->local->kinesis;
    int64_t count = 0;
    bool on_demand;
    struct bf_err e = {0};
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "StreamName", &name) ||
        !bl_param_int(c, &p, "ShardCount", &count) || !read_mode(c, &p, &on_demand))
        return false;
    if (count == 0)
        count = ON_DEMAND_SHARDS;
    if (count < 1 || count > BL_SHARDS_MAX / 4)
        return bl_fail(c, BL_LimitExceededException,
                       "A stream of %lld shards would exceed the limit of %d.", (long long)count,
                       BL_SHARDS_MAX / 4);
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_stream *s = NULL;
    if (bl_stream_find(k, name)) {
        bl_store_rollback(c->store);
        return bl_fail(c, BL_ResourceInUseException,
                       "Stream %.*s under account " BL_ACCOUNT " already exists.", (int)name.n,
                       name.p);
    }
    if (k->n == BL_STREAMS_MAX || !(s = calloc(1, sizeof *s))) {
        bl_store_rollback(c->store);
        return bl_fail(c, BL_LimitExceededException, "more than %d streams", BL_STREAMS_MAX);
    }
    snprintf(s->name, sizeof s->name, "%.*s", (int)name.n, name.p);
    s->created_ms = c->now_ms;
    s->retention_h = BL_RETENTION_HOURS;
    s->on_demand = on_demand;
    bool ok = bl_store_settle(c->store, bl_stream_insert(c, s, count), &e);
    if (ok)
        k->streams[k->n++] = s;
    else
        bl_stream_destroy(s);
    bl_store_unlock(c->store);
    return ok || bl_fail_err(c, &e);
}

bool bl_kinesis_delete(struct bl_call *c)
{
    struct bl_params p;
    struct bf_err e = {0};
    struct bl_kinesis *k = c->local->kinesis;
    if (!bl_params_read(c, &p))
        return false;
    if (!bl_store_begin_delete(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_stream *s = bl_stream_param(c, &p);
    if (!s) {
        bl_store_rollback(c->store);
        return false;
    }
    bl_stream_erase(c->store, s);
    bool ok = bl_store_settle(c->store, true, &e);
    for (size_t i = 0; ok && i < k->n; i++)
        if (k->streams[i] == s)
            k->streams[i] = k->streams[--k->n];
    if (ok)
        bl_stream_destroy(s);
    bl_store_unlock(c->store);
    return ok || bl_fail_err(c, &e);
}

static size_t open_shards(const struct bl_stream *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->shards[i].last < 0;
    return n;
}

/* Members that DescribeStream, DescribeStreamSummary and ListStreams share, without braces. */
static void put_head(struct bl_call *c, struct bf_buf *out, const struct bl_stream *s)
{
    bf_buf_addf(
        out,
        "\"StreamName\":\"%s\",\"StreamARN\":\"arn:aws:kinesis:%s:" BL_ACCOUNT
        ":stream/%s\",\"StreamStatus\":\"ACTIVE\",\"StreamModeDetails\":{\"StreamMode\":\"%s\"},"
        "\"StreamCreationTimestamp\":%lld.%03d",
        s->name, c->local->region, s->name, s->on_demand ? "ON_DEMAND" : "PROVISIONED",
        (long long)(s->created_ms / 1000), (int)(s->created_ms % 1000));
}

static void put_settings(struct bf_buf *out, const struct bl_stream *s)
{
    bf_buf_addf(
        out,
        ",\"RetentionPeriodHours\":%lld,\"EnhancedMonitoring\":[{\"ShardLevelMetrics\":[]}],"
        "\"EncryptionType\":\"NONE\"",
        (long long)s->retention_h);
}

bool bl_kinesis_describe(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str after = {NULL, 0};
    int64_t limit = 100;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ExclusiveStartShardId", &after) ||
        !bl_param_int(c, &p, "Limit", &limit))
        return false;
    bl_store_lock(c->store);
    const struct bl_stream *s = bl_stream_param(c, &p);
    if (s) {
        struct bf_buf *out = &c->ans.body;
        size_t i = after.p ? (size_t)(bl_shard_find(s, after) + 1) : 0;
        bool first = true;
        bf_buf_lit(out, "{\"StreamDescription\":{");
        put_head(c, out, s);
        put_settings(out, s);
        bf_buf_lit(out, ",\"Shards\":[");
        for (; i < s->n && limit-- > 0; i++, first = false) {
            if (!first)
                bf_buf_addc(out, ',');
            bl_shard_put(out, s, (int)i);
        }
        bf_buf_addf(out, "],\"HasMoreShards\":%s}}", i < s->n ? "true" : "false");
    }
    bl_store_unlock(c->store);
    return s != NULL;
}

bool bl_kinesis_summary(struct bl_call *c)
{
    struct bl_params p;
    if (!bl_params_read(c, &p))
        return false;
    bl_store_lock(c->store);
    const struct bl_stream *s = bl_stream_param(c, &p);
    if (s) {
        bf_buf_lit(&c->ans.body, "{\"StreamDescriptionSummary\":{");
        put_head(c, &c->ans.body, s);
        put_settings(&c->ans.body, s);
        bf_buf_addf(&c->ans.body, ",\"OpenShardCount\":%zu,\"ConsumerCount\":0}}", open_shards(s));
    }
    bl_store_unlock(c->store);
    return s != NULL;
}

static int by_name(const void *a, const void *b)
{
    const struct bl_stream *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

bool bl_kinesis_list(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str after = {NULL, 0};
    int64_t limit = 100;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ExclusiveStartStreamName", &after) ||
        !bl_param_string(c, &p, "NextToken", &after) || !bl_param_int(c, &p, "Limit", &limit))
        return false;
    struct bl_kinesis *k = c->local->kinesis;
    struct bf_buf *out = &c->ans.body;
    bl_store_lock(c->store);
    qsort(k->streams, k->n, sizeof *k->streams, by_name);
    size_t from = 0, end;
    while (after.p && from < k->n && bf_str_cmp(bf_str_of(k->streams[from]->name), after) <= 0)
        from++;
    end = k->n - from < (size_t)limit ? k->n : from + (size_t)limit;
    bf_buf_lit(out, "{\"StreamNames\":[");
    for (size_t i = from; i < end; i++)
        bf_buf_addf(out, "%s\"%s\"", i > from ? "," : "", k->streams[i]->name);
    bf_buf_lit(out, "],\"StreamSummaries\":[");
    for (size_t i = from; i < end; i++) {
        bf_buf_adds(out, bf_str_of(i > from ? ",{" : "{"));
        put_head(c, out, k->streams[i]);
        bf_buf_addc(out, '}');
    }
    bf_buf_addf(out, "],\"HasMoreStreams\":%s", end < k->n ? "true" : "false");
    if (end < k->n && end > 0)
        bf_buf_addf(out, ",\"NextToken\":\"%s\"", k->streams[end - 1]->name);
    bf_buf_addc(out, '}');
    bl_store_unlock(c->store);
    return true;
}

/* longer: the new period must not be shorter than the old one; otherwise not longer. */
static bool retention(struct bl_call *c, bool longer)
{
    struct bl_params p;
    int64_t hours = 0;
    struct bf_err e = {0};
    if (!bl_params_read(c, &p) || !bl_param_int(c, &p, "RetentionPeriodHours", &hours))
        return false;
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_stream *s = bl_stream_param(c, &p);
    bool ok = s && hours >= 24 && hours <= 8760 &&
              (longer ? hours >= s->retention_h : hours <= s->retention_h);
    if (!ok) {
        bl_store_rollback(c->store);
        return s && bl_fail(c, BL_InvalidArgumentException,
                            "Requested retention period (%lld hours) for stream %s is not %s than "
                            "the present %lld hours, "
                            "or not within 24 to 8760 hours.",
                            (long long)hours, s->name, longer ? "longer" : "shorter",
                            (long long)s->retention_h);
    }
    sqlite3_stmt *q = bl_sql(c->store, "UPDATE kin_stream SET retention_h=? WHERE id=?");
    bl_bind_i64(q, 1, hours);
    bl_bind_i64(q, 2, s->row);
    bl_run(c->store, q);
    bl_stream_keep(c->store, s);
    s->retention_h = hours;
    return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
}

bool bl_kinesis_longer(struct bl_call *c)
{
    return retention(c, true);
}

bool bl_kinesis_shorter(struct bl_call *c)
{
    return retention(c, false);
}
