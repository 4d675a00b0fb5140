#include "lib/ddl/layout_time.h"

#include "lib/ddl/name.h"
#include "lib/objectkey/javatime.h"

enum { SHOWN = 60, FIELDS = 6 };

/* The fields of a time from the coarsest to the finest. */
static const struct {
    const char *letters;
    const char *unit;
    const char *name;  /* of a column with this field only */
    const char *whole; /* of a column with this as its finest field */
    const char *range;
} fields[FIELDS] = {
    {"yu", "YEARS", "year", "year", "2020,2039"},
    {"ML", "MONTHS", "month", "yearmonth", "1,12"},
    {"d", "DAYS", "day", "dt", "1,31"},
    {"H", "HOURS", "hour", "datehour", "0,23"},
    {"m", "MINUTES", "minute", "dateminute", "0,59"},
    {"s", "SECONDS", "second", "datesecond", "0,59"},
};

/* The content of a pattern. */
struct pattern {
    bool has[FIELDS];
    size_t n;       /* number of fields */
    size_t finest;  /* the finest field */
    size_t letters; /* letters of the last field */
    bool bare;      /* it is just one field */
};

static bool field_of(char c, size_t *i)
{
    for (*i = 0; *i < FIELDS; (*i)++)
        if (strchr(fields[*i].letters, c))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool read_pattern(struct bf_str text, struct pattern *p, struct bf_err *e)
{
    bool quoted = false;
    *p = (struct pattern){.bare = true};
    for (size_t i = 0, f; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\'')
            quoted = !quoted;
        if (quoted || !is_letter(c)) {
            p->bare = false;
            continue;
        }
        if (!field_of(c, &f))
            return bf_err_set(e, BF_E_USAGE,
                              "'%.*s': Athena projects years, months, days, hours, minutes and "
                              "seconds, not '%c'",
                              (int)(text.n < SHOWN ? text.n : SHOWN), text.p, c);
        size_t run = 1;
        while (i + 1 < text.n && text.p[i + 1] == c) {
            run++;
            i++;
        }
        p->bare = p->bare && p->n == 0;
        p->n += !p->has[f];
        p->has[f] = true;
        p->finest = f > p->finest ? f : p->finest;
        p->letters = run;
    }
    return true;
}

static struct bf_type plain_type(enum bf_type_kind kind)
{
    return (struct bf_type){.kind = kind, .bits = kind == BF_TYPE_INTEGER ? 32 : 0};
}

/* A column of one field, such as the month only. */
static bool one_field(struct bf_ddl_partition *p, const struct pattern *has, struct bf_str text,
                      struct bf_err *e)
{
    if (has->letters > (has->finest == 0 ? 4U : 2U))
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is not a number: Athena cannot project it",
                          (int)(text.n < SHOWN ? text.n : SHOWN), text.p);
    if (!p->name.n)
        p->name = bf_str_of(fields[has->finest].name);
    p->type = plain_type(BF_TYPE_INTEGER);
    p->projection = BF_DDL_PROJECT_INTEGER;
    p->digits = has->letters > 1 ? (unsigned)has->letters : 0;
    p->range = bf_str_of(fields[has->finest].range);
    return true;
}

bool bf_layout_time(struct bf_ddl_partition *p, struct bf_str text, struct bf_err *e)
{
    struct pattern has;
    if (!bf_javatime_check(text, e) || !read_pattern(text, &has, e))
        return false;
    if (has.n == 1 && has.bare)
        return one_field(p, &has, text, e);
    for (size_t f = 0; f <= has.finest; f++)
        if (!has.has[f])
            return bf_err_set(e, BF_E_USAGE, "'%.*s' has no %s: Athena cannot project it",
                              (int)(text.n < SHOWN ? text.n : SHOWN), text.p, fields[f].name);
    if (!p->name.n)
        p->name = bf_str_of(fields[has.finest].whole);
    p->type = plain_type(bf_str_is(text, "yyyy-MM-dd") ? BF_TYPE_DATE : BF_TYPE_STRING);
    p->projection = BF_DDL_PROJECT_DATE;
    p->format = text;
    p->unit = fields[has.finest].unit;
    p->range = BF_STR("NOW-3YEARS,NOW");
    return true;
}

static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
}

/* NOW, then any number of +nUNIT or -nUNIT; spaces are allowed. */
static bool is_now(struct bf_str t)
{
    size_t i = 3;
    if (t.n < 3 || !bf_str_same(bf_str(t.p, 3), BF_STR("now")))
        return false;
    while (i < t.n) {
        size_t digits = 0, letters = 0, f = 0;
        char unit[8];
        while (i < t.n && t.p[i] == ' ')
            i++;
        if (i == t.n || (t.p[i] != '+' && t.p[i] != '-'))
            return false;
        for (i++; i < t.n && (t.p[i] == ' ' || (t.p[i] >= '0' && t.p[i] <= '9')); i++)
            digits += t.p[i] != ' ';
        for (; i < t.n && is_letter(t.p[i]) && letters < sizeof unit - 1; i++)
            unit[letters++] = upper(t.p[i]);
        unit[letters] = '\0';
        while (f < FIELDS && strcmp(unit, fields[f].unit) != 0 &&
               strncmp(unit, fields[f].unit, letters) != 0)
            f++;
        if (digits == 0 || letters < 3 || (f == FIELDS && strncmp(unit, "WEEKS", letters) != 0))
            return false;
    }
    return true;
}

bool bf_layout_end(const struct bf_ddl_partition *p, struct bf_str text, struct bf_buf *out,
                   struct bf_err *e)
{
    int64_t ms;
    text = bf_str_trim(text);
    if (is_now(text)) {
        for (size_t i = 0; i < text.n; i++)
            bf_buf_addc(out, upper(text.p[i]));
        return true;
    }
    if (!bf_clock_parse(text, &ms, e)) {
        e->code = BF_E_USAGE;
        return bf_err_ctx(e, "neither NOW, as in NOW-3YEARS, nor a time");
    }
    bf_javatime_put(out, p->format, ms, 0);
    return true;
}
