/* Functions: their list, their rows in the store, and the folder of their code. */
#define _XOPEN_SOURCE 700 /* nftw, realpath */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bflocal/function/function.h"

static const char schema[] = "CREATE TABLE IF NOT EXISTS lambda_function (name TEXT PRIMARY KEY, "
                             "config TEXT, policy TEXT, folder TEXT, program TEXT) WITHOUT ROWID;";

struct bf_str bl_lambda_name(const struct bl_local *l, struct bf_str function,
                             struct bf_str *qualifier)
{
    struct bf_str name;
    char prefix[128];
    int n =
        snprintf(prefix, sizeof prefix, "arn:aws:lambda:%s:" BL_ACCOUNT ":function:", l->region);
    struct bf_str arn = bf_str(prefix, (size_t)n), account = bf_str_of(BL_ACCOUNT ":function:");
    if (bf_str_starts(function, arn))
        function = bf_str(function.p + arn.n, function.n - arn.n);
    else if (bf_str_starts(function, account))
        function = bf_str(function.p + account.n, function.n - account.n);
    *qualifier = function;
    if (!bf_str_split(qualifier, ':', &name))
        return bf_str(NULL, 0);
    for (size_t i = 0; i < name.n; i++) {
        char ch = name.p[i];
        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
              ch == '-' || ch == '_'))
            return bf_str(NULL, 0);
    }
    return name.n <= 64 ? name : bf_str(NULL, 0);
}

struct bl_function *bl_lambda_find(struct bl_lambda *f, struct bf_str name)
{
    return bl_lambda_version(f, name, BF_STR(BL_LATEST));
}

/* $LATEST stands before all versions, these in the order of their numbers. */
static bool is_before(const struct bl_function *a, const struct bl_function *b)
{
    int names = strcmp(a->name, b->name);
    size_t x = bl_lambda_is_latest(a) ? 0 : strlen(a->version),
           y = bl_lambda_is_latest(b) ? 0 : strlen(b->version);
    return names < 0 || (names == 0 && (x < y || (x == y && strcmp(a->version, b->version) < 0)));
}

void bl_lambda_add(struct bl_lambda *f, struct bl_function *fn)
{
    struct bl_function **at = &f->functions;
    while (*at && is_before(*at, fn))
        at = &(*at)->next;
    fn->next = *at;
    fn->revision = ++f->revisions;
    *at = fn;
}

void bl_lambda_remove(struct bl_lambda *f, struct bl_function *fn)
{
    for (struct bl_function **at = &f->functions; *at; at = &(*at)->next)
        if (*at == fn) {
            *at = fn->next;
            return;
        }
}

void bl_lambda_free(struct bl_function *fn)
{
    json_decref(fn->config);
    json_decref(fn->policy);
    free(fn);
}

bool bl_lambda_store(struct bl_local *l, const struct bl_function *fn, struct bf_err *e)
{
    struct bf_buf config, policy;
    bf_buf_init(&config, 1024 * 1024);
    bf_buf_init(&policy, 1024 * 1024);
    bl_document_print(&config, fn->config);
    bl_document_print(&policy, fn->policy);
    bool ok = bf_buf_check(&config, "a function's configuration", e) &&
              bf_buf_check(&policy, "a function's policy", e) && bl_store_begin(&l->store, e);
    if (ok && !bl_lambda_is_latest(fn)) {
        bl_lambda_version_put(&l->store, fn, bf_buf_view(&config));
        ok = bl_store_commit(&l->store, e);
    } else if (ok) {
        sqlite3_stmt *q =
            bl_sql(&l->store, "INSERT OR REPLACE INTO lambda_function VALUES (?1, ?2, ?3, ?4, ?5)");
        bl_bind_text(q, 1, bf_str_of(fn->name));
        bl_bind_text(q, 2, bf_buf_view(&config));
        bl_bind_text(q, 3, bf_buf_view(&policy));
        bl_bind_text(q, 4, bf_str_of(fn->folder));
        bl_bind_text(q, 5, bf_str_of(fn->program));
        bl_run(&l->store, q);
        ok = bl_store_commit(&l->store, e);
    }
    bf_buf_free(&config);
    bf_buf_free(&policy);
    return ok;
}

bool bl_lambda_erase(struct bl_local *l, const char *name, struct bf_err *e)
{
    if (!bl_store_begin_delete(&l->store, e))
        return false;
    sqlite3_stmt *q = bl_sql(&l->store, "DELETE FROM lambda_function WHERE name = ?1");
    bl_bind_text(q, 1, bf_str_of(name));
    bl_run(&l->store, q);
    bl_lambda_versions_erase(&l->store, name);
    return bl_store_commit(&l->store, e);
}

