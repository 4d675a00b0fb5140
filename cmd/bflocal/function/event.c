/* Asynchronous invocations: a queue, and the threads that work on it. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/function/async.h"
#include "lib/base/clock.h"
#include "lib/base/rng.h"
#include "lib/base/wait.h"
#include "lib/cli/diag.h"

/* Shorter than Lambda's waits, one minute before the second attempt and two before the third, for the sake of tests. */
enum { SECOND_MS = 1000, THIRD_MS = 2000 };

static const char schema[] = "CREATE TABLE IF NOT EXISTS lambda_event (id INTEGER PRIMARY KEY, "
                             "name TEXT, request TEXT, payload BLOB);";

struct bl_event {
    struct bl_event *next;
    int64_t row;
    char name[BL_TARGET_SIZE], request_id[37];
    int attempts;   /* made so far */
    int64_t put_ms; /* wall clock; after a restart that of the restart */
    int64_t due_ms;
    size_t n;
    char payload[];
};

/* The first event that is due; *wait_ms: the time until one is due, or -1. */
static struct bl_event *take_due(struct bl_lambda *f, int64_t *wait_ms)
{
    int64_t now = bf_clock_mono_ms();
    *wait_ms = -1;
    for (struct bl_event **at = &f->events; *at; at = &(*at)->next) {
        struct bl_event *ev = *at;
        if (ev->due_ms <= now) {
            *at = ev->next;
            return ev;
        }
        if (*wait_ms < 0 || ev->due_ms - now < *wait_ms)
            *wait_ms = ev->due_ms - now;
    }
    return NULL;
}

static void add(struct bl_lambda *f, struct bl_event *ev)
{
    struct bl_event **at = &f->events;
    while (*at)
        at = &(*at)->next;
    ev->next = NULL;
    *at = ev;
    pthread_cond_broadcast(&f->events_changed); /* mappings wait for it too */
}

static struct bl_event *new_event(struct bl_local *l, struct bf_str name, struct bf_str payload)
{
    struct bl_event *ev = calloc(1, sizeof *ev + payload.n);
    if (!ev)
        return NULL;
    bf_rng_fresh_uuid(ev->request_id);
    ev->put_ms = bl_now_ms(l);
    snprintf(ev->name, sizeof ev->name, "%.*s", (int)name.n, name.p);
    ev->n = payload.n;
    if (payload.n)
        memcpy(ev->payload, payload.p, payload.n);
    return ev;
}

/* ---- its row ---- */

static bool store(struct bl_local *l, struct bl_event *ev, struct bf_err *e)
{
    struct bl_store *st = &l->store;
    if (!bl_store_begin(st, e))
        return false;
    sqlite3_stmt *q =
        bl_sql(st, "INSERT INTO lambda_event(name, request, payload) VALUES (?1, ?2, ?3)");
    bl_bind_text(q, 1, bf_str_of(ev->name));
    bl_bind_text(q, 2, bf_str_of(ev->request_id));
    bl_bind_blob(q, 3, bf_str(ev->payload, ev->n));
    bl_run(st, q);
    ev->row = sqlite3_last_insert_rowid(st->db);
    return bl_store_commit(st, e);
}

static void erase(struct bl_local *l, const struct bl_event *ev)
{
    struct bl_store *st = &l->store;
    struct bf_err e = {0};
    bool ok = bl_store_begin_delete(st, &e);
    if (ok) {
        sqlite3_stmt *q = bl_sql(st, "DELETE FROM lambda_event WHERE id = ?1");
        bl_bind_i64(q, 1, ev->row);
        bl_run(st, q);
        ok = bl_store_commit(st, &e);
    }
    if (!ok)
        bf_diag_warn("Lambda: %s: an event comes again with the next start: %s", ev->name, e.text);
}

/* Columns: id, name, request, payload. */
static bool load_event(struct bl_lambda *f, sqlite3_stmt *q, struct bf_err *e)
{
    struct bl_event *ev = new_event(f->local, bl_column_text(q, 1), bl_column_text(q, 3));
    if (!ev)
        return bf_err_nomem(e);
    ev->row = bl_column_i64(q, 0);
    bl_column_copy(q, 2, ev->request_id, sizeof ev->request_id);
    ev->next = f->events;
    f->events = ev;
    return true;
}

bool bl_lambda_events_load(struct bl_lambda *f, struct bf_err *e)
{
    return bl_store_exec(&f->local->store, schema, e) &&
           bl_lambda_each_row(
               f, "SELECT id, name, request, payload FROM lambda_event ORDER BY id DESC",
               load_event, e);
}

/* ---- its attempts ---- */

