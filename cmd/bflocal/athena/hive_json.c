/* Rows of JSON, as the SerDes of openx and Hive read them. */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "cmd/bflocal/athena/hive_row.h"
#include "lib/json/scan.h"

/* Over one type in Hive's text, to what follows it. */
static const char *skip_type(const char *p, const char *end)
{
    int depth = 0;
    for (; p < end; p++) {
        if (*p == '<' || *p == '(')
            depth++;
        else if (depth == 0 && (*p == ',' || *p == '>'))
            break;
        else if (*p == '>' || *p == ')')
            depth--;
    }
    return p;
}

static bool type_is(struct bf_str type, const char *name)
{
    size_t n = strlen(name);
    return type.n > n && strncasecmp(type.p, name, n) == 0;
}

/* A nested value with the names of its structs folded; the keys of maps stay. */
static bool nested(struct bf_str type, struct bf_json *j, struct bf_buf *out, struct bf_err *e)
{
    struct bf_json_val v;
    struct bf_json_key key;
    enum bf_json_more more;
    enum bf_json_type is;
    bool map = type_is(type, "map<"), list = type_is(type, "array<"),
         row = type_is(type, "struct<"), first = true;
    const char *end = type.p + type.n;
    if (!bf_json_peek(j, &is, e))
        return false;
    if ((!map && !list && !row) || is == BF_JSON_NULL) {
        if (!bf_json_value(j, &v, e))
            return false;
        bf_buf_adds(out, v.raw);
        return true;
    }
    const char *inside = memchr(type.p, '<', type.n);
    struct bf_str of = bf_str(inside + 1, (size_t)(end - inside - 2));
    if (list) {
        if (!bf_json_enter(j, BF_JSON_ARRAY, e))
            return false;
        bf_buf_addc(out, '[');
        while ((more = bf_json_element(j, e)) == BF_JSON_MORE) {
            if (!first)
                bf_buf_addc(out, ',');
            first = false;
            if (!nested(of, j, out, e))
                return false;
        }
        bf_buf_addc(out, ']');
        return more == BF_JSON_END;
    }
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    bf_buf_addc(out, '{');
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        struct bf_str value = bf_str(NULL, 0);
        if (map) {
            const char *comma = skip_type(of.p, of.p + of.n);
            value = bf_str_trim(bf_str(comma + 1, (size_t)(of.p + of.n - comma - 1)));
        } else
            for (const char *p = of.p; p < of.p + of.n;) {
                const char *colon = memchr(p, ':', (size_t)(of.p + of.n - p));
                if (!colon)
                    break;
                const char *next = skip_type(colon + 1, of.p + of.n);
                struct bf_str name = bf_str_trim(bf_str(p, (size_t)(colon - p)));
                if (name.n == key.text.n && strncasecmp(name.p, key.text.p, name.n) == 0)
                    value = bf_str_trim(bf_str(colon + 1, (size_t)(next - colon - 1)));
                p = next + 1;
            }
        if (!value.p) {
            if (!bf_json_skip(j, e))
                return false;
            continue;
        }
        bf_buf_adds(out, first ? BF_STR("\"") : BF_STR(",\""));
        first = false;
        for (size_t i = 0; i < key.text.n; i++)
            bf_buf_addc(out, map ? key.text.p[i] : (char)tolower((unsigned char)key.text.p[i]));
        bf_buf_lit(out, "\":");
        if (!nested(value, j, out, e))
            return false;
    }
    bf_buf_addc(out, '}');
    return more == BF_JSON_END;
}

static bool same_key(const struct hive_spec *s, struct bf_str key, struct bf_str wanted)
{
    if (key.n != wanted.n)
        return false;
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        if (s->dots && c == '.')
            c = '_';
        if (s->fold && c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if (c != wanted.p[i])
            return false;
    }
    return true;
}

/* The column of a key, looked for from the one behind the last; n: none. */
static size_t find(const struct hive_spec *s, struct bf_str key, size_t from)
{
    for (size_t k = 0; k < s->n; k++) {
        size_t i = (from + k) % s->n;
        if (same_key(s, key, s->column[i].key))
            return i;
    }
    return s->n;
}

static bool json_cell(const struct hive_spec *s, struct hive_row *r, size_t i, struct bf_json *j,
                      struct bf_err *e)
{
    struct bf_json_val v;
    size_t from = r->text.n;
    const struct hive_column *c = &s->column[i];
    if (c->kind == 'n') {
        if (!nested(c->type, j, &r->text, e))
            return false;
        struct bf_str text = bf_str(r->text.p + from, r->text.n - from);
        if (!bf_str_is(text, "null"))
            hive_set_cell(r, i, from);
        return true;
    }
    if (!bf_json_value(j, &v, e))
        return false;
    if (v.type == BF_JSON_NULL)
        return true;
    if (v.type == BF_JSON_STRING && v.escaped)
        bf_json_unescape(&r->text, v.text);
    else
        bf_buf_adds(&r->text, v.text);
    hive_set_cell(r, i, from);
    struct bf_str text = bf_str(r->text.p + from, r->text.n - from);
    return hive_fits(s, c->kind, text) || hive_bad(r, s, i, text);
}

bool hive_json_row(const struct hive_spec *s, struct hive_row *r, struct bf_str line)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err e = {0};
    enum bf_json_more more = BF_JSON_ERROR;
    size_t at = 0;
    bf_json_init(&j, line);
    if (bf_json_enter(&j, BF_JSON_OBJECT, &e))
        while ((more = bf_json_member(&j, &key, &e)) == BF_JSON_MORE) {
            size_t i = find(s, key.text, at);
            if (i == s->n) {
                if (!bf_json_skip(&j, &e))
                    break;
                continue;
            }
            if (r->cell[i].set && s->openx) {
                bf_err_set(&e, BF_E_INPUT, "Duplicate key \"%.*s\"",
                           (int)(key.text.n > 80 ? 80 : key.text.n), key.text.p);
                break;
            }
            r->cell[i].set = true;
            at = i + 1;
            if (!json_cell(s, r, i, &j, &e))
                break;
        }
    if (more == BF_JSON_END && bf_json_end(&j, &e))
        return true;
    if (r->error[0])
        return false;
    if (s->malformed) {
        for (size_t i = 0; i < s->n; i++)
            r->cell[i].null = true;
        return true;
    }
    snprintf(r->error, sizeof r->error,
             "HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: %.300s", e.text);
    return false;
}
