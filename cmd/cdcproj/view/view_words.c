#include "cmd/cdcproj/view/view_words.h"

#define CLOCK    "its result changes with the clock"
#define COMPOUND "a compound of queries"
#define SYSTEM   "a system column is not the item's"

/* Which database knows the word. */
enum { BOTH, ONLY_PG, ONLY_SQLITE };

static const struct {
    const char *word, *why;
    int in;
} words[] = {
    {"select", "a query inside of it looks at other rows", BOTH},
    {"distinct", "DISTINCT needs all values", BOTH},
    {"having", "HAVING: filter when you read it", BOTH},
    {"order", "ORDER BY: order when you read it", BOTH},
    {"limit", "LIMIT: limit when you read it", BOTH},
    {"fetch", "FETCH: limit when you read it", ONLY_PG},
    {"join", "a JOIN: rows of another table may change", BOTH},
    {"union", COMPOUND, BOTH},
    {"except", COMPOUND, BOTH},
    {"intersect", COMPOUND, BOTH},
    {"over", "a window function looks at other rows", BOTH},
    {"collate", "COLLATE: texts that differ would be equal", ONLY_SQLITE},
    {"rollup", "ROLLUP: a row counts in several groups", ONLY_PG},
    {"cube", "CUBE: a row counts in several groups", ONLY_PG},
    {"grouping", "GROUPING SETS: a row counts in several groups", ONLY_PG},
    {"tablesample", "TABLESAMPLE differs each time", ONLY_PG},
    {"current_timestamp", CLOCK, BOTH},
    {"current_date", CLOCK, BOTH},
    {"current_time", CLOCK, BOTH},
    {"localtimestamp", CLOCK, ONLY_PG},
    {"localtime", CLOCK, ONLY_PG},
    {"ctid", SYSTEM, ONLY_PG},
    {"xmin", SYSTEM, ONLY_PG},
    {"xmax", SYSTEM, ONLY_PG},
    {"tableoid", SYSTEM, ONLY_PG},
};

/* Functions whose result does not come from the row. */
static const struct {
    const char *word, *why;
} volatiles[] = {{"random", "random() differs each time"},
                 {"randomblob", "randomblob() differs each time"},
                 {"changes", "changes() differs each time"},
                 {"total_changes", "total_changes() differs each time"},
                 {"last_insert_rowid", "last_insert_rowid() differs each time"}};

/* 'now' and its like; SQLite's functions of time without a time, which take the present one. */
static bool is_clock(const struct tokens *t, size_t i, bool pg)
{
    static const char *const strings[] = {"'now'", "'today'", "'tomorrow'", "'yesterday'"};
    static const char *const calls[] = {"date", "time", "datetime", "julianday", "unixepoch"};
    if (t->t[i].kind == BF_SQLITE_STRING) {
        for (size_t k = 0; k < (pg ? BF_COUNT(strings) : 1); k++)
            if (bf_str_same(t->t[i].text, bf_str_of(strings[k])))
                return true;
        return false;
    }
    if (pg || !token_punct(t, i + 1, '('))
        return false;
    for (size_t k = 0; k < BF_COUNT(calls); k++)
        if (token_is(t, i, calls[k]) && token_punct(t, i + 2, ')'))
            return true;
    return token_is(t, i, "strftime") && i + 3 < t->n && t->t[i + 2].kind == BF_SQLITE_STRING &&
           token_punct(t, i + 3, ')');
}

/* What the tokens, which are SQLite's, do not cut as PostgreSQL does. */
static const char *misread(const struct tokens *t, size_t i)
{
    struct bf_str text = t->t[i].text;
    bool escapes =
        i > 0 && (t->t[i - 1].kind == BF_SQLITE_STRING || /* the rest, after a line end */
                  (token_is(t, i - 1, "e") && t->t[i - 1].text.p + 1 == text.p));
    if (t->t[i].kind == BF_SQLITE_STRING && escapes && memchr(text.p, '\\', text.n))
        return "a backslash in E'...' is not understood here";
    if (t->t[i].kind == BF_SQLITE_WORD && text.p[0] == '$')
        return "a string in $$ is not understood here";
    return NULL;
}

/* SQLite takes the time zone from the environment of the process that computes. */
static bool is_zone(const struct tokens *t, size_t i)
{
    return t->t[i].kind == BF_SQLITE_STRING && (bf_str_same(t->t[i].text, BF_STR("'localtime'")) ||
                                                bf_str_same(t->t[i].text, BF_STR("'utc'")));
}

const char *words_beyond(const struct tokens *t, size_t from, size_t to, bool pg)
{
    for (size_t i = from; i < to; i++) {
        const char *why = pg ? misread(t, i) : NULL;
        if (why)
            return why;
        if (is_clock(t, i, pg))
            return CLOCK;
        if (!pg && is_zone(t, i))
            return "its result depends on the time zone of the process";
        for (size_t w = 0; w < BF_COUNT(volatiles) && token_punct(t, i + 1, '('); w++)
            if (token_is(t, i, volatiles[w].word))
                return volatiles[w].why;
        for (size_t w = 0; w < BF_COUNT(words); w++)
            if (words[w].in != (pg ? ONLY_SQLITE : ONLY_PG) && token_is(t, i, words[w].word))
                return words[w].why;
    }
    return NULL;
}

