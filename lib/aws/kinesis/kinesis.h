/*
 * Kinesis: putting records, and the children that a shard's last answer names.
 * Reading goes through bf_feed_kinesis (feed.h).
 *
 * Limits (PutRecords, API reference): 500 records and 5 MiB a request, partition
 * keys included; 1 MiB a record unless the stream was given more, then 10 MiB
 * both; a partition key of 1 to 256 characters.
 */
#ifndef BF_AWS_KINESIS_KINESIS_H
#define BF_AWS_KINESIS_KINESIS_H

#include "lib/aws/kinesis/feed.h"
#include "lib/aws/put/put.h"

enum {
    BF_KINESIS_PUT_RECORDS = 500,
    BF_KINESIS_PUT_BYTES = 5 * 1024 * 1024,
    BF_KINESIS_PUT_BYTES_LARGE = 10 * 1024 * 1024,
    BF_KINESIS_RECORD_BYTES = 1024 * 1024,
    BF_KINESIS_KEY_CHARS = 256
};

/* PutRecords: `to` is a struct bf_feed_stream, the head of a line its partition key. */
BF_API extern const struct bf_put_service bf_kinesis_put;

/* Adds the shards of a ChildShards array to the lineage. */
BF_API BF_MUST bool bf_kinesis_read_children(struct bf_str array, struct bf_lineage *lineage,
                                             struct bf_err *e);

struct bf_kinesis_summary {
    char arn[BF_ARN_MAX + 1]; /* "" when the answer has none */
    int64_t
        retention_ms; /* how long the stream keeps its records; 0 when the answer does not say */
};

/* DescribeStreamSummary; waits for the answer. */
BF_API BF_MUST bool bf_kinesis_describe(struct bf_aws *aws, const struct bf_feed_stream *stream,
                                        struct bf_kinesis_summary *s, struct bf_err *e);

/* Appends how every request begins: {"StreamName":"orders", and the ARN where it is known. The object
 * stays open. */
BF_API void bf_kinesis_put_stream(struct bf_buf *out, const struct bf_feed_stream *stream);

#endif
