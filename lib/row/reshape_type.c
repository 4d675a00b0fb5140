#include "lib/row/reshape_type.h"

#include <inttypes.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/ddb/number.h"

enum { YEAR_MAX = 9999, DECIMALS_MAX = 9, SHOWN = 40 };

bool bf_shape_type_parse(struct bf_arena *a, struct bf_str text, struct shape_type *type,
                         struct bf_err *e)
{
    *type = (struct shape_type){.text = text};
    return bf_type_parse(a, text, &type->type, e);
}

/* Does the integer fit in so many bits (8, 16, 32, 64)? */
static bool in_bits(struct bf_str whole, int bits)
{
    static const char *const largest[][2] = {{"127", "128"},
                                             {"32767", "32768"},
                                             {"2147483647", "2147483648"},
                                             {"9223372036854775807", "9223372036854775808"}};
    bool negative = whole.p[0] == '-';
    struct bf_str digits = bf_str(whole.p + negative, whole.n - negative);
    int row = bits == 64 ? 3 : bits / 16;
    struct bf_str most = bf_str_of(largest[row][negative]);
    return digits.n < most.n || (digits.n == most.n && bf_str_cmp(digits, most) <= 0);
}

/* Integers are decimals without digits behind the point, of any length. */
static bool fit_number(const struct bf_type *type, struct bf_str text, struct bf_buf *out)
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
        (type->kind == BF_TYPE_DECIMAL && before > (size_t)(type->digits - type->scale)) ||
        (type->bits && !in_bits(whole, type->bits)))
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

/* A number of any size, with its exponent written out. */
static bool fit_float(struct bf_str text, struct bf_buf *out)
{
    struct bf_err ignored;
    if (!bf_number_check(text, &ignored))
        return false;
    bf_number_put_plain(out, text);
    return true;
}

/* What stands behind the milliseconds, without zeros at the end: up to six digits. */
static bool put_decimals(struct bf_str digits, struct bf_buf *out)
{
    while (digits.n && digits.p[digits.n - 1] == '0')
        digits.n--;
    bf_buf_adds(out, digits);
    return digits.n <= DECIMALS_MAX - 3;
}

/* The digits behind the third one behind the point of an ISO 8601 text. */
static struct bf_str more_decimals(struct bf_str text)
{
    const char *point = memchr(text.p, '.', text.n), *end = text.p + text.n, *p;
    if (!point)
        return (struct bf_str){0};
    for (p = point + 1; p < end && *p >= '0' && *p <= '9'; p++)
        ;
    return p > point + 4 ? bf_str(point + 4, (size_t)(p - point - 4)) : (struct bf_str){0};
}

bool bf_shape_number_time(struct bf_str text, int64_t *ms, struct bf_buf *room, struct bf_str *more)
{
    struct bf_str rest, whole;
    struct bf_change c = {.op = BF_OP_INSERT};
    int64_t us;
    unsigned decimals;
    bf_number_put_plain(room, text);
    rest = bf_buf_view(room);
    if (!bf_buf_ok(room) || !bf_str_split(&rest, '.', &whole))
        return false;
    c.time = whole;
    if (!bf_change_time(&c, &us, &decimals))
        return false;
    /* the decimals of the second, closed up: "1480642020123.5" goes on with 123, then 5 */
    size_t behind = rest.p ? rest.n : 0, from = whole.n - decimals;
    memmove(room->p + whole.n, rest.p ? rest.p : "", behind);
    room->n = whole.n + behind;
    *ms = us / 1000000 * 1000;
    for (int unit = 100; unit && from < room->n; unit /= 10)
        *ms += (room->p[from++] - '0') * unit;
    *more = bf_str(room->p + from, room->n - from);
    return true;
}

