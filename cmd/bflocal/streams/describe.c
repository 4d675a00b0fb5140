/* DynamoDB Streams: listing and describing streams, splitting a shard. */
#include "cmd/bflocal/streams/streams.h"
#include "lib/json/write.h"

enum { PAGE_MAX = 100, SHARD_ID_MIN = 28 };

static bool read_limit(struct bl_call *c, const struct bl_params *p, int64_t *limit)
{
    *limit = PAGE_MAX;
    if (!bl_param_int(c, p, "Limit", limit))
        return false;
    if (*limit > PAGE_MAX)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%lld' at 'limit' failed to satisfy "
                       "constraint: Member must have value less than or equal to %d",
                       (long long)*limit, PAGE_MAX);
    return true;
}

/* The index after ExclusiveStartStreamArn. */
static size_t after_arn(struct bl_call *c, struct bf_str arn)
{
    const struct bl_ddb *d = c->local->ddb;
    char room[512];
    for (size_t i = 0; arn.p && i < d->nstreams; i++) {
        struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
        bl_stream_arn_put(c->local, &text, &d->streams[i]);
        if (bf_str_eq(arn, bf_buf_view(&text)))
            return i + 1;
    }
    return arn.p ? d->nstreams : 0;
}

static void put_streams(struct bl_call *c, struct bf_str table, size_t from, int64_t limit)
{
    const struct bl_ddb *d = c->local->ddb;
    const struct bl_ddb_stream *last = NULL;
    struct bf_buf *out = &c->ans.body;
    bool more = false;
    bf_buf_lit(out, "{\"Streams\":[");
    for (size_t i = from; i < d->nstreams; i++) {
        const struct bl_ddb_stream *s = &d->streams[i];
        if (!bl_stream_kept(s, c->now_ms) || (table.p && !bf_str_eq(table, bf_str_of(s->table))))
            continue;
        if (limit-- == 0) {
            more = true;
            break;
        }
        bf_buf_adds(out, bf_str_of(last ? ",{\"StreamArn\":\"" : "{\"StreamArn\":\""));
        bl_stream_arn_put(c->local, out, s);
        bf_buf_addf(out, "\",\"TableName\":\"%s\",\"StreamLabel\":\"%s\"}", s->table, s->label);
        last = s;
    }
    bf_buf_addc(out, ']');
    if (more && last) {
        bf_buf_lit(out, ",\"LastEvaluatedStreamArn\":\"");
        bl_stream_arn_put(c->local, out, last);
        bf_buf_addc(out, '"');
    }
    bf_buf_addc(out, '}');
}

bool bl_streams_list(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str table = {NULL, 0}, arn = {NULL, 0};
    int64_t limit;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "TableName", &table) ||
        !bl_param_string(c, &p, "ExclusiveStartStreamArn", &arn) || !read_limit(c, &p, &limit) ||
        (arn.p && !bl_stream_arn_check(c, arn)))
        return false;
    bl_store_lock(c->store);
    put_streams(c, table, after_arn(c, arn), limit);
    bl_store_unlock(c->store);
    return true;
}

static void put_shard(struct bf_buf *out, const struct bl_stream *s, size_t index)
{
    const struct bl_shard *shard = &s->shards[index];
    char text[BL_STREAM_SHARD_ID];
    bl_stream_shard_id(text, shard);
    bf_buf_addf(out, "{\"ShardId\":\"%s\"", text);
    bl_stream_sequence_put(text, shard->first);
    bf_buf_addf(out, ",\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"%s\"", text);
    if (shard->last >= 0) {
        bl_stream_sequence_put(text, shard->last);
        bf_buf_addf(out, ",\"EndingSequenceNumber\":\"%s\"", text);
    }
    bf_buf_addc(out, '}');
    if (shard->parent >= 0) {
        bl_stream_shard_id(text, &s->shards[shard->parent]);
        bf_buf_addf(out, ",\"ParentShardId\":\"%s\"", text);
    }
    bf_buf_addc(out, '}');
}

static void put_head(struct bl_call *c, const struct bl_ddb_stream *s)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_lit(out, "{\"StreamDescription\":{\"StreamArn\":\"");
    bl_stream_arn_put(c->local, out, s);
    bf_buf_addf(out,
                "\",\"StreamLabel\":\"%s\",\"StreamStatus\":\"%s\",\"StreamViewType\":\"%s\","
                "\"CreationRequestDateTime\":%lld.%03d,\"TableName\":\"%s\",\"KeySchema\":[",
                s->label, s->enabled ? "ENABLED" : "DISABLED", bl_view_name(s->view),
                (long long)(s->created_ms / 1000), (int)(s->created_ms % 1000), s->table);
    for (unsigned i = 0; i < s->nkeys; i++) {
        bf_buf_adds(out, bf_str_of(i ? ",{\"AttributeName\":" : "{\"AttributeName\":"));
        bf_json_put_string(out, bf_str_of(s->key[i].name));
        bf_buf_addf(out, ",\"KeyType\":\"%s\"}", i ? "RANGE" : "HASH");
    }
    bf_buf_lit(out, "],\"Shards\":[");
}

