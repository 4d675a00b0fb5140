/* A function's policy: it is stored and returned, but not enforced. */
#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"

static json_t *make_statement(const json_t *body, const char *arn)
{
    const char *principal = bl_document_text(body, "Principal"),
               *source = bl_document_text(body, "SourceArn");
    bool service = strchr(principal, '.') != NULL;
    json_t *s =
        json_pack("{s:s, s:s, s:s, s:s}", "Sid", bl_document_text(body, "StatementId"), "Effect",
                  "Allow", "Action", bl_document_text(body, "Action"), "Resource", arn);
    json_object_set_new(s, "Principal",
                        service ? json_pack("{s:s}", "Service", principal)
                                : json_string(principal));
    if (*source)
        json_object_set_new(s, "Condition",
                            json_pack("{s:{s:s}}", "ArnLike", "AWS:SourceArn", source));
    return s;
}

/* Each version and alias has statements of its own; all are kept with the function. */
static size_t find_statement(const json_t *policy, struct bf_str sid, struct bf_str arn)
{
    size_t i = 0;
    for (; i < json_array_size(policy); i++) {
        const json_t *s = json_array_get(policy, i);
        if (bf_str_eq(sid, bf_str_of(bl_document_text(s, "Sid"))) &&
            bf_str_eq(arn, bf_str_of(bl_document_text(s, "Resource"))))
            break;
    }
    return i;
}

/* The function, and the ARN with the qualifier of the request. Under the mutex. */
static struct bl_function *find(struct bl_call *c, struct bf_str function, struct bf_str *arn)
{
    struct bf_str qualifier, name = bl_lambda_request(c, function, &qualifier);
    const struct bl_function *version = bl_lambda_resolve(c->local->lambda, name, qualifier);
    *arn = version ? bl_lambda_qualified(c, bf_str_of(version->arn), qualifier) : BF_STR("");
    return version ? bl_lambda_find(c->local->lambda, name) : NULL;
}

/* While functions cannot change, fn lives on after the mutex was released. */
static bool store(struct bl_call *c, const struct bl_function *fn)
{
    struct bf_err e = {0};
    return bl_lambda_store(c->local, fn, &e) || bl_fail_err(c, &e);
}

static bool add_permission(struct bl_call *c, struct bf_str name, const json_t *body)
{
    struct bl_lambda *f = c->local->lambda;
    json_t *statement = NULL;
    pthread_mutex_lock(&f->mutex);
    struct bf_str arn;
    struct bl_function *fn = find(c, name, &arn);
    const char *sid = bl_document_text(body, "StatementId");
    bool ok = fn || bl_lambda_fail_function(c, name);
    if (fn && find_statement(fn->policy, bf_str_of(sid), arn) < json_array_size(fn->policy))
        ok = bl_lambda_fail(
            c, 409, "ResourceConflictException",
            "The statement id (%.100s) provided already exists. Please provide a new "
            "statement id, or remove the existing statement.",
            sid);
    if (ok && fn) {
        statement = make_statement(body, arn.p);
        json_array_append_new(fn->policy, statement);
        struct bf_buf text;
        bf_buf_init(&text, 64 * 1024);
        bl_document_print(&text, statement);
        c->ans.status = 201;
        bl_document_answer(c, json_pack("{s:s#}", "Statement", text.p, (int)text.n));
        bf_buf_free(&text);
    }
    pthread_mutex_unlock(&f->mutex);
    return ok && store(c, fn);
}

bool bl_lambda_add_permission(struct bl_call *c, struct bf_str name)
{
    return bl_lambda_change(c, name, add_permission);
}

bool bl_lambda_get_policy(struct bl_call *c, struct bf_str name)
{
    struct bl_lambda *f = c->local->lambda;
    pthread_mutex_lock(&f->mutex);
    struct bf_str arn;
    const struct bl_function *fn = find(c, name, &arn);
    json_t *own = json_array();
    for (size_t i = 0; fn && i < json_array_size(fn->policy); i++) {
        json_t *s = json_array_get(fn->policy, i);
        if (bf_str_eq(arn, bf_str_of(bl_document_text(s, "Resource"))))
            json_array_append(own, s);
    }
    bool ok = fn && json_array_size(own) > 0;
    if (ok) {
        struct bf_buf text;
        json_t *policy = json_pack("{s:s, s:s, s:O}", "Version", "2012-10-17", "Id", "default",
                                   "Statement", own);
        bf_buf_init(&text, 1024 * 1024);
        bl_document_print(&text, policy);
        bl_document_answer(c, json_pack("{s:s#, s:O}", "Policy", text.p, (int)text.n, "RevisionId",
                                        json_object_get(fn->config, "RevisionId")));
        bf_buf_free(&text);
        json_decref(policy);
    }
    pthread_mutex_unlock(&f->mutex);
    json_decref(own);
    return ok || bl_lambda_fail_resource(c);
}

bool bl_lambda_remove_permission(struct bl_call *c, struct bf_str name)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_str sid = bl_lambda_last_part(c), arn;
    pthread_mutex_lock(&f->changing);
    pthread_mutex_lock(&f->mutex);
    struct bl_function *fn = find(c, name, &arn);
    size_t at = fn ? find_statement(fn->policy, sid, arn) : 0;
    bool ok = fn && at < json_array_size(fn->policy);
    if (ok)
        json_array_remove(fn->policy, at);
    pthread_mutex_unlock(&f->mutex);
    c->ans.status = 204;
    ok = ok ? store(c, fn) : bl_lambda_fail_resource(c);
    pthread_mutex_unlock(&f->changing);
    return ok;
}
