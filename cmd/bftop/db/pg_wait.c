#include <poll.h>
#include <stdio.h>

#include "cmd/bftop/db/pg.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"

enum {
    GIVE_WAY_MS = 250, /* between two looks at whether others wait */
    SILENCE_MS =
        3000 /* after DB_QUERY_MS, when the server itself has to have ended the statement */
};

struct wait {
    int64_t until_ms, look_ms;
    bool cancelled;
};

/* Does another session wait for a lock that this one holds? */
static bool is_in_the_way(struct server *s)
{
    static const char sql[] = "SELECT EXISTS(SELECT FROM pg_locks WHERE NOT granted AND "
                              "$1::int=ANY(pg_blocking_pids(pid)))";
    char pid[16];
    const char *values[] = {pid};
    struct bf_err ignored = {0};
    snprintf(pid, sizeof pid, "%d", s->pg.api->backendPID(s->pg.conn));
    if (!s->side.conn && !bf_pg_open(&s->side, s->url, "bftop", &ignored))
        return false;
    struct pg_result *r = bf_pg_query(&s->side, sql, 1, values, &ignored);
    bool found = r && bf_str_is(bf_pg_text(&s->side, r, 0, 0), "t");
    if (r)
        s->side.api->clear(r);
    else
        bf_pg_close(&s->side);
    return found;
}

/* The statement ends with an error soon. */
static void cancel(struct server *s, struct wait *w)
{
    char said[256];
    struct pg_cancel *c = s->pg.api->getCancel(s->pg.conn);
    w->cancelled = true;
    if (c)
        s->pg.api->cancel(c, said, sizeof said);
    s->pg.api->freeCancel(c);
}

/* Until libpq has an answer. */
static bool wait_for(struct server *s, struct wait *w, struct bf_err *e)
{
    const struct pg_api *api = s->pg.api;
    while (api->isBusy(s->pg.conn)) {
        struct pollfd fds[] = {{api->socket(s->pg.conn), POLLIN, 0}, {bf_stop_fd(), POLLIN, 0}};
        int n = poll(fds, w->cancelled ? 1 : 2, GIVE_WAY_MS);
        int64_t now = bf_clock_mono_ms();
        if (n > 0 && fds[0].revents && !api->consumeInput(s->pg.conn))
            return bf_pg_fail(&s->pg, NULL, e);
        if (now > w->until_ms)
            return bf_err_set(e, BF_E_NETWORK, "%s: the server has not answered for %d s",
                              s->pg.shown, (DB_QUERY_MS + SILENCE_MS) / 1000);
        if (!w->cancelled && bf_stop_asked())
            cancel(s, w);
        if (!w->cancelled && now > w->look_ms) {
            w->look_ms = now + GIVE_WAY_MS;
            if (is_in_the_way(s)) {
                s->gave_way = true;
                cancel(s, w);
            }
        }
    }
    return true;
}

/* The next result; *r is NULL after the last one. False: the connection is lost. */
static bool next(struct server *s, struct wait *w, struct pg_result **r, struct bf_err *e)
{
    if (!wait_for(s, w, e))
        return false;
    *r = s->pg.api->getResult(s->pg.conn);
    return true;
}

bool server_ask(struct server *s, const char *sql,
                void (*each)(struct server *s, const struct pg_result *r, void *arg), void *arg,
                struct bf_err *e)
{
    const struct pg_api *api = s->pg.api;
    int64_t now = bf_clock_mono_ms();
    struct wait w = {.until_ms = now + DB_QUERY_MS + SILENCE_MS, .look_ms = now + GIVE_WAY_MS};
    bool ok = true;
    s->gave_way = false;
    if (!api->sendQueryParams(s->pg.conn, sql, 0, NULL, NULL, NULL, NULL, 0))
        return bf_pg_fail(&s->pg, NULL, e);
    api->setSingleRowMode(s->pg.conn);
    for (struct pg_result *r; next(s, &w, &r, e);) {
        if (!r)
            return ok;
        int status = api->resultStatus(r);
        if (ok && status != PG_COMMAND_OK && status != PG_TUPLES_OK && status != PG_SINGLE_TUPLE)
            ok = bf_pg_fail(&s->pg, r, e);
        else if (ok && each && status != PG_COMMAND_OK)
            each(s, r, arg);
        api->clear(r);
    }
    return false;
}
