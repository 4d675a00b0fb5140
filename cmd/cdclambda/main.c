/* cdclambda: the transform as a Lambda function, a custom runtime (bootstrap). */
#include <stdlib.h>

#include "cmd/cdclambda/lambda.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

enum { ANSWER_MAX = 1024 * 1024 * 1024, KEEP = 32 * 1024 * 1024 };

/* One event, from its bytes to what the runtime API was told. False: the runtime cannot go on. */
static bool one_event(struct api *api, struct handler *h, const struct invocation *inv,
                      struct bf_buf *answer, struct bf_err *e)
{
    const char *type = "Runtime.Error";
    struct bf_err why = {0};
    bool refused;
    if (!inv->trace[0])
        (void)unsetenv("_X_AMZN_TRACE_ID");
    else
        (void)setenv("_X_AMZN_TRACE_ID", inv->trace, 1);
    bf_buf_reset(answer);
    bool ok = handle(h, inv, answer, &type, &why) && bf_buf_check(answer, "the answer", &why);
    if (!api_event(inv->event, SIZE_MAX, e)) /* an event that broke off has nobody to tell */
        return false;
    if (ok) {
        if (api_respond(api, inv, bf_buf_view(answer), &refused, e))
            return true;
        if (!refused)
            return false;
        why = *e;
        type = "Runtime.AnswerRefused";
        bf_err_clear(e);
    }
    bf_diag_warn("%s: %s", inv->id, why.text);
    return api_fail(api, inv, type, &why, e);
}

static bool serve(struct api *api, struct handler *h, struct bf_err *e)
{
    struct invocation inv;
    struct bf_buf answer;
    enum api_next next;
    bool ok = true;
    bf_buf_init(&answer, ANSWER_MAX);
    while (ok && (next = api_next(api, &inv, e)) == API_EVENT) {
        ok = one_event(api, h, &inv, &answer, e);
        if (answer.cap > KEEP) { /* one odd event does not hold on to memory */
            bf_buf_free(&answer);
            bf_buf_init(&answer, ANSWER_MAX);
        }
    }
    bf_buf_free(&answer);
    return ok && next == API_STOP;
}

/* The first failure, to whom it concerns: the runtime API. */
static void fail_init(struct api *api, const struct bf_err *why)
{
    struct bf_err late = {0};
    if (!api_fail(api, NULL, "Runtime.BadConfiguration", why, &late))
        bf_diag_error(&late);
}

static bool run(struct config *config, bool loaded, char **argv, struct bf_err *e)
{
    struct api api;
    struct bf_err late = {0};
    if (!bf_stop_install(e))
        return false;
    if (!api_init(&api, getenv("AWS_LAMBDA_RUNTIME_API"), loaded ? e : &late))
        return false;
    struct handler *h = NULL;
    bool ok = loaded && become_full(config, argv, e) && (h = handler_new(config, e)) != NULL;
    if (ok)
        ok = serve(&api, h, e);
    else
        fail_init(&api, e);
    handler_destroy(h);
    api_free(&api);
    return ok;
}

/* Configuration from file and environment first, so that the command line wins. */
int main(int argc, char **argv)
{
    struct config config;
    struct bf_err e = {0};
    config_init(&config);
    bf_diag_tool(cdclambda_tool.name);
    bool loaded = config_load(&config, &e);
    int status = bf_opt_parse(&cdclambda_tool, argc, argv, &config, NULL, NULL);
    if (status == BF_OPT_RUN)
        status = run(&config, loaded, argv, &e) ? 0 : bf_diag_exit(&e);
    config_free(&config);
    return status;
}
