#include "lib/row/visible.h"

uint32_t bf_visible_next(struct bf_str s, size_t *at)
{
    unsigned char c = (unsigned char)s.p[*at];
    size_t n = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    uint32_t v = n == 1 ? c : c & (0x7Fu >> n);
    for (size_t i = 1; i < n && *at + i < s.n; i++)
        v = v << 6 | ((unsigned char)s.p[*at + i] & 0x3F);
    *at += n < s.n - *at ? n : s.n - *at;
    return v;
}

struct range {
    uint32_t first, last;
};

static bool within(uint32_t c, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* By Unicode's East Asian Width, in whole blocks. */
unsigned bf_visible_columns(uint32_t c)
{
    static const struct range none[] = {
        {0x300, 0x36F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};
    static const struct range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
                                        {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                                        {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                                        {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if (c < 0x300)
        return 1;
    return within(c, none, BF_COUNT(none)) ? 0 : within(c, wide, BF_COUNT(wide)) ? 2 : 1;
}

void bf_visible_put(struct bf_buf *out, struct bf_str s)
{
    size_t from = 0, at = 0;
    while (at < s.n) {
        size_t here = at;
        uint32_t c = bf_visible_next(s, &at);
        if (c >= 0x20 && !(c >= 0x7F && c < 0xA0))
            continue;
        bf_buf_add(out, s.p + from, here - from);
        from = at;
        if (c == '\n' || c == '\r' || c == '\t')
            bf_buf_addf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else
            bf_buf_addf(out, "\\u%04x", (unsigned)c);
    }
    bf_buf_add(out, s.p ? s.p + from : "", s.n - from);
}

size_t bf_visible_width(struct bf_str s)
{
    size_t width = 0;
    for (size_t at = 0; at < s.n;)
        width += bf_visible_columns(bf_visible_next(s, &at));
    return width;
}

struct bf_str bf_visible_cut(struct bf_str s, size_t width)
{
    size_t at = 0, taken = 0, used = 0;
    while (at < s.n) {
        used += bf_visible_columns(bf_visible_next(s, &at));
        if (used > width)
            break;
        taken = at;
    }
    return bf_str(s.p, taken);
}
