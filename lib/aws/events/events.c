#include "lib/aws/events/events.h"

#include "lib/json/scan.h"
#include "lib/json/write.h"

#define ENTRY_BEGIN "{\"Detail\":"

void bf_event_head(struct bf_buf *out, const struct bf_event *ev)
{
    bf_buf_lit(out, "\"Source\":");
    bf_json_put_string(out, ev->source);
    bf_buf_lit(out, ",\"DetailType\":");
    bf_json_put_string(out, ev->detail_type);
    if (ev->timed)
        bf_buf_addf(out, ",\"Time\":%lld", (long long)bf_event_seconds(ev->time_ms));
    if (ev->nresources) {
        bf_buf_lit(out, ",\"Resources\":");
        bf_event_put_resources(out, ev);
    }
    if (ev->bus.n) {
        bf_buf_lit(out, ",\"EventBusName\":");
        bf_json_put_string(out, ev->bus);
    }
}

static void put_begin(struct bf_buf *out, const void *nothing)
{
    (void)nothing;
    bf_buf_lit(out, "{\"Entries\":[");
}

static void put_entry(struct bf_buf *out, struct bf_str detail, struct bf_str head)
{
    bf_buf_lit(out, ENTRY_BEGIN);
    bf_json_put_string(out, detail);
    bf_buf_addc(out, ',');
    bf_buf_adds(out, head);
    bf_buf_addc(out, '}');
}

static bool entry_line(struct bf_buf *out, struct bf_str entry)
{
    size_t before = sizeof ENTRY_BEGIN - 1;
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err ignored = {0};
    bf_json_init(&j, bf_str(entry.p + before, entry.n - before));
    if (!bf_json_string(&j, &v, &ignored))
        return false;
    bf_json_unescape(out, v.text);
    return true;
}

static enum bf_put_verdict judge(struct bf_str code)
{
    if (bf_str_is(code, "ThrottlingException"))
        return BF_PUT_THROTTLED;
    return bf_str_is(code, "InternalFailure") || bf_str_is(code, "InternalException")
               ? BF_PUT_AGAIN
               : BF_PUT_REFUSED;
}

static const struct bf_aws_op put_events = {BF_AWS_EVENTS, "PutEvents"};

const struct bf_put_service bf_events_put = {
    .op = &put_events,
    .words = {"PutEvents", "Entries", "EventId"},
    .one = "event",
    .many = "events",
    .entries_max = BF_EVENTS_PUT,
    .smaller_bytes = BF_EVENTS_BYTES_OLD,
    .too_large = "ValidationException",
    .begin = put_begin,
    .entry = put_entry,
    .line = entry_line,
    .judge = judge,
};

bool bf_events_find_bus(struct bf_aws *aws, struct bf_str bus, bool *allowed, struct bf_err *e)
{
    static const struct bf_aws_op op = {BF_AWS_EVENTS, "DescribeEventBus"};
    struct bf_buf body;
    char code[64] = "";
    bf_buf_init(&body, 8 * 1024);
    bf_buf_lit(&body, "{\"Name\":");
    bf_json_put_string(&body, bus);
    bf_buf_addc(&body, '}');
    bool ok = bf_buf_check(&body, "request", e) &&
              bf_aws_call_wait(aws, &op, bf_buf_view(&body), NULL, code, e);
    bf_buf_free(&body);
    *allowed = ok || strcmp(code, "AccessDeniedException") != 0;
    return ok || !*allowed;
}
