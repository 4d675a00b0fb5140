/* Sends requests, reads their answers, retries failed entries. */
#include <inttypes.h>

#include "lib/aws/put/put_impl.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

#define AFTER_ENTRIES "]}"

enum { RETRY_FIRST_MS = 100, WAIT_MAX_MS = 1000 };

static bool fatal(struct bf_put *p, const struct bf_err *e)
{
    if (!p->failed) {
        p->err = *e;
        bf_err_ctx(&p->err, "%s", p->target->name);
    }
    p->failed = true;
    return false;
}

/* The result of writing a reject: with --strict the run ends in an orderly way, with a full disk it ends at once. */
static bool rejected(struct bf_put *p, bool ok, const struct bf_err *e)
{
    if (ok)
        return true;
    if (p->refused.code == BF_OK)
        p->refused = *e;
    if (!p->settings->strict || p->refused.code == BF_E_IO || p->refused.code == BF_E_CLOSED) {
        p->err = p->refused;
        bf_err_clear(&p->refused);
        p->failed = true;
    }
    return false;
}

bool bf_put_reject(struct bf_put *p, struct bf_str line, uint64_t number, const struct bf_err *why)
{
    struct bf_err e = {0};
    return rejected(p, bf_rejects_add(&p->rejects, line, number, why, &e), &e);
}

bool bf_put_reject_long(struct bf_put *p, struct bf_reader *reader)
{
    struct bf_err e = {0};
    return rejected(p, bf_rejects_add_long(&p->rejects, reader, &e), &e);
}

bool bf_put_reject_cut(struct bf_put *p, const struct bf_reader *reader)
{
    struct bf_err e = {0};
    return rejected(p, bf_rejects_add_cut(&p->rejects, reader, &e), &e);
}

static void reject_entry(struct batch *b, const struct entry *en, const struct bf_err *why)
{
    struct bf_buf line;
    bf_buf_init(&line, LINE_MAX_BYTES);
    if (bf_put_entry_line(b, en, &line))
        (void)!bf_put_reject(b->put, bf_buf_view(&line), en->line, why);
    bf_buf_free(&line);
}

static int cut(size_t n, size_t max)
{
    return (int)(n > max ? max : n);
}

static void on_result(void *arg, size_t i, const struct bf_put_result *result)
{
    struct batch *b = arg;
    struct entry *en = &b->entries[i];
    en->fate = DELIVERED;
    if (result->code.n == 0)
        return;
    enum bf_put_verdict verdict = b->put->service->judge(result->code);
    bool again = verdict != BF_PUT_REFUSED;
    bf_err_set(&b->why, again ? BF_E_THROTTLED : BF_E_SERVICE, "%s: %.*s: %.*s",
               b->put->service->words.op, cut(result->code.n, 80), result->code.p,
               cut(result->message.n, 200), result->message.p ? result->message.p : "");
    en->fate = again ? FAILED : REJECTED;
    b->throttled = b->throttled || verdict == BF_PUT_THROTTLED;
    if (!again)
        reject_entry(b, en, &b->why);
}

/* Settles the delivered and rejected entries; failed ones move to the front. Entries that were moved elsewhere are not
 * counted. */
static void compact(struct batch *b)
{
    struct bf_put *p = b->put;
    size_t kept = 0, end = b->begin;
    for (size_t i = 0; i < b->n; i++) {
        struct entry en = b->entries[i];
        if (en.fate != FAILED) {
            p->records += en.fate == DELIVERED;
            p->bytes += en.fate == DELIVERED ? en.n : 0;
            b->bytes -= en.counted;
            if (en.fate != MOVED)
                bf_put_release(p, en.slot);
            continue;
        }
        if (kept)
            b->body.p[end++] = ',';
        memmove(b->body.p + end, b->body.p + en.at, en.n);
        en.at = end;
        end += en.n;
        b->entries[kept++] = en;
    }
    if (kept < b->n)
        b->failing_ms = 0; /* progress */
    b->n = kept;
    b->body.n = end;
}

static void back_off(struct batch *b)
{
    b->failures++;
    b->state = READY;
    b->due_ms = bf_clock_mono_ms() + bf_backoff_ms(RETRY_FIRST_MS, b->failures, &b->put->rng);
    bf_diag_note("%s: %zu %s again in %" PRId64 " ms: %s", b->put->target->name, b->n,
                 b->n == 1 ? b->put->service->one : b->put->service->many,
                 b->due_ms - bf_clock_mono_ms(), b->why.text);
}

/* Reduces the number of requests in flight if the service throttles, and increases it slowly if not. */
static void adapt(struct bf_put *p, bool throttled)
{
    if (throttled) {
        p->window = p->window > 1 ? p->window / 2 : 1;
        p->clean = 0;
    } else if (p->window < p->settings->window && ++p->clean >= p->window) {
        p->window++;
        p->clean = 0;
    }
}

static bool out_of_patience(struct batch *b)
{
    struct bf_put *p = b->put;
    if (!b->failing_ms)
        b->failing_ms = bf_clock_mono_ms();
    return bf_aws_patience_ms(p->aws, b->failing_ms, p->settings->retry_for_ms) <= 0;
}

/* Some entries failed temporarily: only they are retried, or given up. */
static void again(struct batch *b)
{
    if (!out_of_patience(b)) {
        back_off(b);
        return;
    }
    for (size_t i = 0; i < b->n; i++) {
        b->entries[i].fate = REJECTED;
        reject_entry(b, &b->entries[i], &b->why);
    }
    compact(b);
    b->state = FREE;
}

