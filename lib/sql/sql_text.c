#include "lib/sql/sql_text.h"

enum { ARENA_MAX = 4 * 1024 * 1024 };

/* One token at p; returns its end, or NULL if it does not end, or out of memory. */
static const char *cut(struct sql_text *t, const char *p, const char *end, struct sql_token *token)
{
    const char *after = bf_sqlite_token(p, end, &token->kind);
    if (!after)
        return NULL;
    token->text = bf_str(p, (size_t)(after - p));
    if (token->kind == BF_SQLITE_WORD)
        token->ident = token->text;
    if (token->kind != BF_SQLITE_QUOTED && token->kind != BF_SQLITE_STRING)
        return after;
    char *copy = bf_arena_alloc(&t->arena, token->text.n);
    t->nomem = !copy;
    if (!copy)
        return NULL;
    token->ident = bf_str(copy, bf_sqlite_unquote(copy, token->text));
    return after;
}

bool bf_sql_is(const struct sql_text *t, size_t i, const char *word)
{
    return i < t->n && t->token[i].kind == BF_SQLITE_WORD &&
           bf_str_same(t->token[i].ident, bf_str_of(word));
}

bool bf_sql_punct(const struct sql_text *t, size_t i, char c)
{
    return i < t->n && t->token[i].kind == BF_SQLITE_PUNCT && t->token[i].text.p[0] == c;
}

bool bf_sql_name(const struct sql_text *t, size_t i)
{
    return i < t->n && (t->token[i].kind == BF_SQLITE_WORD || t->token[i].kind == BF_SQLITE_QUOTED);
}

bool bf_sql_any(const struct sql_text *t, size_t i, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (bf_sql_is(t, i, words[k]))
            return true;
    return false;
}

/* Is there a SELECT in the parenthesis at i? */
bool bf_sql_opens_query(const struct sql_text *t, size_t i)
{
    static const char *const words[] = {"select", "with", "values"};
    return bf_sql_any(t, i + 1, words, BF_COUNT(words));
}

/* The token of the parenthesis that closes the one at i. */
size_t bf_sql_closing(const struct sql_text *t, size_t i)
{
    unsigned d = t->token[i].depth;
    do
        i++;
    while (i < t->n && !(bf_sql_punct(t, i, ')') && t->token[i].depth == d));
    return i;
}

/* Rejects tags[1] and m['k']: SQLite reads the brackets as an alias of the result, and returns the
 * whole of tags. */
static bool subscript(const struct sql_text *t, size_t i, struct bf_err *e)
{
    const struct sql_token *token = &t->token[i];
    struct bf_str inside = bf_str_trim(token->ident);
    if (i == 0 || token->text.p[0] != '[' || token->kind != BF_SQLITE_QUOTED || inside.n == 0)
        return true;
    const struct sql_token *before = &t->token[i - 1];
    bool operand =
        bf_sql_punct(t, i - 1, ')') || (bf_sql_name(t, i - 1) && !bf_sql_keyword(t, i - 1));
    bool adjacent = token->text.p == before->text.p + before->text.n;
    bool key = inside.p[0] == '\'' || inside.p[0] == '"';
    bool number = inside.p[0] >= '0' && inside.p[0] <= '9';
    if (!operand || !(adjacent || key || number))
        return true;
    return bf_err_set(e, BF_E_USAGE,
                      "%.*s%.*s: brackets are no subscript here; an element is written tags->>0, "
                      "counted from 0, a member m.k or m->>'k'",
                      (int)(before->text.n < 40 ? before->text.n : 40), before->text.p,
                      (int)(token->text.n < 40 ? token->text.n : 40), token->text.p);
}

