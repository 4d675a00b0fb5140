/* The results of the outermost SELECT: their names, and which of them are decimals. */
#include "lib/base/num.h"
#include "lib/sql/sql_impl.h"

enum { NAME_MAX_BYTES = 64 * 1024 };

/* The first token of the list of results. */
static size_t first_result(const struct sql_text *t)
{
    static const char *const front[] = {"distinct", "all"};
    size_t i = 0;
    while (i < t->n && !(t->token[i].depth == 0 && bf_sql_is(t, i, "select")))
        i++;
    i = i < t->n ? i + 1 : 0;
    return i + bf_sql_any(t, i, front, BF_COUNT(front));
}

/* The end of the result that begins at i inside depth parentheses: a comma, FROM or the end of the
 * text. */
static size_t end_of_result(const struct sql_text *t, size_t i, unsigned depth)
{
    for (; i < t->n && t->token[i].depth >= depth; i++)
        if (t->token[i].depth == depth &&
            (bf_sql_punct(t, i, ',') ||
             (bf_sql_is(t, i, "from") && i && !bf_sql_is(t, i - 1, "distinct"))))
            break;
    return i;
}

/* Does the result from..to end with a name? That is so if two tokens that can end an operand are
 * adjacent. */
static bool has_name(const struct sql_text *t, size_t from, size_t to)
{
    if (to < from + 2 || !bf_sql_name(t, to - 1) || bf_sql_keyword(t, to - 1))
        return false;
    const struct sql_token *before = &t->token[to - 2];
    return bf_sql_is(t, to - 2, "as") || bf_sql_is(t, to - 2, "end") ||
           before->kind == BF_SQLITE_STRING || before->kind == BF_SQLITE_NUMBER ||
           bf_sql_punct(t, to - 2, ')') || (bf_sql_name(t, to - 2) && !bf_sql_keyword(t, to - 2));
}

static bool name_result(struct sql_text *t, size_t from, size_t to)
{
    bool changed = false;
    for (size_t i = from; i < to; i++)
        changed |= t->token[i].before || t->token[i].instead || t->token[i].after;
    if (!changed || has_name(t, from, to))
        return true;
    struct bf_buf name;
    const struct sql_token *first = &t->token[from], *last = &t->token[to - 1];
    bf_buf_init(&name, NAME_MAX_BYTES);
    bf_sqlite_put_name(
        &name, bf_str(first->text.p, (size_t)(last->text.p + last->text.n - first->text.p)));
    const char *after = bf_buf_ok(&name) ? bf_sql_text_join(t, last->after ? last->after : "",
                                                            BF_STR(" AS "), bf_buf_cstr(&name))
                                         : NULL;
    t->token[to - 1].after = after;
    bf_buf_free(&name);
    return after != NULL;
}

/* The token after the SELECT to which the ORDER BY with token i belongs; 0: none. */
static size_t select_of(const struct sql_text *t, size_t i)
{
    unsigned d = t->token[i].depth;
    while (i-- > 0 && t->token[i].depth >= d)
        if (t->token[i].depth == d && bf_sql_is(t, i, "select"))
            return i + 1 + (bf_sql_is(t, i + 1, "distinct") || bf_sql_is(t, i + 1, "all"));
    return 0;
}

bool bf_sql_result_meant(const struct sql_text *t, size_t i, size_t *from, size_t *to)
{
    struct bf_str name = t->token[i].ident;
    unsigned depth = t->token[i].depth;
    uint64_t number = 0;
    struct bf_err ignored;
    if (!name.p && !bf_num_u64(t->token[i].text, &number, &ignored))
        return false;
    *from = select_of(t, i);
    while (*from && *from < i) {
        size_t end = end_of_result(t, *from, depth);
        bool named = end > *from && has_name(t, *from, end);
        if (bf_sql_punct(t, end - 1, '*'))
            return false; /* their number is unknown */
        *to = end - (named ? 1u + bf_sql_is(t, end - 2, "as") : 0);
        if (name.p ? named && bf_str_same(t->token[end - 1].ident, name) : --number == 0)
            return true;
        if (!bf_sql_punct(t, end, ','))
            return false;
        *from = end + 1;
    }
    return false;
}

bool bf_sql_result_names(struct sql_text *t)
{
    for (size_t i = first_result(t), end; i < t->n; i = end + 1) {
        end = end_of_result(t, i, 0);
        if (end > i && !name_result(t, i, end))
            return false;
        if (!bf_sql_punct(t, end, ','))
            break;
    }
    return true;
}

/* The end of the call of a decimal function at i; 0: it is not one. */
static size_t decimal_call(const struct sql_text *t, size_t i)
{
    static const char *const names[] = {"dec_add", "dec_sub", "dec_mul",
                                        "dec_sum", "dec_min", "dec_max"};
    return bf_sql_any(t, i, names, BF_COUNT(names)) && bf_sql_punct(t, i + 1, '(')
               ? bf_sql_closing(t, i + 1) + 1
               : 0;
}

/* Does a subquery give a decimal that name? */
static bool decimal_below(const struct sql_text *t, struct bf_str called)
{
    for (size_t i = 0; i < t->n; i++) {
        size_t end = decimal_call(t, i);
        end += end && bf_sql_is(t, end, "as");
        if (end && bf_sql_name(t, end) && bf_str_same(t->token[end].ident, called))
            return true;
    }
    return false;
}

bool bf_sql_result_decimal(const struct sql_text *t, struct bf_str called)
{
    for (size_t i = first_result(t), end; i < t->n; i = end + 1) {
        end = end_of_result(t, i, 0);
        size_t to = end;
        const struct sql_token *last = &t->token[end ? end - 1 : 0];
        struct bf_str name =
            bf_str(t->token[i].text.p, (size_t)(last->text.p + last->text.n - t->token[i].text.p));
        if (end > i && has_name(t, i, end)) {
            name = last->ident;
            to = end - 1 - bf_sql_is(t, end - 2, "as");
        } else if (end > i && last->ident.p)
            name = last->ident; /* the name of p.total is total */
        if (end > i && bf_str_eq(name, called))
            return decimal_call(t, i) == to ||
                   (bf_sql_name(t, to - 1) &&
                    (to == i + 1 || (to == i + 3 && bf_sql_punct(t, i + 1, '.'))) &&
                    decimal_below(t, t->token[to - 1].ident));
        if (!bf_sql_punct(t, end, ','))
            break;
    }
    return false;
}
