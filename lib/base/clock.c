#include "lib/base/clock.h"

#include <stdio.h>
#include <time.h>

#define LAST_SECOND INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t bf_clock_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t bf_clock_mono_ms(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

/* A process that is stopped between two clocks would read a difference of its own. */
int64_t bf_clock_slept_ms(void)
{
    int64_t before, boot, after;
    do {
        before = read_clock(CLOCK_MONOTONIC);
        boot = read_clock(CLOCK_BOOTTIME);
        after = read_clock(CLOCK_MONOTONIC);
    } while (after - before > 10);
    return boot - after;
}

/* Days since 1970-01-01, counted in 400-year eras that begin on 1 March. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct bf_date bf_clock_date(int64_t wall_ms)
{
    int64_t days = wall_ms / 86400000, rest = wall_ms % 86400000;
    if (rest < 0)
        rest += 86400000, days--;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct bf_date){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / 3600000),
        .minute = (int)(rest / 60000 % 60),
        .second = (int)(rest / 1000 % 60),
        .ms = (int)(rest % 1000),
    };
}

int64_t bf_clock_from_date(struct bf_date d)
{
    int64_t days = days_from_civil(d.year, d.month, d.day);
    return ((days * 24 + d.hour) * 60 + d.minute) * 60000 + d.second * 1000 + d.ms;
}

void bf_clock_iso(struct bf_buf *out, int64_t wall_ms)
{
    struct bf_date d = bf_clock_date(wall_ms);
    bf_buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day, d.hour, d.minute,
                d.second);
    if (d.ms)
        bf_buf_addf(out, ".%03d", d.ms);
    bf_buf_addc(out, 'Z');
}

void bf_clock_amz(char out[17], int64_t wall_ms)
{
    struct bf_date d = bf_clock_date(wall_ms);
    char text[80];
    snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", d.year, d.month, d.day, d.hour,
             d.minute, d.second);
    memcpy(out, text, 16);
    out[16] = '\0';
}

/* Removes exactly n digits from the front of *s. */
static bool take_digits(struct bf_str *s, size_t n, int *out)
{
    if (s->n < n)
        return false;
    int v = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    s->p += n;
    s->n -= n;
    *out = v;
    return true;
}

static bool take_char(struct bf_str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    s->p++, s->n--;
    return true;
}

/* ".123456" as 123 milliseconds; 0 if there is no fraction. */
static bool take_fraction(struct bf_str *s, int *ms)
{
    *ms = 0;
    if (!take_char(s, '.'))
        return true;
    int places = 0, digit;
    for (; take_digits(s, 1, &digit); places++)
        if (places < 3)
            *ms = *ms * 10 + digit;
    for (int i = places; i < 3; i++)
        *ms *= 10;
    return places > 0;
}

/* "Z", "+hh:mm", "-hhmm" or nothing, as minutes east of UTC. */
static bool take_zone(struct bf_str *s, int *minutes)
{
    *minutes = 0;
    if (s->n == 0 || take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
    int h, m = 0;
    if (!sign || !take_digits(s, 2, &h))
        return false;
    if ((take_char(s, ':') || s->n) && !take_digits(s, 2, &m))
        return false;
    *minutes = sign * (h * 60 + m);
    return h < 24 && m < 60;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static bool in_range(const struct bf_date *d)
{
    return d->year >= 1 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
           d->day <= days_in_month(d->year, d->month) && d->hour < 24 && d->minute < 60 &&
           d->second < 60;
}

static bool parse_epoch(struct bf_str s, int64_t *wall_ms)
{
    int64_t seconds = 0;
    int digit, n = 0, ms;
    for (; n < 13 && take_digits(&s, 1, &digit); n++)
        seconds = seconds * 10 + digit;
    if (n == 0 || seconds > LAST_SECOND || !take_fraction(&s, &ms) || s.n)
        return false;
    *wall_ms = seconds * 1000 + ms;
    return true;
}

static bool parse_iso(struct bf_str s, int64_t *wall_ms)
{
    struct bf_date d = {0};
    int zone = 0;
    if (!take_digits(&s, 4, &d.year) || !take_char(&s, '-') || !take_digits(&s, 2, &d.month) ||
        !take_char(&s, '-') || !take_digits(&s, 2, &d.day))
        return false;
    if (take_char(&s, 'T') || take_char(&s, ' ')) {
        if (!take_digits(&s, 2, &d.hour) || !take_char(&s, ':') || !take_digits(&s, 2, &d.minute))
            return false;
        if (take_char(&s, ':') && (!take_digits(&s, 2, &d.second) || !take_fraction(&s, &d.ms)))
            return false;
        if (!take_zone(&s, &zone))
            return false;
    }
    if (s.n || !in_range(&d))
        return false;
    *wall_ms = bf_clock_from_date(d) - (int64_t)zone * 60000;
    return true;
}

bool bf_clock_parse(struct bf_str s, int64_t *wall_ms, struct bf_err *e)
{
    if (s.n && s.p[0] == '@' ? parse_epoch(bf_str(s.p + 1, s.n - 1), wall_ms)
                             : parse_iso(s, wall_ms))
        return true;
    return bf_err_set(e, BF_E_USAGE,
                      "'%.*s' is not a time such as 2026-11-27T06:30:00Z or @1795759200",
                      BF_SHOWN(s));
}

bool bf_clock_parse_http(struct bf_str s, int64_t *wall_ms)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct bf_date d = {0};
    if (s.n != 29)
        return false;
    struct bf_str rest = bf_str(s.p + 5, s.n - 5);
    if (!take_digits(&rest, 2, &d.day) || !take_char(&rest, ' '))
        return false;
    for (int m = 0; m < 12; m++)
        if (memcmp(rest.p, months + 3 * m, 3) == 0)
            d.month = m + 1;
    rest = bf_str(s.p + 11, s.n - 11);
    if (!take_char(&rest, ' ') || !take_digits(&rest, 4, &d.year) || !take_char(&rest, ' ') ||
        !take_digits(&rest, 2, &d.hour) || !take_char(&rest, ':') ||
        !take_digits(&rest, 2, &d.minute) || !take_char(&rest, ':') ||
        !take_digits(&rest, 2, &d.second) || !in_range(&d) || !bf_str_is(rest, " GMT") ||
        memcmp(s.p + 3, ", ", 2) != 0)
        return false;
    *wall_ms = bf_clock_from_date(d);
    return true;
}
