/* Reads one shard: iterator, records, iterator... */
#include <stdlib.h>

#include "cmd/kinread/follow.h"
#include "lib/aws/kinesis/kinesis.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"

enum {
    ITERATOR_MAX = 64 * 1024,
    IDLE_MIN_MS = 50,
    IDLE_MAX_MS = 1000,
    CLOCK_SLACK_MS = 5000,
    ANSWERS_BYTES = 32 << 20, /* of all answers in flight */
    RECORD_BYTES = 1400,      /* assumed size of a record in an answer, until one has arrived */
    SECOND_MS = 1500,         /* plus the time of an answer */
    TOGETHER_MS = 250, /* iterators at the latest record within this time count as simultaneous */
    EMPTY_IS_TIP =
        5 /* DynamoDB Streams do not report their end: this many empty answers are the end */
};

/* The decision about a record. */
enum verdict { WRITE, PASS, STOP };

struct reading *reading_new(struct follow *f, struct bf_shard *shard,
                            const struct bf_feed_position *position)
{
    struct reading *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->f = f;
    r->shard = shard;
    r->position = *position;
    r->behind_ms = -1;
    bf_buf_init(&r->body, ITERATOR_MAX + 4096);
    bf_buf_init(&r->iterator, ITERATOR_MAX);
    bf_buf_init(&r->marked, POSITION_MAX);
    if (position->at == BF_FEED_TIME && f->source->feed == &bf_feed_dynamodb)
        r->drop_before_ms = position->time_ms;
    if (position->at == BF_FEED_ITERATOR && position->sequence.n) {
        bf_buf_adds(&r->iterator, position->sequence);
        r->position.sequence = bf_buf_view(&r->iterator);
        r->phase = HAS_ITERATOR;
    } else if (position->sequence.n && position->sequence.n <= BF_SHARD_SEQUENCE_MAX) {
        memcpy(r->sequence, position->sequence.p, position->sequence.n);
        r->position.sequence = bf_str(r->sequence, position->sequence.n);
    }
    f->active++;
    return r;
}

void reading_destroy(struct reading *r)
{
    if (!r)
        return;
    if (r->phase == WAITS_ITERATOR || r->phase == WAITS_RECORDS)
        bf_aws_cancel(r->f->aws, &r->call);
    bf_buf_free(&r->body);
    bf_buf_free(&r->iterator);
    bf_buf_free(&r->marked);
    free(r);
}

static void over(struct reading *r)
{
    r->phase = OVER;
    r->behind_ms = -1;
    r->f->active--;
}

/* Resets the time of failing after a read. An iterator alone is not a read. */
static void progressed(struct reading *r)
{
    r->failures = 0;
    r->failing_ms = 0;
    r->renewed = false;
}

/* A shard that begins at the latest record has a position now: an iterator, which is valid even without a record. It is
 * used and marked when all such shards have theirs (follow.c). */
static void begin_at_iterator(struct reading *r)
{
    r->position = (struct bf_feed_position){.at = BF_FEED_ITERATOR, .time_ms = r->f->latest_ms};
    r->since_ms = r->f->latest_ms;
    r->phase = WAITS_OTHERS;
}

static void on_iterator(struct bf_aws_call *call, const struct bf_aws_answer *answer)
{
    struct reading *r = call->arg;
    struct bf_err e = {0};
    struct bf_str iterator;
    r->f->asking--;
    if (answer->err.code != BF_OK) {
        (void)reading_failed(r, answer, NEEDS_ITERATOR);
        return;
    }
    bf_buf_reset(&r->iterator);
    r->phase = NEEDS_ITERATOR;
    if (!bf_feed_read_iterator(answer->body, &iterator, &e)) {
        (void)reading_retry(r, &e);
        return;
    }
    bf_buf_adds(&r->iterator, iterator);
    if (!bf_buf_check(&r->iterator, "iterator", &e)) {
        (void)reading_fail(r, &e);
        return;
    }
    r->phase = HAS_ITERATOR;
    if (r->position.at == BF_FEED_LATEST) /* a second iterator would skip the records in between */
        begin_at_iterator(r);
}

/* The position to request for a shard that is to begin at the latest record: that, or the time at which the first of
 * these shards was asked if that is long ago, for example because of throttling. The service reports its time in whole
 * seconds, so our clock is used if it can be right, so that no older records are read; if our clock were ahead by more
 * than the time since then, the service would refuse the time. */
