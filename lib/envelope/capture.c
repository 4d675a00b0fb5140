#include "lib/envelope/capture.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/encoding/enc.h"
#include "lib/envelope/kpl.h"
#include "lib/json/scan.h"

/* What the members of one record said. */
struct wrapped {
    struct bf_json_val data, seq, id;
    bool has_data, has_seq, has_id, has_change;
    bool has_sequence,
        has_shard; /* as kinread -J writes it: data is text, or base64 under another name */
    bool in_base64;
    struct bf_str index;  /* of a part */
    struct bf_str object; /* data that is a JSON object */
    bool has_detail_type;
    struct bf_str detail; /* of an event of EventBridge */
};

static bool take_value(struct bf_json *j, struct bf_json_val *v, bool *has, struct bf_err *e)
{
    if (!bf_json_value(j, v, e))
        return false;
    *has = v->type == BF_JSON_STRING;
    return true;
}

static bool take_data(struct bf_json *j, struct wrapped *w, struct bf_err *e)
{
    if (!take_value(j, &w->data, &w->has_data, e))
        return false;
    if (w->data.type == BF_JSON_OBJECT)
        w->object = w->data.raw;
    return true;
}

/* A member that only kinread -J writes; *took says whether it is one. */
static bool envelope(struct bf_json *j, const struct bf_json_key *key, struct wrapped *w,
                     bool *took, struct bf_err *e)
{
    struct bf_json_val shard;
    *took = true;
    if (bf_json_key_is(key, "sequence"))
        return take_value(j, &w->seq, &w->has_sequence, e);
    if (bf_json_key_is(key, "shard"))
        return take_value(j, &shard, &w->has_shard, e);
    if (bf_json_key_is(key, "index")) {
        if (!bf_json_value(j, &shard, e))
            return false;
        w->index = shard.type == BF_JSON_NUMBER ? shard.raw : w->index;
        return true;
    }
    if (bf_json_key_is(key, "detail-type"))
        return take_value(j, &shard, &w->has_detail_type, e);
    if (bf_json_key_is(key, "detail")) {
        if (!bf_json_value(j, &shard, e))
            return false;
        w->detail = shard.type == BF_JSON_OBJECT ? shard.raw : w->detail;
        return true;
    }
    if (bf_json_key_is(key, "rawData"))
        return take_data(j, w, e);
    w->in_base64 = bf_json_key_is(key, "data_base64");
    *took = w->in_base64;
    return !w->in_base64 || take_value(j, &w->data, &w->has_data, e);
}

/* The members of a record, or of the object "kinesis" in it. */
static bool members(struct bf_json *j, struct wrapped *w, bool inner, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        enum bf_json_type type;
        bool ok;
        bool took = false;
        if (!inner && !envelope(j, &key, w, &took, e))
            return false;
        if (took)
            continue;
        if (bf_json_key_is(&key, "Data") || bf_json_key_is(&key, "data"))
            ok = take_data(j, w, e);
        else if (bf_json_key_is(&key, "SequenceNumber") || bf_json_key_is(&key, "sequenceNumber"))
            ok = take_value(j, &w->seq, &w->has_seq, e);
        else if (bf_json_key_is(&key, "recordId"))
            ok = take_value(j, &w->id, &w->has_id, e);
        else if (!inner && bf_json_key_is(&key, "kinesis")) {
            ok = bf_json_peek(j, &type, e) &&
                 (type == BF_JSON_OBJECT ? members(j, w, true, e) : bf_json_skip(j, e));
        } else {
            w->has_change = w->has_change || (!inner && bf_json_key_is(&key, "dynamodb"));
            ok = bf_json_skip(j, e);
        }
        if (!ok)
            return false;
    }
    return more == BF_JSON_END;
}

struct walk {
    struct bf_buf *decoded;
    bf_capture_fn *fn;
    void *ctx;
};

