#include "lib/aws/dynamodb/scan.h"

#include "lib/json/scan.h"
#include "lib/json/write.h"

const struct bf_aws_op bf_ddb_scan_op = {BF_AWS_DYNAMODB, "Scan"};

void bf_ddb_scan_body(struct bf_buf *out, struct bf_str table, unsigned segment, unsigned segments,
                      struct bf_str after)
{
    bf_buf_lit(out, "{\"TableName\":");
    bf_json_put_string(out, table);
    bf_buf_addf(out, ",\"Segment\":%u,\"TotalSegments\":%u,\"ConsistentRead\":true", segment,
                segments);
    if (after.n) {
        bf_buf_lit(out, ",\"ExclusiveStartKey\":");
        bf_buf_adds(out, after);
    }
    bf_buf_addc(out, '}');
}

/* *ours: the sink failed, not the answer. */
static bool items(struct bf_json *j, const struct bf_ddb_scan_sink *sink, bool *ours,
                  struct bf_err *e)
{
    struct bf_json_val item;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(j, e)) == BF_JSON_MORE) {
        if (!bf_json_value(j, &item, e))
            return false;
        if (item.type != BF_JSON_OBJECT)
            return bf_err_set(e, BF_E_INPUT, "an item that is no object");
        if (!sink->take(sink->arg, item.raw, e)) {
            *ours = true;
            return false;
        }
    }
    return more == BF_JSON_END;
}

static bool page(struct bf_str body, const struct bf_ddb_scan_sink *sink, struct bf_str *last,
                 bool *ours, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bool found = false;
    bf_json_init(&j, body);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        if (bf_json_key_is(&key, "Items")) {
            found = true;
            if (!items(&j, sink, ours, e))
                return false;
        } else if (!bf_json_value(&j, &v, e))
            return false;
        else if (bf_json_key_is(&key, "LastEvaluatedKey") && v.type == BF_JSON_OBJECT)
            *last = v.raw;
    }
    return more == BF_JSON_END && bf_json_end(&j, e) &&
           (found || bf_err_set(e, BF_E_INPUT, "an answer without items"));
}

bool bf_ddb_scan_page(struct bf_str body, const struct bf_ddb_scan_sink *sink, struct bf_str *last,
                      struct bf_err *e)
{
    bool ours = false;
    *last = BF_STR("");
    if (page(body, sink, last, &ours, e))
        return true;
    if (!ours)
        e->code = BF_E_NETWORK;
    return bf_err_ctx(e, "Scan");
}
