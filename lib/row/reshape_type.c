#include "lib/row/reshape_type.h"

#include <inttypes.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/ddb/number.h"

enum { NAME_MAX_BYTES = 40, YEAR_MAX = 9999, DECIMALS_MAX = 9, SHOWN = 40 };

static bool parse_decimal(struct bf_str text, struct shape_type *type)
{
    struct bf_err ignored;
    struct bf_str rest, digits;
    uint64_t p = 0, s = 0;
    if (!bf_str_starts(text, BF_STR("decimal(")) || text.p[text.n - 1] != ')')
        return false;
    rest = bf_str(text.p + 8, text.n - 9);
    if (!bf_str_split(&rest, ',', &digits) || !bf_num_u64(bf_str_trim(digits), &p, &ignored) ||
        (rest.p && !bf_num_u64(bf_str_trim(rest), &s, &ignored)) || p < 1 || p > 38 || s > p)
        return false;
    type->kind = SHAPE_DECIMAL;
    type->digits = (int)p;
    type->scale = (int)s;
    return true;
}

bool bf_shape_type_parse(struct bf_str text, struct shape_type *type, struct bf_err *e)
{
    static const struct {
        struct bf_str name;
        enum shape_kind kind;
        int bits;
    } names[] = {{BF_STR("string"), SHAPE_STRING, 0},      {BF_STR("integer"), SHAPE_INTEGER, 0},
                 {BF_STR("int"), SHAPE_INTEGER, 32},       {BF_STR("bigint"), SHAPE_INTEGER, 64},
                 {BF_STR("boolean"), SHAPE_BOOLEAN, 0},    {BF_STR("date"), SHAPE_DATE, 0},
                 {BF_STR("timestamp"), SHAPE_TIMESTAMP, 0}};
    char small[NAME_MAX_BYTES];
    struct bf_str lower = bf_str(small, text.n < sizeof small ? text.n : 0);
    for (size_t i = 0; i < lower.n; i++)
        small[i] = (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] + 32 : text.p[i]);
    *type = (struct shape_type){.text = text};
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (bf_str_eq(lower, names[i].name)) {
            type->kind = names[i].kind;
            type->bits = names[i].bits;
            return true;
        }
    return parse_decimal(lower, type) ||
           bf_err_set(
               e, BF_E_INPUT,
               "'%.*s' is not string, integer, int, bigint, decimal(P,S) with P up to 38, boolean, "
               "date or timestamp",
               (int)(text.n < 60 ? text.n : 60), text.p);
}

/* Does the integer fit in so many bits? */
static bool in_bits(struct bf_str whole, int bits)
{
    static const char *const largest[] = {"2147483647", "2147483648", "9223372036854775807",
                                          "9223372036854775808"};
    bool negative = whole.p[0] == '-';
    struct bf_str digits = bf_str(whole.p + negative, whole.n - negative);
    struct bf_str most = bf_str_of(largest[(bits == 64 ? 2 : 0) + negative]);
    return digits.n < most.n || (digits.n == most.n && bf_str_cmp(digits, most) <= 0);
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
        (type->kind == SHAPE_DECIMAL && before > (size_t)(type->digits - type->scale)) ||
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

/* A number counts seconds, milliseconds or microseconds, by its size. *more are the digits behind the
 * milliseconds, in room. */
static bool number_time(struct bf_str text, int64_t *ms, struct bf_buf *room, struct bf_str *more)
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
        if (!number_time(text, &ms, &room, &more))
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
        int64_t unit = type->kind == SHAPE_DATE ? 86400000 : 1;
        out->n = before;
        bf_buf_addf(out, "%" PRId64, ms / unit - (ms % unit < 0));
        return more.n == 0 || type->kind == SHAPE_DATE;
    }
    if (type->kind == SHAPE_DATE)
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
    return ok || bf_err_set(e, BF_E_INPUT, "attribute %.*s: %s value '%.*s' is no %.*s",
                            (int)(a->name.n < 60 ? a->name.n : 60), a->name.p,
                            bf_attr_type_name(a->type).p, (int)(text.n < SHOWN ? text.n : SHOWN),
                            text.p, (int)type->text.n, type->text.p);
}
