/* CreateFunction, GetFunction, ListFunctions, UpdateFunction..., DeleteFunction. */
#define _XOPEN_SOURCE 700 /* realpath */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"
#include "cmd/bflocal/s3/own.h"
#include "lib/base/clock.h"
#include "lib/base/rng.h"
#include "lib/encoding/base64.h"
#include "lib/encoding/sha256.h"

enum {
    ENVIRONMENT_MAX = 4096,
    MEMORY_MAX_MB = 10240,
    TIMEOUT_MAX_S = 900,
    ZIP_MAX = 50 * 1024 * 1024
};

static void put_time(json_t *config, int64_t now_ms)
{
    struct bf_date d = bf_clock_date(now_ms);
    char text[40];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03d+0000", (int)d.year, d.month,
             d.day, d.hour, d.minute, d.second, (int)(now_ms % 1000));
    json_object_set_new(config, "LastModified", json_string(text));
}

void bl_lambda_new_revision(json_t *config)
{
    char id[37];
    bf_rng_fresh_uuid(id);
    json_object_set_new(config, "RevisionId", json_string(id));
}

json_t *bl_lambda_shown(const json_t *config)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)config);
    json_object_del(copy, "Tags");
    return copy;
}

json_t *bl_lambda_config(const char *name, const char *arn, int64_t now_ms)
{
    char group[96];
    snprintf(group, sizeof group, "/aws/lambda/%s", name);
    json_t *config = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:s, s:{s:s}, s:s, s:s, s:s, s:[s], "
        "s:{s:i}, s:{s:s, s:s}, s:{s:s, s:s}}",
        "FunctionName", name, "FunctionArn", arn, "Runtime", "provided.al2023", "Role",
        "arn:aws:iam::" BL_ACCOUNT ":role/bflocal", "Handler", "bootstrap", "Description", "",
        "Timeout", 3, "MemorySize", 128, "CodeSize", (json_int_t)0, "Version", "$LATEST",
        "TracingConfig", "Mode", "PassThrough", "State", "Active", "LastUpdateStatus", "Successful",
        "PackageType", "Zip", "Architectures", sizeof(long) == 8 ? "x86_64" : "arm64",
        "EphemeralStorage", "Size", 512, "LoggingConfig", "LogFormat", "Text", "LogGroup", group,
        "SnapStart", "ApplyOn", "None", "OptimizationStatus", "Off");
    put_time(config, now_ms);
    bl_lambda_new_revision(config);
    return config;
}

static bool fail_parameter(struct bl_call *c, const char *text)
{
    return bl_lambda_fail(c, 400, "InvalidParameterValueException", "%s", text);
}

/* What the model has no maximum for, or a larger one (Lambda quotas). */
static bool check_most(struct bl_call *c, const json_t *body, const char *name, int64_t most)
{
    int64_t n = bl_document_int(body, name, 0);
    return n <= most ||
           bl_lambda_fail(c, 400, "InvalidParameterValueException",
                          "1 validation error detected: Value '%lld' at '%c%s' failed to satisfy "
                          "constraint: Member must have value less than or equal to %lld",
                          (long long)n, name[0] | 32, name + 1, (long long)most);
}

/* Of 4 KiB together (Lambda quotas). */
static bool check_environment(struct bl_call *c, const json_t *body)
{
    json_t *variables = json_object_get(json_object_get(body, "Environment"), "Variables"), *value;
    const char *name;
    size_t bytes = 0;
    json_object_foreach(variables, name, value) bytes += strlen(name) + json_string_length(value);
    return bytes <= ENVIRONMENT_MAX ||
           fail_parameter(c, "Lambda was unable to configure your environment variables because "
                             "the environment variables you have provided exceeded the 4KB limit.");
}

