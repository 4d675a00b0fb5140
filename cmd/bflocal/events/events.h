/*
 * EventBridge's parts:
 *
 *     bus, rule, target, tag    their operations              check, page    what the service's model says; pages
 *     put, own                  events of clients, of services    accept     what becomes of an event; the log
 *     match                     rules in memory, and which an event meets
 *     dispatch                  the queue in the store        kind           what a target can be
 *     deliver                   the threads that deliver      failed         what could not be delivered
 *     fire                      schedules                     log_group      files of log groups
 *
 * An accepted event becomes one row for each target of each rule that it meets, in the transaction that accepts it. A row
 * goes when its target has the event, or when it is given up, which is told (failed.c). So nothing is lost when the
 * process is killed.
 *
 * Locks: the store's lock protects the rules in memory and the counts of the queue. `mutex` protects the rest; it may be
 * locked under the store's lock, never the other way round.
 */
#ifndef BL_EVENTS_H
#define BL_EVENTS_H

#include <jansson.h>

#include "cmd/bflocal/http/document.h"
#include "cmd/bflocal/http/params.h"
#include "cmd/bflocal/rule/schedule.h"
#include "lib/pattern/pattern.h"

enum {
    BL_EVENTS_WORKERS = 5, /* the first: all that is quick, and schedules; the others: functions */
    BL_EVENTS_WAITING = 100000, /* deliveries in the queue at most, */
    BL_EVENTS_WAITING_MB = 256, /* and the bytes of their events */
    BL_EVENTS_RULES = 300,      /* of a bus (EventBridge quotas) */
    BL_EVENTS_TARGETS = 5,      /* of a rule */
    BL_EVENTS_RULE_NAME = 64,
    BL_EVENTS_BUS_NAME = 256
};

/* A rule as events meet it; its texts are in the arena of struct bl_events. */
struct bl_rule {
    struct bf_str bus, name, arn;
    struct bf_pattern *pattern; /* NULL: a schedule alone */
    struct bl_schedule *schedule;
    int64_t next_ms,
        set_ms; /* when the schedule fires; the clock's time when that was found; -1: never */
    bool enabled;
};

struct bl_events {
    struct bl_local *local;
    /* Under the store's lock. */
    struct bl_rule *rules;
    size_t nrules;
    struct bf_arena arena;
    bool stale; /* the rules in the store have changed */
    struct bl_events_load {
        int64_t deliveries, bytes;
    } load;
    int64_t taken[BL_EVENTS_WORKERS]; /* the delivery that a worker has; 0: none */
    /* Under the mutex. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool started, ending;
    uint64_t posted; /* counts the reasons to look again */
    size_t nthreads;
    struct bl_events_worker {
        struct bl_events *events;
        size_t index;
        pthread_t thread;
    } worker[BL_EVENTS_WORKERS];
    /* Of the first worker alone. */
    char logs[4096]; /* the folder of the log groups; "" until it is needed */
    bool temporary;
};

/* The operations. */
bool bl_events_create_bus(struct bl_call *c);
bool bl_events_delete_bus(struct bl_call *c);
bool bl_events_describe_bus(struct bl_call *c);
bool bl_events_list_buses(struct bl_call *c);
bool bl_events_put(struct bl_call *c);
bool bl_events_test_pattern(struct bl_call *c);
bool bl_events_put_rule(struct bl_call *c);
bool bl_events_describe_rule(struct bl_call *c);
bool bl_events_enable_rule(struct bl_call *c);
bool bl_events_disable_rule(struct bl_call *c);
bool bl_events_delete_rule(struct bl_call *c);
bool bl_events_list_rules(struct bl_call *c);
bool bl_events_list_rule_names(struct bl_call *c);
bool bl_events_put_targets(struct bl_call *c);
bool bl_events_remove_targets(struct bl_call *c);
bool bl_events_list_targets(struct bl_call *c);
bool bl_events_tag(struct bl_call *c);
bool bl_events_untag(struct bl_call *c);
bool bl_events_list_tags(struct bl_call *c);

/* GET /_bflocal/events[?after=N]: a line {"n":N,"bus":NAME,"event":{...}} for each event that is kept; bus is null where
 * there is no such bus. GET /_bflocal/events/failed: a line for each event that a target has not got. */
