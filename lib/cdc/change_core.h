/*
 * The one pass over a change record, built on lib/json/core.h and value_core.h
 * and compiled once for each vector level: change_portable.c, change_sse2.c,
 * change_avx2.c define BF_CORE_SIMD and CHANGE_OPS and include this. change.c
 * chooses among the tables. The text is padded (core.h).
 */
#ifndef BF_CDC_CHANGE_CORE_H
#define BF_CDC_CHANGE_CORE_H

#include "lib/cdc/value_core.h"

/* One attribute of an image into the table; seen holds the entries whose names have come. */
CORE_INLINE const char *attribute(struct change_scan *s, const char *p, size_t first,
                                  uint64_t *seen)
{
    struct bf_change *c = s->change;
    struct bf_attr *a = &c->attrs[c->nattrs];
    const char *name = p;
    const struct shape_entry *e = guess(s, p);
    if (CORE_LIKELY(e))
        p = known_pair(s, p, e, a, 0);
    else
        p = new_pair(s, p, a, 0);
    if (CORE_UNLIKELY(!p)) {
        s->attr = name;
        return NULL;
    }
    /* a name that is no entry, or has escapes, makes the rest of the image look closer */
    uint64_t bit = 1;
    if (CORE_LIKELY(e))
        bit = (uint64_t)1 << e->id;
    else if (s->entry && !a->name_escaped)
        bit = (uint64_t)1 << s->shape->entry[s->entry].id;
    else
        *seen = UINT64_MAX;
    if (CORE_UNLIKELY(*seen & bit) && bf_change_repeated(c, first)) {
        s->attr = name;
        return core_fail(&s->core, name, "stands twice");
    }
    *seen |= bit;
    c->nattrs++;
    return p;
}

/* An image or an item, its attributes into the table behind those that are there. */
static const char *image(struct change_scan *s, const char *p, struct bf_image *out)
{
    uint64_t seen = 0;
    bool more = false;
    struct bf_change *c = s->change;
    size_t first = c->nattrs;
    const char *from = p;
    if (*p != '{')
        return core_fail(&s->core, p, "an image is an object");
    s->at = 0;
    p = core_space(&s->core, p + 1);
    if (*p == '}')
        p++;
    else
        do {
            if (CORE_UNLIKELY(c->nattrs == c->cap) && !bf_change_grow(c)) {
                s->core.code = BF_E_MEMORY;
                return NULL;
            }
            p = attribute(s, p, first, &seen);
            if (CORE_UNLIKELY(!p))
                return NULL;
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

CORE_INLINE const char *time_of(struct change_scan *s, const char *p)
{
    const char *q = p;
    if (core_digit(*p) && *p != '0') { /* nearly always: digits alone */
        while (core_digit(*q))
            q++;
        if (*q == ',' || *q == '}') {
            s->change->time = bf_str(p, (size_t)(q - p));
            return q;
        }
    }
    q = core_skip(&s->core, p, 2);
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
    s->body_at = p;
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

/* The members of the envelope from p, on a key, to the end. */
CORE_CALL const char *members(struct change_scan *s, const char *p)
{
    bool escaped, more;
    struct bf_str name;
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

/* The place of the value of "dynamodb" when the envelope is that of the record before; else NULL. The
 * parts that are compared were valid there, so they are valid here. */
CORE_INLINE const char *known_head(struct change_scan *s, const char *p)
{
    const struct shape_head *h = &s->shape->head;
    struct bf_change *c = s->change;
    bool escaped;
    size_t left = (size_t)(s->core.end - p);
    if (CORE_UNLIKELY(h->first == 0 || left < HEAD_TEXT + 64) || memcmp(p, h->text, h->first) != 0)
        return NULL;
    const char *id = p + h->first, *q = core_special(id);
    if (CORE_UNLIKELY(*q != '"'))
        return NULL;
    const char *second = q + 1, *op = second + h->second, *third = op + 7;
    if (CORE_UNLIKELY((size_t)(s->core.end - second) < HEAD_TEXT) ||
        memcmp(second, h->text + h->first, h->second) != 0 || op[6] != '"' ||
        !bf_op_parse(bf_str(op, 6), &c->op) ||
        memcmp(third, h->text + h->first + h->second, h->third) != 0)
        return NULL;
    escaped = false;
    c->event_id = (struct bf_change_text){bf_str(id, (size_t)(q - id)), escaped};
    s->op = (struct bf_change_text){bf_str(op, 6), false};
    if (h->table_n) {
        const char *base = h->table_at < h->first               ? p
                           : h->table_at < h->first + h->second ? second - h->first
                                                                : third - h->first - h->second;
        c->table.text = bf_str(base + h->table_at, h->table_n);
    }
    return third + h->third;
}

static const char *record(struct change_scan *s, const char *p)
{
    bool more;
    const char *q = known_head(s, p);
    if (CORE_LIKELY(q)) {
        q = body(s, q);
        if (CORE_UNLIKELY(!q))
            return NULL;
        q = next_member(&s->core, q, &more);
        return q && more ? members(s, q) : q;
    }
    p = core_space(&s->core, p);
    if (*p != '{')
        return core_fail(&s->core, p, "a change record is an object");
    p = core_space(&s->core, p + 1);
    if (*p == '}')
        return p + 1;
    p = members(s, p);
    if (p)
        bf_change_learn_head(s);
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