static void latest_together(struct follow *f, struct bf_feed_position *p)
{
    bool right = f->skew_ms <= 0 && f->skew_ms > -SECOND_MS;
    int64_t now = bf_clock_wall_ms() + (right ? 0 : f->skew_ms);
    f->latest_ms = f->latest_ms ? f->latest_ms : now;
    if (now - f->latest_ms > TOGETHER_MS && f->source->feed == &bf_feed_kinesis && !f->latest_only)
        *p = (struct bf_feed_position){.at = BF_FEED_TIME, .time_ms = f->latest_ms};
}

static bool ask_iterator(struct reading *r)
{
    struct follow *f = r->f;
    struct bf_err e = {0};
    struct bf_feed_position p = r->position;
    bool latest = p.at == BF_FEED_LATEST;
    if (latest)
        latest_together(f, &p);
    r->verify = p.at == BF_FEED_AFTER && f->source->feed == &bf_feed_kinesis && !r->from_oldest;
    if (r->verify)
        p.at = BF_FEED_AT;
    if (r->from_oldest)
        p.at = BF_FEED_OLDEST;
    if (p.at == BF_FEED_ITERATOR)
        bf_diag_warn("%s: %s: the iterator of its start has expired: reading from %s on",
                     f->em.stream, r->shard->id,
                     f->source->feed == &bf_feed_kinesis ? "two minutes before it"
                                                         : "the oldest record");
    if (p.at == BF_FEED_TIME && f->source->feed == &bf_feed_dynamodb)
        r->drop_before_ms = p.time_ms;
    bf_buf_reset(&r->body);
    f->source->feed->iterator_body(&r->body, &f->source->stream, bf_str_of(r->shard->id), &p);
    r->call = (struct bf_aws_call){.op = &f->source->feed->iterator_op,
                                   .body = bf_buf_view(&r->body),
                                   .done = on_iterator,
                                   .arg = r,
                                   .no_retry = latest};
    r->phase = WAITS_ITERATOR;
    r->asked_wall_ms = follow_now(f);
    f->asking++;
    if (bf_buf_check(&r->body, "request", &e) && bf_aws_submit(f->aws, &r->call, &e))
        return true;
    r->phase = OVER;
    return reading_fail(r, &e);
}

static enum verdict judge(struct reading *r, const struct bf_feed_record *record)
{
    const struct follow *f = r->f;
    if (record->time_ms) {
        if (record->time_ms < r->drop_before_ms)
            return PASS;
        if (record->time_ms >= f->until_ms)
            return STOP;
        /* a time in the future is caused by a wrong clock and is ignored */
        bool credible = record->time_ms <= follow_now(f) + CLOCK_SLACK_MS;
        if (f->cfg->end && credible && record->time_ms > follow_tip(f))
            return STOP;
    }
    return WRITE;
}

struct take {
    struct reading *r;
    bool stopped;    /* a record after the requested end */
    bool ours;       /* the failure is on our side */
    bool taken;      /* at least one record */
    int64_t time_ms; /* of the last one; 0: none, or unknown */
};

static bool on_record(void *arg, const struct bf_feed_record *record, struct bf_err *e)
{
    struct take *t = arg;
    struct reading *r = t->r;
    bool verify = r->verify;
    r->verify = false;
    if (verify) {
        if (bf_str_eq(record->sequence, r->position.sequence))
            return true;
        if (!reading_found_gone(r)) {
            t->ours = true;
            return false;
        }
    }
    enum verdict v = judge(r, record);
    if (v == STOP) {
        t->stopped = true;
        return false;
    }
    if (v == WRITE && !emit_record(&r->f->em, r->shard->id, record, e)) {
        t->ours = e->code != BF_E_SERVICE;
        return false;
    }
    memcpy(r->sequence, record->sequence.p, record->sequence.n);
    r->sequence[record->sequence.n] = '\0';
    r->position = (struct bf_feed_position){.at = BF_FEED_AFTER,
                                            .sequence = bf_str(r->sequence, record->sequence.n)};
    r->advanced = true;
    r->from_oldest = false;
    t->taken = true;
    t->time_ms = record->time_ms;
    return true;
}

