#include "cmd/cdcproj/view/view_text.h"

#include <stdlib.h>

bool tokens_cut(struct tokens *to, struct bf_str s, struct bf_err *e)
{
    unsigned depth = 0;
    *to = (struct tokens){.t = calloc(TOKENS_MAX, sizeof *to->t)};
    if (!to->t)
        return bf_err_nomem(e);
    const char *end = s.p + s.n;
    for (const char *p = bf_sqlite_skip_blank(s.p, end), *after; p < end;
         p = bf_sqlite_skip_blank(after, end)) {
        struct token *t = &to->t[to->n];
        if (to->n == TOKENS_MAX)
            return bf_err_set(e, BF_E_LIMIT, "more than %d words", TOKENS_MAX);
        after = bf_sqlite_token(p, end, &t->kind);
        if (!after)
            return bf_err_set(e, BF_E_INPUT, "a quote is not closed");
        t->text = bf_str(p, (size_t)(after - p));
        depth -= *p == ')' && depth > 0 && t->kind == BF_SQLITE_PUNCT;
        t->depth = depth;
        depth += *p == '(' && t->kind == BF_SQLITE_PUNCT;
        to->n++;
    }
    return true;
}

void tokens_free(struct tokens *t)
{
    free(t->t);
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

struct bf_str token_name_text(const struct token *t, char room[NAME_ROOM])
{
    return t->kind == BF_SQLITE_QUOTED && t->text.n <= NAME_ROOM
               ? bf_str(room, bf_sqlite_unquote(room, t->text))
               : t->text;
}

/* Is "a" the same name as a? Not if it has capital letters, which PostgreSQL makes small outside of quotes. */
static bool same_name(const struct token *quoted, const struct token *word)
{
    char room[NAME_ROOM];
    struct bf_str name = token_name_text(quoted, room);
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] >= 'A' && name.p[i] <= 'Z')
            return false;
    return quoted->kind == BF_SQLITE_QUOTED && word->kind == BF_SQLITE_WORD &&
           bf_str_same(name, word->text);
}

static bool same(const struct token *a, const struct token *b)
{
    if (a->kind != b->kind)
        return same_name(a, b) || same_name(b, a);
    return a->kind == BF_SQLITE_STRING ? bf_str_eq(a->text, b->text)
                                       : bf_str_same(a->text, b->text);
}

bool tokens_same(const struct tokens *t, size_t a, size_t a_end, size_t b, size_t b_end)
{
    if (a_end - a != b_end - b)
        return false;
    for (; a < a_end; a++, b++)
        if (!same(&t->t[a], &t->t[b]))
            return false;
    return true;
}
