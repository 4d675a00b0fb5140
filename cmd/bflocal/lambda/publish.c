/* PublishVersion, and the deletion of one version. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"

/* What is not compared: the service publishes nothing if code and settings are those of the last version. */
static json_t *compared(const json_t *config)
{
    static const char *const own[] = {"Version", "FunctionArn", "LastModified", "RevisionId",
                                      "Description"};
    json_t *copy = json_copy((json_t *)(uintptr_t)config);
    for (size_t i = 0; i < BF_COUNT(own); i++)
        json_object_del(copy, own[i]);
    return copy;
}

static bool is_same(const struct bl_function *a, const struct bl_function *b)
{
    json_t *x = compared(a->config), *y = compared(b->config);
    bool same = json_equal(x, y) && strcmp(a->folder, b->folder) == 0 &&
                strcmp(a->program, b->program) == 0;
    json_decref(x);
    json_decref(y);
    return same;
}

static struct bl_function *newest(struct bl_lambda *f, const struct bl_function *latest)
{
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)latest->published);
    return bl_lambda_version(f, bf_str_of(latest->name), bf_str_of(number));
}

static struct bl_function *copy_latest(const struct bl_function *latest, const char *description)
{
    struct bl_function *copy = calloc(1, sizeof *copy);
    char arn[256];
    if (!copy)
        return NULL;
    *copy = *latest;
    copy->next = NULL;
    copy->policy = json_array();
    copy->config = json_deep_copy(latest->config);
    snprintf(copy->version, sizeof copy->version, "%llu",
             (unsigned long long)latest->published + 1);
    snprintf(arn, sizeof arn, "%s:%s", latest->arn, copy->version);
    json_object_set_new(copy->config, "Version", json_string(copy->version));
    json_object_set_new(copy->config, "FunctionArn", json_string(arn));
    if (*description)
        json_object_set_new(copy->config, "Description", json_string(description));
    bl_lambda_new_revision(copy->config);
    return copy;
}

bool bl_lambda_publish(struct bl_call *c, const char *name, const char *description, bool qualified)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_err e = {0};
    pthread_mutex_lock(&f->mutex);
    struct bl_function *latest = bl_lambda_find(f, bf_str_of(name)),
                       *last = latest ? newest(f, latest) : NULL;
    bool is_new = latest && (!last || !is_same(latest, last));
    struct bl_function *fn = is_new ? copy_latest(latest, description) : last;
    pthread_mutex_unlock(&f->mutex);
    if (!fn)
        return bl_lambda_fail(c, 500, "ServiceException", "out of memory");
    if (is_new && !bl_lambda_store(c->local, fn, &e)) {
        bl_lambda_free(fn);
        return bl_fail_err(c, &e);
    }
    pthread_mutex_lock(&f->mutex);
    if (is_new) {
        latest->published++;
        bl_lambda_add(f, fn);
    }
    json_t *config = bl_lambda_shown(fn->config);
    if (!qualified)
        json_object_set_new(config, "FunctionArn", json_string(fn->arn));
    bf_buf_reset(&c->ans.body);
    pthread_mutex_unlock(&f->mutex);
    return bl_document_answer(c, config);
}

bool bl_lambda_check_revision(struct bl_call *c, const json_t *body, const json_t *config)
{
    const char *id = bl_document_text(body, "RevisionId");
    return !*id || strcmp(id, bl_document_text(config, "RevisionId")) == 0 ||
           bl_lambda_fail(c, 412, "PreconditionFailedException",
                          "The Revision Id provided does not match the latest Revision Id. Call "
                          "the GetFunction/GetAlias API to retrieve the latest Revision Id");
}

/* Under the mutex. */
static bool check_request(struct bl_call *c, const json_t *body, const struct bl_function *fn)
{
    const char *wanted = bl_document_text(body, "CodeSha256"),
               *own = bl_document_text(fn->config, "CodeSha256");
    if (json_object_get(body, "PublishTo"))
        return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                              "bflocal has no PublishTo for versions");
    if (*wanted && strcmp(wanted, own) != 0)
        return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                              "CodeSHA256 (%.100s) is different from current CodeSHA256 in $LATEST "
                              "(%s). Please try again with the CodeSHA256 in $LATEST.",
                              wanted, own);
    return bl_lambda_check_revision(c, body, fn->config);
}

static bool publish(struct bl_call *c, struct bf_str function, const json_t *body)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_str qualifier, name = bl_lambda_name(c->local, function, &qualifier);
    pthread_mutex_lock(&f->mutex);
    const struct bl_function *fn = bl_lambda_find(f, name);
    bool ok = fn ? check_request(c, body, fn) : bl_lambda_fail_function(c, function);
    pthread_mutex_unlock(&f->mutex);
    ok = ok && bl_lambda_publish(c, fn->name, bl_document_text(body, "Description"), true);
    if (ok)
        c->ans.status = 201;
    return ok;
}

bool bl_lambda_publish_version(struct bl_call *c, struct bf_str function)
{
    return bl_lambda_change(c, function, publish);
}

/* The aliases that refer to a version, for a message; empty: none. */
static struct bf_str aliases_of(struct bl_call *c, const struct bl_function *fn)
{
    struct bf_str names = BF_STR("");
    for (const struct bl_alias *a = c->local->lambda->aliases; a; a = a->next)
        if (strcmp(a->function, fn->name) == 0 &&
            strcmp(bl_document_text(a->config, "FunctionVersion"), fn->version) == 0)
            names = bl_arena_printf(&c->arena, "%.*s%s%s", (int)names.n, names.n ? names.p : "",
                                    names.n ? ", " : "", a->name);
    return names;
}

bool bl_lambda_delete_version(struct bl_call *c, struct bf_str name, struct bf_str version)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_err e = {0};
    pthread_mutex_lock(&f->mutex);
    struct bl_function *fn = bl_lambda_version(f, name, version);
    struct bf_str aliases = fn ? aliases_of(c, fn) : BF_STR("");
    bool ok = fn && !aliases.n && !bl_lambda_is_latest(fn);
    if (fn && bl_lambda_is_latest(fn))
        bl_lambda_fail(c, 400, "InvalidParameterValueException",
                       "$LATEST version cannot be deleted without deleting the function.");
    else if (aliases.n)
        bl_lambda_fail(
            c, 409, "ResourceConflictException",
            "Unable to delete version because the following aliases reference it: [%.*s]",
            BF_SHOWN_TO(aliases, 500));
    else if (ok) {
        bl_lambda_remove(f, fn);
        bl_lambda_reap(f, BL_WORKER_IDLE_MS);
    } else if (bl_lambda_alias(f, name, version))
        bl_lambda_fail(c, 400, "InvalidParameterValueException",
                       "%.*s is an alias: DeleteAlias deletes it", BF_SHOWN(version));
    pthread_mutex_unlock(&f->mutex);
    c->ans.status = ok || !c->failed ? 204 : c->ans.status; /* one that is not there is no error */
    if (!ok)
        return !c->failed;
    ok = bl_lambda_version_erase(c->local, fn, &e) || bl_fail_err(c, &e);
    bl_lambda_free(fn);
    return ok;
}
