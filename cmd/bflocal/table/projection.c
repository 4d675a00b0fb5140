#include "cmd/bflocal/table/projection.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/http/document.h"
#include "cmd/bflocal/s3/own.h"
#include "lib/base/clock.h"
#include "lib/objectkey/javatime.h"

static const char *property(const json_t *table, const char *column, const char *name)
{
    char key[400];
    snprintf(key, sizeof key, "projection.%.200s.%s", column, name);
    return json_string_value(json_object_get(json_object_get(table, "Parameters"), key));
}

bool bl_projection_enabled(const json_t *table)
{
    const char *text = json_string_value(
        json_object_get(json_object_get(table, "Parameters"), "projection.enabled"));
    return text && strcasecmp(text, "true") == 0;
}

static bool wrong(const struct bl_projection_column *c, const char *what, struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT,
                      "INVALID_TABLE_PROPERTY: projection.%.100s.%s is missing or cannot be read",
                      c->name, what);
}

/* The number at p, of at most `most` digits. */
static bool number(struct bf_str s, size_t *i, size_t least, size_t most, int *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && *i < s.n && isdigit((unsigned char)s.p[*i])) {
        *out = *out * 10 + (s.p[(*i)++] - '0');
        n++;
    }
    return n >= least;
}

/* A date by the letters y M d H m s; other letters are not read. */
static bool read_date(struct bf_str format, struct bf_str text, int64_t *ms)
{
    struct bf_date d = {.month = 1, .day = 1};
    size_t i = 0;
    for (size_t k = 0; k < format.n;) {
        char c = format.p[k];
        size_t n = 1;
        while (k + n < format.n && format.p[k + n] == c)
            n++;
        int *field = c == 'y'   ? &d.year
                     : c == 'M' ? &d.month
                     : c == 'd' ? &d.day
                     : c == 'H' ? &d.hour
                     : c == 'm' ? &d.minute
                     : c == 's' ? &d.second
                                : NULL;
        if (c == '\'') {
            const char *end = memchr(format.p + k + 1, '\'', format.n - k - 1);
            size_t length = end ? (size_t)(end - format.p) - k - 1 : 0;
            if (!end || text.n - i < length || memcmp(text.p + i, format.p + k + 1, length) != 0)
                return false;
            i += length;
            n = length + 2;
        } else if (field) {
            if (!number(text, &i, n == 1 ? 1 : n, n == 1 ? 2 : n, field))
                return false;
        } else if (isalpha((unsigned char)c))
            return false;
        else {
            if (text.n - i < n || memcmp(text.p + i, format.p + k, n) != 0)
                return false;
            i += n;
        }
        k += n;
    }
    if (i != text.n || d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 || d.hour > 23 ||
        d.minute > 59 || d.second > 59)
        return false;
    *ms = bf_clock_from_date(d);
    return bf_clock_date(*ms).day == d.day; /* no 30th of February */
}

static int64_t unit_ms(char unit)
{
    switch (unit) {
    case 's':
        return 1000;
    case 'm':
        return 60000;
    case 'h':
        return 3600000;
    case 'w':
        return 7 * INT64_C(86400000);
    default:
        return 86400000;
    }
}

static int64_t move(int64_t ms, char unit, int64_t n)
{
    if (unit != 'M' && unit != 'Y')
        return ms + n * unit_ms(unit);
    struct bf_date d = bf_clock_date(ms);
    int64_t months = (int64_t)d.year * 12 + d.month - 1 + n * (unit == 'Y' ? 12 : 1);
    d.year = (int)(months / 12);
    d.month = (int)(months % 12) + 1;
    return bf_clock_from_date(d);
}

/* SECONDS, MINUTES, ... ; '\0': none of them. */
static char unit_of(struct bf_str text)
{
    static const struct {
        const char *name;
        char unit;
    } units[] = {{"SECOND", 's'}, {"MINUTE", 'm'}, {"HOUR", 'h'}, {"DAY", 'd'},
                 {"WEEK", 'w'},   {"MONTH", 'M'},  {"YEAR", 'Y'}};
    for (size_t i = 0; i < BF_COUNT(units); i++) {
        size_t n = strlen(units[i].name);
        if (text.n >= n && text.n <= n + 1 && strncasecmp(text.p, units[i].name, n) == 0)
            return units[i].unit;
    }
    return '\0';
}

/* NOW-3YEARS+1DAY, or a date in the format. */
static bool read_end(struct bf_str text, struct bf_str format, int64_t now_ms, int64_t *ms)
{
    text = bf_str_trim(text);
    if (text.n < 3 || strncasecmp(text.p, "NOW", 3) != 0)
        return read_date(format, text, ms);
    *ms = now_ms;
    for (size_t i = 3; i < text.n;) {
        int n;
        char sign = text.p[i++];
        if (sign != '+' && sign != '-')
            return false;
        if (!number(text, &i, 1, 9, &n))
            return false;
        size_t from = i;
        while (i < text.n && isalpha((unsigned char)text.p[i]))
            i++;
        char unit = unit_of(bf_str(text.p + from, i - from));
        if (!unit)
            return false;
        *ms = move(*ms, unit, sign == '-' ? -n : n);
    }
    return true;
}

