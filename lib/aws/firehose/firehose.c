#include "lib/aws/firehose/firehose.h"

#include "lib/encoding/enc.h"
#include "lib/json/write.h"

const struct bf_aws_op bf_firehose_put_record_batch = {BF_AWS_FIREHOSE, "PutRecordBatch"};

void bf_firehose_put_begin(struct bf_buf *out, struct bf_str stream)
{
    bf_buf_lit(out, "{\"DeliveryStreamName\":");
    bf_json_put_string(out, stream);
    bf_buf_lit(out, ",\"Records\":[");
}

void bf_firehose_put_entry(struct bf_buf *out, struct bf_str data)
{
    bf_buf_lit(out, "{\"Data\":\"");
    bf_base64_encode(out, data);
    bf_buf_lit(out, "\"}");
}

void bf_firehose_put_end(struct bf_buf *out)
{
    bf_buf_lit(out, "]}");
}

bool bf_firehose_put_answer(struct bf_str body, size_t n, bf_put_each *each, void *arg,
                            struct bf_err *e)
{
    static const struct bf_put_words words = {"PutRecordBatch", "RequestResponses", "RecordId"};
    return bf_put_answer(&words, body, n, each, arg, e);
}
