/* Invoke: RequestResponse, Event, DryRun. */
#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"
#include "lib/encoding/base64.h"
#include "lib/json/scan.h"

static bool check_payload(struct bl_call *c, struct bf_str payload, size_t most)
{
    struct bf_json j;
    struct bf_err e;
    if (payload.n > most)
        return bl_lambda_fail(
            c, 413, "RequestTooLargeException",
            "Request must be smaller than %zu bytes for the InvokeFunction operation", most);
    bf_json_init(&j, payload);
    if (!bf_json_skip(&j, &e) || !bf_json_end(&j, &e))
        return bl_lambda_fail(c, 400, "InvalidRequestContentException",
                              "Could not parse request body into json: %s", e.text);
    return true;
}

/* The end of the log, as base64, without a partial character at its beginning. */
static void put_tail(struct bl_call *c, const struct bl_outcome *out)
{
    struct bf_buf b;
    struct bf_str copy;
    bf_buf_init(&b, 2 * BL_LOG_TAIL);
    bf_base64_encode(&b, bf_str(out->tail, out->ntail));
    bf_buf_addc(&b, '\0');
    if (bf_buf_ok(&b) && bf_arena_copy(&c->arena, bf_buf_view(&b), &copy))
        bl_answer_header(c, "X-Amz-Log-Result", bf_str(copy.p, copy.n - 1));
    bf_buf_free(&b);
}

static bool run_now(struct bl_call *c, struct bf_str name, struct bf_str payload)
{
    struct bl_outcome out;
    struct bf_err e = {0};
    memset(&out, 0, sizeof out);
    bf_buf_init(&out.payload, BL_PAYLOAD_MAX + 1024);
    enum bl_invoked v = bl_lambda_invoke(c->local, NULL, name, payload, c->request_id, &out, &e);
    bool ok = v == BL_INVOKED;
    if (ok) {
        bf_buf_adds(&c->ans.body, bf_buf_view(&out.payload));
        bl_answer_header(c, "X-Amz-Executed-Version",
                         bl_arena_printf(&c->arena, "%s", out.version));
        if (out.failed)
            bl_answer_header(c, "X-Amz-Function-Error", BF_STR("Unhandled"));
        if (bf_str_is(bl_header(c, "x-amz-log-type"), "Tail"))
            put_tail(c, &out);
    } else if (v == BL_INVOKE_THROTTLED)
        bl_lambda_fail(c, 429, "TooManyRequestsException", "Rate Exceeded.");
    else if (v == BL_INVOKE_ENDED)
        bl_lambda_fail(c, 500, "ServiceException", "bflocal ends.");
    else if (v == BL_INVOKE_BROKEN)
        bl_lambda_fail(c, 502, "ServiceException", "%s", e.text);
    else
        bl_lambda_fail(c, 404, "ResourceNotFoundException", "The function has just been deleted.");
    bf_buf_free(&out.payload);
    return ok;
}

bool bl_lambda_run(struct bl_call *c, struct bf_str function)
{
    struct bf_str qualifier, name = bl_lambda_request(c, function, &qualifier);
    struct bf_str type = bl_header(c, "x-amz-invocation-type");
    struct bf_err e = {0};
    struct bf_str payload = c->req.body.n ? c->req.body : BF_STR("{}");
    bool later = bf_str_is(type, "Event"), dry = bf_str_is(type, "DryRun");
    pthread_mutex_lock(&c->local->lambda->mutex);
    bool known = bl_lambda_resolve(c->local->lambda, name, qualifier) != NULL;
    pthread_mutex_unlock(&c->local->lambda->mutex);
    if (!known)
        return bl_lambda_fail_function(c, function);
    if (!check_payload(c, payload, later ? BL_EVENT_PAYLOAD_MAX : BL_PAYLOAD_MAX))
        return false;
    name = bl_lambda_qualified(c, name, qualifier);
    if (!later && !dry)
        return run_now(c, name, payload);
    c->ans.status = dry ? 204 : 202;
    return dry || bl_lambda_event(c->local, name, payload, &e) ||
           bl_lambda_fail(c, 500, "ServiceException", "%s", e.text);
}
