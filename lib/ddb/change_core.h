/*
 * The one pass over a change record, built on lib/json/core.h and change_value.h
 * and compiled once for each vector level: change_portable.c and change_sse2.c
 * define BF_CORE_SIMD and CHANGE_OPS and include this. change.c
 * chooses among the tables. The text is padded (core.h).
 */
#ifndef BF_DDB_CHANGE_CORE_H
#define BF_DDB_CHANGE_CORE_H

#include "lib/ddb/change_value.h"

/*
 * The two images of a change, and its keys, are mostly the same text. What stands at p as t stood in the
 * image before is valid and needs no scan; NULL: it does not.
 */
CORE_INLINE const char *twin(struct change_scan *s, const char *p, struct bf_attr *a,
                             const struct bf_attr *t)
{
    const char *from = t->name.p - 1, *end = t->av.p + t->av.n;
    size_t n = (size_t)(end - from);
    if (CORE_UNLIKELY((size_t)(s->core.end - p) < n) || !core_same_wide(p, from, n))
        return NULL;
    *a = *t;
    a->name.p = p + 1;
    a->av.p = p + (t->av.p - from);
    a->val.p = p + (t->val.p - from);
    return p + n;
}

/* Does the name at p, with its quotes, stand there as t's does? */
CORE_INLINE bool named(const char *p, const struct bf_attr *t)
{
    return core_same_wide(p, t->name.p - 1, t->name.n + 2);
}

CORE_COLD bool grow(struct change_scan *s)
{
    if (bf_change_grow(s->change))
        return true;
    s->core.code = BF_E_MEMORY;
    return false;
}

/*
 * The attributes of the image before, in the order in which this one is held against them. Attributes of the
 * same names in the same order need no look at whether a name stands twice. At the first that has none there,
 * all names go into the table, and those that follow.
 */
struct twins {
    const struct bf_attr *at, *end;
    unsigned strange; /* attributes in a row that had no twin */
    bool listed;      /* names are in the table */
};

enum { STRANGE_MAX = 8 }; /* so many, and the image is another one */

/* Is the attribute at p of the name of the next twin, or the one after? */
CORE_INLINE bool known(const char *p, struct twins *w)
{
    if (w->at == w->end)
        return false;
    size_t step = named(p, w->at) ? 1 : w->at + 1 < w->end && named(p, w->at + 1) ? 2 : 0;
    w->at += step;
    if (CORE_LIKELY(step))
        w->strange = 0;
    else if (++w->strange == STRANGE_MAX)
        w->at = w->end;
    return step;
}

/* The names from first to before a go into the table. */
CORE_CALL bool list_names(struct change_scan *s, size_t first, const struct bf_attr *a)
{
    for (const struct bf_attr *b = s->change->attrs + first; b < a; b++)
        if (!first_time(s, b, s->names->first))
            return false;
    return true;
}

/* An attribute that has no twin, or one with another value. */
CORE_INLINE const char *fresh(struct change_scan *s, const char *p, struct bf_attr *a,
                              struct twins *w, size_t first)
{
    const char *name = p;
    bool is_known = known(p, w);
    p = pair(s, p, a, 0);
    if (CORE_UNLIKELY(!p)) {
        s->attr = name;
        return NULL;
    }
    if (CORE_UNLIKELY(!w->listed)) {
        if (is_known)
            return p;
        w->listed = true;
        if (a > s->change->attrs + first && !list_names(s, first, a))
            return twice(s, name, 0);
    }
    return CORE_LIKELY(first_time(s, a, s->names->first)) ? p : twice(s, name, 0);
}

