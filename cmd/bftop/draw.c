#include "cmd/bftop/draw.h"

#include "cmd/bftop/format.h"
#include "lib/row/visible.h"

enum { LINE_ROWS = 9, ROWS_SHOWN = 10, VALUE_ROOM = 800, COLUMN_LEAST = 4 };

static struct bf_buf room_of(char *room, size_t n)
{
    return (struct bf_buf){.p = room, .cap = n, .max = n};
}

static int shown(const struct panel *p)
{
    return (int)(p->result.rows < ROWS_SHOWN ? p->result.rows : ROWS_SHOWN);
}

int draw_height(const struct panel *p)
{
    if (p->result.error[0])
        return 4;
    if (!p->result.rows)
        return 2;
    switch (p->kind) {
    case PANEL_NUMBER:
    case PANEL_RATE:
        return 3;
    case PANEL_LINE:
        return 1 + LINE_ROWS;
    case PANEL_TABLE:
        return 2 + shown(p);
    default:
        return 1 + shown(p);
    }
}

/* The text in lines of this width. */
static void draw_error(struct canvas *c, const struct panel *p, int x, int y, int width, int height)
{
    struct bf_str rest = bf_str_of(p->result.error);
    for (int i = 0; rest.n && i < height; i++) {
        struct bf_str part = i + 1 == height ? rest : bf_visible_cut(rest, (size_t)width);
        if (!part.n)
            break;
        canvas_text(c, x, y + i, width, STYLE_ERROR, part);
        rest = bf_str(rest.p + part.n, rest.n - part.n);
    }
}

/* The last values of the number, as blocks of eight heights. */
static void draw_spark(struct canvas *c, const struct trend *t, int x, int y, int width)
{
    double least = t->value[0], most = t->value[0];
    size_t from = t->n > (size_t)width ? t->n - (size_t)width : 0;
    for (size_t i = from; i < t->n; i++) {
        least = t->value[i] < least ? t->value[i] : least;
        most = t->value[i] > most ? t->value[i] : most;
    }
    if (!c->utf8 || t->n < 2 || most <= least)
        return;
    for (size_t i = from; i < t->n; i++)
        canvas_spot(c, x + (int)(i - from), y,
                    0x2581u + (unsigned)((t->value[i] - least) / (most - least) * 7), STYLE_DIM);
}

static void draw_number(struct canvas *c, const struct panel *p, int x, int y, int width)
{
    char room[VALUE_ROOM];
    struct bf_buf text = room_of(room, sizeof room);
    format_value(cell_at(&p->result, 0, 0), 0, &text);
    canvas_text(c, x, y, width, STYLE_VALUE, bf_buf_view(&text));
    bf_buf_reset(&text);
    int way = format_trend(p, &text);
    int used = canvas_text(c, x, y + 1, width,
                           way > 0   ? STYLE_UP
                           : way < 0 ? STYLE_DOWN
                                     : STYLE_DIM,
                           bf_buf_view(&text));
    used += used > 0;
    if (width - used > 2)
        draw_spark(c, &p->trend, x + used, y + 1, width - used);
}

/* A bar of eighths of characters, or of #. */
static void draw_bar(struct canvas *c, int x, int y, int width, double part)
{
    int eighths = (int)(part * width * 8 + 0.5);
    if (part > 0 && eighths == 0)
        eighths = 1;
    for (int i = 0; i < eighths / 8; i++)
        canvas_spot(c, x + i, y, c->utf8 ? 0x2588 : '#', STYLE_BAR);
    if (eighths % 8 && (c->utf8 || eighths >= 4))
        canvas_spot(c, x + eighths / 8, y, c->utf8 ? 0x2590u - (unsigned)(eighths % 8) : '#',
                    STYLE_BAR);
}

static double largest(const struct result *r)
{
    double most = 0;
    for (size_t i = 0; i < r->rows; i++)
        most = cell_at(r, i, 1)->value > most ? cell_at(r, i, 1)->value : most;
    return most;
}