/* Folders of code are NAME.XXXXXX (code.c), and names have no dot. */
static bool is_code(const char *folder)
{
    const char *dot = strchr(folder, '.');
    return dot && dot > folder && strlen(dot) == 7;
}

void bl_lambda_place(struct bl_lambda *f, struct bl_function *fn)
{
    const char *slash = strrchr(fn->folder, '/');
    char was[sizeof fn->folder + 16];
    struct bf_err e;
    snprintf(was, sizeof was, "%s/bootstrap", fn->folder);
    if (!slash || !is_code(slash + 1) || strcmp(was, fn->program) != 0 || !bl_lambda_root(f, &e))
        return;
    snprintf(was, sizeof was, "%s", slash + 1);
    snprintf(fn->folder, sizeof fn->folder, "%.3900s/%.100s", f->root, was);
    snprintf(fn->program, sizeof fn->program, "%.4000s/bootstrap", fn->folder);
}

static bool load_row(struct bl_lambda *f, sqlite3_stmt *q, struct bf_err *e)
{
    struct bl_function *fn = calloc(1, sizeof *fn);
    if (!fn)
        return bf_err_nomem(e);
    bl_column_copy(q, 0, fn->name, sizeof fn->name);
    snprintf(fn->version, sizeof fn->version, BL_LATEST);
    fn->config = bl_document_parse(bl_column_text(q, 1));
    fn->policy = bl_document_parse(bl_column_text(q, 2));
    bl_column_copy(q, 3, fn->folder, sizeof fn->folder);
    bl_column_copy(q, 4, fn->program, sizeof fn->program);
    bl_lambda_place(f, fn);
    snprintf(fn->arn, sizeof fn->arn, "%s", bl_document_text(fn->config, "FunctionArn"));
    bl_lambda_add(f, fn);
    return true;
}

bool bl_lambda_each_row(struct bl_lambda *f, const char *sql,
                        bool (*take)(struct bl_lambda *f, sqlite3_stmt *row, struct bf_err *e),
                        struct bf_err *e)
{
    struct bl_store *st = &f->local->store;
    sqlite3_stmt *q = bl_sql(st, sql);
    bool ok = true;
    while (ok && bl_step(st, q))
        ok = take(f, q, e);
    bl_done(q);
    return ok;
}

bool bl_lambda_load(struct bl_lambda *f, struct bf_err *e)
{
    return bl_store_exec(&f->local->store, schema, e) &&
           bl_lambda_each_row(f,
                              "SELECT name, config, policy, folder, program FROM lambda_function",
                              load_row, e) &&
           bl_lambda_versions_load(f, e);
}

const char *bl_lambda_root(struct bl_lambda *f, struct bf_err *e)
{
    const char *base = getenv("TMPDIR"), *dir = f->local->store.dir;
    if (f->root[0])
        return f->root;
    if (dir) {
        /* Absolute, because a function's working directory is another one. */
        char real[PATH_MAX];
        snprintf(f->root, sizeof f->root, "%.4000s/lambda", realpath(dir, real) ? real : dir);
        if (mkdir(f->root, 0700) == 0 || errno == EEXIST)
            return f->root;
    } else {
        snprintf(f->root, sizeof f->root, "%s/bflocal-lambda.XXXXXX",
                 base && *base ? base : "/tmp");
        f->temporary = true;
        if (mkdtemp(f->root))
            return f->root;
    }
    bf_err_sys(e, errno, "%s", f->root);
    f->root[0] = '\0';
    return NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void bl_lambda_remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Whether no function has its code in the folder. */
static bool is_unused(const struct bl_lambda *f, const char *folder)
{
    for (const struct bl_function *fn = f->functions; fn; fn = fn->next) {
        const char *slash = strrchr(fn->folder, '/');
        if (slash && strcmp(slash + 1, folder) == 0)
            return false;
    }
    return true;
}

void bl_lambda_remove_code(struct bl_lambda *f, const char *name)
{
    struct bf_err e;
    bool any = f->root[0] || (f->local->store.dir && bl_lambda_root(f, &e));
    DIR *d = any ? opendir(f->root) : NULL;
    char path[sizeof f->root + 260];
    if (!d)
        return;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        const char *folder = entry->d_name;
        if (is_code(folder) && (name ? strncmp(folder, name, strlen(folder) - 7) == 0 &&
                                           strlen(name) == strlen(folder) - 7
                                     : is_unused(f, folder))) {
            snprintf(path, sizeof path, "%s/%s", f->root, folder);
            bl_lambda_remove_tree(path);
        }
    }
    closedir(d);
}
