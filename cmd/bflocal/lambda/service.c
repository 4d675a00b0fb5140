/* Lambda: its REST paths, and the frame round each operation (botocore's model lambda/2015-03-31). */
#include "cmd/bflocal/lambda/service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/http/check.h"
#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"
#include "cmd/bflocal/lambda/mapping.h"
#include "lib/base/wait.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

enum { BODY_MAX = 70 * 1024 * 1024 /* a package of 50 MB as base64 */ };

/* A star matches one part of the path: the name of a function, or the id of a mapping or of a statement. */
static const struct route {
    const char *method, *path, *name;
    bool (*run)(struct bl_call *c, struct bf_str function);
} routes[] = {
    {"POST", "/2015-03-31/functions", "CreateFunction", bl_lambda_create},
    {"GET", "/2015-03-31/functions", "ListFunctions", bl_lambda_list},
    {"GET", "/2015-03-31/functions/*", "GetFunction", bl_lambda_get},
    {"DELETE", "/2015-03-31/functions/*", "DeleteFunction", bl_lambda_delete},
    {"GET", "/2015-03-31/functions/*/configuration", "GetFunctionConfiguration",
     bl_lambda_get_config},
    {"PUT", "/2015-03-31/functions/*/configuration", "UpdateFunctionConfiguration",
     bl_lambda_update_config},
    {"PUT", "/2015-03-31/functions/*/code", "UpdateFunctionCode", bl_lambda_update_code},
    {"POST", "/2015-03-31/functions/*/versions", "PublishVersion", bl_lambda_publish_version},
    {"GET", "/2015-03-31/functions/*/versions", "ListVersionsByFunction", bl_lambda_list_versions},
    {"POST", "/2015-03-31/functions/*/aliases", "CreateAlias", bl_lambda_create_alias},
    {"GET", "/2015-03-31/functions/*/aliases", "ListAliases", bl_lambda_list_aliases},
    {"GET", "/2015-03-31/functions/*/aliases/*", "GetAlias", bl_lambda_get_alias},
    {"PUT", "/2015-03-31/functions/*/aliases/*", "UpdateAlias", bl_lambda_update_alias},
    {"DELETE", "/2015-03-31/functions/*/aliases/*", "DeleteAlias", bl_lambda_delete_alias},
    {"POST", "/2015-03-31/functions/*/invocations", "Invoke", bl_lambda_run},
    {"POST", "/2015-03-31/functions/*/policy", "AddPermission", bl_lambda_add_permission},
    {"GET", "/2015-03-31/functions/*/policy", "GetPolicy", bl_lambda_get_policy},
    {"DELETE", "/2015-03-31/functions/*/policy/*", "RemovePermission", bl_lambda_remove_permission},
    {"PUT", "/2019-09-25/functions/*/event-invoke-config", "PutFunctionEventInvokeConfig",
     bl_lambda_put_async},
    {"POST", "/2019-09-25/functions/*/event-invoke-config", "UpdateFunctionEventInvokeConfig",
     bl_lambda_update_async},
    {"GET", "/2019-09-25/functions/*/event-invoke-config", "GetFunctionEventInvokeConfig",
     bl_lambda_get_async},
    {"DELETE", "/2019-09-25/functions/*/event-invoke-config", "DeleteFunctionEventInvokeConfig",
     bl_lambda_delete_async},
    {"GET", "/2019-09-25/functions/*/event-invoke-config/list", "ListFunctionEventInvokeConfigs",
     bl_lambda_list_async},
    {"POST", "/2015-03-31/event-source-mappings", "CreateEventSourceMapping",
     bl_lambda_create_mapping},
    {"GET", "/2015-03-31/event-source-mappings", "ListEventSourceMappings",
     bl_lambda_list_mappings},
    {"GET", "/2015-03-31/event-source-mappings/*", "GetEventSourceMapping", bl_lambda_get_mapping},
    {"PUT", "/2015-03-31/event-source-mappings/*", "UpdateEventSourceMapping",
     bl_lambda_update_mapping},
    {"DELETE", "/2015-03-31/event-source-mappings/*", "DeleteEventSourceMapping",
     bl_lambda_delete_mapping},
};

