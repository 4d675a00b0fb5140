/*
 * Attribute values, validated in one pass: the part of change_core.h that knows
 * DynamoDB's types. Static, compiled once for each vector level.
 */
#ifndef BF_DDB_CHANGE_VALUE_H
#define BF_DDB_CHANGE_VALUE_H

#include "lib/ddb/change_names.h"
#include "lib/ddb/change_text.h"
#include "lib/ddb/flat.h"
#include "lib/json/core.h"

/*
 * What is inside M, L and the sets is written down as plain JSON (s->flat) while it is validated. That
 * never takes more room than the text it is made of.
 */
CORE_INLINE void flat_number(struct change_scan *s, struct bf_str text, bool json)
{
    s->flat = CORE_LIKELY(json) ? bf_value_copy(s->flat, text.p, text.n)
                                : bf_value_write_number(s->flat, text);
}

/* The name of n bytes whose opening quote is at p. */
CORE_INLINE void flat_name(struct change_scan *s, const char *p, size_t n)
{
    s->flat = bf_value_copy(s->flat, p, n + 2);
    *s->flat++ = ':';
}

/* An inner value; containers have written themselves. */
CORE_INLINE void flat_value(struct change_scan *s, const struct bf_attr *a)
{
    if (CORE_LIKELY(a->plain != NULL))
        s->flat = bf_value_copy_wide(s->flat, a->plain, a->plain_n);
    else if (a->type == BF_ATTR_N)
        s->flat = bf_value_write_number(s->flat, a->val);
}

/* "name": at p, which is on the quote; returns the place of the value. */
CORE_INLINE const char *member(struct core *s, const char *p, struct bf_str *name, bool *escaped)
{
    if (CORE_UNLIKELY(*p != '"'))
        return core_fail(s, p, "a key in quotes was expected");
    const char *q = core_string(s, p + 1, escaped);
    if (CORE_UNLIKELY(!q))
        return NULL;
    *name = bf_str(p + 1, (size_t)(q - p) - 2);
    q = core_space(s, q);
    if (CORE_UNLIKELY(*q != ':'))
        return core_fail(s, q, "':' was expected");
    return core_space(s, q + 1);
}

/* Behind a value in an object: *more says whether another key follows, at the place returned. */
CORE_INLINE const char *next_member(struct core *s, const char *p, bool *more)
{
    *more = true;
    if (CORE_LIKELY(core_load2(p) == core_load2(",\"")))
        return p + 1;
    p = core_space(s, p);
    if (*p == ',')
        return core_space(s, p + 1);
    *more = false;
    if (CORE_UNLIKELY(*p != '}'))
        return core_fail(s, p, "',' or '}' was expected");
    return p + 1;
}

/* Behind the brace that ends an attribute value. */
CORE_INLINE const char *value_end(struct core *s, const char *p)
{
    if (CORE_LIKELY(*p == '}'))
        return p + 1;
    p = core_space(s, p);
    if (CORE_LIKELY(*p == '}'))
        return p + 1;
    return core_fail(s, p, *p == ',' ? "an attribute value has one type" : "'}' was expected");
}

static const char *other_value(struct change_scan *s, const char *p, struct bf_attr *a,
                               unsigned depth);

CORE_INLINE void set_plain(struct bf_attr *a, const char *p, size_t n)
{
    a->plain = p;
    a->plain_n = (uint32_t)n;
}

/* The rest of an attribute value whose text, of that type, begins at v; from is its brace. */
CORE_INLINE const char *text_value(struct change_scan *s, const char *from, const char *v,
                                   enum bf_attr_type type, struct bf_attr *a)
{
    const char *p;
    a->type = type;
    if (type == BF_ATTR_N) {
        p = quoted_number(s, v, &a->json);
        set_plain(a, a->json ? v : NULL, (size_t)(p - v) - 1);
    } else {
        p = core_string(&s->core, v, &a->escaped);
        set_plain(a, v - 1, (size_t)(p - v) + 1);
    }
    if (CORE_UNLIKELY(!p))
        return NULL;
    a->val = bf_str(v, (size_t)(p - v) - 1);
    p = value_end(&s->core, p);
    if (CORE_UNLIKELY(!p))
        return NULL;
    a->av = bf_str(from, (size_t)(p - from));
    return p;
}

