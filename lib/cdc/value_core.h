/*
 * Attribute values, validated in one pass: the part of change_core.h that knows
 * DynamoDB's types. Static, compiled once for each vector level.
 */
#ifndef BF_CDC_VALUE_CORE_H
#define BF_CDC_VALUE_CORE_H

#include "lib/cdc/change_ops.h"
#include "lib/cdc/number.h"
#include "lib/json/core.h"

#if BF_CORE_SIMD
/* Behind -?digits(.digits)?" as JSON has it, when it is shorter than 16 bytes; NULL: look closer. Asks
 * without branches, because how long a number is cannot be foreseen. */
CORE_INLINE const char *plain_number(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i value = _mm_sub_epi8(v, _mm_set1_epi8('0'));
    uint32_t quotes = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('"'))) | 0x10000;
    uint32_t digits =
        (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value));
    uint32_t dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.')));
    uint32_t n = (uint32_t)__builtin_ctz(quotes), negative = *p == '-';
    uint32_t text = (quotes & -quotes) - 1; /* the bytes in front of the quote */
    dots &= text;
    /* a digit at both ends, nothing but digits and one dot between, no 0 in front of a digit */
    uint32_t wrong = (text & ~(digits | dots) & ~negative) | (dots & (dots - 1));
    wrong |= ~digits & (1u << negative);
    wrong |= ~digits & (text ^ text >> 1);
    wrong |= (uint32_t)(p[negative] == '0') & digits >> (negative + 1) & (n > negative + 1);
    wrong |= (n > 15) | (n <= negative);
    return CORE_LIKELY(wrong == 0) ? p + n + 1 : NULL;
}
#else
/* Behind -?digits(.digits)?" of at most 38 characters as JSON has it, or NULL: look closer. */
CORE_INLINE const char *plain_number(const char *p)
{
    const char *start = p;
    p += *p == '-';
    const char *from = p;
    while (core_digit(*p))
        p++;
    if (CORE_UNLIKELY(p == from || (*from == '0' && p - from > 1)))
        return NULL;
    if (*p == '.') {
        from = ++p;
        while (core_digit(*p))
            p++;
        if (CORE_UNLIKELY(p == from))
            return NULL;
    }
    return CORE_LIKELY(*p == '"' && p - start <= BF_NUMBER_DIGITS) ? p + 1 : NULL;
}
#endif

CORE_CALL const char *other_number(struct change_scan *s, const char *p, bool *json)
{
    bool escaped;
    struct bf_err e = {0};
    const char *q = core_string(&s->core, p, &escaped);
    if (!q)
        return NULL;
    struct bf_str text = bf_str(p, (size_t)(q - p) - 1);
    *json = bf_number_is_json(text);
    if (bf_number_check(text, &e))
        return q;
    core_fail(&s->core, p, "");
    s->core.code = e.code;
    memcpy(s->text, e.text, sizeof s->text);
    s->core.what = s->text;
    return NULL;
}

/* The number in quotes whose opening quote is in front of p. */
CORE_INLINE const char *quoted_number(struct change_scan *s, const char *p, bool *json)
{
    const char *q = plain_number(p);
    *json = true;
    return CORE_LIKELY(q) ? q : other_number(s, p, json);
}

CORE_INLINE const char *quoted_base64(struct change_scan *s, const char *p, bool *escaped)
{
    const char *q = core_string(&s->core, p, escaped);
    if (CORE_UNLIKELY(!q))
        return NULL;
    if (CORE_UNLIKELY(!bf_change_is_base64(bf_str(p, (size_t)(q - 1 - p)), *escaped)))
        return core_fail(&s->core, p, "not base64");
    return q;
}

