/*
 * Does a name stand twice in its object? One look into a hash table for each
 * name; change_ops.h has the table. Inside its room only, and inline, since it
 * is asked for every attribute of every record.
 */
#ifndef BF_DDB_CHANGE_NAMES_H
#define BF_DDB_CHANGE_NAMES_H

#include "lib/ddb/change_ops.h"

/* The two halves of a product, or what comes near where the compiler has no such type. */
static inline uint64_t names_fold(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t x = (a ^ a >> 32) * (b | 1), y = (b ^ b >> 29) * (a | 1);
    return x ^ y >> 32 ^ y << 32;
#endif
}

/* What the names of the object of that stamp begin their hash with: the same name in several maps has several. */
static inline uint64_t names_base(const struct bf_change_names *t, uint32_t stamp)
{
    return t->seed[0] ^ (uint64_t)stamp << 32;
}

/* The hash of the n bytes at p, after which 16 more can be read. */
static inline uint64_t names_hash(const struct bf_change_names *t, uint64_t base, const char *p,
                                  size_t n)
{
    static const char masks[32] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    uint64_t h = base ^ n;
    for (; CORE_UNLIKELY(n > 16); p += 16, n -= 16)
        h = names_fold(core_load8(p) ^ h, core_load8(p + 8) ^ t->seed[1]);
    const char *mask = masks + 16 - n;
    return names_fold((core_load8(p) & core_load8(mask)) ^ h,
                      (core_load8(p + 8) & core_load8(mask + 8)) ^ t->seed[1]);
}

/* An image begins. */
static inline void begin_names(struct bf_change_names *t)
{
    if (CORE_UNLIKELY(t->stamp > UINT32_MAX / 2)) /* no text has so many objects as are left */
        bf_change_names_wrap(t);
    t->first = ++t->stamp;
}

/* Is this the first time that the name of a comes in the object of that stamp? False, with s->core.code
 * BF_E_MEMORY: that could not be found out. */
static inline bool first_time(struct change_scan *s, const struct bf_attr *a, uint32_t stamp)
{
    struct bf_change_names *t = s->names;
    if (CORE_UNLIKELY(a->name_escaped))
        return bf_change_names_probe(s, a, stamp);
    struct names_slot *slot =
        &t->slot[names_hash(t, names_base(t, stamp), a->name.p, a->name.n) & t->mask];
    if (CORE_UNLIKELY(slot->stamp >= t->first))
        return bf_change_names_probe(s, a, stamp);
    *slot = (struct names_slot){stamp, (uint32_t)(a->name.p - s->core.start)};
    return true;
}

#endif
