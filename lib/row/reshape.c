#include "lib/row/reshape.h"

#include <stdlib.h>

#include "lib/encoding/enc.h"
#include "lib/row/reshape_impl.h"
#include "lib/row/reshape_options.h"
#include "lib/row/row_impl.h"
#include "lib/ddb/value.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { NAMES_FEW = 32 };

static struct rule *find_rule(struct bf_reshape *r, const struct bf_attr *a)
{
    if (!r->first[(unsigned char)a->name.p[0]])
        return NULL;
    struct bf_attr bare = *a;
    if (bf_str_starts(a->name,
                      BF_STR("old."))) /* a result of SQL: the rules for NAME apply to old.NAME */
        bare.name = bf_str(a->name.p + 4, a->name.n - 4);
    for (size_t i = 0; i < r->nrules; i++)
        if (bf_attr_is(&bare, r->rule[i].name))
            return &r->rule[i];
    return NULL;
}

/* Copies text into the arena, with PAD readable bytes after it. */
static bool keep(struct bf_reshape *r, const struct bf_buf *text, struct bf_str *out,
                 struct bf_err *e)
{
    if (!bf_buf_check(text, "a value", e))
        return false;
    char *p = bf_arena_alloc(&r->values, text->n + PAD);
    if (!p)
        return bf_err_nomem(e);
    memcpy(p, text->p, text->n);
    memset(p + text->n, 0, PAD);
    *out = bf_str(p, text->n);
    return true;
}

/* Makes *a a value of type S, N or BOOL with that content. */
static bool become(struct bf_reshape *r, struct bf_attr *a, enum bf_attr_type type,
                   struct bf_str content, struct bf_err *e)
{
    struct bf_buf *t = &r->text;
    bf_buf_reset(t);
    bf_buf_lit(t, "{\"");
    bf_buf_adds(t, bf_attr_type_name(type));
    bf_buf_lit(t, "\":");
    size_t at = t->n;
    if (type == BF_ATTR_S)
        bf_json_put_string(t, content);
    else {
        bf_buf_add(t, "\"", type == BF_ATTR_N);
        bf_buf_adds(t, content);
        bf_buf_add(t, "\"", type == BF_ATTR_N);
    }
    size_t end = t->n, quote = type != BF_ATTR_BOOL;
    bf_buf_lit(t, "}");
    if (!keep(r, t, &a->av, e))
        return false;
    a->type = type;
    a->plain = NULL;
    a->val = bf_str(a->av.p + at + quote, end - at - 2 * quote);
    a->escaped = type == BF_ATTR_S && memchr(a->val.p, '\\', a->val.n);
    a->json = type == BF_ATTR_N;
    return true;
}

static bool hash(struct bf_reshape *r, struct bf_attr *a, struct bf_err *e)
{
    unsigned char digest[BF_SHA256_BYTES];
    bf_buf_reset(&r->text);
    bf_value_put_text(&r->text, a);
    if (!bf_buf_check(&r->text, "a value", e))
        return false;
    bf_hmac256(&r->key, bf_buf_view(&r->text), digest);
    bf_buf_reset(&r->fitted);
    bf_hex_encode(&r->fitted, digest, sizeof digest);
    return become(r, a, BF_ATTR_S, bf_buf_view(&r->fitted), e);
}

static bool fit(struct bf_reshape *r, const struct shape_type *type, struct bf_attr *a,
                struct bf_err *e)
{
    enum bf_attr_type as;
    bf_buf_reset(&r->text);
    bf_buf_reset(&r->fitted);
    bf_value_put_text(&r->text, a);
    if (bf_shape_type_keeps(type))
        return bf_shape_type_is(type, a, bf_buf_view(&r->text), e);
    return bf_buf_check(&r->text, "a value", e) &&
           bf_shape_type_fit(type, a, bf_buf_view(&r->text), &r->fitted, &as, e) &&
           become(r, a, as, bf_buf_view(&r->fitted), e);
}

static bool add(struct bf_reshape *r, const struct bf_attr *a, struct bf_err *e)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 64;
        struct bf_attr *p = cap > ATTRS_MAX ? NULL : realloc(r->attr, cap * sizeof *p);
        if (!p)
            return bf_err_nomem(e);
        r->attr = p;
        r->cap = cap;
    }
    r->attr[r->n++] = *a;
    return true;
}

static bool one(struct bf_reshape *r, const struct bf_attr *in, struct bf_err *e);

