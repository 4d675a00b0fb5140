/* One value of an event against all tests of a node. */
#include "lib/pattern/pattern_table.h"

enum { FEW = 3 }; /* so few wildcards are cheaper to try than to search for */

static void add(struct bf_pattern *p, const struct pat_node *n, const struct pat_part *part)
{
    uint32_t kind = part->cell & (PAT_EXCLUDED | PAT_ENDS | PAT_MIDDLE), cell = part->cell & ~kind;
    if (kind) {
        *(kind == PAT_EXCLUDED ? &n->leaf->but[cell].excluded
          : kind == PAT_ENDS   ? &n->leaf->candidates[cell].ends
                               : &n->leaf->candidates[cell].middle) |= part->mask;
        return;
    }
    struct pat_slot *slot = n->slots[cell];
    if (slot->stamp != p->stamp) {
        slot->stamp = p->stamp;
        slot->met = 0;
    }
    slot->met |= part->mask;
    if (slot->block->stamp != p->stamp) {
        slot->block->stamp = p->stamp;
        slot->block->met = p->met;
        p->met = slot->block;
    }
}

/* Is the cut before the key? */
static inline bool in_front(const struct pat_cut *c, struct bf_str key)
{
    size_t n = c->text.n < key.n ? c->text.n : key.n;
    int order = n ? memcmp(c->text.p, key.p, n) : 0;
    if (order || c->text.n > key.n)
        return order < 0;
    return c->side == PAT_BEFORE || (c->side == PAT_AFTER && c->text.n < key.n);
}

static void look_up(struct bf_pattern *p, const struct pat_node *n, const struct pat_table *t,
                    struct bf_str key)
{
    uint64_t head = bf_pat_key_head(key);
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->head[middle] != head ? t->head[middle] < head : in_front(&t->cut[middle], key))
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t s = t->n + 1 + low; s; s = t->segment[s].up)
        for (uint32_t i = t->segment[s].first; i < t->segment[s + 1].first; i++)
            add(p, n, &t->part[i]);
}

static void look_inside(struct bf_pattern *p, const struct pat_node *n, const struct pat_table *t,
                        struct bf_str text)
{
    for (; text.n; text.p++, text.n--) {
        unsigned char first = (unsigned char)text.p[0], second = 0;
        if (text.n > 1)
            second = (unsigned char)text.p[1];
        if (t->pairs[first << 2 | second >> 6] >> (second & 63) & 1)
            look_up(p, n, t, bf_str(text.p, text.n > t->longest ? t->longest + 1 : text.n));
    }
}

static bool number_key(const struct bf_pattern *p, const struct pat_scalar *s, bool strings,
                       size_t limit, size_t *n)
{
    struct pat_number number;
    if (s->first == '"' ? !strings : s->first != '-' && !core_digit(s->first))
        return false;
    if (!bf_pat_number_read(s->text, &number))
        return false;
    *n = bf_pat_key_number(&number, limit, p->key);
    return true;
}

static bool address_key(const struct bf_pattern *p, const struct pat_scalar *s, size_t *n)
{
    struct pat_address address;
    if (s->first != '"' || !bf_pat_address_read(s->text, &address))
        return false;
    *n = bf_pat_key_address(&address, p->key);
    return true;
}

/* The scalar as a key of that table. False: it cannot be one. */
static bool make_key(const struct bf_pattern *p, const struct pat_table *t,
                     const struct pat_scalar *s, bool strings_are_numbers, struct bf_str *key)
{
    size_t limit = t->longest + 1;
    bf_pat_key_text *make = bf_pat_key_of[t->domain];
    *key = bf_str(p->key, 0);
    if (t->domain == PAT_NUMBERS)
        return number_key(p, s, strings_are_numbers, limit, &key->n);
    if (t->domain == PAT_ADDRESSES)
        return address_key(p, s, &key->n);
    if (make)
        key->n = make(s->text, limit, p->key);
    else
        *key = s->text;
    return (t->domain == PAT_WORDS) == (s->first != '"');
}

/* Tries the wildcards whose beginning or end was found; if there are many, only those whose middle
 * was found too. */
static void try_wildcards(struct bf_pattern *p, const struct pat_node *n, struct bf_str text)
{
    const struct pat_leaf *leaf = n->leaf;
    size_t count = 0, cells = (leaf->nwild + 63) / 64;
    for (struct pat_candidates *c = leaf->candidates; c < leaf->candidates + cells; c++) {
        c->ends |= c->no_ends;
        count += (size_t)__builtin_popcountll(c->ends);
    }
    if (count > FEW && leaf->inside) {
        look_inside(p, n, leaf->inside, text);
        for (struct pat_candidates *c = leaf->candidates; c < leaf->candidates + cells; c++) {
            c->ends &= c->middle | c->no_middle;
            c->middle = 0;
        }
    }
    for (size_t i = 0; i < cells; i++)
        for (uint64_t *ends = &leaf->candidates[i].ends; *ends; *ends &= *ends - 1) {
            const struct pat_wild *w = &leaf->wild[i * 64 + (size_t)__builtin_ctzll(*ends)];
            if (bf_pat_wildcard_takes(w->value, text))
                for (size_t k = 0; k < w->set->n; k++)
                    add(p, n, &w->set->part[k]);
        }
}

void bf_pat_collect(struct bf_pattern *p, const struct pat_node *n, const struct pat_scalar *s,
                    bool numbers)
{
    const struct pat_leaf *leaf = n->leaf;
    for (const struct pat_table *t = leaf->tables; t; t = t->next) {
        struct bf_str key;
        if (make_key(p, t, s, numbers && n->numbers, &key))
            look_up(p, n, t, key);
    }
    if (leaf->nwild && s->first == '"')
        try_wildcards(p, n, s->text);
    for (size_t i = 0; i < leaf->nbut; i++) {
        struct pat_but *but = &leaf->but[i];
        uint64_t taken = but->all & ~but->excluded;
        if (taken)
            add(p, n, &(struct pat_part){taken, but->slot});
        but->excluded = 0;
    }
}
