#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "cmd/bflocal/trino/trino_impl.h"

enum { DEPTH = 200 };

bool trino_fail(struct sql *s, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    if (s->e->code != BF_OK)
        return false;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    static const char mismatch[] = "TYPE_MISMATCH: ";
    bool type = strncmp(text, mismatch, sizeof mismatch - 1) == 0;
    return bf_err_set(s->e, BF_E_INPUT, "%s: line %u:%u: %s",
                      type ? "TYPE_MISMATCH" : "SYNTAX_ERROR", s->at->line, s->at->column,
                      type ? text + sizeof mismatch - 1 : text);
}

bool trino_unexpected(struct sql *s)
{
    if (s->e->code == BF_OK)
        s->t->malformed = true;
    if (s->at->kind == BL_TOKEN_END)
        return trino_fail(s, "mismatched input '<EOF>'");
    return trino_fail(s, "mismatched input '%.*s'", (int)(s->at->raw.n > 60 ? 60 : s->at->raw.n),
                      s->at->raw.p);
}

bool trino_deeper(struct sql *s)
{
    return ++s->depth <= DEPTH || trino_fail(s, "nested deeper than %d", DEPTH);
}

bool trino_word(struct sql *s, const char *keyword)
{
    if (!bl_token_word(s->at, keyword))
        return false;
    s->at++;
    return true;
}

bool trino_take(struct sql *s, const char *op)
{
    if (!bl_token_is(s->at, op))
        return false;
    s->at++;
    return true;
}

bool trino_expect(struct sql *s, const char *op)
{
    return trino_take(s, op) || trino_unexpected(s);
}

bool trino_expect_word(struct sql *s, const char *keyword)
{
    return trino_word(s, keyword) || trino_unexpected(s);
}

/* Trino's reserved words (its reference, "Reserved keywords"). */
static const char *const reserved[] = {"ALTER",        "AND",
                                       "AS",           "BETWEEN",
                                       "BY",           "CASE",
                                       "CAST",         "CONSTRAINT",
                                       "CREATE",       "CROSS",
                                       "CUBE",         "CURRENT_DATE",
                                       "CURRENT_TIME", "CURRENT_TIMESTAMP",
                                       "CURRENT_USER", "DEALLOCATE",
                                       "DELETE",       "DESCRIBE",
                                       "DISTINCT",     "DROP",
                                       "ELSE",         "END",
                                       "ESCAPE",       "EXCEPT",
                                       "EXECUTE",      "EXISTS",
                                       "EXTRACT",      "FALSE",
                                       "FOR",          "FROM",
                                       "FULL",         "GROUP",
                                       "GROUPING",     "HAVING",
                                       "IN",           "INNER",
                                       "INSERT",       "INTERSECT",
                                       "INTO",         "IS",
                                       "JOIN",         "LEFT",
                                       "LIKE",         "LISTAGG",
                                       "LOCALTIME",    "LOCALTIMESTAMP",
                                       "NATURAL",      "NORMALIZE",
                                       "NOT",          "NULL",
                                       "ON",           "OR",
                                       "ORDER",        "OUTER",
                                       "PREPARE",      "RECURSIVE",
                                       "RIGHT",        "ROLLUP",
                                       "SELECT",       "SKIP",
                                       "TABLE",        "THEN",
                                       "TRIM",         "TRUE",
                                       "UESCAPE",      "UNION",
                                       "UNNEST",       "USING",
                                       "VALUES",       "WHEN",
                                       "WHERE",        "WITH"};

bool trino_is_name(const struct bl_token *t)
{
    if (t->kind == BL_TOKEN_QUOTED)
        return t->quote == '"';
    if (t->kind != BL_TOKEN_WORD)
        return false;
    for (size_t i = 0; i < BF_COUNT(reserved); i++)
        if (bl_token_word(t, reserved[i]))
            return false;
    return true;
}

struct bf_str trino_cut(struct sql *s, size_t from)
{
    struct bf_str copy = {NULL, 0};
    if (!bf_buf_ok(s->out) ||
        !bf_arena_copy(s->t->arena, bf_str(s->out->p + from, s->out->n - from), &copy)) {
        if (s->e->code == BF_OK)
            bf_err_set(s->e, BF_E_LIMIT, "the statement is too large");
        return BF_STR("");
    }
    s->out->n = from;
    return copy;
}

struct bf_str trino_print(struct sql *s, const char *fmt, ...)
{
    size_t from = s->out->n;
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof text) {
        bf_buf_add(s->out, text, (size_t)n);
        return trino_cut(s, from);
    }
    char *large = bf_arena_alloc(s->t->arena, (size_t)n + 1);
    if (!large)
        return BF_STR("");
    va_start(ap, fmt);
    vsnprintf(large, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return bf_str(large, (size_t)n);
}

void trino_put_name(struct sql *s, struct bf_str name)
{
    bf_buf_addc(s->out, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"')
            bf_buf_addc(s->out, '"');
        bf_buf_addc(s->out, name.p[i]);
    }
    bf_buf_addc(s->out, '"');
}

