#include "cmd/cdcproj/view/view_text.h"

#include <stdlib.h>

/* The name of a token, written to room for it. */
static struct bf_str name_of(const struct token *t, bool pg, char *to)
{
    if (t->kind == BF_SQLITE_QUOTED)
        return bf_str(to, bf_sqlite_unquote(to, t->text));
    for (size_t i = 0; i < t->text.n; i++) {
        char c = t->text.p[i];
        to[i] = pg && c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
    }
    return bf_str(to, t->text.n);
}

bool tokens_cut(struct tokens *to, struct bf_str s, bool pg, struct bf_err *e)
{
    unsigned depth = 0;
    *to =
        (struct tokens){.t = calloc(TOKENS_MAX, sizeof *to->t), .names = malloc(s.n + 1), .pg = pg};
    if (!to->t || !to->names)
        return bf_err_nomem(e);
    const char *end = s.p + s.n;
    for (const char *p = bf_sqlite_skip_blank(s.p, end), *after; p < end;
         p = bf_sqlite_skip_blank(after, end)) {
        struct token *t = &to->t[to->n];
        if (to->n == TOKENS_MAX)
            return bf_err_set(e, BF_E_LIMIT, "more than %d words", TOKENS_MAX);
        bool subscript = pg && *p == '['; /* a quote in SQLite alone */
        t->kind = BF_SQLITE_PUNCT;
        after = subscript ? p + 1 : bf_sqlite_token(p, end, &t->kind);
        if (!after)
            return bf_err_set(e, BF_E_INPUT, "a quote is not closed");
        t->text = bf_str(p, (size_t)(after - p));
        bool punct = t->kind == BF_SQLITE_PUNCT;
        depth -= punct && depth > 0 && (*p == ')' || (pg && *p == ']'));
        t->depth = depth;
        depth += punct && (*p == '(' || *p == '[');
        if (t->kind == BF_SQLITE_WORD || t->kind == BF_SQLITE_QUOTED)
            t->name = name_of(t, pg, to->names + (p - s.p));
        to->n++;
    }
    return true;
}

void tokens_free(struct tokens *t)
{
    free(t->t);
    free(t->names);
}

bool token_is(const struct tokens *t, size_t i, const char *word)
{
    return i < t->n && t->t[i].kind == BF_SQLITE_WORD && bf_str_same(t->t[i].text, bf_str_of(word));
}

bool token_punct(const struct tokens *t, size_t i, char c)
{
    return i < t->n && t->t[i].kind == BF_SQLITE_PUNCT && t->t[i].text.p[0] == c;
}

bool token_name(const struct tokens *t, size_t i)
{
    return i < t->n && (t->t[i].kind == BF_SQLITE_WORD || t->t[i].kind == BF_SQLITE_QUOTED);
}

bool token_is_name(const struct tokens *t, size_t i, struct bf_str name)
{
    return token_name(t, i) &&
           (t->pg ? bf_str_eq(t->t[i].name, name) : bf_str_same(t->t[i].name, name));
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
        const struct token *x = &t->t[a], *y = &t->t[b];
        bool same = token_name(t, a) && token_name(t, b) ? token_is_name(t, a, y->name)
                    : x->kind != y->kind                 ? false
                    : x->kind == BF_SQLITE_STRING        ? bf_str_eq(x->text, y->text)
                                                         : bf_str_same(x->text, y->text);
        if (!same)
            return false;
    }
    return true;
}
