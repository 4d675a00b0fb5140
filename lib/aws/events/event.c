#include "lib/aws/events/event.h"

#include "lib/base/clock.h"
#include "lib/json/write.h"

static size_t characters(struct bf_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

bool bf_event_check(const struct bf_event *ev, struct bf_err *e)
{
    if (ev->source.n == 0)
        return bf_err_set(e, BF_E_INPUT, "the event's source is empty");
    if (bf_str_starts(ev->source, BF_STR("aws.")))
        return bf_err_set(e, BF_E_INPUT, "source '%.*s': those that begin with aws. are AWS's own",
                          BF_SHOWN(ev->source));
    if (ev->detail_type.n == 0)
        return bf_err_set(e, BF_E_INPUT, "the event's detail type is empty");
    size_t n = characters(ev->detail_type);
    if (n > BF_EVENTS_TYPE_CHARS)
        return bf_err_set(e, BF_E_LIMIT, "a detail type of %zu characters, longer than %d", n,
                          BF_EVENTS_TYPE_CHARS);
    for (size_t i = 0; i < ev->nresources; i++)
        if ((n = characters(ev->resource[i])) > BF_EVENTS_RESOURCE_CHARS)
            return bf_err_set(e, BF_E_LIMIT, "a resource of %zu characters, longer than %d", n,
                              BF_EVENTS_RESOURCE_CHARS);
    return true;
}

size_t bf_event_bytes(const struct bf_event *ev, struct bf_str detail)
{
    size_t bytes = ev->source.n + ev->detail_type.n + detail.n;
    for (size_t i = 0; i < ev->nresources; i++)
        bytes += ev->resource[i].n;
    return bytes + (ev->timed ? BF_EVENTS_TIME_BYTES : 0);
}

void bf_event_put_resources(struct bf_buf *out, const struct bf_event *ev)
{
    bf_buf_addc(out, '[');
    for (size_t i = 0; i < ev->nresources; i++) {
        if (i)
            bf_buf_addc(out, ',');
        bf_json_put_string(out, ev->resource[i]);
    }
    bf_buf_addc(out, ']');
}

int64_t bf_event_seconds(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0);
}

void bf_event_wrap(struct bf_buf *out, const struct bf_event *ev, struct bf_str detail,
                   const struct bf_event_envelope *envelope)
{
    int64_t time_ms = ev->timed ? ev->time_ms : envelope->time_ms;
    bf_buf_addf(out, "{\"version\":\"0\",\"id\":\"%s\",\"detail-type\":", envelope->id);
    bf_json_put_string(out, ev->detail_type);
    bf_buf_lit(out, ",\"source\":");
    bf_json_put_string(out, ev->source);
    bf_buf_addf(out, ",\"account\":\"%s\",\"time\":\"", envelope->account);
    bf_clock_iso(out, bf_event_seconds(time_ms) * 1000);
    bf_buf_lit(out, "\",\"region\":");
    bf_json_put_string(out, bf_str_of(envelope->region));
    bf_buf_lit(out, ",\"resources\":");
    bf_event_put_resources(out, ev);
    bf_buf_lit(out, ",\"detail\":");
    bf_buf_adds(out, detail);
    bf_buf_addc(out, '}');
}
