/* The table of names that finds one that stands twice: all but the look that is nearly always enough (change_names.h). */
#include "lib/ddb/change_names.h"

#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/json/scan.h"

enum {
    SLOTS = 1024, /* 8 KiB: few names of a usual item meet */
    PROBES = 8    /* so many slots taken in a row: the table is too small */
};

bool bf_change_names_new(struct bf_change *c)
{
    struct bf_change_names *t = calloc(1, sizeof *t);
    struct names_slot *slot = calloc(SLOTS, sizeof *slot);
    if (!t || !slot) {
        free(t);
        free(slot);
        return false;
    }
    *t = (struct bf_change_names){
        .slot = slot, .mask = SLOTS - 1, .seed = {bf_rng_entropy(), bf_rng_entropy()}};
    c->names = t;
    return true;
}

void bf_change_names_free(struct bf_change_names *t)
{
    if (t)
        free(t->slot);
    free(t);
}

void bf_change_names_wrap(struct bf_change_names *t)
{
    memset(t->slot, 0, (t->mask + 1) * sizeof *t->slot);
    t->stamp = 0;
}

/* The name that begins at p, up to its quote, which the scan has found before. */
static struct bf_str name_at(const char *p, bool *escaped)
{
    size_t n = 0;
    *escaped = false;
    while (p[n] != '"') {
        *escaped |= p[n] == '\\';
        n += p[n] == '\\' ? 2 : 1;
    }
    return bf_str(p, n);
}

/* The name as it is meant, in s->change->name when it is written with escapes. Then the hash may read 16 bytes after it.
 * False: no memory. */
static bool decode(struct change_scan *s, struct bf_str *name, bool escaped)
{
    struct bf_buf *b = &s->change->name;
    if (!escaped)
        return true;
    bf_buf_reset(b);
    bf_json_unescape(b, *name);
    *name = bf_str(b->p, b->n);
    bf_buf_add(b, (char[16]){0}, 16);
    name->p = b->p;
    if (!bf_buf_ok(b))
        s->core.code = BF_E_MEMORY;
    return bf_buf_ok(b);
}

/* Is the name at a place in the text this (decoded) one? */
static bool is_name(const char *at, struct bf_str name)
{
    struct bf_json_key key;
    key.text = name_at(at, &key.escaped);
    return bf_json_key_eq(&key, name);
}

/* Four times as many slots, the names of this image in them. */
static bool grow(struct change_scan *s)
{
    struct bf_change_names *t = s->names;
    size_t mask = t->mask * 4 + 3;
    struct names_slot *slot = calloc(mask + 1, sizeof *slot);
    bool ok = slot != NULL;
    for (size_t i = 0; ok && i <= t->mask; i++) {
        bool escaped;
        if (t->slot[i].stamp < t->first)
            continue;
        struct bf_str name = name_at(s->core.start + t->slot[i].at, &escaped);
        ok = decode(s, &name, escaped);
        size_t k = ok ? names_hash(t, names_base(t, t->slot[i].stamp), name.p, name.n) & mask : 0;
        while (slot[k].stamp)
            k = (k + 1) & mask;
        slot[k] = t->slot[i];
    }
    if (!ok) {
        free(slot);
        s->core.code = BF_E_MEMORY;
        return false;
    }
    free(t->slot);
    t->slot = slot;
    t->mask = mask;
    return true;
}

bool bf_change_names_probe(struct change_scan *s, const struct bf_attr *a, uint32_t stamp)
{
    struct bf_change_names *t = s->names;
    struct bf_str name = a->name;
    if (!decode(s, &name, a->name_escaped))
        return false;
    uint64_t hash = names_hash(t, names_base(t, stamp), name.p, name.n);
    for (size_t i = hash & t->mask, n = 0;; i = (i + 1) & t->mask, n++) {
        struct names_slot *slot = &t->slot[i];
        if (slot->stamp < t->first) {
            *slot = (struct names_slot){stamp, (uint32_t)(a->name.p - s->core.start)};
            break;
        }
        if (slot->stamp == stamp && is_name(s->core.start + slot->at, name))
            return false;
        /* a table of more slots than the text has bytes is large enough, whatever meets in it */
        if (n == PROBES && t->mask < (size_t)(s->core.end - s->core.start))
            return grow(s) && bf_change_names_probe(s, a, stamp);
    }
    return true;
}
