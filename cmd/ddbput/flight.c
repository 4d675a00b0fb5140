#include "cmd/ddbput/ddbput.h"

#include <stdlib.h>

#include "lib/base/backoff.h"
#include "lib/base/clock.h"

enum { BODY_MAX = BATCH_BYTES + OP_TEXT_MAX, BODY_KEEP = 256 * 1024, RETRY_FIRST_MS = 50 };

bool flights_init(struct ddbput *d, struct bf_err *e)
{
    d->nflights = (size_t)d->config->window;
    d->flights = calloc(d->nflights, sizeof *d->flights);
    if (!d->flights)
        return bf_err_nomem(e);
    for (size_t i = d->nflights; i-- > 0;) {
        struct flight *f = &d->flights[i];
        f->d = d;
        f->call.arg = f;
        bf_buf_init(&f->body, BODY_MAX);
        f->next_free = d->free_flights;
        d->free_flights = f;
    }
    return true;
}

void flights_free(struct ddbput *d)
{
    for (size_t i = 0; d->flights && i < d->nflights; i++)
        bf_buf_free(&d->flights[i].body);
    free(d->flights);
    d->flights = NULL;
}

static void land(struct flight *f)
{
    struct ddbput *d = f->d;
    if (f->body.cap > BODY_KEEP)
        bf_buf_free(&f->body);
    f->state = FLIGHT_FREE;
    f->next_free = d->free_flights;
    d->free_flights = f;
}

static void build_batch(struct flight *f)
{
    bf_buf_reset(&f->body);
    bf_buf_lit(&f->body, "{\"RequestItems\":{\"");
    bf_buf_adds(&f->body, bf_str_of(f->d->config->table));
    bf_buf_lit(&f->body, "\":[");
    for (unsigned i = 0; i < f->sent; i++) {
        if (i)
            bf_buf_addc(&f->body, ',');
        bf_buf_adds(&f->body, op_request(f->op[i]));
    }
    bf_buf_lit(&f->body, "]}}");
    f->call.body = bf_buf_view(&f->body);
}

/* Sends the first f->sent operations. */
static void send(struct flight *f)
{
    static const struct bf_aws_op batch_write = {BF_AWS_DYNAMODB, "BatchWriteItem"};
    static const struct bf_aws_op update_item = {BF_AWS_DYNAMODB, "UpdateItem"};
    static const struct bf_aws_op put_item = {BF_AWS_DYNAMODB, "PutItem"};
    struct bf_err e = {0};
    enum op_kind kind = f->op[0]->kind;
    if (kind == OP_PUT || kind == OP_DELETE) {
        f->call.op = &batch_write;
        f->call.done = on_batch;
        build_batch(f);
    } else {
        f->call.op = kind == OP_UPDATE ? &update_item : &put_item;
        f->call.done = on_single;
        f->call.body = op_request(f->op[0]);
    }
    f->state = FLIGHT_AIR;
    if (bf_buf_check(&f->body, "the request", &e) && bf_aws_submit(f->d->aws, &f->call, &e)) {
        f->d->in_air++;
        f->d->moved = true;
        return;
    }
    give_up(f->d, &e);
    flight_settle(f);
}

/* Removes the first n operations from the flight. */
static void shift(struct flight *f, unsigned n)
{
    f->n -= n;
    memmove(f->op, f->op + n, f->n * sizeof(struct op *));
}

static void reject_first(struct flight *f, unsigned n, const struct bf_err *why)
{
    struct ddbput *d = f->d;
    for (unsigned i = 0; i < n; i++) {
        struct op *o = f->op[i];
        reject(d, op_line(o), o->line, why);
        store_done(&d->store, o);
    }
    shift(f, n);
}

void flight_settle(struct flight *f)
{
    if (f->d->fatal)
        reject_first(f, f->n, &f->d->err);
    if (f->n == 0)
        land(f);
    else {
        if (!f->probing || f->sent > f->n)
            f->sent = f->n;
        send(f);
    }
}

void flight_written(struct flight *f, const bool *left)
{
    struct ddbput *d = f->d;
    unsigned kept = 0;
    for (unsigned i = 0; i < f->n; i++) {
        struct op *o = f->op[i];
        if (i >= f->sent || (left && left[i])) {
            f->op[kept++] = o;
            continue;
        }
        d->written++;
        d->bytes += o->line_n + 1;
        store_done(&d->store, o);
    }
    if (kept < f->n)
        d->progress_ms = bf_clock_mono_ms();
    f->n = kept;
}

void flight_refused(struct flight *f, const struct bf_err *why)
{
    if (f->sent > 1) {
        f->probing = true;
        f->sent = (f->sent + 1) / 2;
    } else {
        reject_first(f, 1, why);
        f->sent = 2;
    }
    f->failures = 0;
    flight_settle(f);
}

