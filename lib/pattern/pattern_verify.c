/*
 * Evaluates the conjunctions of a block over an event exactly: below an array of objects all tests
 * of a conjunction must match in the same element. The same code finds out why one does not match.
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
    bool numbers;                /* the event is a change record */
    const struct pat_test *only; /* NULL: all tests of the block */
    uint64_t want, stamp;
};

/* How the conjunctions depend on a node, as in struct pat_slot. */
struct stake {
    uint64_t need, absent, live, present;
};

static struct stake stake_in(const struct look *l, const struct pat_node *n)
{
    const struct pat_slot *s = n->slot;
    if (n->verify != l->stamp)
        return (struct stake){0};
    if (l->only)
        return (struct stake){.need = n == l->only->node ? l->want : 0,
                              .absent = l->only->absent ? l->want : 0,
                              .live = l->want,
                              .present = l->only->absent ? 0 : l->want};
    return (struct stake){s->need & l->want, s->absent & l->want, s->live & l->want,
                          s->present & l->want};
}

/* Collects from the scalars at p, including those in arrays. */
static const char *leaf(struct look *l, const struct pat_node *n, const char *p, bool *seen)
{
    struct pat_scalar s;
    if (*p == '{')
        return skip(p);
    if (*p == '[') {
        p = space(p + 1);
        while (p && *p != ']') {
            p = leaf(l, n, p, seen);
            p = p ? space(p) : NULL;
            if (p && *p == ',')
                p = space(p + 1);
        }
        return p ? p + 1 : NULL;
    }
    p = bf_pat_scalar(l->p, p, &s);
    *seen = true;
    if (p)
        bf_pat_collect(l->p, n, &s, l->numbers);
    return p;
}

static uint64_t leaf_holds(struct look *l, const struct pat_node *n, uint64_t absent, const char *p)
{
    bool seen = false;
    l->p->stamp++;
    (void)leaf(l, n, p, &seen);
    return (n->slot->stamp == l->p->stamp ? n->slot->met : 0) | (seen ? 0 : absent);
}

static uint64_t holds(struct look *l, struct pat_node *n, const char *p);
static uint64_t kids_hold(struct look *l, struct pat_node *n, const char *p);

static void forget_kids(const struct pat_node *n)
{
    for (size_t i = 0; i < n->nkids; i++) {
        n->kids[i]->held = 0;
        n->kids[i]->found = false;
    }
}

static uint64_t kids_held(const struct look *l, const struct pat_node *n)
{
    uint64_t all = l->want;
    for (size_t i = 0; i < n->nkids; i++) {
        const struct pat_node *kid = n->kids[i];
        struct stake s = stake_in(l, kid);
        all &= kid->held | ~s.live | (kid->found ? 0 : ~s.present);
    }
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
        struct stake s = stake_in(l, kid);
        forget_kids(kid);
        member_holds(l, kid, rest, p);
        kid->held |= kids_held(l, kid) & (~s.need | s.absent);
    } else
        kid->held |= holds(l, kid, p);
    kid->found = true;
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

/* One element must match all tests; if no value is required, no element may have one. */
static uint64_t kids_hold_array(struct look *l, struct pat_node *n, const char *p)
{
    uint64_t some = 0, every = l->want, present = stake_in(l, n).present;
    for (p = space(p + 1); *p != ']'; p = *p == ',' ? space(p + 1) : p) {
        if (*p == '{' || *p == '[') {
            uint64_t held = kids_hold(l, n, p);
            some |= held;
            every &= held;
        }
        p = skip(p);
        if (!p)
            return 0;
        p = space(p);
    }
    return (some & present) | (every & ~present);
}

static uint64_t kids_hold(struct look *l, struct pat_node *n, const char *p)
{
    if (*p == '{')
        return kids_hold_object(l, n, p);
    if (*p == '[')
        return kids_hold_array(l, n, p);
    return l->want & ~stake_in(l, n).present;
}

/* The conjunctions of want of which all tests at n and below match the value at p. */
static uint64_t holds(struct look *l, struct pat_node *n, const char *p)
{
    struct stake s = stake_in(l, n);
    uint64_t below = 0, held = l->want;
    if (s.need)
        held &= ~s.need | leaf_holds(l, n, s.absent, p);
    for (size_t i = 0; i < n->nkids; i++)
        below |= stake_in(l, n->kids[i]).live;
    return below ? held & (~below | kids_hold(l, n, p)) : held;
}

static void take_part(struct look *l, struct pat_node *n, struct pat_slot *slot)
{
    n->verify = l->stamp;
    n->slot = slot;
}

uint64_t bf_pat_verify(struct bf_pattern *p, struct pat_block *block, uint64_t want,
                       const struct pat_test *test, bool numbers, const char *text)
{
    struct look l = {.p = p, .numbers = numbers, .only = test, .want = want, .stamp = ++p->verify};
    for (struct pat_slot *slot = block->slots; slot; slot = slot->next)
        if (!test || (slot->node == test->node))
            take_part(&l, slot->node, slot);
    for (struct pat_node *n = test ? test->node->parent : NULL; n; n = n->parent)
        take_part(&l, n, NULL);
    return holds(&l, p->root, text);
}
