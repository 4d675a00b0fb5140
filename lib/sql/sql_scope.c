/*
 * Finds out what the names in the text of a query are, and how much of the input the query needs.
 */
#include "lib/sql/sql_text.h"

/* Is the name at i an alias after a table? */
static bool alias(const struct sql_text *t, size_t i)
{
    static const char *const follow[] = {
        "where",  "group", "order",   "limit",  "join", "left",      "inner",
        "cross",  "right", "natural", "full",   "on",   "using",     "having",
        "window", "outer", "union",   "except", "not",  "intersect", "indexed"};
    return bf_sql_name(t, i) && !bf_sql_any(t, i, follow, BF_COUNT(follow));
}

static void add_table(struct sql_text *t, struct bf_str called, bool cdc, bool query)
{
    if (t->ntables < SQL_TABLES_MAX)
        t->table[t->ntables++] = (struct sql_table){called, cdc, query};
}

/* A name after FROM, JOIN or a comma: is it a table, and does it have an alias? */
static void find_table(struct sql_text *t, size_t i)
{
    static const char *const functions[] = {"json_each", "json_tree"};
    if (bf_sql_any(t, i, functions, BF_COUNT(functions)) && bf_sql_punct(t, i + 1, '(')) {
        size_t end = bf_sql_closing(t, i + 1), as = end + 1 + bf_sql_is(t, end + 1, "as");
        add_table(t, alias(t, as) ? t->token[as].ident : t->token[i].ident, false, false);
        return;
    }
    size_t as = i + 1 + bf_sql_is(t, i + 1, "as");
    for (size_t k = 0, n = t->ntables; k < n; k++)
        if (bf_str_same(t->token[i].ident, t->table[k].name)) {
            bool cdc = t->table[k].cdc && k == 0;
            t->uses += cdc;
            t->used_below |= cdc && t->token[i].sub;
            if (alias(t, as))
                add_table(t, t->token[as].ident, t->table[k].cdc, t->table[k].query);
            return;
        }
}

/* Is it NAME AS (, or NAME(COLUMN, ...) AS (, as in WITH? */
static bool names_query(const struct sql_text *t, size_t i)
{
    size_t as = bf_sql_punct(t, i + 1, '(') ? bf_sql_closing(t, i + 1) + 1 : i + 1, open = as + 1;
    open += bf_sql_is(t, open, "not");
    open += bf_sql_is(t, open, "materialized");
    return bf_sql_is(t, as, "as") && bf_sql_punct(t, open, '(');
}

/* Finds the names in the text that are tables. */
static void find_tables(struct sql_text *t, const char *const *lookups, size_t nlookups)
{
    static const char *const before[] = {"from", "join"};
    add_table(t, BF_STR("cdc"), true, false);
    for (size_t i = 0; i < nlookups; i++)
        add_table(t, bf_str_of(lookups[i]), false, false);
    for (size_t i = 0; i < t->n; i++) {
        if (bf_sql_punct(t, i, '(') && bf_sql_opens_query(t, i)) {
            size_t end = bf_sql_closing(t, i), as = end + 1 + bf_sql_is(t, end + 1, "as");
            if (alias(t, as))
                add_table(t, t->token[as].ident, false, true);
        }
        if (!bf_sql_name(t, i) || (i && bf_sql_punct(t, i - 1, '.')))
            continue;
        if (names_query(t, i))
            add_table(t, t->token[i].ident, false, true);
        if (i && (bf_sql_any(t, i - 1, before, 2) || bf_sql_punct(t, i - 1, ',')) &&
            !bf_sql_punct(t, i + 1, '.'))
            find_table(t, i);
    }
}

/* Is the name at i an aggregate function? max(a, b) with two arguments is not. */
bool bf_sql_aggregate(const struct sql_text *t, size_t i)
{
    static const char *const all[] = {"count",
                                      "sum",
                                      "total",
                                      "avg",
                                      "dec_sum",
                                      "group_concat",
                                      "string_agg",
                                      "json_group_array",
                                      "jsonb_group_array",
                                      "json_group_object",
                                      "jsonb_group_object"};
    static const char *const some[] = {"min", "max"};
    if (!bf_sql_punct(t, i + 1, '('))
        return false;
    if (bf_sql_any(t, i, all, BF_COUNT(all)))
        return true;
    if (!bf_sql_any(t, i, some, BF_COUNT(some)))
        return false;
    for (size_t k = i + 2, end = bf_sql_closing(t, i + 1); k < end; k++)
        if (bf_sql_punct(t, k, ',') && t->token[k].depth == t->token[i].depth + 1)
            return false;
    return true;
}

/* Does it look at several changes? A SELECT in parentheses over a table of its own does not
 * count. */
