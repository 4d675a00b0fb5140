/* EventBridge: the queue of deliveries in the store. */
#include "cmd/bflocal/events/dispatch.h"

#include <stdarg.h>
#include <stdio.h>

enum { ARENA = 8 * 1024 * 1024, LATEST_MS = 120000 /* no delivery is put off for longer */ };

enum bl_delivered bl_dispatch_fail(struct bl_dispatch *d, enum bl_delivered how, const char *code,
                                   const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(d->text, sizeof d->text, fmt, ap);
    va_end(ap);
    snprintf(d->code, sizeof d->code, "%s", code);
    return how;
}

/* A row: n, put_ms, attempts, tries, forwarded, rule_arn, rule_name, target, event. */
static bool read_row(struct bl_dispatch *d, sqlite3_stmt *q)
{
    d->n = bl_column_i64(q, 0);
    d->put_ms = bl_column_i64(q, 1);
    d->attempts = bl_column_i64(q, 2);
    d->tries = bl_column_i64(q, 3);
    d->forwarded = bl_column_i64(q, 4) != 0;
    d->target = bl_document_parse(bl_column_text(q, 7));
    return d->target && bf_arena_copy(&d->arena, bl_column_text(q, 5), &d->rule_arn) &&
           bf_arena_copy(&d->arena, bl_column_text(q, 6), &d->rule_name) &&
           bf_arena_copy(&d->arena, bl_column_text(q, 8), &d->event);
}

/* The first that is due and no worker has. */
static sqlite3_stmt *find_due(struct bl_events *ev, bool slow, int64_t now)
{
    sqlite3_stmt *q =
        bl_sql(&ev->local->store,
               "SELECT n,put_ms,attempts,tries,forwarded,rule_arn,rule_name,target,event FROM "
               "events_delivery WHERE slow=?1 AND due_ms<=?2 AND n NOT IN(?3,?4,?5,?6,?7) "
               "ORDER BY due_ms,n LIMIT 1");
    bl_bind_i64(q, 1, slow);
    bl_bind_i64(q, 2, now);
    for (int i = 0; i < BL_EVENTS_WORKERS; i++)
        bl_bind_i64(q, 3 + i, ev->taken[i]);
    return q;
}

/* How long until a delivery is due; -1: there is none. One that is due too late was put off before the clock went
 * back. */
static int64_t next_due(struct bl_events *ev, bool slow, int64_t now)
{
    struct bl_store *st = &ev->local->store;
    int64_t wait = -1;
    sqlite3_stmt *q = bl_sql(st, "SELECT due_ms FROM events_delivery WHERE slow=? AND due_ms>? "
                                 "ORDER BY due_ms LIMIT 1");
    bl_bind_i64(q, 1, slow);
    bl_bind_i64(q, 2, now);
    if (bl_step(st, q))
        wait = bl_column_i64(q, 0) - now;
    bl_done(q);
    if (wait <= LATEST_MS)
        return wait;
    q = bl_sql(st, "UPDATE events_delivery SET due_ms=?1,put_ms=min(put_ms,?1) WHERE due_ms>?2");
    bl_bind_i64(q, 1, now);
    bl_bind_i64(q, 2, now + LATEST_MS);
    bl_run(st, q);
    return 0;
}

bool bl_dispatch_take(struct bl_events *ev, size_t worker, struct bl_dispatch *d, int64_t *wait_ms)
{
    struct bl_store *st = &ev->local->store;
    int64_t now = bl_now_ms(ev->local);
    *wait_ms = -1;
    memset(d, 0, sizeof *d);
    d->local = ev->local;
    bf_arena_init(&d->arena, ARENA);
    bl_store_lock(st);
    sqlite3_stmt *q = find_due(ev, worker > 0, now);
    bool found = bl_step(st, q), ok = found && read_row(d, q);
    bl_done(q);
    if (ok)
        ev->taken[worker] = d->n;
    else
        *wait_ms = found ? 1000 : next_due(ev, worker > 0, now);
    bl_store_unlock(st);
    if (!ok) {
        json_decref(d->target);
        bf_arena_free(&d->arena);
    }
    return ok;
}

void bl_dispatch_free(struct bl_events *ev, size_t worker, struct bl_dispatch *d)
{
    bl_store_lock(&ev->local->store);
    ev->taken[worker] = 0;
    bl_store_unlock(&ev->local->store);
    json_decref(d->target);
    bf_arena_free(&d->arena);
}

void bl_dispatch_remove(struct bl_events *ev, const struct bl_dispatch *d)
{
    struct bl_store *st = &ev->local->store;
    sqlite3_stmt *q = bl_sql(st, "DELETE FROM events_delivery WHERE n=?");
    bl_bind_i64(q, 1, d->n);
    if (bl_run(st, q) != 1)
        return;
    bl_store_keep(st, &ev->load, sizeof ev->load, NULL);
    ev->load.deliveries--;
    ev->load.bytes -= (int64_t)d->event.n;
}

bool bl_dispatch_end(struct bl_events *ev, const struct bl_dispatch *d, struct bf_err *e)
{
    if (!bl_store_begin_delete(&ev->local->store, e))
        return false;
    bl_dispatch_remove(ev, d);
    return bl_store_commit(&ev->local->store, e);
}

bool bl_dispatch_delay(struct bl_events *ev, const struct bl_dispatch *d, int64_t wait_ms,
                       struct bf_err *e)
{
    struct bl_store *st = &ev->local->store;
    if (!bl_store_begin_delete(st, e)) /* it may use the space that is kept for deletes */
        return false;
    sqlite3_stmt *q =
        bl_sql(st, "UPDATE events_delivery SET due_ms=?,attempts=?,tries=? WHERE n=?");
    bl_bind_i64(q, 1, bl_now_ms(ev->local) + wait_ms);
    bl_bind_i64(q, 2, d->attempts);
    bl_bind_i64(q, 3, d->tries);
    bl_bind_i64(q, 4, d->n);
    bl_run(st, q);
    return bl_store_commit(st, e);
}
