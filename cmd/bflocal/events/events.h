/*
 * EventBridge's parts: buses (bus.c), PutEvents (put.c), accepted events (accept.c), TestEventPattern
 * (pattern.c), and the checks of names (check.c).
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

/* GET /_bflocal/events[?after=N]: a line {"n":N,"bus":NAME,"event":{...}} for each stored event; bus is null if it does
 * not exist. */
void bl_events_show(struct bl_call *c);

/* Creates the tables, and the default bus. */
bool bl_events_open(struct bl_local *l, struct bf_err *e) BF_MUST;

/* An event that PutEvents has accepted. */
struct bl_event {
    struct bf_str bus;  /* its name; p NULL: a bus of another account or region */
    struct bf_str text; /* as rules see it: JSON */
};

/* Called for each event of a request in turn, in a transaction. Stores it in the log; rules and their targets belong
 * here. */
void bl_events_accept(struct bl_call *c, const struct bl_event *ev);

/* The service's checks: length in characters, and the pattern of names ([/.-_A-Za-z0-9]; with `arn`, also an ARN of a
 * bus). shown: the member's name in messages ("name", "entries.1.member.eventBusName"). False: the answer is set. */
struct bl_events_rule {
    size_t min, max;
    bool name, arn;
};
bool bl_events_check(struct bl_call *c, const struct bl_events_rule *rule, const char *shown,
                     struct bf_str value);

/* Checks that a required member is present. */
bool bl_events_need(struct bl_call *c, const struct bl_params *p, const char *name,
                    const char *shown);

/* Refuses, by name, members that bflocal does not support. The list ends with NULL. */
bool bl_events_refuse(struct bl_call *c, const struct bl_params *p, const char *const *names);

/* The name of the bus of a name or an ARN; p NULL: an ARN of another account or region. Empty: the default bus. */
struct bf_str bl_events_bus_name(const struct bl_local *l, struct bf_str name_or_arn);

/* Does the bus exist? Under the store's lock. */
bool bl_events_has_bus(struct bl_store *s, struct bf_str name);

#endif
