/* EventBridge: the workers that deliver events to targets. */
#include "cmd/bflocal/events/dispatch.h"

#include "cmd/bflocal/function/function.h"
#include "cmd/bflocal/rule/json_path.h"
#include "cmd/bflocal/rule/transform.h"
#include "lib/base/rng.h"
#include "lib/base/wait.h"
#include "lib/cli/diag.h"
#include "lib/json/scan.h"

/* The service waits longer, and for up to a day. */
enum {
    FIRST_WAIT_MS = 200,
    LONGEST_WAIT_MS = 60000,
    FUNCTION_WAIT_MS = 1000, /* a minute in the service, then two */
    LOOK_MS = 250,           /* the clock of a test may have moved */
    BROKEN_WAIT_MS = 1000
};

/* A text of several lines in quotes stays as it is: it is no JSON. */
static void join_lines(struct bf_buf *input)
{
    struct bf_err e;
    if (input->n && memchr(input->p, '\n', input->n) && bf_json_check(bf_buf_view(input), &e))
        bl_events_one_line(input);
}

/* Writes the input of the target into `input`. */
static bool make_input(struct bl_dispatch *d, struct bf_buf *input)
{
    const char *constant = bl_document_text(d->target, "Input"),
               *path = bl_document_text(d->target, "InputPath");
    const json_t *transformer = json_object_get(d->target, "InputTransformer");
    const struct bl_transform_event ev = {.event = d->event,
                                          .rule_arn = d->rule_arn.p,
                                          .rule_name = d->rule_name.p,
                                          .put_ms = d->put_ms};
    struct bf_err e = {0};
    bool ok = true;
    if (*constant)
        bf_buf_adds(input, bf_str_of(constant));
    else if (*path) {
        ok = bl_json_path_get(d->event, bf_str_of(path), input) ||
             bf_err_set(&e, BF_E_INPUT, "InputPath %.100s names nothing in the event", path);
    } else if (json_object_size(transformer))
        ok = bl_transform(transformer, &ev, input, &e);
    else
        bf_buf_adds(input, d->event);
    ok = ok && bf_buf_check(input, "the input", &e);
    if (ok)
        join_lines(input);
    d->input = bf_buf_view(input);
    if (!ok)
        (void)bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "INVALID_JSON", "%s", e.text);
    return ok;
}

/* A fault of the service that is called. True: it strikes this delivery. */
static bool draw_fault(struct bl_dispatch *d, const struct bl_target_kind *kind)
{
    struct bl_fault_hit hit = {0};
    if (!kind->fault_op)
        return false;
    bl_fault_draw(&d->local->faults, kind->fault_service, kind->fault_op, &hit);
    bl_fault_wait(&d->local->faults, &hit);
    if (hit.answer == BL_FAULT_THROTTLE)
        (void)bl_dispatch_fail(d, BL_DELIVERY_RETRY, "THROTTLING", "Rate exceeded");
    else if (hit.answer == BL_FAULT_500 || hit.answer == BL_FAULT_503)
        (void)bl_dispatch_fail(d, BL_DELIVERY_RETRY, "INTERNAL_ERROR", "the service has failed");
    return d->code[0] != '\0';
}

/* In the transaction that ends the delivery. */
static enum bl_delivered in_store(struct bl_events *ev, struct bl_dispatch *d,
                                  const struct bl_target_kind *kind, struct bf_str name,
                                  bool *ended)
{
    struct bl_store *st = &ev->local->store;
    struct bf_err e = {0};
    enum bl_delivered how = BL_DELIVERY_RETRY;
    if (!bl_store_begin(st, &e))
        return bl_dispatch_fail(d, how, "INTERNAL_ERROR", "%s", e.text);
    how = kind->deliver(d, name);
    if (how != BL_DELIVERED) {
        bl_store_rollback(st);
        return how;
    }
    bl_dispatch_remove(ev, d);
    *ended = bl_store_commit(st, &e);
    return *ended ? how : bl_dispatch_fail(d, BL_DELIVERY_RETRY, "INTERNAL_ERROR", "%s", e.text);
}

/* One attempt. *ended: the row is gone. */
static enum bl_delivered attempt(struct bl_events *ev, struct bl_dispatch *d, bool *ended)
{
    struct bf_str name = {NULL, 0};
    struct bf_str arn = bf_str_of(bl_document_text(d->target, "Arn"));
    const struct bl_target_kind *kind = bl_target_kind(ev->local, arn, &name);
    struct bf_buf input;
    if (!kind || !kind->deliver)
        return bl_dispatch_fail(d, BL_DELIVERY_REFUSED, "NO_RESOURCE",
                                "bflocal cannot deliver to %.*s", BF_SHOWN_TO(arn, 200));
    bf_buf_init(&input, 8 * 1024 * 1024);
    enum bl_delivered how = BL_DELIVERY_REFUSED;
    if (make_input(d, &input))
        how = draw_fault(d, kind) ? BL_DELIVERY_RETRY
              : kind->in_store    ? in_store(ev, d, kind, name, ended)
                                  : kind->deliver(d, name);
    bf_buf_free(&input);
    return how;
}

