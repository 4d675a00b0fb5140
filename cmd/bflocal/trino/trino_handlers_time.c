/* Functions of dates and times whose text depends on the types of their arguments. */
#include <stdio.h>

#include "cmd/bflocal/trino/trino_impl.h"

static bool add(struct sql *s, const char *text)
{
    bf_buf_adds(s->out, bf_str_of(text));
    return true;
}

static bool is_text(const struct bl_duck_found *f)
{
    return f->id == DUCKDB_VARCHAR && !f->json;
}

/* Hours and less are no units of a date. */
static bool check_unit(struct sql *s, const struct trino_call *c, const struct bl_duck_found *f)
{
    static const char *const small[] = {"millisecond", "second", "minute", "hour"};
    const struct bl_token *unit = c->arg[0].literal;
    for (size_t i = 0; unit && f->id == DUCKDB_DATE && i < BF_COUNT(small); i++)
        if (bf_str_eq(trino_fold(s, unit->text), bf_str_of(small[i])))
            return trino_fail(s, "'%s' is not a valid DATE field", small[i]);
    return true;
}

/* A date stays one. */
static bool date_add(struct sql *s, const struct trino_call *c)
{
    static const struct {
        const char *unit, *to;
    } units[] = {{"millisecond", "to_milliseconds($2)"},
                 {"second", "to_seconds($2)"},
                 {"minute", "to_minutes($2)"},
                 {"hour", "to_hours($2)"},
                 {"day", "to_days(CAST($2 AS INTEGER))"},
                 {"week", "to_weeks(CAST($2 AS INTEGER))"},
                 {"month", "to_months(CAST($2 AS INTEGER))"},
                 {"quarter", "to_quarters(CAST($2 AS INTEGER))"},
                 {"year", "to_years(CAST($2 AS INTEGER))"}};
    const struct bl_token *unit = c->arg[0].literal;
    const struct bl_duck_found *f = trino_type_of(s, c, 2, "(", ")");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id != DUCKDB_DATE && f->id != DUCKDB_TIMESTAMP && f->id != DUCKDB_TIMESTAMP_TZ)
        return trino_mismatch(s, c, f);
    if (!check_unit(s, c, f))
        return false;
    for (size_t i = 0; unit && i < BF_COUNT(units); i++) {
        if (!bf_str_eq(trino_fold(s, unit->text), bf_str_of(units[i].unit)))
            continue;
        add(s, f->id == DUCKDB_DATE ? "CAST((" : "(");
        bf_buf_adds(s->out, c->arg[2].text);
        add(s, " + ");
        if (!trino_expand(s, c, units[i].to))
            return false;
        return add(s, f->id == DUCKDB_DATE ? ") AS DATE)" : ")");
    }
    return trino_fail(s, "bflocal wants the unit of date_add written out: 'day', 'month' ...");
}

/* Whole units that have passed, not borders that were crossed. */
static bool date_diff(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *a = trino_probe(s, c->arg[1].text),
                               *b = trino_probe(s, c->arg[2].text);
    if (!a || !b) {
        trino_put_probe(s, c->arg[1].text);
        add(s, " + ");
        trino_put_probe(s, c->arg[2].text);
        return s->e->code == BF_OK;
    }
    if (is_text(a) || is_text(b))
        return trino_mismatch(s, c, is_text(a) ? a : b);
    if (a->id == DUCKDB_DATE && !check_unit(s, c, b))
        return false;
    return trino_expand(s, c, "date_sub($u1, CAST($2 AS TIMESTAMP), CAST($3 AS TIMESTAMP))");
}

static bool date_trunc(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 1, "(", ")");
    if (!f)
        return s->e->code == BF_OK;
    if (is_text(f))
        return trino_mismatch(s, c, f);
    if (!check_unit(s, c, f))
        return false;
    return trino_expand(
        s, c, f->id == DUCKDB_DATE ? "CAST(date_trunc($u1, $2) AS DATE)" : "date_trunc($u1, $2)");
}

static bool to_iso8601(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "CAST(", " AS VARCHAR)");
    if (!f)
        return s->e->code == BF_OK;
    switch (f->id) {
    case DUCKDB_DATE:
        return trino_expand(s, c, "strftime($1, '%Y-%m-%d')");
    case DUCKDB_TIMESTAMP:
        return trino_expand(s, c, "strftime($1, '%Y-%m-%dT%H:%M:%S.%g')");
    case DUCKDB_TIMESTAMP_TZ:
        return trino_expand(s, c, "strftime(CAST($1 AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')");
    default:
        return trino_mismatch(s, c, f);
    }
}

