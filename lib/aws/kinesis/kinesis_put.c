/* PutRecords: the request's text and what the answer says of each entry. */
#include "lib/aws/kinesis/kinesis.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

void bf_kinesis_put_entry(struct bf_buf *out, struct bf_str data, struct bf_str key)
{
    bf_buf_lit(out, "{\"Data\":\"");
    bf_base64_encode(out, data);
    bf_buf_lit(out, "\",\"PartitionKey\":");
    bf_json_put_string(out, key);
    bf_buf_addc(out, '}');
}

void bf_kinesis_put_stream(struct bf_buf *out, const struct bf_feed_stream *stream)
{
    bf_buf_lit(out, "{\"StreamName\":");
    bf_json_put_string(out, stream->name);
    if (stream->arn.n) {
        bf_buf_lit(out, ",\"StreamARN\":");
        bf_json_put_string(out, stream->arn);
    }
}

void bf_kinesis_put_begin(struct bf_buf *out, const struct bf_feed_stream *stream)
{
    bf_kinesis_put_stream(out, stream);
    bf_buf_lit(out, ",\"Records\":[");
}

void bf_kinesis_put_end(struct bf_buf *out)
{
    bf_buf_lit(out, "]}");
}

void bf_kinesis_put_open(struct bf_buf *out)
{
    if (out->n >= 2 && memcmp(out->p + out->n - 2, "]}", 2) == 0)
        out->n -= 2;
}

bool bf_kinesis_put_answer(struct bf_str body, size_t n, bf_put_each *each, void *arg,
                           struct bf_err *e)
{
    static const struct bf_put_words words = {"PutRecords", "Records", "SequenceNumber"};
    return bf_put_answer(&words, body, n, each, arg, e);
}
