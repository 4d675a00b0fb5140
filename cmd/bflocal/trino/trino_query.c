/* Queries: WITH, SELECT, set operations, what comes from where. */
#include <stdio.h>

#include "cmd/bflocal/trino/trino_impl.h"

static bool add(struct sql *s, const char *text)
{
    bf_buf_adds(s->out, bf_str_of(text));
    return true;
}

static bool sort_item(struct sql *s)
{
    if (!trino_expr(s))
        return false;
    if (trino_word(s, "DESC"))
        add(s, " DESC");
    else if (trino_word(s, "ASC"))
        add(s, " ASC");
    if (!trino_word(s, "NULLS"))
        return true;
    if (trino_word(s, "FIRST"))
        return add(s, " NULLS FIRST");
    return trino_expect_word(s, "LAST") && add(s, " NULLS LAST");
}

bool trino_order(struct sql *s)
{
    do {
        if (!sort_item(s))
            return false;
    } while (trino_take(s, ",") && add(s, ", "));
    return true;
}

/* UNBOUNDED PRECEDING, CURRENT ROW, 3 FOLLOWING */
static bool bound(struct sql *s)
{
    if (trino_word(s, "UNBOUNDED"))
        add(s, "UNBOUNDED");
    else if (trino_word(s, "CURRENT"))
        return trino_expect_word(s, "ROW") && add(s, "CURRENT ROW");
    else if (!trino_additive(s))
        return false;
    if (trino_word(s, "PRECEDING"))
        return add(s, " PRECEDING");
    return trino_expect_word(s, "FOLLOWING") && add(s, " FOLLOWING");
}

static bool frame(struct sql *s)
{
    static const char *const kinds[] = {"ROWS", "RANGE", "GROUPS"};
    for (size_t i = 0; i < BF_COUNT(kinds); i++) {
        if (!trino_word(s, kinds[i]))
            continue;
        bf_buf_addf(s->out, " %s ", kinds[i]);
        if (!trino_word(s, "BETWEEN"))
            return bound(s);
        add(s, "BETWEEN ");
        return bound(s) && trino_expect_word(s, "AND") && add(s, " AND ") && bound(s);
    }
    return true;
}

bool trino_window(struct sql *s)
{
    if (!bl_token_is(s->at, "(")) {
        if (!trino_is_name(s->at))
            return trino_unexpected(s);
        trino_put_name(s, trino_fold(s, s->at->text));
        s->at++;
        return true;
    }
    s->at++;
    add(s, "(");
    if (trino_word(s, "PARTITION")) {
        add(s, "PARTITION BY ");
        if (!trino_expect_word(s, "BY"))
            return false;
        do {
            if (!trino_expr(s))
                return false;
        } while (trino_take(s, ",") && add(s, ", "));
    }
    if (trino_word(s, "ORDER")) {
        add(s, " ORDER BY ");
        if (!trino_expect_word(s, "BY") || !trino_order(s))
            return false;
    }
    return frame(s) && trino_expect(s, ")") && add(s, ")");
}

struct conditions {
    size_t select;
    size_t n; /* of names when the condition began */
};

/* A condition of WHERE that all rows must satisfy: kept with the tables that it may choose partitions of. */
static void note_condition(struct sql *s, size_t begin, void *arg)
{
    struct conditions *w = arg;
    struct bl_trino *t = s->t;
    struct bf_str names = {NULL, 0}, text = {NULL, 0};
    bool ok = !s->complex && s->names->n > 0 &&
              bf_arena_copy(t->arena, bf_buf_view(s->names), &names) &&
              bf_arena_copy(t->arena, bf_str(s->out->p + begin, s->out->n - begin), &text);
    for (size_t i = 0; ok && i < t->nrefs; i++) {
        struct bl_trino_ref *r = &t->refs[i];
        if (r->select != w->select || r->nwhere == BL_TRINO_CONDITIONS)
            continue;
        r->where[r->nwhere].text = text;
        r->where[r->nwhere++].names = names;
    }
    bf_buf_reset(s->names);
    s->complex = false;
}

