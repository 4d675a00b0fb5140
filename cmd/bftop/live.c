/* The live page in a terminal: keys, what part of the page is seen, and when it is drawn anew. */
#include <unistd.h>

#include "cmd/bftop/bftop.h"
#include "cmd/bftop/draw.h"
#include "cmd/bftop/term.h"
#include "cmd/bftop/watch.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"

enum { PAGE_MAX = 4 * 1024 * 1024, CLOCK_MS = 1000 };

static const uint64_t windows_ms[] = {60000,    300000,   900000,   1800000,   3600000,  10800000,
                                      21600000, 43200000, 86400000, 172800000, 604800000};

struct live {
    struct watch *watch;
    struct canvas canvas;
    struct bf_buf page, shown; /* to be shown, and what is */
    int columns, rows, colours;
    int top;     /* the first row that is seen */
    size_t zoom; /* 1 + the panel that has the page for itself; 0: none */
    bool paused, quit, dirty;
    int64_t drawn_ms;
};

static void put_status(struct live *l, struct bf_buf *out)
{
    const struct watch *w = l->watch;
    if (w->err.code)
        bf_buf_addf(out, "%s", w->err.text);
    else {
        struct bf_date d = bf_clock_date(bf_clock_wall_ms());
        bf_buf_addf(out, "%s  %02d:%02d:%02dZ%s  window ", w->path, d.hour, d.minute, d.second,
                    l->paused ? "  paused" : "");
        bf_num_add_duration(out, w->panels->window_ms);
        bf_buf_lit(out, "  q quit  +/- window  1-9 tab zoom  esc all  space pause");
    }
}

static void draw_status(struct live *l)
{
    char room[600];
    struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
    struct canvas line;
    canvas_init(&line, l->columns, l->canvas.utf8);
    put_status(l, &text);
    canvas_text(&line, 0, 0, l->columns, l->watch->err.code ? STYLE_ERROR : STYLE_DIM,
                bf_buf_view(&text));
    canvas_print(&line, 0, 1, l->colours, "\033[K", "\r\n", &l->page);
    canvas_free(&line);
}

static void draw(struct live *l)
{
    struct panels *p = l->watch->panels;
    int rows = l->rows - 1;
    canvas_clear(&l->canvas, l->columns);
    if (l->zoom > p->n)
        l->zoom = 0;
    if (l->zoom)
        draw_panel(&l->canvas, p, &p->panel[l->zoom - 1], 0, 0, l->columns, rows);
    else
        draw_frame(&l->canvas, p);
    int most = l->canvas.height > rows ? l->canvas.height - rows : 0;
    l->top = l->top > most ? most : l->top < 0 ? 0 : l->top;
    bf_buf_reset(&l->page);
    canvas_print(&l->canvas, l->top, rows, l->colours, "\033[K", "\r\n", &l->page);
    if (rows > 0) /* else the status line is all that there is room for */
        bf_buf_lit(&l->page, "\r\n");
    draw_status(l);
    if (!bf_buf_ok(&l->page) || bf_str_eq(bf_buf_view(&l->page), bf_buf_view(&l->shown)))
        return;
    term_show(bf_buf_view(&l->page));
    bf_buf_reset(&l->shown);
    bf_buf_adds(&l->shown, bf_buf_view(&l->page));
}

static void turn_window(struct live *l, int by)
{
    uint64_t now = l->watch->panels->window_ms, next = now;
    for (size_t i = 0; i < BF_COUNT(windows_ms); i++) {
        uint64_t w = windows_ms[by > 0 ? i : BF_COUNT(windows_ms) - 1 - i];
        if (by > 0 ? w > now : w < now) {
            next = w;
            break;
        }
    }
    if (next != now)
        watch_window(l->watch, next);
}

static void on_key(struct live *l, int key)
{
    size_t n = l->watch->panels->n;
    int page = l->rows > 3 ? l->rows - 3 : 1;
    l->dirty = key != KEY_NONE;
    if (key >= '1' && key <= '9' && (size_t)(key - '0') <= n)
        l->zoom = (size_t)(key - '0');
    switch (key) {
    case 'q':
        l->quit = true;
        break;
    case '+':
    case '=':
        turn_window(l, 1);
        break;
    case '-':
        turn_window(l, -1);
        break;
    case ' ':
        l->paused = !l->paused;
        break;
    case '\t':
        l->zoom = n ? l->zoom % n + 1 : 0;
        break;
    case '0':
    case KEY_ESCAPE:
        l->zoom = 0;
        break;
    case 'k':
    case KEY_UP:
        l->top--;
        break;
    case 'j':
    case KEY_DOWN:
        l->top++;
        break;
    case KEY_PAGE_UP:
        l->top -= page;
        break;
    case KEY_PAGE_DOWN:
        l->top += page;
        break;
    case KEY_HOME:
        l->top = 0;
        break;
    case KEY_END:
        l->top = CANVAS_HEIGHT_MOST;
        break;
    default:
        break;
    }
}

static void take_size(struct live *l)
{
    term_size(&l->columns, &l->rows);
    if (l->columns > CANVAS_WIDTH_MOST)
        l->columns = CANVAS_WIDTH_MOST;
    if (l->columns < CANVAS_WIDTH_LEAST)
        l->columns = CANVAS_WIDTH_LEAST; /* the terminal cuts the rest */
    bf_buf_reset(&l->shown);             /* the terminal may show anything now */
    l->dirty = true;
}

static void step(struct live *l)
{
    if (term_changed())
        take_size(l);
    if (!l->paused && watch_look(l->watch))
        l->dirty = true;
    int64_t now = bf_clock_mono_ms();
    if (l->dirty || now - l->drawn_ms >= CLOCK_MS) {
        draw(l);
        l->drawn_ms = now;
        l->dirty = false;
    }
    on_key(l, term_key(WATCH_TICK_MS));
}

bool show_live(struct watch *w, struct bf_err *e)
{
    struct live l = {.watch = w, .colours = show_colours(STDOUT_FILENO)};
    canvas_init(&l.canvas, CANVAS_WIDTH_LEAST, show_utf8());
    bf_buf_init(&l.page, PAGE_MAX);
    bf_buf_init(&l.shown, PAGE_MAX);
    bool ok = term_enter(e);
    while (ok && !l.quit && !bf_stop_asked() && !term_gone())
        step(&l);
    term_leave();
    bf_buf_free(&l.page);
    bf_buf_free(&l.shown);
    canvas_free(&l.canvas);
    return ok && (!term_gone() || bf_err_told(e, BF_E_CLOSED));
}
