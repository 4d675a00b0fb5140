/* Kinesis: listing, splitting and merging shards. */
#include <stdio.h>

#include "cmd/bflocal/kinesis/kinesis.h"
#include "lib/encoding/enc.h"

void bl_shard_put(struct bf_buf *out, const struct bl_stream *s, int index)
{
    const struct bl_shard *shard = &s->shards[index];
    char id[BL_SHARD_ID_SIZE], sequence[BL_SEQUENCE_SIZE];
    bl_shard_id(id, index);
    bf_buf_addf(out, "{\"ShardId\":\"%s\"", id);
    if (shard->parent >= 0) {
        bl_shard_id(id, shard->parent);
        bf_buf_addf(out, ",\"ParentShardId\":\"%s\"", id);
    }
    if (shard->adjacent >= 0) {
        bl_shard_id(id, shard->adjacent);
        bf_buf_addf(out, ",\"AdjacentParentShardId\":\"%s\"", id);
    }
    bf_buf_lit(out, ",\"HashKeyRange\":{\"StartingHashKey\":\"");
    bl_hash_put(out, shard->low);
    bf_buf_lit(out, "\",\"EndingHashKey\":\"");
    bl_hash_put(out, shard->high);
    bl_sequence_put(sequence, s, shard->first);
    bf_buf_addf(out, "\"},\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"%s\"", sequence);
    if (shard->last >= 0) {
        bl_sequence_put(sequence, s, shard->last);
        bf_buf_addf(out, ",\"EndingSequenceNumber\":\"%s\"", sequence);
    }
    bf_buf_lit(out, "}}");
}

/* Which shards a ShardFilter selects. */
struct filter {
    bool oldest;     /* AT_TRIM_HORIZON */
    bool open_at_ms; /* shards that were open at at_ms ... */
    bool from_ms;    /* ... or were opened after it */
    bool open_now;   /* AT_LATEST */
    int64_t at_ms;
    struct bf_str after;
};

static bool read_filter(struct bl_call *c, const struct bl_params *p, struct filter *f)
{
    struct bl_params q;
    struct bf_str type = {NULL, 0}, raw = bl_param_raw(p, "ShardFilter");
    *f = (struct filter){.at_ms = -1};
    if (!raw.p)
        return true;
    if (!bl_params_read_object(c, raw, &q) || !bl_param_string(c, &q, "Type", &type) ||
        !bl_param_string(c, &q, "ShardId", &f->after) ||
        !bl_param_time(c, &q, "Timestamp", &f->at_ms))
        return false;
    if (bf_str_is(type, "AT_LATEST"))
        f->open_now = true;
    else if (bf_str_is(type, "AT_TIMESTAMP"))
        f->open_at_ms = true;
    else if (bf_str_is(type, "FROM_TIMESTAMP"))
        f->open_at_ms = f->from_ms = true;
    else if (bf_str_is(type, "AT_TRIM_HORIZON"))
        f->oldest = true;
    bool missing = f->open_at_ms ? f->at_ms < 0 : bf_str_is(type, "AFTER_SHARD_ID") && !f->after.p;
    return !missing ||
           bl_fail(c, BL_InvalidArgumentException, "A ShardFilter of the type %.*s must have a %s.",
                   (int)type.n, type.p, f->open_at_ms ? "Timestamp" : "ShardId");
}

static bool passes_filter(const struct filter *f, const struct bl_shard *s)
{
    if (f->open_now)
        return s->last < 0;
    if (f->oldest) /* a shard is kept as long as its records, so the first shards were open at the horizon */
        return s->parent < 0;
    if (!f->open_at_ms)
        return true;
    bool open_then = s->created_ms <= f->at_ms && (s->last < 0 || s->closed_ms > f->at_ms);
    return open_then || (f->from_ms && s->created_ms > f->at_ms);
}

