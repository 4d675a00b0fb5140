/* Lines that were not delivered, and the report at the end of a run. */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/aws/put/put_impl.h"
#include "lib/cli/diag.h"

bool bf_put_entry_line(const struct batch *b, const struct entry *en, struct bf_buf *out)
{
    return b->put->service->line(out, bf_str(b->body.p + en->at, en->n)) && bf_buf_ok(out);
}

bool bf_put_waiting_line(const struct bf_put *p, const struct waiting *w, struct bf_buf *out)
{
    struct bf_str data = bf_str(w->bytes + w->head_n, w->data_n);
    if (w->made)
        return p->service->line(out, data) && bf_buf_ok(out);
    bf_buf_adds(out, data);
    return bf_buf_ok(out);
}

/* A line that was read and not delivered. */
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

static void collect(const struct bf_put *p, struct bf_buf *all)
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

void bf_put_abandon(struct bf_put *p)
{
    struct bf_buf all, data;
    bf_buf_init(&all, 1 << 26);
    bf_buf_init(&data, LINE_MAX_BYTES);
    collect(p, &all);
    size_t n = all.n / sizeof(struct orphan);
    struct orphan *o = (struct orphan *)(void *)all.p;
    if (n)
        qsort(o, n, sizeof *o, by_line);
    for (size_t i = 0; i < n && p->rejects.path; i++) {
        bf_buf_reset(&data);
        if (o[i].waiting ? bf_put_waiting_line(p, o[i].waiting, &data)
                         : bf_put_entry_line(o[i].batch, o[i].entry, &data))
            bf_out_line(&p->rejects.out, bf_buf_view(&data));
    }
    if (n)
        bf_diag_hint("%zu line%s taken in and not delivered%s%s, the first is line %" PRIu64, n,
                     BF_S(n), p->rejects.path ? ": see " : "",
                     p->rejects.path ? p->rejects.path : "", o[0].line);
    bf_buf_free(&all);
    bf_buf_free(&data);
}

void bf_put_tick(struct bf_put *p)
{
    bf_progress_tick(&p->progress, p->records, p->bytes);
}

bool bf_put_end(struct bf_put *p, bool ok, struct bf_err *e)
{
    struct bf_err later = {0};
    if (!bf_rejects_close(&p->rejects, ok ? e : &later))
        ok = false;
    bf_progress_end(&p->progress, p->records, p->bytes);
    bf_diag_note("%s: %" PRIu64 " %s put, %" PRIu64 " rejected", p->target->name, p->records,
                 p->records == 1 ? p->service->one : p->service->many, p->rejects.count);
    if (ok && p->refused.code != BF_OK) { /* --strict */
        *e = p->refused;
        ok = false;
    }
    return ok && bf_rejects_told(&p->rejects, e);
}
