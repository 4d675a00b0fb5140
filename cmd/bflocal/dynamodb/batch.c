#include "cmd/bflocal/dynamodb/batch.h"

enum bf_json_more bl_batch_next_table(struct bl_call *c, struct bf_json *j, struct bf_str *name,
                                      struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more = bf_json_member(j, &key, e);
    if (more != BF_JSON_MORE)
        return more;
    struct bf_json_val text = {.type = BF_JSON_STRING, .text = key.text, .escaped = key.escaped};
    return bl_param_text(c, &text, name) ? BF_JSON_MORE : BF_JSON_ERROR;
}

bool bl_batch_no_items(struct bl_call *c)
{
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value null at 'requestItems' failed to satisfy "
                   "constraint: Member must "
                   "not be null");
}

bool bl_batch_enter(struct bl_call *c, const struct bl_params *p, struct bf_json *j)
{
    struct bf_err e;
    struct bf_str raw = bl_param_raw(p, "RequestItems");
    bf_json_init(j, raw);
    return (raw.p && bf_json_enter(j, BF_JSON_OBJECT, &e)) || bl_batch_no_items(c);
}

bool bl_batch_bad_shape(struct bl_call *c)
{
    return c->failed ? false
                     : bl_fail(c, BL_SerializationException, "Unexpected value type in payload");
}