/* A name, a bar and a value a row; of a funnel also what part of the first has come so far. */
static void draw_bars(struct canvas *c, const struct panel *p, int x, int y, int width, int height)
{
    const struct result *r = &p->result;
    char room[VALUE_ROOM];
    struct bf_buf text = room_of(room, sizeof room);
    double most = r->cols > 1 ? largest(r) : 0, first = r->cols > 1 ? cell_at(r, 0, 1)->value : 0;
    int decimals = r->cols > 1 ? format_decimals(r, r->rows, 1) : 0;
    int names = 0, values = 0, parts = p->kind == PANEL_FUNNEL ? 7 : 0;
    for (int i = 0; r->cols > 1 && i < height && i < (int)r->rows; i++) {
        int n = canvas_width(cell_at(r, (size_t)i, 0)->text);
        bf_buf_reset(&text);
        format_value(cell_at(r, (size_t)i, 1), decimals, &text);
        names = n > names ? n : names;
        values = (int)text.n > values ? (int)text.n : values;
    }
    names = names > width / 3 ? width / 3 : names;
    values = values > width / 2 ? width / 2 : values;
    int bars = width - names - values - parts - 2;
    for (int i = 0; r->cols > 1 && i < height && i < (int)r->rows; i++) {
        const struct cell *v = cell_at(r, (size_t)i, 1);
        canvas_text(c, x, y + i, names, STYLE_PLAIN, cell_at(r, (size_t)i, 0)->text);
        if (bars > 0 && most > 0 && v->value > 0)
            draw_bar(c, x + names + 1, y + i, bars, v->value / most);
        bf_buf_reset(&text);
        format_value(v, decimals, &text);
        canvas_right(c, x + width - values - parts, y + i, values, STYLE_PLAIN, bf_buf_view(&text));
        bf_buf_reset(&text);
        if (parts && first > 0)
            bf_buf_addf(&text, "%.1f%%", v->value / first * 100);
        canvas_right(c, x + width - parts, y + i, parts, STYLE_DIM, bf_buf_view(&text));
    }
}

/* The widths of a table's columns: what they hold, and if that is too much, the widest are cut. */
static int column_widths(const struct result *r, int rows, int width, int *w)
{
    char room[VALUE_ROOM];
    struct bf_buf text = room_of(room, sizeof room);
    int sum = 0, n = (int)r->cols;
    for (int col = 0; col < n; col++) {
        int decimals = format_decimals(r, (size_t)rows, (size_t)col);
        w[col] = canvas_width(r->name[col]);
        for (int row = 0; row < rows; row++) {
            bf_buf_reset(&text);
            format_cell(cell_at(r, (size_t)row, (size_t)col), decimals, &text);
            int is = canvas_width(bf_buf_view(&text));
            w[col] = is > w[col] ? is : w[col];
        }
        w[col] = w[col] < 1 ? 1 : w[col];
        sum += w[col] + 2;
    }
    for (sum -= 2; n > 0 && sum > width;) {
        int widest = 0;
        for (int col = 1; col < n; col++)
            widest = w[col] > w[widest] ? col : widest;
        if (w[widest] <= COLUMN_LEAST) {
            n--; /* there is no room for the last one */
            sum -= w[n] + 2;
        } else {
            w[widest]--;
            sum--;
        }
    }
    return n;
}

static void draw_table(struct canvas *c, const struct panel *p, int x, int y, int width, int height)
{
    const struct result *r = &p->result;
    char room[VALUE_ROOM];
    struct bf_buf text = room_of(room, sizeof room);
    int w[64] = {0}, rows = height - 1 < (int)r->rows ? height - 1 : (int)r->rows;
    int n = column_widths(r, rows, width, w);
    for (int col = 0; col < n; x += w[col++] + 2) {
        int decimals = format_decimals(r, (size_t)rows, (size_t)col);
        bool right = format_numbers(r, (size_t)rows, (size_t)col);
        int (*put)(struct canvas *, int, int, int, enum style, struct bf_str) =
            right ? canvas_right : canvas_text;
        put(c, x, y, w[col], STYLE_DIM, r->name[col]);
        for (int row = 0; row < rows; row++) {
            bf_buf_reset(&text);
            format_cell(cell_at(r, (size_t)row, (size_t)col), decimals, &text);
            put(c, x, y + 1 + row, w[col], STYLE_PLAIN, bf_buf_view(&text));
        }
    }
}

static void draw_title(struct canvas *c, const struct panels *all, const struct panel *p, int x,
                       int y, int width)
{
    char room[VALUE_ROOM];
    struct bf_buf text = room_of(room, sizeof room);
    uint32_t rule = c->utf8 ? 0x2500 : '-';
    panel_title(all, p, &text);
    canvas_spot(c, x, y, rule, STYLE_DIM);
    int used = 2 + canvas_text(c, x + 2, y, width - 2, STYLE_TITLE, bf_buf_view(&text)) + 1;
    for (; used < width; used++)
        canvas_spot(c, x + used, y, rule, STYLE_DIM);
}

void draw_panel(struct canvas *c, const struct panels *all, const struct panel *p, int x, int y,
                int width, int height)
{
    const struct result *r = &p->result;
    draw_title(c, all, p, x, y, width);
    if (r->error[0])
        draw_error(c, p, x, y + 1, width, height - 1);
    else if (!r->rows)
        canvas_text(c, x, y + 1, width, STYLE_DIM, BF_STR("no rows"));
    else if (panel_is_number(p))
        draw_number(c, p, x, y + 1, width);
    else if (p->kind == PANEL_TABLE)
        draw_table(c, p, x, y + 1, width, height - 1);
    else if (r->cols < 2)
        canvas_text(c, x, y + 1, width, STYLE_ERROR,
                    BF_STR("this kind needs two columns: a name and a number"));
    else if (p->kind == PANEL_LINE)
        draw_line(c, p, x, y + 1, width, height - 1);
    else
        draw_bars(c, p, x, y + 1, width, height - 1);
}
