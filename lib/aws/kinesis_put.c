/* PutRecords: the request's text and what the answer says of each entry. */
#include "lib/aws/kinesis.h"
#include "lib/base/enc.h"
#include "lib/json/scan.h"
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

static bool take_result(struct bf_json *j, struct bf_kinesis_put_result *result, struct bf_err *e)
{
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bool in = false;
    *result = (struct bf_kinesis_put_result){0};
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(j, &v, e))
            return false;
        if (v.type != BF_JSON_STRING)
            continue;
        if (bf_json_key_is(&key, "ErrorCode"))
            result->code = v.text;
        else if (bf_json_key_is(&key, "ErrorMessage"))
            result->message = v.text;
        else if (bf_json_key_is(&key, "SequenceNumber"))
            in = v.text.n > 0;
    }
    if (more == BF_JSON_END && !in && result->code.n == 0)
        result->code = BF_STR("InternalFailure"); /* neither stored nor refused: ask again */
    return more == BF_JSON_END;
}

bool bf_kinesis_put_answer(struct bf_str body, size_t n,
                           void (*each)(void *arg, size_t i,
                                        const struct bf_kinesis_put_result *result),
                           void *arg, struct bf_err *e)
{
    struct bf_json_val v;
    struct bf_json j;
    enum bf_json_more more;
    bool found;
    size_t count = 0;
    if (!bf_json_find(body, BF_STR("Records"), &v, &found, e))
        return bf_err_ctx(e, "PutRecords: answer");
    if (!found || v.type != BF_JSON_ARRAY)
        return bf_err_set(e, BF_E_SERVICE, "PutRecords: answer without records");
    for (int pass = 0; pass < 2; pass++) { /* count first: nothing is told of an answer that lies */
        bf_json_init(&j, v.raw);
        if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
            return false;
        for (count = 0; (more = bf_json_element(&j, e)) == BF_JSON_MORE; count++) {
            struct bf_kinesis_put_result result;
            if (!take_result(&j, &result, e))
                return bf_err_ctx(e, "PutRecords: answer");
            if (pass == 1)
                each(arg, count, &result);
        }
        if (more != BF_JSON_END)
            return bf_err_ctx(e, "PutRecords: answer");
        if (count != n)
            return bf_err_set(e, BF_E_SERVICE, "PutRecords: answer for %zu records, %zu were sent",
                              count, n);
    }
    return true;
}