/* Members of SS, NS, BS; p is at the value. */
CORE_CALL const char *set(struct change_scan *s, const char *p, enum bf_attr_type type)
{
    bool flag;
    if (*p != '[')
        return core_fail(&s->core, p, "a set is an array of strings");
    p = core_space(&s->core, p + 1);
    if (*p == ']')
        return p + 1;
    for (;;) {
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
        p = core_space(&s->core, p);
        if (*p == ']')
            return p + 1;
        if (*p != ',')
            return core_fail(&s->core, p, "',' or ']' was expected");
        p = core_space(&s->core, p + 1);
    }
}

static const char *value(struct change_scan *s, const char *p, struct bf_attr *a, unsigned depth);

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
    if (*p == ']')
        return p + 1;
    for (;;) {
        p = value(s, p, &inner, depth + 1);
        if (!p)
            return NULL;
        p = core_space(&s->core, p);
        if (*p == ']')
            return p + 1;
        if (*p != ',')
            return core_fail(&s->core, p, "',' or ']' was expected");
        p = core_space(&s->core, p + 1);
    }
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
    p = core_space(s, p);
    *more = *p == ',';
    if (CORE_LIKELY(*more))
        return core_space(s, p + 1);
    if (CORE_UNLIKELY(*p != '}'))
        return core_fail(s, p, "',' or '}' was expected");
    return p + 1;
}

static const char *pair(struct change_scan *s, const char *p, struct bf_attr *a, unsigned depth);

/* A map inside an attribute: only validated. */
CORE_CALL const char *map(struct change_scan *s, const char *p, unsigned depth)
{
    struct bf_attr inner;
    bool more;
    if (*p != '{')
        return core_fail(&s->core, p, "a map is an object");
    if (depth == BF_ATTR_DEPTH)
        return too_deep(s, p);
    p = core_space(&s->core, p + 1);
    if (*p == '}')
        return p + 1;
    do {
        p = pair(s, p, &inner, depth + 1);
        if (CORE_UNLIKELY(!p))
            return NULL;
        p = next_member(&s->core, p, &more);
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

/* The value of a type other than S and N, p is on it. */
CORE_INLINE const char *typed(struct change_scan *s, const char *p, struct bf_attr *a,
                              unsigned depth)
{
    const char *from = p;
    switch (a->type) {
    case BF_ATTR_S:
    case BF_ATTR_N:
    case BF_ATTR_B:
        if (*p != '"')
            return core_fail(&s->core, p, "a string was expected");
        p = a->type == BF_ATTR_S   ? core_string(&s->core, p + 1, &a->escaped)
            : a->type == BF_ATTR_N ? quoted_number(s, p + 1, &a->json)
                                   : quoted_base64(s, p + 1, &a->escaped);
        if (p)
            a->val = bf_str(from + 1, (size_t)(p - from) - 2);
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
    if (p)
        a->val = bf_str(from, (size_t)(p - from));
    return p;
}

static inline uint64_t six(const char *text)
{
    return core_load8(text) & 0xFFFFFFFFFFFFu;
}

/* The attribute value at p, all but a->name. */
static const char *value(struct change_scan *s, const char *p, struct bf_attr *a, unsigned depth)
{
    const char *from = p;
    a->escaped = a->json = false;
    uint64_t head = six(p);
    if (CORE_LIKELY(head == six("{\"S\":\"\0"))) {
        a->type = BF_ATTR_S;
        p = core_string(&s->core, p + 6, &a->escaped);
        if (CORE_UNLIKELY(!p))
            return NULL;
        a->val = bf_str(from + 6, (size_t)(p - from) - 7);
    } else if (CORE_LIKELY(head == six("{\"N\":\"\0"))) {
        a->type = BF_ATTR_N;
        p = quoted_number(s, p + 6, &a->json);
        if (CORE_UNLIKELY(!p))
            return NULL;
        a->val = bf_str(from + 6, (size_t)(p - from) - 7);
    } else {
        if (*p != '{')
            return core_fail(&s->core, p,
                             "an attribute value such as {\"S\":\"text\"} was expected");
        p = type_of(s, core_space(&s->core, p + 1), &a->type);
        if (!p || !(p = typed(s, p, a, depth)))
            return NULL;
    }
    p = core_space(&s->core, p);
    if (CORE_UNLIKELY(*p != '}'))
        return core_fail(&s->core, p,
                         *p == ',' ? "an attribute value has one type" : "'}' was expected");
    p++;
    a->av = bf_str(from, (size_t)(p - from));
    return p;
}

/* Does the text of an entry stand at p? */
CORE_INLINE bool stands(const struct shape_entry *e, const char *p)
{
#if BF_CORE_SIMD == 2
    __m256i same = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(const void *)p),
                                     _mm256_loadu_si256((const __m256i *)(const void *)e->text));
    return ((uint32_t)_mm256_movemask_epi8(same) & e->mask) == e->mask;
#elif BF_CORE_SIMD == 1
    const __m128i *a = (const __m128i *)(const void *)p,
                  *b = (const __m128i *)(const void *)e->text;
    uint32_t low =
        (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(a), _mm_loadu_si128(b)));
    uint32_t high =
        (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(a + 1), _mm_loadu_si128(b + 1)));
    return ((low | high << 16) & e->mask) == e->mask;