/* The service refused a request of this size: the entries within its smaller limit are sent again, the rest later. */
static void repack(struct batch *b, const struct bf_err *e)
{
    struct bf_put *p = b->put;
    size_t most = p->service->smaller_bytes, bytes = 0;
    struct bf_err why = {0};
    if (p->max_bytes > most) {
        p->max_bytes = most;
        bf_diag_note("%s: requests of %zu bytes at most from now on: %s", p->target->name, most,
                     e->text);
    }
    for (size_t i = 0; i < b->n; i++) {
        struct entry *en = &b->entries[i];
        en->fate = FAILED;
        if (en->counted > most) {
            en->fate = REJECTED;
            bf_put_too_large(&why, en->counted, most);
            reject_entry(b, en, &why);
        } else if (bytes + en->counted <= most)
            bytes += en->counted;
        else if (bf_put_take_back(p, b, en))
            en->fate = MOVED;
        else
            (void)fatal(p, (bf_err_nomem(&why), &why));
    }
    compact(b);
    b->due_ms = 0;
    b->state = b->n ? READY : FREE;
}

/* Did the service refuse the request because it exceeds the limit of this region? */
static bool for_its_size(const struct batch *b, const struct bf_aws_answer *answer)
{
    const struct bf_put_service *s = b->put->service;
    return s->smaller_bytes && b->bytes > s->smaller_bytes &&
           strcmp(answer->code, s->too_large) == 0;
}

/* The whole request failed; its result is unknown, so all of it is sent again. */
static void on_error(struct batch *b, const struct bf_err *e)
{
    struct bf_put *p = b->put;
    b->state = READY;
    /* after a signal: an earlier error of the service is more helpful than the missing answer */
    if (!b->failing_ms || e->code != BF_E_NETWORK || !bf_stop_asked())
        b->why = *e;
    p->contact =
        p->contact || e->code == BF_E_THROTTLED; /* throttling shows that the service was reached */
    bool patient = p->contact && bf_err_retryable(e->code) && !out_of_patience(b);
    if (patient)
        back_off(b);
    else
        (void)fatal(p, &b->why);
}

static void on_answer(struct bf_aws_call *call, const struct bf_aws_answer *answer)
{
    struct batch *b = call->arg;
    struct bf_put *p = b->put;
    struct bf_err e = answer->err;
    p->flying--;
    b->throttled = e.code == BF_E_THROTTLED;
    if (e.code == BF_OK && !bf_put_answer(&p->service->words, answer->body, b->n, on_result, b, &e))
        e.code = BF_E_NETWORK; /* a malformed answer counts as none */
    adapt(p, b->throttled);
    b->body.n -= sizeof AFTER_ENTRIES - 1;
    if (e.code != BF_OK && for_its_size(b, answer)) {
        p->contact = true;
        repack(b, &e);
        return;
    }
    if (e.code != BF_OK) {
        on_error(b, &e);
        return;
    }
    p->contact = true;
    compact(b);
    if (b->n)
        again(b);
    else
        b->state = FREE;
}

static bool send(struct batch *b, struct bf_err *e)
{
    struct bf_put *p = b->put;
    bf_buf_lit(&b->body, AFTER_ENTRIES);
    if (!bf_buf_check(&b->body, "request", e))
        return false;
    b->call = (struct bf_aws_call){
        .op = p->service->op, .body = bf_buf_view(&b->body), .done = on_answer, .arg = b};
    if (!bf_aws_submit(p->aws, &b->call, e))
        return false;
    b->state = FLYING;
    p->flying++;
    return true;
}

/* Is there a request that is ready to be sent? */
static bool any_due(const struct bf_put *p, int64_t now)
{
    for (size_t i = 0; i < p->nbatches; i++)
        if (p->batches[i].state == READY && p->batches[i].due_ms <= now)
            return true;
    return false;
}

/* Closes the current request after it has waited long enough for more lines, if it can be sent. */
static void linger(struct bf_put *p, bool all, int64_t now, int64_t *next)
{
    if (!p->filling || p->filling->n == 0 || p->flying >= p->window || any_due(p, now))
        return;
    int64_t due = p->filling->since_ms + (int64_t)p->settings->linger_ms;
    if (all || due <= now || p->filling->n == p->service->entries_max || !bf_put_has_room(p))
        bf_put_close_filling(p);
    else if (due < *next)
        *next = due;
}

bool bf_put_step(struct bf_put *p, bool all, int *wait_ms, struct bf_err *e)
{
    int64_t now = bf_clock_mono_ms(), next = now + WAIT_MAX_MS;
    bf_put_drain(p);
    linger(p, all, now, &next);
    for (size_t i = 0; i < p->nbatches && !p->failed; i++) {
        struct batch *b = &p->batches[i];
        if (b->state != READY)
            continue;
        if (b->due_ms > now) {
            next = b->due_ms < next ? b->due_ms : next;
            continue;
        }
        if (p->flying < p->window && !send(b, e))
            return false;
    }
    *wait_ms = (int)(next - now);
    return true;
}

bool bf_put_idle(const struct bf_put *p)
{
    for (size_t i = 0; i < p->nbatches; i++)
        if (p->batches[i].state != FREE && p->batches[i].n)
            return false;
    return p->waiting == 0;
}

bool bf_put_failed(const struct bf_put *p, struct bf_err *e)
{
    if (p->failed)
        *e = p->err;
    return p->failed;
}

bool bf_put_refused(const struct bf_put *p)
{
    return p->refused.code != BF_OK;
}
