/* Requests out: sent, answered, what failed sent again. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/kinput/kinput.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/encoding/enc.h"
#include "lib/base/stop.h"

enum { RETRY_FIRST_MS = 100, WAIT_MAX_MS = 1000, DATA_MAX = 16 * 1024 * 1024 };

static bool fatal(struct put *p, const struct bf_err *e)
{
    if (!p->failed) {
        p->err = *e;
        bf_err_ctx(&p->err, "%s", p->cfg->stream);
    }
    p->failed = true;
    return false;
}

/* What rejects said, when it was no: with --strict the run ends in order, with a full disk it ends now. */
static bool rejected(struct put *p, bool ok, const struct bf_err *e)
{
    if (ok)
        return true;
    if (p->refused.code == BF_OK)
        p->refused = *e;
    if (!p->cfg->strict || p->refused.code == BF_E_IO || p->refused.code == BF_E_CLOSED) {
        p->err = p->refused;
        bf_err_clear(&p->refused);
        p->failed = true;
    }
    return false;
}

bool put_reject(struct put *p, struct bf_str data, uint64_t line, const struct bf_err *why)
{
    struct bf_err e = {0};
    return rejected(p, bf_rejects_add(&p->rejects, data, line, why, &e), &e);
}

bool put_reject_long(struct put *p, struct bf_reader *reader)
{
    struct bf_err e = {0};
    return rejected(p, bf_rejects_add_long(&p->rejects, reader, &e), &e);
}

bool put_reject_cut(struct put *p, const struct bf_reader *reader)
{
    struct bf_err e = {0};
    return rejected(p, bf_rejects_add_cut(&p->rejects, reader, &e), &e);
}

/* The line that an entry was made of: its base64 stands in the request between two quotes. */
static bool entry_data(const struct batch *b, const struct entry *en, struct bf_buf *out)
{
    const char *from = b->body.p + en->at + strlen("{\"Data\":\"");
    const char *quote = memchr(from, '"', en->n);
    return quote && bf_base64_decode(out, bf_str(from, (size_t)(quote - from)));
}

static void reject_entry(struct batch *b, const struct entry *en, const struct bf_err *why)
{
    struct bf_buf data;
    bf_buf_init(&data, DATA_MAX);
    if (entry_data(b, en, &data))
        (void)!put_reject(b->put, bf_buf_view(&data), en->line, why);
    bf_buf_free(&data);
}

/* Is an entry's error one that passes? */
static bool passes(struct bf_str code)
{
    static const char *const codes[] = {"ProvisionedThroughputExceededException", "InternalFailure",
                                        "ServiceUnavailable", "KMSThrottlingException",
                                        "LimitExceededException"};
    for (size_t i = 0; i < BF_COUNT(codes); i++)
        if (bf_str_eq(code, bf_str_of(codes[i])))
            return true;
    return false;
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
    bool again = passes(result->code);
    bf_err_set(&b->why, again ? BF_E_THROTTLED : BF_E_SERVICE, "PutRecords: %.*s: %.*s",
               cut(result->code.n, 80), result->code.p, cut(result->message.n, 200),
               result->message.p ? result->message.p : "");
    en->fate = again ? FAILED : REJECTED;
    b->throttled =
        b->throttled || bf_str_is(result->code, "ProvisionedThroughputExceededException");
    if (!again)
        reject_entry(b, en, &b->why);
}

