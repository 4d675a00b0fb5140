#include "lib/cdc/reshape_type.h"

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/cdc/number.h"

bool bf_shape_type_parse(struct bf_str text, struct shape_type *type, struct bf_err *e)
{
    static const char *const names[] = {"",        "string", "integer",  "",
                                        "boolean", "date",   "timestamp"};
    struct bf_str rest, digits;
    uint64_t p = 0, s = 0;
    *type = (struct shape_type){.text = text};
    for (size_t i = SHAPE_STRING; i <= SHAPE_TIMESTAMP; i++)
        if (i != SHAPE_DECIMAL && bf_str_eq(text, bf_str_of(names[i]))) {
            type->kind = (enum shape_kind)i;
            return true;
        }
    if (bf_str_starts(text, BF_STR("decimal(")) && text.p[text.n - 1] == ')') {
        rest = bf_str(text.p + 8, text.n - 9);
        if (bf_str_split(&rest, ',', &digits) && bf_num_u64(bf_str_trim(digits), &p, e) &&
            (!rest.p || bf_num_u64(bf_str_trim(rest), &s, e)) && p >= 1 && p <= 38 && s <= p) {
            type->kind = SHAPE_DECIMAL;
            type->digits = (int)p;
            type->scale = (int)s;
            return true;
        }
    }
    return bf_err_set(
        e, BF_E_INPUT,
        "'%.*s' is not string, integer, decimal(P,S) with P up to 38, boolean, date or "
        "timestamp",
        (int)(text.n < 60 ? text.n : 60), text.p);
}

/* Integers are decimals without digits behind the point, of any length. */
static bool fit_number(const struct shape_type *type, struct bf_str text, struct bf_buf *out)
{
    char room[256];
    struct bf_err ignored;
    struct bf_buf plain = {.p = room, .cap = sizeof room, .max = sizeof room};
    if (!bf_number_check(text, &ignored))
        return false;
    bf_number_put_plain(&plain, text);
    struct bf_str rest = bf_buf_view(&plain), whole;
    (void)bf_str_split(&rest, '.', &whole);
    size_t behind = rest.p ? rest.n : 0, sign = whole.p[0] == '-';
    size_t before = whole.n - sign - (whole.p[sign] == '0');
    if (behind > (size_t)type->scale ||
        (type->kind == SHAPE_DECIMAL && before > (size_t)(type->digits - type->scale)))
        return false;
    bf_buf_adds(out, whole);
    if (type->scale)
        bf_buf_addc(out, '.');
    if (rest.p)
        bf_buf_adds(out, rest);
    for (size_t i = behind; i < (size_t)type->scale; i++)
        bf_buf_addc(out, '0');
    return true;
}

/* A number counts seconds, milliseconds or microseconds, by its size; a text is ISO 8601. */
static bool fit_time(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                     struct bf_buf *out)
{
    struct bf_err ignored;
    struct bf_change c = {.time = text};
    int64_t ms = 0, us = 0;
    unsigned decimals;
    if (a->type == BF_ATTR_N ? !bf_change_time(&c, &us, &decimals)
                             : a->type != BF_ATTR_S || !bf_clock_parse(text, &ms, &ignored))
        return false;
    struct bf_date d = bf_clock_date(a->type == BF_ATTR_N ? us / 1000 : ms);
    bf_buf_addf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
    if (type->kind == SHAPE_TIMESTAMP)
        bf_buf_addf(out, " %02d:%02d:%02d.%03d", d.hour, d.minute, d.second, d.ms);
    return true;
}

static bool fit_boolean(struct bf_str text, struct bf_buf *out)
{
    bool yes = bf_str_is(text, "true") || bf_str_is(text, "1");
    if (!yes && !bf_str_is(text, "false") && !bf_str_is(text, "0"))
        return false;
    bf_buf_adds(out, yes ? BF_STR("true") : BF_STR("false"));
    return true;
}

bool bf_shape_type_fit(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                       struct bf_buf *out, enum bf_attr_type *as, struct bf_err *e)
{
    bool ok = true;
    *as = BF_ATTR_S;
    switch (type->kind) {
    case SHAPE_ANY:
    case SHAPE_STRING:
        bf_buf_adds(out, text);
        break;
    case SHAPE_INTEGER:
    case SHAPE_DECIMAL:
        *as = BF_ATTR_N;
        ok = (a->type == BF_ATTR_N || a->type == BF_ATTR_S) && fit_number(type, text, out);
        break;
    case SHAPE_BOOLEAN:
        *as = BF_ATTR_BOOL;
        ok = a->type < BF_ATTR_M && fit_boolean(text, out);
        break;
    case SHAPE_DATE:
    case SHAPE_TIMESTAMP:
        ok = fit_time(type, a, text, out);
        break;
    }
    return ok || bf_err_set(e, BF_E_INPUT, "attribute %.*s: %s value that is no %.*s",
                            (int)(a->name.n < 60 ? a->name.n : 60), a->name.p,
                            bf_attr_type_name(a->type).p, (int)type->text.n, type->text.p);
}