static void give_up(struct bl_lambda *f, const struct bl_event *ev, const struct bl_async *a,
                    bool too_old, const struct bl_outcome *out, const struct bf_err *e)
{
    struct bf_str answer = bf_buf_view(&out->payload), why = answer.n ? answer : bf_str_of(e->text);
    int made = ev->attempts + 1;
    bf_diag_warn("Lambda: %s: an event is dropped after %d attempt%s: %.*s", ev->name, made,
                 BF_S(made), BF_SHOWN_TO(why, 200));
    bl_async_give_up(f, a,
                     &(struct bl_async_failure){.function = bf_str_of(ev->name),
                                                .payload = bf_str(ev->payload, ev->n),
                                                .answer = answer,
                                                .request_id = ev->request_id,
                                                .version = out->version,
                                                .too_old = too_old,
                                                .attempts = made});
}

/* True: the event is finished. */
static bool attempt(struct bl_lambda *f, struct bl_event *ev)
{
    struct bl_outcome out;
    struct bl_async a;
    struct bf_err e = {0};
    bool too_old;
    memset(&out, 0, sizeof out);
    bf_buf_init(&out.payload, BL_PAYLOAD_MAX + 1024);
    enum bl_invoked v = bl_lambda_invoke(f->local, NULL, bf_str_of(ev->name),
                                         bf_str(ev->payload, ev->n), ev->request_id, &out, &e);
    bool done = v == BL_INVOKE_UNKNOWN || (v == BL_INVOKED && !out.failed);
    if (v == BL_INVOKE_THROTTLED || v == BL_INVOKE_ENDED) /* does not count as an attempt */
        ev->attempts--;
    bl_async_find(f, bf_str_of(ev->name), &a);
    if (v == BL_INVOKE_UNKNOWN)
        bf_diag_warn("Lambda: %s: an event is dropped: there is no such function any more",
                     ev->name);
    else if (!done && v != BL_INVOKE_ENDED &&
             bl_async_is_last(f->local, &a, ev->attempts + 1, ev->put_ms, &too_old)) {
        give_up(f, ev, &a, too_old, &out, &e);
        done = true;
    }
    bf_buf_free(&out.payload);
    return done;
}

static void *work(void *arg)
{
    struct bl_lambda *f = arg;
    int64_t wait_ms;
    pthread_mutex_lock(&f->mutex);
    while (!f->closing) {
        struct bl_event *ev = take_due(f, &wait_ms);
        if (!ev && wait_ms < 0) {
            pthread_cond_wait(&f->events_changed, &f->mutex);
            continue;
        }
        if (!ev) {
            (void)bf_wait_ms(&f->events_changed, &f->mutex, wait_ms);
            continue;
        }
        pthread_mutex_unlock(&f->mutex);
        bool done = attempt(f, ev);
        ev->attempts++;
        ev->due_ms = bf_clock_mono_ms() + (ev->attempts > 1 ? THIRD_MS : SECOND_MS);
        if (done)
            erase(f->local, ev);
        pthread_mutex_lock(&f->mutex);
        if (done)
            free(ev);
        else
            add(f, ev);
    }
    pthread_mutex_unlock(&f->mutex);
    return NULL;
}

/* Under the mutex. False: there is no thread. */
static bool start_threads(struct bl_lambda *f)
{
    while (f->nevent_threads < BL_EVENT_THREADS &&
           pthread_create(&f->event_threads[f->nevent_threads], NULL, work, f) == 0)
        f->nevent_threads++;
    return f->nevent_threads > 0;
}

bool bl_lambda_event(struct bl_local *l, struct bf_str name, struct bf_str payload,
                     struct bf_err *e)
{
    struct bl_lambda *f = l->lambda;
    struct bl_event *ev = new_event(l, name, payload);
    if (!ev)
        return bf_err_nomem(e);
    pthread_mutex_lock(&f->mutex);
    bool ok = start_threads(f) || bf_err_set(e, BF_E_IO, "no thread for asynchronous invocations");
    pthread_mutex_unlock(&f->mutex);
    if (!ok || !store(l, ev, e)) {
        free(ev);
        return false;
    }
    pthread_mutex_lock(&f->mutex);
    add(f, ev);
    pthread_mutex_unlock(&f->mutex);
    return true;
}

void bl_lambda_events_start(struct bl_lambda *f)
{
    pthread_mutex_lock(&f->mutex);
    if (f->events && !start_threads(f))
        bf_diag_warn("Lambda: no thread for the events of an earlier start");
    pthread_mutex_unlock(&f->mutex);
}

void bl_lambda_events_end(struct bl_lambda *f)
{
    pthread_mutex_lock(&f->mutex);
    f->closing = true;
    pthread_cond_broadcast(&f->events_changed);
    pthread_mutex_unlock(&f->mutex);
    for (size_t i = 0; i < f->nevent_threads; i++)
        pthread_join(f->event_threads[i], NULL);
    while (f->events) {
        struct bl_event *ev = f->events;
        f->events = ev->next;
        free(ev);
    }
}
