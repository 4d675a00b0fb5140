/* cron(...) of EventBridge. */
#include "cmd/bflocal/rule/schedule.h"

#include "lib/base/clock.h"
#include "lib/base/num.h"

/* A field's range and the names of its values. */
struct field {
    const char *title;
    int low, high;
    const char *names; /* three letters each, the first is `low`; NULL: none */
};

static const struct field minutes = {"minutes", 0, 59, NULL}, hours = {"hours", 0, 23, NULL},
                          days = {"day of month", 1, 31, NULL},
                          months = {"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
                          weekdays = {"day of week", 1, 7, "SUNMONTUEWEDTHUFRISAT"},
                          years = {"year", BL_CRON_YEAR, BL_CRON_YEAR + BL_CRON_YEARS - 1, NULL};

static bool fail(const struct field *f, struct bf_str item, struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT, "%s: '%.*s' is no value between %d and %d", f->title,
                      BF_SHOWN(item), f->low, f->high);
}

static bool parse_value(const struct field *f, struct bf_str text, int *value)
{
    struct bf_err ignored;
    uint64_t n;
    for (int i = f->low; f->names && text.n == 3 && i <= f->high; i++)
        if (bf_str_same(text, bf_str(f->names + (size_t)(i - f->low) * 3, 3))) {
            *value = i;
            return true;
        }
    if (!bf_num_u64(text, &n, &ignored) || n > INT16_MAX || (int)n < f->low || (int)n > f->high)
        return false;
    *value = (int)n;
    return true;
}

/* An item of a list: from, from-to, from/step, *\/step. A range may pass the highest value: FRI-MON. */
struct item {
    int from, to, step;
};

static bool parse_item(const struct field *f, struct bf_str text, struct item *it, struct bf_err *e)
{
    struct bf_str step = text, range, to, from;
    struct bf_err ignored;
    uint64_t n = 1;
    bool ok = bf_str_split(&step, '/', &range);
    it->from = f->low;
    to = range;
    ok = ok && bf_str_split(&to, '-', &from);
    if (ok && step.p)
        ok = bf_num_u64(step, &n, &ignored) && n >= 1 && n <= INT16_MAX;
    it->step = (int)n;
    if (ok && bf_str_is(range, "*")) {
        it->to = f->high;
        return true;
    }
    ok = ok && parse_value(f, from, &it->from);
    it->to = step.p ? f->high : it->from;
    if (ok && to.p)
        ok = parse_value(f, to, &it->to) && (it->to >= it->from || f != &years);
    return ok || fail(f, text, e);
}

/* Sets the bits, counted from the lowest value; bits: BL_CRON_YEARS of them. */
static bool parse_list(const struct field *f, struct bf_str text, bool *bits, struct bf_err *e)
{
    struct bf_str part;
    struct item it;
    int count = f->high - f->low + 1;
    while (bf_str_split(&text, ',', &part)) {
        if (!parse_item(f, part, &it, e))
            return false;
        int length = it.to >= it.from ? it.to - it.from : it.to - it.from + count;
        for (int i = 0; i <= length; i += it.step)
            bits[(it.from - f->low + i) % count] = true;
    }
    return true;
}

static bool parse_mask(const struct field *f, struct bf_str text, uint64_t *mask, struct bf_err *e)
{
    bool bits[BL_CRON_YEARS] = {false};
    *mask = 0;
    if (!parse_list(f, text, bits, e))
        return false;
    for (int i = f->low; i <= f->high; i++)
        if (bits[i - f->low])
            *mask |= (uint64_t)1 << i;
    return true;
}

static bool ends_with(struct bf_str s, char c)
{
    return s.n > 1 && bf_ascii_lower(s.p[s.n - 1]) == c;
}

static bool parse_days(struct bf_str text, struct bl_cron *c, struct bf_err *e)
{
    struct bf_str part;
    uint64_t mask;
    int day;
    while (bf_str_split(&text, ',', &part)) {
        if (bf_str_same(part, BF_STR("L")))
            c->last_day = true;
        else if (bf_str_same(part, BF_STR("LW")))
            c->last_workday = true;
        else if (ends_with(part, 'w')) {
            if (!parse_value(&days, bf_str(part.p, part.n - 1), &day))
                return fail(&days, part, e);
            c->near_days |= (uint32_t)1 << day;
        } else if (parse_mask(&days, part, &mask, e))
            c->days |= (uint32_t)mask;
        else
            return false;
    }
    return true;
}

static bool parse_weekday(struct bf_str part, struct bl_cron *c, struct bf_err *e)
{
    struct bf_str nth = part, day_text;
    uint64_t mask, k;
    int day;
    if (bf_str_same(part, BF_STR("L"))) {
        c->weekdays |= 1U << 7;
        return true;
    }
    if (ends_with(part, 'l') && parse_value(&weekdays, bf_str(part.p, part.n - 1), &day)) {
        c->last_weekdays |= (uint32_t)1 << day;
        return true;
    }
    if (bf_str_split(&nth, '#', &day_text) && nth.p) {
        struct bf_err ignored;
        if (!parse_value(&weekdays, day_text, &day) || !bf_num_u64(nth, &k, &ignored) || k < 1 ||
            k > 5)
            return fail(&weekdays, part, e);
        c->nth[k] |= (uint32_t)1 << day;
        return true;
    }
    if (!parse_mask(&weekdays, part, &mask, e))
        return false;
    c->weekdays |= (uint32_t)mask;
    return true;
}

