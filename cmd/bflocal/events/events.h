/*
 * EventBridge's parts: buses (bus.c), events put (put.c) and accepted (accept.c), patterns tested
 * (pattern.c), and what the service's model says of names (check.c).
 */
#ifndef BL_EVENTS_H
#define BL_EVENTS_H

#include "cmd/bflocal/http/params.h"

/* The operations. */
bool bl_events_create_bus(struct bl_call *c);
bool bl_events_delete_bus(struct bl_call *c);
bool bl_events_describe_bus(struct bl_call *c);
bool bl_events_list_buses(struct bl_call *c);
bool bl_events_put(struct bl_call *c);
bool bl_events_test_pattern(struct bl_call *c);

/* GET /_bflocal/events[?after=N]: a line {"n":N,"bus":NAME,"event":{...}} for each event that is kept; bus is null where
 * there is no such bus. */
void bl_events_show(struct bl_call *c);

/* The tables, and the bus that every account has. */
bool bl_events_open(struct bl_local *l, struct bf_err *e) BF_MUST;

/* An event that PutEvents has taken. */
struct bl_event {
    struct bf_str bus;  /* its name; p NULL: no bus of this account and region */
    struct bf_str text; /* as rules see it: JSON */
};

/* Called for each of them, in a transaction, in the order of the request. Here it is kept in the log; rules and their
 * targets belong here. */
void bl_events_accept(struct bl_call *c, const struct bl_event *ev);

/* The service's checks: length in characters, and the pattern of names ([/.-_A-Za-z0-9]; with `arn`, an ARN of a bus may
 * stand there). shown: how the message calls the member ("name", "entries.1.member.eventBusName"). False: the answer is
 * set. */
struct bl_events_rule {
    size_t min, max;
    bool name, arn;
};
bool bl_events_check(struct bl_call *c, const struct bl_events_rule *rule, const char *shown,
                     struct bf_str value);

/* A member must be there. */
bool bl_events_need(struct bl_call *c, const struct bl_params *p, const char *name,
                    const char *shown);

/* A member that bflocal does not know what to do with: refused by name. List ends with NULL. */
bool bl_events_refuse(struct bl_call *c, const struct bl_params *p, const char *const *names);

/* The name of the bus that a name or an ARN means; p NULL: an ARN of another account or region. Empty: the default. */
struct bf_str bl_events_bus_name(const struct bl_local *l, struct bf_str name_or_arn);

/* Is there such a bus? In the store's lock. */
bool bl_events_has_bus(struct bl_store *s, struct bf_str name);

#endif