/* What the format cannot say is cut off. */
static void truncate_to(const struct bl_projection_column *c, int64_t *ms)
{
    struct bf_buf text;
    bf_buf_init(&text, 256);
    bf_javatime_put(&text, c->format, *ms, 0);
    int64_t cut;
    if (read_date(c->format, bf_buf_view(&text), &cut))
        *ms = cut;
    bf_buf_free(&text);
}

static bool date_column(const json_t *table, struct bl_projection_column *c, int64_t now_ms,
                        struct bf_err *e)
{
    const char *range = property(table, c->name, "range"),
               *format = property(table, c->name, "format"),
               *interval = property(table, c->name, "interval"),
               *unit = property(table, c->name, "interval.unit");
    struct bf_str rest = bf_str_of(range), first;
    c->format = bf_str_of(format ? format : "");
    if (!format || !bf_javatime_check(c->format, e))
        return wrong(c, "format", e);
    if (!range || !bf_str_split(&rest, ',', &first) || !rest.p ||
        !read_end(first, c->format, now_ms, &c->first) ||
        !read_end(rest, c->format, now_ms, &c->last))
        return wrong(c, "range", e);
    truncate_to(c, &c->first);
    bool days = memchr(c->format.p, 'd', c->format.n) && !memchr(c->format.p, 'H', c->format.n),
         months = !memchr(c->format.p, 'd', c->format.n) && memchr(c->format.p, 'M', c->format.n) &&
                  !memchr(c->format.p, 'H', c->format.n);
    c->unit = unit ? unit_of(bf_str_of(unit)) : days ? 'd' : months ? 'M' : '\0';
    if (!c->unit)
        return wrong(c, "interval.unit", e);
    if (!interval && !days && !months)
        return wrong(c, "interval", e);
    c->interval = interval ? strtoll(interval, NULL, 10) : 1;
    return c->interval > 0 || wrong(c, "interval", e);
}

static bool integer_column(const json_t *table, struct bl_projection_column *c, struct bf_err *e)
{
    const char *range = property(table, c->name, "range"),
               *digits = property(table, c->name, "digits"),
               *interval = property(table, c->name, "interval");
    char *end;
    if (!range)
        return wrong(c, "range", e);
    c->first = strtoll(range, &end, 10);
    if (*end != ',')
        return wrong(c, "range", e);
    c->last = strtoll(end + 1, &end, 10);
    if (*end)
        return wrong(c, "range", e);
    c->interval = interval ? strtoll(interval, NULL, 10) : 1;
    c->digits = digits ? (int)strtol(digits, NULL, 10) : 0;
    return c->interval > 0 || wrong(c, "interval", e);
}

static bool read_column(const json_t *table, struct bl_projection_column *c, int64_t now_ms,
                        struct bf_err *e)
{
    const char *type = property(table, c->name, "type"),
               *values = property(table, c->name, "values");
    if (!type)
        return wrong(c, "type", e);
    if (strcasecmp(type, "enum") == 0) {
        c->kind = BL_PROJECTION_ENUM;
        c->values = bf_str_of(values ? values : "");
        return values || wrong(c, "values", e);
    }
    if (strcasecmp(type, "integer") == 0) {
        c->kind = BL_PROJECTION_INTEGER;
        return integer_column(table, c, e);
    }
    if (strcasecmp(type, "date") == 0) {
        c->kind = BL_PROJECTION_DATE;
        return date_column(table, c, now_ms, e);
    }
    c->kind = BL_PROJECTION_INJECTED;
    return strcasecmp(type, "injected") == 0 || wrong(c, "type", e);
}

/* Without a template: COL=value/ in order, below the table's location. */
static bool make_template(const json_t *table, const struct bl_projection *p, struct bf_buf *out)
{
    const char *text = json_string_value(
        json_object_get(json_object_get(table, "Parameters"), "storage.location.template"));
    const char *location =
        bl_document_text(json_object_get(table, "StorageDescriptor"), "Location");
    if (text) {
        bf_buf_adds(out, bf_str_of(text));
    } else {
        bf_buf_adds(out, bf_str_of(location));
        if (out->n && out->p[out->n - 1] != '/')
            bf_buf_addc(out, '/');
        for (size_t i = 0; i < p->n; i++)
            bf_buf_addf(out, "%s=${%s}/", p->column[i].name, p->column[i].name);
    }
    if (out->n && out->p[out->n - 1] != '/')
        bf_buf_addc(out, '/');
    return bf_buf_ok(out);
}

