/*
 * DynamoDB Streams: from a table to its stream. Reading goes through
 * bf_feed_dynamodb (feed.h), whose records are the GetRecords records byte for
 * byte as they stand in the answer.
 */
#ifndef BF_AWS_KINESIS_STREAMS_H
#define BF_AWS_KINESIS_STREAMS_H

#include "lib/aws/kinesis/feed.h"

/* Appends the ARN of the table's latest stream (DescribeTable); *enabled says whether it still takes
 * changes. table is a name or the ARN of a table. BF_E_NOTFOUND: no such table, or it never had one. */
BF_API BF_MUST bool bf_streams_find(struct bf_aws *aws, struct bf_str table, struct bf_buf *arn,
                                    bool *enabled, struct bf_err *e);

#endif
