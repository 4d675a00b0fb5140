/*
 * Inside the event patterns. A pattern is compiled into tests: a test is a path
 * and the values allowed there. $or is multiplied out, so a pattern is a list of
 * conjunctions, each a list of tests. The paths of all tests of all patterns
 * form one trie.
 *
 * The pass over an event (pattern_match.c) walks text and trie together, counts
 * for each conjunction the tests that were met, and is done when one is
 * complete. Marks are stamps, the number of the pass, so nothing is cleared
 * between events. Where arrays hold objects, being complete is not enough, since
 * tests may have been met in different elements: then pattern_verify.c looks
 * again, for that conjunction alone.
 *
 * The text of an event is valid JSON and padded (lib/json/core.h).
 */
#ifndef BF_CDC_PATTERN_IMPL_H
#define BF_CDC_PATTERN_IMPL_H

#if defined(__SSE2__)
#define BF_CORE_SIMD 1
#endif
#include "lib/base/arena.h"
#include "lib/cdc/pattern.h"
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

/* Below, for the case-blind operators: the next character of UTF-8, folded. */
uint32_t bf_pat_fold_next(const char **p, const char *end);

enum pat_kind {
    PAT_STRING,
    PAT_WORD, /* null, true, false */
    PAT_PREFIX,
    PAT_SUFFIX,
    PAT_EQUALS_FOLD, /* equals-ignore-case, and the same within prefix and suffix */
    PAT_PREFIX_FOLD,
    PAT_SUFFIX_FOLD,
    PAT_WILDCARD,
    PAT_RANGE, /* numbers */
    PAT_CIDR,
    PAT_EXISTS,
    PAT_ABSENT, /* exists: false */
    PAT_BUT     /* anything-but: none of list */
};

enum { PAT_STAR = 0xFF }; /* stands for * in the text of a wildcard; no byte of UTF-8 */

struct pat_value {
    enum pat_kind kind;
    bool has_low, has_high, open_low, open_high;
    int bits; /* CIDR */
    struct bf_str text;
    struct pat_number low, high;
    struct pat_address address;
    struct pat_value *list; /* BUT */
    size_t n;
};

struct pat_node;
struct pat_conj;

struct pat_use {
    struct pat_conj *conj;
    struct pat_use *next;
};

struct pat_test {
    struct pat_node *node;
    struct pat_value *value;
    size_t n;
    bool absent;  /* one of the values is exists: false */
    uint64_t met; /* stamp */
    struct pat_use *uses;
    struct pat_test *next; /* of those with absent */
};

/* Tests of a combination while a pattern is read; combinations share their tails. */
struct pat_link {
    struct pat_test *test;
    struct pat_link *next;
};

struct pat_conj {
    struct pat_link *tests;
    size_t need, have, pattern;
    uint64_t stamp;
    struct pat_conj *next, *pending;
};

/* A string that a test wants exactly; sorted by length and bytes. */
struct pat_exact {
    struct bf_str text;
    struct pat_test *test;
};

struct pat_other {
    const struct pat_value *value;
    struct pat_test *test;
};

struct pat_node {
    struct bf_str name;
    struct pat_node *parent;
    struct pat_node **kids; /* sorted like exact */
    size_t nkids, kids_cap;
    uint64_t names; /* which lengths and first bytes the kids' names have, folded to bits */
    struct pat_exact *exact;
    size_t nexact, exact_cap;
    struct pat_other *other;
    size_t nother, other_cap;
    bool numbers;  /* below dynamodb, and called N or NS: its strings are numbers for `numeric` */
    uint64_t seen; /* stamp: a value stood here, outside of arrays of objects */
    /* pattern_verify.c: one conjunction, or one test of it, at a time */
    const struct pat_test *active; /* NULL outside of bf_pat_verify */
    uint64_t live;                 /* stamp: active tests here or below */
    uint64_t positive;             /* stamp: some of them want something to be there */
    enum { PAT_MISSING, PAT_FAILED, PAT_HELD } state;
};

struct bf_pattern {
    struct bf_arena memory;
    struct pat_node *root;
    struct pat_conj *conjs, **conjs_end;
    struct pat_test *absent;
    size_t n;               /* patterns */
    uint64_t stamp, verify; /* numbers of passes: over an event, of bf_pat_verify */
    struct bf_buf text;     /* a padded copy of an event */
    struct bf_buf decoded;  /* a string of the event with escapes */
    struct bf_buf name;     /* a name of the event with escapes */
};

/* What stands at a place of the event that holds no object and no array. */
struct pat_scalar {
    char first;                                          /* '"', 't', 'f', 'n', or of a number */
    struct bf_str text;                                  /* a string decoded; else as it stands */
    enum { PAT_UNREAD, PAT_NUMBER, PAT_NO_NUMBER } read; /* it is read as a number once */
    struct pat_number number;
};

/* The scalar at s, and the place behind it. */
const char *bf_pat_scalar(struct bf_pattern *p, const char *s, struct pat_scalar *out);
bool bf_pat_value_takes(const struct pat_value *v, struct pat_scalar *s, bool numbers);
struct pat_node *bf_pat_kid(struct bf_pattern *p, const struct pat_node *n, const char *name,
                            size_t length, bool escaped);
int bf_pat_order(struct bf_str a, struct bf_str b);
uint64_t bf_pat_name_bit(struct bf_str name);

/* Does the event at text satisfy the conjunction, or (test not NULL) that one test of it? numbers: it is
 * a change record. */
bool bf_pat_verify(struct bf_pattern *p, const struct pat_conj *conj, const struct pat_test *test,
                   bool numbers, const char *text);

/* Compiling. at: the place in the pattern's text that an error is about. */
struct pat_parse {
    struct bf_pattern *set;
    struct bf_json json;
    struct bf_str text;
};

bool bf_pat_fail(const struct pat_parse *ps, const char *at, struct bf_err *e, const char *fmt, ...)
    BF_PRINTF(4, 5);
bool bf_pat_nomem(const struct pat_parse *ps, struct bf_err *e);
void *bf_pat_alloc(struct bf_pattern *p, size_t n);
/* A decoded copy of a string's text. */
bool bf_pat_copy(struct pat_parse *ps, struct bf_str text, bool escaped, struct bf_str *out,
                 struct bf_err *e);
/* Room for one more element of size each in an array of n. */
bool bf_pat_grow(struct bf_pattern *p, void *array, size_t n, size_t *cap, size_t each);
bool bf_pat_read_values(struct pat_parse *ps, struct pat_test *t, struct bf_err *e);

#endif
