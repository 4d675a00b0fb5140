/*
 * Ranges of keys, and the bits that each stands for: one binary search finds the
 * bits of all ranges that hold a key.
 *
 * The ends of all ranges are cuts, sorted; between two cuts all keys are alike.
 * These stretches are the leaves of a segment tree, so a range is a handful of
 * its nodes, twice the logarithm of the number of cuts at most, and the bits of
 * a key lie on the way from its leaf to the root, which leaves out nodes without
 * bits.
 */
#ifndef BF_CDC_PATTERN_TABLE_H
#define BF_CDC_PATTERN_TABLE_H

#include "lib/cdc/pattern_impl.h"

struct pat_segment {
    uint32_t first; /* its parts, up to the next one's first */
    uint32_t up;    /* the next segment with parts on the way to the root; 0: none */
};

struct pat_table {
    enum pat_domain domain;
    size_t longest; /* bytes of a cut's text */
    size_t n;       /* cuts */
    uint64_t *head; /* of each cut: eight bytes of its text as a number, which most often tell */
    struct pat_cut *cut;
    struct pat_segment *segment; /* from 1, the leaves from n + 1 on */
    struct pat_part *part;
    uint64_t *pairs; /* PAT_INSIDE: with which two bytes does some cut's text begin? */
    struct pat_table *next;
};

/* Eight bytes of a key, zeros behind it. */
static inline uint64_t bf_pat_key_head(struct bf_str key)
{
    uint64_t v = 0;
    if (key.n >= 8)
        return __builtin_bswap64(core_load8(key.p));
    for (size_t i = 0; i < key.n; i++)
        v |= (uint64_t)(unsigned char)key.p[i] << (56 - 8 * i);
    return v;
}

#endif
