/* EventBridge: the limits of names and lengths in the service's model. */
#include "cmd/bflocal/events/events.h"

#define NAMES "[/\\.\\-_A-Za-z0-9]+"
#define ARNS  "(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?" NAMES

static bool fail(struct bl_call *c, const char *shown, struct bf_str value, const char *must)
{
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%.*s' at '%s' failed to satisfy "
                   "constraint: Member must %s",
                   BF_SHOWN_TO(value, 256), shown, must);
}

static bool is_name(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
        if (!letter && (ch < '0' || ch > '9') && !memchr("/.-_", ch, 4))
            return false;
    }
    return s.n > 0;
}

/* NAME of "arn:aws:events:REGION:ACCOUNT:event-bus/NAME"; any other text unchanged. */
static struct bf_str after_arn(struct bf_str s)
{
    struct bf_str rest = s, part[5], kind = BF_STR("event-bus/");
    for (size_t i = 0; i < 5; i++)
        if (!bf_str_split(&rest, ':', &part[i]) || !rest.p)
            return s;
    bool bus = bf_str_is(part[0], "arn") && bf_str_starts(part[1], BF_STR("aws")) &&
               bf_str_is(part[2], "events") && part[3].n && part[4].n == 12 &&
               bf_str_starts(rest, kind);
    return bus ? bf_str(rest.p + kind.n, rest.n - kind.n) : s;
}

bool bl_events_check(struct bl_call *c, const struct bl_events_rule *rule, const char *shown,
                     struct bf_str value)
{
    size_t n = bl_characters(value);
    if (n < rule->min || n > rule->max)
        return fail(c, shown, value,
                    bl_arena_printf(&c->arena, "have length %s than or equal to %zu",
                                    n < rule->min ? "greater" : "less",
                                    n < rule->min ? rule->min : rule->max)
                        .p);
    return !rule->name || is_name(rule->arn ? after_arn(value) : value) ||
           fail(c, shown, value,
                rule->arn ? "satisfy regular expression pattern: " ARNS
                          : "satisfy regular expression pattern: " NAMES);
}

bool bl_events_check_plain(struct bl_call *c, const char *shown, struct bf_str value)
{
    static const struct bl_events_rule rule = {1, BL_EVENTS_RULE_NAME, false, false};
    return bl_events_check(c, &rule, shown, value) &&
           ((is_name(value) && !memchr(value.p, '/', value.n)) ||
            fail(c, shown, value, "satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"));
}

bool bl_events_fail_null(struct bl_call *c, const char *shown)
{
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value null at '%s' failed to satisfy "
                   "constraint: Member must not be null",
                   shown);
}

bool bl_events_text(struct bl_call *c, const json_t *body, const char *name, const char *shown,
                    const struct bl_events_rule *rule, struct bf_str *out)
{
    const json_t *v = json_object_get(body, name);
    if (!v || json_is_null(v))
        return true;
    if (!json_is_string(v))
        return bl_fail(c, BL_SerializationException, "%s: expected a string", name);
    *out = bf_str(json_string_value(v), json_string_length(v));
    return !rule || bl_events_check(c, rule, shown, *out);
}

bool bl_events_bus_member(struct bl_call *c, const json_t *body, struct bf_str *bus)
{
    static const struct bl_events_rule rule = {1, 1600, true, true};
    struct bf_str given = BF_STR("");
    if (!bl_events_text(c, body, "EventBusName", "eventBusName", &rule, &given))
        return false;
    *bus = bl_events_bus_name(c->local, given);
    return bus->p || bl_events_fail_bus(c, given);
}

bool bl_events_need(struct bl_call *c, const struct bl_params *p, const char *name,
                    const char *shown)
{
    return bl_param(p, name) || bl_events_fail_null(c, shown);
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
