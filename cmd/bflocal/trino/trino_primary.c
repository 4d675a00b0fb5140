/* Operands: literals, columns, calls, parentheses, and expressions that begin with a keyword. */
#include <stdio.h>
#include <strings.h>

#include "cmd/bflocal/trino/trino_impl.h"

static bool lit(struct sql *s, const char *text)
{
    bf_buf_adds(s->out, bf_str_of(text));
    return true;
}

/* Reads a.b.c: a column, with an optional table before it and fields of a row after it. */
static bool column(struct sql *s)
{
    bool first = true;
    do {
        const struct bl_token *t = s->at;
        if (!trino_is_name(t))
            return trino_unexpected(s);
        struct bf_str name = trino_fold(s, t->text);
        if (!first)
            lit(s, ".");
        trino_put_name(s, name);
        if (s->names) {
            if (!first)
                bf_buf_addc(s->names, '.');
            bf_buf_adds(s->names, name);
        }
        first = false;
        s->at++;
    } while (trino_take(s, "."));
    if (s->names)
        bf_buf_addc(s->names, '\n');
    return true;
}

/* Reads CASE [x] WHEN a THEN b ... ELSE c END. */
static bool case_of(struct sql *s)
{
    lit(s, "CASE ");
    if (!bl_token_word(s->at, "WHEN") && !trino_expr(s))
        return false;
    while (trino_word(s, "WHEN")) {
        lit(s, " WHEN ");
        if (!trino_expr(s) || !trino_expect_word(s, "THEN"))
            return false;
        lit(s, " THEN ");
        if (!trino_expr(s))
            return false;
    }
    if (trino_word(s, "ELSE")) {
        lit(s, " ELSE ");
        if (!trino_expr(s))
            return false;
    }
    return trino_expect_word(s, "END") && lit(s, " END");
}

/* Reads INTERVAL '7' DAY. */
static bool interval(struct sql *s)
{
    static const char *const units[] = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};
    bool minus = trino_take(s, "-");
    const struct bl_token *n = s->at++;
    if (n->kind != BL_TOKEN_STRING)
        return trino_unexpected(s);
    for (size_t i = 0; i < BF_COUNT(units); i++)
        if (trino_word(s, units[i])) {
            if (bl_token_word(s->at, "TO"))
                return trino_fail(s, "bflocal has no INTERVAL ... TO ...");
            lit(s, minus ? "(-INTERVAL " : "(INTERVAL ");
            trino_put_string(s->out, n->text);
            bf_buf_addf(s->out, " %s)", units[i]);
            s->interval = true;
            return true;
        }
    return trino_unexpected(s);
}

/* Reads DATE '2026-11-27' and the like; *done: it was one. */
static bool typed(struct sql *s, bool *done)
{
    static const char *const types[] = {"DATE",    "TIMESTAMP", "TIME",    "DECIMAL",  "DOUBLE",
                                        "REAL",    "BIGINT",    "INTEGER", "SMALLINT", "TINYINT",
                                        "VARCHAR", "JSON",      "BOOLEAN", "UUID",     "X"};
    struct bf_str text = s->at[1].text;
    size_t i = 0;
    while (i < BF_COUNT(types) && !bl_token_word(s->at, types[i]))
        i++;
    *done = s->at[1].kind == BL_TOKEN_STRING && i < BF_COUNT(types);
    if (!*done)
        return true;
    s->at += 2;
    if (i == 1 && text.n > 10 && text.p[10] == 'T')
        return trino_fail(s, "INVALID_LITERAL: '%.*s' is not a valid TIMESTAMP literal",
                          (int)(text.n > 60 ? 60 : text.n), text.p);
    if (i == BF_COUNT(types) - 1)
        lit(s, "unhex(");
    else if (i == 1 && text.n && strchr("ZzCc", text.p[text.n - 1]))
        lit(s, "TIMESTAMPTZ ");
    else if (i == 3) { /* with as many digits as the literal has */
        size_t at = s->out->n;
        bf_buf_adds(s->out, text);
        for (size_t k = at; k < s->out->n; k++)
            if (!strchr("0123456789.+-", s->out->p[k]))
                return trino_fail(s, "Invalid decimal literal");
        return true;
    } else
        bf_buf_addf(s->out, "%s ", i == 5 ? "FLOAT" : types[i]);
    trino_put_string(s->out, text);
    if (i == BF_COUNT(types) - 1)
        lit(s, ")");
    return true;
}

