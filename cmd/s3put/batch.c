#include "cmd/s3put/batch.h"

#include <stdlib.h>

enum {
    ID_MAX = 8192,
    KEY_MAX = 4096,
    PARTITION_MAX = 64 * 1024,
    SLACK = 64 * 1024,
    MAP_MAX = 1 << 20
};

void batches_init(struct batches *b, const struct config *c, const struct shape *shape,
                  struct spool *spool)
{
    *b = (struct batches){.config = c, .shape = shape, .spool = spool};
    bf_map_init(&b->index, MAP_MAX);
}

static void batch_free(struct batch *x)
{
    bf_buf_free(&x->id);
    bf_buf_free(&x->key);
    bf_buf_free(&x->partition);
    bf_buf_free(&x->rows);
    if (x->old)
        shape_free(x->old);
    free(x->old);
    free(x);
}

void batches_free(struct batches *b)
{
    for (size_t i = 0; i < b->n; i++)
        batch_free(b->all[i]);
    free(b->all);
    bf_map_free(&b->index);
}

struct batch *batches_find(struct batches *b, struct bf_str id)
{
    const uint64_t *at = bf_map_get(&b->index, id);
    return at ? b->all[*at] : NULL;
}

static bool grow(struct batches *b)
{
    if (b->n < b->cap)
        return true;
    size_t cap = b->cap ? b->cap * 2 : 64;
    struct batch **all = realloc(b->all, cap * sizeof(struct batch *));
    if (!all)
        return false;
    b->all = all;
    b->cap = cap;
    return true;
}

struct batch *batches_open(struct batches *b, struct bf_str id, int64_t arrival_ms,
                           int64_t opened_ms, int64_t time_ms, struct bf_err *e)
{
    struct batch *x = calloc(1, sizeof *x);
    bool added = false;
    uint64_t *at = x && grow(b) ? bf_map_put(&b->index, id, &added) : NULL;
    if (!at || !added) {
        free(x);
        if (at)
            bf_err_set(e, BF_E_INPUT, "a partition has two open batches");
        else
            bf_err_nomem(e);
        return NULL;
    }
    bf_buf_init(&x->id, ID_MAX);
    bf_buf_adds(&x->id, id);
    bf_buf_init(&x->key, KEY_MAX);
    bf_buf_init(&x->partition, PARTITION_MAX);
    x->shape = b->shape;
    bf_buf_init(&x->rows, b->config->size + b->config->max_line + SLACK);
    x->arrival_ms = arrival_ms;
    x->opened_ms = opened_ms;
    x->time_ms = time_ms;
    *at = b->n;
    b->all[b->n++] = x;
    return x;
}

void batches_cover(const struct batches *b, struct batch *x)
{
    x->mark = b->mark;
    x->marked_records = x->records;
    x->marked_bytes = x->bytes;
}

bool batches_add(struct batches *b, struct batch *x, struct bf_str row, struct bf_err *e)
{
    if (x->mark != b->mark)
        batches_cover(b, x);
    bf_buf_adds(&x->rows, row);
    bf_buf_addc(&x->rows, '\n');
    x->records++;
    x->bytes += row.n + 1;
    b->held += row.n + 1;
    return bf_buf_check(&x->rows, "a batch", e);
}

bool batches_spill(struct batches *b, struct batch *x, struct bf_err *e)
{
    if (x->rows.n == 0)
        return true;
    if (!x->file[0])
        spool_name(b->spool, ".rows", x->file);
    if (!spool_append(b->spool, x->file, x->in_file, bf_buf_view(&x->rows), e))
        return false;
    x->in_file += x->rows.n;
    x->unsynced = true;
    b->held -= x->rows.n;
    bf_buf_free(&x->rows);
    return true;
}

struct batch *batches_largest(const struct batches *b)
{
    struct batch *best = NULL;
    for (size_t i = 0; i < b->n; i++)
        if (!best || b->all[i]->rows.n > best->rows.n)
            best = b->all[i];
    return best;
}

struct batch *batches_oldest(const struct batches *b)
{
    struct batch *best = NULL;
    for (size_t i = 0; i < b->n; i++)
        if (!best || b->all[i]->opened_ms < best->opened_ms)
            best = b->all[i];
    return best;
}

uint64_t batches_rewind(struct batches *b)
{
    uint64_t rows = 0;
    for (size_t i = b->n; i-- > 0;) {
        struct batch *x = b->all[i];
        if (x->mark != b->mark)
            continue;
        rows += x->records - x->marked_records;
        if (x->in_file > x->marked_bytes)
            x->in_file = x->marked_bytes;
        size_t keep = (size_t)(x->marked_bytes - x->in_file);
        b->held -= x->rows.n - keep;
        x->rows.n = keep;
        x->bytes = x->marked_bytes;
        x->records = x->marked_records;
        if (x->records == 0)
            batches_close(b, x);
    }
    return rows;
}

void batches_close(struct batches *b, struct batch *x)
{
    uint64_t *at = bf_map_get(&b->index, bf_buf_view(&x->id));
    size_t i = at ? (size_t)*at : 0;
    if (!at)
        return;
    bf_map_remove(&b->index, bf_buf_view(&x->id));
    b->held -= x->rows.n;
    b->all[i] = b->all[--b->n];
    if (i < b->n) {
        at = bf_map_get(&b->index, bf_buf_view(&b->all[i]->id));
        if (at)
            *at = i;
    }
    batch_free(x);
}
