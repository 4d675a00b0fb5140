/* What rows come from: tables, views, subqueries, UNNEST, joins. */
#include <stdio.h>

#include "cmd/bflocal/trino/trino_impl.h"

static bool add(struct sql *s, const char *text)
{
    bf_buf_adds(s->out, bf_str_of(text));
    return true;
}

/* (a, b) after an alias */
bool trino_column_names(struct sql *s)
{
    if (!trino_take(s, "("))
        return true;
    add(s, "(");
    do {
        if (!trino_is_name(s->at))
            return trino_unexpected(s);
        trino_put_name(s, trino_fold(s, s->at->text));
        s->at++;
    } while (trino_take(s, ",") && add(s, ", "));
    return trino_expect(s, ")") && add(s, ")");
}

/* [AS] alias [(a, b)]; `otherwise` without one. */
static bool alias(struct sql *s, struct bf_str otherwise, struct bf_str *out)
{
    bool as = trino_word(s, "AS");
    static const char *const not [] = {"TABLESAMPLE", "WINDOW", "OFFSET", "LIMIT", "FETCH"};
    bool name = trino_is_name(s->at);
    for (size_t i = 0; !as && i < BF_COUNT(not ); i++)
        name = name && !bl_token_word(s->at, not [i]);
    if (as && !name)
        return trino_unexpected(s);
    *out = name ? trino_fold(s, s->at->text) : otherwise;
    s->at += name;
    if (!out->n)
        return true;
    add(s, " AS ");
    trino_put_name(s, *out);
    return !name || trino_column_names(s);
}

static bool is_cte(const struct sql *s, struct bf_str name)
{
    for (size_t i = 0; i < s->nctes; i++)
        if (bf_str_eq(s->ctes[i], name))
            return true;
    return false;
}

/* A view's own query, in brackets. */
static bool view(struct sql *s, struct bf_str text, const char *database)
{
    struct bl_trino *t = s->t;
    struct bl_token *tokens;
    size_t n;
    if (++t->nviews > BL_TRINO_VIEWS)
        return trino_fail(s, "views in views, more than %d", BL_TRINO_VIEWS);
    if (!bl_lex(t->arena, text, &tokens, &n, s->e))
        return false;
    const char *back = t->database;
    struct sql inner = {.t = t, .at = tokens, .out = s->out, .e = s->e, .depth = s->depth};
    t->database = database;
    add(s, "(");
    bool ok = trino_query(&inner) && (inner.at->kind == BL_TOKEN_END || trino_unexpected(&inner));
    t->database = back;
    t->nviews--;
    return ok && add(s, ")");
}

/* db.t, awsdatacatalog.db.t: the last two parts. */
static bool table_name(struct sql *s, struct bf_str part[3], size_t *n)
{
    *n = 0;
    do {
        if (*n == 3 || !trino_is_name(s->at))
            return trino_unexpected(s);
        part[(*n)++] = trino_fold(s, s->at->text);
        s->at++;
    } while (trino_take(s, "."));
    if (*n == 3 && !bf_str_is(part[0], "awsdatacatalog"))
        return trino_fail(s, "Catalog '%.*s' does not exist", (int)part[0].n, part[0].p);
    return true;
}

bool trino_table(struct sql *s)
{
    struct bl_trino *t = s->t;
    struct bf_str part[3], text;
    const char *database;
    size_t n;
    const struct bl_token *first = s->at;
    if (!table_name(s, part, &n))
        return false;
    struct bl_trino_ref r = {.name = part[n - 1], .select = t->current, .may_prune = true};
    r.database = n > 1 ? part[n - 2] : bf_str_of(t->database);
    if (n == 1 && is_cte(s, r.name)) {
        trino_put_name(s, r.name);
        return alias(s, r.name, &r.alias);
    }
    enum bl_trino_kind kind = t->look_up(t->arg, &r, &text, &database, s->e);
    if (kind == BL_TRINO_NONE) {
        s->at = first;
        if (s->e->code != BF_OK)
            return false;
        return bf_err_set(
            s->e, BF_E_NOTFOUND,
            "TABLE_NOT_FOUND: line %u:%u: Table 'awsdatacatalog.%.*s.%.*s' does not exist",
            first->line, first->column, (int)r.database.n, r.database.p, (int)r.name.n, r.name.p);
    }
    if (kind == BL_TRINO_FAILED || (kind == BL_TRINO_VIEW && !view(s, text, database)))
        return false;
    if (kind == BL_TRINO_VIEW)
        return alias(s, r.name, &r.alias);
    if (t->nrefs == BL_TRINO_TABLES)
        return trino_fail(s, "a query over more than %d tables", BL_TRINO_TABLES);
    size_t i = t->nrefs++;
    t->refs[i] = r;
    bf_buf_addf(s->out, "\x01%zu\x01", i);
    return alias(s, r.name, &t->refs[i].alias);
}

