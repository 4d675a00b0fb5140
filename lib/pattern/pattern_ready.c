/* From tests to blocks, slots and tables, when all patterns have been added. */
#include "lib/pattern/pattern_table.h"

enum { SCRATCH_MAX = 256 * 1024 * 1024, INSIDE_BYTES = 8 };

struct ranges {
    struct pat_range *at;
    size_t n, cap;
};

struct builder {
    struct bf_pattern *p;
    struct bf_arena scratch; /* the ranges of one node */
    struct pat_block *block; /* the last one */
    struct pat_node *node;   /* the node whose tables are being made */
    struct ranges ranges[PAT_DOMAINS];
    uint32_t *first_but; /* for each slot of the node, from 1; 0: none yet */
    size_t longest;      /* of all tables */
};

/* The slot of the newest block. */
static struct pat_slot *slot_at(struct builder *b, struct pat_node *n)
{
    if (n->nslots && n->slots[n->nslots - 1]->block == b->block)
        return n->slots[n->nslots - 1];
    struct pat_slot *slot = bf_pat_alloc(&b->p->tables, sizeof *slot);
    if (!slot ||
        !bf_pat_grow(&b->p->tables, &n->slots, n->nslots, &n->slots_cap, sizeof(struct pat_slot *)))
        return NULL;
    slot->node = n;
    slot->block = b->block;
    slot->next = b->block->slots;
    b->block->slots = slot;
    n->slots[n->nslots++] = slot;
    return slot;
}

static bool add_part(struct bf_arena *a, struct pat_set *set, uint32_t cell, uint64_t mask)
{
    if (set->n && set->part[set->n - 1].cell == cell) {
        set->part[set->n - 1].mask |= mask;
        return true;
    }
    if (!bf_pat_grow(a, &set->part, set->n, &set->cap, sizeof *set->part))
        return false;
    set->part[set->n++] = (struct pat_part){mask, cell};
    return true;
}

/* Marks the nodes on the path to a test of a conjunction, and the test. */
static bool place_test(struct builder *b, struct pat_test *t, uint64_t bit)
{
    struct pat_node *n = t->node;
    struct pat_slot *at = slot_at(b, n), *slot = at;
    while (slot) {
        n = n->parent;
        if (!n)
            break;
        slot = slot_at(b, n);
    }
    if (!slot)
        return false;
    if (!at->need) {
        at->next_test = b->block->tests;
        b->block->tests = at;
    }
    at->need |= bit;
    at->absent |= t->absent ? bit : 0;
    if (!t->conjs.n) {
        t->next = t->node->tests;
        t->node->tests = t;
    }
    return add_part(&b->p->tables, &t->conjs, (uint32_t)t->node->nslots - 1, bit);
}

static bool place_conj(struct builder *b, struct pat_conj *c)
{
    bool idle = true;
    if (!b->block || b->block->n == PAT_BLOCK)
        b->block = bf_pat_alloc(&b->p->tables, sizeof *b->block);
    if (!b->block)
        return false;
    c->block = b->block;
    c->bit = (uint64_t)1 << b->block->n;
    b->block->n++;
    for (const struct pat_link *l = c->tests; l; l = l->next) {
        if (!place_test(b, l->test, c->bit))
            return false;
        idle &= l->test->absent;
    }
    if (idle && b->p->idle != b->block) {
        b->block->idle = b->p->idle;
        b->p->idle = b->block;
    }
    return true;
}

static bool add_range(struct builder *b, enum pat_domain domain, struct pat_cut from,
                      struct pat_cut to, const struct pat_set *set)
{
    struct ranges *r = &b->ranges[domain];
    if (!bf_pat_grow(&b->scratch, &r->at, r->n, &r->cap, sizeof *r->at))
        return false;
    r->at[r->n++] = (struct pat_range){from, to, set};
    return true;
}

/* Adds the keys of the domain that equal text (all) or begin with it. */
static bool add_text(struct builder *b, enum pat_domain domain, struct bf_str text, bool all,
                     const struct pat_set *set)
{
    bf_pat_key_text *make = bf_pat_key_of[domain];
    if (make) {
        char *key = bf_arena_alloc(&b->p->tables, text.n + PAT_KEY_MORE);
        if (!key)
            return false;
        text = bf_str(key, make(text, text.n, key));
    }
    return add_range(b, domain, (struct pat_cut){text, PAT_BEFORE},
                     (struct pat_cut){text, all ? PAT_AFTER : PAT_PAST}, set);
}

/* Makes the cut before or after a number. */
static bool cut_at(struct builder *b, struct bf_str text, bool after, struct pat_cut *out)
{
    struct pat_number number;
    size_t limit = text.n + PAT_KEY_MORE;
    char *key = bf_arena_alloc(&b->p->tables, limit + PAT_KEY_MORE);
    if (!key || !bf_pat_number_read(text, &number))
        return false;
    *out = (struct pat_cut){bf_str(key, bf_pat_key_number(&number, limit, key)),
                            after ? PAT_AFTER : PAT_BEFORE};
    return true;
}

