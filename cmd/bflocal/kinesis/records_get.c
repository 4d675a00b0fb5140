/* Kinesis: GetShardIterator and GetRecords. */
#include <stdio.h>

#include "cmd/bflocal/kinesis/kinesis.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

enum { READ_MAX = 10000, READ_BYTES = 10 * 1024 * 1024 };

void bl_iterator_put(struct bf_buf *out, const struct bl_iterator *it)
{
    char room[80];
    int n = snprintf(room, sizeof room, "bflocal %lld %lld %lld", (long long)it->row,
                     (long long)it->number, (long long)it->created_ms);
    bf_base64_encode(out, bf_str(room, (size_t)n));
}

bool bl_iterator_read(struct bf_str text, struct bl_iterator *it)
{
    char room[128];
    long long row, number, created;
    struct bf_buf b = {.p = room, .cap = sizeof room - 1, .max = sizeof room - 1};
    if (text.n > 160 || !bf_base64_decode(&b, text))
        return false;
    room[b.n] = '\0';
    if (sscanf(room, "bflocal %lld %lld %lld", &row, &number, &created) != 3 || number < 0 ||
        number > BL_NUMBER_MAX || created < 0)
        return false;
    *it = (struct bl_iterator){row, number, created};
    return true;
}

/* The number of the first record of a shard at or after a time; the next number if there is
 * none. */
static int64_t number_at(struct bl_call *c, const struct bl_stream *s, const struct bl_shard *shard,
                         int64_t at_ms)
{
    int64_t number = bl_log_first(c->store, shard->row, at_ms);
    return number < 0 ? s->next : number;
}

/* Does the number belong to a record of another shard of the stream? */
static bool is_elsewhere(struct bl_call *c, const struct bl_stream *s, const struct bl_shard *shard,
                         int64_t number)
{
    bool found = false;
    for (size_t i = 0; !found && i < s->n; i++) {
        struct bl_log_walk w;
        struct bl_record r;
        if (&s->shards[i] == shard)
            continue;
        bl_log_walk(c->store, s->shards[i].row, number, 0, &w);
        if (bl_log_next(&w, &r)) {
            found = r.number == number;
            bl_log_leave(&w);
        }
    }
    return found;
}

static bool start_at_time(struct bl_call *c, const struct bl_params *p, const struct bl_stream *s,
                          const struct bl_shard *shard, int64_t *number)
{
    int64_t at_ms = -1;
    if (!bl_param_time(c, p, "Timestamp", &at_ms))
        return false;
    if (at_ms < 0)
        return bl_fail(
            c, BL_InvalidArgumentException,
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. "
            "Current request has no timestamp parameter.");
    if (at_ms > c->now_ms)
        return bl_fail(c, BL_InvalidArgumentException,
                       "The timestampInMillis parameter cannot be greater than the "
                       "currentTimestampInMillis. timestampInMillis: %lld, "
                       "currentTimestampInMillis: %lld",
                       (long long)at_ms, (long long)c->now_ms);
    *number = number_at(c, s, shard, at_ms);
    return true;
}

static bool start_at_sequence(struct bl_call *c, const struct bl_stream *s,
                              const struct bl_shard *shard, struct bf_str sequence, bool after,
                              int64_t *number)
{
    if (!bl_sequence_get(s, sequence, number) || *number < shard->first - 1 ||
        is_elsewhere(c, s, shard, *number))
        return bl_fail(c, BL_InvalidArgumentException,
                       "StartingSequenceNumber %.*s used in GetShardIterator on shard "
                       "shardId-%012d in stream %s under account " BL_ACCOUNT " is invalid.",
                       BF_SHOWN(sequence), (int)(shard - s->shards), s->name);
    *number += after;
    return true;
}

/* Where an iterator of this type starts. */
static bool iterator_start(struct bl_call *c, const struct bl_params *p, const struct bl_stream *s,
                           const struct bl_shard *shard, int64_t *number)
{
    struct bf_str type = {NULL, 0}, sequence = {NULL, 0};
    if (!bl_param_string(c, p, "ShardIteratorType", &type) ||
        !bl_param_string(c, p, "StartingSequenceNumber", &sequence))
        return false;
    if (bf_str_is(type, "AT_TIMESTAMP"))
        return start_at_time(c, p, s, shard, number);
    bool after = bf_str_is(type, "AFTER_SEQUENCE_NUMBER");
    bool wants = after || bf_str_is(type, "AT_SEQUENCE_NUMBER");
    if (wants != (sequence.p != NULL))
        return bl_fail(
            c, BL_InvalidArgumentException,
            "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
            "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no "
            "StartingSequenceNumber. Request specified %.*s and %s StartingSequenceNumber.",
            (int)type.n, type.p, wants ? "no" : "also a");
    if (wants)
        return start_at_sequence(c, s, shard, sequence, after, number);
    *number = bf_str_is(type, "LATEST") ? s->next : shard->first;
    return true;
}

bool bl_kinesis_iterator(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str id = {NULL, 0};
    struct bl_iterator it = {.created_ms = c->now_ms};
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ShardId", &id))
        return false;
    bl_store_lock(c->store);
    const struct bl_stream *s = bl_stream_param(c, &p);
    int index = s ? bl_shard_find(s, id) : -1;
    bool ok = index >= 0;
    if (s && !ok)
        bl_fail(c, BL_ResourceNotFoundException,
                "Shard %.*s in stream %s under account " BL_ACCOUNT " does not exist", BF_SHOWN(id),
                s->name);
    ok = ok && iterator_start(c, &p, s, &s->shards[index], &it.number);
    if (ok) {
        it.row = s->shards[index].row;
        bf_buf_lit(&c->ans.body, "{\"ShardIterator\":\"");
        bl_iterator_put(&c->ans.body, &it);
        bf_buf_lit(&c->ans.body, "\"}");
    }
    bl_store_unlock(c->store);
    return ok;
}

