/* EventBridge: the bus of a request, and members that bflocal does not have. */
#include "cmd/bflocal/events/events.h"
#include "lib/json/doc.h"

bool bl_events_bus_member(struct bl_call *c, const json_t *body, struct bf_str *bus)
{
    struct bf_str given = bf_doc_get_text(body, "EventBusName");
    *bus = bl_events_bus_name(c->local, given);
    return bus->p || bl_events_fail_bus(c, given);
}

bool bl_events_refuse(struct bl_call *c, const struct bl_params *p, const char *const *names)
{
    for (; *names; names++)
        if (bl_param(p, *names))
            return bl_fail(c, BL_ValidationException, "bflocal's EventBridge has no %s", *names);
    return true;
}

struct bf_str bl_events_bus_name(const struct bl_local *l, struct bf_str name_or_arn)
{
    if (name_or_arn.n == 0)
        return BF_STR("default");
    return bf_str_starts(name_or_arn, BF_STR("arn:"))
               ? bl_arn_own(l, name_or_arn, "events", "event-bus")
               : name_or_arn;
}
