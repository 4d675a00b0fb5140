/* Asynchronous invocations: a queue, and the threads that work on it. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/function/function.h"
#include "lib/base/clock.h"
#include "lib/base/rng.h"
#include "lib/base/wait.h"
#include "lib/cli/diag.h"

/* Shorter than Lambda's waits, one minute before the second attempt and two before the third, for the sake of tests. */
enum { SECOND_MS = 1000, THIRD_MS = 2000 };

struct bl_event {
    struct bl_event *next;
    char name[65], request_id[37];
    int attempts; /* made so far */
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

/* True: the event is finished. */
static bool attempt(struct bl_lambda *f, struct bl_event *ev)
{
    struct bl_outcome out;
    struct bf_err e = {0};
    memset(&out, 0, sizeof out);
    bf_buf_init(&out.payload, BL_PAYLOAD_MAX + 1024);
    enum bl_invoked v = bl_lambda_invoke(f->local, bf_str_of(ev->name), bf_str(ev->payload, ev->n),
                                         ev->request_id, &out, &e);
    bool done = v == BL_INVOKE_UNKNOWN || (v == BL_INVOKED && !out.failed);
    if (v == BL_INVOKE_THROTTLED) /* does not count as an attempt */
        ev->attempts--;
    if (!done && ev->attempts + 1 >= BL_EVENT_ATTEMPTS)
        bf_diag_warn("Lambda: %s: an event is dropped after %d attempts: %.200s", ev->name,
                     BL_EVENT_ATTEMPTS, out.payload.n ? bf_buf_view(&out.payload).p : e.text);
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
        pthread_mutex_lock(&f->mutex);
        ev->attempts++;
        ev->due_ms = bf_clock_mono_ms() + (ev->attempts > 1 ? THIRD_MS : SECOND_MS);
        if (done || ev->attempts >= BL_EVENT_ATTEMPTS)
            free(ev);
        else
            add(f, ev);
    }
    pthread_mutex_unlock(&f->mutex);
    return NULL;
}

bool bl_lambda_event(struct bl_local *l, struct bf_str name, struct bf_str payload)
{
    struct bl_lambda *f = l->lambda;
    struct bl_event *ev = calloc(1, sizeof *ev + payload.n);
    if (!ev)
        return false;
    bf_rng_fresh_uuid(ev->request_id);
    snprintf(ev->name, sizeof ev->name, "%.*s", (int)name.n, name.p);
    ev->n = payload.n;
    if (payload.n)
        memcpy(ev->payload, payload.p, payload.n);
    pthread_mutex_lock(&f->mutex);
    while (f->nevent_threads < BL_EVENT_THREADS &&
           pthread_create(&f->event_threads[f->nevent_threads], NULL, work, f) == 0)
        f->nevent_threads++;
    bool ok = f->nevent_threads > 0;
    if (ok)
        add(f, ev);
    pthread_mutex_unlock(&f->mutex);
    if (!ok)
        free(ev);
    return ok;
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
