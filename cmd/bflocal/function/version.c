/* Versions and aliases: finding them, and their rows in the store. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/function/async.h"
#include "lib/base/num.h"

/* A version that was deleted keeps its row, without a configuration, because its number is not given again. */
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS lambda_version (name TEXT, number INTEGER, "
    "config TEXT, folder TEXT, program TEXT, PRIMARY KEY (name, number)) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS lambda_alias (name TEXT, alias TEXT, "
    "config TEXT, PRIMARY KEY (name, alias)) WITHOUT ROWID;";

bool bl_lambda_is_latest(const struct bl_function *fn)
{
    return fn->version[0] == '$';
}

struct bl_function *bl_lambda_version(struct bl_lambda *f, struct bf_str name,
                                      struct bf_str version)
{
    struct bl_function *fn = f->functions;
    while (fn &&
           !(bf_str_eq(name, bf_str_of(fn->name)) && bf_str_eq(version, bf_str_of(fn->version))))
        fn = fn->next;
    return fn;
}

struct bl_alias *bl_lambda_alias(struct bl_lambda *f, struct bf_str name, struct bf_str alias)
{
    struct bl_alias *a = f->aliases;
    while (a && !(bf_str_eq(name, bf_str_of(a->function)) && bf_str_eq(alias, bf_str_of(a->name))))
        a = a->next;
    return a;
}

struct bl_function *bl_lambda_resolve(struct bl_lambda *f, struct bf_str name,
                                      struct bf_str qualifier)
{
    const struct bl_alias *a = qualifier.n ? bl_lambda_alias(f, name, qualifier) : NULL;
    if (a)
        return bl_lambda_version(f, name,
                                 bf_str_of(bl_document_text(a->config, "FunctionVersion")));
    return bl_lambda_version(f, name, qualifier.n ? qualifier : BF_STR(BL_LATEST));
}

struct bl_function *bl_lambda_target(struct bl_lambda *f, struct bf_str target,
                                     struct bf_str *qualifier)
{
    struct bf_str name;
    *qualifier = target;
    return bf_str_split(qualifier, ':', &name) ? bl_lambda_resolve(f, name, *qualifier) : NULL;
}

void bl_lambda_alias_add(struct bl_lambda *f, struct bl_alias *alias)
{
    struct bl_alias **at = &f->aliases;
    while (*at && (strcmp((*at)->function, alias->function) < 0 ||
                   (strcmp((*at)->function, alias->function) == 0 &&
                    strcmp((*at)->name, alias->name) < 0)))
        at = &(*at)->next;
    alias->next = *at;
    *at = alias;
}

void bl_lambda_alias_drop(struct bl_lambda *f, struct bf_str name, struct bf_str alias)
{
    struct bl_alias **at = &f->aliases;
    while (*at) {
        struct bl_alias *a = *at;
        if (!bf_str_eq(name, bf_str_of(a->function)) ||
            (alias.n && !bf_str_eq(alias, bf_str_of(a->name)))) {
            at = &a->next;
            continue;
        }
        *at = a->next;
        json_decref(a->config);
        free(a);
    }
}

/* ---- rows ---- */

void bl_lambda_version_put(struct bl_store *st, const struct bl_function *fn, struct bf_str config)
{
    uint64_t number = 0;
    struct bf_err e;
    (void)!bf_num_u64(bf_str_of(fn->version), &number, &e);
    sqlite3_stmt *q =
        bl_sql(st, "INSERT OR REPLACE INTO lambda_version VALUES (?1, ?2, ?3, ?4, ?5)");
    bl_bind_text(q, 1, bf_str_of(fn->name));
    bl_bind_i64(q, 2, (int64_t)number);
    bl_bind_text(q, 3, config);
    bl_bind_text(q, 4, bf_str_of(fn->folder));
    bl_bind_text(q, 5, bf_str_of(fn->program));
    bl_run(st, q);
}

bool bl_lambda_version_erase(struct bl_local *l, const struct bl_function *fn, struct bf_err *e)
{
    if (!bl_store_begin_delete(&l->store, e))
        return false;
    bl_lambda_version_put(&l->store, fn, BF_STR(""));
    return bl_store_commit(&l->store, e);
}

void bl_lambda_versions_erase(struct bl_store *st, const char *name)
{
    static const char *const statements[] = {"DELETE FROM lambda_version WHERE name = ?1",
                                             "DELETE FROM lambda_alias WHERE name = ?1"};
    for (size_t i = 0; i < BF_COUNT(statements); i++) {
        sqlite3_stmt *q = bl_sql(st, statements[i]);
        bl_bind_text(q, 1, bf_str_of(name));
        bl_run(st, q);
    }
    bl_async_erase(st, name);
}

bool bl_lambda_alias_store(struct bl_local *l, const char *function, const char *name,
                           const json_t *config, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, 64 * 1024);
    if (config)
        bl_document_print(&text, config);
    bool ok = bf_buf_check(&text, "an alias", e) &&
              (config ? bl_store_begin(&l->store, e) : bl_store_begin_delete(&l->store, e));
    if (ok) {
        sqlite3_stmt *q =
            bl_sql(&l->store, config ? "INSERT OR REPLACE INTO lambda_alias VALUES (?1, ?2, ?3)"
                                     : "DELETE FROM lambda_alias WHERE name = ?1 AND alias = ?2");
        bl_bind_text(q, 1, bf_str_of(function));
        bl_bind_text(q, 2, bf_str_of(name));
        if (config)
            bl_bind_text(q, 3, bf_buf_view(&text));
        bl_run(&l->store, q);
        ok = bl_store_commit(&l->store, e);
    }
    bf_buf_free(&text);
    return ok;
}

