/*
 * A row taken apart (shred.h), compiled several times over as SHRED_NAME with BF_CORE_SIMD. A function takes the place of
 * a value and gives the place after it, or NULL with the reason in s->e.
 */
#include "lib/json/core.h"
#include "lib/json/scan.h"
#include "lib/parquet/shred.h"
#include "lib/parquet/value.h"

enum { SHRED_SHOWN = 60, SHRED_KEYS_FEW = 16, SHRED_DIGITS = 18 };

static const int64_t shred_ten[SHRED_DIGITS + 1] = {1,
                                                    10,
                                                    100,
                                                    1000,
                                                    10000,
                                                    100000,
                                                    1000000,
                                                    10000000,
                                                    100000000,
                                                    1000000000,
                                                    10000000000,
                                                    100000000000,
                                                    1000000000000,
                                                    10000000000000,
                                                    100000000000000,
                                                    1000000000000000,
                                                    10000000000000000,
                                                    100000000000000000,
                                                    1000000000000000000};

struct shred {
    struct core core;
    struct pq_shred *s;
};

static const char *shred_any(struct shred *r, struct pq_node *node, const char *p, uint8_t rep);

/* What the scanner says, with its place. */
CORE_COLD const char *shred_bad(struct shred *r)
{
    bf_err_set(r->s->e, r->core.code, "byte %zu: %s", (size_t)(r->core.bad - r->core.start) + 1,
               r->core.what);
    return NULL;
}

CORE_COLD const char *shred_expected(struct shred *r, const char *p, const char *what)
{
    core_fail(&r->core, p, what);
    return shred_bad(r);
}

/* A value of another kind. */
CORE_COLD const char *shred_wrong(struct shred *r, const char *what)
{
    bf_err_set(r->s->e, BF_E_INPUT, "%s", what);
    return NULL;
}

/* Puts a name in front of what is wrong; not in front of the place of broken JSON. */
CORE_COLD const char *shred_in(struct shred *r, struct bf_str name)
{
    if (!r->core.bad)
        bf_err_ctx(r->s->e, "%.*s", (int)(name.n < SHRED_SHOWN ? name.n : SHRED_SHOWN), name.p);
    return NULL;
}

CORE_INLINE void shred_nulls(struct shred *r, const struct pq_node *node, uint8_t rep, uint8_t def)
{
    struct pq_column *c = &r->s->column[node->leaf];
    for (size_t i = 0; i < node->leaves; i++)
        pq_entry(c + i, r->s->row, rep, def);
}

CORE_CALL bool shred_null(struct shred *r, const struct pq_node *node, uint8_t rep)
{
    if (node->type->required)
        return bf_err_set(r->s->e, BF_E_INPUT, "is missing or NULL, which 'not null' refuses");
    shred_nulls(r, node, rep, node->null_def);
    return true;
}

/* A scalar of any kind the long way. */
CORE_CALL const char *shred_slow(struct shred *r, struct pq_column *c, const char *p, uint8_t rep)
{
    bool escaped = false;
    const char *q = *p == '"' ? core_string(&r->core, p + 1, &escaped) : core_skip(&r->core, p, 1);
    size_t quote = *p == '"';
    if (!q)
        return shred_bad(r);
    struct bf_str raw = bf_str(p + quote, (size_t)(q - p) - 2 * quote);
    return bf_pq_shred_value(r->s, c, rep, *p, raw, escaped) ? q : NULL;
}

CORE_INLINE const char *shred_string(struct shred *r, struct pq_column *c, const char *p,
                                     uint8_t rep)
{
    bool escaped = false;
    const char *q;
    struct bf_str text;
    if (CORE_LIKELY(*p == '"')) {
        q = core_string(&r->core, p + 1, &escaped);
        text = bf_str(p + 1, q ? (size_t)(q - p) - 2 : 0);
    } else { /* a number digit for digit, lists and objects as JSON */
        q = core_skip(&r->core, p, 1);
        text = bf_str(p, q ? (size_t)(q - p) : 0);
    }
    if (!q)
        return shred_bad(r);
    if (escaped) {
        bf_buf_reset(&r->s->text);
        bf_json_unescape(&r->s->text, text);
        text = bf_buf_view(&r->s->text);
    }
    pq_entry(c, r->s->row, rep, c->leaf->max_def);
    pq_bytes(c, text, !escaped);
    return q;
}