static bool where(struct sql *s, size_t select)
{
    struct bf_buf names;
    struct conditions w = {.select = select};
    size_t before[BL_TRINO_TABLES];
    bf_buf_init(&names, 1024 * 1024);
    struct bf_buf *outer = s->names;
    bool complex = s->complex;
    s->names = &names;
    s->complex = false;
    for (size_t i = 0; i < s->t->nrefs; i++)
        before[i] = s->t->refs[i].nwhere;
    size_t n = s->t->nrefs;
    add(s, " WHERE ");
    bool ok = trino_and(s, note_condition, &w);
    if (ok && bl_token_word(s->at, "OR")) { /* then they were no conditions of all rows */
        for (size_t i = 0; i < n; i++)
            s->t->refs[i].nwhere = before[i];
        while (ok && trino_word(s, "OR"))
            ok = add(s, " OR ") && trino_and(s, NULL, NULL);
    }
    s->names = outer;
    s->complex = complex;
    bf_buf_free(&names);
    return ok;
}

/* The item is a column alone, which has a name. */
static bool is_plain(const struct bl_token *first, const struct bl_token *end)
{
    for (; first < end; first++)
        if (first->kind != BL_TOKEN_QUOTED && !bl_token_is(first, ".") &&
            (first->kind != BL_TOKEN_WORD || bl_token_is(first + 1, "(") || !trino_is_name(first)))
            return false;
    return true;
}

static bool select_item(struct sql *s)
{
    const struct bl_token *first = s->at;
    const char *hidden = s->t->path ? " EXCLUDE (\"$path\")" : "";
    if (trino_take(s, "*"))
        return add(s, "*") && add(s, hidden);
    if (trino_is_name(s->at) && bl_token_is(s->at + 1, ".") && bl_token_is(s->at + 2, "*")) {
        trino_put_name(s, trino_fold(s, s->at->text));
        s->at += 3;
        return add(s, ".*") && add(s, hidden);
    }
    if (!trino_expr(s))
        return false;
    bool plain = is_plain(first, s->at), as = trino_word(s, "AS");
    bool name = trino_is_name(s->at) || (as && s->at->kind == BL_TOKEN_WORD);
    if (as && !name)
        return trino_unexpected(s);
    if (!name && plain)
        return true;
    add(s, " AS ");
    trino_put_name(s, name ? s->at->text : BF_STR("_col?"));
    s->at += name;
    return true;
}

/* a, ROLLUP (a, b), GROUPING SETS ((a), ()) */
static bool grouping_item(struct sql *s)
{
    static const char *const words[] = {"ROLLUP", "CUBE"};
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (bl_token_word(s->at, words[i]) && bl_token_is(s->at + 1, "(")) {
            s->at += 2;
            bf_buf_addf(s->out, "%s (", words[i]);
            return trino_list(s, ")") && add(s, ")");
        }
    if (bl_token_word(s->at, "GROUPING") && bl_token_word(s->at + 1, "SETS")) {
        s->at += 2;
        if (!trino_expect(s, "("))
            return false;
        add(s, "GROUPING SETS (");
        do {
            if (!trino_expect(s, "("))
                return false;
            add(s, "(");
            if (!trino_list(s, ")"))
                return false;
            add(s, ")");
        } while (trino_take(s, ",") && add(s, ", "));
        return trino_expect(s, ")") && add(s, ")");
    }
    return trino_expr(s);
}

static bool group_by(struct sql *s)
{
    add(s, " GROUP BY ");
    do {
        if (!grouping_item(s))
            return false;
    } while (trino_take(s, ",") && add(s, ", "));
    return true;
}

static bool windows(struct sql *s)
{
    add(s, " WINDOW ");
    do {
        if (!trino_is_name(s->at))
            return trino_unexpected(s);
        trino_put_name(s, trino_fold(s, s->at->text));
        s->at++;
        add(s, " AS ");
        if (!trino_expect_word(s, "AS") || !trino_window(s))
            return false;
    } while (trino_take(s, ",") && add(s, ", "));
    return true;
}

static bool clauses(struct sql *s, size_t number)
{
    add(s, "SELECT ");
    if (trino_word(s, "DISTINCT"))
        add(s, "DISTINCT ");
    else
        (void)trino_word(s, "ALL");
    do {
        if (!select_item(s))
            return false;
    } while (trino_take(s, ",") && add(s, ", "));
    if (trino_word(s, "FROM") && !trino_from(s))
        return false;
    if (trino_word(s, "WHERE") && !where(s, number))
        return false;
    if (trino_word(s, "GROUP") && (!trino_expect_word(s, "BY") || !group_by(s)))
        return false;
    if (trino_word(s, "HAVING") && (!add(s, " HAVING ") || !trino_expr(s)))
        return false;
    return !trino_word(s, "WINDOW") || windows(s);
}