/* The attributes of an image from p, on the quote of the first name, into the table from first on. */
CORE_INLINE const char *attributes(struct change_scan *s, const char *p, size_t first)
{
    struct bf_change *c = s->change;
    struct bf_attr *a = c->attrs + first, *full = c->attrs + c->cap;
    struct twins w = {c->attrs + s->twin, c->attrs + s->twin_end, 0, s->twin == s->twin_end};
    bool more;
    do {
        const char *q = NULL;
        if (CORE_UNLIKELY(a == full)) { /* the table may move */
            ptrdiff_t at = a - c->attrs, t = w.at - c->attrs, end = w.end - c->attrs;
            if (!grow(s))
                return NULL;
            a = c->attrs + at;
            full = c->attrs + c->cap;
            w.at = c->attrs + t;
            w.end = c->attrs + end;
        }
        if (w.at < w.end && (q = twin(s, p, a, w.at)) != NULL) {
            w.at++;
            if (CORE_UNLIKELY(w.listed) && !first_time(s, a, s->names->first))
                return twice(s, p, 0);
            p = q;
        } else if (!(p = fresh(s, p, a, &w, first)))
            return NULL;
        a++;
        p = next_member(&s->core, p, &more);
    } while (p && more);
    c->nattrs = (size_t)(a - c->attrs);
    return p;
}

