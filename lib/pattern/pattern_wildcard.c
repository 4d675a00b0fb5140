/* Wildcards: a head, a tail, and pieces between them, each found at its first position after the
 * one before (Knuth, Morris and Pratt, so that no text is read twice). */
#include "lib/pattern/pattern_impl.h"

static bool is_star(const struct pat_value *v, size_t at)
{
    return (unsigned char)v->text.p[at] == PAT_STAR;
}

/* border[i]: the length of the longest proper suffix of w[0..i] that is also its prefix. */
static void find_borders(const char *w, size_t n, uint32_t *border)
{
    size_t j = 0;
    for (size_t i = 1; i < n; i++) {
        while (j && w[i] != w[j])
            j = border[j - 1];
        j += w[i] == w[j];
        border[i] = (uint32_t)j;
    }
}

static size_t piece_at(const struct pat_value *v, size_t from)
{
    size_t n = 0;
    while (!is_star(v, from + n))
        n++;
    return n;
}

/* Replaces * by PAT_STAR and decodes escapes. Positions in errors count from the quote, as in the
 * service. */
static bool read_text(struct pat_parse *ps, const char *at, struct pat_value *v, struct bf_err *e)
{
    const struct bf_str *text = &v->text;
    char *out = bf_pat_alloc(&ps->set->memory, text->n + 1);
    size_t n = 0;
    if (!out)
        return bf_pat_nomem(&ps->set->memory, e);
    for (size_t i = 0; i < text->n; i++) {
        char c = text->p[i], next = '\0';
        if (i + 1 < text->n)
            next = text->p[i + 1];
        if (c == '*') {
            if (next == '*')
                return bf_pat_fail(ps, at, e, "Consecutive wildcard characters at pos %zu", i + 1);
            c = (char)PAT_STAR;
        } else if (c == '\\') {
            if (next != '*' && next != '\\')
                return bf_pat_fail(ps, at, e, "Invalid escape character at pos %zu", i + 1);
            c = next;
            i++;
        }
        out[n++] = c;
    }
    v->text = bf_str(out, n);
    return true;
}

bool bf_pat_wildcard_compile(struct pat_parse *ps, const char *at, struct pat_value *v,
                             struct bf_err *e)
{
    if (!read_text(ps, at, v, e))
        return false;
    size_t n = v->text.n, end;
    for (v->head = 0; v->head < n && !is_star(v, v->head);)
        v->head++;
    for (v->tail = 0; v->tail < n && !is_star(v, n - v->tail - 1);)
        v->tail++;
    end = n - v->tail;
    if (end <= v->head + 1) /* no star, or one */
        return true;
    v->border = bf_pat_alloc(&ps->set->memory, end * sizeof *v->border);
    if (!v->border)
        return bf_pat_nomem(&ps->set->memory, e);
    for (size_t i = v->head + 1; i < end; i += piece_at(v, i) + 1)
        find_borders(v->text.p + i, piece_at(v, i), v->border + i);
    return true;
}

/* The position after the piece, or NULL. */
static const char *find_piece(const char *piece, size_t n, const uint32_t *border, const char *t,
                              const char *end)
{
    size_t j = 0;
    while (j < n) {
        if (j == 0 && !(t = memchr(t, piece[0], (size_t)(end - t))))
            return NULL;
        if (t == end)
            return NULL;
        while (j && piece[j] != *t)
            j = border[j - 1];
        j += piece[j] == *t++;
    }
    return t;
}

bool bf_pat_wildcard_takes(const struct pat_value *v, struct bf_str text)
{
    if (v->head == v->text.n)
        return bf_str_eq(text, v->text);
    struct bf_str head = bf_str(v->text.p, v->head);
    struct bf_str tail = bf_str(v->text.p + (v->text.n - v->tail), v->tail);
    if (text.n < head.n + tail.n || !bf_str_starts(text, head) ||
        (tail.n && memcmp(text.p + (text.n - tail.n), tail.p, tail.n) != 0))
        return false;
    const char *t = text.p + head.n, *end = text.p + (text.n - tail.n);
    for (size_t at = head.n + 1; at < v->text.n - tail.n;) {
        size_t n = piece_at(v, at);
        t = find_piece(v->text.p + at, n, v->border + at, t, end);
        if (!t)
            return false;
        at += n + 1;
    }
    return true;
}

struct bf_str bf_pat_wildcard_middle(const struct pat_value *v)
{
    struct bf_str longest = {"", 0};
    for (size_t at = v->head + 1; at + v->tail < v->text.n;) {
        size_t n = piece_at(v, at);
        if (n > longest.n)
            longest = bf_str(v->text.p + at, n);
        at += n + 1;
    }
    return longest;
}