/* {"BOOL":true} at p, written as usual; NULL: look closer. */
CORE_INLINE const char *plain_bool(const char *p, struct bf_attr *a)
{
    const char *v = p + 8;
    bool yes = core_load4(v) == core_load4("true"), no = core_load4(v) == core_load4("fals");
    size_t n = 5 - (size_t)yes;
    if (CORE_UNLIKELY(!(yes | no) || v[n - 1] != 'e' || v[n] != '}'))
        return NULL;
    a->type = BF_ATTR_BOOL;
    a->val = bf_str(v, n);
    a->av = bf_str(p, n + 9);
    set_plain(a, v, n);
    return v + n + 1;
}

/* The attribute value at p, all but a->name. */
CORE_INLINE const char *value(struct change_scan *s, const char *p, struct bf_attr *a,
                              unsigned depth)
{
    const char mask[8] = {-1, -1, 0, -1, -1, -1}; /* a type of one letter, and a quote */
    const uint64_t head = core_load8(p), letter = head & core_load8(mask);
    const char *q;
    a->escaped = a->json = false;
    if (CORE_LIKELY(letter == (core_load8("{\"?\":\"\0") & core_load8(mask)))) {
        if (CORE_LIKELY(p[2] == 'S'))
            return text_value(s, p, p + 6, BF_ATTR_S, a);
        if (CORE_LIKELY(p[2] == 'N'))
            return text_value(s, p, p + 6, BF_ATTR_N, a);
    } else if (head == core_load8("{\"BOOL\":") && (q = plain_bool(p, a)) != NULL)
        return q;
    return other_value(s, p, a, depth);
}

/* Where a text of type S or N begins, when from the closing quote of the name at q on it is written as most
 * programs do: ":{"S":" or, with spaces, ": {"S": ". Else 0. */
CORE_INLINE unsigned usual_head(const char *q, char type)
{
    const char close[16] = {'"', ':', '{', '"', type, '"', ':', '"'};
    const char spaced[16] = {'"', ':', ' ', '{', '"', type, '"', ':'};
    const uint64_t head = core_load8(q);
    if (CORE_LIKELY(head == core_load8(close)))
        return 8;
    return head == core_load8(spaced) && core_load2(q + 8) == core_load2(" \"") ? 10 : 0;
}

/* "name":{"S":"text"} at p, however it is written. */
CORE_CALL const char *other_pair(struct change_scan *s, const char *p, struct bf_attr *a,
                                 unsigned depth)
{
    const char *name = p;
    p = member(&s->core, p, &a->name, &a->name_escaped);
    if (CORE_UNLIKELY(!p))
        return NULL;
    if (depth)
        flat_name(s, name, a->name.n);
    return value(s, p, a, depth);
}

#if BF_CORE_SIMD
/* The same, as it mostly is: of type S or N, and no longer than 64 bytes up to the end of the text. Both ends are found by one
 * look at these bytes. That keeps short what the place of the next attribute has to wait for. */
CORE_INLINE const char *pair(struct change_scan *s, const char *p, struct bf_attr *a,
                             unsigned depth)
{
    const char *from = p + 1;
    uint64_t stops = CORE_64(core_stops, from);
    unsigned i = stops ? (unsigned)__builtin_ctzll(stops) : 64, n = 0;
    if (CORE_LIKELY(i < 64 - 10)) {
        a->type = BF_ATTR_S;
        n = usual_head(from + i, 'S');
        if (n == 0) {
            a->type = BF_ATTR_N;
            n = usual_head(from + i, 'N');
        }
    }
    if (CORE_UNLIKELY(*p != '"' || i == 64 || core_load2(from + i) != core_load2("\":")))
        return other_pair(s, p, a, depth);
    a->name = bf_str(from, i);
    a->name_escaped = a->escaped = a->json = false;
    if (depth)
        flat_name(s, p, i);
    if (CORE_UNLIKELY(n == 0))
        return value(s, core_space(&s->core, from + i + 2), a, depth);
    const char *v = from + i + n, *av = v - (n == 8 ? 6 : 7), *end;
    stops >>= i + n;
    end = CORE_LIKELY(stops) ? v + __builtin_ctzll(stops) : core_special(from + 64);
    if (a->type == BF_ATTR_N) {
        a->json = true;
        p = end + 1;
        if (CORE_UNLIKELY(plain_number(v) != p))
            p = other_number(s, v, &a->json);
        set_plain(a, a->json ? v : NULL, (size_t)(p - v) - 1);
    } else {
        p = end + 1;
        if (CORE_UNLIKELY(*end != '"'))
            p = core_string_rich(&s->core, v, end, &a->escaped);
        set_plain(a, v - 1, (size_t)(p - v) + 1);
    }
    if (CORE_UNLIKELY(!p))
        return NULL;
    a->val = bf_str(v, (size_t)(p - v) - 1);
    p = value_end(&s->core, p);
    if (CORE_UNLIKELY(!p))
        return NULL;
    a->av = bf_str(av, (size_t)(p - av));
    return p;
}
#else
#define pair other_pair
#endif