/* The members of CreateFunction and UpdateFunctionConfiguration that a local function uses. */
static bool take_settings(struct bl_call *c, const json_t *body, json_t *config)
{
    static const char *const kept[] = {
        "Description", "Handler",          "Role",          "Timeout",          "MemorySize",
        "Environment", "DeadLetterConfig", "TracingConfig", "EphemeralStorage", "LoggingConfig"};
    static const char *const refused[] = {
        "VpcConfig", "Layers",        "FileSystemConfigs",     "ImageConfig",
        "SnapStart", "DurableConfig", "CapacityProviderConfig"};
    const char *runtime = bl_document_text(body, "Runtime");
    if (*runtime && strncmp(runtime, "provided", 8) != 0)
        return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                              "bflocal runs provided.al2023, not %.60s: a program that speaks the "
                              "runtime API",
                              runtime);
    for (size_t i = 0; i < BF_COUNT(refused); i++)
        if (json_object_size(json_object_get(body, refused[i])) ||
            json_array_size(json_object_get(body, refused[i])))
            return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                                  "bflocal has no %s for functions", refused[i]);
    if (!check_most(c, body, "Timeout", TIMEOUT_MAX_S) ||
        !check_most(c, body, "MemorySize", MEMORY_MAX_MB) || !check_environment(c, body))
        return false;
    for (size_t i = 0; i < BF_COUNT(kept); i++)
        if (json_object_get(body, kept[i]))
            json_object_set(config, kept[i], json_object_get(body, kept[i]));
    if (json_array_size(json_object_get(body, "Architectures")))
        json_object_set(config, "Architectures", json_object_get(body, "Architectures"));
    if (*runtime)
        json_object_set(config, "Runtime", json_object_get(body, "Runtime"));
    return true;
}

static bool read_object(struct bl_call *c, const char *bucket, const char *key, struct bf_buf *zip)
{
    struct bl_s3_own o;
    struct bf_err e = {0};
    bool found = false;
    if (!bl_s3_own_find(c->local, bf_str_of(bucket), bf_str_of(key), &o, &found, &e))
        return bl_fail_err(c, &e);
    if (!found)
        return fail_parameter(c,
                              "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error "
                              "Message: The specified key does not exist.");
    int fd = bl_s3_own_open(c->local, &o);
    char *at = fd >= 0 && o.size <= ZIP_MAX ? bf_buf_room(zip, o.size) : NULL;
    bool ok = at && read(fd, at, o.size) == (ssize_t)o.size;
    if (ok)
        zip->n += o.size;
    if (fd >= 0)
        close(fd);
    return ok || fail_parameter(c, "The object cannot be read, or is larger than 50 MB.");
}

/* The package, from the request or from a bucket. */
static bool read_code(struct bl_call *c, const json_t *code, struct bf_buf *zip)
{
    const char *text = bl_document_text(code, "ZipFile"),
               *bucket = bl_document_text(code, "S3Bucket");
    if (*text)
        return bf_base64_decode(zip, bf_str_of(text)) ||
               fail_parameter(c, "Code.ZipFile is not base64, or larger than 50 MB.");
    if (*bucket)
        return read_object(c, bucket, bl_document_text(code, "S3Key"), zip);
    return fail_parameter(c, "Please provide a source for function code.");
}

static bool take_code(struct bl_call *c, const json_t *code, struct bl_function *fn)
{
    struct bf_buf zip, sum;
    struct bf_err e = {0};
    struct bf_sha256 h;
    unsigned char hash[BF_SHA256_BYTES];
    bf_buf_init(&zip, ZIP_MAX);
    bf_buf_init(&sum, 64);
    bool ok = read_code(c, code, &zip);
    if (ok && !bl_lambda_unpack(c->local->lambda, fn, bf_buf_view(&zip), &e))
        ok = e.code == BF_E_INPUT || e.code == BF_E_LIMIT ? fail_parameter(c, e.text)
                                                          : bl_fail_err(c, &e);
    if (ok) {
        bf_sha256_init(&h);
        bf_sha256_add(&h, zip.p, zip.n);
        bf_sha256_end(&h, hash);
        bf_base64_encode(&sum, bf_str((char *)hash, sizeof hash));
        json_object_set_new(fn->config, "CodeSize", json_integer((json_int_t)zip.n));
        json_object_set_new(fn->config, "CodeSha256", json_stringn(sum.p, sum.n));
    }
    bf_buf_free(&zip);
    bf_buf_free(&sum);
    return ok;
}

static void name_arn(struct bl_local *l, struct bl_function *fn, struct bf_str name)
{
    snprintf(fn->name, sizeof fn->name, "%.*s", (int)name.n, name.p);
    snprintf(fn->version, sizeof fn->version, BL_LATEST);
    snprintf(fn->arn, sizeof fn->arn, "arn:aws:lambda:%s:" BL_ACCOUNT ":function:%s", l->region,
             fn->name);
}

static struct bl_function *new_function(struct bl_call *c, const json_t *body)
{
    struct bf_str qualifier,
        name =
            bl_lambda_name(c->local, bf_str_of(bl_document_text(body, "FunctionName")), &qualifier);
    struct bl_function *fn = calloc(1, sizeof *fn);
    if (!fn || !name.n) {
        free(fn);
        bl_lambda_fail(c, 400, "ValidationException",
                       "1 validation error detected: Value at 'functionName' failed to satisfy "
                       "constraint: Member must satisfy regular expression pattern: "
                       "[a-zA-Z0-9-_]+");
        return NULL;
    }
    name_arn(c->local, fn, name);
    fn->config = bl_lambda_config(fn->name, fn->arn, c->now_ms);
    if (json_object_get(body, "Tags"))
        json_object_set(fn->config, "Tags", json_object_get(body, "Tags"));
    fn->policy = json_array();
    return fn;
}

