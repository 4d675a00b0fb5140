#include "lib/objectkey/javatime.h"

/* The run lengths of each letter that Java accepts; 0 ends the list. */
struct letter {
    char letter;
    int max; /* longest run */
};

static const struct letter letters[] = {
    {'G', 5},  {'u', 19}, {'y', 19}, {'Y', 19}, {'M', 5}, {'L', 5}, {'Q', 5}, {'q', 5},
    {'w', 2},  {'W', 1},  {'d', 2},  {'D', 3},  {'F', 1}, {'E', 5}, {'e', 5}, {'c', 5},
    {'a', 1},  {'h', 2},  {'K', 2},  {'k', 2},  {'H', 2}, {'m', 2}, {'s', 2}, {'S', 9},
    {'A', 19}, {'n', 19}, {'N', 19}, {'X', 5},  {'x', 5}, {'Z', 5},
};

/* The time as calendar fields. */
struct when {
    struct bf_date d;
    int weekday;     /* 0 Sunday to 6 Saturday */
    int day_of_year; /* 1 to 366 */
    int zone_minutes;
};

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};
static const char *const day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
static const char *const quarter_names[] = {"1st quarter", "2nd quarter", "3rd quarter",
                                            "4th quarter"};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t run_length(struct bf_str s)
{
    size_t n = 1;
    while (n < s.n && s.p[n] == s.p[0])
        n++;
    return n;
}

/* The length of the quoted text at s, including both quotes; 0 if it is not closed. */
static size_t quoted_length(struct bf_str s)
{
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] != '\'')
            continue;
        if (i + 1 < s.n && s.p[i + 1] == '\'')
            i++; /* two quotes inside quotes mean one quote */
        else
            return i + 1;
    }
    return 0;
}

static bool check_run(char letter, size_t n, struct bf_err *e)
{
    for (size_t i = 0; i < BF_COUNT(letters); i++) {
        if (letters[i].letter != letter)
            continue;
        if (n <= (size_t)letters[i].max && !(letter == 'c' && n == 2))
            return true;
        return bf_err_set(e, BF_E_USAGE, "too many pattern letters: %zu times %c", n, letter);
    }
    if (memchr("zvVOBgp", letter, 7))
        return bf_err_set(e, BF_E_USAGE, "pattern letter %c is not supported here", letter);
    return bf_err_set(e, BF_E_USAGE, "unknown pattern letter: %c", letter);
}

bool bf_javatime_check(struct bf_str s, struct bf_err *e)
{
    int optional = 0;
    while (s.n) {
        size_t n = 1;
        if (s.p[0] == '\'') {
            n = quoted_length(s);
            if (n == 0)
                return bf_err_set(e, BF_E_USAGE, "a quote is not closed");
        } else if (is_letter(s.p[0])) {
            n = run_length(s);
            if (!check_run(s.p[0], n, e))
                return false;
        } else if (s.p[0] == '[')
            optional++;
        else if (s.p[0] == ']' && --optional < 0)
            return bf_err_set(e, BF_E_USAGE, "']' without '['");
        else if (s.p[0] == '{' || s.p[0] == '}' || s.p[0] == '#')
            return bf_err_set(e, BF_E_USAGE, "the character %c is reserved", s.p[0]);
        s.p += n, s.n -= n;
    }
    return true;
}

static void number(struct bf_buf *out, int64_t v, size_t width)
{
    bf_buf_addf(out, "%0*lld", (int)width, (long long)v);
}

static void first_chars(struct bf_buf *out, const char *name, size_t n)
{
    bf_buf_add(out, name, n);
}

/* Short, full and narrow forms: 3, 4 and 5 letters. */
static void name(struct bf_buf *out, const char *full, size_t n)
{
    if (n == 4)
        bf_buf_adds(out, bf_str_of(full));
    else
        first_chars(out, full, n == 5 ? 1 : 3);
}

static int64_t jan_first_weekday(int year)
{
    struct bf_date jan = {.year = year, .month = 1, .day = 1};
    int64_t days = bf_clock_from_date(jan) / 86400000;
    if (year < 1970)
        days = (bf_clock_from_date(jan) - 86399999) / 86400000;
    return ((days + 4) % 7 + 7) % 7;
}

/* Week 1 contains 1 January and begins on Sunday. */
static int week_of_year(const struct when *w, int *week_year)
{
    int64_t first = jan_first_weekday(w->d.year);
    int week = (int)((w->day_of_year - 1 + first) / 7) + 1;
    *week_year = w->d.year;
    bool leap = w->d.year % 4 == 0 && (w->d.year % 100 != 0 || w->d.year % 400 == 0);
    int days_left = (leap ? 366 : 365) - w->day_of_year;
    if (days_left < 7 - (int)jan_first_weekday(w->d.year + 1) && days_left + w->weekday < 6) {
        /* the last days of December belong to week 1 if 1 January is in the same week */
        *week_year = w->d.year + 1;
        week = 1;
    }
    return week;
}

static void year(struct bf_buf *out, int v, size_t n)
{
    if (n == 2)
        number(out, v % 100, 2);
    else
        number(out, v, n);
}

static void quarter(struct bf_buf *out, int month, size_t n)
{
    int q = (month - 1) / 3;
    if (n == 3)
        bf_buf_addf(out, "Q%d", q + 1);
    else if (n == 4)
        bf_buf_adds(out, bf_str_of(quarter_names[q]));
    else
        number(out, q + 1, n == 5 ? 1 : n);
}

