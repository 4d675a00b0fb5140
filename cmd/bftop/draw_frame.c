/* Where each panel is on the page. */
#include "cmd/bftop/draw.h"
#include "cmd/bftop/format.h"

enum { NUMBER_LEAST = 18, NUMBERS_MOST = 6, COLUMN_LEAST = 56, COLUMNS_MOST = 3, GAP = 2 };

static size_t numbers_from(const struct panels *all, size_t i)
{
    size_t n = 0;
    while (i + n < all->n && panel_is_number(&all->panel[i + n]))
        n++;
    return n;
}

/* Is a row needed for how they have moved, or for what is wrong with one? */
static bool any_trend(const struct panels *all, size_t i, size_t n)
{
    char room[64];
    struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
    for (size_t k = i; k < i + n; k++) {
        format_trend(&all->panel[k], &text);
        if (text.n || all->panel[k].result.error[0])
            return true;
    }
    return false;
}

/* n numbers from the i-th on, as many beside each other as fit; returns the next row. */
static int draw_numbers(struct canvas *c, const struct panels *all, size_t i, size_t n, int y)
{
    int fit = (c->width + GAP) / (NUMBER_LEAST + GAP);
    size_t most = fit < 1 ? 1 : fit > NUMBERS_MOST ? NUMBERS_MOST : (size_t)fit;
    size_t rows = (n + most - 1) / most, beside = (n + rows - 1) / rows;
    int width = (c->width + GAP) / (int)beside - GAP;
    int height = any_trend(all, i, n) ? 3 : 2;
    for (size_t k = 0; k < n; y += height + 1)
        for (size_t col = 0; col < beside && k < n; col++, k++)
            draw_panel(c, all, &all->panel[i + k], (int)col * (width + GAP), y, width, height);
    return y;
}

/* Others up to the next number: each goes into the column that is the shortest so far. */
static int draw_columns(struct canvas *c, const struct panels *all, size_t i, size_t n, int y)
{
    if (n == 0)
        return y;
    int columns = (c->width + GAP) / (COLUMN_LEAST + GAP), end[COLUMNS_MOST];
    columns = columns < 1 ? 1 : columns > COLUMNS_MOST ? COLUMNS_MOST : columns;
    columns = columns > (int)n ? (int)n : columns;
    int width = (c->width + GAP) / columns - GAP, last = y;
    for (int col = 0; col < columns; col++)
        end[col] = y;
    for (size_t k = 0; k < n; k++) {
        int col = 0, height = draw_height(&all->panel[i + k]);
        for (int other = 1; other < columns; other++)
            col = end[other] < end[col] ? other : col;
        draw_panel(c, all, &all->panel[i + k], col * (width + GAP), end[col], width, height);
        end[col] += height + 1;
        last = end[col] > last ? end[col] : last;
    }
    return last;
}

void draw_frame(struct canvas *c, const struct panels *all)
{
    int y = 0;
    for (size_t i = 0; i < all->n;) {
        size_t n = numbers_from(all, i);
        if (n) {
            y = draw_numbers(c, all, i, n, y);
            i += n;
            continue;
        }
        do
            n++;
        while (i + n < all->n && !panel_is_number(&all->panel[i + n]));
        y = draw_columns(c, all, i, n, y);
        i += n;
    }
}
