#include "lib/aws/firehose.h"

#include "lib/base/enc.h"
#include "lib/json/scan.h"
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

static bool take_result(struct bf_json *j, struct bf_firehose_put_result *result, struct bf_err *e)
{
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bool in = false;
    *result = (struct bf_firehose_put_result){0};
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
        else if (bf_json_key_is(&key, "RecordId"))
            in = v.text.n > 0;
    }
    if (more == BF_JSON_END && !in && result->code.n == 0)
        result->code = BF_STR("InternalFailure"); /* neither stored nor refused: ask again */
    return more == BF_JSON_END;
}

typedef void each_fn(void *arg, size_t i, const struct bf_firehose_put_result *result);

/* Hands out every result, or none when each is NULL; *n is how many there are. */
static bool walk(struct bf_str array, each_fn *each, void *arg, size_t *n, struct bf_err *e)
{
    struct bf_json j;
    enum bf_json_more more;
    bf_json_init(&j, array);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return false;
    for (*n = 0; (more = bf_json_element(&j, e)) == BF_JSON_MORE; ++*n) {
        struct bf_firehose_put_result result;
        if (!take_result(&j, &result, e))
            return false;
        if (each)
            each(arg, *n, &result);
    }
    return more == BF_JSON_END;
}

bool bf_firehose_put_answer(struct bf_str body, size_t n, each_fn *each, void *arg,
                            struct bf_err *e)
{
    struct bf_json_val v;
    bool found;
    size_t count;
    if (!bf_json_find(body, BF_STR("RequestResponses"), &v, &found, e))
        return bf_err_ctx(e, "PutRecordBatch: answer");
    if (!found || v.type != BF_JSON_ARRAY)
        return bf_err_set(e, BF_E_SERVICE, "PutRecordBatch: answer without RequestResponses");
    if (!walk(v.raw, NULL, NULL, &count, e)) /* first: nothing is told of an answer that lies */
        return bf_err_ctx(e, "PutRecordBatch: answer");
    if (count != n)
        return bf_err_set(e, BF_E_SERVICE, "PutRecordBatch: answer for %zu records, %zu were sent",
                          count, n);
    return walk(v.raw, each, arg, &count, e);
}
