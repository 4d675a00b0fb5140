/* Operators, from OR to the sign. */
#include <stdio.h>
#include <strings.h>

#include "cmd/bflocal/trino/trino_impl.h"

static bool lit(struct sql *s, const char *text)
{
    bf_buf_adds(s->out, bf_str_of(text));
    return true;
}

bool trino_is_integer(const struct bl_duck_found *f)
{
    return (f->id >= DUCKDB_TINYINT && f->id <= DUCKDB_UBIGINT) || f->id == DUCKDB_HUGEINT;
}

/* Does the type have characters or bytes? NULL fits everything. */
bool trino_is_chain(const struct bl_duck_found *f)
{
    return (f->id == DUCKDB_VARCHAR && !f->json) || f->id == DUCKDB_BLOB || f->id == DUCKDB_NULL;
}

bool trino_is_float(const struct bl_duck_found *f)
{
    return f->id == DUCKDB_FLOAT || f->id == DUCKDB_DOUBLE;
}

/* The number of decimal digits of an integer type, for Trino's rules of decimals. */
static int digits_of(const struct bl_duck_found *f)
{
    switch (f->id) {
    case DUCKDB_DECIMAL:
        return f->width;
    case DUCKDB_TINYINT:
        return 3;
    case DUCKDB_SMALLINT:
    case DUCKDB_UTINYINT:
        return 5;
    case DUCKDB_INTEGER:
    case DUCKDB_USMALLINT:
        return 10;
    default:
        return 19;
    }
}

/* Trino's rule for dividing decimals: the result has the larger scale, rounded half up. */
static void divide_decimals(struct sql *s, const struct bl_duck_found *a,
                            const struct bl_duck_found *b, struct bf_str x, struct bf_str y)
{
    int s1 = a->id == DUCKDB_DECIMAL ? a->scale : 0, s2 = b->id == DUCKDB_DECIMAL ? b->scale : 0,
        scale = s1 > s2 ? s1 : s2, width = digits_of(a) + s2 + (s2 > s1 ? s2 - s1 : 0);
    if (width > 38)
        width = 38;
    lit(s, "CAST(athena_ddiv(CAST(");
    bf_buf_adds(s->out, x);
    lit(s, " AS VARCHAR), CAST(");
    bf_buf_adds(s->out, y);
    bf_buf_addf(s->out, " AS VARCHAR), %d) AS DECIMAL(%d,%d))", scale, width, scale);
}

static const char *wider(const struct bl_duck_found *a, const struct bl_duck_found *b)
{
    static const char *const types[] = {
        [DUCKDB_TINYINT] = "TINYINT", [DUCKDB_SMALLINT] = "SMALLINT", [DUCKDB_INTEGER] = "INTEGER"};
    enum duckdb_type id = a->id > b->id ? a->id : b->id;
    return id <= DUCKDB_INTEGER && types[id] ? types[id] : "BIGINT";
}

static void put_two(struct sql *s, const char *before, struct bf_str a, const char *between,
                    struct bf_str b, const char *after)
{
    lit(s, before);
    bf_buf_adds(s->out, a);
    lit(s, between);
    bf_buf_adds(s->out, b);
    lit(s, after);
}

bool trino_divide(struct sql *s, struct bf_str a, struct bf_str b)
{
    const struct bl_duck_found *x = trino_probe(s, a), *y = trino_probe(s, b);
    if (!x || !y) {
        lit(s, "(CAST(");
        trino_put_probe(s, a);
        lit(s, " AS DOUBLE) / CAST(");
        trino_put_probe(s, b);
        return lit(s, " AS DOUBLE))");
    }
    bool decimals = x->id == DUCKDB_DECIMAL || y->id == DUCKDB_DECIMAL;
    if (x->id == DUCKDB_NULL || y->id == DUCKDB_NULL)
        return lit(s, "NULL");
    if (x->id == DUCKDB_INTERVAL && (trino_is_integer(y) || trino_is_float(y)))
        put_two(s, "(", a, " / ", b, ")");
    else if (trino_is_integer(x) && trino_is_integer(y)) {
        put_two(s, "CAST(athena_idiv(CAST(", a, " AS BIGINT), CAST(", b, " AS BIGINT)) AS ");
        bf_buf_addf(s->out, "%s)", wider(x, y));
    } else if ((trino_is_float(x) || trino_is_integer(x) || x->id == DUCKDB_DECIMAL) &&
               (trino_is_float(y) || trino_is_integer(y) || y->id == DUCKDB_DECIMAL)) {
        if (x->id == DUCKDB_DOUBLE || y->id == DUCKDB_DOUBLE)
            put_two(s, "athena_fdiv(CAST(", a, " AS DOUBLE), CAST(", b, " AS DOUBLE))");
        else if (trino_is_float(x) || trino_is_float(y))
            put_two(s, "CAST(athena_fdiv(CAST(", a, " AS FLOAT), CAST(", b,
                    " AS FLOAT)) AS FLOAT)");
        else if (decimals)
            divide_decimals(s, x, y, a, b);
    } else
        return trino_fail(s, "TYPE_MISMATCH: Cannot apply operator: %s / %s", x->text, y->text);
    return true;
}

