/* Draws a line over time in Braille characters, which have eight dots each. The second series is dotted, and the first one covers it. */
#include <stdlib.h>

#include "cmd/bftop/draw.h"
#include "cmd/bftop/format.h"

enum { AXIS = 7 };

struct plot {
    struct canvas *c;
    const struct result *r;
    int x, y, width, height; /* of the plot, without its axis */
    double least, most;
    unsigned char *dots; /* of each character */
};

static void bounds(struct plot *p)
{
    bool any = false;
    for (size_t row = 0; row < p->r->rows; row++)
        for (size_t col = 1; col < p->r->cols && col < 3; col++) {
            const struct cell *v = cell_at(p->r, row, col);
            if (!v->number)
                continue;
            if (!any || v->value > p->most)
                p->most = v->value;
            if (!any || v->value < p->least)
                p->least = v->value;
            any = true;
        }
    if (p->least > 0)
        p->least = 0; /* a scale that begins at zero shows sizes as they are */
    if (p->most <= p->least)
        p->most = p->least + 1;
}

/* Of a value in this many steps, 0 at the bottom. */
static int level(const struct plot *p, double v, int steps)
{
    int at = (int)((v - p->least) / (p->most - p->least) * (steps - 1) + 0.5);
    return at < 0 ? 0 : at >= steps ? steps - 1 : at;
}

static int place(const struct plot *p, size_t row, int steps)
{
    return p->r->rows < 2 ? 0 : (int)(row * (size_t)(steps - 1) / (p->r->rows - 1));
}

static void dot(struct plot *p, int dx, int dy)
{
    static const unsigned char bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    int down = p->height * 4 - 1 - dy;
    p->dots[down / 4 * p->width + dx / 2] |= bit[down % 4][dx % 2];
}

static void draw_before(struct plot *p)
{
    for (size_t row = 0; p->r->cols > 2 && row < p->r->rows; row++) {
        const struct cell *v = cell_at(p->r, row, 2);
        if (v->number)
            canvas_spot(p->c, p->x + place(p, row, p->width),
                        p->y + p->height - 1 - level(p, v->value, p->height),
                        p->c->utf8 ? 0xB7 : '.', STYLE_DIM);
    }
}

/* Each point is joined with the one before it. */
static void draw_dots(struct plot *p)
{
    int px = -1, py = 0;
    for (size_t row = 0; row < p->r->rows; row++) {
        const struct cell *v = cell_at(p->r, row, 1);
        if (!v->number) {
            px = -1;
            continue;
        }
        int nx = place(p, row, p->width * 2), ny = level(p, v->value, p->height * 4);
        int from = px < 0 ? nx : px;
        for (int at = from; at <= nx; at++) {
            int to = nx == from ? ny : py + (ny - py) * (at - from) / (nx - from);
            int last = at == from ? to : py + (ny - py) * (at - 1 - from) / (nx - from);
            for (int d = last < to ? last : to; d <= (last < to ? to : last); d++)
                dot(p, at, d);
        }
        px = nx;
        py = ny;
    }
    for (int i = 0; i < p->width * p->height; i++)
        if (p->dots[i])
            canvas_spot(p->c, p->x + i % p->width, p->y + i / p->width, 0x2800u + p->dots[i],
                        STYLE_LINE);
}

static void draw_stars(struct plot *p)
{
    for (size_t row = 0; row < p->r->rows; row++) {
        const struct cell *v = cell_at(p->r, row, 1);
        if (v->number)
            canvas_spot(p->c, p->x + place(p, row, p->width),
                        p->y + p->height - 1 - level(p, v->value, p->height), '*', STYLE_LINE);
    }
}

static void label(struct canvas *c, int x, int y, int width, double v)
{
    char room[32];
    struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
    format_short(v, &text);
    canvas_right(c, x, y, width, STYLE_DIM, bf_buf_view(&text));
}

void draw_line(struct canvas *c, const struct panel *panel, int x, int y, int width, int height)
{
    const struct result *r = &panel->result;
    struct plot p = {c, r, x + AXIS, y, width - AXIS, height - 1, 0, 0, NULL};
    if (r->cols < 2 || p.width < 4 || p.height < 1)
        return;
    p.dots = calloc((size_t)(p.width * p.height), 1);
    if (!p.dots) {
        c->failed = true;
        return;
    }
    bounds(&p);
    label(c, x, y, AXIS - 1, p.most);
    if (p.height > 1)
        label(c, x, y + p.height - 1, AXIS - 1, p.least);
    draw_before(&p);
    if (c->utf8)
        draw_dots(&p);
    else
        draw_stars(&p);
    struct bf_str first = cell_at(r, 0, 0)->text, last = cell_at(r, r->rows - 1, 0)->text;
    int used = canvas_text(c, p.x, y + p.height, p.width, STYLE_DIM, format_time(first, last));
    if (r->rows > 1)
        canvas_right(c, p.x + used + 1, y + p.height, p.width - used - 1, STYLE_DIM,
                     format_time(last, first));
    free(p.dots);
}
