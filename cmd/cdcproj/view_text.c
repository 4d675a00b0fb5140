#include "cmd/cdcproj/view_text.h"

#include <stdlib.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           is_digit(c) || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Past white space and comments. */
static size_t over_space(struct bf_str s, size_t i)
{
    for (;;) {
        while (i < s.n && is_space(s.p[i]))
            i++;
        if (i + 1 < s.n && s.p[i] == '-' && s.p[i + 1] == '-') {
            while (i < s.n && s.p[i] != '\n')
                i++;
        } else if (i + 1 < s.n && s.p[i] == '/' && s.p[i + 1] == '*') {
            for (i += 2; i < s.n && !(s.p[i] == '*' && i + 1 < s.n && s.p[i + 1] == '/');)
                i++;
            i = i + 2 < s.n ? i + 2 : s.n;
        } else
            return i;
    }
}

/* Past a text in quotes, which are doubled inside; 0: it does not end. */
static size_t over_quoted(struct bf_str s, size_t i)
{
    char close = (char)(s.p[i] == '[' ? ']' : s.p[i]);
    for (i++; i < s.n; i++)
        if (s.p[i] == close) {
            if (i + 1 == s.n || s.p[i + 1] != close || close == ']')
                return i + 1;
            i++;
        }
    return 0;
}

static size_t over_token(struct bf_str s, size_t i, enum token_kind *kind)
{
    char c = s.p[i];
    if (c == '\'' || c == '"' || c == '`' || c == '[') {
        *kind = c == '\'' ? TOKEN_STRING : TOKEN_QUOTED;
        return over_quoted(s, i);
    }
    if (is_digit(c) || (c == '.' && i + 1 < s.n && is_digit(s.p[i + 1]))) {
        *kind = TOKEN_NUMBER;
        while (i < s.n && (is_word(s.p[i]) || s.p[i] == '.' ||
                           ((s.p[i] == '+' || s.p[i] == '-') && lower(s.p[i - 1]) == 'e')))
            i++;
        return i;
    }
    if (is_word(c)) {
        *kind = TOKEN_WORD;
        while (i < s.n && is_word(s.p[i]))
            i++;
        return i;
    }
    *kind = TOKEN_PUNCT;
    return i + 1;
}

bool tokens_cut(struct tokens *to, struct bf_str s, struct bf_err *e)
{
    unsigned depth = 0;
    *to = (struct tokens){.t = calloc(TOKENS_MAX, sizeof *to->t)};
    if (!to->t)
        return bf_err_nomem(e);
    for (size_t i = over_space(s, 0); i < s.n; i = over_space(s, i)) {
        struct token *t = &to->t[to->n];
        if (to->n == TOKENS_MAX)
            return bf_err_set(e, BF_E_LIMIT, "more than %d words", TOKENS_MAX);
        size_t end = over_token(s, i, &t->kind);
        if (end == 0)
            return bf_err_set(e, BF_E_INPUT, "a quote is not closed");
        t->text = bf_str(s.p + i, end - i);
        depth -= s.p[i] == ')' && depth > 0 && t->kind == TOKEN_PUNCT;
        t->depth = depth;
        depth += s.p[i] == '(' && t->kind == TOKEN_PUNCT;
        to->n++;
        i = end;
    }
    return true;
}

void tokens_free(struct tokens *t)
{
    free(t->t);
}

static bool same_word(struct bf_str a, struct bf_str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool token_is(const struct tokens *t, size_t i, const char *word)
{
    return i < t->n && t->t[i].kind == TOKEN_WORD && same_word(t->t[i].text, bf_str_of(word));
}

bool token_punct(const struct tokens *t, size_t i, char c)
{
    return i < t->n && t->t[i].kind == TOKEN_PUNCT && t->t[i].text.p[0] == c;
}

bool token_name(const struct tokens *t, size_t i)
{
    return i < t->n && (t->t[i].kind == TOKEN_WORD || t->t[i].kind == TOKEN_QUOTED);
}

struct bf_str tokens_text(const struct tokens *t, size_t from, size_t to)
{
    if (from >= to)
        return bf_str("", 0);
    const char *p = t->t[from].text.p;
    return bf_str(p, (size_t)(t->t[to - 1].text.p + t->t[to - 1].text.n - p));
}

size_t tokens_find(const struct tokens *t, size_t from, size_t to, unsigned depth, const char *word)
{
    while (from < to && !(t->t[from].depth == depth && token_is(t, from, word)))
        from++;
    return from;
}

size_t tokens_find_punct(const struct tokens *t, size_t from, size_t to, unsigned depth, char c)
{
    while (from < to && !(t->t[from].depth == depth && token_punct(t, from, c)))
        from++;
    return from;
}

bool tokens_same(const struct tokens *t, size_t a, size_t a_end, size_t b, size_t b_end)
{
    if (a_end - a != b_end - b)
        return false;
    for (; a < a_end; a++, b++) {
        bool string = t->t[a].kind == TOKEN_STRING;
        if (t->t[a].kind != t->t[b].kind || !(string ? bf_str_eq(t->t[a].text, t->t[b].text)
                                                     : same_word(t->t[a].text, t->t[b].text)))
            return false;
    }
    return true;
}

void token_unquote(struct bf_buf *out, const struct token *t)
{
    if (t->kind != TOKEN_QUOTED) {
        bf_buf_adds(out, t->text);
        return;
    }
    for (size_t i = 1; i + 1 < t->text.n; i++) {
        bf_buf_addc(out, t->text.p[i]);
        i += t->text.p[i] == t->text.p[0]; /* a doubled quote */
    }
}