/* A name that stands twice, or there was no memory to find out. */
CORE_CALL const char *twice(struct change_scan *s, const char *name, unsigned depth)
{
    if (s->core.code == BF_E_MEMORY)
        return NULL;
    if (depth)
        return core_fail(&s->core, name, "a member of the map stands twice");
    s->attr = name;
    return core_fail(&s->core, name, "stands twice");
}

/* Members of SS, NS, BS; p is at the value. */
CORE_CALL const char *set(struct change_scan *s, const char *p, enum bf_attr_type type)
{
    bool flag;
    if (*p != '[')
        return core_fail(&s->core, p, "a set is an array of strings");
    p = core_space(&s->core, p + 1);
    *s->flat++ = '[';
    if (*p == ']')
        goto end;
    for (;;) {
        const char *from = p;
        if (*p != '"')
            return core_fail(&s->core, p,
                             type == BF_ATTR_NS   ? "a set of numbers holds something else"
                             : type == BF_ATTR_BS ? "a set of binaries holds something else"
                                                  : "a set of strings holds something else");
        p = type == BF_ATTR_NS   ? quoted_number(s, p + 1, &flag)
            : type == BF_ATTR_BS ? quoted_base64(s, p + 1, &flag)
                                 : core_string(&s->core, p + 1, &flag);
        if (!p)
            return NULL;
        if (type == BF_ATTR_NS)
            flat_number(s, bf_str(from + 1, (size_t)(p - from) - 2), flag);
        else
            s->flat = bf_value_copy(s->flat, from, (size_t)(p - from));
        p = core_space(&s->core, p);
        if (*p == ']')
            break;
        if (*p != ',')
            return core_fail(&s->core, p, "',' or ']' was expected");
        *s->flat++ = ',';
        p = core_space(&s->core, p + 1);
    }
end:
    *s->flat++ = ']';
    return p + 1;
}

CORE_CALL const char *too_deep(struct change_scan *s, const char *p)
{
    core_fail(&s->core, p, "nested deeper than DynamoDB's 32");
    s->core.code = BF_E_LIMIT;
    return NULL;
}

CORE_CALL const char *list(struct change_scan *s, const char *p, unsigned depth)
{
    struct bf_attr inner;
    if (*p != '[')
        return core_fail(&s->core, p, "a list is an array");
    if (depth == BF_ATTR_DEPTH)
        return too_deep(s, p);
    p = core_space(&s->core, p + 1);
    *s->flat++ = '[';
    if (*p == ']')
        goto end;
    for (;;) {
        p = value(s, p, &inner, depth + 1);
        if (CORE_UNLIKELY(!p))
            return NULL;
        flat_value(s, &inner);
        p = core_space(&s->core, p);
        if (*p == ']')
            break;
        if (CORE_UNLIKELY(*p != ','))
            return core_fail(&s->core, p, "',' or ']' was expected");
        *s->flat++ = ',';
        p = core_space(&s->core, p + 1);
    }
end:
    *s->flat++ = ']';
    return p + 1;
}

CORE_CALL const char *map(struct change_scan *s, const char *p, unsigned depth)
{
    struct bf_attr inner;
    const uint32_t stamp = ++s->names->stamp;
    bool more = false;
    if (*p != '{')
        return core_fail(&s->core, p, "a map is an object");
    if (depth == BF_ATTR_DEPTH)
        return too_deep(s, p);
    p = core_space(&s->core, p + 1);
    *s->flat++ = '{';
    if (*p == '}') {
        *s->flat++ = '}';
        return p + 1;
    }
    do {
        const char *name = p;
        p = pair(s, p, &inner, depth + 1);
        if (CORE_UNLIKELY(!p))
            return NULL;
        flat_value(s, &inner);
        if (CORE_UNLIKELY(!first_time(s, &inner, stamp)))
            return twice(s, name, depth + 1);
        p = next_member(&s->core, p, &more);
        *s->flat++ = more ? ',' : '}';
    } while (p && more);
    return p;
}