static bool add_numbers(struct builder *b, const struct pat_value *v, const struct pat_set *set)
{
    struct pat_cut from = {{"", 0}, PAT_BEFORE}, to = {{"", 0}, PAT_PAST};
    if (v->low.p && !cut_at(b, v->low, v->open_low, &from))
        return false;
    if (v->high.p && !cut_at(b, v->high, !v->open_high, &to))
        return false;
    return add_range(b, PAT_NUMBERS, from, to, set);
}

/* From the first address of the network to its last. */
static bool add_network(struct builder *b, const struct pat_value *v, const struct pat_set *set)
{
    char *key = bf_arena_alloc(&b->p->tables, 2 * (sizeof v->address.byte + 1));
    struct pat_address first = v->address, last = v->address;
    if (!key)
        return false;
    for (int bit = v->bits; bit < v->address.n * 8; bit++) {
        unsigned char mask = (unsigned char)(0x80 >> bit % 8);
        first.byte[bit / 8] &= (unsigned char)~mask;
        last.byte[bit / 8] |= mask;
    }
    size_t n = bf_pat_key_address(&first, key);
    (void)bf_pat_key_address(&last, key + n);
    return add_range(b, PAT_ADDRESSES, (struct pat_cut){bf_str(key, n), PAT_BEFORE},
                     (struct pat_cut){bf_str(key + n, n), PAT_AFTER}, set);
}

/* For a wildcard that one search cannot decide: adds its longer end and its longest inner piece; if
 * both are found, the wildcard is tried. */
static bool add_candidate(struct builder *b, const struct pat_value *v, struct bf_str head,
                          struct bf_str tail, const struct pat_set *set)
{
    struct pat_leaf *leaf = b->node->leaf;
    struct bf_str middle = bf_pat_wildcard_middle(v);
    uint32_t cell = (uint32_t)(leaf->nwild / 64);
    uint64_t bit = (uint64_t)1 << leaf->nwild % 64;
    struct pat_set *found = bf_pat_alloc(&b->p->tables, 2 * sizeof *found); /* end, middle */
    middle.n = middle.n < INSIDE_BYTES ? middle.n : INSIDE_BYTES;
    if (!found || !add_part(&b->p->tables, &found[0], PAT_ENDS | cell, bit) ||
        !add_part(&b->p->tables, &found[1], PAT_MIDDLE | cell, bit) ||
        !bf_pat_grow(&b->p->tables, &leaf->wild, leaf->nwild, &leaf->wild_cap,
                     sizeof *leaf->wild) ||
        !bf_pat_grow(&b->p->tables, &leaf->candidates, cell, &leaf->candidates_cap,
                     sizeof *leaf->candidates))
        return false;
    leaf->wild[leaf->nwild++] = (struct pat_wild){v, set};
    leaf->candidates[cell].no_ends |= head.n || tail.n ? 0 : bit;
    leaf->candidates[cell].no_middle |= middle.n ? 0 : bit;
    if (middle.n && !add_text(b, PAT_INSIDE, middle, false, &found[1]))
        return false;
    if (head.n >= tail.n)
        return !head.n || add_text(b, PAT_TEXT, head, false, &found[0]);
    return add_text(b, PAT_REVERSED, tail, false, &found[0]);
}

static bool add_wildcard(struct builder *b, const struct pat_value *v, const struct pat_set *set)
{
    struct bf_str head = bf_str(v->text.p, v->head);
    struct bf_str tail = bf_str(v->text.p + (v->text.n - v->tail), v->tail);
    if (head.n == v->text.n)
        return add_text(b, PAT_TEXT, v->text, true, set);
    if (head.n + 1 == v->text.n)
        return add_text(b, PAT_TEXT, head, false, set);
    if (tail.n + 1 == v->text.n)
        return add_text(b, PAT_REVERSED, tail, false, set);
    return add_candidate(b, v, head, tail, set);
}

static bool add_value(struct builder *b, const struct pat_value *v, const struct pat_set *set)
{
    switch (v->kind) {
    case PAT_STRING:
        return add_text(b, PAT_TEXT, v->text, true, set);
    case PAT_WORD:
        return add_text(b, PAT_WORDS, v->text, true, set);
    case PAT_PREFIX:
        return add_text(b, PAT_TEXT, v->text, false, set);
    case PAT_SUFFIX:
        return add_text(b, PAT_REVERSED, v->text, false, set);
    case PAT_EQUALS_FOLD:
        return add_text(b, PAT_FOLDED, v->text, true, set);
    case PAT_PREFIX_FOLD:
        return add_text(b, PAT_FOLDED, v->text, false, set);
    case PAT_SUFFIX_FOLD:
        return add_text(b, PAT_REVERSED_FOLDED, v->text, false, set);
    case PAT_WILDCARD:
        return add_wildcard(b, v, set);
    case PAT_NUMERIC:
        return add_numbers(b, v, set);
    case PAT_CIDR:
        return add_network(b, v, set);
    default:
        return true;
    }
}

