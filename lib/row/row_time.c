/* The time of a change as rows contain it: ISO 8601 in UTC, with the source's number of
 * decimals. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/row/row_impl.h"

static char *two(char *o, unsigned v)
{
    o[0] = (char)('0' + v / 10);
    o[1] = (char)('0' + v % 10);
    return o + 2;
}

/* Writes the minute (since 1970) into r->stamp: 2026-11-27T06:30: */
static void set_minute(struct bf_row *r, int64_t minute)
{
    struct bf_date d = bf_clock_date(minute * 60000);
    char *p = two(two(r->stamp, (unsigned)d.year / 100 % 100), (unsigned)d.year % 100);
    *p++ = '-';
    p = two(p, (unsigned)d.month);
    *p++ = '-';
    p = two(p, (unsigned)d.day);
    *p++ = 'T';
    p = two(p, (unsigned)d.hour);
    *p++ = ':';
    p = two(p, (unsigned)d.minute);
    *p = ':';
    r->minute = minute;
}

char *bf_row_write_time(struct bf_row *r, char *o, const struct bf_change *c)
{
    int64_t us;
    unsigned decimals;
    if (!bf_change_time(c, &us, &decimals) || us < 0)
        return o;
    int64_t minute = us / 60000000;
    if (minute != r->minute)
        set_minute(r, minute);
    unsigned rest = (unsigned)(us - minute * 60000000), fraction = rest % 1000000;
    memcpy(o, r->stamp, sizeof r->stamp);
    o = two(o + sizeof r->stamp, rest / 1000000);
    if (decimals) {
        *o++ = '.';
        *o++ = (char)('0' + fraction / 100000);
        o = two(o, fraction / 1000 % 100);
    }
    if (decimals == 6) {
        *o++ = (char)('0' + fraction / 100 % 10);
        o = two(o, fraction % 100);
    }
    *o++ = 'Z';
    return o;
}
