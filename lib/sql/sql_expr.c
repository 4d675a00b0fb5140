/*
 * SQLite's numbers cannot hold all of DynamoDB's; those are texts for SQLite, which would sort
 * 12345678901234567890.5, and also 0.30000000000000004, after every number. So where the text of a
 * query compares, orders or picks the largest, it is rewritten to call a function that handles
 * them:
 *
 *     a < b                      bf_order(a,b) < 0
 *     a BETWEEN b AND c          bf_between(a,b,c)
 *     12345678901234567890.5     bf_num('12345678901234567890.5')
 *     ORDER BY a, max(a)         ORDER BY bf_key(a), max(bf_key(a))
 *     max(a, b)                  bf_max(a, b)
 *
 * A name or number in ORDER BY that means a result is replaced by the result's expression.
 *
 * A comparison with a text is not rewritten, nor are = and <> except next to such a number: they
 * are correct, and an index of a lookup is used for them. An operand is everything that binds
 * closer than a comparison.
 */
#include "lib/sql/sql_impl.h"

enum { REAL_DIGITS = 15, RESULT_MAX = 1024 * 1024 };

/* Words that are not operands and may precede one. */
static const char *const words[] = {
    "select", "distinct", "all",    "from",    "where",     "group",  "by",    "having",
    "order",  "limit",    "offset", "and",     "or",        "not",    "in",    "like",
    "glob",   "match",    "regexp", "between", "is",        "when",   "then",  "else",
    "case",   "on",       "using",  "as",      "join",      "left",   "inner", "cross",
    "end",    "escape",   "union",  "except",  "intersect", "values", "asc",   "desc",
    "nulls",  "collate",  "over",   "filter",  "isnull",    "notnull"};

static bool adjacent(const struct sql_text *t, size_t i, char second)
{
    return bf_sql_punct(t, i + 1, second) &&
           t->token[i + 1].text.p == t->token[i].text.p + t->token[i].text.n;
}

bool bf_sql_keyword(const struct sql_text *t, size_t i)
{
    return bf_sql_any(t, i, words, BF_COUNT(words));
}

/* The token after CASE ... END; 0: it does not end. */
static size_t over_case(const struct sql_text *t, size_t i)
{
    size_t open = 0;
    unsigned d = t->token[i].depth;
    for (; i < t->n && t->token[i].depth >= d; i++) {
        if (t->token[i].depth > d)
            continue;
        open += bf_sql_is(t, i, "case");
        if (bf_sql_is(t, i, "end") && --open == 0)
            return i + 1;
    }
    return 0;
}

/* The token after the value at i; 0: not understood. */
static size_t over_value(const struct sql_text *t, size_t i)
{
    if (i >= t->n)
        return 0;
    if (bf_sql_punct(t, i, '(')) {
        size_t end = bf_sql_closing(t, i);
        for (size_t k = i + 1; k < end; k++)
            if (bf_sql_punct(t, k, ',') && t->token[k].depth == t->token[i].depth + 1 &&
                !t->token[k].sub)
                return 0; /* a row of values */
        return end + 1;
    }
    if (t->token[i].kind == BF_SQLITE_STRING || t->token[i].kind == BF_SQLITE_NUMBER)
        return i + 1;
    if (bf_sql_is(t, i, "case"))
        return over_case(t, i);
    if (!bf_sql_name(t, i) || bf_sql_keyword(t, i) || bf_sql_is(t, i, "cast"))
        return 0; /* a cast has an affinity, which a function would lose */
    while (bf_sql_punct(t, i + 1, '.') && bf_sql_name(t, i + 2))
        i += 2;
    if (!bf_sql_punct(t, i + 1, '('))
        return i + 1;
    i = bf_sql_closing(t, i + 1) + 1;
    if (bf_sql_is(t, i, "filter") && bf_sql_punct(t, i + 1, '('))
        i = bf_sql_closing(t, i + 1) + 1;
    if (bf_sql_is(t, i, "over"))
        i = bf_sql_punct(t, i + 1, '(') ? bf_sql_closing(t, i + 1) + 1 : i + 2;
    return i;
}

/* The number of tokens of the operator at i if it binds closer than a comparison; else 0. */
static size_t close_operator(const struct sql_text *t, size_t i)
{
    static const char one[] = "*/%+-&|";
    if (bf_sql_punct(t, i, '-') && adjacent(t, i, '>'))
        return adjacent(t, i + 1, '>') ? 3 : 2;
    if ((bf_sql_punct(t, i, '<') && adjacent(t, i, '<')) ||
        (bf_sql_punct(t, i, '>') && adjacent(t, i, '>')) ||
        (bf_sql_punct(t, i, '|') && adjacent(t, i, '|')))
        return 2;
    for (size_t k = 0; k < sizeof one - 1; k++)
        if (bf_sql_punct(t, i, one[k]))
            return 1;
    return 0;
}

