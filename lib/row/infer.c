#include "lib/row/infer.h"

#include <stdlib.h>

#include "lib/json/scan.h"

enum { NAMES_MAX = 64 * 1024 * 1024, DIGITS_SMALL = 18, MICROS = 6 };

void bf_infer_init(struct bf_infer *i)
{
    *i = (struct bf_infer){0};
    bf_arena_init(&i->arena, NAMES_MAX);
    bf_map_init(&i->names, BF_SCHEMA_COLUMNS);
}

void bf_infer_free(struct bf_infer *i)
{
    bf_arena_free(&i->arena);
    bf_map_free(&i->names);
    free(i->column);
    *i = (struct bf_infer){0};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Does the text have this form? 0 stands for a digit, other characters for themselves. */
static bool has_form(struct bf_str s, const char *form)
{
    size_t n = strlen(form), k = 0;
    while (k < n && k < s.n && (form[k] == '0' ? is_digit(s.p[k]) : s.p[k] == form[k]))
        k++;
    return k == n;
}

static int two(const char *p)
{
    return (p[0] - '0') * 10 + p[1] - '0';
}

static bool is_date(struct bf_str s)
{
    if (!has_form(s, "0000-00-00"))
        return false;
    int month = two(s.p + 5), day = two(s.p + 8), year = two(s.p) * 100 + two(s.p + 2);
    int last = month == 2 ? 28 + (year % 4 == 0 && (year % 100 || year % 400 == 0))
                          : 30 + ((month + (month > 7)) & 1);
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= last;
}

static bool is_time(struct bf_str s)
{
    if (!is_date(s) || s.n < 19 || (s.p[10] != 'T' && s.p[10] != ' ') ||
        !has_form(bf_str(s.p + 11, s.n - 11), "00:00:00") || two(s.p + 11) > 23 ||
        two(s.p + 14) > 59 || two(s.p + 17) > 59)
        return false;
    s = bf_str(s.p + 19, s.n - 19);
    if (s.n && s.p[0] == '.') {
        size_t n = 1;
        while (n < s.n && is_digit(s.p[n]))
            n++;
        if (n == 1 || n > MICROS + 1)
            return false;
        s = bf_str(s.p + n, s.n - n);
    }
    return s.n == 0 || bf_str_is(s, "Z") ||
           ((has_form(s, "+00:00") || has_form(s, "-00:00")) && s.n == 6);
}

/* A number's digits, counted without an exponent and without zeros at its beginning. */
static enum bf_infer_kind number(struct bf_infer_column *c, struct bf_str s)
{
    size_t k = s.p[0] == '-', from = k;
    if (memchr(s.p, 'e', s.n) || memchr(s.p, 'E', s.n))
        return BF_INFER_EXPONENT;
    while (k < s.n && is_digit(s.p[k]))
        k++;
    struct bf_str whole = bf_str(s.p + from, k - from);
    if (whole.p[0] == '0')
        whole = bf_str(whole.p + 1, whole.n - 1);
    size_t behind = s.n > k ? s.n - k - 1 : 0;
    if (whole.n + behind > BF_TYPE_DIGITS)
        return BF_INFER_LONG;
    c->before = (int)whole.n > c->before ? (int)whole.n : c->before;
    c->behind = (int)behind > c->behind ? (int)behind : c->behind;
    struct bf_str most = from ? BF_STR("9223372036854775808") : BF_STR("9223372036854775807");
    bool fits = whole.n < most.n || (whole.n == most.n && bf_str_cmp(whole, most) <= 0);
    return s.n == k && fits ? BF_INFER_INTEGER : BF_INFER_DECIMAL;
}

static enum bf_infer_kind kind_of(struct bf_infer_column *c, const struct bf_json_val *v)
{
    switch (v->type) {
    case BF_JSON_NULL:
        return BF_INFER_NULL;
    case BF_JSON_FALSE:
    case BF_JSON_TRUE:
        return BF_INFER_BOOLEAN;
    case BF_JSON_NUMBER:
        return number(c, v->text);
    case BF_JSON_STRING:
        return v->escaped                            ? BF_INFER_TEXT
               : v->text.n == 10 && is_date(v->text) ? BF_INFER_DATE
               : is_time(v->text)                    ? BF_INFER_TIME
                                                     : BF_INFER_TEXT;
    case BF_JSON_ARRAY:
    case BF_JSON_OBJECT:
        break;
    }
    return BF_INFER_NESTED;
}

static struct bf_infer_column *column_of(struct bf_infer *i, const struct bf_json_key *key,
                                         struct bf_err *e)
{
    struct bf_buf decoded;
    struct bf_str name = key->text;
    bool added = false;
    bf_buf_init(&decoded, key->text.n + 1);
    if (key->escaped) {
        bf_json_unescape(&decoded, key->text);
        name = bf_buf_view(&decoded);
    }
    uint64_t *at = i->n == BF_SCHEMA_COLUMNS ? bf_map_get(&i->names, name)
                                             : bf_map_put(&i->names, name, &added);
    struct bf_infer_column *c = at && !added ? &i->column[*at] : NULL;
    if (added && i->n == i->cap) {
        size_t cap = i->cap ? i->cap * 2 : 64;
        struct bf_infer_column *more = realloc(i->column, cap * sizeof *more);
        if (more) {
            i->column = more;
            i->cap = cap;
        }
    }
    if (at && added && i->n < i->cap) {
        *at = i->n;
        c = &i->column[i->n];
        *c = (struct bf_infer_column){0};
        if (bf_arena_copy(&i->arena, name, &c->name))
            i->n++;
        else
            c = NULL;
    }
    bf_buf_free(&decoded);
    if (!c && i->n == BF_SCHEMA_COLUMNS)
        bf_err_set(e, BF_E_LIMIT, "more than %d columns", BF_SCHEMA_COLUMNS);
    else if (!c)
        bf_err_nomem(e);
    return c;
}

bool bf_infer_row(struct bf_infer *i, struct bf_str row, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    if (!bf_json_check(row, e)) /* all of it, before any of it counts */
        return false;
    bf_json_init(&j, row);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    i->rows++;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(&j, &v, e))
            return false;
        struct bf_infer_column *c = column_of(i, &key, e);
        if (!c)
            return false;
        enum bf_infer_kind kind = kind_of(c, &v);
        if (!c->first[kind])
            c->first[kind] = i->rows;
    }
    return more == BF_JSON_END;
}