/* Reads ShardFilter, which asks for the children of one shard. *parent is -1 without it. */
static bool read_filter(struct bl_call *c, const struct bl_params *p, const struct bl_stream *s,
                        int *parent)
{
    struct bl_params f;
    struct bf_str id = {NULL, 0}, raw = bl_param_raw(p, "ShardFilter");
    *parent = -1;
    if (!raw.p)
        return true;
    if (!bl_params_read_object(c, raw, &f) || !bl_param_string(c, &f, "ShardId", &id))
        return false;
    if (id.n < SHARD_ID_MIN)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%.*s' at 'shardFilter.shardId' failed "
                       "to satisfy constraint: Member must have length greater than or equal to %d",
                       BF_SHOWN(id), SHARD_ID_MIN);
    *parent = bl_stream_shard_find(s, id);
    return *parent >= 0 || bl_fail(c, BL_ResourceNotFoundException,
                                   "Requested resource not found: Shard does not exist");
}

static void put_shards(struct bl_call *c, const struct bl_stream *s, int parent, size_t from,
                       int64_t limit)
{
    struct bf_buf *out = &c->ans.body;
    char id[BL_STREAM_SHARD_ID];
    bool more = false, first = true;
    size_t last = 0;
    for (size_t i = from; i < s->n; i++) {
        if (parent >= 0 && s->shards[i].parent != parent)
            continue;
        if (limit-- == 0) {
            more = true;
            break;
        }
        if (!first)
            bf_buf_addc(out, ',');
        first = false;
        put_shard(out, s, i);
        last = i;
    }
    bf_buf_addc(out, ']');
    if (more) {
        bl_stream_shard_id(id, &s->shards[last]);
        bf_buf_addf(out, ",\"LastEvaluatedShardId\":\"%s\"", id);
    }
    bf_buf_lit(out, "}}");
}

bool bl_streams_describe(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str after = {NULL, 0};
    int64_t limit;
    int parent;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ExclusiveStartShardId", &after) ||
        !read_limit(c, &p, &limit))
        return false;
    bl_store_lock(c->store);
    const struct bl_ddb_stream *s = bl_stream_arn_param(c, &p);
    bool ok = s && read_filter(c, &p, s->shards, &parent);
    int at = ok && after.p ? bl_stream_shard_find(s->shards, after) : -1;
    if (ok) {
        put_head(c, s);
        /* no shard comes after one that there is not */
        put_shards(c, s->shards, parent, after.p && at < 0 ? s->shards->n : (size_t)(at + 1),
                   limit);
    }
    bl_store_unlock(c->store);
    return ok;
}

/* The open shard to split; -1 if there is none. */
static int pick_shard(const struct bl_stream *s, struct bf_str id)
{
    int best = -1;
    if (id.n) {
        best = bl_stream_shard_find(s, id);
        return best >= 0 && s->shards[best].last < 0 ? best : -1;
    }
    for (size_t i = 0; i < s->n; i++)
        if (s->shards[i].last < 0 && (best < 0 || s->shards[i].high - s->shards[i].low >
                                                      s->shards[best].high - s->shards[best].low))
            best = (int)i;
    return best;
}

static void put_split(struct bl_call *c, const struct bl_stream *s, int index)
{
    char id[BL_STREAM_SHARD_ID];
    bl_stream_shard_id(id, &s->shards[index]);
    bf_buf_addf(&c->ans.body, "{\"shard\":\"%s\",\"children\":[", id);
    for (size_t i = 0; i < 2; i++) {
        bl_stream_shard_id(id, &s->shards[s->n - 2 + i]);
        bf_buf_addf(&c->ans.body, "%s\"%s\"", i ? "," : "", id);
    }
    bf_buf_lit(&c->ans.body, "]}\n");
}

bool bl_streams_split(struct bl_call *c, struct bf_str table, struct bf_str shard, struct bf_err *e)
{
    const char *wrong = NULL;
    if (!bl_store_begin(c->store, e))
        return false;
    struct bl_table *t = bl_table_find(c->local, table);
    struct bl_stream *s = t ? t->stream : NULL;
    int index = s ? pick_shard(s, shard) : -1;
    if (!s)
        wrong = t ? "the table has no stream" : "no such table";
    else if (index < 0 || s->shards[index].low == s->shards[index].high)
        wrong = "no such open shard";
    else if (s->n + 2 > BL_SHARDS_MAX)
        wrong = "too many shards";
    if (wrong) {
        bl_store_rollback(c->store);
        return bf_err_set(e, BF_E_INPUT, "%s", wrong);
    }
    bl_hash low = s->shards[index].low, high = s->shards[index].high;
    bool ok = bl_store_settle(c->store, bl_shard_split(c, s, index, low + (high - low) / 2 + 1), e);
    if (ok)
        put_split(c, s, index);
    bl_store_unlock(c->store);
    return ok;
}