/* Names after UNNEST's alias: AS t(a, b). */
static bool unnest_names(struct sql *s, struct bf_str *name, struct bf_str *columns, size_t *n)
{
    *n = 0;
    *name = BF_STR("athena_unnest");
    bool as = trino_word(s, "AS");
    if (!trino_is_name(s->at) || bl_token_word(s->at, "LIMIT") || bl_token_word(s->at, "OFFSET"))
        return as ? trino_unexpected(s) : true;
    *name = trino_fold(s, s->at->text);
    s->at++;
    if (!trino_take(s, "("))
        return true;
    do {
        if (*n == TRINO_NAMES || !trino_is_name(s->at))
            return trino_unexpected(s);
        columns[(*n)++] = trino_fold(s, s->at->text);
        s->at++;
    } while (trino_take(s, ","));
    return trino_expect(s, ")");
}

/* The columns that one argument makes: an array one, a map two, an array of rows one a field. */
static bool unnest_columns(struct sql *s, size_t i, const struct bl_duck_found *f,
                           const struct bf_str *columns, size_t n, size_t *at)
{
    struct bf_str rest = bf_str_of(f->fields), field;
    size_t count = 1;
    if (f->id == DUCKDB_MAP)
        rest = BF_STR("key\nvalue\n");
    else if (f->child != DUCKDB_STRUCT)
        rest = BF_STR("\n");
    for (size_t k = 0; rest.n && bf_str_split(&rest, '\n', &field) && rest.p; k++, (*at)++) {
        struct bf_str name = *at < n   ? columns[*at]
                             : field.n ? field
                                       : trino_print(s, "_col%zu", *at);
        if (*at)
            add(s, ", ");
        if (f->id == DUCKDB_MAP || f->child == DUCKDB_STRUCT)
            bf_buf_addf(s->out, "struct_extract_at(e%zu, %zu) AS ", i, k + 1);
        else
            bf_buf_addf(s->out, "e%zu AS ", i);
        trino_put_name(s, name);
        count++;
    }
    return true;
}

static bool put_unnest(struct sql *s, const struct trino_call *c, bool ordinality,
                       const struct bf_str *columns, size_t n)
{
    const struct bl_duck_found *f[TRINO_ARGS];
    size_t at = 0;
    bool all = true;
    for (size_t i = 0; i < c->n; i++) {
        f[i] = trino_probe(s, c->arg[i].text);
        all = all && f[i];
        if (f[i] && f[i]->id != DUCKDB_LIST && f[i]->id != DUCKDB_MAP)
            return trino_fail(s, "TYPE_MISMATCH: Cannot unnest type: %s", f[i]->text);
    }
    add(s, "(SELECT ");
    for (size_t i = 0; !all && i < c->n; i++) {
        add(s, i ? ", " : "");
        trino_put_probe(s, c->arg[i].text);
    }
    if (!all)
        return add(s, ")") && s->e->code == BF_OK;
    for (size_t i = 0; i < c->n; i++)
        if (!unnest_columns(s, i, f[i], columns, n, &at))
            return false;
    if (ordinality) {
        add(s, ", o AS ");
        trino_put_name(s, at < n ? columns[at] : BF_STR("ordinality"));
    }
    add(s, " FROM (SELECT ");
    for (size_t i = 0; i < c->n; i++) {
        add(s, i ? ", " : "");
        add(s, f[i]->id == DUCKDB_MAP ? "unnest(map_entries(" : "unnest((");
        bf_buf_adds(s->out, c->arg[i].text);
        bf_buf_addf(s->out, ")) AS e%zu", i);
    }
    if (ordinality) {
        add(s, ", unnest(generate_series(1, greatest(0");
        for (size_t i = 0; i < c->n; i++) {
            add(s, f[i]->id == DUCKDB_MAP ? ", cardinality(" : ", len(");
            bf_buf_adds(s->out, c->arg[i].text);
            add(s, ")");
        }
        add(s, "))) AS o");
    }
    return add(s, "))");
}

