/* DynamoDB: the table of its operations. */
#include "cmd/bflocal/call.h"

const struct bl_service bl_service_dynamodb = {
    .name = "dynamodb",
    .signing = "dynamodb",
    .target = "DynamoDB_20120810.",
    .content_type = "application/x-amz-json-1.0",
    .error_prefix = "com.amazonaws.dynamodb.v20120810#",
    .coral = true,
    .crc32 = true,
    .max_body = 17 * 1024 * 1024,
};