bool reading_end(struct reading *r)
{
    struct follow *f = r->f;
    r->shard->done = true;
    over(r);
    if (r->position.at != BF_FEED_AFTER && r->shard->seq_from[0]) {
        /* an empty shard; this number distinguishes it from a shard of that name in a new stream */
        memcpy(r->sequence, r->shard->seq_from, sizeof r->sequence);
        r->position =
            (struct bf_feed_position){.at = BF_FEED_AFTER, .sequence = bf_str_of(r->sequence)};
    }
    if (!f->cfg->shards.n && !f->cfg->end && !bf_lineage_has_child(&f->lineage, r->shard)) {
        f->orphans = true;
        f->list_due_ms = 0;
        f->lists = 0;
    }
    /* the state must have the children before the end of their parent */
    return follow_begin_ready(f, r->since_ms) && reading_mark(r, BF_MARK_END);
}

/* Handles the last answer of a shard. */
static bool at_end(struct reading *r, const struct bf_feed_answer *a)
{
    struct follow *f = r->f;
    struct bf_err e = {0};
    if (r->verify && !reading_found_gone(r))
        return false;
    if (a->children.n && !bf_kinesis_read_children(a->children, &f->lineage, &e))
        return reading_fail(r, &e);
    if (!f->cfg->state || bf_lineage_has_child(&f->lineage, r->shard))
        return reading_end(r);
    r->phase = WAITS_CHILDREN;
    r->failing_ms = bf_clock_mono_ms();
    f->orphans = true;
    f->list_due_ms = 0;
    return true;
}

/* Are there no newer records? Some Kinesis services do not report the lag: a full answer is never the last one. */
static bool at_tip(const struct reading *r, const struct bf_feed_answer *a)
{
    return (a->behind_ms == 0 && a->records < r->limit) ||
           (a->behind_ms < 0 && r->empty >= EMPTY_IS_TIP);
}

/* Has the reading reached the requested end? */
static bool at_goal(const struct reading *r, const struct bf_feed_answer *a)
{
    const struct follow *f = r->f;
    bool tip = at_tip(r, a);
    if (f->cfg->end)
        return tip && !bf_shard_closed(r->shard) && !snapshot_running(f->snapshot) &&
               r->asked_ms >= snapshot_done_mono_ms(f->snapshot);
    return tip && f->until_ms != INT64_MAX && follow_now(f) > f->until_ms;
}

/* The pause after an empty answer: --poll, or growing. A shard that is about to end does so after a few empty answers. */
static int64_t idle_ms(const struct reading *r)
{
    bool soon = bf_shard_closed(r->shard) || r->f->cfg->end;
    uint64_t most = soon ? 2 * IDLE_MIN_MS : IDLE_MAX_MS, poll = r->f->cfg->poll_ms;
    if (!poll)
        return (int64_t)bf_backoff_limit(IDLE_MIN_MS, r->empty + 1, most);
    return (int64_t)(soon && poll > most ? most : poll);
}

/* Sets the time of the next request. While there are more records it is sent at once, as far as the service allows. */
static void schedule(struct reading *r, const struct bf_feed_answer *a)
{
    int64_t now = bf_clock_mono_ms(), poll = (int64_t)r->f->cfg->poll_ms;
    int64_t interval = (int64_t)r->f->source->feed->interval_ms;
    r->due_ms = r->asked_ms + (poll && poll < interval ? poll : interval);
    if (a->behind_ms > 0 || (a->records && (a->behind_ms < 0 || !poll)))
        return;
    int64_t due = a->records ? r->asked_ms + poll : now + idle_ms(r);
    if (due > r->due_ms)
        r->due_ms = due;
}

/* While there are more records, they are not older than the last one. */
static int64_t since(const struct reading *r, int64_t time_ms)
{
    return time_ms > r->since_ms && time_ms <= r->asked_wall_ms ? time_ms : r->since_ms;
}

static bool after_answer(struct reading *r, const struct bf_feed_answer *a, int64_t time_ms)
{
    struct follow *f = r->f;
    struct bf_err e = {0};
    r->behind_ms = a->behind_ms;
    r->empty = a->records ? 0 : r->empty + 1;
    f->empties += !a->records;
    bool tip = at_tip(r, a);
    if (r->verify && tip && !reading_found_gone(r))
        return false;
    if (r->advanced) {
        r->since_ms = tip ? r->asked_wall_ms : since(r, time_ms);
        if (!reading_mark(r, BF_MARK_AT))
            return false;
    }
    if (emit_full(&f->em)) {
        f->finished = true;
        over(r);
        return true;
    }
    if (a->next.n == 0)
        return at_end(r, a);
    bf_buf_reset(&r->iterator);
    bf_buf_adds(&r->iterator, a->next);
    if (!bf_buf_check(&r->iterator, "iterator", &e))
        return reading_fail(r, &e);
    if (tip && !reading_at_tip(r))
        return false;
    if (at_goal(r, a)) {
        over(r);
        return true;
    }
    r->phase = HAS_ITERATOR;
    schedule(r, a);
    return true;
}

