/* PutRecords, for lib/aws/put. */
#include "lib/aws/kinesis/kinesis.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

#define ENTRY_BEGIN "{\"Data\":\""

static void put_entry(struct bf_buf *out, struct bf_str data, struct bf_str key)
{
    bf_buf_lit(out, ENTRY_BEGIN);
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

static void put_begin(struct bf_buf *out, const void *stream)
{
    bf_kinesis_put_stream(out, stream);
    bf_buf_lit(out, ",\"Records\":[");
}

/* The entry has the base64 of the line between two quotes. */
static bool entry_line(struct bf_buf *out, struct bf_str entry)
{
    size_t before = sizeof ENTRY_BEGIN - 1;
    const char *from = entry.p + before, *quote = memchr(from, '"', entry.n - before);
    return quote && bf_base64_decode(out, bf_str(from, (size_t)(quote - from)));
}

static enum bf_put_verdict judge(struct bf_str code)
{
    static const char *const pass[] = {"InternalFailure", "ServiceUnavailable",
                                       "KMSThrottlingException", "LimitExceededException"};
    if (bf_str_is(code, "ProvisionedThroughputExceededException"))
        return BF_PUT_THROTTLED;
    for (size_t i = 0; i < BF_COUNT(pass); i++)
        if (bf_str_eq(code, bf_str_of(pass[i])))
            return BF_PUT_AGAIN;
    return BF_PUT_REFUSED;
}

static const struct bf_aws_op put_records = {BF_AWS_KINESIS, "PutRecords"};

const struct bf_put_service bf_kinesis_put = {
    .op = &put_records,
    .words = {"PutRecords", "Records", "SequenceNumber"},
    .one = "record",
    .many = "records",
    .entries_max = BF_KINESIS_PUT_RECORDS,
    .begin = put_begin,
    .entry = put_entry,
    .line = entry_line,
    .judge = judge,
};