static void fraction(struct bf_buf *out, int ms, size_t n)
{
    char digits[10];
    digits[0] = (char)('0' + ms / 100);
    digits[1] = (char)('0' + ms / 10 % 10);
    digits[2] = (char)('0' + ms % 10);
    memset(digits + 3, '0', 7);
    bf_buf_add(out, digits, n);
}

static void offset(struct bf_buf *out, char letter, int minutes, size_t n)
{
    if (letter == 'Z' && n == 4) {
        bf_buf_lit(out, "GMT");
        if (minutes)
            offset(out, 'x', minutes, 3);
        return;
    }
    if (minutes == 0 && (letter == 'X' || (letter == 'Z' && n == 5))) {
        bf_buf_lit(out, "Z");
        return;
    }
    int m = minutes < 0 ? -minutes : minutes;
    bool colon = n == 3 || n == 5;
    if (letter == 'Z')
        colon = n == 5;
    bf_buf_addf(out, "%c%02d", minutes < 0 ? '-' : '+', m / 60);
    if (letter == 'Z' || n > 1 || m % 60)
        bf_buf_addf(out, colon ? ":%02d" : "%02d", m % 60);
}

static void weekday(struct bf_buf *out, const struct when *w, char letter, size_t n)
{
    if (letter != 'E' && n <= 2)
        number(out, w->weekday + 1, n);
    else
        name(out, day_names[w->weekday], n);
}

static void date_field(struct bf_buf *out, const struct when *w, char letter, size_t n)
{
    const struct bf_date *d = &w->d;
    int week_year;
    switch (letter) {
    case 'G':
        bf_buf_adds(out, n == 4 ? BF_STR("Anno Domini") : n == 5 ? BF_STR("A") : BF_STR("AD"));
        break;
    case 'u':
    case 'y':
        year(out, d->year, n);
        break;
    case 'Y':
        (void)week_of_year(w, &week_year);
        year(out, week_year, n);
        break;
    case 'M':
    case 'L':
        if (n <= 2)
            number(out, d->month, n);
        else
            name(out, month_names[d->month - 1], n);
        break;
    case 'Q':
    case 'q':
        quarter(out, d->month, n);
        break;
    case 'w':
        number(out, week_of_year(w, &week_year), n);
        break;
    case 'W': /* of the month: its first day is in week 1 */
        number(out, (d->day - 1 + (w->weekday - (d->day - 1) % 7 + 7) % 7) / 7 + 1, n);
        break;
    case 'd':
        number(out, d->day, n);
        break;
    case 'D':
        number(out, w->day_of_year, n);
        break;
    case 'F': /* the number of this weekday in the month, as Java counts it */
        number(out, (d->day - 1) % 7 + 1, n);
        break;
    default:
        weekday(out, w, letter, n);
        break;
    }
}

static void time_field(struct bf_buf *out, const struct when *w, char letter, size_t n)
{
    const struct bf_date *d = &w->d;
    int64_t milli_of_day = ((int64_t)(d->hour * 60 + d->minute) * 60 + d->second) * 1000 + d->ms;
    switch (letter) {
    case 'a':
        bf_buf_adds(out, d->hour < 12 ? BF_STR("AM") : BF_STR("PM"));
        break;
    case 'h':
        number(out, d->hour % 12 ? d->hour % 12 : 12, n);
        break;
    case 'K':
        number(out, d->hour % 12, n);
        break;
    case 'k':
        number(out, d->hour ? d->hour : 24, n);
        break;
    case 'H':
        number(out, d->hour, n);
        break;
    case 'm':
        number(out, d->minute, n);
        break;
    case 's':
        number(out, d->second, n);
        break;
    case 'S':
        fraction(out, d->ms, n);
        break;
    case 'A':
        number(out, milli_of_day, n);
        break;
    case 'n':
        number(out, (int64_t)d->ms * 1000000, n);
        break;
    case 'N':
        number(out, milli_of_day * 1000000, n);
        break;
    default:
        offset(out, letter, w->zone_minutes, n);
        break;
    }
}

static struct when take_apart(int64_t wall_ms, int zone_minutes)
{
    int64_t local = wall_ms + (int64_t)zone_minutes * 60000;
    struct when w = {.d = bf_clock_date(local), .zone_minutes = zone_minutes};
    struct bf_date jan = {.year = w.d.year, .month = 1, .day = 1};
    struct bf_date midnight = {.year = w.d.year, .month = w.d.month, .day = w.d.day};
    int64_t today = bf_clock_from_date(midnight) / 86400000;
    w.day_of_year = (int)(today - bf_clock_from_date(jan) / 86400000) + 1;
    w.weekday = (int)(((today + 4) % 7 + 7) % 7);
    return w;
}

void bf_javatime_put(struct bf_buf *out, struct bf_str s, int64_t wall_ms, int zone_minutes)
{
    struct when w = take_apart(wall_ms, zone_minutes);
    while (s.n) {
        size_t n = 1;
        if (s.p[0] == '\'') {
            n = quoted_length(s);
            if (n == 2)
                bf_buf_addc(out, '\'');
            for (size_t i = 1; i + 1 < n; i++) {
                bf_buf_addc(out, s.p[i]);
                i += s.p[i] == '\'';
            }
        } else if (is_letter(s.p[0])) {
            n = run_length(s);
            if (memchr("GuyYMLQqwWdDFEec", s.p[0], 16))
                date_field(out, &w, s.p[0], n);
            else
                time_field(out, &w, s.p[0], n);
        } else if (s.p[0] != '[' && s.p[0] != ']')
            bf_buf_addc(out, s.p[0]);
        s.p += n, s.n -= n;
    }
}
