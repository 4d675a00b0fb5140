/*
 * Ranges of keys, each with a set of bits: one binary search finds the bits of all ranges that
 * contain a key.
 *
 * The ends of all ranges are cuts, sorted; all keys between two neighbouring cuts are in the same
 * ranges. These intervals are the leaves of a segment tree. A range is a few of its nodes, at most
 * twice the logarithm of the number of cuts, and the bits of a key are those on the path from its
 * leaf to the root, which skips nodes without bits.
 */
#ifndef BF_PATTERN_PATTERN_TABLE_H
#define BF_PATTERN_PATTERN_TABLE_H

#include "lib/pattern/pattern_impl.h"

/* Kinds of keys, and the operators that use ranges of them. */
enum pat_domain {
    PAT_TEXT,            /* exact strings, prefix, wildcards that begin with text */
    PAT_FOLDED,          /* equals-ignore-case, alone and in a prefix */
    PAT_REVERSED,        /* suffix, wildcards that end with text */
    PAT_REVERSED_FOLDED, /* suffix with equals-ignore-case */
    PAT_NUMBERS,
    PAT_ADDRESSES, /* cidr */
    PAT_WORDS,     /* null, true, false */
    PAT_INSIDE,    /* texts inside a string: candidates for wildcards */
    PAT_DOMAINS
};

/* Keys, made in the same way from patterns and events. out has room for limit + PAT_KEY_MORE bytes;
 * a key may be cut after limit bytes. */
enum { PAT_KEY_MORE = 16 };
/* One of a letter's two cases; pattern_fold.c says of which letters. Not longer in UTF-8. */
uint32_t bf_pat_fold(uint32_t c);
size_t bf_pat_key_folded(struct bf_str text, size_t limit, char *out);
size_t bf_pat_key_number(const struct pat_number *n, size_t limit, char *out);
size_t bf_pat_key_address(const struct pat_address *a, char *out);

/* Makes a string a key of a domain; NULL: the string itself is the key. */
typedef size_t bf_pat_key_text(struct bf_str text, size_t limit, char *out);
extern bf_pat_key_text *const bf_pat_key_of[PAT_DOMAINS];

/* The first eight bytes of a key, padded with zeros. */
static inline uint64_t bf_pat_key_head(struct bf_str key)
{
    uint64_t v = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (key.n >= 8)
        return __builtin_bswap64(core_load8(key.p));
#endif
    for (size_t i = 0; i < key.n && i < 8; i++)
        v |= (uint64_t)(unsigned char)key.p[i] << (56 - 8 * i);
    return v;
}

/* A position between keys. */
struct pat_cut {
    struct bf_str text;
    enum {
        PAT_BEFORE, /* text */
        PAT_AFTER,  /* text */
        PAT_PAST    /* after all keys that begin with text */
    } side;
};

/* The keys between two cuts have the bits of set. */
struct pat_range {
    struct pat_cut from, to;
    const struct pat_set *set;
};

struct pat_segment {
    uint32_t first; /* its first part; ends at the next segment's first */
    uint32_t up;    /* the next segment with parts on the path to the root; 0: none */
};

struct pat_table {
    enum pat_domain domain;
    size_t longest; /* length of the longest cut's text, bytes */
    size_t n;       /* number of cuts */
    uint64_t *head; /* of each cut: the first eight bytes of its text as a number, which usually
                     * decide */
    struct pat_cut *cut;
    struct pat_segment *segment; /* from 1, the leaves from n + 1 on */
    struct pat_part *part;
    uint64_t *pairs; /* PAT_INSIDE: the pairs of bytes with which some cut's text begins */
    struct pat_table *next;
};

/* NULL: the arena p->tables, or scratch, is full or out of memory. */
struct pat_table *bf_pat_table_new(struct bf_pattern *p, struct bf_arena *scratch,
                                   enum pat_domain domain, const struct pat_range *range, size_t n);

#endif
