#include "cmd/bflocal/function/async.h"

#include <stdio.h>

enum { RETRIES = BL_EVENT_ATTEMPTS - 1, AGE_S = 6 * 3600 }; /* Lambda developer guide, defaults */

static const char schema[] = "CREATE TABLE IF NOT EXISTS lambda_async (target TEXT PRIMARY KEY, "
                             "config TEXT) WITHOUT ROWID;";

void bl_async_find(struct bl_lambda *f, struct bf_str target, struct bl_async *a)
{
    char key[BL_TARGET_SIZE + sizeof BL_LATEST];
    bool plain = !memchr(target.p, ':', target.n);
    snprintf(key, sizeof key, "%.*s%s", (int)target.n, target.p, plain ? ":" BL_LATEST : "");
    pthread_mutex_lock(&f->mutex);
    const json_t *config = json_object_get(f->async, key);
    const char *arn = bl_document_text(
        json_object_get(json_object_get(config, "DestinationConfig"), "OnFailure"), "Destination");
    a->attempts = 1 + (int)bl_document_int(config, "MaximumRetryAttempts", RETRIES);
    a->age_ms = bl_document_int(config, "MaximumEventAgeInSeconds", AGE_S) * 1000;
    snprintf(a->bucket, sizeof a->bucket, "%s", *arn ? strrchr(arn, ':') + 1 : "");
    pthread_mutex_unlock(&f->mutex);
}

bool bl_async_is_last(struct bl_local *l, const struct bl_async *a, int64_t n, int64_t put_ms,
                      bool *too_old)
{
    *too_old = n < a->attempts && bl_now_ms(l) - put_ms > a->age_ms;
    return *too_old || n >= a->attempts;
}

void bl_async_give_up(struct bl_lambda *f, const struct bl_async *a,
                      const struct bl_async_failure *failure)
{
    if (a->bucket[0])
        f->async_failed(f->local, a->bucket, failure);
}

/* ---- rows ---- */

bool bl_async_store(struct bl_local *l, const char *target, json_t *config, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, 64 * 1024);
    if (config)
        bl_document_print(&text, config);
    bool ok = bf_buf_check(&text, "settings of a function", e) &&
              (config ? bl_store_begin(&l->store, e) : bl_store_begin_delete(&l->store, e));
    if (ok) {
        sqlite3_stmt *q =
            bl_sql(&l->store, config ? "INSERT OR REPLACE INTO lambda_async VALUES (?1, ?2)"
                                     : "DELETE FROM lambda_async WHERE target = ?1");
        bl_bind_text(q, 1, bf_str_of(target));
        if (config)
            bl_bind_text(q, 2, bf_buf_view(&text));
        bl_run(&l->store, q);
        ok = bl_store_commit(&l->store, e);
    }
    bf_buf_free(&text);
    if (!ok)
        return false;
    pthread_mutex_lock(&l->lambda->mutex);
    if (config)
        json_object_set(l->lambda->async, target, config);
    else
        json_object_del(l->lambda->async, target);
    pthread_mutex_unlock(&l->lambda->mutex);
    return true;
}

void bl_async_erase(struct bl_store *st, const char *function)
{
    sqlite3_stmt *q =
        bl_sql(st, "DELETE FROM lambda_async WHERE substr(target, 1, length(?1) + 1) = ?1 || ':'");
    bl_bind_text(q, 1, bf_str_of(function));
    bl_run(st, q);
}

void bl_async_drop(struct bl_lambda *f, const char *function)
{
    const char *target;
    json_t *config;
    void *next;
    size_t n = strlen(function);
    json_object_foreach_safe(f->async, next, target,
                             config) if (strncmp(target, function, n) == 0 && target[n] == ':')
        json_object_del(f->async, target);
}

static bool load_row(struct bl_lambda *f, sqlite3_stmt *q, struct bf_err *e)
{
    struct bf_str target = bl_column_text(q, 0);
    return json_object_setn_new(f->async, target.p, target.n,
                                bl_document_parse(bl_column_text(q, 1))) == 0 ||
           bf_err_nomem(e);
}

bool bl_async_load(struct bl_lambda *f, struct bf_err *e)
{
    f->async = json_object();
    return (f->async || bf_err_nomem(e)) && bl_store_exec(&f->local->store, schema, e) &&
           bl_lambda_each_row(f, "SELECT target, config FROM lambda_async", load_row, e);
}
