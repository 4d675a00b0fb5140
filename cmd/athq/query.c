/* Starts a query, waits for it and cancels it. */
#include "cmd/athq/athq.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "lib/base/backoff.h"
#include "lib/cli/diag.h"
#include "lib/base/rng.h"
#include "lib/base/stop.h"

enum { WAIT_FIRST_MS = 5, WAIT_MOST_MS = 1000, BODY_MAX = 4 * 1024 * 1024 };

struct call {
    struct session *session;
    bool done;
    struct bf_err err;
};

static void on_answer(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct call *c = call->arg;
    c->done = true;
    c->err = a->err;
    bf_buf_reset(&c->session->answer);
    bf_buf_adds(&c->session->answer, a->body);
}

bool session_call(struct session *s, const struct bf_aws_op *op, struct bf_err *e)
{
    struct call c = {.session = s};
    struct bf_aws_call call = {.op = op, .done = on_answer, .arg = &c};
    if (!bf_buf_check(&s->body, "the request", e))
        return false;
    call.body = bf_buf_view(&s->body);
    if (!bf_aws_submit(s->aws, &call, e))
        return false;
    while (!c.done)
        if (!bf_aws_run(s->aws, -1, e)) {
            bf_aws_cancel(s->aws, &call);
            return false;
        }
    *e = c.err;
    return c.err.code == BF_OK && bf_buf_check(&s->answer, "the answer", e);
}

static bool ask(struct session *s, const struct bf_aws_op *op, struct bf_err *e)
{
    bf_buf_reset(&s->body);
    bf_athena_put_id(&s->body, bf_str_of(s->id));
    return session_call(s, op, e);
}

bool query_ask(struct session *s, struct bf_err *e)
{
    return ask(s, &bf_athena_get, e) &&
           bf_athena_status_answer(&s->status, bf_buf_view(&s->answer), e);
}

bool query_stop(struct session *s, struct bf_err *e)
{
    return ask(s, &bf_athena_stop, e);
}

static bool start(struct session *s, struct bf_str text, const struct bf_str *param, size_t nparams,
                  struct bf_err *e)
{
    const struct config *c = s->cfg;
    char token[37];
    bf_rng_fresh_uuid(token); /* a repeated request does not start a second query */
    struct bf_athena_query q = {.text = text,
                                .catalog = bf_str_of(c->catalog),
                                .database = bf_str_of(c->database),
                                .workgroup = bf_str_of(c->workgroup),
                                .location = bf_str_of(c->location),
                                .token = token,
                                .param = param,
                                .nparams = nparams,
                                .reuse_minutes = (c->reuse_ms + 59999) / 60000};
    if (text.n > BF_ATHENA_QUERY_BYTES)
        return bf_err_set(e, BF_E_LIMIT, "the statement has %zu bytes; Athena accepts %d", text.n,
                          BF_ATHENA_QUERY_BYTES);
    bf_buf_reset(&s->body);
    bf_athena_put_start(&s->body, &q);
    if (session_call(s, &bf_athena_start, e))
        return bf_athena_start_answer(bf_buf_view(&s->answer), s->id, e);
    if (bf_stop_asked() && e->code != BF_E_SERVICE)
        bf_diag_hint("the query may have been started: its answer was not waited for");
    return false;
}

/* Sleeps until the time is over or a signal arrives. */
static void pause_ms(int ms)
{
    struct pollfd fd = {.fd = bf_stop_fd(), .events = POLLIN};
    (void)poll(&fd, 1, ms);
}

/* Cancels the query, for the reason in why. */
static bool give_up(struct session *s, const struct bf_err *why, struct bf_err *e)
{
    struct bf_err later = {0};
    bool stopped = query_stop(s, &later);
    *e = *why;
    if (!stopped)
        bf_diag_hint("query %s may go on: %s", s->id, later.text);
    return false;
}

static bool ended_badly(const struct bf_athena_status *s, const char *id, struct bf_err *e)
{
    static const char *const kinds[] = {"", "system: ", "user: ", ""};
    struct bf_str why = s->reason.n ? s->reason : s->error;
    int n = (int)(why.n > 380 ? 380 : why.n);
    const char *kind = kinds[s->category < BF_COUNT(kinds) ? s->category : 0];
    if (s->state == BF_ATHENA_CANCELLED)
        return bf_err_set(e, BF_E_SERVICE, "query %s was cancelled%s%.*s", id, n ? ": " : "", n,
                          why.p ? why.p : "");
    return bf_err_set(e, s->retryable ? BF_E_TEMPORARY : BF_E_SERVICE, "query %s failed: %s%.*s",
                      id, kind, n, why.p ? why.p : "");
}

