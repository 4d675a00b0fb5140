/*
 * The one pass over a change record, built on lib/json/core.h and compiled once
 * for each vector level: change_portable.c, change_sse2.c, change_avx2.c define
 * BF_CORE_SIMD and CHANGE_OPS and include this. change.c chooses among the
 * tables. The text is padded (core.h).
 */
#ifndef BF_CDC_CHANGE_CORE_H
#define BF_CDC_CHANGE_CORE_H

#include "lib/cdc/change.h"
#include "lib/cdc/change_ops.h"
#include "lib/cdc/number.h"
#include "lib/json/core.h"

/* True when the n bytes at p, at most 38, are -?digits(.digits)? as JSON has it: no need to look
 * closer. */
CORE_INLINE bool plain_number(const char *p, size_t n)
{
    const char *end = p + n;
    p += *p == '-';
    if (CORE_UNLIKELY(n > BF_NUMBER_DIGITS || (*p == '0' && p[1] != '.' && p + 1 != end)))
        return false;
    const char *from = p;
    while (core_digit(*p))
        p++;
    if (p == from)
        return false;
    if (*p == '.') {
        from = ++p;
        while (core_digit(*p))
            p++;
        if (p == from)
            return false;
    }
    return p == end;
}

CORE_CALL bool other_number(struct change_scan *s, const char *p, size_t n, bool *json)
{
    struct bf_err e = {0};
    if (!bf_number_check(bf_str(p, n), &e)) {
        core_fail(&s->core, p, "");
        s->core.code = e.code;
        memcpy(s->text, e.text, sizeof s->text);
        s->core.what = s->text;
        return false;
    }
    *json = bf_number_is_json(bf_str(p, n));
    return true;
}

