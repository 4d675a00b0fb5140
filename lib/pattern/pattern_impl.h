/*
 * Inside the event patterns. A pattern is compiled into tests: a test is a path
 * and the values allowed there. $or is multiplied out, so a pattern is a list of
 * conjunctions, each a list of tests. The paths of all tests of all patterns
 * form one trie. Conjunctions go through an event 64 at a time, as the bits of a
 * word: a block. bf_pattern_ready (pattern_ready.c) gives each node of the trie
 * a slot for each block that has paths there, and tables of the tests' values.
 *
 * The service knows paths by their text, in which a dot is no other character in a name than between two names. So here
 * names are cut at their dots, those of patterns and those of events.
 *
 * A table (pattern_table.c) answers for all tests of a node at once. A value of
 * the event becomes a key, a string of bytes that sorts as values of its kind do
 * (pattern_key.c); every operator is a range of keys, or of several kinds of
 * keys; and one binary search finds the bits of all ranges that hold the key.
 *
 * The pass over an event (pattern_match.c) walks text and trie together,
 * collects bits in slots, and ends with the conjunctions all of whose slots have
 * their bit. Marks are stamps, the number of the pass, so nothing is cleared
 * between events. Where arrays hold objects that is not enough, since tests may
 * have been met in different elements: then pattern_verify.c looks again, for
 * the block of those conjunctions alone.
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
    const char *p, *end; /* from the first digit that counts on; may hold one '.' */
};

/* False when text is no number as JSON or DynamoDB write one. */
bool bf_pat_number_read(struct bf_str text, struct pat_number *n);
int bf_pat_number_cmp(const struct pat_number *a, const struct pat_number *b);

struct pat_address {
    unsigned char byte[16];
    int n; /* 4 or 16 */
};

/* An IPv4 or IPv6 address as it is usually written. */
bool bf_pat_address_read(struct bf_str text, struct pat_address *a);

enum pat_kind {
    PAT_STRING,
    PAT_WORD, /* null, true, false */
    PAT_PREFIX,
    PAT_SUFFIX,
    PAT_EQUALS_FOLD, /* equals-ignore-case, and the same within prefix and suffix */
    PAT_PREFIX_FOLD,
    PAT_SUFFIX_FOLD,
    PAT_WILDCARD,
    PAT_NUMERIC, /* numbers */
    PAT_CIDR,
    PAT_EXISTS,
    PAT_ABSENT, /* exists: false */
    PAT_BUT     /* anything-but: none of list */
};

enum { PAT_STAR = 0xFF }; /* stands for * in the text of a wildcard; no byte of UTF-8 */

struct pat_value {
    enum pat_kind kind;
    bool open_low, open_high;
    struct bf_str text;
    union {
        struct {
            struct bf_str low, high; /* NUMERIC: NULL where it has no such end */
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
            size_t head, tail; /* WILDCARD: bytes in front of the first *, behind the last */
            uint32_t *border;  /* and of each byte between, for bf_pat_wildcard_takes */
        };
    };
};

/* Bits of one of a node's slots; with PAT_EXCLUDED of one of its leaf's buts, with PAT_ENDS and PAT_MIDDLE of
 * its candidates. */
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
    struct pat_set conjs;  /* those that have this test, in the node's slots */
    struct pat_test *next; /* of the node */
};

/* Tests of a combination while a pattern is read; combinations share their tails. */
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

/* What the conjunctions of a block have to do with a node: a bit for each. */
struct pat_slot {
    struct pat_node *node;
    struct pat_block *block;
    uint64_t need;                     /* have a test here */
    uint64_t absent;                   /* and it may be that nothing stands here */
    uint64_t live;                     /* have tests here or below */
    uint64_t present;                  /* and some of those want something to be there */
    uint64_t met, stamp;               /* met in this pass, if stamp says so */
    struct pat_slot *next, *next_test; /* of the block: all, those with need */
};

enum { PAT_BLOCK = 64 };

struct pat_block {
    size_t n; /* conjunctions */
    struct pat_slot *slots, *tests;
    uint64_t stamp;                  /* a slot of it was met in this pass */
    uint64_t complete;               /* conjunctions all of whose tests were met */
    struct pat_block *met, *pending; /* lists of this pass */
    struct pat_block *idle;          /* list of those where nothing has to be met */
};

struct pat_table;

/* Of a slot: the conjunctions that take what some values do not exclude (anything-but, exists). */
struct pat_but {
    uint64_t all, excluded;
    uint32_t slot;
};

/* A wildcard that is tried when it is a candidate, and whose bits it stands for. */
struct pat_wild {
    const struct pat_value *value;
    const struct pat_set *set;
};

/* 64 of them: whose beginning or end, and whose longest piece between was found, or need not be. */
struct pat_candidates {
    uint64_t ends, middle;
    uint64_t no_ends, no_middle;
};

/* The tests of a node. Bits of what was found or excluded are zero between values. */
struct pat_leaf {
    struct pat_table *tables;
    struct pat_table *inside; /* what stands between the ends of wildcards */
    struct pat_but *but;
    struct pat_wild *wild;
    struct pat_candidates *candidates;
    size_t nbut, but_cap, nwild, wild_cap, candidates_cap;
};

