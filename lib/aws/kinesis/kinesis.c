#include "lib/aws/kinesis/kinesis.h"

#include <inttypes.h>

#include "lib/encoding/enc.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { REQUEST_MAX = 8 * 1024, ANSWER_MAX = 1 << 20 };

bool bf_kinesis_read_children(struct bf_str array, struct bf_lineage *lineage, struct bf_err *e)
{
    json_t *doc = bf_doc_array(array, e);
    bool ok = doc && bf_feed_take_shards(doc, lineage, false, e);
    bf_doc_free(doc);
    return ok || bf_err_ctx(e, "ChildShards");
}

static bool read_summary(const json_t *answer, struct bf_kinesis_summary *s, struct bf_err *e)
{
    const json_t *summary = bf_doc_get_object(answer, "StreamDescriptionSummary");
    uint64_t hours = 0;
    if (!summary)
        return bf_err_set(e, BF_E_SERVICE, "an answer without a summary");
    if (!bf_doc_get_u64(summary, "RetentionPeriodHours", &hours, e))
        return false;
    s->retention_ms = hours <= 1000 * 1000 ? (int64_t)hours * 3600 * 1000 : 0;
    return bf_doc_copy_text(summary, "StreamARN", s->arn, sizeof s->arn, e);
}

bool bf_kinesis_describe(struct bf_aws *aws, const struct bf_feed_stream *stream,
                         struct bf_kinesis_summary *s, struct bf_err *e)
{
    static const struct bf_aws_op op = {BF_AWS_KINESIS, "DescribeStreamSummary"};
    struct bf_buf body, answer;
    *s = (struct bf_kinesis_summary){0};
    bf_buf_init(&body, REQUEST_MAX);
    bf_buf_init(&answer, ANSWER_MAX);
    bf_kinesis_put_stream(&body, stream);
    bf_buf_addc(&body, '}');
    bool ok = bf_buf_check(&body, "request", e) &&
              bf_aws_call_wait(aws, &op, bf_buf_view(&body), &answer, NULL, e);
    json_t *doc = ok ? bf_doc_object(bf_buf_view(&answer), BF_DOC_PLAIN, e) : NULL;
    if (ok && (!doc || !read_summary(doc, s, e)))
        ok = bf_err_ctx(e, "%s", op.target);
    bf_doc_free(doc);
    bf_buf_free(&body);
    bf_buf_free(&answer);
    return ok;
}

static void list_body(struct bf_buf *out, const struct bf_feed_stream *stream, struct bf_str next)
{
    if (next.n) {
        bf_buf_lit(out, "{\"NextToken\":");
        bf_json_put_string(out, next);
    } else
        bf_kinesis_put_stream(out, stream);
    bf_buf_addc(out, '}');
}

static bool list_page(const json_t *answer, struct bf_lineage *lineage, struct bf_str *next,
                      struct bf_err *e)
{
    const json_t *shards = bf_doc_get_array(answer, "Shards");
    *next = bf_doc_get_text(answer, "NextToken");
    if (!shards)
        return bf_err_set(e, BF_E_SERVICE, "answer without shards");
    return bf_feed_take_shards(shards, lineage, true, e);
}

static void iterator_body(struct bf_buf *out, const struct bf_feed_stream *stream,
                          struct bf_str shard, const struct bf_feed_position *position)
{
    static const char *const types[] = {
        [BF_FEED_OLDEST] = "TRIM_HORIZON",         [BF_FEED_LATEST] = "LATEST",
        [BF_FEED_TIME] = "AT_TIMESTAMP",           [BF_FEED_AT] = "AT_SEQUENCE_NUMBER",
        [BF_FEED_AFTER] = "AFTER_SEQUENCE_NUMBER", [BF_FEED_ITERATOR] = "AT_TIMESTAMP",
    };
    int64_t ms = position->time_ms;
    if (position->at == BF_FEED_ITERATOR)
        ms = ms > BF_FEED_TIME_SLACK_MS ? ms - BF_FEED_TIME_SLACK_MS : 0;
    bf_kinesis_put_stream(out, stream);
    bf_buf_lit(out, ",\"ShardId\":");
    bf_json_put_string(out, shard);
    bf_buf_addf(out, ",\"ShardIteratorType\":\"%s\"", types[position->at]);
    if (position->at == BF_FEED_TIME || position->at == BF_FEED_ITERATOR)
        bf_buf_addf(out, ",\"Timestamp\":%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
    if (position->at == BF_FEED_AT || position->at == BF_FEED_AFTER) {
        bf_buf_lit(out, ",\"StartingSequenceNumber\":");
        bf_json_put_string(out, position->sequence);
    }
    bf_buf_addc(out, '}');
}

/* A string whose content is checked when it is decoded: up to the next quote, unless a backslash is
 * before it. */
static bool unchecked_string(struct bf_json *j, struct bf_str *text, struct bf_err *e)
{
    struct bf_json_val v;
    enum bf_json_type type;
    if (!bf_json_peek(j, &type, e))
        return false;
    const char *from = j->p + 1;
    const char *quote = *j->p == '"' ? memchr(from, '"', (size_t)(j->end - from)) : NULL;
    if (quote && quote[-1] != '\\') {
        *text = bf_str(from, (size_t)(quote - from));
        j->p = quote + 1;
        return true;
    }
    if (!bf_json_string(j, &v, e))
        return false;
    *text = v.text;
    return true;
}

static bool record_member(struct bf_json *j, const struct bf_json_key *key,
                          struct bf_feed_record *r, struct bf_err *e)
{
    struct bf_json_val v;
    if (bf_json_key_is(key, "Data"))
        return unchecked_string(j, &r->data, e);
    if (!bf_json_value(j, &v, e))
        return false;
    if (bf_json_key_is(key, "SequenceNumber"))
        r->sequence = v.text;
    else if (bf_json_key_is(key, "PartitionKey"))
        r->key = v.text;
    else if (bf_json_key_is(key, "ApproximateArrivalTimestamp"))
        return bf_feed_read_time(v.text, &r->time_ms) ||
               bf_err_set(e, BF_E_SERVICE, "ApproximateArrivalTimestamp is not a time");
    return true;
}

static bool take_record(struct bf_json *j, const struct bf_feed_sink *sink, struct bf_err *e)
{
    struct bf_feed_record r = {0};
    struct bf_json_key key;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    const char *from = j->p - 1;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE)
        if (!record_member(j, &key, &r, e))
            return false;
    if (more != BF_JSON_END)
        return false;
    if (r.sequence.n == 0 || r.sequence.n > BF_SHARD_SEQUENCE_MAX || !r.data.p)
        return bf_err_set(e, BF_E_SERVICE, "a record without data or sequence number");
    r.raw = bf_str(from, (size_t)(j->p - from));
    return sink->take(sink->arg, &r, e);
}

const struct bf_feed bf_feed_kinesis = {
    .list_op = {BF_AWS_KINESIS, "ListShards"},
    .iterator_op = {BF_AWS_KINESIS, "GetShardIterator"},
    .records_op = {BF_AWS_KINESIS, "GetRecords"},
    .limit = 10000,
    .interval_ms = 200, /* 5 GetRecords per second and shard */
    .list_body = list_body,
    .list_page = list_page,
    .iterator_body = iterator_body,
    .record = take_record,
};
