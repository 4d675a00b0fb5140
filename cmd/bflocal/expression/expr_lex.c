#include "cmd/bflocal/expression/expr_lex.h"

#include <stdarg.h>
#include <stdio.h>

bool bl_lex_fail(const struct bl_lex *l, struct bf_err *e, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return bf_err_set(e, BF_E_INPUT, "Invalid %s: %s", l->what, text);
}

static int shown(struct bf_str s)
{
    return (int)(s.n > 100 ? 100 : s.n);
}

bool bl_lex_operator(struct bl_lex *l, struct bf_err *e)
{
    if (++l->operators <= BL_EXPR_OPERATORS)
        return true;
    return bl_lex_fail(
        l, e,
        "The expression contains too many operators; it can contain at most %d, operator count: %u",
        BL_EXPR_OPERATORS, l->operators);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static size_t end_of_word(struct bf_str s, size_t i)
{
    while (i < s.n && (is_letter(s.p[i]) || is_digit(s.p[i])))
        i++;
    return i;
}

static size_t sign_length(struct bf_str s, size_t i)
{
    char c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : '\0';
    if ((c == '<' && (next == '>' || next == '=')) || (c == '>' && next == '='))
        return 2;
    return c && strchr("(),.[]=<>+-", c) ? 1 : 0;
}

/* Reads the next token. False: it is a character that no token begins with. */
static bool scan(struct bl_lex *l)
{
    struct bf_str s = l->all;
    size_t i = l->at, end;
    l->previous = l->text;
    while (i < s.n && is_space(s.p[i]))
        i++;
    if (i == s.n) {
        l->token = BL_TOKEN_END;
        l->text = bf_str(s.p + i, 0);
        l->at = i;
        return true;
    }
    char c = s.p[i];
    if (is_letter(c) && c != '_') { /* a word has underscores, but does not begin with one */
        l->token = BL_TOKEN_WORD;
        end = end_of_word(s, i);
    } else if (c == '#' || c == ':') {
        l->token = c == '#' ? BL_TOKEN_NAME : BL_TOKEN_VALUE;
        end = end_of_word(s, i + 1);
    } else if (is_digit(c)) {
        l->token = BL_TOKEN_NUMBER;
        for (end = i; end < s.n && is_digit(s.p[end]);)
            end++;
    } else {
        l->token = BL_TOKEN_SIGN;
        end = i + sign_length(s, i);
    }
    bool bad = end == i || ((c == '#' || c == ':') && end == i + 1);
    l->text = bf_str(s.p + i, bad ? 1 : end - i);
    l->at = i + l->text.n;
    return !bad;
}

bool bl_lex_syntax(const struct bl_lex *l, struct bf_err *e)
{
    if (l->token == BL_TOKEN_END)
        return bl_lex_fail(l, e, "Syntax error; token: \"<EOF>\", near: \"%.*s\"",
                           shown(l->previous), l->previous.p ? l->previous.p : "");
    /* from the token before this one to the token after it */
    struct bl_lex ahead = *l;
    const char *end = l->text.p + l->text.n;
    (void)scan(&ahead);
    if (ahead.token != BL_TOKEN_END)
        end = ahead.text.p + ahead.text.n;
    const char *from = l->previous.p ? l->previous.p : l->text.p;
    struct bf_str near = bf_str(from, (size_t)(end - from));
    return bl_lex_fail(l, e, "Syntax error; token: \"%.*s\", near: \"%.*s\"", shown(l->text),
                       l->text.p, shown(near), near.p);
}

bool bl_lex_next(struct bl_lex *l, struct bf_err *e)
{
    return scan(l) || bl_lex_syntax(l, e);
}

bool bl_lex_init(struct bl_lex *l, struct bl_expr *x, const char *what, struct bf_str text,
                 struct bf_err *e)
{
    *l = (struct bl_lex){.x = x, .what = what, .all = text};
    if (bf_str_trim(text).n == 0)
        return bl_lex_fail(l, e, "The expression can not be empty;");
    if (text.n > BL_EXPR_BYTES)
        return bl_lex_fail(
            l, e, "Expression size has exceeded the maximum allowed size; expression size: %zu",
            text.n);
    return bl_lex_next(l, e);
}

bool bl_lex_is(const struct bl_lex *l, const char *sign)
{
    return l->token == BL_TOKEN_SIGN && bf_str_eq(l->text, bf_str_of(sign));
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

bool bl_lex_is_word(const struct bl_lex *l, const char *keyword)
{
    if (l->token != BL_TOKEN_WORD || l->text.n != strlen(keyword))
        return false;
    for (size_t i = 0; i < l->text.n; i++)
        if (upper(l->text.p[i]) != keyword[i])
            return false;
    return true;
}

bool bl_lex_expect(struct bl_lex *l, const char *sign, struct bf_err *e)
{
    return bl_lex_is(l, sign) ? bl_lex_next(l, e) : bl_lex_syntax(l, e);
}

static struct bl_placeholder *find_placeholder(struct bl_placeholder *list, size_t n,
                                               struct bf_str key)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(list[i].key, key))
            return &list[i];
    return NULL;
}

