/*
 * Private to the event patterns. A pattern is compiled into tests: a test is a path and the values
 * allowed there. $or is expanded, so a pattern is a list of conjunctions, each a list of tests. The
 * paths of all tests of all patterns form one trie. Conjunctions are evaluated 64 at a time, as the
 * bits of a word: a block. bf_pattern_ready (pattern_ready.c) gives each node of the trie a slot
 * for each block with paths there, and tables of the tests' values.
 *
 * The service compares paths as text, so a dot inside a name is the same as a dot between two
 * names. Therefore names are split at their dots here, those of patterns and those of events.
 *
 * A table (pattern_table.c) evaluates all tests of a node at once. A value of the event becomes a
 * key, a string of bytes that sorts as values of its kind do (pattern_key.c); every operator is a
 * range of keys, or several ranges of different kinds; and one binary search finds the bits of all
 * ranges that contain the key.
 *
 * The pass over an event (pattern_match.c) walks text and trie together, collects bits in slots,
 * and ends with the conjunctions of which all slots have their bit. Marks are stamps, the number of
 * the pass, so nothing is cleared between events. If arrays contain objects that does not suffice,
 * because tests may have matched in different elements: then pattern_verify.c checks again, for the
 * block of those conjunctions alone.
 *
 * The text of an event is valid JSON and padded (lib/json/core.h).
 */
#ifndef BF_PATTERN_PATTERN_IMPL_H
#define BF_PATTERN_PATTERN_IMPL_H

#if defined(__SSE2__)
#define BF_CORE_SIMD 1
#endif
#include "lib/base/arena.h"
#include "lib/pattern/pattern.h"
#include "lib/json/core.h"
#include "lib/json/scan.h"

/* A decimal number of any length as a view of its text: 0.d1d2d3... times ten to the exponent. */
struct pat_number {
    bool negative, zero;
    int64_t exponent;
    const char *p, *end; /* from the first significant digit on; may contain one '.' */
};

/* False if text is not a number in JSON's or DynamoDB's syntax. */
bool bf_pat_number_read(struct bf_str text, struct pat_number *n);
int bf_pat_number_cmp(const struct pat_number *a, const struct pat_number *b);

struct pat_address {
    unsigned char byte[16];
    int n; /* 4 or 16 */
};

/* An IPv4 or IPv6 address in its usual notation. */
bool bf_pat_address_read(struct bf_str text, struct pat_address *a);

enum pat_kind {
    PAT_STRING,
    PAT_WORD, /* null, true, false */
    PAT_PREFIX,
    PAT_SUFFIX,
    PAT_EQUALS_FOLD, /* equals-ignore-case, alone and in prefix and suffix */
    PAT_PREFIX_FOLD,
    PAT_SUFFIX_FOLD,
    PAT_WILDCARD,
    PAT_NUMERIC, /* numbers */
    PAT_CIDR,
    PAT_EXISTS,
    PAT_ABSENT, /* exists: false */
    PAT_BUT     /* anything-but: none of list */
};

enum { PAT_STAR = 0xFF }; /* represents * in the text of a wildcard; not a byte of UTF-8 */

struct pat_value {
    enum pat_kind kind;
    bool open_low, open_high;
    struct bf_str text;
    union {
        struct {
            struct bf_str low, high; /* NUMERIC: p NULL: no limit */
        };
        struct {
            struct pat_address address; /* CIDR */
            int bits;
        };
        struct {
            struct pat_value *list; /* BUT */
            size_t n;
        };
        struct {
            size_t head, tail; /* WILDCARD: bytes before the first * and after the last */
            uint32_t *border;  /* for each byte between, for bf_pat_wildcard_takes */
        };
    };
};

/* Bits of one of a node's slots; with PAT_EXCLUDED of one of its leaf's buts, with PAT_ENDS and
 * PAT_MIDDLE of its candidates. */
struct pat_part {
    uint64_t mask;
    uint32_t cell;
};

enum { PAT_EXCLUDED = 1 << 28, PAT_ENDS = 1 << 29, PAT_MIDDLE = 1 << 30 };