/* Settles what is delivered or rejected; what failed moves to the front. */
static void compact(struct batch *b)
{
    struct put *p = b->put;
    size_t kept = 0, end = b->begin;
    for (size_t i = 0; i < b->n; i++) {
        struct entry en = b->entries[i];
        if (en.fate != FAILED) {
            p->records += en.fate == DELIVERED;
            p->bytes += en.fate == DELIVERED ? en.n : 0;
            put_release(p, en.slot);
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
    bf_diag_note("%s: %zu records again in %" PRId64 " ms: %s", b->put->cfg->stream, b->n,
                 b->due_ms - bf_clock_mono_ms(), b->why.text);
}

/* Fewer requests at once when the stream is throttled, slowly more when it is not. */
static void adapt(struct put *p, bool throttled)
{
    if (throttled) {
        p->window = p->window > 1 ? p->window / 2 : 1;
        p->clean = 0;
    } else if (p->window < p->cfg->window && ++p->clean >= p->window) {
        p->window++;
        p->clean = 0;
    }
}

static bool out_of_patience(struct batch *b)
{
    struct put *p = b->put;
    if (!b->failing_ms)
        b->failing_ms = bf_clock_mono_ms();
    return bf_aws_patience_ms(p->aws, b->failing_ms, p->cfg->retry_for_ms) <= 0;
}

/* Some entries failed and may pass later: they alone go again, or are given up. */
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

/* The whole request failed; what became of it is not known, so all of it goes again. */
static void on_error(struct batch *b, const struct bf_err *e)
{
    struct put *p = b->put;
    b->state = READY;
    /* after a signal: what the service said before tells more than that it says nothing now */
    if (!b->failing_ms || e->code != BF_E_NETWORK || !bf_stop_asked())
        b->why = *e;
    bf_kinesis_put_open(&b->body); /* takes back what put_end appended */
    bool patient = p->contact && bf_err_retryable(e->code) && !out_of_patience(b);
    if (patient)
        back_off(b);
    else
        (void)fatal(p, &b->why);
}

static void on_answer(struct bf_aws_call *call, const struct bf_aws_answer *answer)
{
    struct batch *b = call->arg;
    struct put *p = b->put;
    struct bf_err e = answer->err;
    p->flying--;
    b->throttled = e.code == BF_E_THROTTLED;
    if (e.code == BF_OK && !bf_kinesis_put_answer(answer->body, b->n, on_result, b, &e))
        e.code = BF_E_NETWORK; /* a broken answer: as good as none */
    adapt(p, b->throttled);
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
    struct put *p = b->put;
    bf_kinesis_put_end(&b->body);
    if (!bf_buf_check(&b->body, "request", e))
        return false;
    b->call = (struct bf_aws_call){
        .op = &bf_kinesis_put_records, .body = bf_buf_view(&b->body), .done = on_answer, .arg = b};
    if (!bf_aws_submit(p->aws, &b->call, e))
        return false;
    b->state = FLYING;
    p->flying++;
    return true;
}

/* Is there a request that only waits to be sent? */
static bool any_due(const struct put *p, int64_t now)
{
    for (size_t i = 0; i < p->nbatches; i++)
        if (p->batches[i].state == READY && p->batches[i].due_ms <= now)
            return true;
    return false;
}

/* Closes the request that fills when it has waited for more lines long enough, and can go. */
static void linger(struct put *p, bool all, int64_t now, int64_t *next)
{
    if (!p->filling || p->filling->n == 0 || p->flying >= p->window || any_due(p, now))
        return;
    int64_t due = p->filling->since_ms + (int64_t)p->cfg->linger_ms;
    if (all || due <= now || p->filling->n == BF_KINESIS_PUT_RECORDS || !put_has_room(p))
        put_close_filling(p);
    else if (due < *next)
        *next = due;
}

bool put_step(struct put *p, bool all, int *wait_ms, struct bf_err *e)
{
    int64_t now = bf_clock_mono_ms(), next = now + WAIT_MAX_MS;
    put_drain(p);
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

bool put_idle(const struct put *p)
{
    for (size_t i = 0; i < p->nbatches; i++)
        if (p->batches[i].state != FREE && p->batches[i].n)
            return false;
    return p->waiting == 0;
}

/* A line that was taken in and not delivered. */
struct orphan {
    uint64_t line;
    const struct batch *batch; /* and its entry, or... */
    const struct entry *entry;
    const struct waiting *waiting;
};

static int by_line(const void *a, const void *b)
{
    const struct orphan *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

static void collect_queue(struct bf_buf *all, const struct queue *q)
{
    for (const struct waiting *w = q->head; w; w = w->next) {
        struct orphan o = {.line = w->line, .waiting = w};
        bf_buf_add(all, &o, sizeof o);
    }
}

static void collect(const struct put *p, struct bf_buf *all)
{
    for (size_t i = 0; p->batches && i < p->nbatches; i++)
        for (size_t k = 0; p->batches[i].state != FREE && k < p->batches[i].n; k++) {
            const struct entry *en = &p->batches[i].entries[k];
            struct orphan o = {.line = en->line, .batch = &p->batches[i], .entry = en};
            bf_buf_add(all, &o, sizeof o);
        }
    collect_queue(all, &p->ready);
    for (size_t i = 0; p->slots && i < SLOTS; i++)
        collect_queue(all, &p->slots[i].queue);
}

void put_abandon(struct put *p)
{
    struct bf_buf all, data;
    bf_buf_init(&all, 1 << 26);
    bf_buf_init(&data, DATA_MAX);
    collect(p, &all);
    size_t n = all.n / sizeof(struct orphan);
    struct orphan *o = (struct orphan *)(void *)all.p;
    if (n)
        qsort(o, n, sizeof *o, by_line);
    for (size_t i = 0; i < n && p->rejects.path; i++) {
        bf_buf_reset(&data);
        if (o[i].waiting)
            bf_buf_add(&data, o[i].waiting->bytes + o[i].waiting->key_n, o[i].waiting->data_n);
        else if (!entry_data(o[i].batch, o[i].entry, &data))
            continue;
        bf_out_line(&p->rejects.out, bf_buf_view(&data));
    }
    if (n)
        bf_diag_hint("%zu line%s taken in and not delivered%s%s, the first is line %" PRIu64, n,
                     n == 1 ? "" : "s", p->rejects.path ? ": see " : "",
                     p->rejects.path ? p->rejects.path : "", o[0].line);
    bf_buf_free(&all);
    bf_buf_free(&data);
}