bool bl_projection_read(const json_t *table, int64_t now_ms, struct bf_arena *arena,
                        struct bl_projection *p, struct bf_err *e)
{
    size_t i;
    json_t *key;
    struct bf_buf text;
    struct bf_str whole;
    memset(p, 0, sizeof *p);
    json_array_foreach(json_object_get(table, "PartitionKeys"), i, key)
    {
        if (p->n == BL_PROJECTION_COLUMNS)
            return bf_err_set(e, BF_E_LIMIT, "more than %d partition keys", BL_PROJECTION_COLUMNS);
        p->column[p->n].name = bl_document_text(key, "Name");
        if (!read_column(table, &p->column[p->n], now_ms, e))
            return false;
        p->n++;
    }
    bf_buf_init(&text, 16 * 1024);
    bool ok = make_template(table, p, &text) && bf_arena_copy(arena, bf_buf_view(&text), &whole);
    bf_buf_free(&text);
    if (!ok)
        return bf_err_nomem(e);
    if (!bl_s3_own_uri(whole, &p->bucket, &p->location))
        return bf_err_set(e, BF_E_INPUT,
                          "INVALID_TABLE_PROPERTY: storage.location.template is no s3:// URI");
    while (p->fixed < p->location.n &&
           !(p->location.p[p->fixed] == '$' && p->fixed + 1 < p->location.n &&
             p->location.p[p->fixed + 1] == '{'))
        p->fixed++;
    return true;
}

static bool in_enum(const struct bl_projection_column *c, struct bf_str text)
{
    struct bf_str rest = c->values, item;
    while (rest.p && bf_str_split(&rest, ',', &item))
        if (bf_str_eq(item, text))
            return true;
    return false;
}

static bool in_integers(const struct bl_projection_column *c, struct bf_str text)
{
    char digits[32], *end;
    if (text.n == 0 || text.n >= sizeof digits)
        return false;
    snprintf(digits, sizeof digits, "%.*s", (int)text.n, text.p);
    long long v = strtoll(digits, &end, 10);
    if (*end || v < c->first || v > c->last || (v - c->first) % c->interval != 0)
        return false;
    snprintf(digits, sizeof digits, "%0*lld", c->digits, v);
    return bf_str_eq(bf_str_of(digits), text);
}

static bool in_dates(const struct bl_projection_column *c, struct bf_str text)
{
    int64_t ms;
    if (!read_date(c->format, text, &ms) || ms < c->first || ms > c->last)
        return false;
    if (c->unit != 'M' && c->unit != 'Y')
        return (ms - c->first) % (c->interval * unit_ms(c->unit)) == 0;
    struct bf_date a = bf_clock_date(c->first), b = bf_clock_date(ms);
    int64_t months = (b.year - a.year) * 12 + b.month - a.month;
    return months % (c->interval * (c->unit == 'Y' ? 12 : 1)) == 0;
}

static bool is_value(const struct bl_projection_column *c, struct bf_str text)
{
    switch (c->kind) {
    case BL_PROJECTION_ENUM:
        return in_enum(c, text);
    case BL_PROJECTION_INTEGER:
        return in_integers(c, text);
    case BL_PROJECTION_DATE:
        return in_dates(c, text);
    default:
        return text.n > 0 && !memchr(text.p, '/', text.n);
    }
}

static size_t column_of(const struct bl_projection *p, struct bf_str name)
{
    for (size_t i = 0; i < p->n; i++)
        if (name.n == strlen(p->column[i].name) &&
            strncasecmp(name.p, p->column[i].name, name.n) == 0)
            return i;
    return p->n;
}

static bool match(const struct bl_projection *p, struct bf_str left, struct bf_str key,
                  struct bf_str *values)
{
    while (left.n && !(left.n > 2 && left.p[0] == '$' && left.p[1] == '{')) {
        if (!key.n || key.p[0] != left.p[0])
            return false;
        left = bf_str(left.p + 1, left.n - 1);
        key = bf_str(key.p + 1, key.n - 1);
    }
    if (!left.n)
        return true;
    const char *end = memchr(left.p, '}', left.n);
    size_t i = end ? column_of(p, bf_str(left.p + 2, (size_t)(end - left.p) - 2)) : p->n;
    if (i == p->n)
        return false;
    left = bf_str(end + 1, left.n - (size_t)(end + 1 - left.p));
    struct bf_str set = values[i];
    for (size_t n = 1; n < key.n; n++) {
        if (set.p ? n != set.n || memcmp(set.p, key.p, n) != 0
                  : !is_value(&p->column[i], bf_str(key.p, n)))
            continue;
        values[i] = bf_str(key.p, n);
        if (match(p, left, bf_str(key.p + n, key.n - n), values))
            return true;
        values[i] = set;
    }
    return false;
}

bool bl_projection_match(const struct bl_projection *p, struct bf_str key, struct bf_str *values)
{
    for (size_t i = 0; i < p->n; i++)
        values[i] = bf_str(NULL, 0);
    if (!match(p, p->location, key, values))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (!values[i].p)
            return false;
    return true;
}