size_t words_aggregate(const struct tokens *t, size_t from, size_t to)
{
    static const char *const names[] = {"count",
                                        "sum",
                                        "avg",
                                        "total",
                                        "min",
                                        "max",
                                        "dec_sum",
                                        "dec_min",
                                        "dec_max",
                                        "group_concat",
                                        "string_agg",
                                        "array_agg",
                                        "json_agg",
                                        "jsonb_agg",
                                        "json_object_agg",
                                        "jsonb_object_agg",
                                        "json_group_array",
                                        "json_group_object",
                                        "jsonb_group_array",
                                        "jsonb_group_object",
                                        "bool_and",
                                        "bool_or",
                                        "every",
                                        "bit_and",
                                        "bit_or",
                                        "bit_xor",
                                        "stddev",
                                        "stddev_pop",
                                        "stddev_samp",
                                        "variance",
                                        "var_pop",
                                        "var_samp",
                                        "corr",
                                        "mode",
                                        "median",
                                        "percentile",
                                        "percentile_cont",
                                        "percentile_disc",
                                        "any_value",
                                        "range_agg"};
    for (; from < to; from++) {
        if (!token_punct(t, from + 1, '('))
            continue;
        unsigned depth = t->t[from].depth;
        size_t close = tokens_find_punct(t, from + 2, to, depth, ')');
        bool scalar = (token_is(t, from, "min") || token_is(t, from, "max")) &&
                      tokens_find_punct(t, from + 2, close, depth + 1, ',') != close;
        for (size_t k = 0; k < BF_COUNT(names) && !scalar; k++)
            if (token_is(t, from, names[k]))
                return from;
    }
    return to;
}

static bool is_one_of(const struct tokens *t, size_t i, const char *const *list, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (token_is(t, i, list[k]))
            return true;
    return false;
}

bool words_end_in_name(const struct tokens *t, size_t from, size_t to)
{
    /* words that end an expression, and words after which one goes on */
    static const char *const ends[] = {"end", "isnull", "notnull", "precision", "varying", "zone"};
    static const char *const joins[] = {"and",     "or",       "not",  "in",     "is",
                                        "like",    "ilike",    "glob", "regexp", "match",
                                        "case",    "when",     "then", "else",   "escape",
                                        "between", "distinct", "from", "to",     "similar"};
    size_t last = to - 1;
    if (to < from + 2 || !token_name(t, last) || is_one_of(t, last, ends, BF_COUNT(ends)))
        return false;
    bool operand = token_punct(t, last - 1, ')') || token_punct(t, last - 1, ']') ||
                   token_name(t, last - 1) || t->t[last - 1].kind == BF_SQLITE_NUMBER ||
                   t->t[last - 1].kind == BF_SQLITE_STRING;
    return operand && !is_one_of(t, last - 1, joins, BF_COUNT(joins));
}

bool tokens_are_result(const struct tokens *t, size_t from, size_t to)
{
    static const char *const before[] = {"then", "else"}, *const after[] = {"when", "else", "end"},
                             *const chosen[] = {"coalesce", "ifnull", "nullif", "iif"};
    while (from > 0 || to < t->n) {
        if (from > 0 && is_one_of(t, from - 1, before, BF_COUNT(before)))
            return is_one_of(t, to, after, BF_COUNT(after));
        bool first = from > 0 && token_punct(t, from - 1, '(');
        if ((!first && (from == 0 || !token_punct(t, from - 1, ','))) ||
            (!token_punct(t, to, ',') && !token_punct(t, to, ')')))
            return false;
        size_t open = from - 1;
        unsigned depth = t->t[from].depth;
        while (open > 0 && t->t[open].depth >= depth)
            open--;
        bool call = open > 0 && token_name(t, open - 1);
        if (call && t->t[open - 1].name.n > 4 &&
            bf_str_same(bf_str(t->t[open - 1].name.p, 4), BF_STR("dec_")))
            return true;
        if (call && (!is_one_of(t, open - 1, chosen, BF_COUNT(chosen)) ||
                     (first && token_is(t, open - 1, "iif"))))
            return false;
        to = tokens_find_punct(t, to, t->n, depth - 1, ')') + 1;
        from = open - call;
    }
    return true;
}

static bool is_less_or_greater(const struct tokens *t, size_t i)
{
    bool differ = token_punct(t, i, '<') && token_punct(t, i + 1, '>');
    return (token_punct(t, i, '<') || token_punct(t, i, '>')) && !differ;
}

bool words_compare(const struct tokens *t, size_t i)
{
    size_t from = i > 1 && token_punct(t, i - 1, '.') ? i - 2 : i, at = from;
    if (is_less_or_greater(t, i + 1) || token_is(t, i + 1, "between"))
        return true;
    if (from == 0)
        return false;
    if (token_punct(t, from - 1, '<') ||
        (token_punct(t, from - 1, '>') && !(from > 1 && token_punct(t, from - 2, '<'))))
        return true;
    if (from > 1 && token_punct(t, from - 1, '(') && token_punct(t, i + 1, ')'))
        return token_is(t, from - 2, "min") || token_is(t, from - 2, "max");
    while (at > 1 && (token_punct(t, at - 1, ',') || token_punct(t, at - 1, '.') ||
                      (token_name(t, at - 1) && !token_is(t, at - 1, "by"))))
        at--;
    return at > 1 && token_is(t, at - 1, "by") && token_is(t, at - 2, "order");
}
