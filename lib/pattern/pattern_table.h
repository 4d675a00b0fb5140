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
#ifndef BF_PATTERN_PATTERN_TABLE_H
#define BF_PATTERN_PATTERN_TABLE_H

#include "lib/pattern/pattern_impl.h"

/* Kinds of keys, and the operators that are ranges of them. */
enum pat_domain {
    PAT_TEXT,            /* exact strings, prefix, wildcards that begin with a text */
    PAT_FOLDED,          /* equals-ignore-case, alone and in a prefix */
    PAT_REVERSED,        /* suffix, wildcards that end with a text */
    PAT_REVERSED_FOLDED, /* suffix with equals-ignore-case */
    PAT_NUMBERS,
    PAT_ADDRESSES, /* cidr */
    PAT_WORDS,     /* null, true, false */
    PAT_INSIDE,    /* what begins at any place of a string: candidates for wildcards */
    PAT_DOMAINS
};

/* Keys, made alike of patterns and of events. out has room for PAT_KEY_MORE bytes more than limit, past which a key may be cut off. */
enum { PAT_KEY_MORE = 16 };
size_t bf_pat_key_folded(struct bf_str text, size_t limit, char *out);
size_t bf_pat_key_number(const struct pat_number *n, size_t limit, char *out);
size_t bf_pat_key_address(const struct pat_address *a, char *out);

/* How a string becomes a key of a domain; NULL: it is one as it stands. */
typedef size_t bf_pat_key_text(struct bf_str text, size_t limit, char *out);
extern bf_pat_key_text *const bf_pat_key_of[PAT_DOMAINS];

/* Eight bytes of a key, zeros behind it. */
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

/* A place between keys. */
struct pat_cut {
    struct bf_str text;
    enum {
        PAT_BEFORE, /* text */
        PAT_AFTER,  /* text */
        PAT_PAST    /* all that begins with text */
    } side;
};

/* Keys that stand for the bits of set: those between two cuts. */
struct pat_range {
    struct pat_cut from, to;
    const struct pat_set *set;
};

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

/* NULL: the arena p->tables, or scratch, is full or has no memory. */
struct pat_table *bf_pat_table_new(struct bf_pattern *p, struct bf_arena *scratch,
                                   enum pat_domain domain, const struct pat_range *range, size_t n);

#endif