static struct bl_stream *stream_of_shard(struct bl_kinesis *k, int64_t row, int *index)
{
    for (size_t i = 0; i < k->n; i++)
        for (size_t n = 0; n < k->streams[i]->n; n++)
            if (k->streams[i]->shards[n].row == row) {
                *index = (int)n;
                return k->streams[i];
            }
    return NULL;
}

static void put_record(struct bf_buf *out, const struct bl_stream *s, const struct bl_record *r)
{
    char sequence[BL_SEQUENCE_SIZE];
    bl_sequence_put(sequence, s, r->number);
    bf_buf_addf(out,
                "{\"SequenceNumber\":\"%s\",\"ApproximateArrivalTimestamp\":%lld.%03d,\"Data\":\"",
                sequence, (long long)(r->at_ms / 1000), (int)(r->at_ms % 1000));
    bf_base64_encode(out, r->data);
    bf_buf_lit(out, "\",\"PartitionKey\":");
    bf_json_put_string(out, r->key);
    bf_buf_addc(out, '}');
}

/* Appends records from it->number on and moves it after the last one, which arrived at *last_ms.
 * True: there may be more. */
static bool read_records(struct bl_call *c, const struct bl_stream *s, struct bl_iterator *it,
                         int64_t limit, int64_t *last_ms)
{
    struct bf_buf *out = &c->ans.body;
    struct bl_log_walk w;
    struct bl_record r;
    size_t bytes = 0;
    bl_log_walk(c->store, it->row, it->number, c->now_ms - s->retention_h * 3600000, &w);
    while (bl_log_next(&w, &r)) {
        if (limit-- == 0 || (bytes && bytes + r.data.n > READ_BYTES)) {
            bl_log_leave(&w);
            return true;
        }
        if (bytes)
            bf_buf_addc(out, ',');
        put_record(out, s, &r);
        bytes += r.data.n + r.key.n;
        *last_ms = r.at_ms;
        it->number = r.number + 1;
    }
    return false;
}

/* Appends the children of a shard that has been read to its end. */
static void put_children(struct bf_buf *out, const struct bl_stream *s, int index)
{
    char id[BL_SHARD_ID_SIZE];
    bool first = true;
    bf_buf_lit(out, ",\"ChildShards\":[");
    for (size_t i = 0; i < s->n; i++) {
        const struct bl_shard *child = &s->shards[i];
        if (child->parent != index && child->adjacent != index)
            continue;
        bl_shard_id(id, (int)i);
        bf_buf_addf(out, "%s{\"ShardId\":\"%s\",\"ParentShards\":[", first ? "" : ",", id);
        bl_shard_id(id, child->parent);
        bf_buf_addf(out, "\"%s\"", id);
        if (child->adjacent >= 0) {
            bl_shard_id(id, child->adjacent);
            bf_buf_addf(out, ",\"%s\"", id);
        }
        bf_buf_lit(out, "],\"HashKeyRange\":{\"StartingHashKey\":\"");
        bl_hash_put(out, child->low);
        bf_buf_lit(out, "\",\"EndingHashKey\":\"");
        bl_hash_put(out, child->high);
        bf_buf_lit(out, "\"}}");
        first = false;
    }
    bf_buf_addc(out, ']');
}

static void put_rest(struct bl_call *c, const struct bl_stream *s, int index,
                     struct bl_iterator *it, bool more, int64_t last_ms)
{
    struct bf_buf *out = &c->ans.body;
    bool ended = s->shards[index].last >= 0 && !more;
    int64_t behind = more && c->now_ms > last_ms ? c->now_ms - last_ms : more;
    bf_buf_addf(out, "],\"MillisBehindLatest\":%lld", (long long)behind);
    if (ended)
        put_children(out, s, index);
    else {
        if (!more && it->number < s->next)
            it->number = s->next; /* this shard has no record before that number */
        it->created_ms = c->now_ms;
        bf_buf_lit(out, ",\"NextShardIterator\":\"");
        bl_iterator_put(out, it);
        bf_buf_addc(out, '"');
    }
    bf_buf_addc(out, '}');
}

bool bl_kinesis_get_records(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str text = {NULL, 0};
    struct bl_iterator it;
    int64_t limit = READ_MAX, last_ms = c->now_ms;
    int index;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ShardIterator", &text) ||
        !bl_param_int(c, &p, "Limit", &limit))
        return false;
    if (!bl_iterator_read(text, &it))
        return bl_fail(c, BL_InvalidArgumentException, "Invalid ShardIterator.");
    if (c->now_ms - it.created_ms > BL_ITERATOR_MS)
        return bl_fail(c, BL_ExpiredIteratorException,
                       "Iterator expired. The iterator was created at time %lld while right now it "
                       "is %lld which is "
                       "further in the future than the tolerated delay of %d milliseconds.",
                       (long long)it.created_ms, (long long)c->now_ms, BL_ITERATOR_MS);
    bl_store_lock(c->store);
    struct bl_stream *s = stream_of_shard(c->local->kinesis, it.row, &index);
    if (s) {
        bl_stream_trim(c->store, s, c->now_ms);
        bf_err_clear(&c->store->err); /* a full store can still be read */
        bf_buf_lit(&c->ans.body, "{\"Records\":[");
        bool more = read_records(c, s, &it, limit, &last_ms);
        put_rest(c, s, index, &it, more, last_ms);
    } else
        bl_fail(c, BL_ResourceNotFoundException, "The stream of this iterator is gone.");
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    return e.code == BF_OK ? s != NULL : bl_fail_err(c, &e);
}