bool bl_lex_value(struct bl_lex *l, struct bl_value **out, struct bf_err *e)
{
    if (l->token != BL_TOKEN_VALUE)
        return bl_lex_syntax(l, e);
    struct bl_placeholder *p = find_placeholder(l->x->values, l->x->nvalues, l->text);
    if (!p)
        return bl_lex_fail(l, e,
                           "An expression attribute value used in expression is not defined; "
                           "attribute value: %.*s",
                           shown(l->text), l->text.p);
    p->used = true;
    *out = p->value;
    return bl_lex_next(l, e);
}

/* Reads the attribute name at the cursor. */
static bool step_name(struct bl_lex *l, struct bf_str *name, struct bf_err *e)
{
    if (l->token == BL_TOKEN_WORD) {
        if (bl_reserved(l->text))
            return bl_lex_fail(l, e, "Attribute name is a reserved keyword; reserved keyword: %.*s",
                               shown(l->text), l->text.p);
        *name = l->text;
        return true;
    }
    if (l->token != BL_TOKEN_NAME)
        return bl_lex_syntax(l, e);
    struct bl_placeholder *p = find_placeholder(l->x->names, l->x->nnames, l->text);
    if (!p)
        return bl_lex_fail(l, e,
                           "An expression attribute name used in the document path is not defined; "
                           "attribute name: %.*s",
                           shown(l->text), l->text.p);
    p->used = true;
    *name = p->name;
    return true;
}

static bool step_index(struct bl_lex *l, size_t *index, struct bf_err *e)
{
    if (l->token != BL_TOKEN_NUMBER)
        return bl_lex_syntax(l, e);
    *index = 0;
    for (size_t i = 0; i < l->text.n; i++) {
        *index = *index * 10 + (size_t)(l->text.p[i] - '0');
        if (*index > 1000000)
            return bl_lex_fail(l, e, "List index is not within the allowable range; index: [%.*s]",
                               shown(l->text), l->text.p);
    }
    return true;
}

bool bl_lex_path(struct bl_lex *l, struct bl_path *out, struct bf_err *e)
{
    struct bl_step steps[BL_NEST_MAX];
    size_t n = 0;
    steps[0] = (struct bl_step){{NULL, 0}, 0};
    if (!step_name(l, &steps[n].name, e) || !bl_lex_next(l, e))
        return false;
    for (n = 1; bl_lex_is(l, ".") || bl_lex_is(l, "["); n++) {
        bool index = bl_lex_is(l, "[");
        if (n == BF_COUNT(steps))
            return bl_lex_fail(
                l, e, "The document path has too many nesting levels; nesting levels: %zu", n + 1);
        steps[n] = (struct bl_step){{NULL, 0}, 0};
        if (!bl_lex_next(l, e) ||
            !(index ? step_index(l, &steps[n].index, e) : step_name(l, &steps[n].name, e)) ||
            !bl_lex_next(l, e) || (index && !bl_lex_expect(l, "]", e)))
            return false;
    }
    out->n = n;
    out->steps = bf_arena_alloc(l->x->a, n * sizeof *steps);
    if (!out->steps)
        return bf_err_nomem(e);
    memcpy(out->steps, steps, n * sizeof *steps);
    return true;
}

size_t bl_path_common(const struct bl_path *a, const struct bl_path *b)
{
    size_t i = 0;
    while (i < a->n && i < b->n && !a->steps[i].name.p == !b->steps[i].name.p &&
           (a->steps[i].name.p ? bf_str_eq(a->steps[i].name, b->steps[i].name)
                               : a->steps[i].index == b->steps[i].index))
        i++;
    return i;
}

bool bl_path_overlaps(const struct bl_path *a, const struct bl_path *b)
{
    size_t n = bl_path_common(a, b);
    return n == a->n || n == b->n;
}

bool bl_path_conflicts(const struct bl_path *a, const struct bl_path *b)
{
    size_t n = bl_path_common(a, b);
    return n < a->n && n < b->n && !a->steps[n].name.p != !b->steps[n].name.p;
}

void bl_path_put(struct bf_buf *out, const struct bl_path *path)
{
    bf_buf_addc(out, '[');
    for (size_t i = 0; i < path->n; i++) {
        if (i)
            bf_buf_lit(out, ", ");
        if (path->steps[i].name.p)
            bf_buf_adds(out, path->steps[i].name);
        else
            bf_buf_addf(out, "[%zu]", path->steps[i].index);
    }
    bf_buf_addc(out, ']');
}

struct bl_value *bl_path_get(const struct bl_value *item, const struct bl_path *path)
{
    struct bl_value *v = NULL;
    for (size_t i = 0; i < path->n; i++) {
        const struct bl_step *s = &path->steps[i];
        const struct bl_value *in = i ? v : item;
        if (s->name.p)
            v = in->type == BL_M ? bl_field_get(in, s->name) : NULL;
        else
            v = in->type == BL_L && s->index < in->n ? in->items[s->index] : NULL;
        if (!v)
            return NULL;
    }
    return v;
}