struct pat_set {
    struct pat_part *part;
    size_t n, cap;
};

struct pat_test {
    struct pat_node *node;
    struct pat_value *value;
    size_t n;
    bool absent;           /* one of the values is exists: false */
    struct pat_set conjs;  /* the conjunctions with this test, in the node's slots */
    struct pat_test *next; /* next test of the node */
};

/* The tests of a combination while a pattern is parsed; combinations share their tails. */
struct pat_link {
    struct pat_test *test;
    struct pat_link *next;
};

struct pat_conj {
    struct pat_link *tests;
    size_t pattern;
    struct pat_block *block;
    uint64_t bit;
    struct pat_conj *next;
};

/* How the conjunctions of a block depend on a node: one bit for each. */
struct pat_slot {
    struct pat_node *node;
    struct pat_block *block;
    uint64_t need;                     /* have a test here */
    uint64_t absent;                   /* of those, the test allows that there is no value here */
    uint64_t here, live;               /* bf_pat_verify: a value has to match here; here or below */
    uint64_t met, stamp;               /* matched in this pass, valid if stamp equals the pass */
    struct pat_slot *next, *next_test; /* of the block: all slots, those with need */
};

enum { PAT_BLOCK = 64 };

struct pat_block {
    size_t n; /* conjunctions */
    struct pat_slot *slots, *tests;
    uint64_t stamp;                  /* the pass in which one of its slots was matched last */
    uint64_t complete;               /* conjunctions of which all tests have matched */
    struct pat_block *met, *pending; /* lists of this pass */
    struct pat_block *idle;          /* list of the blocks in which nothing has to match */
};

struct pat_table;

/* Of a slot: the conjunctions that match unless a value is excluded (anything-but, exists). */
struct pat_but {
    uint64_t all, excluded;
    uint32_t slot;
};

/* A wildcard that is tried if it is a candidate, and the bits of its tests. */
struct pat_wild {
    const struct pat_value *value;
    const struct pat_set *set;
};

/* 64 wildcards: those whose beginning or end, and those whose longest inner piece was found or is
 * not needed. */
struct pat_candidates {
    uint64_t ends, middle;
    uint64_t no_ends, no_middle;
};

/* The tests of a node. The bits of what was found or excluded are zero between values. */
struct pat_leaf {
    struct pat_table *tables;
    struct pat_table *inside; /* the inner pieces of wildcards */
    struct pat_but *but;
    struct pat_wild *wild;
    struct pat_candidates *candidates;
    size_t nbut, but_cap, nwild, wild_cap, candidates_cap;
};

struct pat_node {
    struct bf_str name;
    struct pat_node *parent;
    struct pat_node **kids; /* sorted by length and bytes */
    size_t nkids, kids_cap;
    uint64_t names; /* the lengths and first bytes of the kids' names, hashed to bits */
    uint64_t
        deep; /* the first two bytes of the names of kids that have kids, hashed; for names with a
               * dot */
    struct pat_test *tests;
    struct pat_leaf *leaf; /* NULL: no tests */
    struct pat_slot **slots;
    size_t nslots, slots_cap;
    bool numbers;  /* below dynamodb, and named N or NS: its strings are numbers for `numeric` */
    uint64_t seen; /* the pass over an event in which it had a value last */
    bool ever;     /* it had a value in some event */
    /* pattern_verify.c, for one block at a time: */
    uint64_t verify;       /* stamp: the block has tests here or below */
    struct pat_slot *slot; /* of that block */
    uint64_t held;         /* bits: they hold in the current object */
};

struct bf_pattern {
    struct bf_arena memory; /* patterns and the trie */
    struct bf_arena tables; /* made by bf_pattern_ready */
    struct pat_node *root;
    struct pat_conj *conjs, **conjs_end;
    struct pat_block *idle; /* those with a conjunction that tests only for absence */
    size_t n;               /* number of patterns */
    bool ready;
    bool parsed; /* all paths are in images or eventName, which bf_change_parse provides */
    uint64_t stamp, verify; /* numbers of passes: over values, and of bf_pat_verify */
    uint64_t event;         /* the stamp of the last pass over a whole event */
    struct pat_block *met;  /* the blocks matched in this pass */
    char *key;              /* memory for a key of any table */
    struct bf_buf text;     /* a padded copy of an event */
    struct bf_buf decoded;  /* a string of the event with escapes */
    struct bf_buf name;     /* a name of the event with escapes */
};

