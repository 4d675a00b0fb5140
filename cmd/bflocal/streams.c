/* DynamoDB Streams: the table of its operations. */
#include "cmd/bflocal/call.h"

const struct bl_service bl_service_streams = {
    .name = "streams",
    .signing = "dynamodb",
    .target = "DynamoDBStreams_20120810.",
    .content_type = "application/x-amz-json-1.0",
    .error_prefix = "com.amazonaws.dynamodb.v20120810#",
    .coral = true,
    .crc32 = true,
    .max_body = 1024 * 1024,
};