static bool create(struct bl_call *c, struct bf_str unused, const json_t *body)
{
    (void)unused;
    struct bl_lambda *f = c->local->lambda;
    struct bf_err e = {0};
    struct bl_function *fn = new_function(c, body);
    bool ok = fn != NULL;
    pthread_mutex_lock(&f->mutex);
    bool exists = ok && bl_lambda_find(f, bf_str_of(fn->name));
    pthread_mutex_unlock(&f->mutex);
    if (exists)
        ok = bl_lambda_fail(c, 409, "ResourceConflictException", "Function already exist: %s",
                            fn->name);
    ok =
        ok && take_settings(c, body, fn->config) && take_code(c, json_object_get(body, "Code"), fn);
    if (ok && !bl_lambda_store(c->local, fn, &e))
        ok = bl_fail_err(c, &e);
    if (!ok) {
        if (fn)
            bl_lambda_free(fn);
        return false;
    }
    c->ans.status = 201;
    json_t *shown = bl_lambda_shown(fn->config);
    bl_document_print(&c->ans.body, shown);
    json_decref(shown);
    pthread_mutex_lock(&f->mutex);
    bl_lambda_add(f, fn);
    pthread_mutex_unlock(&f->mutex);
    return !json_is_true(json_object_get(body, "Publish")) ||
           bl_lambda_publish(c, fn->name, "", false);
}

bool bl_lambda_change(struct bl_call *c, struct bf_str function, bl_lambda_changer *run)
{
    json_t *body = bl_document_read(c);
    pthread_mutex_lock(&c->local->lambda->changing);
    bool ok = body && run(c, function, body);
    pthread_mutex_unlock(&c->local->lambda->changing);
    json_decref(body);
    return ok;
}

bool bl_lambda_create(struct bl_call *c, struct bf_str unused)
{
    return bl_lambda_change(c, unused, create);
}

/* $LATEST. Under the mutex; NULL: the answer is set. */
static struct bl_function *named(struct bl_call *c, struct bf_str function)
{
    struct bf_str qualifier, name = bl_lambda_request(c, function, &qualifier);
    struct bl_function *fn = bl_lambda_resolve(c->local->lambda, name, qualifier);
    bool latest = !qualifier.n || bf_str_is(qualifier, BL_LATEST);
    if (!fn)
        bl_lambda_fail_function(c, function);
    else if (!latest)
        bl_lambda_fail(c, 400, "InvalidParameterValueException",
                       "Only $LATEST of a function can be changed, not %.*s",
                       BF_SHOWN_TO(qualifier, 128));
    return latest ? fn : NULL;
}

static bool remove_function(struct bl_call *c, struct bf_str name)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_err e = {0};
    pthread_mutex_lock(&f->mutex);
    struct bl_function *fn = named(c, name);
    struct bf_str own = fn ? bl_arena_printf(&c->arena, "%s", fn->name) : BF_STR("");
    while (fn) {
        bl_lambda_remove(f, fn);
        bl_lambda_free(fn);
        fn = f->functions;
        while (fn && !bf_str_eq(own, bf_str_of(fn->name)))
            fn = fn->next;
    }
    if (own.n) {
        bl_lambda_alias_drop(f, own, BF_STR(""));
        bl_async_drop(f, own.p);
        bl_lambda_reap(f, BL_WORKER_IDLE_MS);
    }
    pthread_mutex_unlock(&f->mutex);
    if (!own.n)
        return false;
    bool ok = bl_lambda_erase(c->local, own.p, &e) || bl_fail_err(c, &e);
    bl_lambda_remove_code(f, own.p);
    c->ans.status = ok ? 204 : c->ans.status;
    return ok;
}

bool bl_lambda_delete(struct bl_call *c, struct bf_str function)
{
    struct bf_str qualifier, name = bl_lambda_request(c, function, &qualifier);
    pthread_mutex_lock(&c->local->lambda->changing);
    bool ok =
        qualifier.n ? bl_lambda_delete_version(c, name, qualifier) : remove_function(c, function);
    pthread_mutex_unlock(&c->local->lambda->changing);
    return ok;
}

