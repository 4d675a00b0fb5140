/*
 * One conjunction over an event, exactly: below an array of objects all its
 * tests have to hold in one element. And, on the same footing, why not.
 */
#include "lib/cdc/pattern_impl.h"

/* Over the value at p, which is valid. */
static const char *skip(const char *p)
{
    struct core core = {.start = p, .end = p + SIZE_MAX / 4};
    return core_skip(&core, p, 0);
}

static const char *space(const char *p)
{
    struct core core = {.start = p, .end = p + SIZE_MAX / 4};
    return core_space(&core, p);
}

struct look {
    struct bf_pattern *p;
    bool numbers; /* the event is a change record */
    uint64_t stamp;
};

/* The scalars at p, arrays of them included: was there one, does one pass? */
static const char *leaf(struct look *l, const struct pat_node *n, const char *p, bool *seen,
                        bool *passed)
{
    struct pat_scalar s;
    if (*p == '{')
        return skip(p);
    if (*p == '[') {
        p = space(p + 1);
        while (p && *p != ']') {
            p = leaf(l, n, p, seen, passed);
            p = p ? space(p) : NULL;
            if (p && *p == ',')
                p = space(p + 1);
        }
        return p ? p + 1 : NULL;
    }
    p = bf_pat_scalar(l->p, p, &s);
    *seen = true;
    for (size_t i = 0; p && i < n->active->n && !*passed; i++)
        *passed = bf_pat_value_takes(&n->active->value[i], &s, l->numbers && n->numbers);
    return p;
}

static bool leaf_holds(struct look *l, const struct pat_node *n, const char *p)
{
    bool seen = false, passed = false;
    (void)leaf(l, n, p, &seen, &passed);
    return passed || (!seen && n->active->absent);
}

static bool holds(struct look *l, struct pat_node *n, const char *p);
static bool kids_hold(struct look *l, struct pat_node *n, const char *p);

static bool kids_hold_object(struct look *l, struct pat_node *n, const char *p)
{
    for (size_t i = 0; i < n->nkids; i++)
        n->kids[i]->state = PAT_MISSING;
    for (p = space(p + 1); *p != '}'; p = *p == ',' ? space(p + 1) : p) {
        bool escaped;
        struct core core = {.start = p, .end = p + SIZE_MAX / 4};
        const char *name = p + 1;
        p = core_string(&core, name, &escaped);
        if (!p)
            return false;
        struct pat_node *kid = bf_pat_kid(l->p, n, name, (size_t)(p - name) - 1, escaped);
        p = space(space(p) + 1);
        if (kid && kid->live == l->stamp && kid->state != PAT_HELD)
            kid->state = holds(l, kid, p) ? PAT_HELD : PAT_FAILED;
        p = skip(p);
        if (!p)
            return false;
        p = space(p);
    }
    for (size_t i = 0; i < n->nkids; i++) {
        const struct pat_node *kid = n->kids[i];
        if (kid->live == l->stamp && kid->state != PAT_HELD &&
            (kid->state == PAT_FAILED || kid->positive == l->stamp))
            return false;
    }
    return true;
}

/* One element has all that is wanted; where nothing is wanted to be there, no element has it. */
static bool kids_hold_array(struct look *l, struct pat_node *n, const char *p)
{
    bool positive = n->positive == l->stamp;
    for (p = space(p + 1); *p != ']'; p = *p == ',' ? space(p + 1) : p) {
        if ((*p == '{' || *p == '[') && kids_hold(l, n, p) == positive)
            return positive;
        p = skip(p);
        if (!p)
            return false;
        p = space(p);
    }
    return !positive;
}

static bool kids_hold(struct look *l, struct pat_node *n, const char *p)
{
    if (*p == '{')
        return kids_hold_object(l, n, p);
    if (*p == '[')
        return kids_hold_array(l, n, p);
    return n->positive != l->stamp;
}

static bool holds(struct look *l, struct pat_node *n, const char *p)
{
    bool below = false;
    if (n->active && !leaf_holds(l, n, p))
        return false;
    for (size_t i = 0; i < n->nkids && !below; i++)
        below = n->kids[i]->live == l->stamp;
    return !below || kids_hold(l, n, p);
}

static void activate(struct bf_pattern *p, const struct pat_test *t)
{
    t->node->active = t;
    for (struct pat_node *n = t->node; n; n = n->parent) {
        n->live = p->verify;
        if (!t->absent)
            n->positive = p->verify;
    }
}

bool bf_pat_verify(struct bf_pattern *p, const struct pat_conj *conj, const struct pat_test *test,
                   bool numbers, const char *text)
{
    struct look l = {.p = p, .numbers = numbers, .stamp = ++p->verify};
    for (const struct pat_link *t = conj->tests; t; t = t->next)
        t->test->node->active = NULL;
    for (const struct pat_link *t = conj->tests; t; t = t->next)
        if (!test || t->test == test)
            activate(p, t->test);
    bool ok = holds(&l, p->root, text);
    for (const struct pat_link *t = conj->tests; t; t = t->next)
        t->test->node->active = NULL;
    return ok;
}
