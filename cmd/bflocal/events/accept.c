/* EventBridge: stores accepted events in the log. */
#include "cmd/bflocal/events/events.h"

#include "cmd/bflocal/events/service.h"
#include "cmd/bflocal/http/control.h"
#include "lib/base/num.h"
#include "lib/json/write.h"

enum { SHOWN_MAX = 16 * 1024 * 1024 };

void bl_events_accept(struct bl_local *l, const struct bl_accepted *ev)
{
    struct bl_store *st = &l->store;
    sqlite3_stmt *q = bl_sql(st, "INSERT INTO events_log(bus,event) VALUES(?,?)");
    if (ev->bus.p)
        bl_bind_text(q, 1, ev->bus);
    else if (q)
        sqlite3_bind_null(q, 1);
    bl_bind_text(q, 2, ev->text);
    bl_run(st, q);
    q = bl_sql(st, "DELETE FROM events_log WHERE n<=?");
    bl_bind_i64(q, 1, sqlite3_last_insert_rowid(st->db) - BL_EVENTS_KEPT);
    bl_run(st, q);
    struct bl_events *events = l->events;
    if (!ev->bus.p || !bl_events_rules_fresh(events))
        return;
    for (size_t i = 0; i < events->nrules; i++) {
        const struct bl_rule *r = &events->rules[i];
        struct bf_err e;
        bool matches = false;
        if (r->enabled && r->pattern && bf_str_eq(r->bus, ev->bus) &&
            bf_pattern_match_json(r->pattern, ev->text, &matches, &e) && matches)
            bl_events_enqueue(events, r, ev);
    }
}

/* Whole lines; the caller requests the rest of a long log with the next `after`. */
static void put_log(struct bl_call *c, uint64_t after)
{
    struct bf_buf *out = &c->ans.body;
    sqlite3_stmt *q = bl_sql(c->store, "SELECT n,bus,event FROM events_log WHERE n>? ORDER BY n");
    bl_bind_i64(q, 1, (int64_t)after);
    while (out->n < SHOWN_MAX && bl_step(c->store, q)) {
        struct bf_str bus = bl_column_text(q, 1);
        bf_buf_addf(out, "{\"n\":%lld,\"bus\":", (long long)bl_column_i64(q, 0));
        if (bus.n)
            bf_json_put_string(out, bus);
        else
            bf_buf_lit(out, "null");
        bf_buf_lit(out, ",\"event\":");
        bf_buf_adds(out, bl_column_text(q, 2));
        bf_buf_lit(out, "}\n");
    }
    bl_done(q);
}

void bl_events_show(struct bl_call *c)
{
    struct bf_str text = bl_query(c, "after");
    struct bf_err e = {0};
    uint64_t after = 0;
    if (text.p && (!bf_num_u64(text, &after, &e) || after > INT64_MAX)) {
        bl_control_fail(c, 400, "after: want the number of an event");
        return;
    }
    bl_control_answer(c, 200);
    bl_store_lock(c->store);
    put_log(c, after);
    bl_store_unlock(c->store);
}