struct pat_node {
    struct bf_str name;
    struct pat_node *parent;
    struct pat_node **kids; /* by length and bytes */
    size_t nkids, kids_cap;
    uint64_t names; /* which lengths and first bytes the kids' names have, folded to bits */
    uint64_t
        deep; /* the first two bytes of those kids that have kids, and of what follows with a dot */
    struct pat_test *tests;
    struct pat_leaf *leaf; /* NULL: no tests */
    struct pat_slot **slots;
    size_t nslots, slots_cap;
    bool numbers;  /* below dynamodb, and called N or NS: its strings are numbers for `numeric` */
    uint64_t seen; /* stamp: a value stood here, outside of arrays of objects */
    bool ever;     /* a value stood here, in any event so far */
    /* pattern_verify.c: one block at a time */
    uint64_t verify;       /* stamp: the block has tests here or below */
    struct pat_slot *slot; /* of that block */
    uint64_t held;         /* bits: hold in the object that is looked at */
    bool found;            /* has a member there */
};

struct bf_pattern {
    struct bf_arena memory; /* patterns and the trie */
    struct bf_arena tables; /* what bf_pattern_ready makes of them */
    struct pat_node *root;
    struct pat_conj *conjs, **conjs_end;
    struct pat_block *idle; /* those with a conjunction that asks only for what is not there */
    size_t n;               /* patterns */
    bool ready;
    bool parsed; /* all paths lead into images or to eventName, which bf_change_parse tells */
    uint64_t stamp, verify; /* numbers of passes: over an event, of bf_pat_verify */
    struct pat_block *met;  /* in this pass */
    char *key;              /* room for a key of any table */
    struct bf_buf text;     /* a padded copy of an event */
    struct bf_buf decoded;  /* a string of the event with escapes */
    struct bf_buf name;     /* a name of the event with escapes */
};

/* What stands at a place of the event that holds no object and no array. */
struct pat_scalar {
    char first;         /* '"', 't', 'f', 'n', or of a number */
    struct bf_str text; /* a string decoded; else as it stands */
};

/* The scalar at s, and the place behind it. */
const char *bf_pat_scalar(struct bf_pattern *p, const char *s, struct pat_scalar *out);
/* Into the slots of n: the bits of the conjunctions whose test takes the scalar. */
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

/* Of the first two bytes of a name that may go on with a dot; the step that they belong to may have one. */
static inline uint64_t bf_pat_deep_bit(char first, char second)
{
    return (uint64_t)1 << (((unsigned char)first * 7 + (unsigned char)second) & 63);
}

/* The node below n that the name leads to, or NULL: a dot in it leads one step down, as in the service, to which a.b is the
 * member b of a. Most names lead nowhere, and that is soon known. */
static inline struct pat_node *bf_pat_kid(struct bf_pattern *p, const struct pat_node *n,
                                          const char *name, size_t length, bool escaped)
{
    if (!escaped && !(n->names & bf_pat_name_bit(name, length)) &&
        (length < 2 || !(n->deep & bf_pat_deep_bit(name[0], name[1]))))
        return NULL;
    return bf_pat_kid_search(p, n, bf_str(name, length), escaped);
}

/* Which of the conjunctions in want does the event at text satisfy? All of them belong to the block. Or
 * (test not NULL): which satisfy that one test? numbers: the event is a change record. */
uint64_t bf_pat_verify(struct bf_pattern *p, struct pat_block *block, uint64_t want,
                       const struct pat_test *test, bool numbers, const char *text);

/* Compiling. at: the place in the pattern's text that an error is about. */
struct pat_parse {
    struct bf_pattern *set;
    struct bf_json json;
    struct bf_str text;
};

bool bf_pat_fail(const struct pat_parse *ps, const char *at, struct bf_err *e, const char *fmt, ...)
    BF_PRINTF(4, 5);
/* Why an arena gave nothing. */
bool bf_pat_nomem(const struct bf_arena *a, struct bf_err *e);
/* Zeroed. */
void *bf_pat_alloc(struct bf_arena *a, size_t n);
/* A decoded copy of a string's text. */
bool bf_pat_copy(struct pat_parse *ps, struct bf_str text, bool escaped, struct bf_str *out,
                 struct bf_err *e);
/* Room for one more element of size each in an array of n. */
bool bf_pat_grow(struct bf_arena *a, void *array, size_t n, size_t *cap, size_t each);
bool bf_pat_read_values(struct pat_parse *ps, struct pat_test *t, struct bf_err *e);

/* Reads the text of v as a wildcard. */
bool bf_pat_wildcard_compile(struct pat_parse *ps, const char *at, struct pat_value *v,
                             struct bf_err *e);
/* In time that grows with the text's length and the wildcard's, not with their product. */
bool bf_pat_wildcard_takes(const struct pat_value *v, struct bf_str text);
/* The longest text between two stars; empty where there is none. */
struct bf_str bf_pat_wildcard_middle(const struct pat_value *v);

#endif
