/* Functions whose text depends on the types of their arguments. */
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

/* The type of argument i; NULL: `text` stands in the statement so long, with a probe in the place of $1. */
static const struct bl_duck_found *type_of(struct sql *s, const struct trino_call *c, size_t i,
                                           const char *before, const char *after)
{
    const struct bl_duck_found *f = trino_probe(s, c->arg[i].text);
    if (!f && s->e->code == BF_OK) {
        add(s, before);
        trino_put_probe(s, c->arg[i].text);
        add(s, after);
    }
    return f;
}

static bool mismatch(struct sql *s, const struct trino_call *c, const struct bl_duck_found *f)
{
    return trino_fail(s, "TYPE_MISMATCH: Unexpected parameters (%s) for function %.*s", f->text,
                      (int)c->name.n, c->name.p);
}

/* A sum of integers is a bigint, one of reals a real. */
static bool sum(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "sum(", ")");
    if (!f)
        return bf_buf_adds(s->out, c->suffix), s->e->code == BF_OK;
    if (is_text(f) || f->id == DUCKDB_BOOLEAN)
        return mismatch(s, c, f);
    const char *to = trino_is_integer(f)     ? " AS BIGINT)"
                     : f->id == DUCKDB_FLOAT ? " AS FLOAT)"
                                             : NULL;
    if (to)
        add(s, "CAST(");
    trino_put_call(s, c, "sum");
    return !to || add(s, to);
}

/* An average of decimals is a decimal of the same scale. */
static bool avg(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "avg(", ")");
    if (!f)
        return bf_buf_adds(s->out, c->suffix), s->e->code == BF_OK;
    if (is_text(f) || f->id == DUCKDB_BOOLEAN || f->id == DUCKDB_DATE || f->id == DUCKDB_TIMESTAMP)
        return mismatch(s, c, f);
    if (f->id == DUCKDB_FLOAT) {
        add(s, "CAST(");
        trino_put_call(s, c, "avg");
        return add(s, " AS FLOAT)");
    }
    if (f->id != DUCKDB_DECIMAL) {
        trino_put_call(s, c, "avg");
        return true;
    }
    add(s, "CAST(athena_ddiv(CAST(");
    trino_put_call(s, c, "sum");
    add(s, " AS VARCHAR), CAST(nullif(");
    trino_put_call(s, c, "count");
    bf_buf_addf(s->out, ", 0) AS VARCHAR), %d) AS DECIMAL(%d,%d))", f->scale, f->width, f->scale);
    return true;
}

/* A decimal keeps its scale when it is rounded to some digits. */
static bool round_of(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "round(", ")");
    if (!f)
        return s->e->code == BF_OK;
    if (is_text(f))
        return mismatch(s, c, f);
    if (f->id != DUCKDB_DECIMAL) {
        trino_put_call(s, c, "round");
        return true;
    }
    int width = f->width < 38 ? f->width + 1 : 38;
    add(s, "CAST(");
    if (c->n == 2 && !c->arg[1].literal)
        return trino_fail(s, "bflocal wants the digits of round written out");
    trino_put_call(s, c, "round");
    if (c->n == 1)
        bf_buf_addf(s->out, " AS DECIMAL(%d,0))",
                    f->width - f->scale + (f->scale > 0) > 0 ? f->width - f->scale + (f->scale > 0)
                                                             : 1);
    else
        bf_buf_addf(s->out, " AS DECIMAL(%d,%d))", width, f->scale);
    return true;
}

/* NULL when one of them is. */
static bool greatest(struct sql *s, const struct trino_call *c)
{
    add(s, "CASE WHEN ");
    for (size_t i = 0; i < c->n; i++) {
        add(s, i ? " OR (" : "(");
        bf_buf_adds(s->out, c->arg[i].text);
        add(s, ") IS NULL");
    }
    add(s, " THEN NULL ELSE ");
    trino_put_call(s, c, c->name.p);
    return add(s, " END");
}

static bool concat(struct sql *s, const struct trino_call *c)
{
    for (size_t i = 0; i < c->n; i++) {
        add(s, i ? " || " : "(");
        bf_buf_adds(s->out, c->arg[i].text);
    }
    return add(s, ")");
}

static bool type_name(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "CAST(", " AS VARCHAR)");
    if (f)
        trino_put_string(s->out, bf_str_of(f->text));
    return s->e->code == BF_OK;
}

static bool reverse(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "(", ")");
    if (f)
        trino_put_call(s, c, f->id == DUCKDB_LIST ? "list_reverse" : "reverse");
    return s->e->code == BF_OK;
}

