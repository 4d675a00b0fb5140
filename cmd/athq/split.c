/* Statements between semicolons; quotes and comments are passed over. */
#include "cmd/athq/athq.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

void split_init(struct split *s)
{
    *s = (struct split){0};
    bf_buf_init(&s->text, TEXT_MAX);
}

void split_free(struct split *s)
{
    bf_buf_free(&s->text);
}

void split_next(struct split *s)
{
    bf_buf_reset(&s->text);
    s->state = s->last = 0;
    s->marks = 0;
    s->begun = false;
}

/* Comments in front of a statement are left out: the parser for DDL does not read all of them. */
static void begin(struct split *s, char c)
{
    if (!s->begun)
        bf_buf_reset(&s->text);
    s->begun = true;
    bf_buf_addc(&s->text, c);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Between tokens. True: the statement has ended. */
static bool take_plain(struct split *s, char c)
{
    if (c == '\'' || c == '"' || c == '`')
        s->state = c;
    else if (c == '-' && s->last == '-')
        s->state = '-';
    else if (c == '*' && s->last == '/')
        s->state = '*';
    else if (c == ';')
        return true;
    s->marks += c == '?';
    s->last = s->state ? 0 : c;
    if (is_space(c) || s->state == '-' || s->state == '*' || ((c == '-' || c == '/') && !s->begun))
        bf_buf_addc(&s->text, c); /* it may yet be a comment in front */
    else
        begin(s, c);
    return false;
}

/* Inside a quote or a comment. A quote's end that is doubled begins it again at once. */
static void take_inside(struct split *s, char c)
{
    bool ends = s->state == '-'   ? c == '\n'
                : s->state == '*' ? c == '/' && s->last == '*'
                                  : c == s->state;
    bf_buf_addc(&s->text, c);
    s->last = ends ? 0 : c;
    s->state = ends ? 0 : s->state;
}

bool split_take(struct split *s, struct bf_str *piece)
{
    while (piece->n) {
        char c = *piece->p;
        *piece = bf_str(piece->p + 1, piece->n - 1);
        if (s->state)
            take_inside(s, c);
        else if (take_plain(s, c)) {
            if (s->begun)
                return true;
            split_next(s); /* nothing between two semicolons */
        }
    }
    return false;
}

bool split_end(const struct split *s)
{
    return s->begun;
}

struct bf_str split_text(const struct split *s, size_t *marks)
{
    *marks = s->marks;
    return bf_str_trim(bf_buf_view(&s->text));
}