static bool check_scan(struct session *s, struct bf_err *why)
{
    return !s->cfg->max_scan || s->status.scanned <= s->cfg->max_scan ||
           bf_err_set(why, BF_E_LIMIT,
                      "query %s was cancelled: it had scanned %" PRIu64
                      " bytes, more than --max-scan",
                      s->id, s->status.scanned);
}

bool query_wait(struct session *s, struct bf_err *e)
{
    for (unsigned n = 1;; n++) {
        struct bf_err why = {0};
        if (!query_ask(s, e)) {
            bf_err_ctx(e, "query %s", s->id);
            why = *e;
            return bf_stop_asked() && give_up(s, &why, e);
        }
        if (s->status.state == BF_ATHENA_SUCCEEDED)
            return true;
        if (s->status.state > BF_ATHENA_SUCCEEDED)
            return ended_badly(&s->status, s->id, e);
        if (bf_stop_asked()) {
            bf_err_set(&why, BF_E_STOPPED, "interrupted: query %s was cancelled", s->id);
            return give_up(s, &why, e);
        }
        if (!check_scan(s, &why) || !bf_out_heard(&s->out, &why))
            return give_up(s, &why, e);
        pause_ms((int)bf_backoff_limit(WAIT_FIRST_MS, (n + 1) / 2, WAIT_MOST_MS));
    }
}

/* In millionths of a dollar. Athena bills megabytes, at least 10; DDL and reused results are free. */
static double cost(const struct session *s)
{
    uint64_t mb = (s->status.scanned + ((1U << 20) - 1)) >> 20;
    if (s->status.scanned == 0 || s->status.reused || bf_str_is(s->status.type, "DDL"))
        return 0;
    mb = mb < 10 ? 10 : mb;
    return (double)mb * (double)s->cfg->price / 1048576.0 / 1e6;
}

void query_tell(const struct session *s)
{
    const struct bf_athena_status *t = &s->status;
    char scanned[64] = "";
    if (t->scanned >= 1000000)
        snprintf(scanned, sizeof scanned, "%.2f MB scanned, ", (double)t->scanned / 1e6);
    else if (t->scanned || !bf_str_is(t->type, "DDL"))
        snprintf(scanned, sizeof scanned, "%.2f kB scanned, ", (double)t->scanned / 1e3);
    bf_diag_warn("query %s: %s%s%.3f s, %.6f USD", s->id, t->reused ? "reused result, " : "",
                 scanned, (double)t->total_ms / 1e3, cost(s));
    if (s->cfg->max_scan && t->scanned > s->cfg->max_scan)
        bf_diag_warn("query %s: scanned more than --max-scan before it could be cancelled", s->id);
}

/* UNLOAD (SELECT ...) TO '...' WITH (format = '...') */
static bool wrap(const struct config *c, struct bf_str text, struct bf_buf *out, struct bf_err *e)
{
    static const char *const formats[] = {"", "PARQUET", "ORC", "AVRO", "JSON", "TEXTFILE"};
    bf_buf_lit(out, "UNLOAD (");
    bf_buf_adds(out, text);
    bf_buf_lit(out, "\n) TO '");
    for (const char *p = c->unload; *p; p++)
        bf_buf_add(out, "''", *p == '\'' ? 2 : 0), bf_buf_add(out, p, *p != '\'');
    bf_buf_addf(out, "' WITH (format = '%s')",
                formats[c->unload_format]); /* `check` has replaced AUTO */
    return bf_buf_check(out, "the statement", e);
}

static bool run(struct session *s, struct bf_str text, const struct bf_str *param, size_t nparams,
                struct bf_err *e)
{
    if (!start(s, text, param, nparams, e))
        return false;
    bf_diag_note("query %s", s->id);
    if (s->cfg->no_wait) {
        bf_out_line(&s->out, bf_str_of(s->id));
        return bf_out_flush(&s->out, e);
    }
    if (!query_wait(s, e))
        return false;
    return results_print(s, e);
}

bool query_run(struct session *s, struct bf_str text, const struct bf_str *param, size_t nparams,
               struct bf_err *e)
{
    struct bf_buf wrapped;
    bf_buf_init(&wrapped, BODY_MAX);
    bool ok = !s->cfg->unload || wrap(s->cfg, text, &wrapped, e);
    ok = ok && run(s, s->cfg->unload ? bf_buf_view(&wrapped) : text, param, nparams, e);
    bf_buf_free(&wrapped);
    return ok;
}