/* Reads a token: "STREAM INDEX" and the filter, in base64. */
static bool read_next_token(struct bl_call *c, struct bf_str token, struct bf_str *name,
                            size_t *from, struct filter *f)
{
    char room[256], stream[129];
    struct bf_buf text = {.p = room, .cap = sizeof room - 1, .max = sizeof room - 1};
    unsigned at[4];
    long long at_ms;
    if (token.n > 300 || !bf_base64_decode(&text, token))
        return false;
    room[text.n] = '\0';
    if (sscanf(room, "%128[a-zA-Z0-9_.-] %zu %u %u %u %u %lld", stream, from, &at[0], &at[1],
               &at[2], &at[3], &at_ms) != 7 ||
        *from > BL_SHARDS_MAX)
        return false;
    *f = (struct filter){at[0] != 0, at[1] != 0, at[2] != 0, at[3] != 0, at_ms, {NULL, 0}};
    return bf_arena_copy(&c->arena, bf_str_of(stream), name);
}

static void put_next_token(struct bf_buf *out, const struct bl_stream *s, const struct filter *f,
                           size_t next)
{
    char room[256];
    struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
    bf_buf_addf(&text, "%s %zu %u %u %u %u %lld", s->name, next, f->oldest, f->open_at_ms,
                f->from_ms, f->open_now, (long long)f->at_ms);
    bf_buf_lit(out, ",\"NextToken\":\"");
    bf_base64_encode(out, bf_buf_view(&text));
    bf_buf_addc(out, '"');
}

static void list_shards(struct bl_call *c, const struct bl_stream *s, const struct filter *f,
                        size_t from, int64_t limit)
{
    struct bf_buf *out = &c->ans.body;
    bool first = true;
    bf_buf_lit(out, "{\"Shards\":[");
    for (; from < s->n && limit > 0; from++) {
        if (!passes_filter(f, &s->shards[from]))
            continue;
        if (!first)
            bf_buf_addc(out, ',');
        first = false;
        bl_shard_put(out, s, (int)from);
        limit--;
    }
    bf_buf_addc(out, ']');
    if (from < s->n)
        put_next_token(out, s, f, from);
    bf_buf_addc(out, '}');
}

bool bl_kinesis_list_shards(struct bl_call *c)
{
    struct bl_params p;
    struct filter f;
    struct bf_str after = {NULL, 0}, token = {NULL, 0}, name = {NULL, 0};
    int64_t limit = 1000;
    size_t from = 0;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ExclusiveStartShardId", &after) ||
        !bl_param_string(c, &p, "NextToken", &token) ||
        !bl_param_int(c, &p, "MaxResults", &limit) || !read_filter(c, &p, &f))
        return false;
    static const char *const alone[] = {"StreamName", "StreamARN", "ExclusiveStartShardId"};
    for (size_t i = 0; token.p && i < BF_COUNT(alone); i++)
        if (bl_param(&p, alone[i]))
            return bl_fail(c, BL_InvalidArgumentException,
                           "NextToken and %s cannot be provided together.", alone[i]);
    if (token.p && !read_next_token(c, token, &name, &from, &f))
        return bl_fail(c, BL_InvalidArgumentException, "NextToken is not valid.");
    bl_store_lock(c->store);
    const struct bl_stream *s =
        token.p ? bl_stream_find(c->local->kinesis, name) : bl_stream_param(c, &p);
    if (s) {
        if (!after.p)
            after = f.after;
        if (after.p && !token.p)
            from = (size_t)(bl_shard_find(s, after) + 1);
        list_shards(c, s, &f, from, limit);
    } else if (token.p)
        bl_fail(c, BL_ResourceNotFoundException, "Stream %.*s not found.", (int)name.n, name.p);
    bl_store_unlock(c->store);
    return s != NULL;
}

