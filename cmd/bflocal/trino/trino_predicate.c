/* Comparisons, BETWEEN, IN, LIKE, IS. */
#include <stdio.h>

#include "cmd/bflocal/trino/trino_impl.h"

static bool lit(struct sql *s, const char *text)
{
    bf_buf_adds(s->out, bf_str_of(text));
    return true;
}

/* Reads a list in parentheses, or a subquery. */
static bool in_list(struct sql *s)
{
    if (!trino_expect(s, "("))
        return false;
    lit(s, " IN (");
    if (bl_token_word(s->at, "SELECT") || bl_token_word(s->at, "WITH")) {
        s->complex = true;
        return trino_query(s) && lit(s, ")") && trino_expect(s, ")");
    }
    return trino_list(s, ")") && lit(s, ")");
}

/* Reads = ANY (SELECT ...) and the like. */
static bool quantified(struct sql *s, bool *done)
{
    static const char *const words[] = {"ANY", "ALL", "SOME"};
    *done = false;
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (bl_token_word(s->at, words[i]) && bl_token_is(s->at + 1, "(")) {
            s->at += 2;
            s->complex = *done = true;
            bf_buf_addf(s->out, "%s (", i == 1 ? "ALL" : "ANY");
            return trino_query(s) && lit(s, ")") && trino_expect(s, ")");
        }
    return true;
}

static const char *comparison(const struct bl_token *t)
{
    static const char *const ops[] = {"=", "<>", "!=", "<", "<=", ">", ">="};
    for (size_t i = 0; i < BF_COUNT(ops); i++)
        if (bl_token_is(t, ops[i]))
            return i == 2 ? "<>" : ops[i];
    return NULL;
}

/* The literal, if the operand is a single literal; otherwise NULL. */
static const struct bl_token *literal(const struct bl_token *first, const struct bl_token *end)
{
    bool one =
        end == first + 1 && (first->kind == BL_TOKEN_STRING || first->kind == BL_TOKEN_NUMBER);
    return one ? first : NULL;
}

/*
 * Comparing a string with a number or a date is an error in Athena; DuckDB would
 * convert the literal. While the type of x is unknown, the text from `from` on, which
 * contains x, is cut out.
 */
static bool check_types(struct sql *s, size_t from, struct bf_str x, const struct bl_token *with,
                        const char *op)
{
    struct bf_str all = trino_cut(s, from);
    const struct bl_duck_found *f = trino_probe(s, x);
    if (!f) {
        bf_buf_lit(s->out, "(");
        trino_put_probe(s, x);
        bf_buf_lit(s->out, " = 0)");
        return s->e->code == BF_OK;
    }
    bf_buf_adds(s->out, all);
    bool text = f->id == DUCKDB_VARCHAR && !f->json;
    if (f->id == DUCKDB_NULL || text == (with->kind == BL_TOKEN_STRING))
        return true;
    return trino_fail(s, "TYPE_MISMATCH: Cannot apply operator: %s %s %s", f->text, op,
                      with->kind == BL_TOKEN_STRING ? "varchar" : "integer");
}

/* A copy of the text between two positions. */
static struct bf_str written(struct sql *s, size_t from, size_t to)
{
    struct bf_str copy = BF_STR("");
    if (bf_buf_ok(s->out))
        (void)!bf_arena_copy(s->t->arena, bf_str(s->out->p + from, to - from), &copy);
    return copy;
}

static bool compare(struct sql *s, size_t from, const struct bl_token *first, const char *op)
{
    bool done;
    const struct bl_token *left = literal(first, s->at++);
    size_t middle = s->out->n;
    bf_buf_addf(s->out, " %s ", op);
    if (!quantified(s, &done))
        return false;
    if (done)
        return true;
    const struct bl_token *second = s->at;
    size_t behind = s->out->n;
    if (!trino_additive(s))
        return false;
    const struct bl_token *right = literal(second, s->at);
    if ((left != NULL) == (right != NULL))
        return !left || left->kind == right->kind ||
               trino_fail(s, "TYPE_MISMATCH: Cannot apply operator: varchar %s integer", op);
    struct bf_str x = left ? written(s, behind, s->out->n) : written(s, from, middle);
    return check_types(s, from, x, left ? left : right, op);
}

