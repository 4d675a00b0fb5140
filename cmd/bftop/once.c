/* --once: one frame as text. --html: one as a page. --print-panels: the panels as a file. --print-views: their roll-ups. */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/bftop/bftop.h"
#include "cmd/bftop/delivery.h"
#include "cmd/bftop/draw.h"
#include "cmd/bftop/html.h"
#include "cmd/bftop/watch.h"
#include "lib/cli/diag.h"
#include "lib/io/file.h"
#include "lib/io/out.h"

enum { COLUMNS_DEFAULT = 80, FRAME_MAX = 8 * 1024 * 1024 };

bool show_utf8(void)
{
    setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int show_colours(int fd)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    if ((no && *no) || !term || strcmp(term, "dumb") == 0 || !isatty(fd))
        return 0;
    return strstr(term, "256") || getenv("COLORTERM") ? 256 : 16;
}

int show_columns(int fd)
{
    struct winsize size = {0};
    const char *set = getenv("COLUMNS");
    struct bf_err ignored = {0};
    uint64_t n = 0;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    return set && bf_num_u64(bf_str_of(set), &n, &ignored) && n <= CANVAS_WIDTH_MOST ? (int)n : 0;
}

bool show_failed(const struct panels *p, struct bf_err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->panel[i].result.error[0]) {
            bf_diag_hint("the panel '%.*s': %s", BF_SHOWN(p->panel[i].title),
                         p->panel[i].result.error);
            n++;
        }
    return n == 0 || bf_err_told(e, BF_E_INPUT);
}

static bool print(struct bf_buf *text, struct bf_err *e)
{
    struct bf_out out;
    bool ok = bf_buf_check(text, "the picture", e) &&
              bf_out_init(&out, STDOUT_FILENO, "standard output", 0, e);
    if (!ok)
        return false;
    bf_out_write(&out, text->p, text->n);
    return bf_out_close(&out, e);
}

bool show_once(const struct config *c, struct watch *w, struct bf_err *e)
{
    if (!watch_once(w, e))
        return false;
    struct canvas page;
    struct bf_buf text;
    int width = c->width ? (int)c->width : show_columns(STDOUT_FILENO);
    if (width < CANVAS_WIDTH_LEAST)
        width = width ? CANVAS_WIDTH_LEAST : COLUMNS_DEFAULT;
    canvas_init(&page, width < CANVAS_WIDTH_MOST ? width : CANVAS_WIDTH_MOST, show_utf8());
    bf_buf_init(&text, FRAME_MAX);
    delivery_look(w->panels);
    draw_frame(&page, w->panels);
    canvas_print(&page, 0, page.height, show_colours(STDOUT_FILENO), "", "\n", &text);
    bool ok = !page.failed || bf_err_nomem(e);
    ok = ok && print(&text, e) && show_failed(w->panels, e);
    bf_buf_free(&text);
    canvas_free(&page);
    return ok;
}

bool show_html(const struct config *c, struct watch *w, struct bf_err *e)
{
    if (!watch_once(w, e))
        return false;
    struct bf_buf text;
    bf_buf_init(&text, FRAME_MAX);
    delivery_look(w->panels);
    html_page(&text, w->panels, w->path);
    bool ok = strcmp(c->html, "-") == 0 ? print(&text, e)
                                        : bf_buf_check(&text, "the page", e) &&
                                              bf_file_write(c->html, bf_buf_view(&text), e);
    bf_buf_free(&text);
    return ok && show_failed(w->panels, e);
}

/* A statement on lines that begin with a blank, as the file wants it. */
static void put_sql(struct bf_str sql, struct bf_buf *out)
{
    bf_buf_lit(out, "sql = ");
    for (size_t i = 0; i < sql.n; i++) {
        bf_buf_addc(out, sql.p[i]);
        if (sql.p[i] == '\n')
            bf_buf_lit(out, "  ");
    }
    bf_buf_lit(out, "\n");
}

bool show_panels(const struct panels *p, struct bf_err *e)
{
    static const char *const kinds[] = {"number", "line", "bars", "table", "funnel", "rate"};
    struct bf_buf text;
    bf_buf_init(&text, FRAME_MAX);
    for (size_t i = 0; i < p->n; i++) {
        const struct panel *panel = &p->panel[i];
        if (panel->state)
            continue;
        bf_buf_addf(&text, "%s[%.*s]\nkind = %s\nrefresh = ", i ? "\n" : "", (int)panel->title.n,
                    panel->title.p, kinds[panel->kind]);
        bf_num_add_duration(&text, panel->refresh_ms);
        bf_buf_addc(&text, '\n');
        put_sql(panel->sql, &text);
    }
    bool ok = print(&text, e);
    bf_buf_free(&text);
    return ok;
}

bool show_views(struct watch *w, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, FRAME_MAX);
    bool ok = panels_views(w->db, &text, e) && print(&text, e);
    bf_buf_free(&text);
    return ok;
}
