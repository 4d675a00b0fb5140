/* EventBridge: its state from start to end, and the events of other services. */
#include "cmd/bflocal/events/events.h"

#include <stdlib.h>

#include "cmd/bflocal/events/dispatch.h"
#include "lib/aws/events/event.h"
#include "lib/base/rng.h"
#include "lib/base/wait.h"
#include "lib/cli/diag.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS events_bus(name TEXT PRIMARY KEY, description TEXT, "
    "created_ms INTEGER, modified_ms INTEGER) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS events_log(n INTEGER PRIMARY KEY AUTOINCREMENT, bus TEXT, "
    "event TEXT);"
    "CREATE TABLE IF NOT EXISTS events_rule(bus TEXT, name TEXT, arn TEXT, state TEXT, pattern "
    "TEXT, schedule TEXT, description TEXT, role TEXT, next_ms INTEGER, set_ms INTEGER, PRIMARY "
    "KEY(bus,name)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS events_target(bus TEXT, rule TEXT, id TEXT, arn TEXT, slow "
    "INTEGER, doc TEXT, PRIMARY KEY(bus,rule,id)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS events_tag(arn TEXT, key TEXT, value TEXT, PRIMARY KEY(arn,key)) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS events_delivery(n INTEGER PRIMARY KEY AUTOINCREMENT, slow "
    "INTEGER, due_ms INTEGER, put_ms INTEGER, attempts INTEGER, tries INTEGER, forwarded "
    "INTEGER, rule_arn TEXT, rule_name TEXT, target TEXT, event TEXT);"
    "CREATE INDEX IF NOT EXISTS events_delivery_due ON events_delivery(slow,due_ms,n);"
    "CREATE TABLE IF NOT EXISTS events_failed(n INTEGER PRIMARY KEY AUTOINCREMENT, letter TEXT);";

bool bl_events_open(struct bl_local *l, struct bf_err *e)
{
    struct bl_events *ev = calloc(1, sizeof *ev);
    if (!ev)
        return bf_err_nomem(e);
    l->events = ev;
    ev->local = l;
    ev->stale = true;
    pthread_mutex_init(&ev->mutex, NULL);
    bf_wait_init(&ev->changed);
    if (!bl_store_exec(&l->store, schema, e) || !bl_store_begin(&l->store, e))
        return false;
    sqlite3_stmt *q =
        bl_sql(&l->store, "INSERT OR IGNORE INTO events_bus VALUES('default','',?1,?1)");
    bl_bind_i64(q, 1, bl_now_ms(l));
    bl_run(&l->store, q);
    q = bl_sql(&l->store, "SELECT count(*),coalesce(sum(length(CAST(event AS BLOB))),0) FROM "
                          "events_delivery");
    if (bl_step(&l->store, q)) {
        ev->load.deliveries = bl_column_i64(q, 0);
        ev->load.bytes = bl_column_i64(q, 1);
    }
    bl_done(q);
    l->publish = bl_events_publish;
    return bl_store_commit(&l->store, e);
}

/* Threads run only where there is work for them. */
void bl_events_start(struct bl_local *l)
{
    struct bl_events *ev = l->events;
    bl_store_lock(&l->store);
    bool work = ev->load.deliveries > 0;
    for (size_t i = 0; bl_events_rules_fresh(ev) && i < ev->nrules; i++)
        work = work || ev->rules[i].schedule;
    bl_store_unlock(&l->store);
    pthread_mutex_lock(&ev->mutex);
    ev->started = true;
    pthread_mutex_unlock(&ev->mutex);
    if (work)
        bl_events_wake(ev);
}

void bl_events_close(struct bl_local *l)
{
    struct bl_events *ev = l->events;
    if (!ev)
        return;
    l->publish = NULL;
    bl_log_group_close(ev);
    bl_events_rules_free(ev);
    bf_arena_free(&ev->arena);
    pthread_cond_destroy(&ev->changed);
    pthread_mutex_destroy(&ev->mutex);
    free(ev);
    l->events = NULL;
}

void bl_events_publish(struct bl_local *l, const struct bl_published *p)
{
    const struct bf_event event = {.source = bf_str_of(p->source),
                                   .detail_type = bf_str_of(p->detail_type),
                                   .resource = &p->resource,
                                   .nresources = p->resource.p != NULL};
    char id[37];
    struct bf_buf text;
    int64_t now = bl_now_ms(l);
    if (!bl_events_has_room(l->events)) {
        bf_diag_warn("EventBridge: the queue is full: an event of %s is dropped: %s", p->source,
                     p->detail_type);
        return;
    }
    bf_rng_fresh_uuid(id);
    struct bf_event_envelope envelope = {id, BL_ACCOUNT, l->region, now};
    bf_buf_init(&text, 1024 * 1024);
    bf_event_wrap(&text, &event, p->detail, &envelope);
    if (bf_buf_check(&text, "an event", &l->store.err))
        bl_events_accept(l, &(struct bl_accepted){.bus = BF_STR("default"),
                                                  .text = bf_buf_view(&text),
                                                  .put_ms = now});
    bf_buf_free(&text);
}