void trino_put_string(struct bf_buf *out, struct bf_str text)
{
    bf_buf_addc(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\x01') { /* which marks tables */
            bf_buf_lit(out, "'||chr(1)||'");
            continue;
        }
        if (text.p[i] == '\'')
            bf_buf_addc(out, '\'');
        bf_buf_addc(out, text.p[i]);
    }
    bf_buf_addc(out, '\'');
}

struct bf_str trino_fold(struct sql *s, struct bf_str name)
{
    char *p = bf_arena_alloc(s->t->arena, name.n + 1);
    if (!p)
        return name;
    for (size_t i = 0; i < name.n; i++)
        p[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
    p[name.n] = '\0';
    return bf_str(p, name.n);
}

static bool holds_probe(struct bf_str text)
{
    static const struct bf_str mark = BF_STR("athena_probe(");
    for (size_t i = 0; i + mark.n <= text.n; i++)
        if (memcmp(text.p + i, mark.p, mark.n) == 0)
            return true;
    return false;
}

/* Its number; nprobes: none yet. */
static size_t find_probe(const struct bl_trino *t, struct bf_str expression)
{
    size_t i = 0;
    while (i < t->nprobes && !bf_str_eq(t->probed[i], expression))
        i++;
    return i;
}

const struct bl_duck_found *trino_probe(struct sql *s, struct bf_str expression)
{
    struct bl_trino *t = s->t;
    size_t i = find_probe(t, expression);
    if (i < t->nprobes && t->found[i].mixed) {
        trino_fail(s, "bflocal cannot tell the type of %.*s, which stands here for two things",
                   (int)(expression.n > 100 ? 100 : expression.n), expression.p);
        return NULL;
    }
    if (i < t->nprobes && t->found[i].known)
        return &t->found[i];
    t->pending++;
    if (i == t->nprobes && !holds_probe(expression)) {
        if (i == BL_TRINO_PROBES)
            trino_fail(s, "more than %d operations that depend on types", BL_TRINO_PROBES);
        else
            t->probed[t->nprobes++] = expression;
    }
    return NULL;
}

void trino_put_probe(struct sql *s, struct bf_str expression)
{
    size_t i = find_probe(s->t, expression);
    if (i == s->t->nprobes) {
        bf_buf_adds(s->out, expression);
        return;
    }
    bf_buf_addf(s->out, "athena_probe(%zu, ", i);
    bf_buf_adds(s->out, expression);
    bf_buf_addc(s->out, ')');
}

bool bl_trino_init(struct bl_trino *t, struct bf_arena *arena, struct bf_err *e)
{
    memset(t, 0, sizeof *t);
    t->arena = arena;
    t->found = bf_arena_alloc(arena, BL_TRINO_PROBES * sizeof *t->found);
    t->probed = bf_arena_alloc(arena, BL_TRINO_PROBES * sizeof *t->probed);
    if (!t->found || !t->probed)
        return bf_err_nomem(e);
    memset(t->found, 0, BL_TRINO_PROBES * sizeof *t->found);
    return true;
}

bool bl_trino_query(struct bl_trino *t, struct bf_str sql, struct bf_buf *out, struct bf_err *e)
{
    struct bl_token *tokens;
    size_t n;
    bf_err_clear(e);
    t->malformed = !bl_lex(t->arena, sql, &tokens, &n, e);
    if (t->malformed)
        return false;
    t->pending = t->nrefs = t->nselects = t->nviews = t->used = 0;
    t->path = false;
    for (size_t i = 0; i < n; i++)
        t->path =
            t->path || (tokens[i].kind == BL_TOKEN_QUOTED && bf_str_is(tokens[i].text, "$path"));
    struct sql s = {.t = t, .at = tokens, .out = out, .e = e};
    if (!trino_query(&s))
        return false;
    (void)trino_take(&s, ";");
    if (s.at->kind != BL_TOKEN_END)
        return trino_unexpected(&s);
    if (t->used != t->nparameters)
        return trino_fail(&s, "Incorrect number of parameters: expected %zu but found %zu", t->used,
                          t->nparameters);
    return (bf_buf_check(out, "the statement", e) || bf_err_ctx(e, "SYNTAX_ERROR")) &&
           e->code == BF_OK;
}

bool bl_trino_fill(struct bl_trino *t, struct bf_str text, struct bf_buf *out,
                   bool (*put)(void *arg, struct bl_trino_ref *ref, struct bf_buf *out,
                               struct bf_err *e),
                   void *arg, struct bf_err *e)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '\x01') {
            bf_buf_addc(out, text.p[i]);
            continue;
        }
        size_t n = 0;
        for (i++; i < text.n && text.p[i] != '\x01'; i++)
            n = n * 10 + (size_t)(text.p[i] - '0');
        if (n >= t->nrefs || !put(arg, &t->refs[n], out, e))
            return false;
    }
    return bf_buf_check(out, "the statement", e);
}
