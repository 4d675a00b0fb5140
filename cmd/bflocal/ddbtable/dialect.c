#include "cmd/bflocal/ddbtable/ddbtable.h"

const struct bl_dialect bl_ddb_dialect = {
    .content_type = "application/x-amz-json-1.0",
    .error_prefix = "com.amazonaws.dynamodb.v20120810#",
    .coral = true,
    .crc32 = true,
    .throttled_error = BL_ProvisionedThroughputExceededException,
    .throttled = "The level of configured provisioned throughput for the table was exceeded. "
                 "Consider increasing your provisioning level with the UpdateTable API.",
};