/* Data, or what the Kinesis Producer Library packed into it. */
static bool hand_data(const struct walk *walk, struct bf_capture_record *record, struct bf_err *e)
{
    struct bf_kpl kpl;
    struct bf_kpl_part part;
    struct bf_str data = bf_buf_view(walk->decoded);
    char index[24];
    bool ok = true;
    record->change = data;
    if (!bf_kpl_maybe(data))
        return walk->fn(walk->ctx, record, NULL, e);
    bf_kpl_init(&kpl);
    if (!bf_kpl_open(&kpl, data))
        ok = walk->fn(walk->ctx, record, NULL, e);
    else
        while (ok && bf_kpl_next(&kpl, &part)) {
            record->change = part.data;
            snprintf(index, sizeof index, "%" PRIu64, (uint64_t)part.index);
            record->part = bf_str_of(index);
            ok = walk->fn(walk->ctx, record, NULL, e);
        }
    bf_kpl_free(&kpl);
    return ok;
}

/* Hands one record on. It is valid JSON; whole is what it was taken out of, or itself. */
static bool hand_on(const struct walk *walk, struct bf_str whole, struct bf_str raw, size_t index,
                    struct bf_err *e)
{
    struct bf_capture_record record = {.index = index, .raw = whole};
    struct wrapped w = {0};
    struct bf_json j;
    struct bf_err why = {0};
    bf_json_init(&j, raw);
    if (!members(&j, &w, false, &why))
        return walk->fn(walk->ctx, &record, &why, e);
    if (w.has_detail_type && w.detail.p)
        return hand_on(walk, whole, w.detail, index, e);
    if (w.has_id)
        record.id = w.id.text;
    if (w.has_change) {
        record.change = raw;
        return walk->fn(walk->ctx, &record, NULL, e);
    }
    bool kinread = w.has_sequence && w.has_shard;
    if (w.has_seq || kinread)
        record.seq = w.seq.text;
    if (kinread)
        record.part = w.index;
    if (kinread && w.object.p) { /* from DynamoDB Streams, whose number stands in it */
        record.change = w.object;
        return walk->fn(walk->ctx, &record, NULL, e);
    }
    if (!w.has_data) {
        bf_err_set(&why, BF_E_INPUT, "neither a change record nor data");
        return walk->fn(walk->ctx, &record, &why, e);
    }
    bf_buf_reset(walk->decoded);
    if (kinread && !w.in_base64) {
        bf_json_unescape(walk->decoded, w.data.text);
        return bf_buf_check(walk->decoded, "data", e) && hand_data(walk, &record, e);
    }
    struct bf_buf plain;
    bf_buf_init(&plain, w.data.text.n + 1);
    if (w.data.escaped) /* "\/" is what some writers make of a slash */
        bf_json_unescape(&plain, w.data.text);
    bool ok = bf_buf_ok(&plain) &&
              bf_base64_decode(walk->decoded, w.data.escaped ? bf_buf_view(&plain) : w.data.text);
    bf_buf_free(&plain);
    if (!ok) {
        bf_err_set(&why, BF_E_INPUT, "data is not base64");
        return walk->fn(walk->ctx, &record, &why, e);
    }
    return hand_data(walk, &record, e);
}

static bool array(const struct walk *walk, struct bf_str text, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_val v;
    enum bf_json_more more;
    size_t index = 0;
    bf_json_init(&j, text);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(&j, e)) == BF_JSON_MORE)
        if (!bf_json_value(&j, &v, e) || !hand_on(walk, v.raw, v.raw, ++index, e))
            return false;
    return more == BF_JSON_END;
}

bool bf_capture_wraps(struct bf_str document)
{
    static const struct bf_str names[] = {BF_STR("rawData"), BF_STR("detail-type")};
    struct bf_json_val v;
    struct bf_err ignored;
    bool found = false;
    for (size_t i = 0; i < BF_COUNT(names) && !found; i++)
        if (!bf_json_find(document, names[i], &v, &found, &ignored))
            return false;
    return found;
}

bool bf_capture_each(struct bf_str document, struct bf_buf *decoded, bf_capture_fn *fn, void *ctx,
                     struct bf_err *e)
{
    const struct walk walk = {decoded, fn, ctx};
    struct bf_json_val records = {0};
    bool found = false;
    if (!bf_json_find(document, BF_STR("Records"), &records, &found, e) ||
        (!found && !bf_json_find(document, BF_STR("records"), &records, &found, e)))
        return false;
    if (!found)
        return hand_on(&walk, document, document, 0, e);
    if (records.type != BF_JSON_ARRAY)
        return bf_err_set(e, BF_E_INPUT, "Records is not an array");
    return array(&walk, records.raw, e);
}