/* Replaces a map by its members, named outer_inner. Nesting is bounded by BF_ATTR_DEPTH. */
static bool flatten(struct bf_reshape *r, const struct bf_attr *m, struct bf_err *e)
{
    if (!bf_change_item(&r->inner, m->val, e))
        return false;
    size_t n = r->inner.new_image.n;
    struct bf_attr *member = bf_arena_alloc(&r->values, (n ? n : 1) * sizeof *member);
    if (!member)
        return bf_err_nomem(e);
    if (n)
        memcpy(member, r->inner.new_image.attr, n * sizeof *member);
    /* the parser copied the map: make its slices point into the record */
    const char *copy = r->inner.new_image.raw.p;
    for (size_t i = 0; i < n; i++) {
        struct bf_attr *a = &member[i];
        a->av.p = m->val.p + (a->av.p - copy);
        a->val.p = m->val.p + (a->val.p - copy);
        a->plain = NULL; /* points into the text that was parsed last */
        bf_buf_reset(&r->text);
        bf_buf_lit(&r->text, "\"");
        bf_buf_adds(&r->text, m->name);
        bf_buf_lit(&r->text, "_");
        bf_buf_adds(&r->text, bf_str(m->val.p + (a->name.p - copy), a->name.n));
        bf_buf_lit(&r->text, "\"");
        struct bf_str name;
        if (!keep(r, &r->text, &name, e))
            return false;
        a->name = bf_str(name.p + 1, name.n - 2);
        a->name_escaped |= m->name_escaped;
    }
    for (size_t i = 0; i < n; i++)
        if (!one(r, &member[i], e))
            return false;
    return n ? true : add(r, m, e);
}

static bool one(struct bf_reshape *r, const struct bf_attr *in, struct bf_err *e)
{
    struct bf_attr a = *in;
    struct rule *rule = find_rule(r, in);
    if (rule)
        rule->seen = true;
    if (rule && rule->drop)
        return true;
    if (rule && rule->hash && a.type != BF_ATTR_NULL && !hash(r, &a, e))
        return false;
    if (r->flatten && a.type == BF_ATTR_M && !(rule && rule->typed))
        return flatten(r, &a, e);
    if (rule && rule->typed && a.type == BF_ATTR_NULL && rule->type.type.required)
        return bf_err_set(e, BF_E_INPUT, "attribute %.*s is NULL, which its type does not take",
                          (int)(a.name.n < 60 ? a.name.n : 60), a.name.p);
    if (rule && rule->typed && a.type != BF_ATTR_NULL && !fit(r, &rule->type, &a, e))
        return false;
    if (rule && rule->rename.p) {
        a.name = bf_str(rule->rename.p + 1, rule->rename.n - 2);
        a.name_escaped = memchr(a.name.p, '\\', a.name.n) != NULL;
    }
    return add(r, &a, e);
}

static bool called_twice(struct bf_str name, struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT, "two attributes would be called %.*s",
                      (int)(name.n < 60 ? name.n : 60), name.p);
}

/* Is the name, which has no escapes, the same as one from index `from` on? Most names differ in their length and their
 * first and last bytes, which select a bit of *seen. */
static bool among(const struct bf_reshape *r, size_t from, size_t i, uint64_t *seen)
{
    struct bf_str name = r->attr[i].name;
    unsigned ends = name.n ? (unsigned char)name.p[0] * 5u + (unsigned char)name.p[name.n - 1] : 0;
    uint64_t bit = (uint64_t)1 << ((name.n * 11 + ends) & 63);
    bool maybe = *seen & bit;
    *seen |= bit;
    for (size_t k = from; maybe && k < i; k++)
        if (bf_str_eq(name, r->attr[k].name))
            return true;
    return false;
}

/* The same for many names, and for names with escapes, which are compared decoded: with a map. */
static bool look_up_names(struct bf_reshape *r, size_t from, struct bf_err *e)
{
    bool added = true;
    bf_map_clear(&r->seen);
    for (size_t i = from; i < r->n; i++) {
        struct bf_str name = r->attr[i].name;
        if (r->attr[i].name_escaped) {
            bf_buf_reset(&r->text);
            bf_json_unescape(&r->text, name);
            name = bf_buf_view(&r->text);
        }
        if (!bf_buf_ok(&r->text) || !bf_map_put(&r->seen, name, &added))
            return bf_err_nomem(e);
        if (!added)
            return called_twice(r->attr[i].name, e);
    }
    return true;
}