/* By 0 it is an error of integers and decimals; a number that is not 0 needs no look. Of floats it is NaN. */
bool trino_modulo(struct sql *s, struct bf_str a, struct bf_str b)
{
    bool plain = b.n && b.p[0] > '0' && b.p[0] <= '9';
    const struct bl_duck_found *x = trino_probe(s, a), *y = trino_probe(s, b);
    if (!x || !y) {
        trino_put_probe(s, a);
        lit(s, " + ");
        trino_put_probe(s, b);
        return s->e->code == BF_OK;
    }
    if (trino_is_float(x) || trino_is_float(y)) {
        bool real = x->id != DUCKDB_DOUBLE && y->id != DUCKDB_DOUBLE;
        if (real)
            put_two(s, "CAST(athena_fmod(CAST(", a, " AS FLOAT), CAST(", b,
                    " AS FLOAT)) AS FLOAT)");
        else
            put_two(s, "athena_fmod(", a, ", ", b, ")");
        return true;
    }
    if (!plain) {
        put_two(s, "CASE WHEN (", a, ") IS NOT NULL AND (", b,
                ") = 0 THEN athena_fail('DIVISION_BY_ZERO: Division by zero') ");
        put_two(s, "ELSE ((", a, ") % (", BF_STR(""), "");
    } else
        put_two(s, "((", a, ") % (", BF_STR(""), "");
    bf_buf_adds(s->out, b);
    return lit(s, plain ? "))" : ")) END");
}

static bool postfix(struct sql *s);

static bool unary(struct sql *s)
{
    if (!trino_deeper(s))
        return false;
    bool ok;
    if (bl_token_is(s->at, "-") || bl_token_is(s->at, "+")) {
        bool minus = trino_take(s, "-");
        if (!minus)
            s->at++;
        lit(s, minus ? "(-" : "(+");
        ok = unary(s) && lit(s, ")");
    } else
        ok = postfix(s);
    s->depth--;
    return ok;
}

static bool is_number(struct bf_str x)
{
    return x.n && ((x.p[0] >= '0' && x.p[0] <= '9') || x.p[0] == '.');
}

static bool is_time(const struct bl_duck_found *f)
{
    return f->id == DUCKDB_DATE || f->id == DUCKDB_TIMESTAMP || f->id == DUCKDB_TIMESTAMP_TZ;
}

/*
 * Athena refuses strings and dates in arithmetic; DuckDB would convert strings and
 * count days. *known: both types are known and valid. Otherwise a placeholder is
 * written.
 */
static bool operands(struct sql *s, const char *op, struct bf_str a, struct bf_str b, bool *known)
{
    *known = true;
    if (is_number(a) && is_number(b))
        return true;
    const struct bl_duck_found *x = trino_probe(s, a), *y = trino_probe(s, b);
    *known = x && y;
    if (!*known) {
        trino_put_probe(s, a);
        lit(s, " + ");
        trino_put_probe(s, b);
        return s->e->code == BF_OK;
    }
    if (x->id == DUCKDB_DATE && y->id == DUCKDB_DATE && *op == '-')
        return trino_fail(s, "bflocal cannot subtract two dates: use date_diff");
    bool text = (x->id == DUCKDB_VARCHAR && !x->json) || (y->id == DUCKDB_VARCHAR && !y->json),
         times = (is_time(x) || is_time(y)) && x->id != DUCKDB_INTERVAL &&
                 y->id != DUCKDB_INTERVAL && !(*op == '-' && is_time(x) && is_time(y));
    return (!text && !times) ||
           trino_fail(s, "TYPE_MISMATCH: Cannot apply operator: %s %s %s", x->text, op, y->text);
}

