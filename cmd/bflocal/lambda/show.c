/* GetFunction, GetFunctionConfiguration, ListFunctions, ListVersionsByFunction. */
#include <stdlib.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"
#include "lib/base/num.h"

enum { PAGE = 50 };

struct bf_str bl_lambda_request(struct bl_call *c, struct bf_str function, struct bf_str *qualifier)
{
    struct bf_str name = bl_lambda_name(c->local, function, qualifier);
    if (!qualifier->n)
        *qualifier = bl_query(c, "Qualifier");
    return name;
}

struct bf_str bl_lambda_qualified(struct bl_call *c, struct bf_str name, struct bf_str qualifier)
{
    return qualifier.n ? bl_arena_printf(&c->arena, "%.*s:%.*s", (int)name.n, name.p,
                                         BF_SHOWN_TO(qualifier, 128))
                       : bl_arena_printf(&c->arena, "%.*s", (int)name.n, name.n ? name.p : "");
}

/* The configuration under the name that the caller used. */
static json_t *named(struct bl_call *c, const struct bl_function *fn, struct bf_str qualifier)
{
    json_t *config = bl_lambda_shown(fn->config);
    if (qualifier.n)
        json_object_set_new(config, "FunctionArn",
                            json_string(bl_lambda_qualified(c, bf_str_of(fn->arn), qualifier).p));
    return config;
}

static bool get(struct bl_call *c, struct bf_str function, bool with_code)
{
    struct bf_str qualifier, name = bl_lambda_request(c, function, &qualifier);
    pthread_mutex_lock(&c->local->lambda->mutex);
    const struct bl_function *fn = bl_lambda_resolve(c->local->lambda, name, qualifier);
    json_t *config = fn ? named(c, fn, qualifier) : NULL;
    if (fn)
        bl_document_answer(c, with_code ? json_pack("{s:o, s:{s:s, s:s}, s:O*}", "Configuration",
                                                    config, "Code", "RepositoryType", "S3",
                                                    "Location", fn->folder, "Tags",
                                                    json_object_get(fn->config, "Tags"))
                                        : config);
    pthread_mutex_unlock(&c->local->lambda->mutex);
    return fn || bl_lambda_fail_function(c, function);
}

bool bl_lambda_get_config(struct bl_call *c, struct bf_str function)
{
    return get(c, function, false);
}

bool bl_lambda_get(struct bl_call *c, struct bf_str function)
{
    return get(c, function, true);
}

size_t bl_lambda_page(struct bl_call *c)
{
    uint64_t n;
    struct bf_err e;
    return bf_num_u64(bl_query(c, "MaxItems"), &n, &e) && n < PAGE ? (size_t)n : PAGE;
}

/* The functions that `wanted` takes, a page of them. The marker is NAME:VERSION. */
static bool list(struct bl_call *c, const char *member, struct bf_str name, bool versions)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_str marker = bl_query(c, "Marker");
    const struct bl_function *last = NULL;
    size_t limit = bl_lambda_page(c);
    bool after = !marker.n, more = false;
    json_t *out = json_array();
    pthread_mutex_lock(&f->mutex);
    for (const struct bl_function *fn = f->functions; fn && !more; fn = fn->next) {
        struct bf_str own = bl_arena_printf(&c->arena, "%s:%s", fn->name, fn->version);
        bool wanted =
            name.n ? bf_str_eq(name, bf_str_of(fn->name)) : versions || bl_lambda_is_latest(fn);
        if (wanted && after) {
            more = json_array_size(out) == limit;
            if (!more)
                json_array_append_new(out,
                                      named(c, fn, versions ? bf_str_of(fn->version) : BF_STR("")));
            last = more ? last : fn;
        }
        after = after || bf_str_eq(own, marker);
    }
    json_t *answer = json_pack("{s:o}", member, out);
    if (more && last)
        json_object_set_new(
            answer, "NextMarker",
            json_string(bl_arena_printf(&c->arena, "%s:%s", last->name, last->version).p));
    pthread_mutex_unlock(&f->mutex);
    return bl_document_answer(c, answer);
}

bool bl_lambda_list(struct bl_call *c, struct bf_str unused)
{
    (void)unused;
    return list(c, "Functions", BF_STR(""), bf_str_is(bl_query(c, "FunctionVersion"), "ALL"));
}

bool bl_lambda_list_versions(struct bl_call *c, struct bf_str function)
{
    struct bf_str qualifier, name = bl_lambda_name(c->local, function, &qualifier);
    pthread_mutex_lock(&c->local->lambda->mutex);
    bool known = bl_lambda_find(c->local->lambda, name) != NULL;
    pthread_mutex_unlock(&c->local->lambda->mutex);
    return known ? list(c, "Versions", name, true) : bl_lambda_fail_function(c, function);
}