static bool between(struct sql *s, size_t from, bool negated)
{
    struct bf_str x = written(s, from, s->out->n);
    lit(s, negated ? " NOT BETWEEN " : " BETWEEN ");
    const struct bl_token *low = s->at;
    if (!trino_additive(s))
        return false;
    low = literal(low, s->at);
    if (!trino_expect_word(s, "AND"))
        return false;
    lit(s, " AND ");
    const struct bl_token *high = s->at;
    if (!trino_additive(s))
        return false;
    high = literal(high, s->at);
    return !(low || high) || check_types(s, from, x, low ? low : high, "BETWEEN");
}

static bool in(struct sql *s, size_t from, bool negated)
{
    struct bf_str x = written(s, from, s->out->n);
    const struct bl_token *first = s->at + 1;
    if (negated)
        lit(s, " NOT");
    if (!in_list(s))
        return false;
    first = literal(first, first + 1);
    return !first || check_types(s, from, x, first, "IN");
}

/* An escape has to be followed by what it escapes; DuckDB escapes any character. */
static bool check_escapes(struct sql *s, const struct bl_token *pattern,
                          const struct bl_token *with)
{
    if (!with || with->text.n != 1)
        return trino_fail(s, "bflocal needs a single ASCII character, written out, as ESCAPE");
    if (!pattern || pattern->kind != BL_TOKEN_STRING)
        return trino_fail(s, "bflocal needs a string literal as the pattern of LIKE with ESCAPE");
    for (size_t i = 0; i < pattern->text.n; i++)
        if (pattern->text.p[i] == with->text.p[0]) {
            i++;
            if (i == pattern->text.n ||
                !(strchr("%_", pattern->text.p[i]) || pattern->text.p[i] == with->text.p[0]))
                return trino_fail(s,
                                  "INVALID_FUNCTION_ARGUMENT: Escape character must be followed by "
                                  "'%%', '_' or the escape character itself");
        }
    return true;
}

static bool like(struct sql *s, bool negated)
{
    const struct bl_token *first = s->at, *end, *escape;
    lit(s, negated ? " NOT LIKE " : " LIKE ");
    if (!trino_additive(s))
        return false;
    end = s->at;
    if (!trino_word(s, "ESCAPE"))
        return true;
    escape = s->at;
    return lit(s, " ESCAPE ") && trino_additive(s) &&
           check_escapes(s, literal(first, end), literal(escape, s->at));
}

static bool is(struct sql *s)
{
    bool negated = trino_word(s, "NOT");
    lit(s, negated ? " IS NOT " : " IS ");
    if (trino_word(s, "NULL"))
        return lit(s, "NULL");
    return trino_expect_word(s, "DISTINCT") && trino_expect_word(s, "FROM") &&
           lit(s, "DISTINCT FROM ") && trino_additive(s);
}

bool trino_predicate(struct sql *s)
{
    size_t from = s->out->n;
    const struct bl_token *first = s->at;
    if (!trino_additive(s))
        return false;
    for (;;) {
        const char *op = comparison(s->at);
        bool negated = bl_token_word(s->at, "NOT"), ok;
        if (op) {
            if (!compare(s, from, first, op))
                return false;
            continue;
        }
        s->at += negated;
        if (trino_word(s, "BETWEEN"))
            ok = between(s, from, negated);
        else if (trino_word(s, "IN"))
            ok = in(s, from, negated);
        else if (trino_word(s, "LIKE"))
            ok = like(s, negated);
        else if (negated)
            return trino_unexpected(s);
        else if (trino_word(s, "IS"))
            ok = is(s);
        else
            return true;
        if (!ok)
            return false;
    }
}
