#include "cmd/bflocal/trino/lex.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "lib/encoding/enc.h"

struct lexer {
    struct bf_arena *arena;
    const char *start, *p, *end;
    const char *line_start;
    unsigned line;
    struct bl_token *t;
    size_t n, cap;
    struct bf_err *e;
};

static bool fail(struct lexer *l, const char *what)
{
    return bf_err_set(l->e, BF_E_INPUT, "SYNTAX_ERROR: line %u:%u: %s", l->line,
                      (unsigned)(l->p - l->line_start) + 1, what);
}

static struct bl_token *add(struct lexer *l, enum bl_token_kind kind, const char *from)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 256;
        struct bl_token *t = bf_arena_alloc(l->arena, cap * sizeof *t);
        if (!t)
            return NULL;
        if (l->n)
            memcpy(t, l->t, l->n * sizeof *t);
        l->t = t;
        l->cap = cap;
    }
    struct bl_token *t = &l->t[l->n++];
    memset(t, 0, sizeof *t);
    t->kind = kind;
    t->raw = t->text = bf_str(from, (size_t)(l->p - from));
    t->line = l->line;
    t->column = (unsigned)(from - l->line_start) + 1;
    return t;
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_part(char c)
{
    return is_letter(c) || isdigit((unsigned char)c) || c == '$';
}

/* Skips white space and comments. */
static bool skip(struct lexer *l)
{
    while (l->p < l->end) {
        if (*l->p == '\n') {
            l->line++;
            l->line_start = ++l->p;
        } else if (isspace((unsigned char)*l->p)) {
            l->p++;
        } else if (l->end - l->p > 1 && l->p[0] == '-' && l->p[1] == '-') {
            while (l->p < l->end && *l->p != '\n')
                l->p++;
        } else if (l->end - l->p > 1 && l->p[0] == '/' && l->p[1] == '*') {
            for (l->p += 2; l->end - l->p > 1 && !(l->p[0] == '*' && l->p[1] == '/'); l->p++)
                if (*l->p == '\n') {
                    l->line++;
                    l->line_start = l->p + 1;
                }
            if (l->end - l->p < 2)
                return fail(l, "a comment is not closed");
            l->p += 2;
        } else
            break;
    }
    return true;
}

/* Reads quoted text; two quotes in it mean one quote. */
static bool quoted(struct lexer *l, enum bl_token_kind kind)
{
    const char *from = l->p;
    char quote = *l->p++;
    struct bf_buf text;
    struct bf_str copy;
    bf_buf_init(&text, (size_t)(l->end - from) + 1);
    for (; l->p < l->end; l->p++) {
        if (*l->p == quote && (l->end - l->p < 2 || l->p[1] != quote))
            break;
        if (*l->p == quote)
            l->p++;
        bf_buf_addc(&text, *l->p);
    }
    bool closed = l->p < l->end,
         ok = bf_buf_ok(&text) && bf_arena_copy(l->arena, bf_buf_view(&text), &copy);
    bf_buf_free(&text);
    if (closed && kind == BL_TOKEN_QUOTED && memchr(from, 1, (size_t)(l->p - from)))
        return fail(l, "a control character in a name");
    if (!closed) {
        l->p = from;
        return fail(l, quote == '\'' ? "a string is not closed" : "a quoted name is not closed");
    }
    l->p++;
    struct bl_token *t = ok ? add(l, kind, from) : NULL;
    if (!t)
        return bf_err_nomem(l->e);
    t->text = copy;
    t->quote = quote;
    for (const char *p = from; p < l->p; p++)
        if (*p == '\n') {
            l->line++;
            l->line_start = p + 1;
        }
    return true;
}