void bl_shard_close(struct bl_call *c, struct bl_stream *s, int index)
{
    struct bl_shard *shard = &s->shards[index];
    bl_stream_keep(c->store, s);
    shard->last = s->next > shard->first ? s->next - 1 : shard->first;
    shard->closed_ms = c->now_ms;
    sqlite3_stmt *q = bl_sql(c->store, "UPDATE kin_shard SET last=?, closed_ms=? WHERE id=?");
    bl_bind_i64(q, 1, shard->last);
    bl_bind_i64(q, 2, c->now_ms);
    bl_bind_i64(q, 3, shard->row);
    bl_run(c->store, q);
    if (s->next <= shard->last)
        s->next = shard->last + 1;
}

bool bl_shard_split(struct bl_call *c, struct bl_stream *s, int index, bl_hash at)
{
    bl_hash low = s->shards[index].low, high = s->shards[index].high;
    if (!bl_shard_room(s, 2))
        return false;
    bl_shard_close(c, s, index);
    return bl_shard_add(c, s, low, at - 1, index, -1) && bl_shard_add(c, s, at, high, index, -1);
}

static bool merge_shards(struct bl_call *c, struct bl_stream *s, int a, int b)
{
    bl_hash low = s->shards[a].low < s->shards[b].low ? s->shards[a].low : s->shards[b].low;
    bl_hash high = s->shards[a].high > s->shards[b].high ? s->shards[a].high : s->shards[b].high;
    if (!bl_shard_room(s, 1))
        return false;
    bl_shard_close(c, s, a);
    bl_shard_close(c, s, b);
    return bl_shard_add(c, s, low, high, a, b) != NULL;
}

/* The open shard in a parameter; -1: the answer is set. */
static int shard_param(struct bl_call *c, const struct bl_params *p, const struct bl_stream *s,
                       const char *name)
{
    struct bf_str id = {NULL, 0};
    if (!bl_param_string(c, p, name, &id))
        return -1;
    int index = bl_shard_find(s, id);
    if (index < 0)
        bl_fail(c, BL_ResourceNotFoundException,
                "Could not find shard %.*s in stream %s under account " BL_ACCOUNT ".",
                BF_SHOWN(id), s->name);
    else if (s->shards[index].last >= 0) {
        bl_fail(c, BL_InvalidArgumentException,
                "Shard %.*s in stream %s under account " BL_ACCOUNT
                " has already been merged or split, and thus is not eligible for "
                "merging or splitting.",
                (int)id.n, id.p, s->name);
        index = -1;
    }
    return index;
}

/* Runs a change of shards in a transaction. */
static bool change_shards(struct bl_call *c, bool (*run)(struct bl_call *, const struct bl_params *,
                                                         struct bl_stream *))
{
    struct bl_params p;
    struct bf_err e = {0};
    if (!bl_params_read(c, &p))
        return false;
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_stream *s = bl_stream_param(c, &p);
    bool ok = bl_store_settle(c->store, s && run(c, &p, s), &e);
    bl_store_unlock(c->store);
    return ok || (c->failed ? false : bl_fail_err(c, &e));
}

static bool run_split(struct bl_call *c, const struct bl_params *p, struct bl_stream *s)
{
    struct bf_str text = {NULL, 0};
    bl_hash at;
    int index = shard_param(c, p, s, "ShardToSplit");
    if (index < 0 || !bl_param_string(c, p, "NewStartingHashKey", &text))
        return false;
    const struct bl_shard *shard = &s->shards[index];
    if (!bl_hash_get(text, &at) || at <= shard->low || at - 1 <= shard->low || at >= shard->high)
        return bl_fail(
            c, BL_InvalidArgumentException,
            "NewStartingHashKey %.*s used in SplitShard() on shard shardId-%012d in stream "
            "%s under account " BL_ACCOUNT
            " is not both greater than one plus the shard's StartingHashKey and less than "
            "the shard's EndingHashKey.",
            BF_SHOWN(text), index, s->name);
    if (s->n + 2 > BL_SHARDS_MAX)
        return bl_fail(c, BL_LimitExceededException, "more than %d shards", BL_SHARDS_MAX);
    return bl_shard_split(c, s, index, at);
}

