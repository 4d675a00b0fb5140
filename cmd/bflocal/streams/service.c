/* DynamoDB Streams: the table of its operations. */
#include "cmd/bflocal/streams/service.h"

#include "cmd/bflocal/http/control.h"
#include "cmd/bflocal/streams/streams.h"

/* POST /_bflocal/streams/split?table=T&shard=S splits an open shard of a table's stream (without shard: the widest);
 * {"shard":...,"children":[...]} */
static void control_split(struct bl_call *c)
{
    struct bf_err e = {0};
    if (bl_streams_split(c, bl_query(c, "table"), bl_query(c, "shard"), &e))
        bl_control_answer(c, 200);
    else
        bl_control_fail(c, e.code == BF_E_INPUT ? 400 : 500, e.text);
}

static const struct bl_control controls[] = {{"POST", "streams/split", control_split}};

static const struct bl_op operations[] = {
    {"DescribeStream", bl_streams_describe, 0},
    {"GetRecords", bl_streams_get_records, BL_CAN_ITERATOR},
    {"GetShardIterator", bl_streams_iterator, 0},
    {"ListStreams", bl_streams_list, 0},
};

const struct bl_service bl_service_streams = {
    .title = "DynamoDB Streams",
    .name = "streams",
    .variable = "DYNAMODB_STREAMS",
    .signing = "dynamodb",
    .target = "DynamoDBStreams_20120810.",
    .content_type = "application/x-amz-json-1.0",
    .error_prefix = "com.amazonaws.dynamodb.v20120810#",
    .coral = true,
    .crc32 = true,
    .throttled_error = BL_ProvisionedThroughputExceededException,
    .throttled = "The level of configured provisioned throughput for the table was exceeded. "
                 "Consider increasing your provisioning level with the UpdateTable API.",
    .max_body = 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .controls = controls,
    .ncontrols = BF_COUNT(controls),
};
