#include "cmd/bftop/canvas.h"

#include <stdlib.h>

#include "lib/encoding/enc.h"
#include "lib/row/visible.h"

void canvas_init(struct canvas *c, int width, bool utf8)
{
    *c = (struct canvas){.width = width, .utf8 = utf8};
}

void canvas_free(struct canvas *c)
{
    free(c->at);
    *c = (struct canvas){0};
}

void canvas_clear(struct canvas *c, int width)
{
    if (width != c->width) {
        free(c->at);
        c->at = NULL;
        c->rows = 0;
    }
    c->width = width;
    c->height = 0;
    c->failed = false;
}

/* Makes the row y, and those before it. */
static bool reach(struct canvas *c, int y)
{
    if (y < c->height)
        return true;
    if (y >= c->rows) {
        int rows = y + 32;
        void *p = realloc(c->at, (size_t)rows * (size_t)c->width * sizeof *c->at);
        if (!p) {
            c->failed = true;
            return false;
        }
        c->at = p;
        c->rows = rows;
    }
    for (; c->height <= y; c->height++)
        for (int x = 0; x < c->width; x++)
            c->at[c->height * c->width + x] = (struct spot){' ', STYLE_PLAIN};
    return true;
}

void canvas_spot(struct canvas *c, int x, int y, uint32_t ch, enum style style)
{
    if (x >= 0 && x < c->width && y >= 0 && y < CANVAS_HEIGHT_MOST && reach(c, y))
        c->at[y * c->width + x] = (struct spot){ch, (uint8_t)style};
}

uint32_t canvas_tame(uint32_t ch, bool utf8)
{
    bool direction = (ch >= 0x200B && ch <= 0x200F) || (ch >= 0x2028 && ch <= 0x202E) ||
                     (ch >= 0x2060 && ch <= 0x206F) || ch == 0xFEFF;
    if (!utf8)
        return ch < 0x7F && ch >= 0x20 ? ch : '?';
    return direction || ch > 0x10FFFF || (ch >= 0xD800 && ch < 0xE000) || ch < 0x20 ||
                   (ch >= 0x7F && ch < 0xA0)
               ? 0xFFFD
               : ch;
}

static bool visible(struct bf_str text, struct bf_buf *out)
{
    bf_buf_init(out, 64 * 1024);
    bf_visible_put(out, text);
    return bf_buf_ok(out);
}

int canvas_text(struct canvas *c, int x, int y, int width, enum style style, struct bf_str text)
{
    struct bf_buf shown;
    int used = 0;
    bool ok = visible(text, &shown);
    struct bf_str s = bf_buf_view(&shown);
    bool cut = bf_visible_width(s) > (size_t)(width > 0 ? width : 0);
    for (size_t at = 0; ok && at < s.n;) {
        uint32_t raw = bf_visible_next(s, &at);
        int n = (int)bf_visible_columns(raw);
        if (n == 0)
            continue; /* a cell holds one character: marks that combine are left out */
        if (used + n > width - (cut && width > 3))
            break;
        canvas_spot(c, x + used, y, canvas_tame(raw, c->utf8), style);
        if (n == 2)
            canvas_spot(c, x + used + 1, y, c->utf8 ? 0 : ' ', style);
        used += n;
    }
    if (cut && width > 3)
        canvas_spot(c, x + used++, y, c->utf8 ? 0x2026 : '~', style);
    c->failed |= !ok;
    bf_buf_free(&shown);
    return used;
}

int canvas_width(struct bf_str text)
{
    struct bf_buf shown;
    int n = visible(text, &shown) ? (int)bf_visible_width(bf_buf_view(&shown)) : 0;
    bf_buf_free(&shown);
    return n;
}

int canvas_right(struct canvas *c, int x, int y, int width, enum style style, struct bf_str text)
{
    int n = canvas_width(text);
    return canvas_text(c, n < width ? x + width - n : x, y, width, style, text);
}

/* SGR sequences of the styles (ECMA-48, 8.3.117). */
static const char *sgr(int style, int colours)
{
    static const char *const of16[STYLES] = {"", "1", "2", "1", "36", "34", "32", "31", "1;31"};
    static const char *const of256[STYLES] = {
        "", "1", "38;5;245", "1", "38;5;38", "38;5;68", "38;5;71", "38;5;167", "1;38;5;167"};
    return colours >= 256 ? of256[style] : of16[style];
}

static void put_row(const struct spot *row, int n, int colours, struct bf_buf *out)
{
    int style = STYLE_PLAIN;
    for (int x = 0; x < n; x++) {
        char bytes[4];
        if (!row[x].c)
            continue;
        if (colours && row[x].style != style) {
            style = row[x].style;
            bf_buf_addf(out, "\033[0%s%sm", style ? ";" : "", sgr(style, colours));
        }
        bf_buf_add(out, bytes, bf_utf8_put(bytes, row[x].c));
    }
    if (style)
        bf_buf_lit(out, "\033[0m");
}

void canvas_print(const struct canvas *c, int from, int n, int colours, const char *end,
                  const char *newline, struct bf_buf *out)
{
    for (int y = from; y < from + n; y++) {
        const struct spot *row = y < c->height ? c->at + y * c->width : NULL;
        int last = row ? c->width : 0;
        while (last > 0 && row[last - 1].c == ' ')
            last--;
        put_row(row, last, colours, out);
        bf_buf_adds(out, bf_str_of(end));
        if (y + 1 < from + n || *end == 0)
            bf_buf_adds(out, bf_str_of(newline));
    }
}