/* A text is ISO 8601. */
static bool fit_time(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                     struct bf_buf *out)
{
    char digits[256];
    struct bf_buf room = {.p = digits, .cap = sizeof digits, .max = sizeof digits};
    struct bf_err ignored;
    struct bf_str more;
    int64_t ms = 0;
    if (a->type == BF_ATTR_N) {
        if (!bf_shape_number_time(text, &ms, &room, &more))
            return false;
    } else if (a->type == BF_ATTR_S && !(text.n && text.p[0] == '@') &&
               bf_clock_parse(text, &ms, &ignored))
        more = more_decimals(text);
    else
        return false;
    size_t before = out->n;
    struct bf_date d = bf_clock_date(ms);
    if (d.year < 0 || d.year > YEAR_MAX)
        return false;
    bf_buf_addf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
    if (type->counted) {
        while (more.n && more.p[more.n - 1] == '0')
            more.n--;
        int64_t unit = type->type.kind == BF_TYPE_DATE ? 86400000 : 1;
        out->n = before;
        bf_buf_addf(out, "%" PRId64, ms / unit - (ms % unit < 0));
        return more.n == 0 || type->type.kind == BF_TYPE_DATE;
    }
    if (type->type.kind == BF_TYPE_DATE)
        return true;
    bf_buf_addf(out, " %02d:%02d:%02d.%03d", d.hour, d.minute, d.second, d.ms);
    return put_decimals(more, out);
}

static bool fit_boolean(struct bf_str text, struct bf_buf *out)
{
    bool yes = bf_str_is(text, "true") || bf_str_is(text, "1");
    if (!yes && !bf_str_is(text, "false") && !bf_str_is(text, "0"))
        return false;
    bf_buf_adds(out, yes ? BF_STR("true") : BF_STR("false"));
    return true;
}

static bool refuse(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                   struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT, "attribute %.*s: %s value '%.*s' is no %.*s",
                      (int)(a->name.n < 60 ? a->name.n : 60), a->name.p,
                      bf_attr_type_name(a->type).p, (int)(text.n < SHOWN ? text.n : SHOWN), text.p,
                      (int)type->text.n, type->text.p);
}

bool bf_shape_type_keeps(const struct shape_type *type)
{
    enum bf_type_kind kind = type->type.kind;
    return kind == BF_TYPE_JSON || kind == BF_TYPE_BINARY || kind >= BF_TYPE_ARRAY;
}

bool bf_shape_type_is(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                      struct bf_err *e)
{
    switch (type->type.kind) {
    case BF_TYPE_BINARY:
        return a->type == BF_ATTR_B || refuse(type, a, text, e);
    case BF_TYPE_ARRAY:
        return a->type == BF_ATTR_L || a->type == BF_ATTR_SS || a->type == BF_ATTR_NS ||
               a->type == BF_ATTR_BS || refuse(type, a, text, e);
    case BF_TYPE_MAP:
    case BF_TYPE_STRUCT:
        return a->type == BF_ATTR_M || refuse(type, a, text, e);
    default:
        return true;
    }
}

bool bf_shape_type_fit(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                       struct bf_buf *out, enum bf_attr_type *as, struct bf_err *e)
{
    bool ok = true, number = a->type == BF_ATTR_N || a->type == BF_ATTR_S;
    *as = BF_ATTR_S;
    switch (type->type.kind) {
    case BF_TYPE_INTEGER:
    case BF_TYPE_DECIMAL:
        *as = BF_ATTR_N;
        ok = number && fit_number(&type->type, text, out);
        break;
    case BF_TYPE_FLOAT:
    case BF_TYPE_DOUBLE:
        *as = BF_ATTR_N;
        ok = number && fit_float(text, out);
        break;
    case BF_TYPE_BOOLEAN:
        *as = BF_ATTR_BOOL;
        ok = a->type < BF_ATTR_M && fit_boolean(text, out);
        break;
    case BF_TYPE_DATE:
    case BF_TYPE_TIMESTAMP:
        ok = fit_time(type, a, text, out);
        break;
    default:
        bf_buf_adds(out, text);
        break;
    }
    return ok || refuse(type, a, text, e);
}