/* Splits the text into tokens; parentheses must match. */
static bool cut_all(struct sql_text *t, struct bf_str sql, struct bf_err *e)
{
    unsigned depth = 0, sub = 0; /* sub: the depth inside the outermost SELECT in parentheses */
    const char *end = sql.p + sql.n;
    for (const char *p = bf_sqlite_skip_blank(sql.p, end), *q; p < end;
         p = bf_sqlite_skip_blank(q, end)) {
        if (t->n == SQL_TOKENS_MAX)
            return bf_err_set(e, BF_E_USAGE, "more than %d words of SQL", SQL_TOKENS_MAX);
        struct sql_token *token = &t->token[t->n++];
        *token = (struct sql_token){0};
        q = cut(t, p, end, token);
        if (!q && t->nomem)
            return bf_err_nomem(e);
        if (!q)
            return bf_err_set(e, BF_E_USAGE, "a %c that is not closed", *p);
        size_t at = t->n - 1;
        if (bf_sql_punct(t, at, ')') && depth-- == 0)
            return bf_err_set(e, BF_E_USAGE, "a ) that was not opened");
        sub = depth < sub ? 0 : sub;
        if (!sub && at && bf_sql_punct(t, at - 1, '(') && bf_sql_opens_query(t, at - 1))
            sub = depth;
        token->depth = depth;
        token->sub = sub > 0;
        t->subs |= token->sub;
        depth += bf_sql_punct(t, at, '(');
        if (!subscript(t, at, e))
            return false;
        if (bf_sql_is(t, at, "natural"))
            return bf_err_set(e, BF_E_USAGE, "NATURAL JOIN: name the columns with USING");
        if (bf_sql_punct(t, at, ';'))
            return bf_err_set(e, BF_E_USAGE, "one query, without ';'");
    }
    if (depth)
        return bf_err_set(e, BF_E_USAGE, "a ( that is not closed");
    return t->n ? true : bf_err_set(e, BF_E_USAGE, "is empty");
}

bool bf_sql_text_init(struct sql_text *t, struct bf_str sql, const char *const *lookups,
                      size_t nlookups, struct bf_err *e)
{
    *t = (struct sql_text){0};
    bf_arena_init(&t->arena, ARENA_MAX);
    t->token = bf_arena_alloc(&t->arena, SQL_TOKENS_MAX * sizeof *t->token);
    if (!t->token)
        return bf_err_nomem(e);
    if (!cut_all(t, sql, e))
        return false;
    bf_sql_scope(t, lookups, nlookups);
    if (!bf_sql_scope_stars(t, e))
        return false;
    return bf_sql_expr_rewrite(t) || bf_err_nomem(e);
}

bool bf_sql_text_expressions(const struct sql_text *t, struct bf_err *e)
{
    static const char *const words[] = {"from",  "where", "group",  "order",     "having", "limit",
                                        "union", "with",  "except", "intersect", "select"};
    if (t->used_below)
        return bf_err_set(e, BF_E_USAGE,
                          "a subquery that reads cdc sees all changes, which needs --sql");
    for (size_t i = 0; i < t->n; i++) {
        if (t->token[i].sub)
            continue;
        if (bf_sql_any(t, i, words, BF_COUNT(words)) && t->token[i].depth == 0 &&
            !(bf_sql_is(t, i, "from") && i && bf_sql_is(t, i - 1, "distinct")))
            return bf_err_set(e, BF_E_USAGE,
                              "%.*s belongs to a whole query, see --sql; a column of that name "
                              "is written in double quotes",
                              (int)t->token[i].text.n, t->token[i].text.p);
        if (bf_sql_aggregate(t, i) || bf_sql_is(t, i, "over"))
            return bf_err_set(e, BF_E_USAGE,
                              "%.*s looks at more than one change, which needs --sql",
                              (int)t->token[i].text.n, t->token[i].text.p);
    }
    return true;
}

void bf_sql_text_free(struct sql_text *t)
{
    bf_arena_free(&t->arena);
}

const struct sql_table *bf_sql_text_table(const struct sql_text *t, struct bf_str called)
{
    struct bf_str first;
    if (!memchr(called.p, '.', called.n) || !bf_str_split(&called, '.', &first))
        return NULL;
    for (size_t i = 0; i < t->ntables; i++)
        if (t->table[i].cdc && bf_str_same(t->table[i].name, first))
            return &t->table[i];
    return bf_sql_table(t, first);
}

/* Does the star at i, in the outermost SELECT, mean all of cdc? */
static bool star_of_cdc(const struct sql_text *t, size_t i)
{
    size_t from = i + 1;
    while (from < t->n && !(t->token[from].depth == 0 && bf_sql_is(t, from, "from")))
        from++;
    if (from == t->n)
        return true; /* a list of results: its FROM is added later */
    const struct sql_table *first =
        bf_sql_name(t, from + 1) ? bf_sql_table(t, t->token[from + 1].ident) : NULL;
    if (!first || !first->cdc)
        return false;
    static const char *const behind[] = {"where", "group", "order", "limit", "having"};
    for (size_t k = from + 2; k < t->n && !bf_sql_any(t, k, behind, BF_COUNT(behind)); k++)
        if (t->token[k].depth == 0 && (bf_sql_is(t, k, "join") || bf_sql_punct(t, k, ',')))
            return false;
    return true;
}

