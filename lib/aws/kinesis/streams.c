/* DynamoDB Streams: its records are the GetRecords records byte for byte as they stand in the answer. */
#include "lib/aws/kinesis/feed.h"

#include "lib/json/scan.h"
#include "lib/json/write.h"

static void list_body(struct bf_buf *out, const struct bf_feed_stream *stream, struct bf_str next)
{
    bf_buf_lit(out, "{\"StreamArn\":");
    bf_json_put_string(out, stream->arn);
    if (next.n) {
        bf_buf_lit(out, ",\"ExclusiveStartShardId\":");
        bf_json_put_string(out, next);
    }
    bf_buf_addc(out, '}');
}

/* The next page begins behind the last shard that this one has looked at. */
static bool list_page(const json_t *answer, struct bf_lineage *lineage, struct bf_str *next,
                      struct bf_err *e)
{
    const json_t *description = bf_doc_get_object(answer, "StreamDescription");
    *next = bf_doc_get_text(description, "LastEvaluatedShardId");
    if (!description)
        return bf_err_set(e, BF_E_SERVICE, "answer without a description");
    return bf_feed_take_shards(bf_doc_get_array(description, "Shards"), lineage, true, e);
}

static void iterator_body(struct bf_buf *out, const struct bf_feed_stream *stream,
                          struct bf_str shard, const struct bf_feed_position *position)
{
    static const char *const types[] = {
        [BF_FEED_OLDEST] = "TRIM_HORIZON",         [BF_FEED_LATEST] = "LATEST",
        [BF_FEED_TIME] = "TRIM_HORIZON",           [BF_FEED_AT] = "AT_SEQUENCE_NUMBER",
        [BF_FEED_AFTER] = "AFTER_SEQUENCE_NUMBER", [BF_FEED_ITERATOR] = "TRIM_HORIZON",
    };
    bf_buf_lit(out, "{\"StreamArn\":");
    bf_json_put_string(out, stream->arn);
    bf_buf_lit(out, ",\"ShardId\":");
    bf_json_put_string(out, shard);
    bf_buf_addf(out, ",\"ShardIteratorType\":\"%s\"", types[position->at]);
    if (position->at == BF_FEED_AT || position->at == BF_FEED_AFTER) {
        bf_buf_lit(out, ",\"SequenceNumber\":");
        bf_json_put_string(out, position->sequence);
    }
    bf_buf_addc(out, '}');
}

/* The members of a record's "dynamodb" that a reader wants. */
static bool take_change(struct bf_json *j, struct bf_feed_record *r, struct bf_err *e)
{
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(j, &v, e))
            return false;
        if (bf_json_key_is(&key, "SequenceNumber"))
            r->sequence = v.text;
        else if (bf_json_key_is(&key, "Keys"))
            r->key = v.raw;
        else if (bf_json_key_is(&key, "ApproximateCreationDateTime") &&
                 !bf_feed_read_time(v.text, &r->time_ms))
            return bf_err_set(e, BF_E_SERVICE, "ApproximateCreationDateTime is no time");
    }
    return more == BF_JSON_END;
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
        if (!(bf_json_key_is(&key, "dynamodb") ? take_change(j, &r, e) : bf_json_skip(j, e)))
            return false;
    if (more != BF_JSON_END)
        return false;
    if (r.sequence.n == 0 || r.sequence.n > BF_SHARD_SEQUENCE_MAX)
        return bf_err_set(e, BF_E_SERVICE, "a record without a sequence number");
    r.raw = r.data = bf_str(from, (size_t)(j->p - from));
    return sink->take(sink->arg, &r, e);
}

const struct bf_feed bf_feed_dynamodb = {
    .list_op = {BF_AWS_STREAMS, "DescribeStream"},
    .iterator_op = {BF_AWS_STREAMS, "GetShardIterator"},
    .records_op = {BF_AWS_STREAMS, "GetRecords"},
    .limit = 1000,
    .interval_ms = 0,
    .list_body = list_body,
    .list_page = list_page,
    .iterator_body = iterator_body,
    .record = take_record,
};
