/* Plots as inline SVG. A few hundred bytes of our own draw what the panels need; a library of charts would be 50 to
 * 1000 KB of JavaScript in each mail, and could not draw without it. */
#include "cmd/bftop/format.h"
#include "cmd/bftop/html.h"

enum {
    WIDTH = 640,
    HEIGHT = 220,
    LEFT = 56,
    TOP = 14,
    BOTTOM = 30,
    SPARK_WIDTH = 100,
    SPARK_HEIGHT = 20
};

struct scale {
    double least, most;
    size_t rows;
};

static double px(const struct scale *s, size_t row)
{
    return s->rows < 2 ? LEFT : LEFT + (double)row * (WIDTH - LEFT) / (double)(s->rows - 1);
}

static double py(const struct scale *s, double v)
{
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (v - s->least) / (s->most - s->least));
}

static struct scale scale_of(const struct result *r)
{
    struct scale s = {0, 0, r->rows};
    for (size_t row = 0; row < r->rows; row++)
        for (size_t col = 1; col < r->cols && col < 3; col++) {
            double v = cell_at(r, row, col)->value;
            s.least = v < s.least ? v : s.least;
            s.most = v > s.most ? v : s.most;
        }
    if (s.most <= s.least)
        s.most = s.least + 1;
    return s;
}

/* The path of a column; values that are none leave a gap. */
static void put_path(struct bf_buf *out, const struct result *r, const struct scale *s, size_t col,
                     const char *class)
{
    bool on = false;
    bf_buf_addf(out, "<path class=\"%s\" d=\"", class);
    for (size_t row = 0; row < r->rows; row++) {
        const struct cell *c = cell_at(r, row, col);
        if (c->number)
            bf_buf_addf(out, "%c%.1f %.1f", on ? 'L' : 'M', px(s, row), py(s, c->value));
        on = c->number;
    }
    bf_buf_lit(out, "\"/>");
}

static void put_rules(struct bf_buf *out, const struct scale *s)
{
    char room[32];
    for (int i = 0; i < 3; i++) {
        struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
        double v = s->least + (s->most - s->least) * i / 2;
        format_short(v, &text);
        bf_buf_addf(out,
                    "<path class=\"r\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
                    "text-anchor=\"end\">%.*s</text>",
                    LEFT, py(s, v), WIDTH, LEFT - 6, py(s, v) + 5, (int)text.n, text.p);
    }
}

static void put_label(struct bf_buf *out, const char *anchor, double x, struct bf_str text)
{
    bf_buf_addf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">", x, HEIGHT - 8, anchor);
    html_text(out, bf_str(text.p, text.n ? (size_t)bf_str_shown(text, 24) : 0));
    bf_buf_lit(out, "</text>");
}

/* The hint that each point shows under the pointer. */
static void put_hints(struct bf_buf *out, const struct result *r, const struct scale *s)
{
    double wide = (double)(WIDTH - LEFT) / (double)(r->rows > 1 ? r->rows - 1 : 1);
    for (size_t row = 0; row < r->rows; row++) {
        bf_buf_addf(out,
                    "<rect class=\"h\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\"><title>",
                    px(s, row) - wide / 2, wide, HEIGHT);
        html_text(out, cell_at(r, row, 0)->text);
        for (size_t col = 1; col < r->cols && col < 3; col++) {
            bf_buf_addc(out, ' ');
            html_text(out, r->name[col]);
            bf_buf_addc(out, ' ');
            html_text(out, cell_at(r, row, col)->text);
        }
        bf_buf_lit(out, "</title></rect>");
    }
}

void html_line(struct bf_buf *out, const struct panels *all, const struct panel *p)
{
    const struct result *r = &p->result;
    struct scale s = scale_of(r);
    struct bf_str first = cell_at(r, 0, 0)->text, last = cell_at(r, r->rows - 1, 0)->text;
    bf_buf_addf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"h%zu\">", WIDTH,
                HEIGHT, (size_t)(p - all->panel));
    put_rules(out, &s);
    if (r->cols > 2)
        put_path(out, r, &s, 2, "g");
    put_path(out, r, &s, 1, "l");
    put_label(out, "start", LEFT, format_time(first, last));
    if (r->rows > 2)
        put_label(out, "middle", LEFT + (WIDTH - LEFT) / 2.0,
                  format_time(cell_at(r, r->rows / 2, 0)->text, last));
    if (r->rows > 1)
        put_label(out, "end", WIDTH, format_time(last, first));
    put_hints(out, r, &s);
    bf_buf_lit(out, "</svg>");
}

void html_bar(struct bf_buf *out, double part)
{
    bf_buf_addf(out,
                "<svg aria-hidden=\"true\"><rect class=\"f\" width=\"%.2f%%\" height=\"100%%\" "
                "rx=\"2\"/></svg>",
                part > 1   ? 100
                : part > 0 ? part * 100
                           : 0);
}

void html_spark(struct bf_buf *out, const struct trend *t)
{
    double least = t->value[0], most = t->value[0];
    for (size_t i = 1; i < t->n; i++) {
        least = t->value[i] < least ? t->value[i] : least;
        most = t->value[i] > most ? t->value[i] : most;
    }
    if (t->n < 2 || most <= least)
        return;
    bf_buf_addf(out,
                "<svg class=\"s\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
                "aria-hidden=\"true\"><path class=\"l\" d=\"",
                SPARK_WIDTH, SPARK_HEIGHT);
    for (size_t i = 0; i < t->n; i++)
        bf_buf_addf(out, "%c%.1f %.1f", i ? 'L' : 'M', (double)i * SPARK_WIDTH / (double)(t->n - 1),
                    1 + (SPARK_HEIGHT - 2) * (1 - (t->value[i] - least) / (most - least)));
    bf_buf_lit(out, "\"/></svg>");
}
