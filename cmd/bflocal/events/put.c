/*
 * EventBridge: PutEvents. An invalid request fails as a whole; an invalid entry fails alone. As in the service, an
 * event for a missing bus is accepted (aws/aws-cli#9186) and reaches nobody.
 */
#include "cmd/bflocal/events/events.h"

#include "lib/aws/events/event.h"
#include "lib/base/rng.h"
#include "lib/json/scan.h"

enum { ENTRIES = 10, RESOURCES_MAX = 4096 };

struct entry {
    struct bf_event ev;   /* texts: p NULL: missing; bus: as given */
    struct bf_str detail; /* likewise */
};

/* Regions whose limit is below 1 MiB (November 2026). */
static size_t most_bytes(const char *region)
{
    static const char *const old[] = {"ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
                                      "ap-east-2",      "mx-central-1",   "cn-north-1",
                                      "cn-northwest-1"};
    for (size_t i = 0; i < BF_COUNT(old); i++)
        if (strcmp(region, old[i]) == 0)
            return BF_EVENTS_BYTES_OLD;
    return BF_EVENTS_BYTES;
}

static bool take_resource(struct bl_call *c, struct bf_json *j, struct bf_str *list, size_t n)
{
    struct bf_json_val v;
    struct bf_err e = {0};
    if (n == RESOURCES_MAX || !bf_json_string(j, &v, &e))
        return bl_fail(c, BL_SerializationException, "Resources: expected strings, %d at most",
                       RESOURCES_MAX);
    return bl_param_text(c, &v, &list[n]);
}

static bool read_resources(struct bl_call *c, const struct bl_params *p, struct bf_event *ev)
{
    struct bf_json j;
    struct bf_err e = {0};
    enum bf_json_more more;
    struct bf_str raw = bl_param_raw(p, "Resources");
    if (!raw.p)
        return true;
    struct bf_str *list = bf_arena_alloc(&c->arena, RESOURCES_MAX * sizeof *list);
    if (!list)
        return bl_fail(c, BL_InternalFailure, "out of memory");
    bf_json_init(&j, raw);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_SerializationException, "Resources: expected a list");
    while ((more = bf_json_element(&j, &e)) == BF_JSON_MORE)
        if (!take_resource(c, &j, list, ev->nresources++))
            return false;
    ev->resource = list;
    return more == BF_JSON_END || bl_fail(c, BL_SerializationException, "%s", e.text);
}

static bool read_entry(struct bl_call *c, const struct bl_params *p, struct entry *en)
{
    struct bf_event *ev = &en->ev;
    *en = (struct entry){0};
    if (!bl_param_string(c, p, "Source", &ev->source) ||
        !bl_param_string(c, p, "DetailType", &ev->detail_type) ||
        !bl_param_string(c, p, "Detail", &en->detail) ||
        !bl_param_string(c, p, "EventBusName", &ev->bus) ||
        !bl_param_time(c, p, "Time", &ev->time_ms) || !read_resources(c, p, ev))
        return false;
    ev->timed = bl_param(p, "Time") != NULL;
    return true;
}

struct batch {
    struct entry list[ENTRIES];
    size_t n, bytes;
};

static bool take_entry(struct bl_call *c, const struct bl_params *p, void *arg)
{
    struct batch *b = arg;
    struct entry *en = &b->list[b->n++];
    if (!read_entry(c, p, en))
        return false;
    b->bytes += bf_event_bytes(&en->ev, en->detail);
    return true;
}

static bool put_failure(struct bl_call *c, const char *code, const char *text)
{
    bf_buf_addf(&c->ans.body, "{\"ErrorCode\":\"%s\",\"ErrorMessage\":\"%s\"}", code, text);
    return false;
}

static bool is_object(struct bf_str detail)
{
    struct bf_json j;
    struct bf_err e = {0};
    enum bf_json_type type;
    bf_json_init(&j, detail);
    return bf_json_peek(&j, &type, &e) && type == BF_JSON_OBJECT && bf_json_skip(&j, &e) &&
           bf_json_end(&j, &e);
}

