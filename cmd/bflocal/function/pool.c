/* Workers: chooses the process that runs an invocation. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/function/function.h"
#include "lib/base/clock.h"
#include "lib/base/wait.h"

enum { ENV_MAX = 256, ARENA_MAX = 256 * 1024 };

static void end_worker(struct bl_worker *w)
{
    if (w->sandbox)
        bl_sandbox_end(w->sandbox);
    bf_arena_free(&w->arena);
    free(w);
}

/* Does the worker's function still exist, unchanged? */
static bool is_current(const struct bl_lambda *f, const struct bl_worker *w)
{
    const struct bl_function *fn = f->functions;
    while (fn && fn->revision != w->revision)
        fn = fn->next;
    return fn != NULL;
}

static void take_out(struct bl_lambda *f, struct bl_worker *w)
{
    struct bl_worker **at = &f->workers;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    f->nworkers--;
}

void bl_lambda_reap(struct bl_lambda *f, int64_t idle_ms)
{
    int64_t now = bf_clock_mono_ms();
    for (struct bl_worker *w = f->workers, *next; w; w = next) {
        next = w->next;
        if (w->busy || (now - w->idle_ms < idle_ms && is_current(f, w)))
            continue;
        take_out(f, w);
        end_worker(w);
    }
}

extern char **environ;

bool bl_lambda_inherit(struct bl_lambda *f, struct bf_err *e)
{
    size_t n = 0;
    while (environ[n])
        n++;
    f->environment = calloc(n + 1, sizeof *f->environment);
    if (!f->environment)
        return bf_err_nomem(e);
    memcpy(f->environment, environ, n * sizeof *environ);
    return true;
}

/* Adds "NAME=VALUE", which is in the worker's arena; empty: out of memory. */
static bool add_env(const char **env, size_t *n, struct bf_str text)
{
    bool fits = text.n > 0 && *n < ENV_MAX - 1;
    if (fits)
        env[(*n)++] = text.p;
    return fits;
}

static struct bf_str variable(struct bl_worker *w, const char *name, const char *value)
{
    return bl_arena_printf(&w->arena, "%s=%s", name, value ? value : "");
}

static const char *copy(struct bl_worker *w, const char *text)
{
    return bl_arena_printf(&w->arena, "%s", text).p;
}

/* Is a variable of this text's name already set? */
static bool has_name(const char *const *env, size_t n, const char *text)
{
    size_t name = strcspn(text, "=") + 1;
    for (size_t i = 0; i < n; i++)
        if (strncmp(env[i], text, name) == 0)
            return true;
    return false;
}

/* The environment of a function (Lambda developer guide, "Defined runtime environment variables"). */
static bool fill_env(struct bl_lambda *f, const struct bl_function *fn, struct bl_worker *w,
                     const char **env)
{
    const struct bl_local *l = f->local;
    char memory[24], group[96];
    size_t n = 0;
    snprintf(memory, sizeof memory, "%lld",
             (long long)bl_document_int(fn->config, "MemorySize", 128));
    snprintf(group, sizeof group, "/aws/lambda/%s", fn->name);
    const char *const own[][2] = {
        {"AWS_LAMBDA_FUNCTION_NAME", fn->name},
        {"AWS_LAMBDA_FUNCTION_VERSION", fn->version},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory},
        {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
        {"AWS_LAMBDA_LOG_GROUP_NAME", group},
        {"AWS_LAMBDA_LOG_STREAM_NAME", "bflocal"},
        {"AWS_REGION", l->region},
        {"AWS_DEFAULT_REGION", l->region},
        {"AWS_ACCESS_KEY_ID", l->access_key},
        {"AWS_SECRET_ACCESS_KEY", l->secret_key},
        {"AWS_ENDPOINT_URL", l->endpoint},
        {"AWS_EC2_METADATA_DISABLED", "true"},
        {"_HANDLER", bl_document_text(fn->config, "Handler")},
        {"LAMBDA_TASK_ROOT", fn->folder},
        {"LAMBDA_RUNTIME_DIR", fn->folder},
        {"LANG", "en_US.UTF-8"},
        {"TZ", ":UTC"},
        {"PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"},
    };
    const char *name;
    json_t *value;
    bool inherits = !*bl_document_text(fn->config, "CodeSha256"); /* a program of this machine */
    json_t *variables = json_object_get(json_object_get(fn->config, "Environment"), "Variables");
    bool ok = true;
    for (size_t i = 0; i < BF_COUNT(own); i++)
        ok = ok && (json_object_get(variables, own[i][0]) ||
                    add_env(env, &n, variable(w, own[i][0], own[i][1])));
    json_object_foreach(variables, name, value) ok =
        ok && add_env(env, &n, variable(w, name, json_string_value(value)));
    for (char **at = f->environment; inherits && ok && *at; at++)
        if (strncmp(*at, "AWS_", 4) != 0 && !has_name(env, n, *at))
            ok = add_env(env, &n, bl_arena_printf(&w->arena, "%s", *at));
    env[n] = NULL;
    return ok;
}

