#if defined(__SSE2__)
#define BF_CORE_SIMD 1
#endif
#include "lib/ddb/value.h"

#include "lib/ddb/change_ops.h"
#include "lib/ddb/number.h"
#include "lib/json/core.h"
#include "lib/json/scan.h"

/* Behind the closing quote of the valid string whose opening quote is in front of p. */
static const char *string_end(const char *p)
{
    for (p = core_special(p); *p != '"'; p = core_special(p))
        p += *p == '\\' ? 2 : 1;
    return p + 1;
}

static char *put_string(char *o, const char **p)
{
    const char *from = *p;
    *p = string_end(from + 1);
    return bf_value_copy(o, from, (size_t)(*p - from));
}

char *bf_value_write_number(char *o, struct bf_str text)
{
    struct bf_buf at = {.p = o, .cap = text.n + 2, .max = text.n + 2};
    bf_number_put_json(&at, text); /* fits, so nothing is allocated */
    return o + at.n;
}

static char *put_number(char *o, const char **p)
{
    struct bf_str text = {*p + 1, 0};
    while (text.p[text.n] != '"')
        text.n++;
    *p = text.p + text.n + 1;
    return bf_number_is_json(text) ? bf_value_copy(o, text.p, text.n)
                                   : bf_value_write_number(o, text);
}

/* The type named at p, on its quote; *p moves on to the value. */
static enum bf_attr_type take_type(struct core *s, const char **p)
{
    size_t n;
    enum bf_attr_type type = bf_change_tag(*p, &n);
    const char *end = *p + n;
    if (n == 0) {
        end = string_end(*p + 1);
        (void)bf_change_type(bf_str(*p + 1, (size_t)(end - *p) - 2), true, &type);
    }
    *p = core_space(s, core_space(s, end) + 1);
    return type;
}

static char *put_value(struct core *s, char *o, const char **p);

/* The array or object at *p, its members by what they hold. */
static char *put_members(struct core *s, char *o, const char **p, enum bf_attr_type type)
{
    const char *q = core_space(s, *p + 1);
    *o++ = **p;
    while (*q != ']' && *q != '}') {
        if (type == BF_ATTR_M) {
            o = put_string(o, &q);
            *o++ = ':';
            q = core_space(s, core_space(s, q) + 1);
        }
        if (type == BF_ATTR_M || type == BF_ATTR_L)
            o = put_value(s, o, &q);
        else
            o = type == BF_ATTR_NS ? put_number(o, &q) : put_string(o, &q);
        q = core_space(s, q);
        if (*q == ',') {
            *o++ = ',';
            q = core_space(s, q + 1);
        }
    }
    *o++ = *q;
    *p = q + 1;
    return o;
}

static char *put_typed(struct core *s, char *o, const char **p, enum bf_attr_type type)
{
    size_t n;
    switch (type) {
    case BF_ATTR_S:
    case BF_ATTR_B:
        return put_string(o, p);
    case BF_ATTR_N:
        return put_number(o, p);
    case BF_ATTR_BOOL:
    case BF_ATTR_NULL:
        n = **p == 't' ? 4 : 5;
        memcpy(o, type == BF_ATTR_NULL ? "null" : *p, type == BF_ATTR_NULL ? 4 : n);
        *p += n;
        return o + (type == BF_ATTR_NULL ? 4 : n);
    case BF_ATTR_M:
    case BF_ATTR_L:
    case BF_ATTR_SS:
    case BF_ATTR_NS:
    case BF_ATTR_BS:
        break;
    }
    return put_members(s, o, p, type);
}

/* The attribute value at *p, on its brace. Nesting is bounded by BF_ATTR_DEPTH. */
static char *put_value(struct core *s, char *o, const char **p)
{
    uint64_t head = core_load8(*p) & 0xFFFFFFFFFFFFu;
    if (head == (core_load8("{\"S\":\"\0") & 0xFFFFFFFFFFFFu)) {
        *p += 5;
        o = put_string(o, p);
    } else {
        *p = core_space(s, *p + 1);
        enum bf_attr_type type = take_type(s, p);
        o = put_typed(s, o, p, type);
    }
    *p = core_space(s, *p) + 1;
    return o;
}

