/* CreateAlias, GetAlias, UpdateAlias, DeleteAlias, ListAliases. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"

/* The members that CreateAlias and UpdateAlias share. Under the mutex. */
static bool check_members(struct bl_call *c, const json_t *body, struct bf_str name)
{
    const char *version = bl_document_text(body, "FunctionVersion");
    const json_t *weights =
        json_object_get(json_object_get(body, "RoutingConfig"), "AdditionalVersionWeights");
    if (json_object_size(weights))
        return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                              "bflocal has no RoutingConfig for aliases: an alias has one version");
    if (*version && !bl_lambda_version(c->local->lambda, name, bf_str_of(version)))
        return bl_lambda_fail(c, 404, "ResourceNotFoundException",
                              "Function not found: arn:aws:lambda:%s:" BL_ACCOUNT
                              ":function:%.*s:%.100s",
                              c->local->region, BF_SHOWN(name), version);
    return true;
}

static void take_members(json_t *config, const json_t *body)
{
    static const char *const kept[] = {"FunctionVersion", "Description"};
    for (size_t i = 0; i < BF_COUNT(kept); i++)
        if (json_is_string(json_object_get(body, kept[i])))
            json_object_set(config, kept[i], json_object_get(body, kept[i]));
    bl_lambda_new_revision(config);
}

/* Under the mutex. */
static bool check_new(struct bl_call *c, const json_t *body, const struct bl_function *fn)
{
    const char *alias = bl_document_text(body, "Name");
    if (bl_lambda_alias(c->local->lambda, bf_str_of(fn->name), bf_str_of(alias)))
        return bl_lambda_fail(c, 409, "ResourceConflictException", "Alias already exists: %s:%s",
                              fn->arn, alias);
    return check_members(c, body, bf_str_of(fn->name));
}

static struct bl_alias *new_alias(const struct bl_function *fn, const json_t *body)
{
    struct bl_alias *a = calloc(1, sizeof *a);
    const char *name = bl_document_text(body, "Name");
    char arn[400];
    if (!a)
        return NULL;
    snprintf(a->function, sizeof a->function, "%s", fn->name);
    snprintf(a->name, sizeof a->name, "%s", name);
    snprintf(arn, sizeof arn, "%s:%s", fn->arn, name);
    a->config = json_pack("{s:s, s:s, s:s, s:s}", "AliasArn", arn, "Name", name, "FunctionVersion",
                          "", "Description", "");
    take_members(a->config, body);
    return a;
}

/* Under `changing`. */
static bool create(struct bl_call *c, struct bf_str function, const json_t *body)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_err e = {0};
    struct bf_str qualifier, name = bl_lambda_name(c->local, function, &qualifier);
    pthread_mutex_lock(&f->mutex);
    const struct bl_function *fn = bl_lambda_find(f, name);
    bool ok = fn ? check_new(c, body, fn) : bl_lambda_fail_function(c, function);
    struct bl_alias *a = ok ? new_alias(fn, body) : NULL;
    pthread_mutex_unlock(&f->mutex);
    if (!a)
        return ok ? bl_lambda_fail(c, 500, "ServiceException", "out of memory") : false;
    ok = bl_lambda_alias_store(c->local, a->function, a->name, a->config, &e) || bl_fail_err(c, &e);
    if (ok) {
        c->ans.status = 201;
        bl_document_print(&c->ans.body, a->config);
        pthread_mutex_lock(&f->mutex);
        bl_lambda_alias_add(f, a);
        pthread_mutex_unlock(&f->mutex);
    } else {
        json_decref(a->config);
        free(a);
    }
    return ok;
}

bool bl_lambda_create_alias(struct bl_call *c, struct bf_str function)
{
    return bl_lambda_change(c, function, create);
}

/* The alias in the path. Under the mutex; NULL: the answer is set. */
static struct bl_alias *named(struct bl_call *c, struct bf_str function)
{
    struct bf_str qualifier, name = bl_lambda_name(c->local, function, &qualifier),
                             alias = bl_lambda_last_part(c);
    struct bl_alias *a = bl_lambda_alias(c->local->lambda, name, alias);
    if (!a)
        bl_lambda_fail(c, 404, "ResourceNotFoundException",
                       "Cannot find alias arn: arn:aws:lambda:%s:" BL_ACCOUNT ":function:%.*s:%.*s",
                       c->local->region, BF_SHOWN(name), BF_SHOWN_TO(alias, 128));
    return a;
}

