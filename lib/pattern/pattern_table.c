#include "lib/pattern/pattern_table.h"

#include <stdlib.h>

static int cut_order(const void *a, const void *b)
{
    const struct pat_cut *x = a, *y = b;
    size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;
    int order = n ? memcmp(x->text.p, y->text.p, n) : 0;
    if (order)
        return order;
    if (x->text.n == y->text.n)
        return (int)x->side - (int)y->side;
    if (x->text.n < y->text.n)
        return x->side == PAT_PAST ? 1 : -1;
    return y->side == PAT_PAST ? -1 : 1;
}

/* bf_pat_key_head for a cut; PAT_PAST is greater than all continuations of the text. */
static uint64_t cut_head(const struct pat_cut *c)
{
    uint64_t v = bf_pat_key_head(c->text);
    return c->side == PAT_PAST && c->text.n < 8 ? v | UINT64_MAX >> 8 * c->text.n : v;
}

/* All cuts of the ranges, sorted, without duplicates. */
static bool sort_cuts(struct bf_pattern *p, struct pat_table *t, const struct pat_range *range,
                      size_t n)
{
    size_t m = 0;
    t->cut = bf_arena_alloc(&p->tables, 2 * n * sizeof *t->cut);
    t->head = bf_arena_alloc(&p->tables, 2 * n * sizeof *t->head);
    if (!t->cut || !t->head)
        return false;
    for (size_t i = 0; i < n; i++) {
        t->cut[2 * i] = range[i].from;
        t->cut[2 * i + 1] = range[i].to;
    }
    qsort(t->cut, 2 * n, sizeof *t->cut, cut_order);
    for (size_t i = 0; i < 2 * n; i++)
        if (m == 0 || cut_order(&t->cut[m - 1], &t->cut[i]) != 0)
            t->cut[m++] = t->cut[i];
    t->n = m;
    for (size_t i = 0; i < m; i++) {
        t->head[i] = cut_head(&t->cut[i]);
        if (t->cut[i].text.n > t->longest)
            t->longest = t->cut[i].text.n;
    }
    return true;
}

static size_t cut_index(const struct pat_table *t, const struct pat_cut *c)
{
    const struct pat_cut *at = bsearch(c, t->cut, t->n, sizeof *t->cut, cut_order);
    return (size_t)(at - t->cut);
}

/* A part and the segment to which it belongs. */
struct placed {
    size_t segment;
    struct pat_part part;
};

/* The parts of all ranges; the first pass only counts them. */
struct placing {
    struct placed *at; /* NULL: counting */
    size_t n;
};

static void place_set(struct placing *to, size_t segment, const struct pat_set *set)
{
    for (size_t i = 0; to->at && i < set->n; i++)
        to->at[to->n + i] = (struct placed){segment, set->part[i]};
    to->n += set->n;
}

static void place_range(struct placing *to, const struct pat_table *t, const struct pat_range *r)
{
    size_t leaves = t->n + 1;
    size_t low = cut_index(t, &r->from) + 1 + leaves, high = cut_index(t, &r->to) + 1 + leaves;
    for (; low < high; low /= 2, high /= 2) {
        if (low % 2)
            place_set(to, low++, r->set);
        if (high % 2)
            place_set(to, --high, r->set);
    }
}

static bool place_ranges(struct placing *to, struct bf_arena *scratch, const struct pat_table *t,
                         const struct pat_range *range, size_t n)
{
    for (size_t i = 0; i < n; i++)
        place_range(to, t, &range[i]);
    to->at = bf_arena_alloc(scratch, to->n * sizeof *to->at);
    to->n = 0;
    for (size_t i = 0; to->at && i < n; i++)
        place_range(to, t, &range[i]);
    return to->at;
}

static int placed_order(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->segment != y->segment)
        return x->segment < y->segment ? -1 : 1;
    return x->part.cell < y->part.cell ? -1 : x->part.cell > y->part.cell;
}

/* Stores the parts segment by segment and merges those of the same cell. */
static bool fill_segments(struct bf_pattern *p, struct pat_table *t, struct placing *from)
{
    size_t count = 2 * (t->n + 1), m = 0, at = 0;
    if (from->n > UINT32_MAX || count > UINT32_MAX)
        return false;
    if (from->n)
        qsort(from->at, from->n, sizeof *from->at, placed_order);
    t->segment = bf_pat_alloc(&p->tables, (count + 1) * sizeof *t->segment);
    t->part = bf_arena_alloc(&p->tables, from->n * sizeof *t->part);
    if (!t->segment || !t->part)
        return false;
    for (size_t s = 0; s < count; s++) {
        const struct pat_segment *above = &t->segment[s / 2];
        t->segment[s] = (struct pat_segment){
            (uint32_t)m, above[1].first > above[0].first ? (uint32_t)(s / 2) : above->up};
        for (; at < from->n && from->at[at].segment == s; at++)
            if (m > t->segment[s].first && t->part[m - 1].cell == from->at[at].part.cell)
                t->part[m - 1].mask |= from->at[at].part.mask;
            else
                t->part[m++] = from->at[at].part;
        t->segment[s + 1].first = (uint32_t)m;
    }
    return true;
}

static bool note_pairs(struct bf_pattern *p, struct pat_table *t)
{
    t->pairs = bf_pat_alloc(&p->tables, 65536 / 8);
    if (!t->pairs)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const unsigned char *text = (const unsigned char *)t->cut[i].text.p;
        for (unsigned second = 0; second < 256; second++)
            if (t->cut[i].text.n < 2 || text[1] == second)
                t->pairs[(unsigned)text[0] << 2 | second >> 6] |= (uint64_t)1 << (second & 63);
    }
    return true;
}

struct pat_table *bf_pat_table_new(struct bf_pattern *p, struct bf_arena *scratch,
                                   enum pat_domain domain, const struct pat_range *range, size_t n)
{
    struct pat_table *t = bf_pat_alloc(&p->tables, sizeof *t);
    struct placing placing = {0};
    if (!t || !sort_cuts(p, t, range, n) || !place_ranges(&placing, scratch, t, range, n))
        return NULL;
    t->domain = domain;
    if (!fill_segments(p, t, &placing) || (domain == PAT_INSIDE && !note_pairs(p, t)))
        return NULL;
    return t;
}
