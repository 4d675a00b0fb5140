/*
 * A reference implementation of event patterns, which the tests compare with
 * lib/pattern: an event is a tree, and each value of each test is compared with each
 * value of the event according to the operator's definition.
 */
#ifndef BF_PATTERN_PLAIN_H
#define BF_PATTERN_PLAIN_H

#include "lib/pattern/pattern_table.h"

enum { PLAIN_KIDS = 4, PLAIN_TEXT = 120 };

struct plain {
    enum { PLAIN_SCALAR, PLAIN_ARRAY, PLAIN_OBJECT } kind;
    struct pat_scalar scalar; /* its text is in `text` */
    char text[PLAIN_TEXT];
    size_t n;
    struct plain *kid[PLAIN_KIDS];
    const char *name[PLAIN_KIDS];
};

static bool plain_folded(struct bf_str text, struct bf_str wanted, bool begin, bool end)
{
    char a[8 * PLAIN_TEXT], b[8 * PLAIN_TEXT];
    struct bf_str x = bf_str(a, bf_pat_key_folded(text, PLAIN_TEXT, a));
    struct bf_str y = bf_str(b, bf_pat_key_folded(wanted, PLAIN_TEXT, b));
    if (x.n < y.n || (begin && end && x.n != y.n))
        return false;
    return memcmp(begin ? x.p : x.p + (x.n - y.n), y.p, y.n) == 0;
}

static bool plain_wildcard(struct bf_str w, struct bf_str text)
{
    if (w.n == 0)
        return text.n == 0;
    struct bf_str rest = bf_str(w.p + 1, w.n - 1);
    if ((unsigned char)w.p[0] != PAT_STAR)
        return text.n && text.p[0] == w.p[0] &&
               plain_wildcard(rest, bf_str(text.p + 1, text.n - 1));
    for (size_t i = 0; i <= text.n; i++)
        if (plain_wildcard(rest, bf_str(text.p + i, text.n - i)))
            return true;
    return false;
}

/* Compares a number with the end of a range; `none` if the range has no such end. */
static int plain_compare(const struct pat_number *number, struct bf_str end, int none)
{
    struct pat_number other;
    if (!end.p)
        return none;
    return bf_pat_number_read(end, &other) ? bf_pat_number_cmp(number, &other) : 0;
}

static bool plain_range(const struct pat_value *v, struct bf_str text)
{
    struct pat_number number;
    if (!bf_pat_number_read(text, &number))
        return false;
    int low = plain_compare(&number, v->low, 1), high = plain_compare(&number, v->high, -1);
    return (low > 0 || (low == 0 && !v->open_low)) && (high < 0 || (high == 0 && !v->open_high));
}

static bool plain_network(const struct pat_value *v, struct bf_str text)
{
    struct pat_address a;
    if (!bf_pat_address_read(text, &a) || a.n != v->address.n)
        return false;
    for (int bit = 0; bit < v->bits; bit++)
        if ((a.byte[bit / 8] ^ v->address.byte[bit / 8]) & 0x80 >> bit % 8)
            return false;
    return true;
}

static bool plain_string_takes(const struct pat_value *v, struct bf_str text)
{
    switch (v->kind) {
    case PAT_STRING:
        return bf_str_eq(text, v->text);
    case PAT_PREFIX:
        return bf_str_starts(text, v->text);
    case PAT_SUFFIX:
        return text.n >= v->text.n &&
               bf_str_eq(bf_str(text.p + (text.n - v->text.n), v->text.n), v->text);
    case PAT_EQUALS_FOLD:
        return plain_folded(text, v->text, true, true);
    case PAT_PREFIX_FOLD:
        return plain_folded(text, v->text, true, false);
    case PAT_SUFFIX_FOLD:
        return plain_folded(text, v->text, false, true);
    case PAT_WILDCARD:
        return plain_wildcard(v->text, text);
    case PAT_CIDR:
        return plain_network(v, text);
    default:
        return false;
    }
}

/* numbers: a string counts as a number. */
static bool plain_takes(const struct pat_value *v, const struct pat_scalar *s, bool numbers)
{
    bool string = s->first == '"', number = s->first == '-' || core_digit(s->first);
    switch (v->kind) {
    case PAT_EXISTS:
        return true;
    case PAT_ABSENT:
        return false;
    case PAT_BUT:
        for (size_t i = 0; i < v->n; i++)
            if (plain_takes(&v->list[i], s, numbers))
                return false;
        return true;
    case PAT_WORD:
        return !string && !number && bf_str_eq(s->text, v->text);
    case PAT_NUMERIC:
        return (number || (string && numbers)) && plain_range(v, s->text);
    default:
        return string && plain_string_takes(v, s->text);
    }
}

