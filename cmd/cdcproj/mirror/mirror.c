#include "cmd/cdcproj/mirror/mirror.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/json/scan.h"
#include "cmd/cdcproj/mirror/mirror_store.h"
#include "lib/cli/diag.h"

enum { ARENA_MAX = 64 * 1024 * 1024, TEXT_MAX = 256 * 1024 * 1024, MIRRORS_MAX = 200 };

static const char *const kinds[] = {"string", "number", "boolean", "binary", "json"};

const char *kind_name(enum kind kind)
{
    return kinds[kind];
}

bool kind_parse(struct bf_str word, enum kind *kind)
{
    for (int i = 0; i < KINDS; i++)
        if (bf_str_eq(word, bf_str_of(kinds[i]))) {
            *kind = (enum kind)i;
            return true;
        }
    return false;
}

bool type_parse(struct bf_str text, struct bf_str *name, enum kind *kind, struct bf_err *e)
{
    size_t n = text.n;
    while (n > 0 && text.p[n - 1] != ':')
        n--;
    *name = bf_str(text.p, n ? n - 1 : 0);
    return (n > 1 && kind_parse(bf_str(text.p + n, text.n - n), kind)) ||
           bf_err_set(e, BF_E_USAGE,
                      "--types: '%.*s': NAME:TYPE with string, number, boolean, binary or json was "
                      "expected",
                      BF_SHOWN(text));
}

enum kind kind_of(enum bf_attr_type type)
{
    switch (type) {
    case BF_ATTR_S:
        return KIND_STRING;
    case BF_ATTR_N:
        return KIND_NUMBER;
    case BF_ATTR_B:
        return KIND_BINARY;
    case BF_ATTR_BOOL:
        return KIND_BOOLEAN;
    default:
        return KIND_JSON;
    }
}

void mirrors_init(struct mirrors *m, const struct mirror_store *store, const char *where,
                  const struct config *c)
{
    *m = (struct mirrors){.store = store, .where = where, .config = c};
    bf_arena_init(&m->arena, ARENA_MAX);
    bf_buf_init(&m->sql, TEXT_MAX);
    bf_buf_init(&m->scratch, TEXT_MAX);
    bf_buf_init(&m->key, TEXT_MAX);
    bf_map_init(&m->seen, 1 << 20);
}

static void forget(struct mirrors *m, struct mirror *t)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (t->stmt[i])
            m->db->api->finalize(t->stmt[i]);
    if (t->fold)
        m->db->api->finalize(t->fold);
    bf_map_free(&t->touched);
    free(t->tomb_bits);
    if (t->batch)
        m->store->forget(t);
    bf_map_free(&t->by_attribute);
    bf_map_free(&t->taken);
    free(t->col);
    free(t->name);
    free(t->source);
    free(t);
}

void mirrors_free(struct mirrors *m)
{
    sqlite3_stmt *all[] = {m->find_tomb, m->put_tomb, m->drop_tomb};
    for (struct mirror *t = m->first, *next; t; t = next) {
        next = t->next;
        forget(m, t);
    }
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (all[i])
            m->db->api->finalize(all[i]);
    bf_arena_free(&m->arena);
    bf_buf_free(&m->sql);
    bf_buf_free(&m->scratch);
    bf_buf_free(&m->key);
    bf_map_free(&m->seen);
}

struct mirror *mirror_new(struct mirrors *m, struct bf_str name, struct bf_str source,
                          struct bf_err *e)
{
    size_t n = 0;
    struct mirror *t = calloc(1, sizeof *t), **end = &m->first;
    if (t) {
        bf_map_init(&t->by_attribute, 1 << 20);
        bf_map_init(&t->taken, 1 << 20);
        bf_map_init(&t->touched, 1 << 24);
        t->name = bf_str_dup(name);
        t->source = bf_str_dup(source);
    }
    if (!t || !t->name || !t->source) {
        if (t)
            forget(m, t);
        bf_err_nomem(e);
        return NULL;
    }
    for (; *end; end = &(*end)->next)
        n++;
    *end = t;
    if (n < MIRRORS_MAX)
        return t;
    bf_err_set(e, BF_E_INPUT, "more than %d tables in one stream: choose one with --table",
               MIRRORS_MAX);
    return NULL;
}

static struct bf_str attr_name(struct mirrors *m, const struct bf_attr *a)
{
    if (!a->name_escaped)
        return a->name;
    bf_buf_reset(&m->scratch);
    bf_json_unescape(&m->scratch, a->name);
    return bf_buf_view(&m->scratch);
}

/* Does the line have the keys of the mirror, in any order? */
static bool same_keys(struct mirrors *m, const struct mirror *t, const struct line *l)
{
    size_t found = 0;
    for (size_t i = 0; i < l->nkeys; i++) {
        struct bf_str name = attr_name(m, l->key[i]);
        for (size_t k = 0; k < t->nkeys; k++)
            found += bf_str_eq(name, t->key[k]) && kind_of(l->key[i]->type) == t->key_kind[k];
    }
    return found == l->nkeys && l->nkeys == t->nkeys;
}

