/* --http: the server's start and end, and the looks at the database that fill its cache. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bftop/bftop.h"
#include "cmd/bftop/html.h"
#include "cmd/bftop/watch.h"
#include "cmd/bftop/web.h"
#include "lib/aws/config/address.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/base/wait.h"
#include "lib/cli/diag.h"
#include "lib/io/listen.h"

enum {
    CONNECTION_BYTES = 32 * 1024,
    STACK_BYTES = 256 * 1024,
    IDLE_S = 5,      /* of a client that asks for nothing: it holds one of the connections */
    ALONE_MS = 2000, /* between looks while nobody looks on */
    PANEL_MAX = 4 * 1024 * 1024
};

/* Renders what is new. */
static void render(struct web *w, struct watch *from)
{
    const struct panels *p = from->panels;
    struct bf_buf told = {.p = w->told, .cap = sizeof w->told, .max = sizeof w->told};
    pthread_mutex_lock(&w->lock);
    bool all = w->sets != from->sets;
    w->sets = from->sets;
    snprintf(w->set, sizeof w->set, "%s-%" PRIu64, w->run, w->sets);
    w->n = p->n;
    w->state++;
    for (size_t i = 0; i < p->n; i++) {
        struct web_panel *panel = &w->panel[i];
        /* a trend differs after each look, even if the number does not */
        bool old = panel->seen == p->panel[i].changed &&
                   (!p->panel[i].trend.n || panel->ran_ms == p->panel[i].ran_ms);
        if (!all && panel->state && old)
            continue;
        bf_buf_reset(&panel->html);
        html_panel(&panel->html, p, i);
        panel->seen = p->panel[i].changed;
        panel->ran_ms = p->panel[i].ran_ms;
        panel->state = w->state;
    }
    w->trouble = from->err.code != BF_OK;
    if (w->trouble)
        bf_buf_addf(&told, "%s", from->err.text);
    else {
        bf_buf_lit(&told, "as of ");
        bf_clock_iso(&told, bf_clock_wall_ms() / 1000 * 1000);
    }
    bf_buf_addc(&told, 0);
    w->told_state = w->state;
    pthread_cond_broadcast(&w->news);
    pthread_mutex_unlock(&w->lock);
}

static bool is_watched(struct web *w)
{
    pthread_mutex_lock(&w->lock);
    bool watched = w->streams > 0;
    pthread_mutex_unlock(&w->lock);
    return watched;
}

static void look_on(struct web *w, struct watch *from)
{
    int64_t last = 0;
    while (!bf_stop_asked()) {
        struct pollfd stop = {bf_stop_fd(), POLLIN, 0};
        int64_t now = bf_clock_mono_ms();
        if (is_watched(w) || now - last >= ALONE_MS) {
            if (watch_look(from))
                render(w, from);
            last = now;
        }
        web_places_sweep(w);
        poll(&stop, 1, WATCH_TICK_MS);
    }
}

static struct MHD_Daemon *start(struct web *w, int fd)
{
    return MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
            MHD_USE_ITC,
        0, NULL, NULL, web_on_request, w, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED,
        web_on_completed, w, MHD_OPTION_NOTIFY_CONNECTION, web_on_connection, w,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)WEB_CONNECTIONS, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
}

static bool serve(struct web *w, struct watch *from, const struct config *c, struct bf_err *e)
{
    char url[BF_LISTEN_URL];
    uint16_t port = (uint16_t)c->port;
    int fd;
    if (!bf_listen(c->host, &port, &fd, e))
        return false;
    (void)watch_look(from);
    render(w, from);
    struct MHD_Daemon *daemon = start(w, fd);
    if (!daemon) {
        close(fd);
        return bf_err_set(e, BF_E_IO, "cannot start the HTTP server");
    }
    bf_listen_url(c->host, port, url);
    printf("%s/\n", url);
    bool ok = fflush(stdout) == 0 ||
              bf_err_set(e, BF_E_IO, "standard output: the address cannot be written");
    if (ok)
        look_on(w, from);
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->news);
    pthread_mutex_unlock(&w->lock);
    MHD_stop_daemon(daemon);
    return ok;
}

bool show_http(const struct config *c, struct watch *from, struct bf_err *e)
{
    struct web *w = calloc(1, sizeof *w);
    if (!w)
        return bf_err_nomem(e);
    pthread_mutex_init(&w->lock, NULL);
    bf_wait_init(&w->news);
    for (size_t i = 0; i < PANELS_MAX; i++)
        bf_buf_init(&w->panel[i].html, PANEL_MAX);
    w->name = from->path;
    bool ok = bf_host_is_loopback(bf_str_of(c->host)) || c->token ||
              bf_err_set(e, BF_E_USAGE,
                         "--host %s is for other machines too: that needs --token FILE", c->host);
    ok = ok && web_guard_init(w, c->token, e);
    if (ok && !bf_host_is_loopback(bf_str_of(c->host)))
        bf_diag_warn(
            "the page and its token travel over plain HTTP: use a proxy with TLS, or ssh -L");
    ok = ok && serve(w, from, c, e);
    for (size_t i = 0; i < PANELS_MAX; i++)
        bf_buf_free(&w->panel[i].html);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->news);
    free(w);
    return ok;
}
