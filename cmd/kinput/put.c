/* Lines in: queues of keys that are busy, requests that fill. */
#include "cmd/kinput/kinput.h"

#include <stdlib.h>

#include "lib/base/clock.h"

enum {
    WAITING_MAX = 50000,
    WAITING_BYTES_MAX = 32 * 1024 * 1024,
    BODY_MAX = 16 * 1024 * 1024 /* 10 MiB of records in base64, and what stands around them */
};

static bool parse_stream(struct put *p, struct bf_err *e)
{
    struct bf_str name = bf_str_of(p->cfg->stream);
    struct bf_arn arn;
    p->stream.name = name;
    if (!bf_arn_parse(&arn, name))
        return bf_feed_name_ok(name) ||
               bf_err_set(e, BF_E_USAGE, "'%.80s' is no ARN of a Kinesis stream", p->cfg->stream);
    struct bf_str stream = BF_STR("stream/");
    if (!bf_str_is(arn.service, "kinesis") || !bf_str_starts(arn.resource, stream))
        return bf_err_set(e, BF_E_USAGE, "'%.80s' is no ARN of a Kinesis stream", p->cfg->stream);
    p->stream.arn = name;
    p->stream.name = bf_str(arn.resource.p + stream.n, arn.resource.n - stream.n);
    return true;
}

bool put_init(struct put *p, const struct config *cfg, struct bf_aws *aws, struct bf_err *e)
{
    *p = (struct put){.cfg = cfg, .aws = aws, .window = cfg->window, .nbatches = cfg->window + 2};
    bf_progress_init(&p->progress, &cfg->common, BF_PROGRESS_SINK);
    bf_rng_seed(&p->rng, bf_rng_entropy());
    p->batches = calloc(p->nbatches, sizeof *p->batches);
    p->slots = calloc(SLOTS, sizeof *p->slots);
    if (!p->batches || !p->slots)
        return bf_err_nomem(e);
    for (size_t i = 0; i < p->nbatches; i++) {
        p->batches[i].put = p;
        bf_buf_init(&p->batches[i].body, BODY_MAX);
    }
    return parse_stream(p, e) && bf_rejects_append(&p->rejects, cfg->rejects, cfg->strict, e);
}

static struct waiting *pop(struct queue *q)
{
    struct waiting *w = q->head;
    if (w) {
        q->head = w->next;
        if (!q->head)
            q->tail = NULL;
    }
    return w;
}

static void push(struct queue *q, struct waiting *w)
{
    w->next = NULL;
    if (q->tail)
        q->tail->next = w;
    else
        q->head = w;
    q->tail = w;
}

static void drop(struct put *p, struct waiting *w)
{
    p->waiting--;
    p->waiting_bytes -= w->key_n + w->data_n;
    free(w);
}

void put_free(struct put *p)
{
    struct waiting *w;
    for (size_t i = 0; p->slots && i < SLOTS; i++)
        while ((w = pop(&p->slots[i].queue)))
            drop(p, w);
    while ((w = pop(&p->ready)))
        drop(p, w);
    for (size_t i = 0; p->batches && i < p->nbatches; i++) {
        if (p->batches[i].state == FLYING)
            bf_aws_cancel(p->aws, &p->batches[i].call);
        bf_buf_free(&p->batches[i].body);
    }
    free(p->batches);
    free(p->slots);
}

static size_t limit(const struct put *p)
{
    return p->cfg->max_record > BF_KINESIS_RECORD_BYTES ? BF_KINESIS_PUT_BYTES_LARGE
                                                        : BF_KINESIS_PUT_BYTES;
}

static bool fits(const struct put *p, const struct batch *b, size_t bytes)
{
    return b->n < BF_KINESIS_PUT_RECORDS && b->bytes + bytes <= limit(p);
}

void put_close_filling(struct put *p)
{
    p->filling->state = READY;
    p->filling->due_ms = 0;
    p->filling = NULL;
}

/* The batch that takes a record of so many bytes, or NULL when all are on their way. */
static struct batch *room(struct put *p, size_t bytes)
{
    if (p->filling && fits(p, p->filling, bytes))
        return p->filling;
    if (p->filling)
        put_close_filling(p);
    for (size_t i = 0; i < p->nbatches; i++) {
        struct batch *b = &p->batches[i];
        if (b->state != FREE)
            continue;
        b->state = FILLING;
        b->n = b->bytes = 0;
        b->failures = 0;
        b->failing_ms = 0;
        bf_buf_reset(&b->body);
        bf_kinesis_put_begin(&b->body, &p->stream);
        b->begin = b->body.n;
        p->filling = b;
        return b;
    }
    return NULL;
}

static void add(struct batch *b, struct bf_str data, struct bf_str key, uint32_t slot,
                uint64_t line, int64_t since_ms)
{
    if (b->n == 0)
        b->since_ms = since_ms;
    else
        bf_buf_addc(&b->body, ',');
    struct entry *en = &b->entries[b->n++];
    *en = (struct entry){.at = b->body.n, .slot = slot, .line = line};
    bf_kinesis_put_entry(&b->body, data, key);
    en->n = b->body.n - en->at;
    b->bytes += data.n + key.n;
}

bool put_has_room(const struct put *p)
{
    return !p->ready.head && p->waiting < WAITING_MAX && p->waiting_bytes < WAITING_BYTES_MAX &&
           !p->failed;
}

static bool hold(struct put *p, struct bf_str data, struct bf_str key, uint32_t slot, uint64_t line,
                 struct queue *q, struct bf_err *e)
{
    struct waiting *w = malloc(sizeof *w + key.n + data.n);
    if (!w)
        return bf_err_nomem(e);
    *w = (struct waiting){.slot = slot,
                          .line = line,
                          .since_ms = bf_clock_mono_ms(),
                          .key_n = key.n,
                          .data_n = data.n};
    memcpy(w->bytes, key.p, key.n);
    if (data.n)
        memcpy(w->bytes + key.n, data.p, data.n);
    push(q, w);
    p->waiting++;
    p->waiting_bytes += key.n + data.n;
    return true;
}

bool put_line(struct put *p, struct bf_str data, struct bf_str key, bool ordered, uint64_t line,
              struct bf_err *e)
{
    uint32_t slot = NO_SLOT;
    if (ordered && !p->cfg->unordered) {
        slot = (uint32_t)(bf_hash(key) & (SLOTS - 1));
        if (p->slots[slot].busy)
            return hold(p, data, key, slot, line, &p->slots[slot].queue, e);
        p->slots[slot].busy = true;
    }
    struct batch *b = p->ready.head ? NULL : room(p, data.n + key.n);
    if (!b)
        return hold(p, data, key, slot, line, &p->ready, e);
    add(b, data, key, slot, line, b->n ? 0 : bf_clock_mono_ms());
    return bf_buf_check(&b->body, "request", e);
}

void put_drain(struct put *p)
{
    while (p->ready.head) {
        struct waiting *w = p->ready.head;
        struct batch *b = room(p, w->key_n + w->data_n);
        if (!b)
            return;
        (void)pop(&p->ready);
        add(b, bf_str(w->bytes + w->key_n, w->data_n), bf_str(w->bytes, w->key_n), w->slot, w->line,
            w->since_ms);
        drop(p, w);
    }
}

void put_release(struct put *p, uint32_t slot)
{
    if (slot == NO_SLOT)
        return;
    struct waiting *w = pop(&p->slots[slot].queue);
    if (w)
        push(&p->ready, w);
    else
        p->slots[slot].busy = false;
}