/* Checks an entry as the service does; false: it is invalid, and the answer has the error. */
static bool judge(struct bl_call *c, const struct entry *en)
{
#define MISSING(what) "Parameter " what " is not valid. Reason: " what " is a required argument."
    if (!en->ev.source.n)
        return put_failure(c, "InvalidArgument", MISSING("Source"));
    if (!en->ev.detail_type.n)
        return put_failure(c, "InvalidArgument", MISSING("DetailType"));
    if (!en->detail.n)
        return put_failure(c, "InvalidArgument", MISSING("Detail"));
#undef MISSING
    if (bf_str_starts(en->ev.source, BF_STR("aws.")))
        return put_failure(c, "NotAuthorizedForSource", "Not authorized for the source.");
    if (bl_characters(en->ev.detail_type) > BF_EVENTS_TYPE_CHARS) /* this message is inferred */
        return put_failure(c, "InvalidArgument",
                           "Parameter DetailType is not valid. Reason: DetailType is longer than "
                           "128 characters.");
    return is_object(en->detail) || put_failure(c, "MalformedDetail", "Detail is malformed.");
}

/* Between the tokens of JSON, and only there, a newline is white space. */
void bl_events_one_line(struct bf_buf *json)
{
    for (size_t i = 0; i < json->n; i++)
        if (json->p[i] == '\n' || json->p[i] == '\r')
            json->p[i] = ' ';
}

static void accept(struct bl_call *c, const struct entry *en, struct bf_rng *rng,
                   struct bf_buf *text)
{
    char id[37];
    struct bl_accepted ev = {.bus = bl_events_bus_name(c->local, en->ev.bus), .put_ms = c->now_ms};
    bf_rng_uuid(rng, id);
    bf_buf_reset(text);
    struct bf_event_envelope envelope = {id, BL_ACCOUNT, c->local->region, c->now_ms};
    bf_event_wrap(text, &en->ev, en->detail, &envelope);
    bl_events_one_line(text);
    ev.text = bf_buf_view(text);
    if (ev.bus.p && !bl_events_has_bus(c->store, ev.bus))
        ev.bus = (struct bf_str){NULL, 0};
    bl_events_accept(c->local, &ev);
    bf_buf_addf(&c->ans.body, "{\"EventId\":\"%s\"}", id);
}

/* Returns how many entries failed. */
static size_t put_all(struct bl_call *c, const struct entry *list, size_t n, struct bf_buf *text)
{
    struct bf_rng rng;
    size_t failed = 0;
    bf_rng_seed(&rng, bf_rng_entropy());
    bf_buf_lit(&c->ans.body, "{\"Entries\":[");
    for (size_t i = 0; i < n; i++) {
        if (i)
            bf_buf_addc(&c->ans.body, ',');
        if (bl_fault_entry(&c->fault, i, n)) {
            (void)put_failure(c, "ThrottlingException", "Rate exceeded");
            failed++;
        } else if (!bl_events_has_room(c->local->events)) { /* the client tries this entry again */
            (void)put_failure(c, "ThrottlingException", "Rate exceeded");
            failed++;
        } else if (judge(c, &list[i]))
            accept(c, &list[i], &rng, text);
        else
            failed++;
    }
    bf_buf_addf(&c->ans.body, "],\"FailedEntryCount\":%zu}", failed);
    return failed;
}

bool bl_events_put(struct bl_call *c)
{
    static const char *const unknown[] = {"EndpointId", NULL};
    struct bl_params p;
    struct batch b = {.n = 0};
    struct bf_err e = {0};
    struct bf_buf text;
    if (!bl_params_read_list(c, &p, "Entries", ENTRIES, take_entry, &b) ||
        !bl_events_refuse(c, &p, unknown))
        return false;
    if (b.bytes > most_bytes(c->local->region))
        return bl_fail(c, BL_ValidationException,
                       "Total size of the entries in the request is over the limit.");
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    bf_buf_init(&text, 8 * BF_EVENTS_BYTES);
    (void)put_all(c, b.list, b.n, &text);
    bool ok = bf_buf_check(&text, "event", &e);
    bf_buf_free(&text);
    if (!ok)
        bl_store_rollback(c->store);
    return (ok && bl_store_commit(c->store, &e)) || bl_fail_err(c, &e);
}
