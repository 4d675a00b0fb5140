#include "cmd/evput/evput.h"
#include "lib/json/find.h"

static bool add_part(struct template *t, bool member, const char *from, const char *to,
                     struct bf_err *e)
{
    if (t->n == TEMPLATE_PARTS)
        return bf_err_set(e, BF_E_USAGE, "%s: more than %d members and pieces of text", t->option,
                          TEMPLATE_PARTS);
    t->part[t->n].member = member;
    t->part[t->n++].text = bf_str(from, (size_t)(to - from));
    return true;
}

bool template_parse(struct template *t, const char *option, const char *text, struct bf_err *e)
{
    const char *from = text, *p = text;
    *t = (struct template){.option = option};
    while (*p) {
        if (*p != '{' && *p != '}') {
            p++;
            continue;
        }
        if (p[1] == *p) { /* one of the two braces is text */
            if (!add_part(t, false, from, p + 1, e))
                return false;
            from = p += 2;
            continue;
        }
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (!end)
            return bf_err_set(e, BF_E_USAGE, "%s '%.80s': a single '%c'; write %c%c for a brace",
                              option, text, *p, *p, *p);
        if (end == p + 1)
            return bf_err_set(e, BF_E_USAGE, "%s '%.80s': {} names no member", option, text);
        if ((p > from && !add_part(t, false, from, p, e)) || !add_part(t, true, p + 1, end, e))
            return false;
        from = p = end + 1;
    }
    return p == from || add_part(t, false, from, p, e);
}

bool template_is_constant(const struct template *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->part[i].member)
            return false;
    return true;
}

static bool put_member(struct bf_str line, struct bf_str path, struct bf_buf *out,
                       struct bf_err *why)
{
    static const char *const is[] = {
        [BF_JSON_NULL] = "null", [BF_JSON_ARRAY] = "an array", [BF_JSON_OBJECT] = "an object"};
    struct bf_json_val v;
    if (!bf_json_find_path(line, path, &v, why))
        return false;
    if (v.type == BF_JSON_STRING && v.escaped)
        bf_json_unescape(out, v.text);
    else if (v.type == BF_JSON_NULL || v.type >= BF_JSON_ARRAY)
        return bf_err_set(why, BF_E_INPUT, "member '%.*s' is %s", BF_SHOWN_TO(path, 80),
                          is[v.type]);
    else
        bf_buf_adds(out, v.text);
    return true;
}

bool template_put(const struct template *t, struct bf_str line, struct bf_buf *out,
                  struct bf_err *why)
{
    for (size_t i = 0; i < t->n; i++)
        if (!t->part[i].member)
            bf_buf_adds(out, t->part[i].text);
        else if (!put_member(line, t->part[i].text, out, why))
            return bf_err_ctx(why, "%s", t->option);
    return true;
}