static bool multiply(struct sql *s, char op, struct bf_str a, struct bf_str b, bool interval)
{
    bool known = true;
    if (op == '/')
        return trino_divide(s, a, b);
    if (!interval && !operands(s, op == '*' ? "*" : "%", a, b, &known))
        return false;
    if (known && op == '*')
        put_two(s, "(", a, " * ", b, ")");
    return !known || op == '*' || trino_modulo(s, a, b);
}

static bool multiplicative(struct sql *s)
{
    size_t from = s->out->n;
    if (!unary(s))
        return false;
    while (bl_token_is(s->at, "*") || bl_token_is(s->at, "/") || bl_token_is(s->at, "%")) {
        char op = s->at->text.p[0];
        bool interval = s->interval;
        s->at++;
        struct bf_str a = trino_cut(s, from);
        s->interval = false;
        if (!unary(s))
            return false;
        interval = interval || s->interval;
        struct bf_str b = trino_cut(s, from);
        if (!multiply(s, op, a, b, interval))
            return false;
        s->interval = interval;
    }
    return true;
}

/* An interval as it is written in trino_primary.c. */
static bool has_hours(struct bf_str interval)
{
    static const struct bf_str units[] = {BF_STR(" HOUR)"), BF_STR(" MINUTE)"), BF_STR(" SECOND)")};
    for (size_t i = 0; i < BF_COUNT(units); i++)
        for (size_t k = 0; k + units[i].n <= interval.n; k++)
            if (memcmp(interval.p + k, units[i].p, units[i].n) == 0)
                return true;
    return false;
}

/* Texts, bytes and arrays; an element is added to an array. DuckDB would make a text of all else. */
static bool concatenate(struct sql *s, struct bf_str a, struct bf_str b)
{
    const struct bl_duck_found *x = trino_probe(s, a), *y = trino_probe(s, b);
    if (!x || !y) {
        lit(s, "(athena_text(");
        trino_put_probe(s, a);
        lit(s, ") || athena_text(");
        trino_put_probe(s, b);
        lit(s, "))");
        return s->e->code == BF_OK;
    }
    bool list = x->id == DUCKDB_LIST || y->id == DUCKDB_LIST;
    if (list && x->id != y->id && x->id != DUCKDB_NULL && y->id != DUCKDB_NULL) {
        bool append = x->id == DUCKDB_LIST;
        put_two(s, "CASE WHEN (", a, ") IS NOT NULL AND (", b, ") IS NOT NULL THEN ");
        put_two(s, append ? "list_append(" : "list_prepend(", a, ", ", b, ") END");
    } else if (x->id == DUCKDB_LIST && y->id == DUCKDB_LIST)
        put_two(s, "(", a, " || ", b, ")");
    else if (list || (trino_is_chain(x) && trino_is_chain(y)))
        put_two(s, "(", a, " || ", b, ")");
    else
        return trino_fail(s, "TYPE_MISMATCH: Unexpected parameters (%s, %s) for function concat",
                          x->text, y->text);
    return true;
}

/* A date and an interval make a date again. */
static bool add(struct sql *s, const char *op, struct bf_str a, struct bf_str b, bool a_interval,
                bool b_interval)
{
    const char *between = *op == '+' ? " + " : " - ";
    bool known = true;
    s->interval = a_interval && b_interval;
    if (a_interval == b_interval) {
        if (!a_interval && !operands(s, op, a, b, &known))
            return false;
        if (known)
            put_two(s, "(", a, between, b, ")");
        return true;
    }
    struct bf_str date = a_interval ? b : a, interval = a_interval ? a : b;
    const struct bl_duck_found *x = trino_probe(s, date);
    if (x && x->id == DUCKDB_DATE && has_hours(interval))
        return trino_fail(s, "Cannot add hour, minutes or seconds to a date");
    if (x && x->id == DUCKDB_DATE)
        put_two(s, "CAST((", a, between, b, ") AS DATE)");
    else if (x)
        put_two(s, "(", a, between, b, ")");
    else
        trino_put_probe(s, date);
    return s->e->code == BF_OK;
}

bool trino_additive(struct sql *s)
{
    size_t from = s->out->n;
    s->interval = false;
    if (!multiplicative(s))
        return false;
    bool interval = s->interval;
    while (bl_token_is(s->at, "+") || bl_token_is(s->at, "-") || bl_token_is(s->at, "||")) {
        const char *op = bl_token_is(s->at, "+") ? "+" : bl_token_is(s->at, "-") ? "-" : "||";
        s->at++;
        struct bf_str a = trino_cut(s, from);
        s->interval = false;
        if (!multiplicative(s))
            return false;
        bool second = s->interval;
        struct bf_str b = trino_cut(s, from);
        if (*op == '|') {
            if (!concatenate(s, a, b))
                return false;
            s->interval = false;
        } else if (!add(s, op, a, b, interval, second))
            return false;
        interval = s->interval;
    }
    s->interval = interval;
    return true;
}