static const char star_text[] = "_row AS \"" BF_SQL_STAR "\"";

/* Appends the chain of names from i to last in SQLite's form. */
static void put_chain(const struct sql_text *t, size_t i, size_t last, struct bf_buf *out)
{
    const struct sql_table *first = bf_sql_table(t, t->token[i].ident);
    struct bf_buf path;
    bf_buf_init(&path, ARENA_MAX);
    if (first) {
        bf_buf_adds(out, t->token[i].text);
        bf_buf_addc(out, '.');
        i += 2;
        if (bf_sql_punct(t, i, '*')) {
            if (first->cdc && t->token[i].depth == 0)
                bf_buf_add(out, star_text, sizeof star_text - 1);
            else
                bf_buf_addc(out, '*');
            return;
        }
    }
    if (first && i == last) {
        bf_buf_adds(out, t->token[i].text);
        return;
    }
    for (size_t k = i; k <= last; k += 2) {
        if (k > i)
            bf_buf_addc(&path, '.');
        bf_buf_adds(&path, t->token[k].ident);
    }
    bf_sqlite_put_name(out, bf_buf_view(&path));
    out->failed |= path.failed;
    out->nomem |= path.nomem;
    bf_buf_free(&path);
}

static bool put_star(const struct sql_text *t, size_t i, struct bf_buf *out, struct bf_err *e)
{
    if (t->token[i].depth) {
        bf_buf_addc(out, '*');
        return true;
    }
    if (!star_of_cdc(t, i))
        return bf_err_set(e, BF_E_USAGE,
                          "* means all of cdc only alone; in a join or above a subquery name the "
                          "columns (c.*, p.brand)");
    bf_buf_add(out, star_text, sizeof star_text - 1);
    return true;
}

bool bf_sql_text_put_part(const struct sql_text *t, size_t from, size_t to, bool star,
                          struct bf_buf *out, struct bf_err *e)
{
    static const char *const before[] = {"select", "distinct", "all"};
    for (size_t i = from; i < to; i++) {
        size_t last = i;
        while (bf_sql_name(t, i) && bf_sql_punct(t, last + 1, '.') &&
               (bf_sql_name(t, last + 2) || bf_sql_punct(t, last + 2, '*')))
            last += 2;
        /* keep SQLite's own tokens together: "<=" must not become "< =" */
        if (i > from && t->token[i].text.p != t->token[i - 1].text.p + t->token[i - 1].text.n)
            bf_buf_addc(out, ' ');
        if (t->token[i].before)
            bf_buf_adds(out, bf_str_of(t->token[i].before));
        if (t->token[i].instead)
            bf_buf_adds(out, bf_str_of(t->token[i].instead));
        else if (last > i)
            put_chain(t, i, last, out);
        else if (star && bf_sql_punct(t, i, '*') &&
                 (!i || bf_sql_any(t, i - 1, before, 3) || bf_sql_punct(t, i - 1, ','))) {
            if (!put_star(t, i, out, e))
                return false;
        } else
            bf_buf_adds(out, t->token[i].text);
        i = last;
        if (t->token[i].after)
            bf_buf_adds(out, bf_str_of(t->token[i].after));
    }
    return bf_buf_check(out, "SQL", e);
}

bool bf_sql_text_put(const struct sql_text *t, bool star, struct bf_buf *out, struct bf_err *e)
{
    return bf_sql_text_put_part(t, 0, t->n, star, out, e);
}

bool bf_sql_text_other_case(const struct sql_text *t, struct bf_str called, struct bf_str *other)
{
    for (size_t i = 0; i < t->n; i++)
        if (bf_sql_name(t, i) &&
            !(i && (bf_sql_is(t, i - 1, "as") || bf_sql_punct(t, i - 1, '.'))) &&
            !bf_sql_punct(t, i + 1, '(') && !bf_sql_punct(t, i + 1, '.') &&
            bf_str_same(t->token[i].ident, called) && !bf_str_eq(t->token[i].ident, called)) {
            *other = t->token[i].ident;
            return true;
        }
    return false;
}

bool bf_sql_text_has(const struct sql_text *t, struct bf_str called)
{
    for (size_t i = 0; i < t->n; i++)
        if (bf_sql_name(t, i) && bf_str_same(t->token[i].ident, called))
            return true;
    return false;
}
