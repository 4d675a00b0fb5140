#include "cmd/bftop/html.h"

#include "cmd/bftop/canvas.h"
#include "cmd/bftop/format.h"
#include "cmd/bftop/html_style.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/encoding/sha256.h"
#include "lib/row/visible.h"

enum { TEXT_MOST = 64 * 1024 };

void html_text(struct bf_buf *out, struct bf_str s)
{
    struct bf_buf shown;
    bf_buf_init(&shown, TEXT_MOST);
    bf_visible_put(&shown, s);
    struct bf_str t = bf_buf_ok(&shown) ? bf_buf_view(&shown) : BF_STR("?");
    for (size_t at = 0; at < t.n;) {
        uint32_t c = canvas_tame(bf_visible_next(t, &at), true);
        char bytes[4];
        if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'')
            bf_buf_addf(out, "&#%u;", (unsigned)c);
        else
            bf_buf_add(out, bytes, bf_utf8_put(bytes, c));
    }
    bf_buf_free(&shown);
}

static void put_title(struct bf_buf *out, const struct panels *all, const struct panel *p)
{
    struct bf_buf title;
    bf_buf_init(&title, TEXT_MOST);
    panel_title(all, p, &title);
    html_text(out, bf_buf_view(&title));
    bf_buf_free(&title);
}

static void put_cell(struct bf_buf *out, const struct cell *c, int decimals, bool commas)
{
    struct bf_buf text;
    bf_buf_init(&text, TEXT_MOST);
    (commas ? format_value : format_cell)(c, decimals, &text);
    html_text(out, bf_buf_view(&text));
    bf_buf_free(&text);
}

/* bars: the second column is a number that also gets a bar; with parts, of a funnel, what part of the first it is. */
static void put_rows(struct bf_buf *out, const struct result *r, bool bars, bool parts)
{
    double most = 0, first = bars && r->rows ? cell_at(r, 0, 1)->value : 0;
    for (size_t i = 0; bars && i < r->rows; i++)
        most = cell_at(r, i, 1)->value > most ? cell_at(r, i, 1)->value : most;
    for (size_t row = 0; row < r->rows; row++) {
        bf_buf_lit(out, "<tr>");
        for (size_t col = 0; col < r->cols && (!bars || col < 2); col++) {
            const struct cell *c = cell_at(r, row, col);
            if (bars && col == 1) {
                bf_buf_lit(out, "<td class=\"b\">");
                html_bar(out, most > 0 ? c->value / most : 0);
                bf_buf_lit(out, "</td>");
            }
            bf_buf_adds(out, col == 0                          ? BF_STR("<th scope=\"row\">")
                             : format_numbers(r, r->rows, col) ? BF_STR("<td class=\"n\">")
                                                               : BF_STR("<td>"));
            put_cell(out, c, format_decimals(r, r->rows, col), bars);
            bf_buf_adds(out, col == 0 ? BF_STR("</th>") : BF_STR("</td>"));
        }
        if (parts)
            bf_buf_addf(out, "<td class=\"n\">%.1f %%</td>",
                        first > 0 ? cell_at(r, row, 1)->value / first * 100 : 0);
        bf_buf_lit(out, "</tr>");
    }
}

/* What may be wider or higher than its place scrolls, and the keyboard has to reach it for that. */
static void put_table(struct bf_buf *out, size_t panel, const struct result *r, bool bars,
                      bool parts)
{
    if (bars)
        bf_buf_lit(out, "<div><table><thead><tr>");
    else
        bf_buf_addf(out,
                    "<div class=\"w\" tabindex=\"0\" role=\"group\" "
                    "aria-labelledby=\"h%zu\"><table><thead><tr>",
                    panel);
    for (size_t col = 0; col < r->cols && (!bars || col < 2); col++) {
        if (bars && col == 1)
            bf_buf_lit(out, "<td></td>");
        bf_buf_adds(out, col && format_numbers(r, r->rows, col)
                             ? BF_STR("<th scope=\"col\" class=\"n\">")
                             : BF_STR("<th scope=\"col\">"));
        html_text(out, r->name[col]);
        bf_buf_lit(out, "</th>");
    }
    if (parts)
        bf_buf_lit(out, "<th scope=\"col\" class=\"n\">of the first</th>");
    bf_buf_lit(out, "</tr></thead><tbody>");
    put_rows(out, r, bars, parts);
    bf_buf_lit(out, "</tbody></table></div>");
}

static void put_number(struct bf_buf *out, const struct panel *p)
{
    struct bf_buf trend;
    bf_buf_init(&trend, TEXT_MOST);
    bf_buf_lit(out, "<p class=\"v\">");
    put_cell(out, cell_at(&p->result, 0, 0), 0, true);
    bf_buf_lit(out, "</p><p class=\"t\">");
    int way = format_trend(p, &trend);
    bf_buf_addf(out, "<span class=\"%s\">", way > 0 ? "up" : way < 0 ? "down" : "even");
    html_text(out, bf_buf_view(&trend));
    bf_buf_lit(out, "</span>");
    html_spark(out, &p->trend);
    bf_buf_lit(out, "</p>");
    bf_buf_free(&trend);
}

