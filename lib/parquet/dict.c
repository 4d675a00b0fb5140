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

static uint64_t load(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

/* The first n bytes, less than 8; more can be read. */
static uint64_t load_few(const char *p, size_t n)
{
    return load(p) & (((uint64_t)1 << n * 8) - 1);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 m =
        (unsigned __int128)(a ^ UINT64_C(0x9E3779B97F4A7C15)) * (b ^ UINT64_C(0xD6E8FEB86659FD93));
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t hash(const char *p, size_t n)
{
    uint64_t h = n;
    if (n < 8)
        return mix(load_few(p, n) ^ h, h);
    for (; n > 16; p += 16, n -= 16)
        h = mix(load(p) ^ h, load(p + 8));
    return n >= 8 ? mix(load(p) ^ h, load(p + n - 8)) : mix(load(p + n - 8) ^ h, n);
}

static bool same(const char *a, const char *b, size_t n)
{
    if (n < 8)
        return load_few(a, n) == load_few(b, n);
    for (; n > 16; a += 8, b += 8, n -= 8)
        if (load(a) != load(b))
            return false;
    return load(a) == load(b) && load(a + n - 8) == load(b + n - 8);
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
    uint64_t *slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < d->n; i++) {
        struct bf_str s = bf_pq_dict_at(d, i);
        uint64_t h = hash(s.p, s.n), at = h;
        while (slots[at & (n - 1)])
            at++;
        slots[at & (n - 1)] = (h >> 32 << 32) | (i + 1);
    }
    free(d->slots);
    d->slots = slots;
    d->nslots = n;
    return true;
}

/* Adds a value, its length in front. */
static int64_t add(struct pq_dict *d, const char *p, size_t head, size_t n, uint64_t slot,
                   uint64_t h)
{
    uint32_t start = (uint32_t)d->values.n;
    if (d->n == ENTRIES_MAX)
        return DICT_NONE;
    /* what is compared later is read in words of 8 bytes */
    char *room = bf_buf_room(&d->values, head + n + PQ_SLACK);
    if (!room)
        return DICT_NONE;
    memcpy(room, p, head + n);
    memset(room + head + n, 0, PQ_SLACK);
    d->values.n += head + n;
    if (head)
        bf_buf_add(&d->starts, &start, 4);
    if (!bf_buf_ok(&d->starts))
        return DICT_NONE;
    d->slots[slot] = (h >> 32 << 32) | (d->n + 1);
    return d->n++;
}

int64_t bf_pq_dict_put(struct pq_dict *d, const char *p)
{
    uint32_t n = (uint32_t)d->width;
    size_t head = d->width ? 0 : 4;
    if (head)
        memcpy(&n, p, 4);
    if ((d->n + 1) * 2 > d->nslots && !grow(d))
        return DICT_NONE;
    uint64_t h = hash(p + head, n), at = h, slot;
    for (; (slot = d->slots[at & (d->nslots - 1)]); at++) {
        if ((slot ^ h) >> 32)
            continue;
        struct bf_str other = bf_pq_dict_at(d, (uint32_t)slot - 1);
        if (other.n == n && same(other.p, p + head, n))
            return (uint32_t)slot - 1;
    }
    return add(d, p, head, n, at & (d->nslots - 1), h);
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