/* The keys for messages: order_id (string). */
static struct bf_str keys_text(struct mirrors *m, const struct mirror *t)
{
    bf_buf_reset(&m->scratch);
    for (size_t i = 0; i < t->nkeys; i++)
        bf_buf_addf(&m->scratch, "%s%.*s (%s)", i ? ", " : "", BF_SHOWN(t->key[i]),
                    kinds[t->key_kind[i]]);
    return bf_buf_view(&m->scratch);
}

static bool fits(struct mirrors *m, struct mirror *t, const struct line *l, struct bf_err *e)
{
    static const char *const by[] = {"nothing", "time", "time and Kinesis sequence number",
                                     "stream sequence number", "_seq"};
    if (!same_keys(m, t, l)) {
        struct bf_str keys = keys_text(m, t);
        return bf_err_set(
            e, BF_E_INPUT,
            "the keys are not those of the mirror %s: %.*s; was the table created again? "
            "Project it into another %s",
            t->name, BF_SHOWN_TO(keys, 120), m->store->other);
    }
    if (l->fill)
        return true; /* an item of an export is older than any change */
    if (t->ordering_known && t->ordered != l->ordered)
        return bf_err_set(e, BF_E_INPUT,
                          "the mirror %s is ordered by %s, this change by %s: they cannot be "
                          "compared; project it into another %s",
                          t->name, by[t->ordered], by[l->ordered], m->store->other);
    if (!t->ordering_known) {
        t->ordered = l->ordered;
        t->ordering_known = true;
        return m->store->order(m, t, e);
    }
    return true;
}

struct mirror *mirror_find(struct mirrors *m, struct bf_str source, const struct line *l, bool *bad,
                           struct bf_err *e)
{
    struct mirror *t = m->first;
    while (t && !bf_str_eq(bf_str_of(t->source), source))
        t = t->next;
    if (!t)
        t = mirror_make(m, source, l, e);
    if (!t) {
        *bad = e->code == BF_E_INPUT;
        return NULL;
    }
    if (fits(m, t, l, e))
        return t;
    *bad = e->code == BF_E_INPUT;
    return NULL;
}

/* The key of the map by_attribute: a byte for the kind, then the name. */
static uint64_t *entry(struct mirrors *m, struct mirror *t, struct bf_str name, int kind, bool put)
{
    bool added;
    bf_buf_reset(&m->key);
    bf_buf_addc(&m->key, (char)('0' + kind));
    bf_buf_adds(&m->key, name);
    if (!bf_buf_ok(&m->key))
        return NULL;
    return put ? bf_map_put(&t->by_attribute, bf_buf_view(&m->key), &added)
               : bf_map_get(&t->by_attribute, bf_buf_view(&m->key));
}

bool mirror_add(struct mirrors *m, struct mirror *t, const struct column *c, struct bf_err *e)
{
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 32;
        struct column *p = realloc(t->col, cap * sizeof *p);
        if (!p)
            return bf_err_nomem(e);
        t->col = p;
        t->cap = cap;
    }
    struct column *to = &t->col[t->n];
    *to = *c;
    if (!bf_arena_copy(&m->arena, c->attribute, &to->attribute) ||
        !bf_arena_copy(&m->arena, c->name, &to->name) ||
        !bf_arena_copy(&m->arena, c->real, &to->real))
        return bf_err_nomem(e);
    uint64_t *at = entry(m, t, c->attribute, c->any ? KINDS : (int)c->kind, true);
    if (!at)
        return bf_err_nomem(e);
    *at = ++t->n;
    return true;
}

static void tell_kind(struct mirrors *m, struct mirror *t, const struct column *c, enum kind kind)
{
    (void)m;
    bf_diag_warn("%s: %.*s has values of more than one type: a %s goes into the column of its own; "
                 "--types %.*s:json for one column that holds all",
                 t->name, BF_SHOWN(c->attribute), kinds[kind], BF_SHOWN(c->attribute));
}

/* The first column of that attribute, of any kind. */
static const struct column *first_of(const struct mirror *t, struct bf_str name)
{
    for (size_t i = 0; i < t->n; i++)
        if (bf_str_eq(t->col[i].attribute, name))
            return &t->col[i];
    return NULL;
}

int mirror_column(struct mirrors *m, struct mirror *t, const struct bf_attr *a, struct bf_str name,
                  struct bf_err *e)
{
    enum kind kind = kind_of(a->type);
    uint64_t *at = entry(m, t, name, (int)kind, false);
    if (!at)
        at = entry(m, t, name, KINDS, false);
    if (at)
        return (int)*at - 1;
    bool unfit = m->store->no_nul && memchr(name.p, 0, name.n);
    if (unfit || t->n >= m->store->columns_max) {
        if (!t->told_rest && !unfit)
            bf_diag_warn("%s: more than %zu attributes: the others go into the column _rest",
                         t->name, m->store->columns_max);
        t->told_rest = t->told_rest || !unfit;
        return t->rest || m->store->rest(m, t, e) ? -1 : -2;
    }
    struct column c = {.attribute = name, .kind = kind};
    const struct column *other = first_of(t, name);
    if (other)
        tell_kind(m, t, other, kind);
    return mirror_make_column(m, t, &c, other != NULL, e) ? (int)t->n - 1 : -2;
}