/* Any value as the JSON that it is. */
CORE_CALL const char *shred_json(struct shred *r, struct pq_column *c, const char *p, uint8_t rep)
{
    const char *q = core_skip(&r->core, p, 1);
    if (!q)
        return shred_bad(r);
    pq_entry(c, r->s->row, rep, c->leaf->max_def);
    pq_bytes(c, bf_str(p, (size_t)(q - p)), true);
    return q;
}

/* A number of at most 18 digits, scaled; NULL: look closer. */
CORE_INLINE const char *shred_number(const char *p, int scale, int64_t *v)
{
    bool negative = *p == '-';
    const char *first = p += negative;
    uint64_t n = 0;
    if (!core_digit(*p) || (*p == '0' && core_digit(p[1])))
        return NULL;
    while (core_digit(*p))
        n = n * 10 + (uint64_t)(*p++ - '0');
    ptrdiff_t digits = p - first;
    if (*p == '.') {
        const char *point = p++;
        while (core_digit(*p) && p - point <= scale)
            n = n * 10 + (uint64_t)(*p++ - '0');
        digits += p - point - 1;
        scale -= (int)(p - point - 1);
        if (p == point + 1)
            return NULL;
    }
    if (digits + scale > SHRED_DIGITS || core_digit(*p) || *p == '.' || *p == 'e' || *p == 'E')
        return NULL;
    *v = (int64_t)n * shred_ten[scale];
    *v = negative ? -*v : *v;
    return p;
}

CORE_INLINE const char *shred_integer(struct shred *r, struct pq_column *c, const char *p,
                                      uint8_t rep)
{
    const struct pq_leaf *l = c->leaf;
    int64_t v = 0;
    int bits = l->type->bits;
    const char *q =
        l->physical == PQ_FIXED
            ? NULL
            : shred_number(p, l->type->kind == BF_TYPE_DECIMAL ? l->type->scale : 0, &v);
    bool fits =
        q && (l->type->kind == BF_TYPE_DECIMAL
                  ? v < shred_ten[l->type->digits] && v > -shred_ten[l->type->digits]
                  : bits == 0 || bits == 64 || (v >> (bits - 1) == 0 || v >> (bits - 1) == -1));
    if (CORE_UNLIKELY(!fits))
        return shred_slow(r, c, p, rep);
    pq_entry(c, r->s->row, rep, l->max_def);
    int64_t both[2] = {v, 0};
    pq_value(c, both, l->width); /* of a little-endian machine */
    return q;
}

