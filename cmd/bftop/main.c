/* bftop: watch a projection that cdcproj keeps. */
#include <microhttpd.h>
#include <stdio.h>

#include "cmd/bftop/bftop.h"
#include "cmd/bftop/canvas.h"
#include "cmd/bftop/watch.h"
#include "lib/base/stop.h"
#include "lib/cli/diag.h"

enum { WINDOW_MS = 3600000, WINDOW_LEAST_MS = 10000 };
#define WINDOW_MOST_MS UINT64_C(31622400000)

static bool take_port(void *field, struct bf_str value, struct bf_err *e)
{
    struct config *c = (struct config *)((char *)field - offsetof(struct config, http));
    c->http = true;
    return bf_opt_range(value, 0, UINT16_MAX, &c->port, e);
}

static const struct bf_opt options[] = {
    BF_OPT_FLAG(0, "once", struct config, once, "print one frame as text"),
    BF_OPT_STR(0, "html", struct config, html, "FILE",
               "write them as one HTML page; - is standard output"),
    BF_OPT_FN(0, "http", struct config, http, "PORT", "serve them to browsers of this machine",
              take_port),
    BF_OPT_STR(0, "host", struct config, host, "ADDRESS", "address for --http (127.0.0.1)"),
    BF_OPT_STR(0, "token", struct config, token, "FILE", "ask browsers for the token in FILE"),
    BF_OPT_STR('p', "panels", struct config, panels, "FILE",
               "panels to show, in place of the default set"),
    BF_OPT_STR(0, "state", struct config, state, "DIR", "show what s3put --state DIR holds, too"),
    BF_OPT_FLAG(0, "print-panels", struct config, print_panels, "print the panels as such a file"),
    BF_OPT_FLAG(0, "print-views", struct config, print_views,
                "print roll-ups for cdcproj --view that make the panels cheap"),
    BF_OPT_MS(0, "window", struct config, window_ms, "DURATION",
              "time that lines over time show (1h)", .min = WINDOW_LEAST_MS, .max = WINDOW_MOST_MS),
    BF_OPT_RANGE(0, "width", struct config, width, "N",
                 "columns of --once (of the terminal, or 80)", CANVAS_WIDTH_LEAST,
                 CANVAS_WIDTH_MOST),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_OPT_COMMON(struct config, common),
};

static const char *libraries(void)
{
    static char text[96];
    snprintf(text, sizeof text, "libmicrohttpd/%s, SQLite and libpq are opened at need",
             MHD_get_version());
    return text;
}

static const struct bf_tool tool = {
    .name = "bftop",
    .synopsis = "[options] DATABASE",
    .about = "watch a table that cdcproj keeps, and the pipeline that feeds it",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .min_operands = 1,
    .max_operands = 1,
    .libraries = libraries,
};

static bool check(const struct config *c, struct bf_err *e)
{
    int ways = c->once + c->print_panels + c->print_views + (c->html != NULL) + c->http;
    if (!c->http && c->token)
        return bf_err_set(e, BF_E_USAGE, "--token is for --http");
    return ways < 2 ||
           bf_err_set(
               e, BF_E_USAGE,
               "--once, --html, --http, --print-panels and --print-views exclude each other");
}

static bool act(const struct config *c, struct watch *w, struct bf_err *e)
{
    if (c->print_panels)
        return show_panels(w->panels, e);
    if (c->print_views)
        return show_views(w, e);
    if (c->html)
        return show_html(c, w, e);
    if (c->http)
        return show_http(c, w, e);
    return c->once ? show_once(c, w, e) : show_live(w, e);
}

static bool run(const struct config *c, struct bf_err *e)
{
    struct watch w;
    bool ok = watch_open(&w, c->database, c->panels, c->state, c->window_ms, e) && act(c, &w, e);
    watch_close(&w);
    return ok;
}

int main(int argc, char **argv)
{
    static struct config config = {.window_ms = WINDOW_MS, .host = "127.0.0.1"};
    struct bf_err e = {0};
    const char *operands[1];
    size_t n = 0;
    int status = bf_opt_parse(&tool, argc, argv, &config, operands, &n);
    if (status == BF_OPT_RUN) {
        config.database = operands[0];
        status =
            check(&config, &e) && bf_stop_install(&e) && run(&config, &e) ? 0 : bf_diag_exit(&e);
    }
    return status;
}