bool bl_kinesis_split(struct bl_call *c)
{
    return change_shards(c, run_split);
}

/* Does b begin where a ends? The highest hash key has no successor. */
static bool adjoins(const struct bl_shard *a, const struct bl_shard *b)
{
    return a->high != ~(bl_hash)0 && a->high + 1 == b->low;
}

static bool run_merge(struct bl_call *c, const struct bl_params *p, struct bl_stream *s)
{
    int a = shard_param(c, p, s, "ShardToMerge");
    int b = a < 0 ? -1 : shard_param(c, p, s, "AdjacentShardToMerge");
    if (b < 0)
        return false;
    const struct bl_shard *x = &s->shards[a], *y = &s->shards[b];
    if (!adjoins(x, y) && !adjoins(y, x))
        return bl_fail(
            c, BL_InvalidArgumentException,
            "Shards to merge in stream %s under account " BL_ACCOUNT " are not adjacent.", s->name);
    if (s->n + 1 > BL_SHARDS_MAX)
        return bl_fail(c, BL_LimitExceededException, "more than %d shards", BL_SHARDS_MAX);
    return merge_shards(c, s, a, b);
}

bool bl_kinesis_merge(struct bl_call *c)
{
    return change_shards(c, run_merge);
}

static int widest_shard(const struct bl_stream *s)
{
    int best = -1;
    for (size_t i = 0; i < s->n; i++)
        if (s->shards[i].last < 0 && (best < 0 || s->shards[i].high - s->shards[i].low >
                                                      s->shards[best].high - s->shards[best].low))
            best = (int)i;
    return best;
}

/* The two adjacent open shards with the narrowest union. */
static void narrowest_pair(const struct bl_stream *s, int *a, int *b)
{
    bl_hash best = ~(bl_hash)0;
    *a = *b = -1;
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->n; k++) {
            const struct bl_shard *x = &s->shards[i], *y = &s->shards[k];
            if (x->last >= 0 || y->last >= 0 || !adjoins(x, y))
                continue;
            if (*a < 0 || y->high - x->low < best) {
                best = y->high - x->low;
                *a = (int)i;
                *b = (int)k;
            }
        }
}

static bool run_count(struct bl_call *c, const struct bl_params *p, struct bl_stream *s)
{
    int64_t target = 0, now = 0;
    for (size_t i = 0; i < s->n; i++)
        now += s->shards[i].last < 0;
    if (!bl_param_int(c, p, "TargetShardCount", &target))
        return false;
    if (target < 1 || target > now * 2 || target < (now + 1) / 2 ||
        s->n + (size_t)(2 * target) > BL_SHARDS_MAX)
        return bl_fail(
            c, BL_InvalidArgumentException,
            "TargetShardCount of %lld is not between half and twice the present %lld open shards.",
            (long long)target, (long long)now);
    bf_buf_addf(
        &c->ans.body,
        "{\"StreamName\":\"%s\",\"CurrentShardCount\":%lld,\"TargetShardCount\":%lld,\"StreamARN\":"
        "\"arn:aws:kinesis:%s:" BL_ACCOUNT ":stream/%s\"}",
        s->name, (long long)now, (long long)target, c->local->region, s->name);
    int64_t open = now;
    for (bool ok = true; open != target; open += open < target ? 1 : -1) {
        int a, b;
        if (open < target) {
            a = widest_shard(s);
            ok = bl_shard_split(c, s, a,
                                s->shards[a].low + (s->shards[a].high - s->shards[a].low) / 2 + 1);
        } else {
            narrowest_pair(s, &a, &b);
            ok = a >= 0 && merge_shards(c, s, a, b);
        }
        if (!ok)
            return false;
    }
    return true;
}

bool bl_kinesis_count(struct bl_call *c)
{
    return change_shards(c, run_count);
}