/* A name that was made here must not be in use already. */
static bool check_names(struct bf_reshape *r, size_t from, struct bf_err *e)
{
    uint64_t seen = 0;
    if (r->n - from > NAMES_FEW)
        return look_up_names(r, from, e);
    for (size_t i = from; i < r->n; i++) {
        if (r->attr[i].name_escaped)
            return look_up_names(r, from, e);
        if (among(r, from, i, &seen))
            return called_twice(r->attr[i].name, e);
    }
    return true;
}

bool bf_reshape_change(struct bf_reshape *r, const struct bf_change *in, struct bf_change *out,
                       struct bf_err *e)
{
    const struct bf_image *from[] = {&in->keys, &in->new_image, &in->old_image};
    struct bf_image *to[] = {&out->keys, &out->new_image, &out->old_image};
    size_t start[4] = {0};
    *out = *in;
    r->n = 0;
    bf_arena_reset(&r->values);
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < from[k]->n; i++)
            if (!one(r, &from[k]->attr[i], e))
                return false;
        if ((r->renames || r->flatten) && !check_names(r, start[k], e))
            return false;
        start[k + 1] = r->n;
    }
    for (int k = 0; k < 3; k++)
        if (from[k]->present)
            *to[k] = bf_row_image_of(r->attr + start[k], start[k + 1] - start[k]);
    return true;
}

bool bf_reshape_meta(struct bf_reshape *r, struct bf_str name, bool is_time,
                     struct bf_reshape_meta *out, enum bf_row_time *time, struct bf_err *e)
{
    *out = (struct bf_reshape_meta){0};
    for (size_t i = 0; i < r->nrules; i++) {
        struct rule *rule = &r->rule[i];
        enum bf_type_kind kind = rule->typed ? rule->type.type.kind : BF_TYPE_STRING;
        if (!bf_str_eq(rule->name, name))
            continue;
        rule->seen = true;
        out->drop = rule->drop;
        if (rule->hash)
            return bf_err_set(e, BF_E_USAGE, "--hash: %.*s is metadata", (int)name.n, name.p);
        if (kind != BF_TYPE_STRING &&
            !(is_time && (kind == BF_TYPE_DATE || kind == BF_TYPE_TIMESTAMP)))
            return bf_err_set(e, BF_E_USAGE, "--types: %.*s is metadata: %s", (int)name.n, name.p,
                              is_time ? "its type is string, timestamp or date"
                                      : "its type is string");
        if (kind == BF_TYPE_DATE || kind == BF_TYPE_TIMESTAMP)
            *time = kind == BF_TYPE_DATE ? (r->counted ? BF_TIME_DAYS : BF_TIME_DATE)
                    : r->counted         ? BF_TIME_MS
                                         : BF_TIME_TIMESTAMP;
        if (rule->rename.p) {
            bf_buf_reset(&r->text);
            bf_json_unescape(&r->text, bf_str(rule->rename.p + 1, rule->rename.n - 2));
            if (!bf_buf_ok(&r->text) ||
                !bf_arena_copy(&r->names, bf_buf_view(&r->text), &out->rename))
                return bf_err_nomem(e);
        }
    }
    return true;
}

struct bf_str bf_reshape_unseen(const struct bf_reshape *r, size_t n)
{
    for (size_t i = 0; i < r->nrules; i++)
        if (!r->rule[i].seen && n-- == 0)
            return r->rule[i].name;
    return (struct bf_str){0};
}

void bf_reshape_merge(struct bf_reshape *r, const struct bf_reshape *other)
{
    for (size_t i = 0; i < r->nrules && i < other->nrules; i++)
        r->rule[i].seen |= other->rule[i].seen;
}

const struct bf_opt bf_reshape_options[] = {
    BF_OPT_LIST(0, "rename", struct bf_reshape_conf, rename, "OLD=NEW",
                "rename an attribute; may be a list"),
    BF_OPT_LIST(0, "drop", struct bf_reshape_conf, drop, "LIST", "without these attributes"),
    BF_OPT_LIST(0, "hash", struct bf_reshape_conf, hash, "LIST",
                "replace these attributes by their HMAC-SHA-256"),
    BF_OPT_STR(0, "hash-key", struct bf_reshape_conf, hash_key, "FILE", "the key for --hash"),
    BF_OPT_FLAG(0, "flatten", struct bf_reshape_conf, flatten,
                "payment_method instead of {\"payment\":{\"method\":...}}"),
    BF_OPT_STR(0, "types", struct bf_reshape_conf, types, "FILE",
               "fit attributes to the types in FILE, or refuse them"),
};

_Static_assert(BF_COUNT(bf_reshape_options) == BF_RESHAPE_OPTIONS_N, "reshape.h counts them");
