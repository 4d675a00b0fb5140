#include "lib/aws/kinesis/streams.h"

#include "lib/json/scan.h"
#include "lib/json/write.h"

static const struct bf_aws_op describe_table = {BF_AWS_DYNAMODB, "DescribeTable"};

enum { ANSWER_MAX = 32 << 20, REQUEST_MAX = 1 << 16 };

static bool read_table(struct bf_str answer, struct bf_buf *arn, bool *enabled, struct bf_err *e)
{
    struct bf_json_val table, v, on;
    bool found;
    *enabled = false;
    if (!bf_json_find(answer, BF_STR("Table"), &table, &found, e))
        return false;
    if (!found || table.type != BF_JSON_OBJECT)
        return bf_err_set(e, BF_E_SERVICE, "answer without a table");
    if (!bf_json_find(table.raw, BF_STR("LatestStreamArn"), &v, &found, e))
        return false;
    if (!found || v.type != BF_JSON_STRING)
        return bf_err_set(e, BF_E_NOTFOUND, "the table has no stream");
    bf_json_unescape(arn, v.text);
    if (!bf_json_find(table.raw, BF_STR("StreamSpecification"), &v, &found, e))
        return false;
    if (found && v.type == BF_JSON_OBJECT) {
        if (!bf_json_find(v.raw, BF_STR("StreamEnabled"), &on, &found, e))
            return false;
        *enabled = found && on.type == BF_JSON_TRUE;
    }
    return bf_buf_check(arn, "stream ARN", e);
}

bool bf_streams_find(struct bf_aws *aws, struct bf_str table, struct bf_buf *arn, bool *enabled,
                     struct bf_err *e)
{
    struct bf_buf body, answer;
    char code[64];
    bf_buf_init(&body, REQUEST_MAX);
    bf_buf_init(&answer, ANSWER_MAX);
    bf_buf_lit(&body, "{\"TableName\":");
    bf_json_put_string(&body, table);
    bf_buf_addc(&body, '}');
    bool ok = bf_buf_check(&body, "request", e) &&
              bf_aws_call_wait(aws, &describe_table, bf_buf_view(&body), &answer, code, e);
    if (ok && !read_table(bf_buf_view(&answer), arn, enabled, e))
        ok = bf_err_ctx(e, "DescribeTable");
    bf_buf_free(&body);
    bf_buf_free(&answer);
    return ok;
}

static bool take_shard(struct bf_json *j, struct bf_lineage *lineage, struct bf_err *e)
{
    struct bf_shard s = {.listed = true};
    struct bf_json_key key;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        bool ok;
        if (bf_json_key_is(&key, "ShardId"))
            ok = bf_feed_take_text(j, s.id, sizeof s.id, "shard id", e);
        else if (bf_json_key_is(&key, "ParentShardId"))
            ok = bf_feed_take_text(j, s.parent, sizeof s.parent, "shard id", e);
        else if (bf_json_key_is(&key, "SequenceNumberRange"))
            ok = bf_feed_take_sequences(j, &s, e);
        else
            ok = bf_json_skip(j, e);
        if (!ok)
            return false;
    }
    if (more != BF_JSON_END)
        return false;
    return s.id[0] ? bf_lineage_add(lineage, &s, e) != NULL
                   : bf_err_set(e, BF_E_SERVICE, "a shard without an id");
}

static bool take_shards(struct bf_str array, struct bf_lineage *lineage, struct bf_err *e)
{
    struct bf_json j;
    enum bf_json_more more;
    bf_json_init(&j, array);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(&j, e)) == BF_JSON_MORE)
        if (!take_shard(&j, lineage, e))
            return false;
    return more == BF_JSON_END;
}

static void list_body(struct bf_buf *out, const struct bf_feed_stream *stream, struct bf_str next)
{
    bf_buf_lit(out, "{\"StreamArn\":");
    bf_json_put_string(out, stream->arn);
    if (next.n) {
        bf_buf_lit(out, ",\"ExclusiveStartShardId\":");
        bf_buf_adds(out, next);
    }
    bf_buf_addc(out, '}');
}

/* The next page begins behind the last shard that this one has looked at. */
static bool list_page(struct bf_str body, struct bf_lineage *lineage, struct bf_str *next,
                      struct bf_err *e)
{
    struct bf_json_val description, v;
    bool found;
    if (!bf_json_find(body, BF_STR("StreamDescription"), &description, &found, e))
        return false;
    if (!found || description.type != BF_JSON_OBJECT)
        return bf_err_set(e, BF_E_SERVICE, "answer without a description");
    if (!bf_json_find(description.raw, BF_STR("Shards"), &v, &found, e) ||
        (found && v.type == BF_JSON_ARRAY && !take_shards(v.raw, lineage, e)) ||
        !bf_json_find(description.raw, BF_STR("LastEvaluatedShardId"), &v, &found, e))
        return false;
    if (found && v.type == BF_JSON_STRING)
        *next = v.raw;
    return true;
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
