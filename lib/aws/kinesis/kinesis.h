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
#include "lib/aws/kinesis/put_answer.h"

enum {
    BF_KINESIS_PUT_RECORDS = 500,
    BF_KINESIS_PUT_BYTES = 5 * 1024 * 1024,
    BF_KINESIS_PUT_BYTES_LARGE = 10 * 1024 * 1024,
    BF_KINESIS_RECORD_BYTES = 1024 * 1024,
    BF_KINESIS_KEY_CHARS = 256
};

BF_API extern const struct bf_aws_op bf_kinesis_put_records;

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

/* Appends one entry of a PutRecords request: {"Data":"...","PartitionKey":"..."}. */
BF_API void bf_kinesis_put_entry(struct bf_buf *out, struct bf_str data, struct bf_str key);

/* Appends how every request begins: {"StreamName":"orders", and the ARN where it is known. The object
 * stays open. */
BF_API void bf_kinesis_put_stream(struct bf_buf *out, const struct bf_feed_stream *stream);

/* Appends what stands before the entries, and behind them; commas between them are the caller's.
 * put_open takes back what put_end appended. */
BF_API void bf_kinesis_put_begin(struct bf_buf *out, const struct bf_feed_stream *stream);
BF_API void bf_kinesis_put_end(struct bf_buf *out);
BF_API void bf_kinesis_put_open(struct bf_buf *out);

/* put_answer.h */
BF_API BF_MUST bool bf_kinesis_put_answer(struct bf_str body, size_t n, bf_put_each *each,
                                          void *arg, struct bf_err *e);

#endif