/* Has a limit of the retry policy been reached? NULL: no. */
static const char *exhausted(const struct bl_dispatch *d)
{
    const json_t *policy = json_object_get(d->target, "RetryPolicy");
    int64_t age = bl_now_ms(d->local) - d->put_ms;
    if (d->attempts > bl_document_int(policy, "MaximumRetryAttempts", 185))
        return "MaximumRetryAttempts";
    return age > bl_document_int(policy, "MaximumEventAgeInSeconds", 86400) * 1000
               ? "MaximumEventAgeInSeconds"
               : NULL;
}

static int64_t wait_of(int64_t attempts)
{
    int64_t wait = FIRST_WAIT_MS;
    for (int64_t i = 1; i < attempts && wait < LONGEST_WAIT_MS; i++)
        wait *= 2;
    return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

static void pause_worker(struct bl_events *ev, int64_t ms)
{
    pthread_mutex_lock(&ev->mutex);
    if (!ev->ending)
        (void)bf_wait_ms(&ev->changed, &ev->mutex, ms);
    pthread_mutex_unlock(&ev->mutex);
}

/* The end of an attempt, except where the row is gone. */
static void settle(struct bl_events *ev, struct bl_dispatch *d, enum bl_delivered how)
{
    const char *limit = NULL;
    struct bf_err e = {0};
    int64_t wait = -1; /* no further attempt */
    if (how == BL_DELIVERY_FUNCTION && !d->last)
        wait = ++d->tries * FUNCTION_WAIT_MS;
    if (how == BL_DELIVERY_RETRY) {
        d->attempts++;
        limit = exhausted(d);
        wait = limit ? -1 : wait_of(d->attempts);
    }
    if (wait < 0 && how != BL_DELIVERED)
        bl_dispatch_give_up(d, how == BL_DELIVERY_FUNCTION ? "function" : limit);
    bool ok = wait < 0 ? bl_dispatch_end(ev, d, &e) : bl_dispatch_delay(ev, d, wait, &e);
    if (ok)
        return;
    bf_diag_warn("EventBridge: rule %s: a delivery is repeated: %s", d->rule_name.p, e.text);
    pause_worker(ev, BROKEN_WAIT_MS);
}

/* Takes a delivery and tries it. False: there was none; *wait_ms: until there is, -1: none waits. */
static bool work_once(struct bl_events *ev, size_t index, int64_t *wait_ms)
{
    struct bl_dispatch d;
    bool ended = false;
    if (!bl_dispatch_take(ev, index, &d, wait_ms))
        return false;
    enum bl_delivered how = attempt(ev, &d, &ended);
    if (how == BL_DELIVERY_ENDED)
        pause_worker(ev, BROKEN_WAIT_MS);
    else if (!ended)
        settle(ev, &d, how);
    bl_dispatch_free(ev, index, &d);
    return true;
}

static void *work(void *arg)
{
    const struct bl_events_worker *w = arg;
    struct bl_events *ev = w->events;
    pthread_mutex_lock(&ev->mutex);
    while (!ev->ending) {
        uint64_t seen = ev->posted;
        int64_t wait = -1, schedule = -1;
        pthread_mutex_unlock(&ev->mutex);
        if (w->index == 0)
            bl_events_fire(ev, &schedule);
        bool worked = work_once(ev, w->index, &wait);
        pthread_mutex_lock(&ev->mutex);
        if (worked || ev->ending || ev->posted != seen)
            continue;
        if (wait < 0 && schedule < 0)
            pthread_cond_wait(&ev->changed, &ev->mutex);
        else
            (void)bf_wait_ms(&ev->changed, &ev->mutex,
                             wait >= 0 && wait < LOOK_MS ? wait : LOOK_MS);
    }
    pthread_mutex_unlock(&ev->mutex);
    return NULL;
}

void bl_events_wake(struct bl_events *ev)
{
    pthread_mutex_lock(&ev->mutex);
    ev->posted++;
    pthread_cond_broadcast(&ev->changed);
    while (ev->started && !ev->ending && ev->nthreads < BL_EVENTS_WORKERS) {
        struct bl_events_worker *w = &ev->worker[ev->nthreads];
        *w = (struct bl_events_worker){.events = ev, .index = ev->nthreads};
        if (pthread_create(&w->thread, NULL, work, w) != 0) {
            bf_diag_warn("EventBridge: no thread to deliver events");
            break;
        }
        ev->nthreads++;
    }
    pthread_mutex_unlock(&ev->mutex);
}

void bl_events_stop(struct bl_local *l)
{
    struct bl_events *ev = l->events;
    if (!ev)
        return;
    pthread_mutex_lock(&ev->mutex);
    ev->ending = true;
    pthread_cond_broadcast(&ev->changed);
    pthread_mutex_unlock(&ev->mutex);
    for (size_t i = 0; i < ev->nthreads; i++)
        pthread_join(ev->worker[i].thread, NULL);
    ev->nthreads = 0;
}
