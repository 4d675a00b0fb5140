/* Rows in JSON, by the rules of the SerDes of openx and Hive. */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "cmd/bflocal/hive/hive_row.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

/* Skips one type in Hive's notation. */
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

enum { FIELDS = 256 };

/* The fields in "a:int,b:string". */
struct fields {
    struct {
        struct bf_str name, type;
        bool seen;
    } field[FIELDS];
    size_t n;
};

static void read_fields(struct fields *f, struct bf_str of)
{
    const char *p = of.p, *end = of.p + of.n;
    f->n = 0;
    while (p < end && f->n < FIELDS) {
        const char *colon = memchr(p, ':', (size_t)(end - p));
        if (!colon)
            return;
        const char *next = skip_type(colon + 1, end);
        f->field[f->n].name = bf_str_trim(bf_str(p, (size_t)(colon - p)));
        f->field[f->n].type = bf_str_trim(bf_str(colon + 1, (size_t)(next - colon - 1)));
        f->field[f->n++].seen = false;
        p = next + 1;
    }
}

static void put_key(struct bf_buf *out, struct bf_str name, bool fold, bool *first)
{
    bf_buf_adds(out, *first ? BF_STR("\"") : BF_STR(",\""));
    *first = false;
    for (size_t i = 0; i < name.n; i++)
        bf_buf_addc(out, fold ? (char)tolower((unsigned char)name.p[i]) : name.p[i]);
    bf_buf_lit(out, "\":");
}

static bool nested(struct bf_str type, struct bf_json *j, struct bf_buf *out, struct bf_err *e);

/* Writes all fields of the type and no other, because DuckDB needs them all. */
static bool nested_struct(struct bf_str of, struct bf_json *j, struct bf_buf *out, struct bf_err *e)
{
    struct fields f;
    struct bf_json_key key;
    enum bf_json_more more;
    bool first = true;
    read_fields(&f, of);
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    bf_buf_addc(out, '{');
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        size_t i = 0;
        while (i < f.n && !(f.field[i].name.n == key.text.n && !f.field[i].seen &&
                            strncasecmp(f.field[i].name.p, key.text.p, key.text.n) == 0))
            i++;
        if (i == f.n) {
            if (!bf_json_skip(j, e))
                return false;
            continue;
        }
        f.field[i].seen = true;
        put_key(out, f.field[i].name, true, &first);
        if (!nested(f.field[i].type, j, out, e))
            return false;
    }
    for (size_t i = 0; i < f.n; i++)
        if (!f.field[i].seen) {
            put_key(out, f.field[i].name, true, &first);
            bf_buf_lit(out, "null");
        }
    bf_buf_addc(out, '}');
    return more == BF_JSON_END;
}

static bool nested_map(struct bf_str of, struct bf_json *j, struct bf_buf *out, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    bool first = true;
    const char *end = of.p + of.n, *comma = skip_type(of.p, end);
    if (comma == end)
        comma = end - 1;
    struct bf_str value = bf_str_trim(bf_str(comma + 1, (size_t)(end - comma - 1)));
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    bf_buf_addc(out, '{');
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        put_key(out, key.text, false, &first);
        if (!nested(value, j, out, e))
            return false;
    }
    bf_buf_addc(out, '}');
    return more == BF_JSON_END;
}

static bool nested_list(struct bf_str of, struct bf_json *j, struct bf_buf *out, struct bf_err *e)
{
    enum bf_json_more more;
    bool first = true;
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

/* Writes a value of this type: names of structs in lower case, keys of maps unchanged. For the
 * type string an object or list is written as its text. */
static bool nested(struct bf_str type, struct bf_json *j, struct bf_buf *out, struct bf_err *e)
{
    struct bf_json_val v;
    enum bf_json_type is;
    const char *inside = memchr(type.p, '<', type.n), *end = type.p + type.n;
    if (!bf_json_peek(j, &is, e))
        return false;
    if (!inside || is == BF_JSON_NULL) {
        if (!bf_json_value(j, &v, e))
            return false;
        bool text = v.type == BF_JSON_OBJECT || v.type == BF_JSON_ARRAY;
        if (text && (type_is(type, "strin") || type_is(type, "varchar")))
            bf_json_put_string(out, v.raw);
        else
            bf_buf_adds(out, v.raw);
        return true;
    }
    struct bf_str of = bf_str(inside + 1, (size_t)(end - inside - 2));
    return type_is(type, "map<")     ? nested_map(of, j, out, e)
           : type_is(type, "array<") ? nested_list(of, j, out, e)
                                     : nested_struct(of, j, out, e);
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

/* The index of a key's column; n if there is none. The search starts after the last column
 * found. */
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

/* The column of a key, whose escapes are read first. */
static size_t find_key(const struct hive_spec *s, const struct bf_json_key *key, size_t from)
{
    struct bf_buf plain;
    if (!key->escaped)
        return find(s, key->text, from);
    bf_buf_init(&plain, key->text.n + 1);
    bf_json_unescape(&plain, key->text);
    size_t i = bf_buf_ok(&plain) ? find(s, bf_buf_view(&plain), from) : s->n;
    bf_buf_free(&plain);
    return i;
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
            size_t i = find_key(s, &key, at);
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
