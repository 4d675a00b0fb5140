#include "lib/json/write.h"

#include "lib/encoding/enc.h"

static void control(struct bf_buf *out, unsigned char c)
{
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    if (letters[c]) {
        bf_buf_addc(out, '\\');
        bf_buf_addc(out, letters[c]);
    } else
        bf_buf_addf(out, "\\u%04x", c);
}

/* s is valid UTF-8. */
static void escaped(struct bf_buf *out, struct bf_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        bf_buf_add(out, s.p + from, i - from);
        from = i + 1;
        if (c < 0x20)
            control(out, c);
        else {
            bf_buf_addc(out, '\\');
            bf_buf_addc(out, (char)c);
        }
    }
    bf_buf_add(out, s.p + from, s.n - from);
}

void bf_json_put_escaped(struct bf_buf *out, struct bf_str s)
{
    size_t bad;
    while (s.n && !bf_utf8_valid(s, &bad)) {
        escaped(out, bf_str(s.p, bad));
        bf_buf_lit(out, "\xEF\xBF\xBD");
        s.p += bad + 1;
        s.n -= bad + 1;
    }
    if (s.n)
        escaped(out, s);
}

void bf_json_put_string(struct bf_buf *out, struct bf_str s)
{
    bf_buf_addc(out, '"');
    bf_json_put_escaped(out, s);
    bf_buf_addc(out, '"');
}

void bf_json_put_key(struct bf_buf *out, bool *first, struct bf_str key)
{
    if (!*first)
        bf_buf_addc(out, ',');
    *first = false;
    bf_json_put_string(out, key);
    bf_buf_addc(out, ':');
}