typedef bool change(struct bl_call *c, const json_t *body, struct bl_function *fn);

/* Replaces the function by a changed copy: processes of the old one end after their invocation. */
static bool replace(struct bl_call *c, struct bf_str name, const json_t *body, change *how)
{
    struct bl_lambda *f = c->local->lambda;
    struct bf_err e = {0};
    struct bl_function *copy = calloc(1, sizeof *copy);
    pthread_mutex_lock(&f->mutex);
    const struct bl_function *old = copy ? named(c, name) : NULL;
    if (old) {
        *copy = *old;
        copy->config = json_deep_copy(old->config);
        copy->policy = json_deep_copy(old->policy);
    }
    pthread_mutex_unlock(&f->mutex);
    bool ok = old && how(c, body, copy);
    if (ok) {
        put_time(copy->config, c->now_ms);
        bl_lambda_new_revision(copy->config);
        ok = bl_lambda_store(c->local, copy, &e) || bl_fail_err(c, &e);
    }
    if (ok) {
        json_t *shown = bl_lambda_shown(copy->config);
        bl_document_print(&c->ans.body, shown);
        json_decref(shown);
        pthread_mutex_lock(&f->mutex);
        struct bl_function *now = bl_lambda_find(f, bf_str_of(copy->name));
        bl_lambda_remove(f, now);
        bl_lambda_free(now);
        bl_lambda_add(f, copy);
        bl_lambda_reap(f, BL_WORKER_IDLE_MS);
        pthread_mutex_unlock(&f->mutex);
    } else if (copy) {
        bl_lambda_free(copy);
    }
    return ok && (!json_is_true(json_object_get(body, "Publish")) ||
                  bl_lambda_publish(c, copy->name, "", true));
}

static bool change_code(struct bl_call *c, const json_t *body, struct bl_function *fn)
{
    if (json_is_true(json_object_get(body, "DryRun")))
        return fail_parameter(c, "bflocal has no DryRun for UpdateFunctionCode");
    return bl_lambda_check_revision(c, body, fn->config) && take_code(c, body, fn);
}

static bool change_config(struct bl_call *c, const json_t *body, struct bl_function *fn)
{
    return bl_lambda_check_revision(c, body, fn->config) && take_settings(c, body, fn->config);
}

static bool replace_code(struct bl_call *c, struct bf_str name, const json_t *body)
{
    return replace(c, name, body, change_code);
}

static bool replace_config(struct bl_call *c, struct bf_str name, const json_t *body)
{
    return replace(c, name, body, change_config);
}

bool bl_lambda_update_code(struct bl_call *c, struct bf_str name)
{
    return bl_lambda_change(c, name, replace_code);
}

bool bl_lambda_update_config(struct bl_call *c, struct bf_str name)
{
    return bl_lambda_change(c, name, replace_config);
}

bool bl_lambda_prepare(struct bl_local *l, struct bf_str name, struct bf_str program,
                       struct bf_err *e)
{
    struct bl_function *fn = calloc(1, sizeof *fn);
    struct bl_function *old = bl_lambda_find(l->lambda, name); /* of an earlier run */
    struct bf_str qualifier;
    char path[4096], real[4096];
    if (!fn)
        return bf_err_nomem(e);
    snprintf(path, sizeof path, "%.*s", (int)program.n, program.p);
    bool ok = bl_lambda_name(l, name, &qualifier).n && !qualifier.n;
    if (!ok)
        bf_err_set(e, BF_E_USAGE, "%.*s is no name of a function", BF_SHOWN(name));
    else if (!realpath(path, real) || access(real, X_OK) != 0)
        ok = bf_err_set(e, BF_E_USAGE, "%.200s is no program", path);
    if (ok) {
        name_arn(l, fn, name);
        fn->config = bl_lambda_config(fn->name, fn->arn, bl_now_ms(l));
        fn->policy = old ? json_deep_copy(old->policy) : json_array();
        fn->published = old ? old->published : 0;
        snprintf(fn->program, sizeof fn->program, "%s", real);
        if (!getcwd(fn->folder, sizeof fn->folder))
            snprintf(fn->folder, sizeof fn->folder, "/");
        ok = bl_lambda_store(l, fn, e);
    }
    if (!ok) {
        bl_lambda_free(fn);
        return false;
    }
    pthread_mutex_lock(&l->lambda->mutex);
    if (old) {
        bl_lambda_remove(l->lambda, old);
        bl_lambda_free(old);
    }
    bl_lambda_add(l->lambda, fn);
    pthread_mutex_unlock(&l->lambda->mutex);
    return true;
}