/* Under the mutex. */
static struct bl_worker *start_worker(struct bl_lambda *f, struct bl_function *fn, struct bf_err *e)
{
    const char *root = bl_lambda_root(f, e);
    struct bl_worker *w = root ? calloc(1, sizeof *w) : NULL;
    if (!w) {
        if (root)
            bf_err_nomem(e);
        return NULL;
    }
    bf_arena_init(&w->arena, ARENA_MAX);
    const char **env = bf_arena_alloc(&w->arena, ENV_MAX * sizeof *env);
    char log[4200];
    snprintf(log, sizeof log, "%s/%s.log", root, fn->name);
    if (!env || !fill_env(f, fn, w, env)) {
        bf_err_set(e, BF_E_MEMORY, "the environment of function %s is too large", fn->name);
        end_worker(w);
        return NULL;
    }
    const struct bl_sandbox_spec spec = {
        .version = copy(w, fn->version),
        .program = copy(w, fn->program),
        .folder = copy(w, fn->folder),
        .log_path = copy(w, log),
        .env = env,
        .timeout_ms = (uint64_t)bl_document_int(fn->config, "Timeout", 3) * 1000,
        .memory_mb = (uint64_t)bl_document_int(fn->config, "MemorySize", 128),
    };
    w->revision = fn->revision;
    w->sandbox = bl_sandbox_start(&spec, e);
    if (!w->sandbox) {
        end_worker(w);
        return NULL;
    }
    w->next = f->workers;
    f->workers = w;
    f->nworkers++;
    return w;
}

static struct bl_worker *engage(struct bl_worker *w, const struct bl_function *fn,
                                const struct bl_caller *caller, struct bf_str qualifier)
{
    snprintf(w->arn, sizeof w->arn, "%s%s%.*s", fn->arn, qualifier.n ? ":" : "",
             BF_SHOWN_TO(qualifier, 120));
    w->busy = true;
    w->caller = caller;
    return w;
}

/* A warm worker, or a new one. NULL: *verdict. */
static struct bl_worker *take_worker(struct bl_lambda *f, const struct bl_caller *caller,
                                     struct bf_str target, enum bl_invoked *verdict,
                                     struct bf_err *e)
{
    struct bf_str qualifier;
    struct bl_function *fn = bl_lambda_target(f, target, &qualifier);
    *verdict = BL_INVOKE_ENDED;
    if (f->ending || (caller && caller->ended))
        return NULL;
    *verdict = BL_INVOKE_UNKNOWN;
    if (!fn)
        return NULL;
    bl_lambda_reap(f, BL_WORKER_IDLE_MS);
    for (struct bl_worker *w = f->workers; w; w = w->next)
        if (!w->busy && w->revision == fn->revision && bl_sandbox_alive(w->sandbox))
            return engage(w, fn, caller, qualifier);
    if (f->nworkers >= BL_WORKERS_MAX)
        bl_lambda_reap(f, 0);
    *verdict = BL_INVOKE_THROTTLED;
    if (f->nworkers >= BL_WORKERS_MAX)
        return NULL;
    *verdict = BL_INVOKE_BROKEN;
    struct bl_worker *w = start_worker(f, fn, e);
    return w ? engage(w, fn, caller, qualifier) : NULL;
}

/* Keeps the worker for the next call, or ends it if its process has ended or its function was deleted or changed.
 * True: its invocation was cut off. */
static bool give_back(struct bl_lambda *f, struct bl_worker *w)
{
    bool alive = bl_sandbox_alive(w->sandbox);
    pthread_mutex_lock(&f->mutex);
    bool keep = alive && is_current(f, w), cancelled = w->cancelled;
    w->busy = false;
    w->caller = NULL;
    w->idle_ms = bf_clock_mono_ms();
    if (!keep)
        take_out(f, w);
    pthread_cond_broadcast(&f->given_back);
    pthread_mutex_unlock(&f->mutex);
    if (!keep)
        end_worker(w);
    return cancelled;
}

enum bl_invoked bl_lambda_invoke(struct bl_local *l, const struct bl_caller *caller,
                                 struct bf_str target, struct bf_str payload,
                                 const char *request_id, struct bl_outcome *out, struct bf_err *e)
{
    struct bl_lambda *f = l->lambda;
    enum bl_invoked verdict;
    pthread_mutex_lock(&f->mutex);
    struct bl_worker *w = take_worker(f, caller, target, &verdict, e);
    pthread_mutex_unlock(&f->mutex);
    if (!w)
        return verdict;
    bl_sandbox_invoke(w->sandbox, request_id, w->arn, payload, out);
    return give_back(f, w) && out->failed ? BL_INVOKE_ENDED : BL_INVOKED;
}

/* ---- the end of callers ---- */

static bool runs_for(const struct bl_worker *w, const struct bl_caller *caller)
{
    return w->busy && (!caller || w->caller == caller);
}

static bool any_runs_for(const struct bl_lambda *f, const struct bl_caller *caller)
{
    const struct bl_worker *w = f->workers;
    while (w && !runs_for(w, caller))
        w = w->next;
    return w != NULL;
}

void bl_lambda_cancel(struct bl_lambda *f, struct bl_caller *caller)
{
    int64_t until = bf_clock_mono_ms() + BL_CANCEL_MS;
    pthread_mutex_lock(&f->mutex);
    if (caller)
        caller->ended = true;
    else
        f->ending = true;
    for (struct bl_worker *w = f->workers; w && !caller; w = w->next)
        if (!w->busy)
            bl_sandbox_terminate(w->sandbox);
    while (any_runs_for(f, caller) &&
           bf_wait_ms(&f->given_back, &f->mutex, until - bf_clock_mono_ms()))
        ;
    for (struct bl_worker *w = f->workers; w; w = w->next)
        if (runs_for(w, caller)) {
            w->cancelled = true;
            bl_sandbox_terminate(w->sandbox);
        }
    pthread_mutex_unlock(&f->mutex);
}

void bl_lambda_resume(struct bl_lambda *f, struct bl_caller *caller)
{
    pthread_mutex_lock(&f->mutex);
    caller->ended = false;
    pthread_mutex_unlock(&f->mutex);
}