char *bf_value_write(char *o, const struct bf_attr *a)
{
    struct core s = {.end = a->val.p + a->val.n};
    const char *p = a->val.p;
    switch (a->type) {
    case BF_ATTR_S:
    case BF_ATTR_B:
        return bf_value_copy(o, p - 1, a->val.n + 2);
    case BF_ATTR_N:
        return a->json ? bf_value_copy(o, p, a->val.n) : bf_value_write_number(o, a->val);
    case BF_ATTR_BOOL:
        return bf_value_copy(o, p, a->val.n);
    case BF_ATTR_NULL:
        memcpy(o, "null", 4);
        return o + 4;
    case BF_ATTR_M:
    case BF_ATTR_L:
    case BF_ATTR_SS:
    case BF_ATTR_NS:
    case BF_ATTR_BS:
        break;
    }
    return a->plain ? bf_value_copy(o, a->plain, a->plain_n) : put_members(&s, o, &p, a->type);
}

void bf_value_put_json(struct bf_buf *out, const struct bf_attr *a)
{
    char *o = bf_buf_room(out, a->av.n + BF_VALUE_ROOM);
    if (o)
        out->n += (size_t)(bf_value_write(o, a) - o);
}

void bf_value_put_text(struct bf_buf *out, const struct bf_attr *a)
{
    if (a->type == BF_ATTR_NULL)
        return;
    if (a->type == BF_ATTR_S || a->type == BF_ATTR_B) {
        if (a->escaped)
            bf_json_unescape(out, a->val);
        else
            bf_buf_adds(out, a->val);
    } else
        bf_value_put_json(out, a);
}

void bf_value_put_compact(struct bf_buf *out, struct bf_str json)
{
    char *o = bf_buf_room(out, json.n + BF_VALUE_ROOM);
    if (!o)
        return;
    char *from = o;
    for (const char *p = json.p, *end = p + json.n; p < end;) {
        if (*p == '"')
            o = put_string(o, &p);
        else if (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')
            p++;
        else
            *o++ = *p++;
    }
    out->n += (size_t)(o - from);
}

void bf_value_put_av(struct bf_buf *out, const struct bf_attr *a)
{
    bf_value_put_compact(out, a->av);
}

/* Fills *a from the valid attribute value at p; returns behind it. */
static const char *read_value(struct core *s, const char *p, struct bf_attr *a)
{
    const char *from = p;
    bool escaped;
    p = core_space(s, p + 1);
    a->type = take_type(s, &p);
    a->escaped = a->json = false;
    a->plain = NULL;
    if (*p == '"') {
        const char *end = core_string(s, p + 1, &escaped);
        a->val = bf_str(p + 1, (size_t)(end - p) - 2);
        a->escaped = escaped;
        a->json = a->type == BF_ATTR_N && bf_number_is_json(a->val);
        p = end;
    } else {
        const char *end = core_skip(s, p, 0);
        a->val = bf_str(p, (size_t)(end - p));
        p = end;
    }
    p = core_space(s, p) + 1;
    a->av = bf_str(from, (size_t)(p - from));
    return p;
}

bool bf_value_member(const struct bf_attr *m, struct bf_str name, struct bf_attr *out)
{
    struct core s = {.end = m->val.p + m->val.n};
    if (m->type != BF_ATTR_M)
        return false;
    const char *p = core_space(&s, m->val.p + 1);
    while (*p != '}') {
        const char *key = p;
        p = core_string(&s, p + 1, &out->name_escaped);
        out->name = bf_str(key + 1, (size_t)(p - key) - 2);
        p = read_value(&s, core_space(&s, core_space(&s, p) + 1), out);
        if (bf_attr_is(out, name))
            return true;
        p = core_space(&s, p);
        if (*p == ',')
            p = core_space(&s, p + 1);
    }
    return false;
}

bool bf_value_path(const struct bf_image *image, struct bf_str path, struct bf_attr *out)
{
    const struct bf_attr *a = bf_image_find(image, path);
    struct bf_str step;
    if (a) {
        *out = *a;
        return true;
    }
    if (!path.n || !bf_str_split(&path, '.', &step) || !path.p || !(a = bf_image_find(image, step)))
        return false;
    *out = *a;
    while (bf_str_split(&path, '.', &step)) {
        struct bf_attr outer = *out;
        if (!bf_value_member(&outer, step, out))
            return false;
    }
    return true;
}