/* Columns: name, number, config, folder, program. */
static bool load_version(struct bl_lambda *f, sqlite3_stmt *q, struct bf_err *e)
{
    struct bl_function *latest = bl_lambda_find(f, bl_column_text(q, 0));
    int64_t number = bl_column_i64(q, 1);
    if (latest && latest->published < (uint64_t)number)
        latest->published = (uint64_t)number;
    if (!latest || !bl_column_text(q, 2).n) /* deleted */
        return true;
    struct bl_function *fn = calloc(1, sizeof *fn);
    if (!fn)
        return bf_err_nomem(e);
    *fn = (struct bl_function){.config = bl_document_parse(bl_column_text(q, 2)),
                               .policy = json_array()};
    snprintf(fn->name, sizeof fn->name, "%s", latest->name);
    snprintf(fn->arn, sizeof fn->arn, "%s", latest->arn);
    snprintf(fn->version, sizeof fn->version, "%lld", (long long)number);
    bl_column_copy(q, 3, fn->folder, sizeof fn->folder);
    bl_column_copy(q, 4, fn->program, sizeof fn->program);
    bl_lambda_place(f, fn);
    bl_lambda_add(f, fn);
    return true;
}

/* Columns: name, alias, config. */
static bool load_alias(struct bl_lambda *f, sqlite3_stmt *q, struct bf_err *e)
{
    struct bl_alias *a = calloc(1, sizeof *a);
    if (!a)
        return bf_err_nomem(e);
    bl_column_copy(q, 0, a->function, sizeof a->function);
    bl_column_copy(q, 1, a->name, sizeof a->name);
    a->config = bl_document_parse(bl_column_text(q, 2));
    bl_lambda_alias_add(f, a);
    return true;
}

bool bl_lambda_versions_load(struct bl_lambda *f, struct bf_err *e)
{
    return bl_store_exec(&f->local->store, schema, e) &&
           bl_lambda_each_row(f, "SELECT name, number, config, folder, program FROM lambda_version",
                              load_version, e) &&
           bl_lambda_each_row(f, "SELECT name, alias, config FROM lambda_alias", load_alias, e);
}
