/* EventBridge: what a target can be, and how each is given an event. A new kind is a row of the table. */
#include "cmd/bflocal/events/dispatch.h"

#include "cmd/bflocal/firehose/put.h"
#include "cmd/bflocal/function/async.h"
#include "cmd/bflocal/kinesis/kinesis.h"
#include "cmd/bflocal/rule/json_path.h"
#include "lib/base/rng.h"
#include "lib/json/scan.h"

enum { RECORD_MAX = 1024 * 1024, KEY_MAX = 256 };

/* Is the event of a function that has failed given up? Its settings tell; then they also tell where it goes. */
static void judge_failure(struct bl_dispatch *d, struct bf_str name, const char *id,
                          const struct bl_outcome *out)
{
    struct bl_lambda *f = d->local->lambda;
    struct bl_async a;
    bool too_old;
    bl_async_find(f, name, &a);
    d->last = bl_async_is_last(d->local, &a, d->tries + 1, d->put_ms, &too_old);
    if (d->last)
        bl_async_give_up(f, &a,
                         &(struct bl_async_failure){.function = name,
                                                    .payload = d->input,
                                                    .answer = bf_buf_view(&out->payload),
                                                    .request_id = id,
                                                    .version = out->version,
                                                    .too_old = too_old,
                                                    .attempts = d->tries + 1});
}

/* The service calls a function asynchronously: from then on the event is Lambda's, which tries a function that fails
 * twice more, or as its settings tell. */
static enum bl_delivered to_lambda(struct bl_dispatch *d, struct bf_str name)
{
    struct bl_outcome out;
    struct bf_err e = {0};
    struct bf_str qualifier, function = bl_lambda_name(d->local, name, &qualifier);
    char id[37];
    if (d->input.n > BL_EVENT_PAYLOAD_MAX)
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "INVALID_PARAMETER",
                                "the input is larger than %d bytes", BL_EVENT_PAYLOAD_MAX);
    if (!bf_json_check(d->input, &e))
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "INVALID_JSON",
                                "the input of a function is JSON, not text: %s", e.text);
    if (!function.n)
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "NO_RESOURCE", "no function %.*s",
                                BF_SHOWN(name));
    memset(&out, 0, sizeof out);
    bf_buf_init(&out.payload, BL_PAYLOAD_MAX + 1024);
    bf_rng_fresh_uuid(id);
    enum bl_invoked v = bl_lambda_invoke(d->local, NULL, name, d->input, id, &out, &e);
    enum bl_delivered how = BL_DELIVERED;
    if (v == BL_INVOKE_ENDED)
        how = BL_DELIVERY_ENDED;
    else if (v == BL_INVOKE_UNKNOWN)
        how = bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "NO_RESOURCE", "no function %.*s",
                               BF_SHOWN(name));
    else if (v == BL_INVOKE_THROTTLED)
        how = bl_dispatch_fail(d, BL_DELIVERY_RETRY, "THROTTLING", "Rate Exceeded.");
    else if (v == BL_INVOKE_BROKEN)
        how = bl_dispatch_fail(d, BL_DELIVERY_RETRY, "INTERNAL_ERROR", "%s", e.text);
    else if (out.failed) {
        how = bl_dispatch_fail(d, BL_DELIVERY_FUNCTION, "ERROR_FROM_TARGET", "%.*s",
                               BF_SHOWN_TO(bf_buf_view(&out.payload), 300));
        judge_failure(d, name, id, &out);
    }
    bf_buf_free(&out.payload);
    return how;
}

/* Appends the partition key: the text that PartitionKeyPath names, or the event's id. */
static bool put_key(const struct bl_dispatch *d, struct bf_buf *key)
{
    const char *path =
        bl_document_text(json_object_get(d->target, "KinesisParameters"), "PartitionKeyPath");
    struct bf_buf value;
    bf_buf_init(&value, RECORD_MAX);
    bool ok = bl_json_path_get(d->event, *path ? bf_str_of(path) : BF_STR("$.id"), &value);
    struct bf_str text = bf_buf_view(&value);
    if (ok && text.n >= 2 && text.p[0] == '"')
        bf_json_unescape(key, bf_str(text.p + 1, text.n - 2));
    else if (ok)
        bf_buf_adds(key, text);
    bf_buf_free(&value);
    return ok && key->n && bf_buf_ok(key);
}