static bool cardinality(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "CAST(", " AS BIGINT)");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id != DUCKDB_LIST && f->id != DUCKDB_MAP)
        return mismatch(s, c, f);
    add(s, "CAST(");
    trino_put_call(s, c, f->id == DUCKDB_MAP ? "cardinality" : "len");
    return add(s, " AS BIGINT)");
}

static bool element_at(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "(", ")");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id != DUCKDB_LIST && f->id != DUCKDB_MAP)
        return mismatch(s, c, f);
    return trino_expand(s, c, "($1)[$2]");
}

/* array_max, array_min: NULL when one of the elements is. */
static bool array_max(struct sql *s, const struct trino_call *c)
{
    return trino_expand(
        s, c,
        c->name.p[6] == 'm' && c->name.p[7] == 'a'
            ? "CASE WHEN len(list_filter($1, lambda athena_x: athena_x IS NULL)) = 0 "
              "THEN list_max($1) END"
            : "CASE WHEN len(list_filter($1, lambda athena_x: athena_x IS NULL)) = 0 "
              "THEN list_min($1) END");
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
    const struct bl_duck_found *f = type_of(s, c, 2, "(", ")");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id != DUCKDB_DATE && f->id != DUCKDB_TIMESTAMP && f->id != DUCKDB_TIMESTAMP_TZ)
        return mismatch(s, c, f);
    for (size_t i = 0; unit && i < BF_COUNT(units); i++) {
        if (!bf_str_eq(trino_fold(s, unit->text), bf_str_of(units[i].unit)))
            continue;
        if (f->id == DUCKDB_DATE && i < 4)
            return trino_fail(s, "'%s' is not a valid unit of a date", units[i].unit);
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
        return mismatch(s, c, is_text(a) ? a : b);
    return trino_expand(s, c, "date_sub($u1, CAST($2 AS TIMESTAMP), CAST($3 AS TIMESTAMP))");
}

static bool date_trunc(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 1, "(", ")");
    if (!f)
        return s->e->code == BF_OK;
    if (is_text(f))
        return mismatch(s, c, f);
    return trino_expand(
        s, c, f->id == DUCKDB_DATE ? "CAST(date_trunc($u1, $2) AS DATE)" : "date_trunc($u1, $2)");
}

static bool to_iso8601(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "CAST(", " AS VARCHAR)");
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
        return mismatch(s, c, f);
    }
}

/* Dates from one to the other, by days or by an interval. */
static bool sequence(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = type_of(s, c, 0, "[", "]");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id == DUCKDB_DATE)
        return trino_expand(s, c,
                            c->n == 3 ? "CAST(generate_series($1, $2, $3) AS DATE[])"
                                      : "CAST(generate_series($1, $2, INTERVAL 1 DAY) AS DATE[])");
    if (f->id == DUCKDB_TIMESTAMP && c->n == 3)
        return trino_expand(s, c, "generate_series($1, $2, $3)");
    if (!trino_is_integer(f))
        return mismatch(s, c, f);
    return trino_expand(s, c,
                        c->n == 3 ? "generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT), "
                                    "CAST($3 AS BIGINT))"
                                  : "generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT), CASE "
                                    "WHEN $1 <= $2 THEN 1 ELSE -1 END)");
}

static bool modulo(struct sql *s, const struct trino_call *c)
{
    return trino_expand(s, c,
                        "CASE WHEN ($2) = 0 THEN error('DIVISION_BY_ZERO: Division by zero') ELSE "
                        "(($1) % ($2)) END");
}

static bool listagg(struct sql *s, const struct trino_call *c)
{
    return trino_expand(s, c, c->n == 2 ? "string_agg($D$1, $2$O)$S" : "string_agg($D$1, ''$O)$S");
}

bool trino_handle(struct sql *s, const struct trino_call *c, const char *handler)
{
    static const struct {
        const char *name;
        bool (*run)(struct sql *s, const struct trino_call *c);
    } all[] = {{"sum", sum},
               {"avg", avg},
               {"round", round_of},
               {"greatest", greatest},
               {"concat", concat},
               {"typeof", type_name},
               {"reverse", reverse},
               {"cardinality", cardinality},
               {"element_at", element_at},
               {"array_max", array_max},
               {"date_add", date_add},
               {"date_diff", date_diff},
               {"date_trunc", date_trunc},
               {"to_iso8601", to_iso8601},
               {"sequence", sequence},
               {"mod", modulo},
               {"listagg", listagg}};
    if (strncmp(handler, "field ", 6) == 0)
        return trino_expand(s, c, handler + 6);
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (strcmp(handler, all[i].name) == 0)
            return all[i].run(s, c);
    return trino_fail(s, "bflocal has no handler %s", handler);
}