/* Dates from one to the other, by days or by an interval. */
static bool sequence(struct sql *s, const struct trino_call *c)
{
    /* Each step from the first: a month after the 29th of February is the 31st of March, if all began at a 31st. */
    static const char steps[] =
        "list_filter(list_transform(generate_series(0, len(generate_series($1, $2, $3))), lambda "
        "athena_n: CAST(($1) + CAST(athena_n AS INTEGER) * ($3) AS DATE)), lambda athena_d: CASE "
        "WHEN ($1) <= ($2) THEN athena_d <= ($2) ELSE athena_d >= ($2) END)";
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "[", "]");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id == DUCKDB_DATE)
        return trino_expand(
            s, c, c->n == 3 ? steps : "CAST(generate_series($1, $2, INTERVAL 1 DAY) AS DATE[])");
    if (f->id == DUCKDB_TIMESTAMP && c->n == 3)
        return trino_expand(s, c, "generate_series($1, $2, $3)");
    if (!trino_is_integer(f))
        return trino_mismatch(s, c, f);
    return trino_expand(
        s, c,
        c->n == 3 ? "CASE WHEN ($3) = 0 OR (($2) > ($1)) = (($3) < 0) AND ($1) <> ($2) THEN "
                    "athena_fail('INVALID_FUNCTION_ARGUMENT: the step of the sequence leads away "
                    "from its end') ELSE generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT), "
                    "CAST($3 AS BIGINT)) END"
                  : "generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT), CASE "
                    "WHEN $1 <= $2 THEN 1 ELSE -1 END)");
}

/* extract(HOUR FROM x): a date has none, though hour(x) of one is 0. */
bool trino_time_field(struct sql *s, const struct trino_call *c, const char *to)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "CAST(", " AS BIGINT)");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id == DUCKDB_DATE || is_text(f))
        return trino_mismatch(s, c, f);
    return trino_expand(s, c, to);
}

static bool has_letter(const struct trino_call *c, const char *letters, bool percent)
{
    const struct bl_token *t = c->arg[1].literal;
    for (size_t i = 0; t && i < t->text.n; i++)
        if (strchr(letters, t->text.p[i]) && (!percent || (i && t->text.p[i - 1] == '%')))
            return true;
    return false;
}

/* strptime passes over white space at both ends, and over more than one space. */
#define STRICT(text)                                                                               \
    "CASE WHEN regexp_matches($1, '^\\s|\\s$$|\\s\\s') THEN "                                      \
    "athena_fail('INVALID_FUNCTION_ARGUMENT: Invalid format: \"' || ($1) || '\"') ELSE " text      \
    " END"

/* A time without a year is of 1970; a year of two digits up to 69 is after 2000. */
static bool parse(struct sql *s, const struct trino_call *c, bool mysql)
{
    bool year = has_letter(c, mysql ? "Yy" : "yY", mysql);
    bool fraction = mysql && has_letter(c, "f", true); /* cut to milliseconds, not rounded */
    add(s, fraction ? "date_trunc('millisecond', " : mysql ? "" : "CAST(");
    bool ok = mysql ? trino_expand(s, c,
                                   year ? STRICT("strptime($1, $m2)")
                                        : STRICT("strptime('1970 ' || ($1), '%Y ' || $m2)"))
                    : trino_expand(s, c,
                                   year ? STRICT("strptime($1, $j2)")
                                        : STRICT("strptime('1970 ' || ($1), '%Y ' || $j2)"));
    return ok && add(s, fraction ? ")" : mysql ? "" : " AS TIMESTAMPTZ)");
}

static bool date_parse(struct sql *s, const struct trino_call *c)
{
    if (!has_letter(c, "y", true))
        return parse(s, c, true);
    size_t from = s->out->n;
    if (!parse(s, c, true))
        return false;
    struct bf_str x = trino_cut(s, from);
    add(s, "CASE WHEN year(");
    bf_buf_adds(s->out, x);
    add(s, ") = 1969 THEN ");
    bf_buf_adds(s->out, x);
    add(s, " + INTERVAL 100 YEAR ELSE ");
    bf_buf_adds(s->out, x);
    return add(s, " END");
}

static bool parse_datetime(struct sql *s, const struct trino_call *c)
{
    return parse(s, c, false);
}

static bool date(struct sql *s, const struct trino_call *c)
{
    return trino_date(s, c->arg[0].text);
}

bool trino_handle_time(struct sql *s, const struct trino_call *c, const char *handler, bool *done)
{
    static const struct {
        const char *name;
        bool (*run)(struct sql *s, const struct trino_call *c);
    } all[] = {{"date_add", date_add},     {"date_diff", date_diff},
               {"date_trunc", date_trunc}, {"to_iso8601", to_iso8601},
               {"sequence", sequence},     {"date", date},
               {"date_parse", date_parse}, {"parse_datetime", parse_datetime}};
    *done = true;
    if (strncmp(handler, "time ", 5) == 0)
        return trino_expand(s, c, handler + 5);
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (strcmp(handler, all[i].name) == 0)
            return all[i].run(s, c);
    *done = false;
    return false;
}
