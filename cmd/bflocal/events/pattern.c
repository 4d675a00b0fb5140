/* EventBridge: TestEventPattern. */
#include "cmd/bflocal/events/events.h"

#include "lib/pattern/pattern.h"

/* The members that every event must have. */
static bool check_event(struct bl_call *c, struct bf_str event)
{
    static const char *const names[] = {"id",     "account",   "source",     "time",
                                        "region", "resources", "detail-type"};
    struct bf_json_val v;
    struct bf_err e = {0};
    bool found = true;
    for (size_t i = 0; found && i < BF_COUNT(names); i++)
        if (!bf_json_find(event, bf_str_of(names[i]), &v, &found, &e))
            found = false;
    return found || bl_fail(c, BL_ValidationException,
                            "Parameter Event is not valid. Reason: the event must be a JSON object "
                            "with id, account, source, time, region, resources and detail-type.");
}

/* The library's message begins with the position, the service's does not. */
static bool fail_pattern(struct bl_call *c, const struct bf_err *e)
{
    const char *words = strstr(e->text, "Event pattern is not valid");
    return bl_fail(c, BL_InvalidEventPatternException, "%s", words ? words : e->text);
}

struct bf_pattern *bl_events_pattern(struct bl_call *c, struct bf_str text)
{
    struct bf_err e = {0};
    struct bf_pattern *set = bf_pattern_new(&e);
    if (set && bf_pattern_add(set, text, &e) && bf_pattern_ready(set, &e))
        return set;
    (void)(e.code == BF_E_MEMORY ? bl_fail_err(c, &e) : fail_pattern(c, &e));
    bf_pattern_destroy(set);
    return NULL;
}

bool bl_events_test_pattern(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str pattern = BF_STR(""), event = BF_STR("");
    struct bf_err e = {0};
    bool matches = false;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "EventPattern", &pattern) ||
        !bl_param_string(c, &p, "Event", &event))
        return false;
    struct bf_pattern *set = bl_events_pattern(c, pattern);
    bool ok = set && check_event(c, event) &&
              (bf_pattern_match_json(set, event, &matches, &e) || bl_fail_err(c, &e));
    bf_pattern_destroy(set);
    if (ok)
        bf_buf_addf(&c->ans.body, "{\"Result\":%s}", matches ? "true" : "false");
    return ok;
}
