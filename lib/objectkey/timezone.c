#include "lib/objectkey/timezone.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/io/file.h"

enum { NAME_MAX_BYTES = 64, FILE_MAX = 256 * 1024, HEAD = 44, DAY = 86400, FAR_HOURS = 167 };

/* ---- the rule: "EST5EDT,M3.2.0,M11.1.0" ---- */

static bool digits(struct bf_str *s, int most, int *out)
{
    size_t n = 0;
    *out = 0;
    while (n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9')
        *out = *out * 10 + (s->p[n++] - '0');
    *s = bf_str(s->p + n, s->n - n);
    return n > 0 && *out <= most;
}

static bool take(struct bf_str *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = bf_str(s->p + 1, s->n - 1);
    return true;
}

/* "EST" or "<+03>". */
static bool skip_name(struct bf_str *s)
{
    size_t n = 0;
    bool quoted = take(s, '<');
    while (n < s->n && (quoted ? s->p[n] != '>' : ((s->p[n] | 32) >= 'a' && (s->p[n] | 32) <= 'z')))
        n++;
    *s = bf_str(s->p + n, s->n - n);
    return n > 0 && (!quoted || take(s, '>'));
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool take_time(struct bf_str *s, int64_t *out)
{
    int hours, minutes = 0, seconds = 0;
    bool minus = take(s, '-');
    if (!minus)
        (void)take(s, '+');
    if (!digits(s, FAR_HOURS, &hours) ||
        (take(s, ':') && (!digits(s, 59, &minutes) || (take(s, ':') && !digits(s, 59, &seconds)))))
        return false;
    *out = (int64_t)hours * 3600 + minutes * 60 + seconds;
    if (minus)
        *out = -*out;
    return true;
}

static bool take_change(struct bf_str *s, struct bf_timezone_change *c)
{
    *c = (struct bf_timezone_change){.kind = 'D', .second = 7200};
    if (take(s, 'M')) {
        c->kind = 'M';
        if (!digits(s, 12, &c->month) || !take(s, '.') || !digits(s, 5, &c->week) ||
            !take(s, '.') || !digits(s, 6, &c->day) || !c->month || !c->week)
            return false;
    } else {
        c->kind = take(s, 'J') ? 'J' : 'D';
        if (!digits(s, 365, &c->day) || (c->kind == 'J' && !c->day))
            return false;
    }
    return !take(s, '/') || take_time(s, &c->second);
}

bool bf_timezone_rule(struct bf_timezone_rule *r, struct bf_str text)
{
    *r = (struct bf_timezone_rule){0};
    if (!skip_name(&text) || !take_time(&text, &r->offset))
        return false;
    r->offset = -r->offset; /* POSIX counts to the west */
    r->known = true;
    if (!text.n)
        return true;
    r->summer = true;
    r->saving = r->offset + 3600;
    if (!skip_name(&text))
        return false;
    if (text.n && text.p[0] != ',') {
        if (!take_time(&text, &r->saving))
            return false;
        r->saving = -r->saving;
    }
    return take(&text, ',') && take_change(&text, &r->begin) && take(&text, ',') &&
           take_change(&text, &r->end) && !text.n;
}

static int64_t seconds_of(int year, int month, int day)
{
    return bf_clock_from_date((struct bf_date){.year = year, .month = month, .day = day}) / 1000;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The second, in local time as if it were UTC, when the change happens in that year. */
static int64_t change_at(const struct bf_timezone_change *c, int year)
{
    if (c->kind != 'M') {
        bool after = c->kind == 'J' && !(is_leap(year) && c->day >= 60);
        return seconds_of(year, 1, 1) + (int64_t)(c->day - after) * DAY + c->second;
    }
    int64_t first = seconds_of(year, c->month, 1),
            next = c->month == 12 ? seconds_of(year + 1, 1, 1) : seconds_of(year, c->month + 1, 1);
    int weekday = (int)((first / DAY + 4) % 7); /* 1970 began on a Thursday */
    if (weekday < 0)
        weekday += 7;
    int64_t at = first + (int64_t)((c->day - weekday + 7) % 7 + (c->week - 1) * 7) * DAY;
    while (at >= next) /* week 5 is the last one */
        at -= 7 * DAY;
    return at + c->second;
}

static int64_t rule_offset(const struct bf_timezone_rule *r, int64_t second)
{
    if (!r->summer)
        return r->offset;
    int year = bf_clock_date((second + r->offset) * 1000).year;
    int64_t begin = change_at(&r->begin, year) - r->offset,
            end = change_at(&r->end, year) - r->saving;
    bool summer = begin < end ? second >= begin && second < end : second >= begin || second < end;
    return summer ? r->saving : r->offset;
}

/* ---- the file ---- */

static int64_t number(const char *p, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | (unsigned char)p[i];
    return bytes == 4 ? (int64_t)(int32_t)(uint32_t)v : (int64_t)v;
}

struct counts {
    size_t utc, standard, leaps, times, types, characters;
};

static bool read_head(struct bf_str file, struct counts *c)
{
    if (file.n < HEAD || memcmp(file.p, "TZif", 4) != 0)
        return false;
    size_t *const at[] = {&c->utc, &c->standard, &c->leaps, &c->times, &c->types, &c->characters};
    for (size_t i = 0; i < BF_COUNT(at); i++) {
        int64_t v = number(file.p + 20 + 4 * i, 4);
        if (v < 0 || v > 100000)
            return false;
        *at[i] = (size_t)v;
    }
    return c->types > 0;
}

static size_t body_of(const struct counts *c, size_t width)
{
    return c->times * (width + 1) + c->types * 6 + c->characters + c->leaps * (width + 4) +
           c->standard + c->utc;
}

static bool read_body(struct bf_timezone *z, const char *p, const struct counts *c, size_t width)
{
    const char *kinds = p + c->times * width, *types = kinds + c->times;
    z->first = number(types, 4);
    z->at = malloc((c->times + 1) * sizeof *z->at);
    z->offset = malloc((c->times + 1) * sizeof *z->offset);
    if (!z->at || !z->offset)
        return false;
    for (size_t i = 0; i < c->times; i++) {
        size_t type = (unsigned char)kinds[i];
        if (type >= c->types)
            return false;
        z->at[i] = number(p + i * width, width);
        z->offset[i] = (int32_t)number(types + type * 6, 4);
    }
    z->n = c->times;
    return true;
}

bool bf_timezone_read(struct bf_timezone *z, struct bf_str file, struct bf_err *e)
{
    struct counts c;
    size_t width = 4;
    *z = (struct bf_timezone){0};
    bool ok = read_head(file, &c);
    if (ok && file.p[4] >= '2') { /* the second part has the times of all years */
        size_t skip = HEAD + body_of(&c, 4);
        ok = file.n > skip;
        file = ok ? bf_str(file.p + skip, file.n - skip) : file;
        ok = ok && read_head(file, &c);
        width = 8;
    }
    size_t body = ok ? body_of(&c, width) : 0;
    ok = ok && file.n >= HEAD + body && read_body(z, file.p + HEAD, &c, width);
    if (ok && width == 8) {
        struct bf_str rule = bf_str_trim(bf_str(file.p + HEAD + body, file.n - HEAD - body));
        ok = !rule.n || bf_timezone_rule(&z->rule, rule);
    }
    if (ok)
        return true;
    bf_timezone_free(z);
    return bf_err_set(e, BF_E_INPUT, "not a file of the time zone database");
}

static bool is_name(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
            !memchr("/_-+", s.p[i], 4))
            return false;
    return s.n && s.n < NAME_MAX_BYTES && s.p[0] != '/';
}

bool bf_timezone_load(struct bf_timezone *z, struct bf_str name, struct bf_err *e)
{
    char path[NAME_MAX_BYTES + 32];
    struct bf_buf text;
    *z = (struct bf_timezone){0};
    if (!name.n || bf_str_is(name, "UTC"))
        return true;
    if (!is_name(name))
        return bf_err_set(e, BF_E_INPUT, "'%.*s' is not the name of a time zone", BF_SHOWN(name));
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", (int)name.n, name.p);
    bf_buf_init(&text, FILE_MAX);
    bool ok = bf_file_read(path, &text, e);
    if (!ok)
        bf_err_set(e, BF_E_NOTFOUND, "this machine knows no time zone %.*s", BF_SHOWN(name));
    ok = ok && (bf_timezone_read(z, bf_buf_view(&text), e) || bf_err_ctx(e, "%s", path));
    bf_buf_free(&text);
    return ok;
}

void bf_timezone_free(struct bf_timezone *z)
{
    free(z->at);
    free(z->offset);
    *z = (struct bf_timezone){0};
}

int bf_timezone_minutes(const struct bf_timezone *z, int64_t wall_ms)
{
    int64_t second = wall_ms / 1000, offset = z->first;
    size_t low = 0, high = z->n; /* the number of transitions up to that time */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->at[middle] <= second)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == z->n && z->rule.known)
        offset = rule_offset(&z->rule, second);
    else if (low)
        offset = z->offset[low - 1];
    return (int)(offset / 60);
}