/* The token after the operand that begins at i; 0: not understood. */
static size_t over_operand(const struct sql_text *t, size_t i)
{
    for (;;) {
        while (bf_sql_punct(t, i, '-') || bf_sql_punct(t, i, '+') || bf_sql_punct(t, i, '~'))
            i++;
        i = over_value(t, i);
        if (!i || bf_sql_is(t, i, "collate"))
            return 0;
        size_t n = close_operator(t, i);
        if (!n)
            return i;
        i += n;
    }
}

/* A comparison at i: the number of its tokens, and whether it depends on an order. */
static size_t comparison(const struct sql_text *t, size_t i, bool *order)
{
    *order = bf_sql_punct(t, i, '<') || bf_sql_punct(t, i, '>');
    if (*order && adjacent(t, i, '='))
        return 2;
    if (bf_sql_punct(t, i, '<') && adjacent(t, i, '>')) {
        *order = false;
        return 2;
    }
    if (*order)
        return 1;
    if (bf_sql_punct(t, i, '='))
        return adjacent(t, i, '=') ? 2 : 1;
    return bf_sql_punct(t, i, '!') && adjacent(t, i, '=') ? 2 : 0;
}

/* Can an operand begin at i? */
static bool begins(const struct sql_text *t, size_t i)
{
    if (i == 0)
        return true;
    static const char *const inside[] = {"over", "filter", "collate"}; /* part of an operand */
    if (bf_sql_any(t, i - 1, inside, BF_COUNT(inside)))
        return false;
    const struct sql_token *before = &t->token[i - 1];
    return before->kind == BF_SQLITE_PUNCT
               ? before->text.p[0] == '(' || before->text.p[0] == ',' || before->text.p[0] == '='
               : bf_sql_keyword(t, i - 1);
}

/* Is it a text, or metadata, which are texts, so that it cannot contain a number? */
static bool is_text(const struct sql_text *t, size_t from, size_t to)
{
    static const char *const metas[] = {"_op", "_ts", "_table", "_event_id", "_seq", "_changed"};
    if (to == from + 1 && t->token[from].kind == BF_SQLITE_STRING)
        return true;
    return bf_sql_any(t, to - 1, metas, BF_COUNT(metas)) &&
           (to == from + 1 || (to == from + 3 && bf_sql_punct(t, from + 1, '.')));
}

static bool is_number(const struct sql_text *t, size_t from, size_t to)
{
    from += from + 1 < to && (bf_sql_punct(t, from, '-') || bf_sql_punct(t, from, '+'));
    return to == from + 1 && t->token[from].kind == BF_SQLITE_NUMBER;
}

/* Is it a literal number that may have other spellings of the same value? */
static bool is_long(const struct sql_text *t, size_t from, size_t to)
{
    const struct sql_token *last = &t->token[to - 1];
    return is_number(t, from, to) && (last->instead || memchr(last->text.p, 'e', last->text.n) ||
                                      memchr(last->text.p, 'E', last->text.n));
}

char *bf_sql_text_join(struct sql_text *t, const char *head, struct bf_str middle, const char *tail)
{
    size_t a = strlen(head), b = strlen(tail);
    char *p = bf_arena_alloc(&t->arena, a + middle.n + b + 1);
    if (p) {
        memcpy(p, head, a);
        if (middle.n)
            memcpy(p + a, middle.p, middle.n);
        memcpy(p + a + middle.n, tail, b + 1);
    }
    return p;
}

/* Rewrites L < R, whose operator at op has n tokens. */
static bool rewrite_order(struct sql_text *t, size_t left, size_t op, size_t n, size_t right_end)
{
    struct bf_str how = bf_str(t->token[op].text.p,
                               (size_t)(t->token[op + n - 1].text.p - t->token[op].text.p) + 1);
    char *after = bf_sql_text_join(t, ") ", how, " 0");
    if (!after || t->token[left].before || t->token[right_end - 1].after)
        return after != NULL;
    t->token[left].before = "bf_order(";
    t->token[op].instead = ",";
    if (n > 1)
        t->token[op + 1].instead = "";
    t->token[right_end - 1].after = after;
    return true;
}

static bool compare_at(struct sql_text *t, size_t i, size_t op)
{
    bool order, again;
    size_t n = comparison(t, op, &order), end = n ? over_operand(t, op + n) : 0;
    if (!end || is_text(t, i, op) || is_text(t, op + n, end))
        return true;
    if (is_number(t, i, op) && is_number(t, op + n, end))
        return true;
    if (!order && ((!is_long(t, i, op) && !is_long(t, op + n, end)) || comparison(t, end, &again)))
        return true;
    return rewrite_order(t, i, op, n, end);
}

/* a [NOT] BETWEEN b AND c; `between` is the token of BETWEEN. */
static void between_at(struct sql_text *t, size_t i, size_t between)
{
    bool not = bf_sql_is(t, between - 1, "not");
    size_t and = over_operand(t, between + 1),
           end = and&&bf_sql_is(t, and, "and") ? over_operand(t, and+1) : 0;
    if (!end || is_text(t, i, between - not ) || is_text(t, between + 1, and) ||
        is_text(t, and+1, end) || t->token[i].before || t->token[end - 1].after)
        return;
    t->token[i].before = "bf_between(";
    if (not )
        t->token[between - 1].instead = "";
    t->token[between].instead = t->token[and].instead = ",";
    t->token[end - 1].after = not ? ") = 0" : ")";
}