/* In a transaction. */
static enum bl_delivered to_kinesis(struct bl_dispatch *d, struct bf_str name)
{
    char room[KEY_MAX];
    struct bf_buf key = {.p = room, .cap = sizeof room, .max = sizeof room};
    struct bl_stream *s = bl_stream_find(d->local->kinesis, name);
    struct bl_store *st = &d->local->store;
    if (!s)
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "NO_RESOURCE", "no stream %.*s",
                                BF_SHOWN(name));
    if (!put_key(d, &key))
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "INVALID_PARAMETER",
                                "PartitionKeyPath names no text of 1 to %d bytes", KEY_MAX);
    if (d->input.n + key.n > RECORD_MAX)
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "INVALID_PARAMETER",
                                "the record is larger than %d bytes", RECORD_MAX);
    int64_t now = bl_now_ms(d->local);
    struct bl_shard *shard = bl_shard_for(s, bl_hash_of(bf_buf_view(&key)));
    if (!shard)
        return bl_dispatch_fail(d, BL_DELIVERY_RETRY, "INTERNAL_ERROR", "no open shard");
    bl_stream_trim(st, s, now);
    bl_record_add(st, s, shard, bf_buf_view(&key), d->input, now);
    return BL_DELIVERED;
}

/* In a transaction. An event goes from bus to bus once: that ends every circle, as in the service. */
static enum bl_delivered to_bus(struct bl_dispatch *d, struct bf_str name)
{
    struct bl_accepted ev = {
        .bus = name, .text = d->event, .put_ms = bl_now_ms(d->local), .forwarded = true};
    if (d->forwarded)
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "THIRD_ACCOUNT_HOP_DETECTED",
                                "an event can be sent to an event bus target only once");
    if (!bl_events_has_bus(&d->local->store, name))
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "NO_RESOURCE", "no event bus %.*s",
                                BF_SHOWN(name));
    if (!bl_events_has_room(d->local->events))
        return bl_dispatch_fail(d, BL_DELIVERY_RETRY, "THROTTLING", "the queue is full");
    bl_events_accept(d->local, &ev);
    return BL_DELIVERED;
}

static enum bl_delivered to_log_group(struct bl_dispatch *d, struct bf_str name)
{
    struct bf_err e = {0};
    return bl_log_group_add(d->local->events, name, d->input, &e)
               ? BL_DELIVERED
               : bl_dispatch_fail(d, BL_DELIVERY_RETRY, "INTERNAL_ERROR", "%s", e.text);
}

static enum bl_delivered to_firehose(struct bl_dispatch *d, struct bf_str name)
{
    struct bf_str arn = bf_str_of(bl_document_text(d->target, "Arn"));
    struct bf_err e = {0};
    (void)name;
    if (bl_firehose_put(d->local, arn, d->input, &e))
        return BL_DELIVERED;
    bool gone = e.code == BF_E_NOTFOUND, large = e.code == BF_E_LIMIT;
    return bl_dispatch_fail(d, gone || large ? BL_DELIVERY_REFUSED : BL_DELIVERY_RETRY,
                            gone                       ? "NO_RESOURCE"
                            : large                    ? "INVALID_PARAMETER"
                            : e.code == BF_E_THROTTLED ? "THROTTLING"
                                                       : "INTERNAL_ERROR",
                            "%s", e.text);
}

static const struct bl_target_kind kinds[] = {
    {"lambda", "function:", "Lambda functions", "lambda", "Invoke", .slow = true,
     .deliver = to_lambda},
    {"kinesis", "stream/", "Kinesis streams", "kinesis", "PutRecord", .in_store = true,
     .deliver = to_kinesis},
    {"events", "event-bus/", "event buses", NULL, NULL, .in_store = true, .whole = true,
     .deliver = to_bus},
    {"logs", "log-group:/aws/events/", "log groups below /aws/events/", NULL, NULL,
     .deliver = to_log_group},
    {"firehose", "deliverystream/", "Firehose streams", "firehose", "PutRecord",
     .deliver = to_firehose},
};

const struct bl_target_kind *bl_target_kind(const struct bl_local *l, struct bf_str arn,
                                            struct bf_str *name)
{
    for (size_t i = 0; i < BF_COUNT(kinds); i++) {
        char own[256];
        struct bf_buf b = {.p = own, .cap = sizeof own, .max = sizeof own};
        bf_buf_addf(&b, "arn:aws:%s:%s:" BL_ACCOUNT ":%s", kinds[i].service, l->region,
                    kinds[i].resource);
        if (bf_buf_ok(&b) && bf_str_starts(arn, bf_buf_view(&b)) && arn.n > b.n) {
            *name = bf_str(arn.p + b.n, arn.n - b.n);
            return &kinds[i];
        }
    }
    return NULL;
}

void bl_target_kinds_title(struct bf_buf *out)
{
    bool first = true;
    for (size_t i = 0; i < BF_COUNT(kinds); i++)
        if (kinds[i].deliver) {
            bf_buf_addf(out, "%s%s", first ? "" : ", ", kinds[i].title);
            first = false;
        }
}