/* The number in quotes whose opening quote is in front of p. */
CORE_INLINE const char *quoted_number(struct change_scan *s, const char *p, bool *json)
{
    bool escaped;
    const char *q = core_string(&s->core, p, &escaped);
    if (CORE_UNLIKELY(!q))
        return NULL;
    size_t n = (size_t)(q - 1 - p);
    *json = true;
    return CORE_LIKELY(plain_number(p, n)) || other_number(s, p, n, json) ? q : NULL;
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
        p = member(&s->core, p, &inner.name, &inner.name_escaped);
        if (!p || !(p = value(s, p, &inner, depth + 1)))
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

/* A cheap filter in front of the search for repeated names: true when one like it may have been
 * there. */
CORE_INLINE bool maybe_seen(uint64_t seen[4], struct bf_str name)
{
    uint64_t word = core_load8(name.p);
    if (name.n < 8)
        word &= ((uint64_t)1 << (8 * name.n)) - 1;
    uint64_t h = (word ^ core_load4(name.p + (name.n < 4 ? 0 : name.n - 4)) ^ name.n << 7) *
                 0x9E3779B97F4A7C15u;
    uint64_t bit = (uint64_t)1 << (h >> 58);
    uint64_t *slot = &seen[h >> 56 & 3];
    bool hit = *slot & bit;
    *slot |= bit;
    return hit;
}

/* An image or an item, its attributes into the table behind those that are there. */
static const char *image(struct change_scan *s, const char *p, struct bf_image *out)
{
    uint64_t seen[4] = {0};
    bool more = false, escapes = false;
    struct bf_change *c = s->change;
    size_t first = c->nattrs;
    const char *from = p;
    if (*p != '{')
        return core_fail(&s->core, p, "an image is an object");
    p = core_space(&s->core, p + 1);
    if (*p == '}')
        p++;
    else
        do {
            if (CORE_UNLIKELY(c->nattrs == c->cap) && !bf_change_grow(c)) {
                s->core.code = BF_E_MEMORY;
                return NULL;
            }
            struct bf_attr *a = &c->attrs[c->nattrs];
            const char *name = p;
            p = member(&s->core, p, &a->name, &a->name_escaped);
            if (CORE_UNLIKELY(!p) || CORE_UNLIKELY(!(p = value(s, p, a, 0)))) {
                s->attr = name;
                return NULL;
            }
            escapes |= a->name_escaped;
            bool look = maybe_seen(seen, a->name) || escapes;
            if (CORE_UNLIKELY(look) && bf_change_repeated(c, first)) {
                s->attr = name;
                return core_fail(&s->core, name, "stands twice");
            }
            c->nattrs++;
            p = next_member(&s->core, p, &more);
        } while (p && more);
    if (p)
        *out = (struct bf_image){true, bf_str(from, (size_t)(p - from)), c->attrs + first,
                                 c->nattrs - first};
    return p;
}

/* A string of the envelope. */
CORE_CALL const char *text(struct change_scan *s, const char *p, struct bf_change_text *out,
                           const char *wanted)
{
    if (*p == 'n' && memcmp(p, "null", 4) == 0)
        return p + 4;
    if (*p != '"')
        return core_fail(&s->core, p, wanted);
    const char *q = core_string(&s->core, p + 1, &out->escaped);
    if (q)
        out->text = bf_str(p + 1, (size_t)(q - p) - 2);
    return q;
}

CORE_CALL const char *time_of(struct change_scan *s, const char *p)
{
    const char *q = core_skip(&s->core, p, 2);
    if (!q)
        return NULL;
    if (*p != '"' && *p != '-' && !core_digit(*p) && *p != 'n')
        return core_fail(&s->core, p, "ApproximateCreationDateTime is a number");
    if (*p != 'n')
        s->change->time = bf_str(p, (size_t)(q - p));
    return q;
}

#define NAME_IS(lit) (name.n == sizeof lit - 1 && memcmp(name.p, lit, sizeof lit - 1) == 0)

/* The member "dynamodb". */
CORE_CALL const char *body(struct change_scan *s, const char *p)
{
    struct bf_change *c = s->change;
    bool escaped, more;
    struct bf_str name;
    if (*p != '{')
        return core_fail(&s->core, p, "dynamodb is an object");
    s->body = true;
    p = core_space(&s->core, p + 1);
    if (*p == '}')
        return p + 1;
    do {
        p = member(&s->core, p, &name, &escaped);
        if (CORE_UNLIKELY(!p))
            return NULL;
        if (CORE_UNLIKELY(escaped))
            name = bf_change_decode(s, name);
        if (NAME_IS("NewImage"))
            p = image(s, p, &c->new_image);
        else if (NAME_IS("OldImage"))
            p = image(s, p, &c->old_image);
        else if (NAME_IS("Keys"))
            p = image(s, p, &c->keys);
        else if (NAME_IS("ApproximateCreationDateTime"))
            p = time_of(s, p);
        else if (NAME_IS("SequenceNumber"))
            p = text(s, p, &c->seq, "SequenceNumber is a string");
        else
            p = core_skip(&s->core, p, 2);
        if (CORE_UNLIKELY(!p))
            return NULL;
        p = next_member(&s->core, p, &more);
    } while (p && more);
    return p;
}

CORE_CALL const char *event_name(struct change_scan *s, const char *p)
{
    struct bf_change_text t = {0};
    const char *q = text(s, p, &t, "eventName is a string");
    if (q)
        s->op = t;
    return q;
}

/* One member of the envelope; p is on its value. */
CORE_INLINE const char *envelope(struct change_scan *s, const char *p, struct bf_str name)
{
    struct bf_change *c = s->change;
    if (NAME_IS("dynamodb"))
        return body(s, p);
    if (NAME_IS("eventName"))
        return event_name(s, p);
    if (NAME_IS("eventID"))
        return text(s, p, &c->event_id, "eventID is a string");
    if (NAME_IS("tableName"))
        return text(s, p, &c->table, "tableName is a string");
    if (NAME_IS("eventSourceARN"))
        return text(s, p, &s->arn, "eventSourceARN is a string");
    if (NAME_IS("Records") || NAME_IS("records") || NAME_IS("kinesis") || NAME_IS("Data") ||
        NAME_IS("data"))
        s->wrap = true;
    return core_skip(&s->core, p, 1);
}

static const char *record(struct change_scan *s, const char *p)
{
    bool escaped, more;
    struct bf_str name;
    p = core_space(&s->core, p);
    if (*p != '{')
        return core_fail(&s->core, p, "a change record is an object");
    p = core_space(&s->core, p + 1);
    if (*p == '}')
        return p + 1;
    do {
        p = member(&s->core, p, &name, &escaped);
        if (CORE_UNLIKELY(!p))
            return NULL;
        if (CORE_UNLIKELY(escaped))
            name = bf_change_decode(s, name);
        p = envelope(s, p, name);
        if (CORE_UNLIKELY(!p))
            return NULL;
        p = next_member(&s->core, p, &more);
    } while (p && more);
    return p;
}

static const char *scan_record(struct change_scan *s)
{
    return record(s, s->core.start);
}

static const char *scan_value(struct change_scan *s, struct bf_attr *a)
{
    return value(s, core_space(&s->core, s->core.start), a, 0);
}

static const char *scan_item(struct change_scan *s, struct bf_image *out)
{
    return image(s, core_space(&s->core, s->core.start), out);
}

const struct change_ops CHANGE_OPS = {scan_record, scan_value, scan_item};

#endif
