#include "lib/base/num.h"

static bool digits(struct bf_str *s, uint64_t *out)
{
    size_t i = 0;
    uint64_t v = 0;
    if (s->n == 0) /* the empty view may have no address to add to */
        return false;
    for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
        uint64_t d = (uint64_t)(s->p[i] - '0');
        if (v > (UINT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *out = v;
    s->p += i;
    s->n -= i;
    return i > 0;
}

/* "12.5" as 12500: whole and up to three decimals. */
static bool thousandths(struct bf_str *s, uint64_t *out)
{
    uint64_t whole;
    if (!digits(s, &whole) || whole > UINT64_MAX / 1000 - 1)
        return false;
    uint64_t milli = 0;
    if (s->n && s->p[0] == '.') {
        s->p++, s->n--;
        size_t places = s->n;
        if (!digits(s, &milli) || (places -= s->n) > 3)
            return false;
        for (; places < 3; places++)
            milli *= 10;
    }
    *out = whole * 1000 + milli;
    return true;
}

struct unit {
    const char *name;
    uint64_t factor;
};

static bool scale(struct bf_str suffix, const struct unit *units, size_t n, uint64_t *v)
{
    for (size_t i = 0; i < n; i++) {
        if (!bf_str_eq(suffix, bf_str_of(units[i].name)))
            continue;
        if (*v > UINT64_MAX / units[i].factor)
            return false;
        *v *= units[i].factor;
        return true;
    }
    return false;
}

static bool bad(struct bf_err *e, struct bf_str s, const char *wanted)
{
    return bf_err_set(e, BF_E_USAGE, "'%.*s' is not %s", BF_SHOWN(s), wanted);
}

bool bf_num_u64(struct bf_str s, uint64_t *out, struct bf_err *e)
{
    struct bf_str rest = s;
    return (digits(&rest, out) && rest.n == 0) || bad(e, s, "a whole number");
}

bool bf_num_size(struct bf_str s, uint64_t *bytes, struct bf_err *e)
{
    static const struct unit units[] = {
        {"", 1},        {"B", 1},         {"k", 1 << 10},     {"K", 1 << 10},   {"M", 1 << 20},
        {"G", 1 << 30}, {"KiB", 1 << 10}, {"MiB", 1 << 20},   {"GiB", 1 << 30}, {"kB", 1000},
        {"KB", 1000},   {"MB", 1000000},  {"GB", 1000000000},
    };
    struct bf_str rest = s;
    return (digits(&rest, bytes) && scale(rest, units, BF_COUNT(units), bytes)) ||
           bad(e, s, "a size such as 4096, 64k or 5MiB");
}

bool bf_num_duration(struct bf_str s, uint64_t *ms, struct bf_err *e)
{
    static const struct unit units[] = {
        {"", 1000},         {"ms", 1},          {"s", 1000},         {"m", 60 * 1000},
        {"min", 60 * 1000}, {"h", 3600 * 1000}, {"d", 86400 * 1000},
    };
    struct bf_str rest = s;
    uint64_t v;
    if (!thousandths(&rest, &v) || !scale(rest, units, BF_COUNT(units), &v))
        return bad(e, s, "a duration such as 250ms, 15s, 5m or 2h");
    *ms = v / 1000;
    return true;
}

/* In the first unit that divides it; the last has the factor 1. */
static void add(struct bf_buf *b, uint64_t v, const struct unit *units)
{
    while (units->factor > 1 && (v == 0 || v % units->factor))
        units++;
    bf_buf_u64(b, v / units->factor);
    bf_buf_adds(b, bf_str_of(units->name));
}

void bf_num_add_size(struct bf_buf *b, uint64_t bytes)
{
    static const struct unit units[] = {
        {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}};
    add(b, bytes, units);
}

void bf_num_add_duration(struct bf_buf *b, uint64_t ms)
{
    static const struct unit units[] = {
        {"d", 86400 * 1000}, {"h", 3600 * 1000}, {"m", 60 * 1000}, {"s", 1000}, {"ms", 1}};
    add(b, ms, units);
}

bool bf_num_rate(struct bf_str s, uint64_t *micro_per_s, struct bf_err *e)
{
    static const struct unit units[] = {{"", 1}, {"k", 1000}, {"M", 1000000}};
    struct bf_str rest = s, suffix = {0};
    uint64_t v = 0, seconds = 1;
    bool ok = thousandths(&rest, &v);
    (void)bf_str_split(&rest, '/', &suffix);
    if (rest.p)
        seconds = bf_str_is(rest, "s") ? 1 : bf_str_is(rest, "m") ? 60 : 3600;
    ok = ok && (seconds < 3600 || bf_str_is(rest, "h")) &&
         scale(suffix, units, BF_COUNT(units), &v) && v <= UINT64_MAX / 1000 - seconds;
    v = ok ? (v * 1000 + seconds / 2) / seconds : 0;
    if (v == 0 || v > BF_NUM_RATE_MAX)
        return bad(e, s, "a rate such as 100, 100/s, 6000/m or 5/h, 1000M/s at most");
    *micro_per_s = v;
    return true;
}
