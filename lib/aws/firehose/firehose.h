/*
 * Firehose: putting records. Limits (PutRecordBatch, API reference): 500 records and 4 MiB per
 * request, 1,000 KiB per record before base64.
 */
#ifndef BF_AWS_FIREHOSE_FIREHOSE_H
#define BF_AWS_FIREHOSE_FIREHOSE_H

#include "lib/aws/client/client.h"
#include "lib/aws/put/put_answer.h"

enum {
    BF_FIREHOSE_PUT_RECORDS = 500,
    BF_FIREHOSE_PUT_BYTES = 4 * 1024 * 1024,
    BF_FIREHOSE_RECORD_BYTES = 1000 * 1024
};

BF_API extern const struct bf_aws_op bf_firehose_put_record_batch;

/* The text of the request: begin, entries (the caller writes the commas between them), end. */
BF_API void bf_firehose_put_begin(struct bf_buf *out, struct bf_str stream);
BF_API void bf_firehose_put_entry(struct bf_buf *out, struct bf_str data);
BF_API void bf_firehose_put_end(struct bf_buf *out);

/* put_answer.h */
BF_API BF_MUST bool bf_firehose_put_answer(struct bf_str body, size_t n, bf_put_each *each,
                                           void *arg, struct bf_err *e);

#endif
