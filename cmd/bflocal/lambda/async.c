/* PutFunctionEventInvokeConfig and its like; what becomes of events that are given up. */
#include "cmd/bflocal/function/async.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"
#include "cmd/bflocal/s3/own.h"
#include "lib/base/clock.h"
#include "lib/base/rng.h"
#include "lib/cli/diag.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

/* NAME:QUALIFIER and the ARN of the request, in the arena. False: the answer is set. */
static bool find_target(struct bl_call *c, struct bf_str function, struct bf_str *target,
                        struct bf_str *arn)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_str qualifier, name = bl_lambda_request(c, function, &qualifier);
    pthread_mutex_lock(&f->mutex);
    const struct bl_function *fn = bl_lambda_resolve(f, name, qualifier);
    if (!qualifier.n)
        qualifier = BF_STR(BL_LATEST);
    *target = bl_lambda_qualified(c, name, qualifier);
    *arn = fn ? bl_lambda_qualified(c, bf_str_of(fn->arn), qualifier) : BF_STR("");
    pthread_mutex_unlock(&f->mutex);
    return fn != NULL || bl_lambda_fail_function(c, function);
}

/* A copy of the settings; NULL: there are none. */
static json_t *copy_of(struct bl_lambda *f, struct bf_str target)
{
    pthread_mutex_lock(&f->mutex);
    json_t *copy = json_deep_copy(json_object_get(f->async, target.p));
    pthread_mutex_unlock(&f->mutex);
    return copy;
}

static bool fail_missing(struct bl_call *c, struct bf_str arn)
{
    return bl_lambda_fail(c, 404, "ResourceNotFoundException",
                          "The function %.*s doesn't have an EventInvokeConfig",
                          BF_SHOWN_TO(arn, 300));
}

static bool check_destinations(struct bl_call *c, const json_t *body)
{
    const json_t *all = json_object_get(body, "DestinationConfig");
    const char *failure = bl_document_text(json_object_get(all, "OnFailure"), "Destination");
    if (*bl_document_text(json_object_get(all, "OnSuccess"), "Destination"))
        return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                              "bflocal has no OnSuccess destination for asynchronous invocations");
    return !*failure || strncmp(failure, "arn:aws:s3:::", 13) == 0 ||
           bl_lambda_fail(c, 400, "InvalidParameterValueException",
                          "bflocal has no SQS and no SNS: the destination of failed events is a "
                          "bucket (arn:aws:s3:::NAME), not %.200s",
                          failure);
}

/* old: what the request does not give stays as it is. It is released. */
static bool set(struct bl_call *c, const json_t *body, struct bf_str target, struct bf_str arn,
                json_t *old)
{
    static const char *const kept[] = {"MaximumRetryAttempts", "MaximumEventAgeInSeconds",
                                       "DestinationConfig"};
    json_t *config = old ? old
                         : json_pack("{s:s, s:{s:{}, s:{}}}", "FunctionArn", arn.p,
                                     "DestinationConfig", "OnSuccess", "OnFailure");
    struct bf_err e = {0};
    json_object_set_new(config, "LastModified", bl_document_time(c->now_ms));
    for (size_t i = 0; i < BF_COUNT(kept); i++)
        if (json_object_get(body, kept[i]))
            json_object_set(config, kept[i], json_object_get(body, kept[i]));
    bool ok = check_destinations(c, body) &&
              (bl_async_store(c->local, target.p, config, &e) || bl_fail_err(c, &e));
    if (ok)
        bl_document_print(&c->ans.body, config);
    json_decref(config);
    return ok;
}

static bool put(struct bl_call *c, struct bf_str function, const json_t *body)
{
    struct bf_str target, arn;
    return find_target(c, function, &target, &arn) && set(c, body, target, arn, NULL);
}

bool bl_lambda_put_async(struct bl_call *c, struct bf_str function)
{
    return bl_lambda_change(c, function, put);
}

static bool update(struct bl_call *c, struct bf_str function, const json_t *body)
{
    struct bf_str target, arn;
    if (!find_target(c, function, &target, &arn))
        return false;
    json_t *old = copy_of(c->local->lambda, target);
    return old ? set(c, body, target, arn, old) : fail_missing(c, arn);
}

bool bl_lambda_update_async(struct bl_call *c, struct bf_str function)
{
    return bl_lambda_change(c, function, update);
}

bool bl_lambda_get_async(struct bl_call *c, struct bf_str function)
{
    struct bf_str target, arn;
    if (!find_target(c, function, &target, &arn))
        return false;
    json_t *config = copy_of(c->local->lambda, target);
    return config ? bl_document_answer(c, config) : fail_missing(c, arn);
}

