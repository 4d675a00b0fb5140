#include "cmd/ddbput/ddbput.h"

#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

/* A batch that is not full waits this long for more input. */
enum { LINGER_MS = 20, BACKLOG = 4 * BATCH_MAX };

void close_input(struct ddbput *d, const struct bf_err *why)
{
    d->closing = true;
    if (d->err.code == BF_OK)
        d->err = *why;
}

void give_up(struct ddbput *d, const struct bf_err *why)
{
    /* what ends the run counts more than what ended the input */
    if (!d->fatal)
        d->err = *why;
    d->fatal = d->closing = true;
}

static bool can_read(const struct ddbput *d)
{
    const struct store *s = &d->store;
    if (d->eof || d->closing || !store_has_room(s))
        return false;
    return d->free_flights || s->batch.n + s->single.n < BACKLOG;
}

static bool finished(const struct ddbput *d)
{
    return (d->eof || d->closing) && d->store.busy == 0;
}

static void at_least(int *timeout_ms, int64_t ms)
{
    if (ms < 0)
        ms = 0;
    if (*timeout_ms < 0 || ms < *timeout_ms)
        *timeout_ms = ms > INT_MAX ? INT_MAX : (int)ms;
}

/* How long nothing will happen by itself; -1: the network or the input has to move. */
static int patience_ms(const struct ddbput *d, bool reading)
{
    int timeout = -1;
    int64_t now = bf_clock_mono_ms();
    for (size_t i = 0; i < d->nflights; i++)
        if (d->flights[i].state == FLIGHT_WAITING)
            at_least(&timeout, d->flights[i].due_ms - now);
    bool ready = d->store.batch.n || d->store.single.n;
    if (ready && d->free_flights && d->config->rate && d->tokens <= 0)
        at_least(&timeout, -d->tokens / (int64_t)d->config->rate + 1);
    else if (reading && d->store.batch.n && d->free_flights)
        at_least(&timeout, d->quiet_ms + LINGER_MS - now);
    if (d->progress.on)
        at_least(&timeout, 500);
    return timeout;
}

static void notice_stop(struct ddbput *d)
{
    struct bf_err e = {0};
    if (!bf_stop_asked() || d->stopping)
        return;
    d->stopping = true;
    flights_hurry(d);
    /* what the pipe has already given us is written too, unless that may take for ever */
    if (d->config->rate && !d->closing && !d->eof) {
        bf_err_set(&e, BF_E_STOPPED, "interrupted after line %" PRIu64, d->last_line);
        close_input(d, &e);
    }
}

/* Reads while it can; true when the input has nothing at the moment. */
static bool read_some(struct ddbput *d)
{
    struct bf_err e = {0};
    while (can_read(d)) {
        switch (input_step(d, &e)) {
        case INPUT_GOT:
            break;
        case INPUT_WAIT:
            return true;
        case INPUT_END:
            return false;
        case INPUT_ERROR:
            close_input(d, &e);
            return false;
        }
        flights_start(d, false);
        if (d->moved) /* lets the network move while lines are plentiful */
            return false;
    }
    return false;
}

static bool step(struct ddbput *d, struct bf_err *e)
{
    bool readable;
    notice_stop(d);
    flights_resend(d);
    bool waits = read_some(d);
    if (d->moved) {
        d->moved = false;
        return bf_aws_run(d->aws, 0, e);
    }
    int64_t now = bf_clock_mono_ms();
    if (d->store.batch.n == 0)
        d->quiet_ms = 0;
    else if (!d->quiet_ms)
        d->quiet_ms = now;
    bool lingered = d->quiet_ms && now - d->quiet_ms >= LINGER_MS;
    flights_start(d, !waits || lingered);
    if (finished(d))
        return true;
    bool reading = waits && can_read(d);
    int timeout = patience_ms(d, reading);
    return reading ? bf_aws_run_fd(d->aws, timeout, d->in.fd, &readable, e)
                   : bf_aws_run(d->aws, timeout, e);
}

/* After a fatal error: what is in the air ends by itself, the rest is rejected. */
static void reject_rest(struct ddbput *d)
{
    struct op *o;
    while ((o = store_any(&d->store))) {
        reject(d, op_line(o), o->line, &d->err);
        store_done(&d->store, o);
    }
}

bool run(struct ddbput *d, struct bf_err *e)
{
    struct bf_err local = {0};
    d->progress_ms = bf_clock_mono_ms();
    d->tokens = d->config->rate ? 1 : 0;
    while (!finished(d)) {
        if (!step(d, &local)) { /* the network engine itself */
            give_up(d, &local);
            flights_abandon(d);
        }
        if (d->fatal && d->in_air == 0) {
            flights_resend(d);
            reject_rest(d);
        }
        bf_progress_tick(&d->progress, d->written, d->bytes);
    }
    bf_progress_end(&d->progress, d->written, d->bytes);
    if (d->err.code == BF_OK)
        return true;
    *e = d->err;
    return false;
}