void bl_events_show(struct bl_call *c);
void bl_events_show_failed(struct bl_call *c);

/* The tables, and the bus that every account has; the state in memory. */
bool bl_events_open(struct bl_local *l, struct bf_err *e) BF_MUST;
void bl_events_start(struct bl_local *l); /* the endpoint is known: threads may run */
void bl_events_stop(struct bl_local *l);
void bl_events_close(struct bl_local *l);

/* An event that has been taken. */
struct bl_accepted {
    struct bf_str bus;  /* its name; p NULL: no bus of this account and region */
    struct bf_str text; /* as rules see it: JSON */
    int64_t put_ms;
    bool forwarded; /* a rule has sent it to a bus */
};

/* In a transaction: keeps it in the log, and puts it into the queue for the targets of the rules that it meets. */
void bl_events_accept(struct bl_local *l, const struct bl_accepted *ev);

/* Has the queue room for another event? Under the store's lock. */
bool bl_events_has_room(const struct bl_events *ev);

/* For struct bl_local: an event of another service, for the default bus, in its transaction. */
void bl_events_publish(struct bl_local *l, const struct bl_published *p);

/* The bus in a member of a parsed request: its name. */
bool bl_events_bus_member(struct bl_call *c, const json_t *body, struct bf_str *bus);

/* Refuses, by name, members that bflocal does not support. The list ends with NULL. */
bool bl_events_refuse(struct bl_call *c, const struct bl_params *p, const char *const *names);

/* Compiles a pattern. NULL: the answer is set. */
struct bf_pattern *bl_events_pattern(struct bl_call *c, struct bf_str text);

/* The name of the bus that a name or an ARN means; p NULL: an ARN of another account or region. Empty: the default. */
struct bf_str bl_events_bus_name(const struct bl_local *l, struct bf_str name_or_arn);

/* Is there such a bus, such a rule? In the store's lock. */
bool bl_events_has_bus(struct bl_store *s, struct bf_str name);
bool bl_events_has_rule(struct bl_store *s, struct bf_str bus, struct bf_str name);

/* The errors for those that are not there; they return false. */
bool bl_events_fail_bus(struct bl_call *c, struct bf_str name);
bool bl_events_fail_rule(struct bl_call *c, struct bf_str bus, struct bf_str name);

/* Tags. The store is held, in a transaction for the first two. */
bool bl_events_check_tags(struct bl_call *c, const json_t *tags);
void bl_events_put_tags(struct bl_store *s, struct bf_str arn, const json_t *tags);
void bl_events_drop_tags(struct bl_store *s, struct bf_str arn);

/* A page of a list in the order of names: a token is the base64 of the last name of the page before. */
struct bl_events_page {
    struct bf_str after, last;
    int64_t limit, n;
    bool more;
};
bool bl_events_page_read(struct bl_call *c, const json_t *body, struct bl_events_page *page);
/* Is there room for this one? It writes the comma before it. */
bool bl_events_page_take(struct bl_call *c, struct bl_events_page *page, struct bf_str name);
/* Closes the list and the answer. */
void bl_events_page_end(struct bl_call *c, const struct bl_events_page *page);

/* In match.c, under the store's lock: the rules in memory are those of the store after it. False: out of memory, or the
 * store failed. */
bool bl_events_rules_fresh(struct bl_events *ev) BF_MUST;
void bl_events_rules_free(struct bl_events *ev);
/* In a transaction: the deliveries of an event to the targets of a rule. */
void bl_events_enqueue(struct bl_events *ev, const struct bl_rule *rule,
                       const struct bl_accepted *event);

/* In fire.c: fires the schedules that are due. *wait_ms: until the next look; -1: there is no schedule. */
void bl_events_fire(struct bl_events *ev, int64_t *wait_ms);

/* Wakes the workers; starts them if they do not run. It may be called under the store's lock. */
void bl_events_wake(struct bl_events *ev);

/* Makes one line of valid JSON: an event is a line in logs, in the answers of control calls and for readers of a stream. */
void bl_events_one_line(struct bf_buf *json);

#endif