bool bl_lambda_delete_async(struct bl_call *c, struct bf_str function)
{
    struct bf_str target, arn;
    struct bf_err e = {0};
    if (!find_target(c, function, &target, &arn))
        return false;
    pthread_mutex_lock(&c->local->lambda->changing);
    json_t *config = copy_of(c->local->lambda, target);
    bool ok = config ? bl_async_store(c->local, target.p, NULL, &e) || bl_fail_err(c, &e)
                     : fail_missing(c, arn);
    pthread_mutex_unlock(&c->local->lambda->changing);
    json_decref(config);
    c->ans.status = ok ? 204 : c->ans.status;
    return ok;
}

/* The marker is the last qualifier of the page before. */
bool bl_lambda_list_async(struct bl_call *c, struct bf_str function)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_str qualifier, name = bl_lambda_request(c, function, &qualifier),
                             marker = bl_query(c, "Marker"), last = BF_STR("");
    size_t limit = bl_lambda_page(c);
    json_t *list = json_array(), *config;
    const char *target;
    bool more = false, past = !marker.n;
    pthread_mutex_lock(&f->mutex);
    bool known = bl_lambda_find(f, name) != NULL;
    json_object_foreach(f->async, target, config)
    {
        struct bf_str own = bf_str_of(target), part;
        if (!bf_str_split(&own, ':', &part) || !bf_str_eq(part, name))
            continue;
        if (past && !more) {
            more = json_array_size(list) == limit;
            if (!more) {
                json_array_append(list, config);
                last = bl_arena_printf(&c->arena, "%.*s", BF_SHOWN_TO(own, 128));
            }
        }
        past = past || bf_str_eq(own, marker);
    }
    json_t *answer = json_pack("{s:o}", "FunctionEventInvokeConfigs", list);
    if (more)
        json_object_set_new(answer, "NextMarker", json_string(last.p));
    pthread_mutex_unlock(&f->mutex);
    if (known)
        return bl_document_answer(c, answer);
    json_decref(answer);
    return bl_lambda_fail_function(c, function);
}

/* ---- events that are given up ---- */

/* Developer guide, "Capturing records of Lambda asynchronous invocations". */
static void put_document(struct bl_local *l, const struct bl_async_failure *a, struct bf_buf *out)
{
    struct bf_err e;
    bool qualified = memchr(a->function.p, ':', a->function.n) != NULL;
    bf_buf_lit(out, "{\"version\":\"1.0\",\"timestamp\":\"");
    bf_clock_iso(out, bl_now_ms(l));
    bf_buf_addf(out,
                "\",\"requestContext\":{\"requestId\":\"%s\",\"functionArn\":\"arn:aws:lambda:%"
                "s:" BL_ACCOUNT ":function:%.*s%s\",\"condition\":\"%s\","
                "\"approximateInvokeCount\":%lld},\"requestPayload\":",
                a->request_id, l->region, BF_SHOWN_TO(a->function, 200),
                qualified ? "" : ":" BL_LATEST,
                a->too_old ? "EventAgeExceeded" : "RetriesExhausted", (long long)a->attempts);
    bf_buf_adds(out, a->payload);
    if (a->answer.n) {
        bf_buf_addf(out,
                    ",\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"%s\","
                    "\"functionError\":\"Unhandled\"},\"responsePayload\":",
                    a->version);
        if (bf_json_check(a->answer, &e))
            bf_buf_adds(out, a->answer);
        else
            bf_json_put_string(out, a->answer);
    }
    bf_buf_addc(out, '}');
}

void bl_lambda_async_failed(struct bl_local *l, const char *bucket,
                            const struct bl_async_failure *failure)
{
    struct bf_str rest = failure->function, name = rest;
    struct bf_date d = bf_clock_date(bl_now_ms(l));
    char key[300], id[37];
    struct bf_err e = {0};
    struct bf_buf text;
    (void)bf_str_split(&rest, ':', &name);
    bf_rng_fresh_uuid(id);
    snprintf(key, sizeof key,
             "aws/lambda/async/%.*s/%04d/%02d/%02d/%04d-%02d-%02dT%02d.%02d.%02d-%s",
             BF_SHOWN_TO(name, 64), (int)d.year, d.month, d.day, (int)d.year, d.month, d.day,
             d.hour, d.minute, d.second, id);
    bf_buf_init(&text, 32 * 1024 * 1024);
    put_document(l, failure, &text);
    if (!bf_buf_check(&text, "the event", &e) ||
        !bl_s3_own_put_unheard(l, bf_str_of(bucket), bf_str_of(key), bf_buf_view(&text),
                               "application/json", &e))
        bf_diag_warn("Lambda: %.*s: the event is not in s3://%s: %s", BF_SHOWN(name), bucket,
                     e.text);
    bf_buf_free(&text);
}