/* The answer was not read to its end: the requested end was reached, our side failed, or it is invalid. */
static bool cut_short(struct reading *r, const struct take *t, struct bf_err *e)
{
    struct follow *f = r->f;
    if (t->taken)
        progressed(r);
    r->since_ms = since(r, t->time_ms);
    if (r->advanced && !reading_mark(r, BF_MARK_AT))
        return false;
    if (f->em.full || t->stopped) {
        f->finished = f->finished || f->em.full;
        over(r);
        return true;
    }
    if (t->ours)
        return follow_fail(f, e);
    bf_err_ctx(e, "GetRecords: answer");
    e->code = BF_E_NETWORK;
    r->phase = NEEDS_ITERATOR; /* the records before are valid; the rest is requested again */
    return reading_retry(r, e);
}

/* Measures the records, so that the next answer can be kept small: the size grows at once and shrinks
 * slowly. */
static void learn_size(struct reading *r, size_t answer_bytes, size_t records)
{
    if (!records)
        return;
    uint64_t now = answer_bytes / records + 1;
    r->record_bytes = now > r->record_bytes ? now : r->record_bytes - (r->record_bytes - now) / 4;
    r->f->record_bytes = r->record_bytes;
}

static void on_records(struct bf_aws_call *call, const struct bf_aws_answer *answer)
{
    struct reading *r = call->arg;
    struct follow *f = r->f;
    struct take t = {.r = r};
    struct bf_err e = {0};
    struct bf_feed_answer a;
    f->in_flight--;
    if (f->failed || f->finished) {
        r->phase = HAS_ITERATOR;
        return;
    }
    if (answer->err.code != BF_OK) {
        (void)reading_failed(r, answer, HAS_ITERATOR);
        return;
    }
    f->em.now_ms = follow_now(f);
    struct bf_feed_sink sink = {on_record, &t};
    bool whole = bf_feed_records(f->source->feed, answer->body, &sink, &a, &e);
    if (whole) {
        progressed(r);
        r->resumed = false;
        learn_size(r, answer->body.n, a.records);
        (void)after_answer(r, &a, t.time_ms);
    } else
        (void)cut_short(r, &t, &e);
}

/* The number of records to request. The services limit the count of records, not their bytes: the measured size shows how
 * many of them fit into this request's share of memory. */
static uint64_t limit(const struct reading *r)
{
    const struct follow *f = r->f;
    uint64_t most = f->source->feed->limit;
    uint64_t size = r->record_bytes   ? r->record_bytes
                    : f->record_bytes ? f->record_bytes
                                      : RECORD_BYTES;
    uint64_t at_once = f->active < f->cfg->window ? f->active : f->cfg->window;
    uint64_t share = ANSWERS_BYTES / (at_once ? at_once : 1) / size;
    if (f->cfg->count) {
        uint64_t left = f->cfg->count - f->em.records + (r->verify ? 1 : 0);
        most = left < most ? left : most;
    }
    most = share < most ? share : most;
    return most ? most : 1;
}

static bool ask_records(struct reading *r)
{
    struct follow *f = r->f;
    struct bf_err e = {0};
    r->limit = limit(r);
    bf_buf_reset(&r->body);
    bf_feed_records_body(&r->body, bf_buf_view(&r->iterator), r->limit);
    r->call = (struct bf_aws_call){.op = &f->source->feed->records_op,
                                   .body = bf_buf_view(&r->body),
                                   .done = on_records,
                                   .arg = r};
    r->phase = WAITS_RECORDS;
    r->asked_ms = bf_clock_mono_ms();
    r->asked_wall_ms = follow_now(f);
    f->in_flight++;
    if (bf_buf_check(&r->body, "request", &e) && bf_aws_submit(f->aws, &r->call, &e))
        return true;
    r->phase = OVER;
    return reading_fail(r, &e);
}

bool reading_step(struct reading *r)
{
    if (r->phase == NEEDS_ITERATOR)
        return ask_iterator(r);
    return r->phase != HAS_ITERATOR || ask_records(r);
}