/* Adds to the test all values that v does not exclude; nth counts the buts of t. The first one of
 * each slot shares a cell. */
static bool add_but(struct builder *b, const struct pat_test *t, const struct pat_value *v,
                    size_t nth)
{
    struct pat_leaf *leaf = b->node->leaf;
    struct pat_set *set = bf_pat_alloc(&b->p->tables, sizeof *set);
    if (!set)
        return false;
    for (size_t i = 0; i < t->conjs.n; i++) {
        const struct pat_part *part = &t->conjs.part[i];
        uint32_t first = b->first_but[part->cell],
                 cell = nth || !first ? (uint32_t)leaf->nbut : first - 1;
        if (cell == leaf->nbut) {
            if (!bf_pat_grow(&b->p->tables, &leaf->but, leaf->nbut, &leaf->but_cap,
                             sizeof *leaf->but))
                return false;
            leaf->but[leaf->nbut++] = (struct pat_but){.slot = part->cell};
        }
        if (!nth)
            b->first_but[part->cell] = cell + 1;
        leaf->but[cell].all |= part->mask;
        if (!add_part(&b->p->tables, set, PAT_EXCLUDED | cell, part->mask))
            return false;
    }
    for (size_t i = 0; i < v->n; i++)
        if (!add_value(b, &v->list[i], set))
            return false;
    return true;
}

static bool add_test(struct builder *b, const struct pat_test *t)
{
    size_t buts = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct pat_value *v = &t->value[i];
        bool but = v->kind == PAT_BUT || v->kind == PAT_EXISTS;
        if (but ? !add_but(b, t, v, buts++) : !add_value(b, v, &t->conjs))
            return false;
    }
    return true;
}

static bool make_tables(struct builder *b, struct pat_node *n)
{
    struct pat_leaf *leaf = bf_pat_alloc(&b->p->tables, sizeof *leaf);
    bf_arena_reset(&b->scratch);
    memset(b->ranges, 0, sizeof b->ranges);
    b->first_but = bf_pat_alloc(&b->scratch, n->nslots * sizeof *b->first_but);
    n->leaf = leaf;
    b->node = n;
    if (!leaf || !b->first_but)
        return false;
    for (const struct pat_test *t = n->tests; t; t = t->next)
        if (!add_test(b, t))
            return false;
    for (enum pat_domain d = 0; d < PAT_DOMAINS; d++) {
        if (!b->ranges[d].n)
            continue;
        struct pat_table *t =
            bf_pat_table_new(b->p, &b->scratch, d, b->ranges[d].at, b->ranges[d].n);
        if (!t)
            return false;
        if (d == PAT_INSIDE)
            leaf->inside = t;
        else {
            t->next = leaf->tables;
            leaf->tables = t;
        }
        b->longest = t->longest > b->longest ? t->longest : b->longest;
    }
    return true;
}

static bool make_all_tables(struct builder *b, struct pat_node *n)
{
    if (n->tests && !make_tables(b, n))
        return false;
    for (size_t i = 0; i < n->nkids; i++)
        if (!make_all_tables(b, n->kids[i]))
            return false;
    return true;
}

static bool is_image(const struct pat_node *n)
{
    return bf_str_is(n->name, "NewImage") || bf_str_is(n->name, "OldImage") ||
           bf_str_is(n->name, "Keys");
}

static bool only_parsed(const struct pat_node *root)
{
    bool ok = true;
    for (size_t i = 0; i < root->nkids; i++) {
        const struct pat_node *n = root->kids[i];
        ok &= (bf_str_is(n->name, "eventName") && !n->nkids) ||
              (bf_str_is(n->name, "dynamodb") && !n->leaf);
        for (size_t k = 0; k < n->nkids; k++)
            ok &= is_image(n->kids[k]) && !n->kids[k]->leaf;
    }
    return ok;
}

bool bf_pattern_ready(struct bf_pattern *p, struct bf_err *e)
{
    struct builder b = {.p = p};
    bool ok = true;
    if (p->ready)
        return true;
    bf_arena_init(&b.scratch, SCRATCH_MAX);
    for (struct pat_conj *c = p->conjs; c && ok; c = c->next)
        ok = place_conj(&b, c);
    ok = ok && make_all_tables(&b, p->root);
    ok = ok && (p->key = bf_arena_alloc(&p->tables, b.longest + 2 * PAT_KEY_MORE));
    if (!ok)
        bf_pat_nomem(b.scratch.used > p->tables.used ? &b.scratch : &p->tables, e);
    bf_arena_free(&b.scratch);
    p->parsed = only_parsed(p->root);
    p->ready = ok;
    return ok;
}