static bool whole(const struct sql_text *t)
{
    static const char *const words[] = {"order", "group",     "limit",  "distinct", "over",
                                        "union", "intersect", "except", "with"};
    for (size_t i = 0; i < t->n; i++)
        if ((!t->token[i].sub || t->used_below) &&
            ((bf_sql_any(t, i, words, BF_COUNT(words)) &&
              !(bf_sql_is(t, i, "distinct") && bf_sql_is(t, i + 1, "from"))) ||
             bf_sql_aggregate(t, i)))
            return true;
    return false;
}

const struct sql_table *bf_sql_table(const struct sql_text *t, struct bf_str called)
{
    for (size_t i = 0; i < t->ntables; i++)
        if (bf_str_same(t->table[i].name, called))
            return &t->table[i];
    return NULL;
}

/* cdc is first after FROM, or SQLite can choose to read it first. */
static bool once(const struct sql_text *t)
{
    static const char *const never[] = {"right", "full", "with", "union", "intersect", "except"};
    static const char *const fixed[] = {"left", "cross"};
    bool first = false, bound = false;
    if (t->uses != 1 || t->used_below)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        if (bf_sql_any(t, i, never, BF_COUNT(never)))
            return false;
        bound |= bf_sql_any(t, i, fixed, BF_COUNT(fixed));
        if (t->token[i].depth == 0 && i && bf_sql_is(t, i - 1, "from") && bf_sql_name(t, i)) {
            const struct sql_table *of = bf_sql_table(t, t->token[i].ident);
            first |= of && of->cdc;
        }
    }
    return first || !bound;
}

/* Can it make a text that looks like a number? Only the functions in these lists cannot. */
static bool makes_text(const struct sql_text *t)
{
    static const char *const numbers[] = {
        "dec_add",    "dec_sub",     "dec_mul",      "dec_cmp",   "dec_sum", "dec_min",
        "dec_max",    "max",         "min",          "sum",       "total",   "avg",
        "count",      "coalesce",    "ifnull",       "nullif",    "iif",     "abs",
        "round",      "lag",         "lead",         "rank",      "rows",    "ntile",
        "range",      "first_value", "last_value",   "nth_value", "cdc",     "row_number",
        "dense_rank", "partition",   "materialized", "exists"};
    for (size_t i = 0; i < t->n; i++) {
        bool call = bf_sql_name(t, i) && bf_sql_punct(t, i + 1, '(');
        if ((call && !bf_sql_keyword(t, i) && !bf_sql_any(t, i, numbers, BF_COUNT(numbers))) ||
            (t->token[i].kind == BF_SQLITE_STRING && t->token[i].text.n > 15) ||
            bf_sql_punct(t, i, '|') || (bf_sql_punct(t, i, '-') && bf_sql_punct(t, i + 1, '>')))
            return true;
    }
    return false;
}

/* Is the star at i a list of columns? */
static bool lists(const struct sql_text *t, size_t i)
{
    static const char *const before[] = {"select", "distinct", "all"};
    return bf_sql_punct(t, i, '*') && i &&
           (bf_sql_any(t, i - 1, before, BF_COUNT(before)) || bf_sql_punct(t, i - 1, ',') ||
            bf_sql_punct(t, i - 1, '.'));
}

/* The reason why a star in a subquery needs whole rows; NULL: it does not. */
static const char *wants_rows(const struct sql_text *t, size_t i)
{
    static const char *const sets[] = {"union", "intersect", "except"};
    unsigned d = t->token[i].depth;
    size_t from = i, to = i;
    while (from > 0 && t->token[from - 1].depth >= d)
        from--;
    while (to < t->n && t->token[to].depth >= d)
        to++;
    for (; from < to; from++)
        if (t->token[from].depth == d &&
            ((bf_sql_is(t, from, "distinct") && !bf_sql_is(t, from + 1, "from")) ||
             (bf_sql_any(t, from, sets, BF_COUNT(sets)) && !bf_sql_is(t, from + 1, "all"))))
            return bf_sql_is(t, from, "distinct") ? "DISTINCT" : "UNION, INTERSECT, EXCEPT";
    return NULL;
}

bool bf_sql_scope_stars(struct sql_text *t, struct bf_err *e)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!t->token[i].depth || !lists(t, i))
            continue;
        t->inner_star = true;
        const char *what = wants_rows(t, i);
        if (what)
            return bf_err_set(e, BF_E_USAGE,
                              "* in a subquery means the columns that the query names; with "
                              "%s name them there",
                              what);
    }
    return true;
}

void bf_sql_scope(struct sql_text *t, const char *const *lookups, size_t nlookups)
{
    find_tables(t, lookups, nlookups);
    t->whole = whole(t);
    t->makes_text = makes_text(t);
    t->once = once(t);
}
