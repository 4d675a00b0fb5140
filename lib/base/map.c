#include "lib/base/map.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/rng.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ b) * 0x9E3779B97F4A7C15u;
    return x ^ x >> 32;
}

/* One seed for the process, set by the first thread that needs it. */
static uint64_t process_seed(void)
{
    static _Atomic uint64_t seed;
    uint64_t now = atomic_load_explicit(&seed, memory_order_relaxed);
    if (now)
        return now;
    uint64_t fresh = bf_rng_entropy() | 1;
    return atomic_compare_exchange_strong(&seed, &now, fresh) ? fresh : now;
}

uint64_t bf_hash(struct bf_str s)
{
    uint64_t h = process_seed() ^ s.n, word;
    size_t i = 0;
    for (; s.n - i >= 8; i += 8) {
        memcpy(&word, s.p + i, 8);
        h = mix(h, word);
    }
    word = 0;
    if (s.n - i)
        memcpy(&word, s.p + i, s.n - i);
    h = mix(h, word);
    return mix(h, h >> 29);
}

void bf_map_init(struct bf_map *m, size_t max)
{
    *m = (struct bf_map){.max = max < UINT32_MAX / 4 ? max : UINT32_MAX / 4};
}

static void free_keys(struct bf_map *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->entries[i].live)
            free((void *)(uintptr_t)m->entries[i].key.p);
}

void bf_map_free(struct bf_map *m)
{
    free_keys(m);
    free(m->entries);
    free(m->slots);
    *m = (struct bf_map){.max = m->max};
}

void bf_map_clear(struct bf_map *m)
{
    free_keys(m);
    m->n = m->live = 0;
    if (m->slots)
        memset(m->slots, 0, m->nslots * sizeof *m->slots);
}

/* The slot that holds key, or the free slot where it would be inserted. Removed entries keep their
 * slot until the next rebuild, so that probing continues past them. */
static size_t find(const struct bf_map *m, struct bf_str key, uint64_t hash)
{
    size_t i = hash & (m->nslots - 1);
    for (;; i = (i + 1) & (m->nslots - 1)) {
        if (!m->slots[i])
            return i;
        const struct bf_map_entry *en = &m->entries[m->slots[i] - 1];
        if (en->live && en->hash == hash && bf_str_eq(en->key, key))
            return i;
    }
}

/* Drops removed entries and makes room for at least twice the live ones. */
static bool rebuild(struct bf_map *m)
{
    size_t cap = m->cap ? m->cap : 16;
    while (cap < m->live * 2)
        cap *= 2;
    /* allocate everything first: a failure leaves the map unchanged */
    if (cap != m->cap) {
        struct bf_map_entry *entries = realloc(m->entries, cap * sizeof *entries);
        if (!entries)
            return false;
        m->entries = entries;
        uint32_t *slots = realloc(m->slots, cap * 2 * sizeof *slots);
        if (!slots)
            return false;
        m->slots = slots;
        m->cap = cap;
        m->nslots = cap * 2;
    }
    size_t kept = 0;
    for (size_t i = 0; i < m->n; i++)
        if (m->entries[i].live)
            m->entries[kept++] = m->entries[i];
    m->n = kept;
    memset(m->slots, 0, m->nslots * sizeof *m->slots);
    for (size_t i = 0; i < m->n; i++)
        m->slots[find(m, m->entries[i].key, m->entries[i].hash)] = (uint32_t)(i + 1);
    return true;
}

uint64_t *bf_map_get(struct bf_map *m, struct bf_str key)
{
    if (!m->live)
        return NULL;
    size_t slot = find(m, key, bf_hash(key));
    return m->slots[slot] ? &m->entries[m->slots[slot] - 1].value : NULL;
}

uint64_t *bf_map_put(struct bf_map *m, struct bf_str key, bool *added)
{
    uint64_t hash = bf_hash(key);
    if (m->nslots) {
        size_t slot = find(m, key, hash);
        if (m->slots[slot]) {
            if (added)
                *added = false;
            return &m->entries[m->slots[slot] - 1].value;
        }
    }
    if (m->live >= m->max || (m->n == m->cap && !rebuild(m)))
        return NULL;
    char *copy = bf_str_dup(key);
    if (!copy)
        return NULL;
    m->entries[m->n] = (struct bf_map_entry){bf_str(copy, key.n), 0, hash, true};
    m->slots[find(m, key, hash)] = (uint32_t)(++m->n);
    m->live++;
    if (added)
        *added = true;
    return &m->entries[m->n - 1].value;
}

bool bf_map_remove(struct bf_map *m, struct bf_str key)
{
    if (!m->live)
        return false;
    size_t slot = find(m, key, bf_hash(key));
    if (!m->slots[slot])
        return false;
    struct bf_map_entry *en = &m->entries[m->slots[slot] - 1];
    free((void *)(uintptr_t)en->key.p);
    *en = (struct bf_map_entry){0};
    m->live--;
    return true;
}

struct bf_map_entry *bf_map_next(struct bf_map *m, size_t *i)
{
    while (*i < m->n) {
        struct bf_map_entry *en = &m->entries[(*i)++];
        if (en->live)
            return en;
    }
    return NULL;
}