/* Reads U&'...', with \\XXXX and \\+XXXXXX for characters. Another UESCAPE is refused. */
static bool unicode(struct lexer *l)
{
    const char *from = l->p;
    struct bf_buf text;
    struct bf_str copy;
    l->p += 2;
    if (!quoted(l, BL_TOKEN_STRING))
        return false;
    struct bl_token *t = &l->t[l->n - 1];
    bf_buf_init(&text, t->text.n + 4);
    for (size_t i = 0; i < t->text.n; i++) {
        const char *p = t->text.p + i;
        size_t left = t->text.n - i, skip = left > 1 && p[1] == '+' ? 2 : 1, n = skip == 2 ? 6 : 4,
               k;
        char hex[7] = "";
        if (*p != '\\' || (left > 1 && p[1] == '\\')) {
            bf_buf_addc(&text, *p);
            i += *p == '\\';
            continue;
        }
        for (k = 0; k < n && k + skip < left && isxdigit((unsigned char)p[skip + k]); k++)
            hex[k] = p[skip + k];
        uint32_t c = (uint32_t)strtoul(hex, NULL, 16);
        if (k < n || c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
            bf_buf_free(&text);
            l->p = from;
            return fail(l, "an escape of U&'' that is no character");
        }
        char room[4];
        bf_buf_add(&text, room, bf_utf8_put(room, c));
        i += skip + n - 1;
    }
    bool ok = bf_buf_ok(&text) && bf_arena_copy(l->arena, bf_buf_view(&text), &copy);
    bf_buf_free(&text);
    if (ok)
        t->text = copy;
    const char *p = l->p;
    while (p < l->end && isspace((unsigned char)*p))
        p++;
    if (l->end - p > 7 && strncasecmp(p, "UESCAPE", 7) == 0)
        return fail(l, "bflocal has no UESCAPE: write \\ in U&''");
    return ok || bf_err_nomem(l->e);
}

static bool number(struct lexer *l)
{
    const char *from = l->p;
    while (l->p < l->end && isdigit((unsigned char)*l->p))
        l->p++;
    if (l->p < l->end && *l->p == '.')
        for (l->p++; l->p < l->end && isdigit((unsigned char)*l->p); l->p++)
            ;
    if (l->p < l->end && (*l->p == 'e' || *l->p == 'E')) {
        const char *back = l->p++;
        if (l->p < l->end && (*l->p == '+' || *l->p == '-'))
            l->p++;
        if (l->p == l->end || !isdigit((unsigned char)*l->p))
            l->p = back;
        while (l->p < l->end && isdigit((unsigned char)*l->p))
            l->p++;
    }
    if (l->p < l->end && is_letter(*l->p))
        return fail(l, "a name must not begin with a digit: put it in double quotes");
    return add(l, BL_TOKEN_NUMBER, from) || bf_err_nomem(l->e);
}

static bool operator(struct lexer *l)
{
    static const char *const two[] = {"<>", "!=", "<=", ">=", "||", "->", "=>"};
    const char *from = l->p;
    size_t n = 1;
    for (size_t i = 0; i < BF_COUNT(two); i++)
        if (l->end - l->p > 1 && memcmp(l->p, two[i], 2) == 0)
            n = 2;
    if (n == 1 && !strchr("()[]{}.,;:+-*/%=<>?|", *l->p))
        return fail(l, "unexpected character");
    l->p += n;
    return add(l, BL_TOKEN_OPERATOR, from) || bf_err_nomem(l->e);
}

static bool next(struct lexer *l)
{
    const char *from = l->p;
    if (*l->p == '\'')
        return quoted(l, BL_TOKEN_STRING);
    if ((*l->p == 'U' || *l->p == 'u') && l->end - l->p > 2 && l->p[1] == '&' && l->p[2] == '\'')
        return unicode(l);
    if (*l->p == '"' || *l->p == '`')
        return quoted(l, BL_TOKEN_QUOTED);
    if (isdigit((unsigned char)*l->p) ||
        (*l->p == '.' && l->end - l->p > 1 && isdigit((unsigned char)l->p[1])))
        return number(l);
    if (!is_letter(*l->p))
        return operator(l);
    while (l->p < l->end && is_part(*l->p))
        l->p++;
    return add(l, BL_TOKEN_WORD, from) || bf_err_nomem(l->e);
}

bool bl_lex(struct bf_arena *a, struct bf_str sql, struct bl_token **out, size_t *n,
            struct bf_err *e)
{
    struct lexer l = {.arena = a,
                      .start = sql.p,
                      .p = sql.p,
                      .end = sql.p + sql.n,
                      .line_start = sql.p,
                      .line = 1,
                      .e = e};
    for (;;) {
        if (!skip(&l))
            return false;
        if (l.p == l.end)
            break;
        if (*l.p == '\0')
            return fail(&l, "a NUL byte");
        if (!next(&l))
            return false;
    }
    *n = l.n;
    for (int i = 0; i <= BL_LEX_AHEAD; i++)
        if (!add(&l, BL_TOKEN_END, l.p))
            return bf_err_nomem(e);
    *out = l.t;
    return true;
}

bool bl_token_word(const struct bl_token *t, const char *keyword)
{
    return t->kind == BL_TOKEN_WORD && t->text.n == strlen(keyword) &&
           strncasecmp(t->text.p, keyword, t->text.n) == 0;
}

bool bl_token_is(const struct bl_token *t, const char *op)
{
    return t->kind == BL_TOKEN_OPERATOR && bf_str_eq(t->text, bf_str_of(op));
}