#else
    return memcmp(p, e->text, e->n) == 0;
#endif
}

/* The entry that stands at p behind the one that matched last; NULL: none that is known. */
CORE_INLINE const struct shape_entry *guess(struct change_scan *s, const char *p)
{
    const struct shape_entry *last = &s->shape->entry[s->at];
    for (size_t i = 0; i < BF_COUNT(last->next); i++) {
        const struct shape_entry *e = &s->shape->entry[last->next[i]];
        if (CORE_LIKELY(stands(e, p)) && CORE_LIKELY(last->next[i])) {
            s->at = last->next[i];
            return e;
        }
    }
    return NULL;
}

/* A name and value as text[] of an entry promised. */
CORE_INLINE const char *known_pair(struct change_scan *s, const char *p,
                                   const struct shape_entry *e, struct bf_attr *a, unsigned depth)
{
    const char *v = p + e->n, *av = p + e->av_at;
    a->name = bf_str(p + 1, e->name_n);
    a->type = (enum bf_attr_type)e->type;
    a->name_escaped = a->escaped = a->json = false;
    if (CORE_LIKELY(e->type <= BF_ATTR_B)) {
        p = CORE_LIKELY(e->type == BF_ATTR_S) ? core_string(&s->core, v, &a->escaped)
            : e->type == BF_ATTR_N            ? quoted_number(s, v, &a->json)
                                              : quoted_base64(s, v, &a->escaped);
        if (CORE_UNLIKELY(!p))
            return NULL;
        a->val = bf_str(v, (size_t)(p - v) - 1);
    } else {
        p = typed(s, core_space(&s->core, v), a, depth);
        if (CORE_UNLIKELY(!p))
            return NULL;
    }
    p = core_space(&s->core, p);
    if (CORE_UNLIKELY(*p != '}'))
        return core_fail(&s->core, p,
                         *p == ',' ? "an attribute value has one type" : "'}' was expected");
    p++;
    a->av = bf_str(av, (size_t)(p - av));
    return p;
}

CORE_CALL const char *new_pair(struct change_scan *s, const char *p, struct bf_attr *a,
                               unsigned depth)
{
    const char *name = p;
    unsigned last = s->at;
    p = member(&s->core, p, &a->name, &a->name_escaped);
    if (p)
        p = value(s, p, a, depth);
    if (p)
        bf_change_learn(s, last, name, a);
    return p;
}

/* "name":{"S":"text"} at p. */
static const char *pair(struct change_scan *s, const char *p, struct bf_attr *a, unsigned depth)
{
    const struct shape_entry *e = guess(s, p);
    return CORE_LIKELY(e) ? known_pair(s, p, e, a, depth) : new_pair(s, p, a, depth);
}

#endif
