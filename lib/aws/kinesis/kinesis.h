/*
 * Kinesis: putting records, and the child shards in a shard's last answer. For reading use
 * bf_feed_kinesis (feed.h).
 *
 * Limits (PutRecords, API reference): 500 records and 5 MiB per request, partition keys included; 1
 * MiB per record, unless the stream is configured for more, then 10 MiB for both; a partition key
 * of 1 to 256 characters.
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
    char arn[BF_ARN_MAX + 1]; /* "" if the answer has none */
    int64_t retention_ms; /* how long the stream keeps its records; 0 if the answer does not tell */
};

/* DescribeStreamSummary; waits for the answer. */
BF_API BF_MUST bool bf_kinesis_describe(struct bf_aws *aws, const struct bf_feed_stream *stream,
                                        struct bf_kinesis_summary *s, struct bf_err *e);

/* Appends the beginning of every request: {"StreamName":"orders", and the ARN if it is known. The
 * object is not closed. */
BF_API void bf_kinesis_put_stream(struct bf_buf *out, const struct bf_feed_stream *stream);

#endif
