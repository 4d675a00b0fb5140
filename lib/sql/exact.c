#include "lib/sql/exact.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/num.h"
#include "lib/ddb/number.h"

enum { FAST_DIGITS = 18, REAL_DIGITS = 15 };

/* A plain number of at most 18 digits and nine decimals as units of 10^-9. */
static bool fast(struct bf_str t, __int128 *units)
{
    int64_t n = 0;
    size_t i = t.n && t.p[0] == '-', digits = 0, after = 0;
    bool point = false;
    for (; i < t.n; i++) {
        if (t.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        unsigned d = (unsigned char)t.p[i] - (unsigned)'0';
        if (d > 9 || ++digits > FAST_DIGITS)
            return false;
        n = n * 10 + (int64_t)d;
        after += point;
    }
    if (digits == 0 || after > BF_EXACT_SCALE)
        return false;
    *units = t.p[0] == '-' ? -n : n;
    for (; after < BF_EXACT_SCALE; after++)
        *units *= 10;
    return true;
}

bool bf_exact_add(struct bf_exact_sum *sum, struct bf_str text, int sign, struct bf_err *e)
{
    __int128 units;
    struct bf_decimal d;
    if (fast(text, &units)) {
        sum->units += sign < 0 ? -units : units;
        return true;
    }
    sum->any_more = true;
    return bf_decimal_parse_long(text, &d, e) &&
           (sign < 0 ? bf_decimal_sub(&sum->more, &d, &sum->more, e)
                     : bf_decimal_add(&sum->more, &d, &sum->more, e));
}

bool bf_exact_put(const struct bf_exact_sum *sum, struct bf_str before, struct bf_buf *out,
                  struct bf_err *e)
{
    char room[64];
    struct bf_decimal total = {0}, d;
    unsigned __int128 u =
        sum->units < 0 ? -(unsigned __int128)sum->units : (unsigned __int128)sum->units;
    size_t at = sizeof room;
    for (int i = 0; u || i <= BF_EXACT_SCALE; i++, u /= 10) {
        if (i == BF_EXACT_SCALE)
            room[--at] = '.';
        room[--at] = (char)('0' + (int)(u % 10));
    }
    if (sum->units < 0)
        room[--at] = '-';
    if (!bf_decimal_parse_long(bf_str(room + at, sizeof room - at), &total, e) ||
        (sum->any_more && !bf_decimal_add(&total, &sum->more, &total, e)))
        return false;
    if (before.n &&
        (!bf_decimal_parse_long(before, &d, e) || !bf_decimal_add(&total, &d, &total, e)))
        return false;
    bf_decimal_put(out, &total);
    return true;
}

/* The decimal of 15 digits whose nearest REAL this is. */
static bool real_text(double real, char room[40], struct bf_str *text)
{
    int n = snprintf(room, 40, "%.*g", REAL_DIGITS, real);
    *text = bf_str(room, (size_t)n);
    return isfinite(real) && strtod(room, NULL) == real;
}

enum bf_exact_is bf_exact_of(const struct sql_api *api, sqlite3_stmt *row, int column,
                             char room[40], struct bf_str *text)
{
    switch (api->column_type(row, column)) {
    case SQLITE_NULL:
        return BF_EXACT_NULL;
    case SQLITE_INTEGER:
        *text = bf_str(
            room, (size_t)snprintf(room, 40, "%lld", (long long)api->column_int64(row, column)));
        return BF_EXACT_YES;
    case SQLITE_FLOAT:
        return real_text(api->column_double(row, column), room, text) ? BF_EXACT_YES
                                                                      : BF_EXACT_BINARY_FRACTION;
    default: {
        const char *p = (const char *)api->column_text(row, column);
        struct bf_decimal d;
        struct bf_err ignored = {0};
        __int128 units;
        *text = bf_str(p ? p : "", (size_t)api->column_bytes(row, column));
        return fast(*text, &units) || bf_decimal_parse_long(*text, &d, &ignored)
                   ? BF_EXACT_YES
                   : BF_EXACT_TEXT_ONLY;
    }
    }
}

/* 1 and the inverted magnitude, 2, or 3 and the magnitude: the power of the first digit, then the digits. */
bool bf_exact_order(struct bf_str text, struct bf_buf *out, struct bf_err *e)
{
    struct bf_decimal d;
    if (!bf_decimal_parse_long(text, &d, e))
        return false;
    bf_buf_addc(out, (char)(d.n == 0 ? 2 : d.negative ? 1 : 3));
    unsigned char flip = d.negative ? 0xff : 0;
    unsigned power = (unsigned)(d.n + d.exponent + 0x4000);
    if (d.n == 0)
        return true;
    bf_buf_addc(out, (char)((power >> 8) ^ flip));
    bf_buf_addc(out, (char)((power & 0xff) ^ flip));
    for (int i = 0; i < d.n; i++)
        bf_buf_addc(out, (char)((unsigned)(d.digits[i] + 1) ^ flip));
    bf_buf_addc(out, (char)flip);
    return true;
}

void bf_exact_order_text(struct bf_str text, struct bf_buf *out)
{
    bf_buf_addc(out, 4);
    bf_buf_adds(out, text);
}

static struct bf_str text_of(const struct sql_api *api, sqlite3_value *v, char room[40])
{
    struct bf_str text;
    if (api->value_type(v) == SQLITE_FLOAT) {
        (void)real_text(api->value_double(v), room, &text);
        return text;
    }
    const char *p = (const char *)api->value_text(v);
    return bf_str(p ? p : "", p ? (size_t)api->value_bytes(v) : 0);
}

/* As SQLite's own number where that holds all digits; false: it does not. */
static bool result_number(const struct sql_api *api, sqlite3_context *context, struct bf_str t)
{
    struct bf_err ignored = {0};
    size_t digits = 0, point = 0, other = 0;
    for (size_t i = t.n && t.p[0] == '-'; i < t.n; i++) {
        digits += t.p[i] >= '0' && t.p[i] <= '9';
        point += t.p[i] == '.';
        other += !(t.p[i] >= '0' && t.p[i] <= '9') && t.p[i] != '.';
    }
    if (digits && digits <= FAST_DIGITS && !point && !other)
        api->result_int64(context, strtoll(t.p, NULL, 10));
    else if (bf_number_check(t, &ignored) && digits <= REAL_DIGITS && !other)
        api->result_double(context, strtod(t.p, NULL));
    else
        return false;
    return true;
}

/* The digits between the first and the last that is not 0, exponent left out. */
static size_t significant(struct bf_str t)
{
    size_t n = 0, zeros = 0;
    for (size_t i = 0; i < t.n && t.p[i] != 'e' && t.p[i] != 'E'; i++) {
        if (t.p[i] < '0' || t.p[i] > '9')
            continue;
        zeros = t.p[i] == '0' ? zeros + (n > 0) : 0;
        n += n > 0 || t.p[i] != '0';
    }
    return n - zeros;
}

/* bf_num(text), bf_real(text) */
static void num(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_api *api = bf_sql_api();
    bool real = *(const char *)api->user_data(context) == 'r';
    char room[40];
    struct bf_err ignored = {0};
    struct bf_str t = text_of(api, argv[0], room);
    (void)argc;
    if (result_number(api, context, t))
        return;
    if (api->value_type(argv[0]) == SQLITE_TEXT && bf_number_check(t, &ignored) &&
        (real || significant(t) <= REAL_DIGITS))
        api->result_double(context, strtod(t.p, NULL));
    else
        api->result_value(context, argv[0]);
}

/* dec_add, dec_sub, dec_mul, dec_cmp of two and more; NULL gives NULL. */
static void compute(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_api *api = bf_sql_api();
    char op = *(const char *)api->user_data(context), room[40], text[BF_EXACT_TEXT];
    struct bf_decimal a = {0}, b;
    struct bf_err e = {0};
    bool ok = argc > 1 || bf_err_set(&e, BF_E_USAGE, "dec_: wants two numbers");
    for (int i = 0; i < argc; i++)
        if (api->value_type(argv[i]) == SQLITE_NULL)
            return;
    ok = ok && bf_decimal_parse_long(text_of(api, argv[0], room), &a, &e);
    for (int i = 1; ok && i < argc; i++) {
        ok = bf_decimal_parse_long(text_of(api, argv[i], room), &b, &e);
        if (ok && op == 'c') {
            api->result_int64(context, bf_decimal_cmp(&a, &b));
            return;
        }
        ok = ok && (op == 'a'   ? bf_decimal_add(&a, &b, &a, &e)
                    : op == 's' ? bf_decimal_sub(&a, &b, &a, &e)
                                : bf_decimal_mul(&a, &b, &a, &e));
    }
    if (!ok) {
        api->result_error(context, e.text, -1);
        return;
    }
    struct bf_buf out = {.p = text, .cap = sizeof text, .max = sizeof text};
    bf_decimal_put(&out, &a);
    api->result_text(context, out.p, (int)out.n, SQLITE_TRANSIENT);
}

struct window {
    struct bf_exact_sum sum;
    int64_t n; /* values that are numbers */
};

/* SQLite aligns the context of an aggregate to 8 bytes, an __int128 wants 16: so it is copied. */
static void sum_add(sqlite3_context *context, sqlite3_value *value, int sign)
{
    const struct sql_api *api = bf_sql_api();
    struct window w;
    void *kept = api->aggregate_context(context, sizeof w);
    char room[40];
    struct bf_err e = {0};
    struct bf_decimal d;
    __int128 units;
    if (!kept || api->value_type(value) == SQLITE_NULL)
        return;
    struct bf_str t = text_of(api, value, room);
    if (!fast(t, &units) && !bf_decimal_parse_long(t, &d, &e))
        return;
    memcpy(&w, kept, sizeof w);
    w.n += sign;
    if (!bf_exact_add(&w.sum, t, sign, &e))
        api->result_error(context, e.text, -1);
    memcpy(kept, &w, sizeof w);
}

static void sum_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    sum_add(context, argv[0], 1);
}