struct bf_type bf_infer_type(const struct bf_infer_column *c)
{
    bool number = c->first[BF_INFER_INTEGER] || c->first[BF_INFER_DECIMAL] ||
                  c->first[BF_INFER_EXPONENT] || c->first[BF_INFER_LONG];
    bool text = c->first[BF_INFER_TEXT], nested = c->first[BF_INFER_NESTED];
    bool time = c->first[BF_INFER_DATE] || c->first[BF_INFER_TIME],
         truth = c->first[BF_INFER_BOOLEAN];
    int digits = c->before + c->behind;
    if (nested || number + text + time + truth == 0)
        return (struct bf_type){.kind = BF_TYPE_JSON};
    if (number + text + time + truth > 1 || text || c->first[BF_INFER_LONG])
        return (struct bf_type){.kind = BF_TYPE_STRING};
    if (truth)
        return (struct bf_type){.kind = BF_TYPE_BOOLEAN};
    if (c->first[BF_INFER_TIME])
        return (struct bf_type){.kind = BF_TYPE_TIMESTAMP, .scale = MICROS};
    if (time)
        return (struct bf_type){.kind = BF_TYPE_DATE};
    if (c->first[BF_INFER_EXPONENT])
        return (struct bf_type){.kind = BF_TYPE_DOUBLE};
    if (!c->first[BF_INFER_DECIMAL])
        return (struct bf_type){.kind = BF_TYPE_INTEGER, .bits = 64};
    if (digits > BF_TYPE_DIGITS)
        return (struct bf_type){.kind = BF_TYPE_STRING};
    return (struct bf_type){.kind = BF_TYPE_DECIMAL,
                            .digits = digits <= DIGITS_SMALL ? DIGITS_SMALL : BF_TYPE_DIGITS,
                            .scale = c->behind};
}

bool bf_infer_schema(const struct bf_infer *i, const struct bf_str *skip, size_t n,
                     struct bf_schema *s, struct bf_err *e)
{
    for (size_t k = 0; k < i->n; k++) {
        struct bf_type type = bf_infer_type(&i->column[k]);
        struct bf_str name;
        size_t at = 0;
        while (at < n && !bf_str_eq(skip[at], i->column[k].name))
            at++;
        if (at < n)
            continue;
        if (!bf_arena_copy(&s->arena, i->column[k].name, &name))
            return bf_err_nomem(e);
        if (!bf_schema_add(s, name, &type, e))
            return false;
    }
    return s->n || bf_err_set(e, BF_E_INPUT, "no columns");
}

const char *bf_infer_kind_name(enum bf_infer_kind kind)
{
    static const char *const names[] = {
        [BF_INFER_NULL] = "NULL",
        [BF_INFER_BOOLEAN] = "a truth value",
        [BF_INFER_INTEGER] = "a whole number",
        [BF_INFER_DECIMAL] = "a number with a fraction or more digits than 64 bits hold",
        [BF_INFER_EXPONENT] = "a number with an exponent",
        [BF_INFER_LONG] = "a number of more than 38 digits",
        [BF_INFER_DATE] = "a date",
        [BF_INFER_TIME] = "a time",
        [BF_INFER_TEXT] = "a text",
        [BF_INFER_NESTED] = "a list or an object",
    };
    return names[kind];
}
