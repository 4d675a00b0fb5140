#include "lib/parquet/value.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/ddb/number.h"
#include "lib/row/reshape_type.h"

enum { NUMBER_MAX = 512, PLAIN_MAX = 256, DAY_S = 86400 };

/* The number, times 10 to the scale, if it has no more digits than that and fits into 128 bits. */
static bool scaled(struct bf_str text, int scale, __int128 *v, int *digits)
{
    char room[PLAIN_MAX] = "";
    struct bf_buf plain = {.p = room, .cap = sizeof room, .max = sizeof room};
    struct bf_err ignored;
    if (!bf_number_check(text, &ignored))
        return false;
    bf_number_put_plain(&plain, text);
    bool negative = room[0] == '-', point = false;
    *v = 0;
    *digits = 0;
    for (size_t i = negative; i < plain.n; i++) {
        if (room[i] == '.') {
            point = true;
            continue;
        }
        if ((point && scale-- == 0) || *digits == BF_TYPE_DIGITS)
            return false;
        *v = *v * 10 + (room[i] - '0');
        *digits += *digits || room[i] != '0';
    }
    for (; scale > 0; scale--) {
        if (*digits == BF_TYPE_DIGITS)
            return false;
        *v *= 10;
        *digits += *digits > 0;
    }
    *v = negative ? -*v : *v;
    return true;
}

/* As the column holds it: little-endian, FIXED big-endian. */
static void put_integer(const struct pq_leaf *leaf, __int128 v, char *out)
{
    if (leaf->physical != PQ_FIXED)
        memcpy(out, &v, leaf->width);
    else
        for (size_t i = leaf->width; i-- > 0; v >>= 8)
            out[i] = (char)(unsigned char)v;
}

static bool integer(const struct pq_leaf *leaf, struct bf_str text, char *out)
{
    const struct bf_type *t = leaf->type;
    __int128 v;
    int digits, bits = t->bits ? t->bits : 64;
    if (!scaled(text, t->kind == BF_TYPE_DECIMAL ? t->scale : 0, &v, &digits))
        return false;
    if (t->kind == BF_TYPE_DECIMAL ? digits > t->digits
                                   : v >> (bits - 1) != 0 && v >> (bits - 1) != -1)
        return false;
    put_integer(leaf, v, out);
    return true;
}

static bool floating(const struct pq_leaf *leaf, struct bf_str text, char *out)
{
    char room[NUMBER_MAX];
    struct bf_err ignored;
    if (!text.n || text.n >= sizeof room ||
        (text.p[0] != '-' && (text.p[0] < '0' || text.p[0] > '9')) ||
        !bf_json_check(text, &ignored))
        return false;
    memcpy(room, text.p, text.n);
    room[text.n] = '\0';
    if (leaf->physical == PQ_FLOAT) { /* not through a double, which would round twice */
        float f = strtof(room, NULL);
        memcpy(out, &f, sizeof f);
        return isfinite(f);
    }
    double d = strtod(room, NULL);
    memcpy(out, &d, sizeof d);
    return isfinite(d);
}

static bool boolean(enum bf_json_type kind, struct bf_str text, char *out)
{
    *out = kind == BF_JSON_TRUE || bf_str_is(text, "true") || bf_str_is(text, "1");
    return *out || kind == BF_JSON_FALSE || bf_str_is(text, "false") || bf_str_is(text, "0");
}

