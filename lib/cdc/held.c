#include "lib/cdc/held.h"

#include <stdlib.h>

enum { SHARDS_MAX = 1000 * 1000, KEY_MAX = 64 * 1024 };

struct bf_held_at {
    char *sequence;
    char *after; /* NULL: not told */
    enum bf_mark_kind kind;
};

void bf_held_init(struct bf_held *h)
{
    *h = (struct bf_held){.n = 0};
    bf_map_init(&h->shards, SHARDS_MAX);
    bf_buf_init(&h->key, KEY_MAX);
}

void bf_held_free(struct bf_held *h)
{
    for (size_t i = 0; i < h->n; i++)
        free(h->at[i].sequence), free(h->at[i].after);
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
    h->at[h->n] = (struct bf_held_at){.after = m->after.p ? bf_str_dup(m->after) : NULL};
    if (m->after.p && !h->at[h->n].after) {
        bf_err_nomem(e);
        return NULL;
    }
    return &h->at[h->n++];
}

bool bf_held_add(struct bf_held *h, const struct bf_mark *m, struct bf_str line, struct bf_buf *out,
                 struct bf_err *e)
{
    if (m->kind == BF_MARK_START || m->kind == BF_MARK_GONE) {
        bf_buf_adds(out, line);
        bf_buf_addc(out, '\n');
        return bf_buf_check(out, "output", e);
    }
    char *sequence = bf_str_dup(m->sequence);
    struct bf_held_at *at = sequence ? place(h, m, e) : NULL;
    if (!at) {
        free(sequence);
        return sequence ? false : bf_err_nomem(e);
    }
    free(at->sequence);
    at->sequence = sequence;
    at->kind = m->kind;
    return true;
}

void bf_held_put(struct bf_held *h, struct bf_buf *out)
{
    size_t i = 0, left = h->shards.live;
    for (struct bf_map_entry *en; (en = bf_map_next(&h->shards, &i));) {
        const struct bf_held_at *at = &h->at[en->value];
        struct bf_str rest = en->key, stream;
        if (!at->sequence || !bf_str_split(&rest, '\n', &stream))
            continue;
        struct bf_mark m = {.stream = stream,
                            .shard = rest,
                            .sequence = bf_str_of(at->sequence),
                            .after = bf_str_of(at->after),
                            .kind = at->kind,
                            .more = --left > 0};
        bf_mark_put(out, &m);
    }
    if (h->n) {
        bf_held_free(h);
        bf_held_init(h);
    }
}
