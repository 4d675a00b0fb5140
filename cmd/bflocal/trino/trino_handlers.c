/* Functions whose translation depends on the types of their arguments. */
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

/* The type of argument i; NULL if it is unknown: `text` is then used in the statement, with a probe for $1. */
const struct bl_duck_found *trino_type_of(struct sql *s, const struct trino_call *c, size_t i,
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

bool trino_mismatch(struct sql *s, const struct trino_call *c, const struct bl_duck_found *f)
{
    return trino_fail(s, "TYPE_MISMATCH: Unexpected parameters (%s) for function %.*s", f->text,
                      (int)c->name.n, c->name.p);
}

/* The sum of integers is a bigint, the sum of reals a real. */
static bool sum(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "sum(", ")");
    if (!f)
        return bf_buf_adds(s->out, c->suffix), s->e->code == BF_OK;
    if (is_text(f) || f->id == DUCKDB_BOOLEAN)
        return trino_mismatch(s, c, f);
    const char *to = trino_is_integer(f)     ? " AS BIGINT)"
                     : f->id == DUCKDB_FLOAT ? " AS FLOAT)"
                                             : NULL;
    if (to)
        add(s, "CAST(");
    trino_put_call(s, c, "sum");
    return !to || add(s, to);
}

/* The average of decimals is a decimal of the same scale. */
static bool avg(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "avg(", ")");
    if (!f)
        return bf_buf_adds(s->out, c->suffix), s->e->code == BF_OK;
    if (is_text(f) || f->id == DUCKDB_BOOLEAN || f->id == DUCKDB_DATE || f->id == DUCKDB_TIMESTAMP)
        return trino_mismatch(s, c, f);
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

/* A number of digits written out, perhaps with a sign. */
static bool constant(struct bf_str x, int *n)
{
    bool digit = false;
    int sign = 1;
    *n = 0;
    for (size_t i = 0; i < x.n; i++) {
        if (!strchr("0123456789+-( )", x.p[i]) || *n > 1000)
            return false;
        digit = digit || (x.p[i] >= '0' && x.p[i] <= '9');
        if (x.p[i] == '-')
            sign = -sign;
        else if (x.p[i] >= '0')
            *n = *n * 10 + x.p[i] - '0';
    }
    *n *= sign;
    return digit;
}

/* Digits before the point: DuckDB gives 0 where a digit is carried to the left of the number. */
static void round_left(struct sql *s, const struct trino_call *c, int n, int width, int scale)
{
    int zeros = n < -38 ? 38 : -n;
    add(s, "CAST(athena_ddiv(CAST(");
    bf_buf_adds(s->out, c->arg[0].text);
    bf_buf_addf(s->out, " AS VARCHAR), '1%.*s', 0) || '%.*s' AS DECIMAL(%d,%d))", zeros,
                "00000000000000000000000000000000000000", zeros,
                "00000000000000000000000000000000000000", width, scale);
}

/* Rounding a decimal to a number of digits keeps its scale. */
static bool round_of(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "round(", ")");
    if (!f)
        return s->e->code == BF_OK;
    if (is_text(f))
        return trino_mismatch(s, c, f);
    if (trino_is_float(f) && c->n == 2)
        return trino_expand(s, c, "CASE WHEN isfinite($1) THEN round($1, $2) ELSE $1 END");
    if (f->id != DUCKDB_DECIMAL) {
        trino_put_call(s, c, "round");
        return true;
    }
    int width = f->width < 38 ? f->width + 1 : 38, n = 0;
    if (c->n == 2 && !constant(c->arg[1].text, &n))
        return trino_fail(s, "bflocal needs a literal number of digits in round");
    if (n < 0) {
        round_left(s, c, n, width, f->scale);
        return true;
    }
    add(s, "CAST(");
    trino_put_call(s, c, "round");
    if (c->n == 1)
        bf_buf_addf(s->out, " AS DECIMAL(%d,0))",
                    f->width - f->scale + (f->scale > 0) > 0 ? f->width - f->scale + (f->scale > 0)
                                                             : 1);
    else
        bf_buf_addf(s->out, " AS DECIMAL(%d,%d))", width, f->scale);
    return true;
}

