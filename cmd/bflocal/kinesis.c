/* Kinesis: the table of its operations. */
#include "cmd/bflocal/call.h"

const struct bl_service bl_service_kinesis = {
    .name = "kinesis",
    .signing = "kinesis",
    .target = "Kinesis_20131202.",
    .content_type = "application/x-amz-json-1.1",
    .error_prefix = "",
    .max_body = 16 * 1024 * 1024,
};
