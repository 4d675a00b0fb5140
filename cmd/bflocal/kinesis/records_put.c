/* Kinesis: PutRecord and PutRecords. */
#include <stdio.h>

#include "cmd/bflocal/kinesis/kinesis.h"
#include "lib/encoding/enc.h"

enum {
    RECORD_MAX = 1024 * 1024,      /* data and partition key of a record */
    BATCH_MAX = 500,               /* records of a PutRecords */
    BATCH_BYTES = 10 * 1024 * 1024 /* data and keys of a PutRecords */
};

int64_t bl_record_add(struct bl_store *store, struct bl_stream *s, struct bl_shard *shard,
                      struct bf_str key, struct bf_str data, int64_t now_ms)
{
    bl_stream_keep(store, s);
    bl_log_add(store, shard->row, &(struct bl_record){s->next, now_ms, key, data});
    return s->next++;
}

/* One record of a request. */
struct entry {
    struct bf_str key, data;
    bl_hash hash;
    size_t bytes;
};

/* Decodes base64 into the arena. */
static bool decode_data(struct bl_call *c, struct bf_str text, struct bf_str *out)
{
    size_t n = text.n / 4 * 3 + 3;
    struct bf_buf b = {.p = bf_arena_alloc(&c->arena, n), .cap = n, .max = n};
    if (!b.p)
        return bl_fail(c, BL_InternalFailure, "out of memory");
    if (!bf_base64_decode(&b, text))
        return bl_fail(c, BL_SerializationException, "Data is not valid base64");
    *out = bf_buf_view(&b);
    return true;
}

static bool too_long(struct bl_call *c, size_t record)
{
    char within[40] = "";
    if (record)
        snprintf(within, sizeof within, "records.%zu.member.", record);
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value at '%sdata' failed to satisfy constraint: "
                   "Member must have length less than or equal to %d",
                   within, RECORD_MAX);
}

static bool read_entry(struct bl_call *c, const struct bl_params *p, size_t record,
                       struct entry *en)
{
    struct bf_str hash = {NULL, 0};
    *en = (struct entry){0};
    if (!bl_param_string(c, p, "PartitionKey", &en->key) ||
        !bl_param_string(c, p, "Data", &en->data) ||
        !bl_param_string(c, p, "ExplicitHashKey", &hash))
        return false;
    size_t pad = en->data.n % 4 ? 3 : 0; /* wrong in any case */
    while (pad < 2 && pad < en->data.n && en->data.p[en->data.n - 1 - pad] == '=')
        pad++;
    size_t bytes = en->data.n / 4 * 3 - pad;
    en->bytes = bytes + en->key.n;
    if (en->bytes > RECORD_MAX)
        return too_long(c, record);
    if (hash.p && !bl_hash_get(hash, &en->hash))
        return bl_fail(c, BL_InvalidArgumentException,
                       "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: "
                       "[0, 2^128-1].");
    if (!hash.p)
        en->hash = bl_hash_of(en->key);
    return decode_data(c, en->data, &en->data);
}

static void put_result(struct bf_buf *out, const struct bl_stream *s, const struct bl_shard *shard,
                       int64_t number)
{
    char id[BL_SHARD_ID_SIZE], sequence[BL_SEQUENCE_SIZE];
    bl_shard_id(id, (int)(shard - s->shards));
    bl_sequence_put(sequence, s, number);
    bf_buf_addf(out, "\"SequenceNumber\":\"%s\",\"ShardId\":\"%s\"", sequence, id);
}

/* Writes the entries in one transaction; *failed is the number of entries that a fault left out. */
static bool write_entries(struct bl_call *c, struct bl_stream *s, const struct entry *list,
                          size_t n, size_t *failed)
{
    struct bf_buf *out = &c->ans.body;
    bl_stream_trim(c->store, s, c->now_ms);
    for (size_t i = 0; i < n; i++) {
        if (i)
            bf_buf_addc(out, ',');
        if (bl_fault_entry(&c->fault, i, n)) {
            bf_buf_addf(out,
                        "{\"ErrorCode\":\"ProvisionedThroughputExceededException\","
                        "\"ErrorMessage\":\"Rate exceeded for "
                        "shard in stream %s under account " BL_ACCOUNT ".\"}",
                        s->name);
            ++*failed;
            continue;
        }
        struct bl_shard *shard = bl_shard_for(s, list[i].hash);
        if (!shard)
            return false;
        bf_buf_addc(out, '{');
        put_result(out, s, shard,
                   bl_record_add(c->store, s, shard, list[i].key, list[i].data, c->now_ms));
        bf_buf_addc(out, '}');
    }
    return bl_store_ok(c->store);
}

struct batch {
    struct entry *list; /* BATCH_MAX */
    size_t n, bytes;
};

static bool take_record(struct bl_call *c, const struct bl_params *p, void *arg)
{
    struct batch *b = arg;
    if (!read_entry(c, p, b->n + 1, &b->list[b->n]))
        return false;
    b->bytes += b->list[b->n++].bytes;
    return true;
}

/* Ends the transaction of a write. */
static bool end_write(struct bl_call *c, bool ok)
{
    struct bf_err e = {0};
    if (ok)
        return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
    e = c->store->err;
    bl_store_rollback(c->store);
    return c->failed ? false : bl_fail_err(c, &e);
}

bool bl_kinesis_put_records(struct bl_call *c)
{
    struct bl_params p;
    struct batch b = {.list = bf_arena_alloc(&c->arena, BATCH_MAX * sizeof *b.list)};
    struct bf_err e = {0};
    size_t failed = 0;
    if (!b.list)
        return bl_fail(c, BL_InternalFailure, "out of memory");
    if (!bl_params_read_list(c, &p, "Records", BATCH_MAX, take_record, &b))
        return false;
    if (b.bytes > BATCH_BYTES)
        return bl_fail(c, BL_InvalidArgumentException, "Records size exceeds %d MB limit",
                       BATCH_BYTES / 1024 / 1024);
    if (!bl_store_begin_bulk(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_stream *s = bl_stream_param(c, &p);
    if (s)
        bf_buf_lit(&c->ans.body, "{\"Records\":[");
    bool ok = s && write_entries(c, s, b.list, b.n, &failed);
    if (ok)
        bf_buf_addf(&c->ans.body, "],\"FailedRecordCount\":%zu}", failed);
    return end_write(c, ok);
}

bool bl_kinesis_put_record(struct bl_call *c)
{
    struct bl_params p;
    struct entry en;
    struct bf_err e = {0};
    if (!bl_params_read(c, &p) || !read_entry(c, &p, 0, &en))
        return false;
    if (!bl_store_begin_bulk(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_stream *s = bl_stream_param(c, &p);
    struct bl_shard *shard = s ? bl_shard_for(s, en.hash) : NULL;
    if (shard) {
        bl_stream_trim(c->store, s, c->now_ms);
        bf_buf_addc(&c->ans.body, '{');
        put_result(&c->ans.body, s, shard,
                   bl_record_add(c->store, s, shard, en.key, en.data, c->now_ms));
        bf_buf_addc(&c->ans.body, '}');
    }
    return end_write(c, shard && bl_store_ok(c->store));
}