/* A value of the event that is neither an object nor an array. */
struct pat_scalar {
    char first;         /* '"', 't', 'f', 'n', or the first character of a number */
    struct bf_str text; /* a string, decoded; else the text itself */
};

/* The scalar at s; returns the position after it. */
const char *bf_pat_scalar(struct bf_pattern *p, const char *s, struct pat_scalar *out);
/* Sets, in the slots of n, the bits of the conjunctions whose test accepts the scalar. */
void bf_pat_collect(struct bf_pattern *p, const struct pat_node *n, const struct pat_scalar *s,
                    bool numbers);

static inline uint64_t bf_pat_name_bit(const char *name, size_t length)
{
    return (uint64_t)1 << ((length * 7 + (length ? (unsigned char)name[0] : 0)) & 63);
}

struct pat_node *bf_pat_kid_search(struct bf_pattern *p, const struct pat_node *n,
                                   struct bf_str name, bool escaped);

/* A name without dots, decoded. */
struct pat_node *bf_pat_kid_step(const struct pat_node *n, struct bf_str name);

/* The bit for the first two bytes of a name that may continue with a dot. */
static inline uint64_t bf_pat_deep_bit(char first, char second)
{
    return (uint64_t)1 << (((unsigned char)first * 7 + (unsigned char)second) & 63);
}

/* The node below n for the name, or NULL: a dot in it leads one level down, as in the service, for
 * which a.b is the member b of a. Most names have no node, which is found out quickly. */
static inline struct pat_node *bf_pat_kid(struct bf_pattern *p, const struct pat_node *n,
                                          const char *name, size_t length, bool escaped)
{
    if (!escaped && !(n->names & bf_pat_name_bit(name, length)) &&
        (length < 2 || !(n->deep & bf_pat_deep_bit(name[0], name[1]))))
        return NULL;
    return bf_pat_kid_search(p, n, bf_str(name, length), escaped);
}

/* Which of the conjunctions in want, all of the block, does the event at text satisfy? If test is
 * not NULL: which satisfy that one test? numbers: the event is a change record. It has to be the
 * event of the last pass, which found out what is absent. */
uint64_t bf_pat_verify(struct bf_pattern *p, struct pat_block *block, uint64_t want,
                       const struct pat_test *test, bool numbers, const char *text);

/* State of the compiler. at: the position in the pattern's text that an error is about. */
struct pat_parse {
    struct bf_pattern *set;
    struct bf_json json;
    struct bf_str text;
};

bool bf_pat_fail(const struct pat_parse *ps, const char *at, struct bf_err *e, const char *fmt, ...)
    BF_PRINTF(4, 5);
/* The reason why an arena returned NULL. */
bool bf_pat_nomem(const struct bf_arena *a, struct bf_err *e);
/* Zeroed. */
void *bf_pat_alloc(struct bf_arena *a, size_t n);
/* A decoded copy of a string's text. */
bool bf_pat_copy(struct pat_parse *ps, struct bf_str text, bool escaped, struct bf_str *out,
                 struct bf_err *e);
/* Makes room for one more element of size each in an array of n. */
bool bf_pat_grow(struct bf_arena *a, void *array, size_t n, size_t *cap, size_t each);
bool bf_pat_read_values(struct pat_parse *ps, struct pat_test *t, struct bf_err *e);

/* Compiles the text of v as a wildcard. */
bool bf_pat_wildcard_compile(struct pat_parse *ps, const char *at, struct pat_value *v,
                             struct bf_err *e);
/* Its time grows with the sum of the lengths of text and wildcard, not with their product. */
bool bf_pat_wildcard_takes(const struct pat_value *v, struct bf_str text);
/* The longest text between two stars; empty if there is none. */
struct bf_str bf_pat_wildcard_middle(const struct pat_value *v);

#endif