/* UNNEST(a, b) [WITH ORDINALITY] AS t(x, y, n) */
static bool unnest(struct sql *s, bool first)
{
    struct trino_call c = {.n = 0};
    struct bf_str name, columns[TRINO_NAMES];
    size_t n;
    if (!trino_expect(s, "("))
        return false;
    do {
        size_t from = s->out->n;
        if (c.n == TRINO_ARGS || !trino_expr(s))
            return false;
        c.arg[c.n++].text = trino_cut(s, from);
    } while (trino_take(s, ","));
    if (!trino_expect(s, ")"))
        return false;
    bool ordinality = trino_word(s, "WITH");
    if ((ordinality && !trino_expect_word(s, "ORDINALITY")) || !unnest_names(s, &name, columns, &n))
        return false;
    add(s, first ? "" : "LATERAL ");
    if (!put_unnest(s, &c, ordinality, columns, n))
        return false;
    add(s, " AS ");
    trino_put_name(s, name);
    return true;
}

static bool relation(struct sql *s, bool first);

static bool joined(struct sql *s);

/* (SELECT ...) AS x, (a JOIN b) */
static bool in_brackets(struct sql *s)
{
    struct bf_str name;
    add(s, "(");
    bool query = bl_token_word(s->at, "SELECT") || bl_token_word(s->at, "WITH") ||
                 bl_token_word(s->at, "VALUES") || bl_token_word(s->at, "TABLE");
    for (const struct bl_token *t = s->at; !query && bl_token_is(t, "("); t++)
        query = bl_token_word(t + 1, "SELECT");
    if (!(query ? trino_query(s) : joined(s)) || !trino_expect(s, ")"))
        return false;
    return add(s, ")") && alias(s, bf_str(NULL, 0), &name);
}

static bool relation(struct sql *s, bool first)
{
    if (!trino_deeper(s))
        return false;
    bool ok;
    if (bl_token_word(s->at, "UNNEST")) {
        s->at++;
        ok = unnest(s, first);
    } else {
        if (trino_word(s, "LATERAL"))
            add(s, "LATERAL ");
        ok = trino_take(s, "(") ? in_brackets(s) : trino_table(s);
    }
    s->depth--;
    return ok;
}

/* The word of a join as DuckDB has it; NULL: no join follows. */
static const char *join_word(struct sql *s)
{
    if (trino_word(s, "CROSS"))
        return trino_expect_word(s, "JOIN") ? " CROSS JOIN " : NULL;
    static const char *const sides[] = {"LEFT", "RIGHT", "FULL"};
    static const char *const to[] = {" LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN "};
    for (size_t i = 0; i < BF_COUNT(sides); i++)
        if (trino_word(s, sides[i])) {
            (void)trino_word(s, "OUTER");
            return trino_expect_word(s, "JOIN") ? to[i] : NULL;
        }
    if (trino_word(s, "INNER"))
        return trino_expect_word(s, "JOIN") ? " JOIN " : NULL;
    if (trino_word(s, "JOIN"))
        return " JOIN ";
    if (bl_token_word(s->at, "NATURAL"))
        trino_fail(s, "bflocal has no NATURAL JOIN");
    return NULL;
}

/* Where rows of one side may be missing, conditions of WHERE say nothing of the rows to read. */
static void note_join(struct bl_trino *t, const char *word, size_t begin, size_t middle)
{
    bool left = word[1] == 'R' || word[1] == 'F', right = word[1] == 'L' || word[1] == 'F';
    for (size_t i = begin; i < t->nrefs; i++)
        if (i < middle ? left : right)
            t->refs[i].may_prune = false;
}

static bool joined(struct sql *s)
{
    const char *word;
    size_t begin = s->t->nrefs;
    if (!relation(s, true))
        return false;
    while ((word = join_word(s)) != NULL) {
        size_t middle = s->t->nrefs;
        add(s, word);
        if (!relation(s, false))
            return false;
        note_join(s->t, word, begin, middle);
        if (word[1] == 'C')
            continue;
        if (trino_word(s, "USING")) {
            add(s, " USING ");
            if (!trino_column_names(s))
                return false;
        } else {
            add(s, " ON ");
            if (!trino_expect_word(s, "ON") || !trino_expr(s))
                return false;
        }
    }
    return s->e->code == BF_OK;
}

bool trino_from(struct sql *s)
{
    struct bl_trino *t = s->t;
    size_t begin = t->nrefs, relations = 0;
    add(s, " FROM ");
    do {
        if (relations++)
            add(s, ", ");
        if (bl_token_word(s->at, "UNNEST") && relations > 1) {
            s->at++;
            if (!unnest(s, false))
                return false;
        } else if (!joined(s))
            return false;
    } while (trino_take(s, ","));
    size_t own = 0;
    for (size_t i = begin; i < t->nrefs; i++)
        own += t->refs[i].select == t->current;
    for (size_t i = begin; i < t->nrefs; i++)
        if (t->refs[i].select == t->current)
            t->refs[i].only = own == 1 && relations == 1;
    return true;
}