/* Milliseconds and the digits after them as the column counts time; what it cannot hold may only be zeros. */
static bool put_time(const struct bf_type *t, int64_t ms, struct bf_str more, char *out)
{
    int64_t v = ms;
    if (t->kind == BF_TYPE_DATE) {
        int32_t day = (int32_t)(ms / (DAY_S * 1000LL) - (ms % (DAY_S * 1000LL) < 0));
        memcpy(out, &day, sizeof day);
        return true;
    }
    if (t->scale != 3) {
        v *= 1000;
        for (int64_t unit = 100; unit && more.n; unit /= 10, more.p++, more.n--)
            v += (*more.p - '0') * unit;
    }
    memcpy(out, &v, sizeof v);
    while (more.n && more.p[more.n - 1] == '0')
        more.n--;
    return more.n == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits after the third one after the point. */
static struct bf_str more_digits(struct bf_str text)
{
    const char *end = text.p + text.n, *p = memchr(text.p, '.', text.n);
    if (!p || end - p < 5)
        return bf_str("", 0);
    p += 4;
    size_t n = 0;
    while (p + n < end && is_digit(p[n]))
        n++;
    return bf_str(p, n);
}

static int two(const char *p)
{
    return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + p[1] - '0' : -1;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar (years of 400 years, begun in March). */
static int64_t days(int y, int m, int d)
{
    y -= m <= 2;
    int era = y / 400, yoe = y - era * 400;
    int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return (int64_t)era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool plain_date(const char *p, int64_t *day)
{
    static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int c = two(p), y = two(p + 2), m = two(p + 5), d = two(p + 8), year = c * 100 + y;
    if (c < 0 || y < 0 || p[4] != '-' || p[7] != '-' || year < 1 || m < 1 || m > 12 || d < 1 ||
        d > month_days[m - 1] ||
        (m == 2 && d == 29 && (year % 4 || (year % 100 == 0 && year % 400))))
        return false;
    *day = days(year, m, d);
    return true;
}

bool bf_pq_plain_time(const struct bf_type *t, struct bf_str text, struct pq_day *day, char *out)
{
    const char *p = text.p, *end = text.p + text.n;
    if (text.n < 10)
        return false;
    if (memcmp(p, day->text, sizeof day->text) != 0) {
        int64_t d;
        if (!plain_date(p, &d))
            return false;
        memcpy(day->text, p, sizeof day->text);
        day->ms = d * DAY_S * 1000;
    }
    if (text.n == 10)
        return put_time(t, day->ms, bf_str("", 0), out);
    if (text.n < 19 || (p[10] != 'T' && p[10] != ' ') || p[13] != ':' || p[16] != ':')
        return false;
    int h = two(p + 11), m = two(p + 14), s = two(p + 17);
    if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59)
        return false;
    int64_t ms = day->ms + (h * 3600 + m * 60 + s) * 1000;
    struct bf_str more = {"", 0};
    p += 19;
    if (p < end && *p == '.') {
        size_t n = 0;
        for (p++; p + n < end && is_digit(p[n]); n++)
            if (n < 3)
                ms += (p[n] - '0') * (n == 0 ? 100 : n == 1 ? 10 : 1);
        if (n == 0 || n > 9)
            return false;
        more = n > 3 ? bf_str(p + 3, n - 3) : more;
        p += n;
    }
    p += p < end && *p == 'Z';
    return p == end && put_time(t, ms, more, out);
}

static bool point_in_time(const struct pq_leaf *leaf, enum bf_json_type kind, struct bf_str text,
                          struct pq_day *day, char *out)
{
    char digits[PLAIN_MAX];
    struct bf_buf room = {.p = digits, .cap = sizeof digits, .max = sizeof digits};
    struct bf_err ignored;
    struct bf_str more;
    int64_t ms;
    if (kind == BF_JSON_NUMBER) {
        if (!bf_number_check(text, &ignored) || !bf_shape_number_time(text, &ms, &room, &more))
            return false;
    } else if (kind == BF_JSON_STRING) {
        if (bf_pq_plain_time(leaf->type, text, day, out))
            return true;
        if ((text.n && text.p[0] == '@') || !bf_clock_parse(text, &ms, &ignored))
            return false;
        more = more_digits(text);
    } else
        return false;
    return put_time(leaf->type, ms, more, out);
}

bool bf_pq_value(const struct pq_leaf *leaf, enum bf_json_type kind, struct bf_str text,
                 struct pq_day *day, char *out)
{
    bool number = kind == BF_JSON_NUMBER || kind == BF_JSON_STRING;
    switch (leaf->type->kind) {
    case BF_TYPE_INTEGER:
    case BF_TYPE_DECIMAL:
        return number && integer(leaf, text, out);
    case BF_TYPE_FLOAT:
    case BF_TYPE_DOUBLE:
        return number && floating(leaf, text, out);
    case BF_TYPE_BOOLEAN:
        return kind < BF_JSON_ARRAY && boolean(kind, text, out);
    case BF_TYPE_DATE:
    case BF_TYPE_TIMESTAMP:
        return point_in_time(leaf, kind, text, day, out);
    default:
        return false;
    }
}