void flight_went_well(struct flight *f)
{
    f->failures = 0;
    f->sent *= 2;
    flight_settle(f);
}

/* The retries exceeded --retry-for. If other requests succeeded in the meantime, only these operations are rejected; otherwise
 * the service is unavailable, and the run ends. */
static void out_of_time(struct flight *f, const struct bf_err *why)
{
    struct ddbput *d = f->d;
    if (d->progress_ms > f->failing_ms && !d->stopping)
        reject_first(f, f->sent, why);
    else
        give_up(d, why);
    f->failures = 0;
    flight_settle(f);
}

void flight_retry(struct flight *f, const struct bf_err *why, bool progress)
{
    struct ddbput *d = f->d;
    int64_t now = bf_clock_mono_ms();
    if (progress)
        f->failures = 0;
    if (f->failures++ == 0)
        f->failing_ms = now;
    f->sent = f->probing && f->sent < f->n ? f->sent : f->n;
    int64_t patience = bf_aws_patience_ms(d->aws, f->failing_ms, d->config->retry_for_ms);
    if (d->fatal || patience <= 0) {
        out_of_time(f, why);
        return;
    }
    f->why = *why;
    f->state = FLIGHT_WAITING;
    f->due_ms = now + bf_backoff_ms(RETRY_FIRST_MS, f->failures, &d->rng);
    if (d->stopping && f->due_ms > now + patience)
        f->due_ms = now + patience;
}

void flights_hurry(struct ddbput *d)
{
    int64_t now = bf_clock_mono_ms();
    for (size_t i = 0; i < d->nflights; i++) {
        struct flight *f = &d->flights[i];
        int64_t patience = bf_aws_patience_ms(d->aws, f->failing_ms, d->config->retry_for_ms);
        if (f->state == FLIGHT_WAITING && f->due_ms > now + patience)
            f->due_ms = now + patience;
    }
}

static struct flight *fill(struct ddbput *d, struct op_list *from)
{
    struct flight *f = d->free_flights;
    size_t bytes = 0;
    unsigned most = from == &d->store.batch ? BATCH_MAX : 1;
    d->free_flights = f->next_free;
    f->n = 0;
    while (f->n < most && from->n && bytes < BATCH_BYTES && (!d->config->rate || d->tokens > 0)) {
        struct op *o = op_list_pop(from);
        f->op[f->n++] = o;
        bytes += o->request_n;
        d->tokens -= d->config->rate ? (int64_t)(o->units * UNIT) : 0;
    }
    f->sent = f->n;
    f->probing = false;
    f->failures = 0;
    return f;
}

/* The list for the next flight: if both have operations, the one with the older line. */
static struct op_list *next_list(struct store *s, bool flush)
{
    bool batch = s->batch.n >= BATCH_MAX || (flush && s->batch.n);
    if (batch && s->single.n)
        return s->batch.first->line < s->single.first->line ? &s->batch : &s->single;
    return batch ? &s->batch : s->single.n ? &s->single : NULL;
}

static void fill_tokens(struct ddbput *d)
{
    int64_t now = bf_clock_mono_ms(), rate = (int64_t)d->config->rate, ms = now - d->tokens_ms;
    int64_t most = rate * 1000 > UNIT ? rate * 1000 : UNIT; /* the units of one second */
    int64_t until_full =
        (most - d->tokens) / rate + 1; /* a large item makes the balance negative */
    if (d->tokens_ms)                  /* else the first write begins now, with one unit */
        d->tokens += (ms < until_full ? ms : until_full) * rate;
    d->tokens_ms = now;
    if (d->tokens > most)
        d->tokens = most;
}

void flights_start(struct ddbput *d, bool flush)
{
    struct op_list *from;
    while (!d->fatal && d->free_flights && (from = next_list(&d->store, flush))) {
        if (d->config->rate) {
            fill_tokens(d);
            if (d->tokens <= 0)
                return;
        }
        send(fill(d, from));
    }
}

void flights_resend(struct ddbput *d)
{
    int64_t now = bf_clock_mono_ms();
    for (size_t i = 0; i < d->nflights; i++) {
        struct flight *f = &d->flights[i];
        if (f->state != FLIGHT_WAITING)
            continue;
        if (d->fatal)
            reject_first(f, f->n, &f->why);
        if (d->fatal || f->due_ms <= now)
            flight_settle(f);
    }
}

void flights_abandon(struct ddbput *d)
{
    for (size_t i = 0; i < d->nflights; i++) {
        struct flight *f = &d->flights[i];
        if (f->state != FLIGHT_AIR)
            continue;
        bf_aws_cancel(d->aws, &f->call);
        d->in_air--;
        flight_settle(f);
    }
}