/* greatest and least: NULL if an argument is NULL. */
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
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "CAST(", " AS VARCHAR)");
    if (f)
        trino_put_string(s->out, bf_str_of(f->text));
    return s->e->code == BF_OK;
}

static bool reverse(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "(", ")");
    if (f)
        trino_put_call(s, c, f->id == DUCKDB_LIST ? "list_reverse" : "reverse");
    return s->e->code == BF_OK;
}

static bool cardinality(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "CAST(", " AS BIGINT)");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id != DUCKDB_LIST && f->id != DUCKDB_MAP)
        return trino_mismatch(s, c, f);
    add(s, "CAST(");
    trino_put_call(s, c, f->id == DUCKDB_MAP ? "cardinality" : "len");
    return add(s, " AS BIGINT)");
}

static bool element_at(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "(", ")");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id != DUCKDB_LIST && f->id != DUCKDB_MAP)
        return trino_mismatch(s, c, f);
    return trino_expand(s, c,
                        f->id == DUCKDB_MAP ? "($1)[$2]"
                                            : "CASE WHEN ($1) IS NOT NULL AND ($2) = 0 THEN "
                                              "athena_fail('INVALID_FUNCTION_ARGUMENT: SQL "
                                              "array indices start at 1') ELSE ($1)[$2] END");
}

/* array_max and array_min: NULL if an element is NULL. */
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

static bool modulo(struct sql *s, const struct trino_call *c)
{
    return trino_modulo(s, c->arg[0].text, c->arg[1].text);
}

/* Of integers alone. */
static bool bits(struct sql *s, const struct trino_call *c, const char *to)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct bl_duck_found *f = trino_type_of(s, c, i, "CAST(", " AS BIGINT)");
        if (!f)
            return s->e->code == BF_OK;
        if (!trino_is_integer(f) && f->id != DUCKDB_NULL)
            return trino_mismatch(s, c, f);
    }
    return trino_expand(s, c, to);
}

static bool concat_ws(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 1, "CAST(", " AS VARCHAR)");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id == DUCKDB_LIST && c->n == 2)
        return trino_expand(s, c, "array_to_string($2, $1)");
    if (!is_text(f) && f->id != DUCKDB_NULL)
        return trino_mismatch(s, c, f);
    trino_put_call(s, c, "concat_ws");
    return true;
}

/* NULLs are left out, or named. Of doubles Trino makes texts of another form than elsewhere. */
static bool array_join(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "CAST(", " AS VARCHAR)");
    if (!f)
        return s->e->code == BF_OK;
    if (f->id != DUCKDB_LIST)
        return trino_mismatch(s, c, f);
    bool plain = f->child == DUCKDB_VARCHAR || f->child == DUCKDB_DECIMAL ||
                 f->child == DUCKDB_BOOLEAN || f->child == DUCKDB_DATE || f->child == DUCKDB_NULL ||
                 (f->child >= DUCKDB_TINYINT && f->child <= DUCKDB_UBIGINT);
    if (!plain)
        return trino_fail(s, "bflocal does not join an %s: CAST its elements to varchar", f->text);
    return trino_expand(
        s, c,
        c->n == 2 ? "array_to_string($1, $2)"
                  : "array_to_string(list_transform($1, lambda athena_x: coalesce(CAST(athena_x AS "
                    "VARCHAR), $3)), $2)");
}

static bool listagg(struct sql *s, const struct trino_call *c)
{
    const struct bl_duck_found *f = trino_type_of(s, c, 0, "string_agg(CAST(", " AS VARCHAR))");
    if (!f)
        return s->e->code == BF_OK;
    if (!is_text(f) && f->id != DUCKDB_NULL)
        return trino_mismatch(s, c, f);
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
               {"mod", modulo},
               {"concat_ws", concat_ws},
               {"array_join", array_join},
               {"listagg", listagg}};
    bool done, ok;
    if (strncmp(handler, "field ", 6) == 0)
        return trino_expand(s, c, handler + 6);
    if (strncmp(handler, "bits ", 5) == 0)
        return bits(s, c, handler + 5);
    ok = trino_handle_time(s, c, handler, &done);
    if (done)
        return ok;
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (strcmp(handler, all[i].name) == 0)
            return all[i].run(s, c);
    return trino_fail(s, "bflocal has no handler %s", handler);
}
