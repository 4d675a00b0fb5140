/* The event of a line. */
#include "cmd/evput/evput.h"
#include "lib/base/clock.h"
#include "lib/json/find.h"

enum { TEXTS_MAX = 2 * 1024 * 1024, HEAD_MAX = 4 * 1024 * 1024 };

/* A time in ms, from seconds, milliseconds or microseconds since 1970, distinguished by the number of digits as in
 * change records: 10 digits are seconds, 13 milliseconds, 16 microseconds. */
static bool read_number(struct bf_str text, int64_t *ms)
{
    int64_t whole = 0;
    size_t n = 0;
    for (; n < text.n && text.p[n] >= '0' && text.p[n] <= '9' && n < 17; n++)
        whole = whole * 10 + (text.p[n] - '0');
    if (n == 0 || n > 16 || (n < text.n && text.p[n] != '.'))
        return false;
    for (size_t i = n + 1; i < text.n; i++) /* a fraction is dropped: it is below the resolution */
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    *ms = n <= 11 ? whole * 1000 : n <= 14 ? whole : whole / 1000;
    return true;
}

static bool read_time(const char *member, struct bf_str line, int64_t *ms, struct bf_err *why)
{
    struct bf_json_val v;
    struct bf_err ignored = {0};
    if (!bf_json_find_path(line, bf_str_of(member), &v, why))
        return bf_err_ctx(why, "--time");
    if (v.type == BF_JSON_NUMBER ? read_number(v.text, ms)
                                 : v.type == BF_JSON_STRING && bf_clock_parse(v.text, ms, &ignored))
        return true;
    return bf_err_set(why, BF_E_INPUT,
                      "--time: member '%.80s' is %.*s: want 2026-11-27T06:30:00Z or a time since "
                      "1970 in s, ms or us",
                      member, BF_SHOWN_TO(v.raw, 40));
}

/* Checks that the line is a JSON object, as the service requires. *change: the line may be a change line; the same scan
 * finds this out. */
static bool check_object(struct bf_str line, bool *change, struct bf_err *why)
{
    struct bf_json j;
    struct bf_json_val v;
    enum bf_json_type type;
    bf_json_init(&j, line);
    if (!bf_json_peek(&j, &type, why) || type != BF_JSON_OBJECT) {
        bf_err_set(why, BF_E_INPUT, "byte 1: an object was expected: the event's detail");
        bf_json_hint(line, why);
        return false;
    }
    return bf_json_find(line, BF_STR("dynamodb"), &v, change, why);
}

/* The offset of a text in events->texts. Views are made after all texts have been added, because the buffer can move. */
static bool put_text(struct events *events, const struct template *t, struct bf_str line,
                     struct bf_str *at, struct bf_err *why)
{
    size_t from = events->texts.n;
    if (!template_put(t, line, &events->texts, why))
        return false;
    at->n = events->texts.n - from;
    return true;
}

static void set_views(struct bf_event *ev, struct bf_str *resources, const char *p)
{
    ev->source.p = p;
    p += ev->source.n;
    ev->detail_type.p = p;
    p += ev->detail_type.n;
    for (size_t i = 0; i < ev->nresources; i++) {
        resources[i].p = p;
        p += resources[i].n;
    }
}

/* All texts except the detail. */
static bool read_texts(struct events *events, struct bf_str line, struct bf_event *ev,
                       struct bf_err *why)
{
    ev->resource = events->resources;
    ev->nresources = events->cfg->resources.n;
    bf_buf_reset(&events->texts);
    if (!put_text(events, &events->source, line, &ev->source, why) ||
        !put_text(events, &events->detail_type, line, &ev->detail_type, why))
        return false;
    for (size_t i = 0; i < ev->nresources; i++)
        if (!put_text(events, &events->resource[i], line, &events->resources[i], why))
            return false;
    if (!bf_buf_check(&events->texts, "what the options make of the line", why))
        return false;
    set_views(ev, events->resources, events->texts.p ? events->texts.p : "");
    return true;
}

/* Checks the texts that are the same for all lines, at the start. */
static bool check_constants(struct events *events, struct bf_err *e)
{
    struct bf_event ev = {0};
    if (!template_is_constant(&events->source) || !template_is_constant(&events->detail_type))
        return true;
    for (size_t i = 0; i < events->cfg->resources.n; i++)
        if (!template_is_constant(&events->resource[i]))
            return true;
    if (read_texts(events, BF_STR("{}"), &ev, e) && bf_event_check(&ev, e))
        return true;
    e->code = BF_E_USAGE;
    return false;
}

bool events_init(struct events *events, const struct config *cfg, struct bf_err *e)
{
    *events = (struct events){.cfg = cfg};
    bf_buf_init(&events->texts, TEXTS_MAX);
    bf_buf_init(&events->head, HEAD_MAX);
    bf_put_keyer_init(&events->keyer, cfg->key, false, false);
    if (!cfg->source || !cfg->detail_type)
        return bf_err_set(e, BF_E_USAGE, "%s is missing, such as %s",
                          cfg->source ? "--detail-type" : "--source",
                          cfg->source ? "'sale.{_op}'" : "shop.orders");
    if (!template_parse(&events->source, "--source", cfg->source, e) ||
        !template_parse(&events->detail_type, "--detail-type", cfg->detail_type, e))
        return false;
    for (size_t i = 0; i < cfg->resources.n; i++)
        if (!template_parse(&events->resource[i], "--resource", cfg->resources.item[i], e))
            return false;
    return check_constants(events, e);
}

void events_free(struct events *events)
{
    bf_put_keyer_free(&events->keyer);
    bf_buf_free(&events->texts);
    bf_buf_free(&events->head);
}

bool events_read(struct events *events, struct bf_str line, struct bf_event *ev, struct bf_err *why)
{
    const struct config *cfg = events->cfg;
    ev->bus = bf_str_of(cfg->bus);
    ev->timed = cfg->time != NULL;
    if (!check_object(line, &events->change, why) || !read_texts(events, line, ev, why) ||
        (ev->timed && !read_time(cfg->time, line, &ev->time_ms, why)) || !bf_event_check(ev, why))
        return false;
    size_t bytes = bf_event_bytes(ev, line);
    if (bytes > cfg->max_request)
        bf_put_too_large(why, bytes, cfg->max_request);
    return bytes <= cfg->max_request;
}

bool events_make(void *arg, struct bf_str line, struct bf_put_line *out, struct bf_err *why)
{
    struct events *events = arg;
    struct bf_event ev;
    if (!events_read(events, line, &ev, why) ||
        (!events->cfg->put.unordered && (events->cfg->key || events->change) &&
         !bf_put_keyer_find(&events->keyer, line, &out->key, &out->ordered, why)))
        return false;
    bf_buf_reset(&events->head);
    bf_event_head(&events->head, &ev);
    out->head = bf_buf_view(&events->head);
    out->bytes = bf_event_bytes(&ev, line);
    return bf_buf_check(&events->head, "the event", why);
}
