#include "cmd/bflocal/rule/json_path.h"

#include "lib/json/scan.h"

enum { STEPS_MAX = 64 };

struct step {
    enum { NAME, INDEX, ALL } kind;
    struct bf_str name;
    size_t index;
};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '/' || (c & 0x80);
}

/* After "[": the number, star or quoted name, and "]". */
static bool read_bracket(struct bf_str *rest, struct step *s)
{
    const char *close = memchr(rest->p, ']', rest->n);
    if (!close || close == rest->p)
        return false;
    struct bf_str in = bf_str(rest->p, (size_t)(close - rest->p));
    *rest = bf_str(close + 1, rest->n - in.n - 1);
    char quote = in.p[0];
    s->kind = ALL;
    if (bf_str_is(in, "*"))
        return true;
    if ((quote == '\'' || quote == '"') && in.n > 2 && in.p[in.n - 1] == quote) {
        s->kind = NAME;
        s->name = bf_str(in.p + 1, in.n - 2);
        return true;
    }
    s->kind = INDEX;
    s->index = 0;
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] < '0' || in.p[i] > '9' || i > 8)
            return false;
        s->index = s->index * 10 + (size_t)(in.p[i] - '0');
    }
    return true;
}

/* Takes one step from the front of the path. */
static bool read_step(struct bf_str *rest, struct step *s)
{
    char first = rest->p[0];
    *rest = bf_str(rest->p + 1, rest->n - 1);
    if (first == '[')
        return read_bracket(rest, s);
    size_t n = 0;
    while (first == '.' && n < rest->n && is_name_byte(rest->p[n]))
        n++;
    s->kind = NAME;
    s->name = bf_str(rest->p, n);
    *rest = bf_str(rest->p + n, rest->n - n);
    return n > 0;
}

static bool read_path(struct bf_str path, struct step *steps, size_t *n)
{
    *n = 0;
    if (!path.n || path.p[0] != '$')
        return false;
    for (path = bf_str(path.p + 1, path.n - 1); path.n; ++*n)
        if (*n == STEPS_MAX || !read_step(&path, &steps[*n]))
            return false;
    return true;
}

bool bl_json_path_check(struct bf_str path)
{
    struct step steps[STEPS_MAX];
    size_t n;
    return read_path(path, steps, &n);
}

static bool get(struct bf_str value, const struct step *s, size_t n, struct bf_buf *out);

/* The elements of an array: the one with the index, or all. */
static bool get_elements(struct bf_str array, const struct step *s, size_t n, struct bf_buf *out)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    size_t i = 0, before = out->n;
    bool any = false;
    bf_json_init(&j, array);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return false;
    for (; bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e); i++) {
        if (s->kind == INDEX && i == s->index)
            return get(v.raw, s + 1, n - 1, out);
        if (s->kind == INDEX)
            continue;
        size_t at = out->n;
        bf_buf_addc(out, any ? ',' : '[');
        if (get(v.raw, s + 1, n - 1, out))
            any = true;
        else
            out->n = at;
    }
    if (any)
        bf_buf_addc(out, ']');
    else
        out->n = before;
    return any;
}

static bool get(struct bf_str value, const struct step *s, size_t n, struct bf_buf *out)
{
    struct bf_json_val v;
    struct bf_err e;
    bool found = false;
    if (n == 0) {
        bf_buf_adds(out, value);
        return true;
    }
    if (s->kind != NAME)
        return get_elements(value, s, n, out);
    return bf_json_find(value, s->name, &v, &found, &e) && found && get(v.raw, s + 1, n - 1, out);
}

bool bl_json_path_get(struct bf_str document, struct bf_str path, struct bf_buf *out)
{
    struct step steps[STEPS_MAX];
    size_t n;
    return read_path(path, steps, &n) && get(bf_str_trim(document), steps, n, out);
}
