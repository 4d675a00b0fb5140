#include "lib/checkpoint/held.h"

#include <stdlib.h>

enum { SHARDS_MAX = 1000 * 1000, KEY_MAX = 64 * 1024 };

struct bf_held_at {
    char *sequence;   /* NULL: only started so far */
    char *after;      /* NULL: not told */
    char *start;      /* where the reader began last, NULL when there was no start */
    int64_t since_ms; /* of sequence */
    enum bf_mark_kind kind;
    bool again; /* it began more than once */
};

void bf_held_init(struct bf_held *h)
{
    *h = (struct bf_held){.n = 0};
    bf_map_init(&h->shards, SHARDS_MAX);
    bf_buf_init(&h->key, KEY_MAX);
}

void bf_held_free(struct bf_held *h)
{
    for (size_t i = 0; i < h->n; i++) {
        free(h->at[i].sequence);
        free(h->at[i].after);
        free(h->at[i].start);
    }
    free(h->at);
    bf_map_free(&h->shards);
    bf_buf_free(&h->key);
    *h = (struct bf_held){.n = 0};
}

/* Where the shard's position is kept; made when it is a new one. */
static struct bf_held_at *place(struct bf_held *h, const struct bf_mark *m, struct bf_err *e)
{
    bool added;
    bf_buf_reset(&h->key);
    bf_buf_adds(&h->key, m->stream);
    bf_buf_addc(&h->key, '\n');
    bf_buf_adds(&h->key, m->shard);
    if (!bf_buf_check(&h->key, "the mark", e))
        return NULL;
    const uint64_t *known = bf_map_get(&h->shards, bf_buf_view(&h->key));
    if (known)
        return &h->at[*known];
    struct bf_held_at *more = realloc(h->at, (h->n + 1) * sizeof *more);
    if (more)
        h->at = more;
    uint64_t *index = more ? bf_map_put(&h->shards, bf_buf_view(&h->key), &added) : NULL;
    if (!index) {
        bf_err_nomem(e);
        return NULL;
    }
    *index = h->n;
    h->at[h->n] = (struct bf_held_at){.kind = m->kind};
    return &h->at[h->n++];
}

/* Replaces a text by a copy. */
static bool keep(char **text, struct bf_str s, struct bf_err *e)
{
    char *copy = bf_str_dup(s);
    if (!copy)
        return bf_err_nomem(e);
    free(*text);
    *text = copy;
    return true;
}

bool bf_held_add(struct bf_held *h, const struct bf_mark *m, struct bf_str line, struct bf_buf *out,
                 struct bf_err *e)
{
    struct bf_held_at *at = m->kind == BF_MARK_GONE ? NULL : place(h, m, e);
    if (!bf_mark_same_run(&h->run, m, false,
                          e)) /* whoever counts the rows refuses a second reader */
        return false;
    if (m->kind != BF_MARK_GONE && !at)
        return false;
    if (m->kind == BF_MARK_START || m->kind == BF_MARK_GONE) {
        if (at)
            at->again = at->start != NULL;
        bf_buf_adds(out, line);
        bf_buf_addc(out, '\n');
        return (!at || keep(&at->start, m->sequence, e)) && bf_buf_check(out, "output", e);
    }
    at->kind = m->kind;
    at->since_ms = m->since_ms;
    return (at->sequence || !m->after.p || keep(&at->after, m->after, e)) &&
           keep(&at->sequence, m->sequence, e);
}

void bf_held_put(struct bf_held *h, struct bf_buf *out)
{
    size_t left = 0;
    for (size_t k = 0; k < h->n; k++)
        left += h->at[k].sequence != NULL;
    for (int starts = 1; starts >= 0; starts--) {
        size_t i = 0;
        for (struct bf_map_entry *en; (en = bf_map_next(&h->shards, &i));) {
            const struct bf_held_at *at = &h->at[en->value];
            struct bf_mark m = {.shard = en->key,
                                .run = bf_str(h->run.n ? h->run.id : NULL, h->run.n)};
            if (!(starts ? at->again : at->sequence != NULL) ||
                !bf_str_split(&m.shard, '\n', &m.stream))
                continue;
            m.sequence = bf_str_of(starts ? at->start : at->sequence);
            m.kind = starts ? BF_MARK_START : at->kind;
            if (!starts) {
                m.after = bf_str_of(at->after);
                m.since_ms = at->since_ms;
                m.more = --left > 0;
            }
            bf_mark_put(out, &m);
        }
    }
    if (h->n) {
        bf_held_free(h);
        bf_held_init(h);
    }
}
