/* EventBridge: schedules. A rule's next time is in the store, so a schedule goes on after a restart. */
#include "cmd/bflocal/events/events.h"

#include "lib/aws/events/event.h"
#include "lib/base/clock.h"
#include "lib/base/rng.h"
#include "lib/cli/diag.h"

enum { BACK_MS = 1000 /* the clock went back, if a time that has been is so far ahead */ };

/* Finds the rule's next time from now, in the store and in memory. */
static void set_next(struct bl_events *ev, struct bl_rule *r, int64_t now)
{
    struct bl_store *st = &ev->local->store;
    bl_store_keep(st, r, sizeof *r, NULL);
    r->next_ms = bl_schedule_next(r->schedule, now);
    r->set_ms = now;
    sqlite3_stmt *q =
        bl_sql(st, "UPDATE events_rule SET next_ms=?,set_ms=? WHERE bus=? AND name=?");
    bl_bind_i64(q, 1, r->next_ms);
    bl_bind_i64(q, 2, r->set_ms);
    bl_bind_text(q, 3, r->bus);
    bl_bind_text(q, 4, r->name);
    bl_run(st, q);
}

static void send(struct bl_events *ev, const struct bl_rule *r, int64_t now)
{
    const struct bf_event event = {.source = BF_STR("aws.events"),
                                   .detail_type = BF_STR("Scheduled Event"),
                                   .resource = &r->arn,
                                   .nresources = 1};
    char id[37];
    struct bf_buf text;
    bf_rng_fresh_uuid(id);
    struct bf_event_envelope envelope = {id, BL_ACCOUNT, ev->local->region, r->next_ms};
    bf_buf_init(&text, 64 * 1024);
    bf_event_wrap(&text, &event, BF_STR("{}"), &envelope);
    bl_events_enqueue(
        ev, r, &(struct bl_accepted){.bus = r->bus, .text = bf_buf_view(&text), .put_ms = now});
    bf_buf_free(&text);
}

/* In a transaction. A clock that has moved over several times of a schedule fires it once. */
static void fire_due(struct bl_events *ev, int64_t now)
{
    for (size_t i = 0; i < ev->nrules; i++) {
        struct bl_rule *r = &ev->rules[i];
        if (!r->schedule || !r->enabled)
            continue;
        if (r->next_ms >= 0 && r->next_ms <= now) {
            send(ev, r, now);
            set_next(ev, r, now);
        } else if (now < r->set_ms - BACK_MS)
            set_next(ev, r, now);
    }
}

/* Is there a schedule, and one to look at? Under the store's lock. */
static bool any_due(struct bl_events *ev, int64_t now, int64_t *wait_ms)
{
    bool due = false;
    for (size_t i = 0; i < ev->nrules; i++) {
        const struct bl_rule *r = &ev->rules[i];
        if (!r->schedule || !r->enabled)
            continue;
        int64_t wait = r->next_ms < 0 || r->next_ms > now ? 1000 : 0;
        *wait_ms = wait;
        due = due || wait == 0 || now < r->set_ms - BACK_MS;
    }
    return due;
}

void bl_events_fire(struct bl_events *ev, int64_t *wait_ms)
{
    struct bl_store *st = &ev->local->store;
    struct bf_err e = {0};
    int64_t now = bl_now_ms(ev->local);
    *wait_ms = -1;
    bl_store_lock(st);
    bool due = bl_events_rules_fresh(ev) && any_due(ev, now, wait_ms) && bl_events_has_room(ev);
    bl_store_unlock(st);
    if (!due)
        return;
    bool ok = bl_store_begin(st, &e);
    if (ok && bl_events_rules_fresh(ev))
        fire_due(ev, now);
    if (ok)
        ok = bl_store_commit(st, &e);
    if (!ok)
        bf_diag_warn("EventBridge: a schedule is late: %s", e.text);
}
