/* EventBridge: the rules in memory, and the queue's input. */
#include "cmd/bflocal/events/events.h"

enum { ARENA = 64 * 1024 * 1024 };

void bl_events_rules_free(struct bl_events *ev)
{
    for (size_t i = 0; ev->rules && i < ev->nrules; i++)
        bf_pattern_destroy(ev->rules[i].pattern);
    ev->rules = NULL;
    ev->nrules = 0;
    bf_arena_free(&ev->arena);
    bf_arena_init(&ev->arena, ARENA);
}

static bool copy(struct bl_events *ev, sqlite3_stmt *q, int i, struct bf_str *out)
{
    return bf_arena_copy(&ev->arena, bl_column_text(q, i), out);
}

/* A row: bus, name, arn, state, pattern, schedule, next_ms, set_ms. Its texts were checked when it was put. */
static bool load(struct bl_events *ev, sqlite3_stmt *q, struct bl_rule *r)
{
    struct bf_str pattern = bl_column_text(q, 4), schedule = bl_column_text(q, 5);
    struct bf_err e;
    *r = (struct bl_rule){.enabled = !bf_str_is(bl_column_text(q, 3), "DISABLED"),
                          .next_ms = bl_column_i64(q, 6),
                          .set_ms = bl_column_i64(q, 7)};
    if (!copy(ev, q, 0, &r->bus) || !copy(ev, q, 1, &r->name) || !copy(ev, q, 2, &r->arn))
        return false;
    if (schedule.n) {
        r->schedule = bf_arena_alloc(&ev->arena, sizeof *r->schedule);
        if (!r->schedule || !bl_schedule_parse(schedule, r->schedule, &e))
            return false;
    }
    if (!pattern.n)
        return true;
    r->pattern = bf_pattern_new(&e);
    return r->pattern && bf_pattern_add(r->pattern, pattern, &e) &&
           bf_pattern_ready(r->pattern, &e);
}

bool bl_events_rules_fresh(struct bl_events *ev)
{
    struct bl_store *st = &ev->local->store;
    if (!ev->stale)
        return true;
    bl_events_rules_free(ev);
    sqlite3_stmt *q = bl_sql(st, "SELECT count(*) FROM events_rule");
    size_t n = bl_step(st, q) ? (size_t)bl_column_i64(q, 0) : 0;
    bl_done(q);
    ev->rules = bf_arena_alloc(&ev->arena, (n + 1) * sizeof *ev->rules);
    bool ok = ev->rules != NULL;
    q = bl_sql(st, "SELECT bus,name,arn,state,pattern,schedule,next_ms,set_ms FROM events_rule "
                   "ORDER BY bus,name");
    while (ok && ev->nrules < n && bl_step(st, q)) {
        ok = load(ev, q, &ev->rules[ev->nrules]);
        ev->nrules++;
    }
    bl_done(q);
    if (!ok) {
        bl_events_rules_free(ev);
        bf_err_nomem(&st->err);
    }
    ev->stale = !ok || !bl_store_ok(st);
    return !ev->stale;
}

bool bl_events_has_room(const struct bl_events *ev)
{
    return ev->load.deliveries < BL_EVENTS_WAITING &&
           ev->load.bytes < (int64_t)BL_EVENTS_WAITING_MB * 1024 * 1024;
}

void bl_events_enqueue(struct bl_events *ev, const struct bl_rule *rule,
                       const struct bl_accepted *event)
{
    struct bl_store *st = &ev->local->store;
    sqlite3_stmt *q = bl_sql(
        st, "INSERT INTO events_delivery(slow,due_ms,put_ms,attempts,tries,forwarded,rule_arn,"
            "rule_name,target,event) SELECT slow,?1,?1,0,0,?2,?3,?4,doc,?5 FROM events_target "
            "WHERE bus=?6 AND rule=?4 ORDER BY id");
    bl_bind_i64(q, 1, event->put_ms);
    bl_bind_i64(q, 2, event->forwarded);
    bl_bind_text(q, 3, rule->arn);
    bl_bind_text(q, 4, rule->name);
    bl_bind_text(q, 5, event->text);
    bl_bind_text(q, 6, rule->bus);
    int added = bl_run(st, q);
    if (added <= 0)
        return;
    bl_store_keep(st, &ev->load, sizeof ev->load, NULL);
    ev->load.deliveries += added;
    ev->load.bytes += added * (int64_t)event->text.n;
    bl_events_wake(ev);
}