static void sum_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    sum_add(context, argv[0], -1);
}

static void sum_value(sqlite3_context *context)
{
    const struct sql_api *api = bf_sql_api();
    const void *kept = api->aggregate_context(context, 0);
    struct window w;
    char text[BF_EXACT_TEXT + 1];
    struct bf_buf out = {.p = text, .cap = BF_EXACT_TEXT, .max = BF_EXACT_TEXT};
    struct bf_err e = {0};
    if (!kept)
        return;
    memcpy(&w, kept, sizeof w);
    if (w.n == 0)
        return;
    if (!bf_exact_put(&w.sum, BF_STR(""), &out, &e)) {
        api->result_error(context, e.text, -1);
        return;
    }
    text[out.n] = 0;
    if (!result_number(api, context, bf_buf_view(&out)))
        api->result_text(context, out.p, (int)out.n, SQLITE_TRANSIENT);
}

bool bf_exact_sums(const struct sql_api *api, sqlite3 *db, struct bf_err *e)
{
    return api->create_window_function(
               db, "sum", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, sum_step,
               sum_value, sum_value, sum_inverse, NULL) == SQLITE_OK ||
           bf_err_set(e, BF_E_IO, "%s", api->errmsg(db));
}

bool bf_exact_functions(const struct sql_api *api, sqlite3 *db, struct bf_err *e)
{
    static const struct {
        const char *name;
        int argc;
        char op[2];
    } all[] = {{"bf_num", 1, "n"},   {"bf_real", 1, "r"},  {"dec_add", -1, "a"},
               {"dec_sub", -1, "s"}, {"dec_mul", -1, "m"}, {"dec_cmp", -1, "c"}};
    for (size_t i = 0; i < BF_COUNT(all); i++) {
        union {
            const char *in;
            void *out;
        } op = {all[i].op};
        if (api->create_function_v2(
                db, all[i].name, all[i].argc, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                op.out, all[i].argc == 1 ? num : compute, NULL, NULL, NULL) != SQLITE_OK)
            return bf_err_set(e, BF_E_IO, "%s", api->errmsg(db));
    }
    return true;
}