static bool extract(struct sql *s)
{
    const struct bl_token *field = s->at + 1;
    if (!trino_expect(s, "("))
        return false;
    s->at++;
    struct bf_str name = trino_fold(s, field->text);
    if (!trino_expect_word(s, "FROM"))
        return false;
    size_t from = s->out->n;
    if (!trino_expr(s) || !trino_expect(s, ")"))
        return false;
    struct trino_call c = {.name = name, .n = 1};
    c.arg[0].text = trino_cut(s, from);
    for (const struct bl_trino_function *f = bl_trino_functions; f->name; f++)
        if (bf_str_eq(name, bf_str_of(f->name)) && f->to) {
            if (strncmp(f->to, "!field ", 7) == 0)
                return trino_handle(s, &c, f->to + 1);
            if (strncmp(f->to, "!time ", 6) == 0)
                return trino_time_field(s, &c, f->to + 6);
        }
    s->at = field;
    return trino_fail(s, "bflocal has no extract(%.*s FROM ...)", (int)name.n, name.p);
}

static bool position(struct sql *s)
{
    size_t from = s->out->n;
    if (!trino_expect(s, "(") || !trino_additive(s))
        return false;
    struct bf_str part = trino_cut(s, from);
    if (!trino_expect_word(s, "IN") || !trino_additive(s) || !trino_expect(s, ")"))
        return false;
    struct bf_str whole = trino_cut(s, from);
    lit(s, "strpos(");
    bf_buf_adds(s->out, whole);
    lit(s, ", ");
    bf_buf_adds(s->out, part);
    return lit(s, ")");
}

/* Reads TRIM([LEADING | TRAILING | BOTH] [characters] FROM x). */
static bool trim(struct sql *s)
{
    const char *name = "trim";
    size_t from = s->out->n;
    struct bf_str set = {NULL, 0};
    if (!trino_expect(s, "("))
        return false;
    if (trino_word(s, "LEADING"))
        name = "ltrim";
    else if (trino_word(s, "TRAILING"))
        name = "rtrim";
    else
        (void)trino_word(s, "BOTH");
    if (!bl_token_word(s->at, "FROM")) {
        if (!trino_expr(s))
            return false;
        set = trino_cut(s, from);
    }
    if (trino_word(s, "FROM")) {
        bf_buf_addf(s->out, "%s(", name);
        if (!trino_expr(s))
            return false;
        lit(s, ", ");
        bf_buf_adds(s->out, set.n ? set : BF_STR(BL_TRINO_SPACES));
    } else {
        bf_buf_addf(s->out, "%s(", name);
        bf_buf_adds(s->out, set);
        lit(s, ", " BL_TRINO_SPACES);
    }
    return trino_expect(s, ")") && lit(s, ")");
}

static bool exists(struct sql *s)
{
    s->complex = true;
    lit(s, "EXISTS (");
    return trino_expect(s, "(") && trino_query(s) && trino_expect(s, ")") && lit(s, ")");
}

/* Reads (SELECT ...), (a) or (a, b). */
static bool brackets(struct sql *s)
{
    if (bl_token_word(s->at, "SELECT") || bl_token_word(s->at, "WITH") ||
        bl_token_word(s->at, "VALUES")) {
        s->complex = true;
        return lit(s, "(") && trino_query(s) && trino_expect(s, ")") && lit(s, ")");
    }
    size_t from = s->out->n;
    if (!trino_expr(s))
        return false;
    if (trino_take(s, ")")) {
        struct bf_str x = trino_cut(s, from);
        lit(s, "(");
        bf_buf_adds(s->out, x);
        return lit(s, ")");
    }
    struct bf_str first = trino_cut(s, from);
    lit(s, "row(");
    bf_buf_adds(s->out, first);
    lit(s, ", ");
    return trino_expect(s, ",") && trino_list(s, ")") && lit(s, ")");
}

