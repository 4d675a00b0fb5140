#include "lib/io/cell.h"

void bf_cell_put_csv(struct bf_buf *out, struct bf_str s)
{
    bool quote = s.n == 0;
    for (size_t i = 0; i < s.n && !quote; i++)
        quote = s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
    if (!quote) {
        bf_buf_adds(out, s);
        return;
    }
    bf_buf_addc(out, '"');
    while (s.n) {
        const char *at = memchr(s.p, '"', s.n);
        size_t n = at ? (size_t)(at - s.p) + 1 : s.n;
        bf_buf_add(out, s.p, n);
        if (at)
            bf_buf_addc(out, '"');
        s.p += n;
        s.n -= n;
    }
    bf_buf_addc(out, '"');
}

void bf_cell_put_tsv(struct bf_buf *out, struct bf_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        char letter = c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' || c == '\\' ? c : 0;
        if (!letter)
            continue;
        bf_buf_add(out, s.p + from, i - from);
        bf_buf_addc(out, '\\');
        bf_buf_addc(out, letter);
        from = i + 1;
    }
    bf_buf_add(out, s.p + from, s.n - from);
}

bool bf_cell_take_tsv(struct bf_str *rest, struct bf_str *raw)
{
    if (!rest->p)
        return false;
    size_t n = 0;
    while (n < rest->n && rest->p[n] != '\t')
        n += rest->p[n] == '\\' && n + 1 < rest->n ? 2 : 1;
    *raw = bf_str(rest->p, n);
    *rest = n < rest->n ? bf_str(rest->p + n + 1, rest->n - n - 1) : (struct bf_str){NULL, 0};
    return true;
}

bool bf_cell_is_null_tsv(struct bf_str raw)
{
    return bf_str_is(raw, "\\N");
}

void bf_cell_value_tsv(struct bf_buf *out, struct bf_str raw)
{
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '\\' && i + 1 < raw.n) {
            c = raw.p[++i];
            c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
        }
        bf_buf_addc(out, c);
    }
}