/* The next of the fields, which white space separates; p NULL: no more. */
static struct bf_str next_field(struct bf_str *rest)
{
    *rest = bf_str_trim(*rest);
    struct bf_str field;
    if (!rest->n || !bf_str_split(rest, ' ', &field))
        return bf_str(NULL, 0);
    return field;
}

bool bl_cron_parse(struct bf_str text, struct bl_cron *c, struct bf_err *e)
{
    struct bf_str field[6], part;
    uint64_t mask[3];
    memset(c, 0, sizeof *c);
    for (size_t i = 0; i < 6; i++)
        if (!(field[i] = next_field(&text)).p)
            return bf_err_set(e, BF_E_INPUT, "cron has six fields, not %zu", i);
    if (bf_str_trim(text).n)
        return bf_err_set(e, BF_E_INPUT, "cron has six fields, not more");
    c->by_weekday = bf_str_is(field[2], "?");
    if (c->by_weekday == bf_str_is(field[4], "?"))
        return bf_err_set(e, BF_E_INPUT,
                          "one of day of month and day of week is '?', and only one");
    if (!parse_mask(&minutes, field[0], &mask[0], e) ||
        !parse_mask(&hours, field[1], &mask[1], e) || !parse_mask(&months, field[3], &mask[2], e) ||
        !parse_list(&years, field[5], c->years, e))
        return false;
    c->minutes = mask[0];
    c->hours = (uint32_t)mask[1];
    c->months = (uint32_t)mask[2];
    if (!c->by_weekday)
        return parse_days(field[2], c, e);
    while (bf_str_split(&field[4], ',', &part))
        if (!parse_weekday(part, c, e))
            return false;
    return true;
}

static int month_length(int year, int month)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return length[month - 1] + (month == 2 && leap);
}

/* 1: Sunday. */
static int weekday_of(int year, int month, int day)
{
    struct bf_date d = {.year = year, .month = month, .day = day};
    int64_t n = bf_clock_from_date(d) / 86400000; /* 1970-01-01 was a Thursday */
    return (int)((n + 4) % 7) + 1;
}

/* The weekday next to a day of the month, in the same month. */
static int near_workday(int year, int month, int day)
{
    int weekday = weekday_of(year, month, day), last = month_length(year, month);
    if (weekday == 7)
        return day > 1 ? day - 1 : day + 2;
    return weekday != 1 ? day : day < last ? day + 1 : day - 2;
}

static bool day_matches(const struct bl_cron *c, int year, int month, int day)
{
    int last = month_length(year, month), weekday = weekday_of(year, month, day);
    uint32_t bit = (uint32_t)1 << weekday;
    if (c->by_weekday)
        return (c->weekdays & bit) || ((c->last_weekdays & bit) && day + 7 > last) ||
               (c->nth[(day + 6) / 7] & bit);
    if ((c->days >> day & 1) || (c->last_day && day == last) ||
        (c->last_workday && day == near_workday(year, month, last)))
        return true;
    for (int n = 1; c->near_days && n <= last; n++)
        if ((c->near_days >> n & 1) && near_workday(year, month, n) == day)
            return true;
    return false;
}

/* The first time of the day from this minute of it on; -1: none. */
static int minute_from(const struct bl_cron *c, int minute)
{
    for (; minute < 24 * 60; minute++)
        if ((c->hours >> (minute / 60) & 1) && (c->minutes >> (minute % 60) & 1))
            return minute;
    return -1;
}

int64_t bl_cron_next(const struct bl_cron *c, int64_t after_ms)
{
    struct bf_date d = bf_clock_date(after_ms - after_ms % 60000 + 60000);
    int minute = d.hour * 60 + d.minute;
    for (; d.year < BL_CRON_YEAR + BL_CRON_YEARS; d.year++, d.month = 1) {
        if (d.year < BL_CRON_YEAR || !c->years[d.year - BL_CRON_YEAR]) {
            d.day = 1;
            minute = 0;
            continue;
        }
        for (; d.month <= 12; d.month++, d.day = 1, minute = 0) {
            if (!(c->months >> d.month & 1))
                continue;
            for (; d.day <= month_length(d.year, d.month); d.day++, minute = 0) {
                int at = day_matches(c, d.year, d.month, d.day) ? minute_from(c, minute) : -1;
                if (at >= 0)
                    return bf_clock_from_date((struct bf_date){.year = d.year,
                                                               .month = d.month,
                                                               .day = d.day,
                                                               .hour = at / 60,
                                                               .minute = at % 60});
            }
        }
    }
    return -1;
}
