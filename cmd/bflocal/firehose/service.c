/* Firehose: the table of its operations. */
#include "cmd/bflocal/firehose/service.h"

#include "cmd/bflocal/firehose/firehose.h"

static const struct bl_op operations[] = {
    {"CreateDeliveryStream", bl_firehose_create, 0},
    {"DeleteDeliveryStream", bl_firehose_delete, 0},
    {"DescribeDeliveryStream", bl_firehose_describe, 0},
    {"ListDeliveryStreams", bl_firehose_list, 0},
    {"ListTagsForDeliveryStream", bl_firehose_list_tags, 0},
    {"PutRecord", bl_firehose_put_record, 0},
    {"PutRecordBatch", bl_firehose_put_batch, BL_CAN_PARTIAL},
    {"StartDeliveryStreamEncryption", bl_firehose_encrypt, 0},
    {"StopDeliveryStreamEncryption", bl_firehose_encrypt, 0},
    {"TagDeliveryStream", bl_firehose_tag, 0},
    {"UntagDeliveryStream", bl_firehose_untag, 0},
    {"UpdateDestination", bl_firehose_update, 0},
};

static const struct bl_dialect dialect = {
    .content_type = "application/x-amz-json-1.1",
    .error_prefix = "",
    .throttled_error = BL_ServiceUnavailableException,
    .throttled = "Slow down.",
};

const struct bl_service bl_service_firehose = {
    .title = "Firehose",
    .name = "firehose",
    .variable = "FIREHOSE",
    .signing = "firehose",
    .target = "Firehose_20150804.",
    .dialect = &dialect,
    .max_body = 8 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .open = bl_delivery_open,
    .start = bl_delivery_start_all,
    .stop = bl_delivery_stop_all,
    .close = bl_delivery_close,
};