static void put_content(struct bf_buf *out, const struct panels *all, const struct panel *p)
{
    const struct result *r = &p->result;
    size_t at = (size_t)(p - all->panel);
    bool two = p->kind == PANEL_LINE || p->kind == PANEL_BARS || p->kind == PANEL_FUNNEL;
    if (r->error[0]) {
        bf_buf_lit(out, "<p class=\"e\" role=\"alert\">");
        html_text(out, bf_str_of(r->error));
        bf_buf_lit(out, "</p>");
    } else if (!r->rows)
        bf_buf_lit(out, "<p class=\"t\">no rows</p>");
    else if (two && r->cols < 2)
        bf_buf_lit(out, "<p class=\"e\">this kind needs two columns: a name and a number</p>");
    else if (panel_is_number(p))
        put_number(out, p);
    else if (p->kind == PANEL_LINE) {
        html_line(out, all, p);
        bf_buf_lit(out, "<details><summary>The values as a table</summary>");
        put_table(out, at, r, false, false);
        bf_buf_lit(out, "</details>");
    } else
        put_table(out, at, r, p->kind != PANEL_TABLE, p->kind == PANEL_FUNNEL);
    const char *note = format_note(p);
    if (r->rows && *note)
        bf_buf_addf(out, "<p class=\"t\">%s</p>", note);
}

void html_panel(struct bf_buf *out, const struct panels *all, size_t i)
{
    static const char *const kinds[] = {"number", "line", "bars", "table", "funnel", "rate"};
    const struct panel *p = &all->panel[i];
    bf_buf_addf(out, "<section class=\"%s\" id=\"p%zu\" aria-labelledby=\"h%zu\"><h2 id=\"h%zu\">",
                kinds[p->kind], i, i, i);
    put_title(out, all, p);
    bf_buf_lit(out, "</h2>");
    put_content(out, all, p);
    bf_buf_lit(out, "</section>");
}

/* The policy of a file: no script, and the style of this page alone, named by its hash (CSP Level 3, 2.3.1). */
static void put_policy(struct bf_buf *out)
{
    struct bf_sha256 h;
    unsigned char sum[BF_SHA256_BYTES];
    bf_sha256_init(&h);
    bf_sha256_add(&h, HTML_STYLE, sizeof HTML_STYLE - 1);
    bf_sha256_end(&h, sum);
    bf_buf_lit(out, "<meta http-equiv=\"Content-Security-Policy\" "
                    "content=\"default-src 'none'; style-src 'sha256-");
    bf_base64_encode(out, bf_str((const char *)sum, sizeof sum));
    bf_buf_lit(out, "'; base-uri 'none'; form-action 'none'\">"
                    "<meta name=\"referrer\" content=\"no-referrer\">");
}

static void put_head(struct bf_buf *out, struct bf_str name, const char *nonce)
{
    bf_buf_lit(out, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    if (!nonce) /* a live page gets its policy in a header */
        put_policy(out);
    bf_buf_lit(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                    "<meta name=\"color-scheme\" content=\"light dark\"><title>");
    html_text(out, name);
    if (nonce)
        bf_buf_addf(out, "</title><link rel=\"icon\" href=\"data:,\"><style nonce=\"%s\">", nonce);
    else
        bf_buf_lit(out, "</title><style>");
    bf_buf_lit(out, HTML_STYLE);
    bf_buf_lit(out, "</style></head>");
}

void html_begin(struct bf_buf *out, const char *database, const char *nonce)
{
    const char *slash = strrchr(database, '/');
    struct bf_str name = bf_str_of(slash && slash[1] ? slash + 1 : database);
    put_head(out, name, nonce);
    bf_buf_lit(out, "<body><header><h1>");
    html_text(out, name);
    bf_buf_lit(out, "</h1>");
}

/* A screen reader announces each change of an element with the role "status". The time of the last look changes every second, so that
 * only trouble is in such an element. */
void html_state(struct bf_buf *out, const char *text, bool trouble, const char *set)
{
    bf_buf_lit(out, "<p id=\"state\">");
    html_text(out, bf_str_of(trouble ? "" : text));
    bf_buf_lit(out, "</p><p id=\"trouble\" class=\"e\" role=\"status\">");
    html_text(out, bf_str_of(trouble ? text : ""));
    bf_buf_addf(out, "</p></header><main data-set=\"%s\">", set);
}

void html_end(struct bf_buf *out, const char *script, const char *nonce)
{
    bf_buf_lit(out, "</main>");
    if (script)
        bf_buf_addf(out, "<script nonce=\"%s\">%s</script>", nonce, script);
    bf_buf_lit(out, "</body></html>\n");
}

void html_page(struct bf_buf *out, const struct panels *all, const char *database)
{
    char room[40];
    struct bf_buf time = {.p = room, .cap = sizeof room, .max = sizeof room};
    bf_clock_iso(&time, bf_clock_wall_ms() / 1000 * 1000);
    bf_buf_addc(&time, 0);
    html_begin(out, database, NULL);
    html_state(out, room, false, "");
    for (size_t i = 0; i < all->n; i++)
        html_panel(out, all, i);
    html_end(out, NULL, NULL);
}