bool bl_lambda_fail(struct bl_call *c, int status, const char *type, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return bl_fail_rest(c, status, type, text);
}

bool bl_lambda_fail_function(struct bl_call *c, struct bf_str function)
{
    struct bf_str qualifier, name = bl_lambda_request(c, function, &qualifier);
    if (!name.n)
        name = function;
    return bl_lambda_fail(c, 404, "ResourceNotFoundException",
                          "Function not found: arn:aws:lambda:%s:" BL_ACCOUNT
                          ":function:%.*s%s%.*s",
                          c->local->region, BF_SHOWN_TO(name, 200), qualifier.n ? ":" : "",
                          BF_SHOWN_TO(qualifier, 128));
}

bool bl_lambda_fail_resource(struct bl_call *c)
{
    return bl_lambda_fail(c, 404, "ResourceNotFoundException",
                          "The resource you requested does not exist.");
}

/* *function: the first part of the path at a star. */
static bool matches(struct bf_str path, struct bf_str pattern, struct bf_str *function)
{
    struct bf_str a, b;
    *function = bf_str(NULL, 0);
    if (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    while (path.p && pattern.p) {
        bool more_a = bf_str_split(&path, '/', &a), more_b = bf_str_split(&pattern, '/', &b);
        if (!more_a || !more_b)
            return more_a == more_b;
        if (bf_str_is(b, "*") && a.n) {
            if (!function->p)
                *function = a;
        } else if (!bf_str_eq(a, b))
            return false;
    }
    return !path.p && !pattern.p;
}

static const struct route *find_route(const struct bl_call *c, struct bf_str *function)
{
    for (size_t i = 0; i < BF_COUNT(routes); i++)
        if (bf_str_eq(c->req.method, bf_str_of(routes[i].method)) &&
            matches(c->req.path, bf_str_of(routes[i].path), function))
            return &routes[i];
    return NULL;
}

static bool on_begin(struct bl_call *c, size_t *max_body)
{
    struct bf_str function;
    const struct route *r = find_route(c, &function);
    (void)max_body;
    c->op_name = r ? r->name : "";
    return true;
}

static bool decode(struct bl_call *c, struct bf_str wire, struct bf_str *out)
{
    struct bf_buf b;
    bf_buf_init(&b, 4096);
    bf_uri_decode(&b, wire);
    bool ok = bf_buf_ok(&b) && bf_arena_copy(&c->arena, bf_buf_view(&b), out);
    bf_buf_free(&b);
    return ok;
}

struct bf_str bl_lambda_last_part(struct bl_call *c)
{
    struct bf_str rest = c->req.path, part = {NULL, 0}, out = BF_STR("");
    while (rest.p && bf_str_split(&rest, '/', &part))
        ;
    return decode(c, part, &out) ? out : BF_STR("");
}

/* The qualifier in the function's name is that of the query, if there are both. */
static bool agrees(struct bl_call *c, struct bf_str function)
{
    struct bf_str own = {NULL, 0}, other = bl_query(c, "Qualifier");
    return !other.n || !function.p || !bl_lambda_name(c->local, function, &own).n || !own.n ||
           bf_str_eq(own, other);
}

static void run_route(struct bl_call *c)
{
    struct bf_str function, decoded = {NULL, 0};
    const struct route *r = find_route(c, &function);
    bl_call_authenticate(c, c->local->region);
    if (c->auth.code != BL_AUTH_OK)
        bl_fail_auth(c);
    else if (!r)
        bl_lambda_fail(
            c, 404, "UnknownOperationException",
            "bflocal has no %.*s %.200s: it holds the part of Lambda that the pipeline uses",
            (int)c->req.method.n, c->req.method.p, c->req.path.p);
    else if (bl_reply_fault(c))
        return;
    else if (function.p && !decode(c, function, &decoded))
        bl_lambda_fail(c, 400, "ValidationException", "The function's name is not valid.");
    else if (!bl_call_check(c))
        return;
    else if (!agrees(c, decoded))
        bl_lambda_fail(c, 400, "InvalidParameterValueException",
                       "The derived qualifier from the function name does not match the specified "
                       "qualifier.");
    else if (!r->run(c, decoded))
        c->failed = true;
}

static void on_finish(struct bl_call *c)
{
    if (!c->failed)
        run_route(c);
    bl_reply_finish(c);
}

static bool on_knows(const char *op, unsigned *faults)
{
    *faults = 0;
    for (size_t i = 0; i < BF_COUNT(routes); i++)
        if (strcmp(routes[i].name, op) == 0)
            return true;
    return false;
}

static bool open_lambda(struct bl_local *l, struct bf_err *e)
{
    struct bl_lambda *f = calloc(1, sizeof *f);
    if (!f)
        return bf_err_nomem(e);
    l->lambda = f;
    f->local = l;
    f->async_failed = bl_lambda_async_failed;
    pthread_mutex_init(&f->mutex, NULL);
    pthread_mutex_init(&f->changing, NULL);
    bf_wait_init(&f->events_changed);
    bf_wait_init(&f->given_back);
    if (!(bl_lambda_inherit(f, e) && bl_lambda_load(f, e) && bl_lambda_events_load(f, e) &&
          bl_async_load(f, e) && bl_mappings_load(l, e)))
        return false;
    /* Of earlier updates, whose processes are gone, and of calls that a crash cut off. */
    bl_lambda_remove_code(f, NULL);
    return true;
}

static void start_lambda(struct bl_local *l)
{
    bl_mappings_start(l);
    bl_lambda_events_start(l->lambda);
}

static void interrupt_lambda(struct bl_local *l)
{
    if (l->lambda)
        bl_lambda_cancel(l->lambda, NULL);
}

static void stop_lambda(struct bl_local *l)
{
    if (!l->lambda)
        return;
    bl_mappings_end(l->lambda);
    bl_lambda_events_end(l->lambda);
}

static void close_lambda(struct bl_local *l)
{
    struct bl_lambda *f = l->lambda;
    if (!f)
        return;
    while (f->functions) {
        struct bl_function *fn = f->functions;
        bl_lambda_remove(f, fn);
        bl_lambda_free(fn);
    }
    while (f->aliases)
        bl_lambda_alias_drop(f, bf_str_of(f->aliases->function), BF_STR(""));
    bl_lambda_reap(f, 0);
    json_decref(f->async);
    if (f->temporary && f->root[0])
        bl_lambda_remove_tree(f->root);
    pthread_cond_destroy(&f->events_changed);
    pthread_cond_destroy(&f->given_back);
    pthread_mutex_destroy(&f->mutex);
    free(f->environment);
    pthread_mutex_destroy(&f->changing);
    free(f);
    l->lambda = NULL;
}

static const struct bl_protocol rest = {.begin = on_begin, .finish = on_finish, .knows = on_knows};

static const struct bl_dialect dialect = {.content_type = "application/json",
                                          .error_prefix = "",
                                          .rest = true,
                                          .throttled_error = BL_TooManyRequestsException,
                                          .throttled = "Rate Exceeded."};

const struct bl_service bl_service_lambda = {
    .title = "Lambda",
    .name = "lambda",
    .variable = "LAMBDA",
    .signing = "lambda",
    .dialect = &dialect,
    .max_body = BODY_MAX,
    .protocol = &rest,
    .open = open_lambda,
    .start = start_lambda,
    .interrupt = interrupt_lambda,
    .stop = stop_lambda,
    .close = close_lambda,
};
