/* Adds lines: to the queues of busy keys, to requests. */
#include "lib/aws/put/put_impl.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/map.h"

enum {
    WAITING_MAX = 50000,
    WAITING_BYTES_MAX = 32 * 1024 * 1024,
    BODY_MAX = 16 * 1024 * 1024 /* 10 MiB of records in base64, and the JSON around them */
};

static bool make_batches(struct bf_put *p)
{
    size_t each = p->service->entries_max;
    p->batches = calloc(p->nbatches, sizeof *p->batches);
    p->entries = calloc(p->nbatches * each, sizeof *p->entries);
    p->slots = calloc(SLOTS, sizeof *p->slots);
    if (!p->batches || !p->entries || !p->slots)
        return false;
    for (size_t i = 0; i < p->nbatches; i++) {
        p->batches[i].put = p;
        p->batches[i].entries = p->entries + i * each;
        bf_buf_init(&p->batches[i].body, BODY_MAX);
    }
    return true;
}

struct bf_put *bf_put_new(const struct bf_put_settings *settings, const struct bf_common *common,
                          const struct bf_put_target *target, struct bf_aws *aws, struct bf_err *e)
{
    struct bf_put *p = malloc(sizeof *p);
    if (!p) {
        bf_err_nomem(e);
        return NULL;
    }
    *p = (struct bf_put){.settings = settings,
                         .target = target,
                         .service = target->service,
                         .aws = aws,
                         .max_bytes = target->max_bytes,
                         .window = settings->window,
                         .nbatches = settings->window + 2};
    bf_progress_init(&p->progress, common, BF_PROGRESS_SINK);
    bf_rng_seed(&p->rng, bf_rng_entropy());
    bool ok = make_batches(p) || bf_err_nomem(e);
    if (ok && bf_rejects_append(&p->rejects, settings->rejects, settings->strict, e))
        return p;
    bf_put_destroy(p);
    return NULL;
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

static void drop(struct bf_put *p, struct waiting *w)
{
    p->waiting--;
    p->waiting_bytes -= w->head_n + w->data_n;
    free(w);
}

void bf_put_destroy(struct bf_put *p)
{
    struct waiting *w;
    if (!p)
        return;
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
    free(p->entries);
    free(p->slots);
    free(p);
}

static bool fits(const struct bf_put *p, const struct batch *b, size_t bytes)
{
    return b->n < p->service->entries_max && b->bytes + bytes <= p->max_bytes;
}

void bf_put_close_filling(struct bf_put *p)
{
    p->filling->state = READY;
    p->filling->due_ms = 0;
    p->filling = NULL;
}

/* The batch with room for a record of this size, or NULL if all are in flight. */
static struct batch *room(struct bf_put *p, size_t bytes)
{
    if (p->filling && fits(p, p->filling, bytes))
        return p->filling;
    if (p->filling)
        bf_put_close_filling(p);
    for (size_t i = 0; i < p->nbatches; i++) {
        struct batch *b = &p->batches[i];
        if (b->state != FREE)
            continue;
        b->state = FILLING;
        b->n = b->bytes = 0;
        b->failures = 0;
        b->failing_ms = 0;
        bf_buf_reset(&b->body);
        p->service->begin(&b->body, p->target->to);
        b->begin = b->body.n;
        p->filling = b;
        return b;
    }
    return NULL;
}

/* Counts the entry that begins at `at` and ends at the end of the body. */
static void count(struct batch *b, size_t at, const struct entry *of, int64_t since_ms)
{
    if (b->n == 0)
        b->since_ms = since_ms;
    struct entry *en = &b->entries[b->n++];
    *en = *of;
    en->at = at;
    en->n = b->body.n - at;
    b->bytes += of->counted;
}

static size_t comma(struct batch *b)
{
    if (b->n)
        bf_buf_addc(&b->body, ',');
    return b->body.n;
}

bool bf_put_has_room(const struct bf_put *p)
{
    return !p->ready.head && p->waiting < WAITING_MAX && p->waiting_bytes < WAITING_BYTES_MAX &&
           !p->failed;
}

static bool hold(struct bf_put *p, const struct waiting *of, struct bf_str head, struct bf_str data,
                 struct queue *q)
{
    struct waiting *w = malloc(sizeof *w + head.n + data.n);
    if (!w)
        return false;
    *w = *of;
    w->head_n = head.n;
    w->data_n = data.n;
    w->since_ms = bf_clock_mono_ms();
    if (head.n)
        memcpy(w->bytes, head.p, head.n);
    if (data.n)
        memcpy(w->bytes + head.n, data.p, data.n);
    push(q, w);
    p->waiting++;
    p->waiting_bytes += head.n + data.n;
    return true;
}

bool bf_put_take_back(struct bf_put *p, const struct batch *b, const struct entry *en)
{
    struct waiting w = {.slot = en->slot, .line = en->line, .made = true, .counted = en->counted};
    return hold(p, &w, BF_STR(""), bf_str(b->body.p + en->at, en->n), &p->ready);
}

void bf_put_too_large(struct bf_err *why, size_t bytes, size_t max)
{
    bf_err_set(why, BF_E_LIMIT,
               "%zu bytes as the service counts them, more than a request may have (%zu)", bytes,
               max);
}

bool bf_put_line(struct bf_put *p, const struct bf_put_line *line, struct bf_err *e)
{
    uint32_t slot = NO_SLOT;
    if (line->bytes > p->max_bytes) {
        struct bf_err why = {0};
        bf_put_too_large(&why, line->bytes, p->max_bytes);
        (void)!bf_put_reject(p, line->data, line->number, &why);
        return true;
    }
    struct waiting w = {.line = line->number, .counted = line->bytes};
    if (line->ordered && !p->settings->unordered) {
        slot = w.slot = (uint32_t)(bf_hash(line->key) & (SLOTS - 1));
        if (p->slots[slot].busy)
            return hold(p, &w, line->head, line->data, &p->slots[slot].queue) || bf_err_nomem(e);
        p->slots[slot].busy = true;
    }
    w.slot = slot;
    struct batch *b = p->ready.head ? NULL : room(p, line->bytes);
    if (!b)
        return hold(p, &w, line->head, line->data, &p->ready) || bf_err_nomem(e);
    size_t at = comma(b);
    p->service->entry(&b->body, line->data, line->head);
    count(b, at, &(struct entry){.slot = slot, .line = line->number, .counted = line->bytes},
          b->n ? 0 : bf_clock_mono_ms());
    return bf_buf_check(&b->body, "request", e);
}

/* The limit was lowered after the line was added. */
static void reject_waiting(struct bf_put *p, const struct waiting *w)
{
    struct bf_err why = {0};
    struct bf_buf line;
    bf_buf_init(&line, LINE_MAX_BYTES);
    bf_put_too_large(&why, w->counted, p->max_bytes);
    if (bf_put_waiting_line(p, w, &line))
        (void)!bf_put_reject(p, bf_buf_view(&line), w->line, &why);
    bf_buf_free(&line);
    bf_put_release(p, w->slot);
}

void bf_put_drain(struct bf_put *p)
{
    while (p->ready.head) {
        struct waiting *w = p->ready.head;
        bool large = w->counted > p->max_bytes;
        struct batch *b = large ? NULL : room(p, w->counted);
        if (!b && !large)
            return;
        (void)pop(&p->ready);
        if (large) {
            reject_waiting(p, w);
            drop(p, w);
            continue;
        }
        struct bf_str head = bf_str(w->bytes, w->head_n),
                      data = bf_str(w->bytes + w->head_n, w->data_n);
        size_t at = comma(b);
        if (w->made)
            bf_buf_adds(&b->body, data);
        else
            p->service->entry(&b->body, data, head);
        count(b, at, &(struct entry){.slot = w->slot, .line = w->line, .counted = w->counted},
              w->since_ms);
        drop(p, w);
    }
}

void bf_put_release(struct bf_put *p, uint32_t slot)
{
    if (slot == NO_SLOT)
        return;
    struct waiting *w = pop(&p->slots[slot].queue);
    if (w)
        push(&p->ready, w);
    else
        p->slots[slot].busy = false;
}