static bool select(struct sql *s)
{
    size_t outer = s->t->current, number = ++s->t->nselects;
    s->t->current = number;
    bool ok = clauses(s, number);
    s->t->current = outer;
    return ok;
}

static bool values(struct sql *s)
{
    add(s, "VALUES ");
    do {
        add(s, "(");
        if (bl_token_word(s->at, "ROW") && bl_token_is(s->at + 1, "("))
            s->at++;
        if (trino_take(s, "(")) {
            if (!trino_list(s, ")"))
                return false;
        } else if (!trino_expr(s))
            return false;
        add(s, ")");
    } while (trino_take(s, ",") && add(s, ", "));
    return true;
}

static bool term(struct sql *s)
{
    if (trino_take(s, "("))
        return add(s, "(") && trino_query(s) && trino_expect(s, ")") && add(s, ")");
    if (trino_word(s, "VALUES"))
        return values(s);
    if (trino_word(s, "TABLE"))
        return add(s, "SELECT * FROM ") && trino_table(s);
    return trino_expect_word(s, "SELECT") && select(s);
}

static bool set_word(struct sql *s, const char **word)
{
    static const char *const words[] = {"UNION", "INTERSECT", "EXCEPT"};
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (trino_word(s, words[i])) {
            *word = words[i];
            return true;
        }
    return false;
}

static bool limits(struct sql *s)
{
    if (trino_word(s, "OFFSET")) {
        add(s, " OFFSET ");
        if (!trino_primary(s))
            return false;
        if (!trino_word(s, "ROWS"))
            (void)trino_word(s, "ROW");
    }
    if (trino_word(s, "LIMIT")) {
        if (trino_word(s, "ALL"))
            return true;
        add(s, " LIMIT ");
        return trino_primary(s);
    }
    if (!trino_word(s, "FETCH"))
        return true;
    if (!trino_word(s, "FIRST") && !trino_expect_word(s, "NEXT"))
        return false;
    add(s, " LIMIT ");
    if (bl_token_word(s->at, "ROW") || bl_token_word(s->at, "ROWS"))
        add(s, "1");
    else if (!trino_primary(s))
        return false;
    return (trino_word(s, "ROWS") || trino_expect_word(s, "ROW")) && trino_expect_word(s, "ONLY");
}

static bool with(struct sql *s)
{
    bool recursive = trino_word(s, "RECURSIVE");
    add(s, recursive ? "WITH RECURSIVE " : "WITH ");
    do {
        if (!trino_is_name(s->at) || s->nctes == TRINO_NAMES)
            return trino_unexpected(s);
        struct bf_str name = trino_fold(s, s->at->text);
        s->at++;
        trino_put_name(s, name);
        if (recursive)
            s->ctes[s->nctes++] = name;
        if (!trino_column_names(s) || !trino_expect_word(s, "AS") || !trino_expect(s, "("))
            return false;
        add(s, " AS (");
        if (!trino_query(s) || !trino_expect(s, ")"))
            return false;
        add(s, ")");
        if (!recursive)
            s->ctes[s->nctes++] = name;
    } while (trino_take(s, ",") && add(s, ", "));
    return add(s, " ");
}

bool trino_query(struct sql *s)
{
    const char *word;
    struct bf_buf *names = s->names;
    size_t ctes = s->nctes;
    s->names = NULL;
    if (!trino_deeper(s) || (trino_word(s, "WITH") && !with(s)) || !term(s))
        return false;
    while (set_word(s, &word)) {
        bf_buf_addf(s->out, " %s %s", word, trino_word(s, "ALL") ? "ALL " : "");
        (void)trino_word(s, "DISTINCT");
        if (!term(s))
            return false;
    }
    if (trino_word(s, "ORDER")) {
        add(s, " ORDER BY ");
        if (!trino_expect_word(s, "BY") || !trino_order(s))
            return false;
    }
    if (!limits(s))
        return false;
    s->names = names;
    s->nctes = ctes;
    s->depth--;
    s->interval = false;
    return true;
}