/* Writes the literal of a parameter. */
static bool parameter(struct sql *s)
{
    struct bl_trino *t = s->t;
    struct bl_token *tokens;
    size_t n;
    if (t->used == t->nparameters)
        return trino_fail(s, "Incorrect number of parameters: expected more than %zu",
                          t->nparameters);
    if (!bl_lex(t->arena, t->parameters[t->used++], &tokens, &n, s->e))
        return false;
    const struct bl_token *back = s->at;
    s->at = tokens;
    bool ok = trino_expr(s) && (s->at->kind == BL_TOKEN_END || trino_unexpected(s));
    s->at = back;
    return ok;
}

static bool constant(struct sql *s, bool *done)
{
    static const struct {
        const char *word, *to;
    } words[] = {
        {"TRUE", "TRUE"},
        {"FALSE", "FALSE"},
        {"NULL", "NULL"},
        {"CURRENT_DATE", "CAST(now() AS DATE)"},
        {"CURRENT_TIMESTAMP", "now()"},
        {"LOCALTIMESTAMP", "CAST(now() AS TIMESTAMP)"},
        {"CURRENT_USER", "'bflocal'"},
    };
    *done = true;
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (trino_word(s, words[i].word))
            return lit(s, words[i].to);
    *done = false;
    return true;
}

static bool keyword(struct sql *s, bool *done)
{
    static const struct {
        const char *word;
        bool (*read)(struct sql *s);
        bool bracket; /* only before a parenthesis */
    } words[] = {{"CASE", case_of, false},   {"INTERVAL", interval, false},
                 {"EXTRACT", extract, true}, {"POSITION", position, true},
                 {"TRIM", trim, true},       {"EXISTS", exists, true}};
    *done = true;
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (bl_token_word(s->at, words[i].word) &&
            (!words[i].bracket || bl_token_is(s->at + 1, "("))) {
            s->at++;
            return words[i].read(s);
        }
    if (bl_token_word(s->at, "CAST") || bl_token_word(s->at, "TRY_CAST")) {
        bool try = s->at->text.n > 4;
        s->at++;
        return trino_cast(s, try);
    }
    if (bl_token_word(s->at, "ARRAY") && bl_token_is(s->at + 1, "[")) {
        s->at += 2;
        return lit(s, "[") && trino_list(s, "]") && lit(s, "]");
    }
    if (bl_token_word(s->at, "ROW") && bl_token_is(s->at + 1, "(")) {
        s->at += 2;
        return lit(s, "row(") && trino_list(s, ")") && lit(s, ")");
    }
    return constant(s, done);
}

/* Reads an expression that begins with an unreserved word. */
static bool word(struct sql *s)
{
    bool done;
    if (!typed(s, &done) || done)
        return done && s->e->code == BF_OK;
    if (!keyword(s, &done) || done)
        return done && s->e->code == BF_OK;
    if (bl_token_is(s->at + 1, "(")) {
        struct bf_str name = trino_fold(s, s->at->text);
        return trino_call(s, name);
    }
    return column(s);
}

bool trino_primary(struct sql *s)
{
    const struct bl_token *t = s->at;
    s->interval = false;
    switch (t->kind) {
    case BL_TOKEN_STRING:
        s->at++;
        trino_put_string(s->out, t->text);
        return true;
    case BL_TOKEN_NUMBER:
        s->at++;
        bf_buf_adds(s->out, t->text);
        return true;
    case BL_TOKEN_QUOTED:
        return column(s);
    case BL_TOKEN_WORD:
        return word(s);
    default:
        break;
    }
    if (trino_take(s, "?"))
        return parameter(s);
    if (trino_take(s, "("))
        return brackets(s);
    return trino_unexpected(s);
}
