#include "lib/sqlite/text.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return (bf_ascii_lower(c) >= 'a' && bf_ascii_lower(c) <= 'z') || is_digit(c) || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

const char *bf_sqlite_skip_blank(const char *p, const char *end)
{
    for (;;) {
        while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
            p++;
        if (end - p > 1 && p[0] == '-' && p[1] == '-') {
            while (p < end && *p != '\n')
                p++;
        } else if (end - p > 1 && p[0] == '/' && p[1] == '*') {
            for (p += 2; p < end && !(p[0] == '*' && end - p > 1 && p[1] == '/'); p++)
                ;
            p = end - p > 1 ? p + 2 : end;
        } else
            return p;
    }
}

static char closing(char quote)
{
    return (char)(quote == '[' ? ']' : quote);
}

static const char *quoted(const char *p, const char *end)
{
    char close = closing(*p);
    for (p++; p < end; p++)
        if (*p == close) {
            if (close == ']' || end - p < 2 || p[1] != close)
                return p + 1;
            p++;
        }
    return NULL;
}

const char *bf_sqlite_token(const char *p, const char *end, enum bf_sqlite_token *kind)
{
    const char *from = p;
    if (*p == '\'' || *p == '"' || *p == '`' || *p == '[') {
        *kind = *p == '\'' ? BF_SQLITE_STRING : BF_SQLITE_QUOTED;
        return quoted(p, end);
    }
    if (is_digit(*p) || (*p == '.' && end - p > 1 && is_digit(p[1]))) {
        *kind = BF_SQLITE_NUMBER;
        while (p < end &&
               (is_word(*p) || *p == '.' ||
                ((*p == '+' || *p == '-') && bf_ascii_lower(p[-1]) == 'e' && from[0] != '0')))
            p++;
        return p;
    }
    *kind = is_word(*p) ? BF_SQLITE_WORD : BF_SQLITE_PUNCT;
    for (p++; *kind == BF_SQLITE_WORD && p < end && is_word(*p); p++)
        ;
    return p;
}

size_t bf_sqlite_unquote(char *to, struct bf_str token)
{
    char close = closing(token.p[0]);
    size_t n = 0;
    for (size_t i = 1; i + 1 < token.n; i++) {
        to[n++] = token.p[i];
        i += token.p[i] == close && close != ']';
    }
    return n;
}

void bf_sqlite_put_name(struct bf_buf *out, struct bf_str name)
{
    bf_buf_addc(out, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"')
            bf_buf_addc(out, '"');
        bf_buf_addc(out, name.p[i]);
    }
    bf_buf_addc(out, '"');
}
