#include "lib/parquet/dict.h"

#include <stdlib.h>

enum { SLOTS_FIRST = 1024, ENTRIES_MAX = 1 << 20 };

void bf_pq_dict_init(struct pq_dict *d, size_t width, size_t max_bytes)
{
    *d = (struct pq_dict){.width = width};
    bf_buf_init(&d->values, max_bytes);
    bf_buf_init(&d->starts, ENTRIES_MAX * sizeof(uint32_t));
}

void bf_pq_dict_free(struct pq_dict *d)
{
    bf_buf_free(&d->values);
    bf_buf_free(&d->starts);
    free(d->slots);
    *d = (struct pq_dict){0};
}

void bf_pq_dict_clear(struct pq_dict *d)
{
    bf_buf_reset(&d->values);
    bf_buf_reset(&d->starts);
    if (d->slots)
        memset(d->slots, 0, d->nslots * sizeof *d->slots);
    d->n = 0;
}

static uint64_t load(const char *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n < 8 ? n : 8);
    return v;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 m =
        (unsigned __int128)(a ^ UINT64_C(0x9E3779B97F4A7C15)) * (b ^ UINT64_C(0xD6E8FEB86659FD93));
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t hash(struct bf_str s)
{
    uint64_t h = s.n;
    while (s.n > 16) {
        h = mix(load(s.p, 8) ^ h, load(s.p + 8, 8));
        s.p += 16;
        s.n -= 16;
    }
    return s.n > 8 ? mix(load(s.p, 8) ^ h, load(s.p + s.n - 8, 8)) : mix(load(s.p, s.n) ^ h, s.n);
}

struct bf_str bf_pq_dict_at(const struct pq_dict *d, uint32_t i)
{
    if (d->width)
        return bf_str(d->values.p + (size_t)i * d->width, d->width);
    uint32_t at, n;
    memcpy(&at, d->starts.p + (size_t)i * 4, 4);
    memcpy(&n, d->values.p + at, 4);
    return bf_str(d->values.p + at + 4, n);
}

static bool grow(struct pq_dict *d)
{
    uint32_t n = d->nslots ? d->nslots * 2 : SLOTS_FIRST;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < d->n; i++) {
        uint64_t h = hash(bf_pq_dict_at(d, i));
        while (slots[h & (n - 1)])
            h++;
        slots[h & (n - 1)] = i + 1;
    }
    free(d->slots);
    d->slots = slots;
    d->nslots = n;
    return true;
}

int64_t bf_pq_dict_put(struct pq_dict *d, const char *p)
{
    uint32_t n = (uint32_t)d->width;
    size_t head = d->width ? 0 : 4;
    if (head)
        memcpy(&n, p, 4);
    struct bf_str s = bf_str(p + head, n);
    uint64_t h = hash(s);
    if ((d->n + 1) * 2 > d->nslots && !grow(d))
        return DICT_NONE;
    for (; d->slots[h & (d->nslots - 1)]; h++) {
        uint32_t i = d->slots[h & (d->nslots - 1)] - 1;
        if (bf_str_eq(bf_pq_dict_at(d, i), s))
            return i;
    }
    uint32_t start = (uint32_t)d->values.n;
    if (d->n == ENTRIES_MAX)
        return DICT_NONE;
    bf_buf_add(&d->values, p, head + n);
    if (head)
        bf_buf_add(&d->starts, &start, 4);
    if (!bf_buf_ok(&d->values) || !bf_buf_ok(&d->starts))
        return DICT_NONE;
    d->slots[h & (d->nslots - 1)] = d->n + 1;
    return d->n++;
}

void bf_pq_dict_cut(struct pq_dict *d, uint32_t n)
{
    uint32_t at = (uint32_t)d->values.n;
    if (d->width)
        at = n * (uint32_t)d->width;
    else if (n < d->n)
        memcpy(&at, d->starts.p + (size_t)n * 4, 4);
    d->values.n = at;
    d->values.failed = false;
    d->n = n;
}
