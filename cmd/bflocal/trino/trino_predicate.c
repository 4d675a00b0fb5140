/* Comparisons, BETWEEN, IN, LIKE, IS. */
#include <stdio.h>

#include "cmd/bflocal/trino/trino_impl.h"

static bool lit(struct sql *s, const char *text)
{
    bf_buf_adds(s->out, bf_str_of(text));
    return true;
}

/* A list in brackets, or a subquery. */
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

/* = ANY (SELECT ...) */
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

/* Is the operand that one word alone, a literal? */
static const struct bl_token *literal(const struct bl_token *first, const struct bl_token *end)
{
    bool one =
        end == first + 1 && (first->kind == BL_TOKEN_STRING || first->kind == BL_TOKEN_NUMBER);
    return one ? first : NULL;
}

/*
 * A string beside a number or a date, and a number beside a string, are errors in Athena; DuckDB would convert the literal.
 * What stands in the statement from `from` on is taken out as long as the type of x, which is part of it, is unknown.
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

/* What has been written from `from` up to `to`, kept. */
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

static bool like(struct sql *s, bool negated)
{
    lit(s, negated ? " NOT LIKE " : " LIKE ");
    if (!trino_additive(s))
        return false;
    return !trino_word(s, "ESCAPE") || (lit(s, " ESCAPE ") && trino_additive(s));
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