/* Numbers of 15 digits and powers of ten up to 22 are exact in a double, and one operation rounds once (Clinger, 1990). */
CORE_INLINE const char *shred_double(struct shred *r, struct pq_column *c, const char *p,
                                     uint8_t rep)
{
    static const double ten[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char *q = p + (*p == '-'), *point = NULL;
    uint64_t n = 0;
    if (c->leaf->physical != PQ_DOUBLE || !core_digit(*q) || (*q == '0' && core_digit(q[1])))
        return shred_slow(r, c, p, rep);
    for (; core_digit(*q) || (*q == '.' && !point); q++)
        if (*q == '.')
            point = q;
        else if (q - p < 18)
            n = n * 10 + (uint64_t)(*q - '0');
    if (q - p > 15 || *q == 'e' || *q == 'E' || q[-1] == '.')
        return shred_slow(r, c, p, rep);
    double d = (double)n / ten[point ? q - point - 1 : 0];
    d = *p == '-' ? -d : d;
    pq_entry(c, r->s->row, rep, c->leaf->max_def);
    double both[2] = {d, 0};
    pq_value(c, both, sizeof d);
    return q;
}

CORE_INLINE const char *shred_time(struct shred *r, struct pq_column *c, const char *p, uint8_t rep)
{
    char v[16] = {0};
    bool escaped;
    const char *q = *p == '"' ? core_string(&r->core, p + 1, &escaped) : NULL;
    if (!q || escaped ||
        !bf_pq_plain_time(c->leaf->type, bf_str(p + 1, (size_t)(q - p) - 2), &r->s->day, v))
        return r->core.bad ? shred_bad(r) : shred_slow(r, c, p, rep);
    pq_entry(c, r->s->row, rep, c->leaf->max_def);
    pq_value(c, v, c->leaf->width);
    return q;
}

/* An empty list: its columns have one entry that says so. */
CORE_INLINE void shred_empty(struct shred *r, const struct pq_node *node, uint8_t rep)
{
    shred_nulls(r, node, rep, node->def);
}

CORE_CALL const char *shred_array(struct shred *r, struct pq_node *node, const char *p, uint8_t rep)
{
    if (*p != '[')
        return shred_wrong(r, "a list was expected");
    p = core_space(&r->core, p + 1);
    if (*p == ']') {
        shred_empty(r, node, rep);
        return p + 1;
    }
    for (;; rep = node->rep) {
        p = shred_any(r, &node->child[0], core_space(&r->core, p), rep);
        if (!p)
            return NULL;
        p = core_space(&r->core, p);
        if (*p == ']')
            return p + 1;
        if (*p++ != ',')
            return shred_expected(r, p - 1, "',' or ']' was expected");
    }
}

/* A key and its colon; *name is what stands between the quotes. */
CORE_INLINE const char *shred_key(struct shred *r, const char *p, struct bf_str *name,
                                  bool *escaped)
{
    if (*p != '"')
        return shred_expected(r, p, "a key in quotes was expected");
    const char *q = core_string(&r->core, p + 1, escaped);
    if (!q)
        return shred_bad(r);
    *name = bf_str(p + 1, (size_t)(q - p) - 2);
    q = core_space(&r->core, q);
    return *q == ':' ? core_space(&r->core, q + 1) : shred_expected(r, q, "':' was expected");
}

/* The key at that place of a column's values. */
CORE_INLINE struct bf_str shred_key_at(const struct pq_column *c, size_t at)
{
    uint32_t n;
    memcpy(&n, c->values.p + at, 4);
    return bf_str(c->values.p + at + 4, n);
}

/* Is the key at `last`, the n-th, new in this map, whose keys are the column's values from `from` on? Readers take no key
 * twice. A map of many keys looks them up. */
CORE_CALL bool shred_new_key(struct shred *r, struct pq_column *c, size_t from, size_t last,
                             size_t n)
{
    struct bf_str key = shred_key_at(c, last), other;
    struct bf_map *keys = &r->s->keys;
    bool added = true;
    if (n == SHRED_KEYS_FEW + 1)
        bf_map_clear(keys);
    if (n > SHRED_KEYS_FEW + 1)
        from = last;
    for (size_t at = from; at <= last && added; at += 4 + other.n) {
        other = shred_key_at(c, at);
        if (n > SHRED_KEYS_FEW && !bf_map_put(keys, other, &added))
            return bf_err_nomem(r->s->e);
        if (n <= SHRED_KEYS_FEW && at < last)
            added = !bf_str_eq(other, key);
    }
    return added || bf_err_set(r->s->e, BF_E_INPUT, "a key of the map stands twice");
}

CORE_CALL const char *shred_map(struct shred *r, struct pq_node *node, const char *p, uint8_t rep)
{
    struct pq_column *c = &r->s->column[node->child[0].leaf];
    size_t from = c->values.n, n = 0;
    if (*p != '{')
        return shred_wrong(r, "an object was expected");
    p = core_space(&r->core, p + 1);
    if (*p == '}') {
        shred_empty(r, node, rep);
        return p + 1;
    }
    for (;; rep = node->rep) {
        struct bf_str name;
        bool escaped;
        p = core_space(&r->core, p);
        const char *value = shred_key(r, p, &name, &escaped);
        if (!value)
            return NULL;
        size_t last = c->values.n;
        shred_string(r, c, p, rep);
        if (!bf_buf_ok(&c->values) || !shred_new_key(r, c, from, last, ++n))
            return NULL;
        p = shred_any(r, &node->child[1], value, rep);
        if (!p)
            return NULL;
        p = core_space(&r->core, p);
        if (*p == '}')
            return p + 1;
        if (*p++ != ',')
            return shred_expected(r, p - 1, "',' or '}' was expected");
    }
}

/* Is it a member of the row that needs no column? */
CORE_COLD bool shred_passes(const struct shred *r, const struct pq_node *node, struct bf_str name)
{
    size_t i = 0;
    while (i < r->s->npass && !bf_str_eq(r->s->pass[i], name))
        i++;
    return node == &r->s->tree->root && i < r->s->npass;
}

CORE_CALL const char *shred_unknown(struct shred *r, const struct pq_node *node, struct bf_str name,
                                    const char *p)
{
    if (!shred_passes(r, node, name) && !r->s->only) {
        bf_err_set(r->s->e, BF_E_INPUT, "the schema has no column '%.*s'",
                   (int)(name.n < SHRED_SHOWN ? name.n : SHRED_SHOWN), name.p);
        return NULL;
    }
    r->s->passed = true;
    p = core_skip(&r->core, p, 1);
    return p ? p : shred_bad(r);
}

/* Columns that no member has filled. */
CORE_CALL bool shred_missing(struct shred *r, struct pq_node *node, uint64_t object, uint8_t rep)
{
    for (size_t i = 0; i < node->n; i++)
        if (node->child[i].seen != object && !shred_null(r, &node->child[i], rep)) {
            shred_in(r, node->child[i].name);
            return false;
        }
    return true;
}

/* The child that the key names: most often the one after the last one. */
CORE_INLINE struct pq_node *shred_child(struct shred *r, struct pq_node *node, struct bf_str name,
                                        bool escaped)
{
    struct pq_node *c = &node->child[node->next < node->n ? node->next : 0];
    if (CORE_UNLIKELY(name.n != c->name.n || !name.n || escaped ||
                      !core_same(name.p, c->name.p, name.n)))
        c = bf_pq_shred_find(r->s, node, name, escaped);
    if (c)
        node->next = (size_t)(c - node->child) + 1;
    return c;
}

CORE_CALL const char *shred_struct(struct shred *r, struct pq_node *node, const char *p,
                                   uint8_t rep)
{
    uint64_t object = ++r->s->object;
    size_t filled = 0;
    if (*p != '{')
        return node == &r->s->tree->root ? shred_expected(r, p, "an object was expected")
                                         : shred_wrong(r, "an object was expected");
    node->next = 0;
    p = core_space(&r->core, p + 1);
    if (*p == '}')
        return shred_missing(r, node, object, rep) ? p + 1 : NULL;
    for (;;) {
        struct bf_str name;
        bool escaped;
        const char *value = shred_key(r, core_space(&r->core, p), &name, &escaped);
        if (CORE_UNLIKELY(!value))
            return NULL;
        struct pq_node *c = shred_child(r, node, name, escaped);
        if (CORE_LIKELY(c != NULL)) {
            if (CORE_UNLIKELY(c->seen == object)) {
                bf_err_set(r->s->e, BF_E_INPUT, "stands twice");
                return shred_in(r, c->name);
            }
            c->seen = object;
            filled++;
            p = shred_any(r, c, value, rep);
            if (CORE_UNLIKELY(!p))
                return shred_in(r, c->name);
        } else if (!(p = shred_unknown(r, node, name, value)))
            return NULL;
        p = core_space(&r->core, p);
        if (*p == '}')
            break;
        if (CORE_UNLIKELY(*p++ != ','))
            return shred_expected(r, p - 1, "',' or '}' was expected");
    }
    return filled == node->n || shred_missing(r, node, object, rep) ? p + 1 : NULL;
}

static const char *shred_any(struct shred *r, struct pq_node *node, const char *p, uint8_t rep)
{
    struct pq_column *c = &r->s->column[node->leaf];
    if (CORE_UNLIKELY(*p == 'n')) {
        const char *q = core_word(&r->core, p);
        return !q ? shred_bad(r) : shred_null(r, node, rep) ? q : NULL;
    }
    switch (node->type->kind) {
    case BF_TYPE_STRING:
        return shred_string(r, c, p, rep);
    case BF_TYPE_JSON:
        return shred_json(r, c, p, rep);
    case BF_TYPE_INTEGER:
    case BF_TYPE_DECIMAL:
        return shred_integer(r, c, p, rep);
    case BF_TYPE_FLOAT:
    case BF_TYPE_DOUBLE:
        return shred_double(r, c, p, rep);
    case BF_TYPE_DATE:
    case BF_TYPE_TIMESTAMP:
        return shred_time(r, c, p, rep);
    case BF_TYPE_ARRAY:
        return shred_array(r, node, p, rep);
    case BF_TYPE_MAP:
        return shred_map(r, node, p, rep);
    case BF_TYPE_STRUCT:
        return shred_struct(r, node, p, rep);
    case BF_TYPE_BINARY:
    case BF_TYPE_BOOLEAN:
        break;
    }
    return shred_slow(r, c, p, rep);
}

bool SHRED_NAME(struct pq_shred *s, struct bf_str row)
{
    struct shred r = {.core = {.start = row.p, .end = row.p + row.n}, .s = s};
    const char *p = core_space(&r.core, row.p);
    p = shred_struct(&r, &s->tree->root, p, 0);
    if (!p)
        return false;
    p = core_space(&r.core, p);
    if (p == r.core.end)
        return true;
    shred_expected(&r, p, "there is more behind the object");
    return false;
}
