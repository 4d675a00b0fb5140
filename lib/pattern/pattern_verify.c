/*
 * Evaluates the conjunctions of a block over an event exactly: below an array of objects all tests
 * of a conjunction must match in the same element. A test for absence is true if the whole event has
 * no value there, as in the service; otherwise another of its values has to match. The same code
 * finds out why one does not match.
 * All results are bits, one for each conjunction.
 */
#include "lib/pattern/pattern_impl.h"

/* Skips the value at p, which is valid. */
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
    uint64_t want, stamp;
};

/* The conjunctions that need a value at a node; those that need one there or below. */
static uint64_t here(const struct look *l, const struct pat_node *n)
{
    return n->verify == l->stamp ? n->slot->here : 0;
}

static uint64_t live(const struct look *l, const struct pat_node *n)
{
    return n->verify == l->stamp ? n->slot->live : 0;
}

/* Collects from the scalars at p, including those in arrays. */
static const char *leaf(struct look *l, const struct pat_node *n, const char *p)
{
    struct pat_scalar s;
    if (*p == '{')
        return skip(p);
    if (*p == '[') {
        p = space(p + 1);
        while (p && *p != ']') {
            p = leaf(l, n, p);
            p = p ? space(p) : NULL;
            if (p && *p == ',')
                p = space(p + 1);
        }
        return p ? p + 1 : NULL;
    }
    p = bf_pat_scalar(l->p, p, &s);
    if (p)
        bf_pat_collect(l->p, n, &s, l->numbers);
    return p;
}

static uint64_t leaf_holds(struct look *l, const struct pat_node *n, const char *p)
{
    l->p->stamp++;
    (void)leaf(l, n, p);
    return n->slot->stamp == l->p->stamp ? n->slot->met : 0;
}

static uint64_t holds(struct look *l, struct pat_node *n, const char *p);
static uint64_t kids_hold(struct look *l, struct pat_node *n, const char *p);

static void forget_kids(const struct pat_node *n)
{
    for (size_t i = 0; i < n->nkids; i++)
        n->kids[i]->held = 0;
}

static uint64_t kids_held(const struct look *l, const struct pat_node *n)
{
    uint64_t all = l->want;
    for (size_t i = 0; i < n->nkids; i++)
        all &= n->kids[i]->held | ~live(l, n->kids[i]);
    return all;
}

/* The member of that name in an object at n; the part after a dot is the name of a member of an
 * object that has no other. */
static void member_holds(struct look *l, const struct pat_node *n, struct bf_str name,
                         const char *p)
{
    struct bf_str step = name, rest = {0};
    const char *dot = name.n ? memchr(name.p, '.', name.n) : NULL;
    if (dot) {
        step.n = (size_t)(dot - name.p);
        rest = bf_str(dot + 1, name.n - step.n - 1);
    }
    struct pat_node *kid = bf_pat_kid_step(n, step);
    if (!kid || kid->verify != l->stamp)
        return;
    if (dot) {
        forget_kids(kid);
        member_holds(l, kid, rest, p);
        kid->held |= kids_held(l, kid) & ~here(l, kid);
    } else
        kid->held |= holds(l, kid, p);
}

static uint64_t kids_hold_object(struct look *l, struct pat_node *n, const char *p)
{
    forget_kids(n);
    for (p = space(p + 1); *p != '}'; p = *p == ',' ? space(p + 1) : p) {
        bool escaped;
        struct core core = {.start = p, .end = p + SIZE_MAX / 4};
        const char *name = p + 1;
        p = core_string(&core, name, &escaped);
        if (!p)
            return 0;
        size_t length = (size_t)(p - name) - 1;
        p = space(space(p) + 1);
        if (bf_pat_kid(l->p, n, name, length, escaped))
            member_holds(l, n, escaped ? bf_buf_view(&l->p->name) : bf_str(name, length), p);
        p = skip(p);
        if (!p)
            return 0;
        p = space(p);
    }
    return kids_held(l, n);
}

/* One element must match all tests. */
static uint64_t kids_hold_array(struct look *l, struct pat_node *n, const char *p)
{
    uint64_t some = 0;
    for (p = space(p + 1); *p != ']'; p = *p == ',' ? space(p + 1) : p) {
        if (*p == '{' || *p == '[')
            some |= kids_hold(l, n, p);
        p = skip(p);
        if (!p)
            return 0;
        p = space(p);
    }
    return some;
}

static uint64_t kids_hold(struct look *l, struct pat_node *n, const char *p)
{
    if (*p == '{')
        return kids_hold_object(l, n, p);
    return *p == '[' ? kids_hold_array(l, n, p) : 0;
}

/* The conjunctions of want of which all tests at n and below match the value at p. */
static uint64_t holds(struct look *l, struct pat_node *n, const char *p)
{
    uint64_t need = here(l, n), below = 0, held = l->want;
    if (need)
        held &= ~need | leaf_holds(l, n, p);
    for (size_t i = 0; i < n->nkids; i++)
        below |= live(l, n->kids[i]);
    return below ? held & (~below | kids_hold(l, n, p)) : held;
}

/* The nodes of the block, or of one test, take part. */
static void take_part(struct look *l, struct pat_block *block, const struct pat_node *only)
{
    for (struct pat_slot *slot = block->slots; slot; slot = slot->next) {
        struct pat_node *n = slot->node;
        n->verify = l->stamp;
        n->slot = slot;
        slot->live = slot->here = 0;
        if (!only || n == only)
            slot->here =
                slot->need & l->want & (n->seen == l->p->event ? ~(uint64_t)0 : ~slot->absent);
    }
    for (struct pat_slot *slot = block->slots; slot; slot = slot->next)
        for (struct pat_node *n = slot->here ? slot->node : NULL; n; n = n->parent)
            n->slot->live |= slot->here;
}

uint64_t bf_pat_verify(struct bf_pattern *p, struct pat_block *block, uint64_t want,
                       const struct pat_test *test, bool numbers, const char *text)
{
    struct look l = {.p = p, .numbers = numbers, .want = want, .stamp = ++p->verify};
    take_part(&l, block, test ? test->node : NULL);
    return holds(&l, p->root, text);
}
