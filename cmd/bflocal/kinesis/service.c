/* Kinesis: the table of its operations, and its state as the process starts. */
#include "cmd/bflocal/kinesis/service.h"

#include <stdlib.h>

#include "cmd/bflocal/kinesis/kinesis.h"

/* Streams without a name are DynamoDB's. */
static bool load_streams(struct bl_store *store, struct bl_kinesis *k)
{
    sqlite3_stmt *q =
        bl_sql(store, "SELECT id FROM kin_stream WHERE name IS NOT NULL ORDER BY name");
    while (bl_step(store, q)) {
        if (k->n == BL_STREAMS_MAX ||
            !(k->streams[k->n] = bl_stream_load(store, sqlite3_column_int64(q, 0))))
            return false;
        k->n++;
    }
    return bl_store_ok(store);
}

static bool open_kinesis(struct bl_local *l, struct bf_err *e)
{
    l->kinesis = calloc(1, sizeof *l->kinesis);
    if (!l->kinesis)
        return bf_err_nomem(e);
    if (!bl_stream_open(&l->store, e))
        return false;
    bl_store_lock(&l->store);
    bool ok = load_streams(&l->store, l->kinesis);
    if (!ok)
        bf_err_set(e, BF_E_IO, "Kinesis: the stored streams cannot be read: %.200s",
                   l->store.err.text);
    bl_store_unlock(&l->store);
    return ok;
}

static void close_kinesis(struct bl_local *l)
{
    for (size_t i = 0; l->kinesis && i < l->kinesis->n; i++)
        bl_stream_destroy(l->kinesis->streams[i]);
    free(l->kinesis);
    l->kinesis = NULL;
}

static const struct bl_op operations[] = {
    {"CreateStream", bl_kinesis_create, 0},
    {"DecreaseStreamRetentionPeriod", bl_kinesis_shorter, 0},
    {"DeleteStream", bl_kinesis_delete, 0},
    {"DescribeStream", bl_kinesis_describe, 0},
    {"DescribeStreamSummary", bl_kinesis_summary, 0},
    {"GetRecords", bl_kinesis_get_records, BL_CAN_ITERATOR},
    {"GetShardIterator", bl_kinesis_iterator, 0},
    {"IncreaseStreamRetentionPeriod", bl_kinesis_longer, 0},
    {"ListShards", bl_kinesis_list_shards, 0},
    {"ListStreams", bl_kinesis_list, 0},
    {"MergeShards", bl_kinesis_merge, 0},
    {"PutRecord", bl_kinesis_put_record, 0},
    {"PutRecords", bl_kinesis_put_records, BL_CAN_PARTIAL},
    {"SplitShard", bl_kinesis_split, 0},
    {"UpdateShardCount", bl_kinesis_count, 0},
};

const struct bl_service bl_service_kinesis = {
    .title = "Kinesis",
    .name = "kinesis",
    .variable = "KINESIS",
    .signing = "kinesis",
    .target = "Kinesis_20131202.",
    .content_type = "application/x-amz-json-1.1",
    .error_prefix = "",
    .cbor_type = "application/x-amz-cbor-1.1",
    .throttled_error = BL_ProvisionedThroughputExceededException,
    .throttled =
        "Rate exceeded for shard shardId-000000000000 in stream under account " BL_ACCOUNT ".",
    .max_body = 16 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .open = open_kinesis,
    .close = close_kinesis,
};