static bool negation(struct sql *s)
{
    if (!trino_deeper(s))
        return false;
    bool ok;
    if (trino_word(s, "NOT")) {
        lit(s, "NOT (");
        ok = negation(s) && lit(s, ")");
    } else
        ok = trino_predicate(s);
    s->depth--;
    return ok;
}

bool trino_and(struct sql *s, void (*each)(struct sql *s, size_t from, void *arg), void *arg)
{
    for (;;) {
        size_t from = s->out->n;
        if (!negation(s))
            return false;
        if (each)
            each(s, from, arg);
        if (!trino_word(s, "AND"))
            return true;
        lit(s, " AND ");
    }
}

bool trino_expr(struct sql *s)
{
    do {
        if (!trino_and(s, NULL, NULL))
            return false;
    } while (trino_word(s, "OR") && lit(s, " OR "));
    return bf_buf_ok(s->out) || trino_fail(s, "the statement is too large");
}

bool trino_list(struct sql *s, const char *close)
{
    while (!trino_take(s, close)) {
        if (!trino_expr(s))
            return false;
        if (trino_take(s, ","))
            lit(s, ", ");
        else
            return trino_expect(s, close);
    }
    return true;
}

/* x[i] of an array or a map; a missing element is an error. */
static bool subscript(struct sql *s, size_t from)
{
    struct bf_str x = trino_cut(s, from);
    if (!trino_expr(s) || !trino_expect(s, "]"))
        return false;
    struct bf_str i = trino_cut(s, from);
    const struct bl_duck_found *f = trino_probe(s, x);
    if (!f) {
        lit(s, "(");
        trino_put_probe(s, x);
        return put_two(s, " + ", i, ")", BF_STR(""), ""), s->e->code == BF_OK;
    }
    if (f->id == DUCKDB_MAP) {
        put_two(s, "CASE WHEN map_contains(", x, ", ", i, ") OR (");
        put_two(s, "", x, ") IS NULL THEN (", x, ")[");
        bf_buf_adds(s->out, i);
        return lit(s,
                   "] ELSE athena_fail('INVALID_FUNCTION_ARGUMENT: Key not present in map') END");
    }
    if (f->id != DUCKDB_LIST)
        return trino_fail(s, "TYPE_MISMATCH: Cannot apply operator: %s[]", f->text);
    put_two(s, "CASE WHEN ((", i, ") BETWEEN 1 AND len(", x, ")) OR ((");
    put_two(s, "", x, ") IS NULL) THEN (", x, ")[");
    bf_buf_adds(s->out, i);
    return lit(
        s, "] ELSE athena_fail('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or "
           "equal to array length') END");
}

static bool at_time_zone(struct sql *s, size_t from)
{
    const struct bl_token *zone = s->at++;
    if (zone->kind != BL_TOKEN_STRING || strcasecmp(zone->text.p, "UTC") != 0)
        return trino_fail(s, "bflocal has AT TIME ZONE only for 'UTC': its values have no zone");
    struct bf_str x = trino_cut(s, from);
    put_two(s, "CAST(", x, " AS TIMESTAMPTZ)", BF_STR(""), "");
    return true;
}

static bool postfix(struct sql *s)
{
    size_t from = s->out->n;
    if (!trino_primary(s))
        return false;
    for (;;) {
        if (trino_take(s, "[")) {
            if (!subscript(s, from))
                return false;
        } else if (bl_token_is(s->at, ".") && trino_is_name(s->at + 1)) {
            struct bf_str x = trino_cut(s, from);
            put_two(s, "struct_extract(", x, ", ", BF_STR(""), "");
            trino_put_string(s->out, trino_fold(s, s->at[1].text));
            lit(s, ")");
            s->at += 2;
        } else if (bl_token_word(s->at, "AT") && bl_token_word(s->at + 1, "TIME") &&
                   bl_token_word(s->at + 2, "ZONE")) {
            s->at += 3;
            if (!at_time_zone(s, from))
                return false;
        } else
            return true;
        s->interval = false;
    }
}