/* Some of a conjunction's tests and their current paths. */
struct plain_tests {
    const struct pat_test *test[64];
    size_t n, depth;
    bool change; /* the event is a change record */
};

static struct bf_str plain_name(const struct pat_test *t, size_t depth)
{
    const struct pat_node *path[BF_PATTERN_DEPTH + 2], *n = t->node;
    size_t length = 0;
    for (; n->parent; n = n->parent)
        path[length++] = n;
    return depth < length ? path[length - 1 - depth]->name : bf_str(NULL, 0);
}

static bool plain_numbers(const struct plain_tests *l, const struct pat_test *t)
{
    return l->change && l->depth > 1 && bf_str_is(plain_name(t, 0), "dynamodb") &&
           (bf_str_is(t->node->name, "N") || bf_str_is(t->node->name, "NS"));
}

static bool plain_leaves(const struct plain_tests *l, const struct pat_test *t,
                         const struct plain *v)
{
    bool passed = false;
    for (size_t i = 0; v->kind == PLAIN_ARRAY && i < v->n; i++)
        passed |= plain_leaves(l, t, v->kid[i]);
    for (size_t i = 0; v->kind == PLAIN_SCALAR && i < t->n; i++)
        passed |= plain_takes(&t->value[i], &v->scalar, plain_numbers(l, t));
    return passed;
}

/* Has the event a value at the test's path? */
static bool plain_seen(const struct pat_test *t, size_t depth, const struct plain *v)
{
    struct bf_str name = plain_name(t, depth);
    bool seen = v->kind == PLAIN_SCALAR && !name.p;
    for (size_t i = 0; v->kind == PLAIN_ARRAY && i < v->n; i++)
        seen |= plain_seen(t, depth, v->kid[i]);
    for (size_t i = 0; v->kind == PLAIN_OBJECT && name.p && i < v->n; i++)
        if (bf_str_eq(bf_str_of(v->name[i]), name))
            seen |= plain_seen(t, depth + 1, v->kid[i]);
    return seen;
}

static bool plain_holds(const struct plain_tests *l, const struct plain *v);

static bool plain_member(const struct plain_tests *l, struct bf_str name, const struct plain *v)
{
    struct plain_tests of = {.depth = l->depth + 1, .change = l->change};
    for (size_t i = 0; i < l->n; i++)
        if (bf_str_eq(plain_name(l->test[i], l->depth), name))
            of.test[of.n++] = l->test[i];
    for (size_t i = 0; i < v->n; i++)
        if (bf_str_eq(bf_str_of(v->name[i]), name))
            return plain_holds(&of, v->kid[i]);
    return false;
}

static bool plain_below(const struct plain_tests *l, const struct plain *v)
{
    for (size_t i = 0; v->kind == PLAIN_ARRAY && i < v->n; i++)
        if (plain_below(l, v->kid[i]))
            return true;
    for (size_t i = 0; v->kind == PLAIN_OBJECT && i < l->n; i++)
        if (!plain_member(l, plain_name(l->test[i], l->depth), v))
            return false;
    return v->kind == PLAIN_OBJECT;
}

static bool plain_holds(const struct plain_tests *l, const struct plain *v)
{
    struct plain_tests below = {.depth = l->depth, .change = l->change};
    for (size_t i = 0; i < l->n; i++) {
        const struct pat_test *t = l->test[i];
        if (plain_name(t, l->depth).p)
            below.test[below.n++] = t;
        else if (!plain_leaves(l, t, v))
            return false;
    }
    return !below.n || plain_below(&below, v);
}

/* Does the event match the pattern? */
static bool plain_match(const struct bf_pattern *p, size_t pattern, const struct plain *event,
                        bool change)
{
    for (const struct pat_conj *c = p->conjs; c; c = c->next) {
        struct plain_tests all = {.change = change};
        for (const struct pat_link *l = c->tests; l && all.n < BF_COUNT(all.test); l = l->next)
            if (!l->test->absent || plain_seen(l->test, 0, event))
                all.test[all.n++] = l->test;
        if (c->pattern == pattern && plain_holds(&all, event))
            return true;
    }
    return false;
}

#endif