/* The type between the quotes at p ("BOOL"); returns the place of the value. */
CORE_CALL const char *type_of(struct change_scan *s, const char *p, enum bf_attr_type *type)
{
    struct bf_str tag;
    bool escaped;
    if (*p == '}')
        return core_fail(&s->core, p, "an attribute value without a type");
    size_t n;
    *type = bf_change_tag(p, &n);
    if (CORE_LIKELY(n && p[n] == ':'))
        return core_space(&s->core, p + n + 1);
    const char *q = member(&s->core, p, &tag, &escaped);
    if (!q)
        return NULL;
    if (!bf_change_type(tag, escaped, type))
        return core_fail(&s->core, p, "unknown type of attribute value");
    return q;
}

CORE_CALL const char *literal(struct change_scan *s, const char *p, enum bf_attr_type type)
{
    if (memcmp(p, "true", 4) == 0)
        return p + 4;
    if (type == BF_ATTR_BOOL && memcmp(p, "false", 5) == 0)
        return p + 5;
    return core_fail(&s->core, p,
                     type == BF_ATTR_BOOL ? "BOOL wants true or false" : "NULL wants true");
}

static const char null[BF_VALUE_WIDE] = "null";

/* The value of any type, p is on it. */
CORE_INLINE const char *typed(struct change_scan *s, const char *p, struct bf_attr *a,
                              unsigned depth)
{
    const char *from = p;
    char *flat = s->flat;
    switch (a->type) {
    case BF_ATTR_S:
    case BF_ATTR_N:
    case BF_ATTR_B:
        if (*p != '"')
            return core_fail(&s->core, p, "a string was expected");
        p = a->type == BF_ATTR_S   ? core_string(&s->core, p + 1, &a->escaped)
            : a->type == BF_ATTR_N ? quoted_number(s, p + 1, &a->json)
                                   : quoted_base64(s, p + 1, &a->escaped);
        if (!p)
            return NULL;
        a->val = bf_str(from + 1, (size_t)(p - from) - 2);
        if (a->type != BF_ATTR_N)
            set_plain(a, from, (size_t)(p - from));
        else if (a->json)
            set_plain(a, a->val.p, a->val.n);
        return p;
    case BF_ATTR_BOOL:
    case BF_ATTR_NULL:
        p = literal(s, p, a->type);
        break;
    case BF_ATTR_M:
        p = map(s, p, depth);
        break;
    case BF_ATTR_L:
        p = list(s, p, depth);
        break;
    case BF_ATTR_SS:
    case BF_ATTR_NS:
    case BF_ATTR_BS:
        p = set(s, p, a->type);
        break;
    }
    if (CORE_UNLIKELY(!p))
        return NULL;
    a->val = bf_str(from, (size_t)(p - from));
    if (a->type == BF_ATTR_BOOL)
        set_plain(a, from, a->val.n);
    else if (a->type == BF_ATTR_NULL)
        set_plain(a, null, 4);
    else if (depth == 0)
        set_plain(a, flat, (size_t)(s->flat - flat));
    return p;
}

/* The attribute value at p, which is neither a usual S nor a usual N. */
static const char *other_value(struct change_scan *s, const char *p, struct bf_attr *a,
                               unsigned depth)
{
    const char *from = p;
    a->plain = NULL;
    if (CORE_LIKELY(memcmp(p, "{\"M\":", 5) == 0)) {
        a->type = BF_ATTR_M;
        p = core_space(&s->core, p + 5);
    } else if (*p == '{')
        p = type_of(s, core_space(&s->core, p + 1), &a->type);
    else
        return core_fail(&s->core, p, "an attribute value such as {\"S\":\"text\"} was expected");
    if (!p || !(p = typed(s, p, a, depth)) || !(p = value_end(&s->core, p)))
        return NULL;
    a->av = bf_str(from, (size_t)(p - from));
    return p;
}

#endif