bool bl_lambda_get_alias(struct bl_call *c, struct bf_str function)
{
    pthread_mutex_lock(&c->local->lambda->mutex);
    const struct bl_alias *a = named(c, function);
    if (a)
        bl_document_print(&c->ans.body, a->config);
    pthread_mutex_unlock(&c->local->lambda->mutex);
    return a != NULL;
}

/* Under `changing`, so the alias lives on without the mutex. */
static bool update(struct bl_call *c, struct bf_str function, const json_t *body)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_err e = {0};
    json_t *config = NULL;
    pthread_mutex_lock(&f->mutex);
    struct bl_alias *a = named(c, function);
    if (a && check_members(c, body, bf_str_of(a->function)) &&
        bl_lambda_check_revision(c, body, a->config)) {
        config = json_deep_copy(a->config);
        take_members(config, body);
    }
    pthread_mutex_unlock(&f->mutex);
    if (!a || !config)
        return false;
    bool ok =
        bl_lambda_alias_store(c->local, a->function, a->name, config, &e) || bl_fail_err(c, &e);
    if (ok) {
        bl_document_print(&c->ans.body, config);
        pthread_mutex_lock(&f->mutex);
        json_decref(a->config);
        a->config = json_incref(config);
        pthread_mutex_unlock(&f->mutex);
    }
    json_decref(config);
    return ok;
}

bool bl_lambda_update_alias(struct bl_call *c, struct bf_str function)
{
    return bl_lambda_change(c, function, update);
}

/* One that is not there is no error. */
bool bl_lambda_delete_alias(struct bl_call *c, struct bf_str function)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_err e = {0};
    struct bf_str qualifier, name = bl_lambda_name(c->local, function, &qualifier),
                             alias = bl_lambda_last_part(c);
    pthread_mutex_lock(&f->changing);
    pthread_mutex_lock(&f->mutex);
    const struct bl_alias *a = bl_lambda_alias(f, name, alias);
    pthread_mutex_unlock(&f->mutex);
    bool ok =
        !a || bl_lambda_alias_store(c->local, a->function, a->name, NULL, &e) || bl_fail_err(c, &e);
    if (ok) {
        pthread_mutex_lock(&f->mutex);
        if (a)
            bl_lambda_alias_drop(f, name, alias);
        pthread_mutex_unlock(&f->mutex);
        c->ans.status = 204;
    }
    pthread_mutex_unlock(&f->changing);
    return ok;
}

bool bl_lambda_list_aliases(struct bl_call *c, struct bf_str function)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_str qualifier, name = bl_lambda_name(c->local, function, &qualifier),
                             version = bl_query(c, "FunctionVersion"),
                             marker = bl_query(c, "Marker");
    const struct bl_alias *last = NULL;
    size_t limit = bl_lambda_page(c);
    bool more = false;
    json_t *list = json_array();
    pthread_mutex_lock(&f->mutex);
    bool known = bl_lambda_find(f, name) != NULL;
    for (const struct bl_alias *a = f->aliases; a && !more; a = a->next) {
        if (!bf_str_eq(name, bf_str_of(a->function)) ||
            (marker.n && bf_str_cmp(bf_str_of(a->name), marker) <= 0) ||
            (version.n &&
             !bf_str_eq(version, bf_str_of(bl_document_text(a->config, "FunctionVersion")))))
            continue;
        more = json_array_size(list) == limit;
        if (!more)
            json_array_append(list, a->config);
        last = more ? last : a;
    }
    json_t *answer = json_pack("{s:o}", "Aliases", list);
    if (more && last)
        json_object_set_new(answer, "NextMarker", json_string(last->name));
    pthread_mutex_unlock(&f->mutex);
    if (known)
        return bl_document_answer(c, answer);
    json_decref(answer);
    return bl_lambda_fail_function(c, function);
}