/* An image or an item, its attributes into the table behind those that are there. */
static const char *image(struct change_scan *s, const char *p, struct bf_image *out)
{
    struct bf_change *c = s->change;
    size_t first = c->nattrs;
    const char *from = p;
    if (*p != '{')
        return core_fail(&s->core, p, "an image is an object");
    begin_names(s->names);
    p = core_space(&s->core, p + 1);
    p = *p == '}' ? p + 1 : attributes(s, p, first);
    if (CORE_UNLIKELY(!p))
        return NULL;
    *out = (struct bf_image){true, bf_str(from, (size_t)(p - from)), c->attrs + first,
                             c->nattrs - first};
    s->twin = first;
    s->twin_end = c->nattrs;
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

/* Behind the digits at p when they are a whole JSON number, as a member's value nearly always is; else p. */
CORE_INLINE const char *plain_digits(const char *p)
{
    const char *q = p;
#if BF_CORE_SIMD
    q += __builtin_ctz(~core_digits16(_mm_loadu_si128((const __m128i *)(const void *)p)));
#else
    while (core_digit(*q))
        q++;
#endif
    return *p != '0' && (*q == ',' || *q == '}') ? q : p;
}

CORE_INLINE const char *time_of(struct change_scan *s, const char *p)
{
    const char *q = plain_digits(p);
    if (CORE_LIKELY(q > p && q - p <= 16)) { /* any that is so short can be read */
        s->change->time = bf_str(p, (size_t)(q - p));
        return q;
    }
    q = core_skip(&s->core, p, 2);
    if (!q)
        return NULL;
    if (*p != '"' && *p != '-' && !core_digit(*p) && *p != 'n')
        return core_fail(&s->core, p, "ApproximateCreationDateTime is a number");
    if (*p == 'n')
        return q;
    s->change->time = bf_str(p, (size_t)(q - p));
    if (!bf_change_time_ok(s->change))
        return core_fail(&s->core, p, "ApproximateCreationDateTime is no time");
    return q;
}

CORE_INLINE const char *size_of(struct change_scan *s, const char *p)
{
    const char *q = plain_digits(p);
    return CORE_LIKELY(q > p) ? q : core_skip(&s->core, core_space(&s->core, p), 2);
}

#define NAME_IS(lit) (name.n == sizeof lit - 1 && memcmp(name.p, lit, sizeof lit - 1) == 0)
#define AT(lit)      (memcmp(p, lit, sizeof lit - 1) == 0)
#define BEHIND(lit)  (p + sizeof lit - 1)

/* A member of "dynamodb" with its key at p, however it is written. */
CORE_CALL const char *body_member(struct change_scan *s, const char *p)
{
    struct bf_change *c = s->change;
    struct bf_str name;
    bool escaped;
    p = member(&s->core, p, &name, &escaped);
    if (CORE_UNLIKELY(!p))
        return NULL;
    if (CORE_UNLIKELY(escaped))
        name = bf_change_decode(s, name);
    if (NAME_IS("NewImage"))
        return image(s, p, &c->new_image);
    if (NAME_IS("OldImage"))
        return image(s, p, &c->old_image);
    if (NAME_IS("Keys"))
        return image(s, p, &c->keys);
    if (NAME_IS("ApproximateCreationDateTime"))
        return time_of(s, p);
    if (NAME_IS("SequenceNumber"))
        return text(s, p, &c->seq, "SequenceNumber is a string");
    return core_skip(&s->core, p, 2);
}

/* The member "dynamodb", its members first as they are usually written. */
CORE_CALL const char *body(struct change_scan *s, const char *p)
{
    struct bf_change *c = s->change;
    bool more;
    if (*p != '{')
        return core_fail(&s->core, p, "dynamodb is an object");
    s->body_at = p;
    p = core_space(&s->core, p + 1);
    if (*p == '}')
        return p + 1;
    do {
        if (AT("\"Approximate") && memcmp(p + 12, "CreationDateTime", 16) == 0 && p[28] == '"' &&
            p[29] == ':' && core_digit(p[30]))
            p = time_of(s, BEHIND("\"ApproximateCreationDateTime\":"));
        else if (AT("\"Keys\":{"))
            p = image(s, BEHIND("\"Keys\":"), &c->keys);
        else if (AT("\"NewImage\":{"))
            p = image(s, BEHIND("\"NewImage\":"), &c->new_image);
        else if (AT("\"OldImage\":{"))
            p = image(s, BEHIND("\"OldImage\":"), &c->old_image);
        else if (AT("\"SizeBytes\":"))
            p = size_of(s, BEHIND("\"SizeBytes\":"));
        else
            p = body_member(s, p);
        if (CORE_UNLIKELY(!p))
            return NULL;
        p = next_member(&s->core, p, &more);
    } while (p && more);
    return p;
}

/* The same, and notes whether it came before. */
static const char *once(struct change_scan *s, const char *p, struct bf_change_text *out,
                        const char *wanted)
{
    s->twice |= out->text.p != NULL;
    return text(s, p, out, wanted);
}

CORE_CALL const char *event_name(struct change_scan *s, const char *p)
{
    struct bf_change_text t = {0};
    const char *q = text(s, p, &t, "eventName is a string");
    s->twice |= s->op.text.p != NULL;
    if (q)
        s->op = t;
    return q;
}

/* What Kinesis says of the record that brought the change; or, in a capture, the record itself. */
CORE_CALL const char *kinesis(struct change_scan *s, const char *p)
{
    struct bf_change *c = s->change;
    struct bf_str name;
    bool escaped, more;
    s->twice |= c->kinesis_seq.text.p != NULL;
    c->kinesis_seq = (struct bf_change_text){0};
    c->kinesis_part = (struct bf_str){0};
    if (*p != '{')
        return core_skip(&s->core, p, 1);
    p = core_space(&s->core, p + 1);
    if (*p == '}')
        return p + 1;
    do {
        p = member(&s->core, p, &name, &escaped);
        if (CORE_UNLIKELY(!p))
            return NULL;
        if (CORE_UNLIKELY(escaped))
            name = bf_change_decode(s, name);
        const char *from = p;
        if (NAME_IS("sequenceNumber") && *p == '"')
            p = text(s, p, &c->kinesis_seq, "sequenceNumber is a string");
        else if (NAME_IS("subSequenceNumber") && core_digit(*p) && (p = core_skip(&s->core, p, 2)))
            c->kinesis_part = bf_str(from, (size_t)(p - from));
        else if (p)
            p = core_skip(&s->core, p, 2);
        if (CORE_UNLIKELY(!p))
            return NULL;
        p = next_member(&s->core, p, &more);
    } while (p && more);
    return p;
}

/* One member of the envelope; p is on its value. */
CORE_INLINE const char *envelope(struct change_scan *s, const char *p, struct bf_str name)
{
    struct bf_change *c = s->change;
    if (NAME_IS("dynamodb")) {
        if (CORE_UNLIKELY(s->body_at != NULL))
            bf_change_forget_body(s);
        return body(s, p);
    }
    if (NAME_IS("eventName"))
        return event_name(s, p);
    if (NAME_IS("eventID"))
        return once(s, p, &c->event_id, "eventID is a string");
    if (NAME_IS("tableName"))
        return once(s, p, &c->table, "tableName is a string");
    if (NAME_IS("eventSourceARN"))
        return once(s, p, &s->arn, "eventSourceARN is a string");
    if (NAME_IS("kinesis")) {
        s->wrap = true;
        return kinesis(s, p);
    }
    if (NAME_IS("Records") || NAME_IS("records") || NAME_IS("Data") || NAME_IS("data") ||
        NAME_IS("data_base64"))
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
    const struct envelope_head *h = &s->envelope->head;
    struct bf_change *c = s->change;
    size_t left = (size_t)(s->core.end - p);
    if (CORE_UNLIKELY(h->first == 0 || left < h->n) || !core_same_wide(p, h->text, h->first))
        return NULL;
    const char *id = p + h->first, *q = core_special(id);
    if (CORE_UNLIKELY(*q != '"'))
        return NULL;
    const char *second = q + 1, *op = second + h->second, *third = op + 7;
    if (CORE_UNLIKELY((size_t)(s->core.end - second) + h->first < h->n) ||
        !core_same(second, h->text + h->first, h->second) || op[6] != '"' ||
        !bf_change_op(op, &c->op) ||
        !core_same_wide(third, h->text + h->first + h->second, h->third))
        return NULL;
    c->event_id = (struct bf_change_text){bf_str(id, (size_t)(q - id)), false};
    s->op = (struct bf_change_text){bf_str(op, 6), false};
    if (h->table_n) {
        const char *base = h->table_at < h->first               ? p
                           : h->table_at < h->first + h->second ? second - h->first
                                                                : third - h->first - h->second;
        c->table.text = bf_str(base + h->table_at, h->table_n);
    }
    return third + h->third;
}

/* The end of a tail that is remembered as far as p; NULL: it is another one. */
CORE_INLINE const char *known_sequence(struct change_scan *s, const char *p)
{
    const struct envelope_tail *t = &s->envelope->tail;
    if (!t->rest)
        return p;
    const char *q = core_special(p);
    if (*q != '"' || (size_t)(s->core.end - q) < t->rest ||
        !core_same_wide(q, t->text + t->n, t->rest))
        return NULL;
    s->change->kinesis_seq.text = bf_str(p, (size_t)(q - p));
    return q + t->rest;
}

/* What stands behind "dynamodb", from p on. */
CORE_INLINE const char *tail(struct change_scan *s, const char *p)
{
    const struct envelope_tail *t = &s->envelope->tail;
    bool more;
    const char *q;
    if (CORE_LIKELY(t->n && (size_t)(s->core.end - p) >= t->n) &&
        core_same_wide(p, t->text, t->n) && (q = known_sequence(s, p + t->n))) {
        if (t->arn_n)
            s->arn.text = bf_str(p + t->arn_at, t->arn_n);
        return q;
    }
    q = next_member(&s->core, p, &more);
    if (q && more)
        q = members(s, q);
    if (q)
        bf_change_learn_tail(s, p, q);
    return q;
}

static const char *record(struct change_scan *s, const char *p)
{
    const char *q = known_head(s, p);
    if (CORE_LIKELY(q)) {
        q = body(s, q);
        return CORE_LIKELY(q) ? tail(s, q) : NULL;
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
    begin_names(s->names);
    return value(s, core_space(&s->core, s->core.start), a, 0);
}

static const char *scan_item(struct change_scan *s, struct bf_image *out)
{
    return image(s, core_space(&s->core, s->core.start), out);
}

const struct change_ops CHANGE_OPS = {scan_record, scan_value, scan_item};

#endif