static void key_at(struct sql_text *t, size_t i, size_t end)
{
    if (!end || is_number(t, i, end) || is_text(t, i, end) || t->token[i].before ||
        t->token[end - 1].after)
        return;
    t->token[i].before = "bf_key(";
    t->token[end - 1].after = ")";
}

/* If the term at i is the name or number of a result, replaces it by that result's expression.
 * False: out of memory. */
static bool key_of_result(struct sql_text *t, size_t i, bool *done)
{
    size_t from, to;
    struct bf_buf sql;
    struct bf_err ignored;
    *done = bf_sql_result_meant(t, i, &from, &to);
    if (!*done)
        return true;
    bf_buf_init(&sql, RESULT_MAX);
    bool ok = bf_sql_text_put_part(t, from, to, false, &sql, &ignored);
    const char *instead = ok ? bf_sql_text_join(t, "bf_key(", bf_buf_view(&sql), ")") : NULL;
    t->token[i].instead = instead;
    bf_buf_free(&sql);
    return instead != NULL;
}

/* The terms of ORDER BY, beginning with the one at i. */
static bool order_by(struct sql_text *t, size_t i)
{
    unsigned d = t->token[i].depth;
    for (; i < t->n && t->token[i].depth >= d; i++) {
        size_t end = over_operand(t, i);
        bool done = false;
        if (end == i + 1 && !key_of_result(t, i, &done))
            return false;
        if (end && !done)
            key_at(t, i, end);
        for (i = end ? end : i; i < t->n && !(bf_sql_punct(t, i, ',') && t->token[i].depth == d);
             i++)
            if (t->token[i].depth < d || (t->token[i].depth == d && bf_sql_is(t, i, "limit")))
                return true;
    }
    return true;
}

/* max(x) or min(x) at i; with several arguments it is not an aggregate. */
static void extreme(struct sql_text *t, size_t i)
{
    size_t close = bf_sql_closing(t, i + 1), end = over_operand(t, i + 2);
    if (end == close)
        key_at(t, i + 2, end);
    else if (!bf_sql_aggregate(t, i))
        t->token[i].instead = bf_sql_is(t, i, "max") ? "bf_max" : "bf_min";
}

/* Is the ORDER at i that of a compound query? Its terms must be results. */
static bool compound(const struct sql_text *t, size_t i)
{
    static const char *const sets[] = {"union", "intersect", "except"};
    unsigned d = t->token[i].depth;
    while (i-- > 0 && t->token[i].depth >= d)
        if (t->token[i].depth == d && bf_sql_any(t, i, sets, BF_COUNT(sets)))
            return true;
    return false;
}

/* Does the literal number have more digits than a real can hold? */
static bool too_long(struct bf_str text)
{
    struct bf_decimal d;
    struct bf_err ignored;
    return bf_decimal_parse_long(text, &d, &ignored) && d.n > REAL_DIGITS &&
           bf_sql_number(text).type == SQLITE_TEXT;
}

/* Is the minus before i a sign, not an operator? */
static bool negative(const struct sql_text *t, size_t i)
{
    if (i == 0 || !bf_sql_punct(t, i - 1, '-'))
        return false;
    return i == 1 || bf_sql_keyword(t, i - 2) ||
           (t->token[i - 2].kind == BF_SQLITE_PUNCT && !bf_sql_punct(t, i - 2, ')'));
}

/* Literal numbers. */
static bool literals(struct sql_text *t)
{
    for (size_t i = 0; i < t->n; i++) {
        if (t->token[i].kind != BF_SQLITE_NUMBER || !too_long(t->token[i].text))
            continue;
        bool minus = negative(t, i);
        if (minus)
            t->token[i - 1].instead = "";
        t->token[i].instead =
            bf_sql_text_join(t, minus ? "bf_num('-" : "bf_num('", t->token[i].text, "')");
        if (!t->token[i].instead)
            return false;
    }
    return true;
}

bool bf_sql_expr_rewrite(struct sql_text *t)
{
    static const char *const extremes[] = {"max", "min"};
    if (!literals(t))
        return false;
    for (size_t i = 0; i < t->n; i++) {
        size_t end = begins(t, i) ? over_operand(t, i) : 0;
        if (end && !compare_at(t, i, end))
            return false;
        size_t between = end + bf_sql_is(t, end, "not");
        if (end && bf_sql_is(t, between, "between"))
            between_at(t, i, between);
        if (bf_sql_any(t, i, extremes, 2) && bf_sql_punct(t, i + 1, '('))
            extreme(t, i);
        if (!i || !bf_sql_is(t, i, "by") || !bf_sql_is(t, i - 1, "order"))
            continue;
        if (compound(t, i - 1))
            t->sorts_plain = true;
        else if (!order_by(t, i + 1))
            return false;
    }
    return true;
}
