/* Runs a query from start to end, and stores the history. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cmd/bflocal/athena/athena.h"
#include "lib/base/clock.h"
#include "lib/base/wait.h"
#include "lib/cli/diag.h"

bool bl_execution_open(struct bl_athena *a, struct bf_err *e)
{
    static const char schema[] =
        "CREATE TABLE IF NOT EXISTS athena_execution(id TEXT PRIMARY KEY, workgroup TEXT, at_ms "
        "INTEGER, state TEXT, kind TEXT, doc TEXT, columns TEXT) WITHOUT ROWID;"
        "CREATE INDEX IF NOT EXISTS athena_execution_at ON athena_execution(workgroup, at_ms);"
        "UPDATE athena_execution SET state='FAILED', doc=json_set(doc, '$.Status.State', 'FAILED', "
        "'$.Status.StateChangeReason', 'bflocal had ended before the query did') WHERE state IN "
        "('QUEUED', 'RUNNING');"
        "DELETE FROM athena_execution WHERE at_ms < (strftime('%s', 'now') - 45 * 86400) * 1000;";
    return bl_store_exec(&a->local->store, schema, e);
}

json_t *bl_execution_find(struct bl_store *s, const char *id, json_t **columns, char kind[8])
{
    sqlite3_stmt *q = bl_sql(s, "SELECT doc, columns, kind FROM athena_execution WHERE id=?");
    json_t *doc = NULL;
    bl_bind_text(q, 1, bf_str_of(id));
    if (bl_step(s, q)) {
        doc = bl_document_parse(bl_column_text(q, 0));
        struct bf_str text = bl_column_text(q, 2);
        if (columns)
            *columns = bl_document_parse(bl_column_text(q, 1));
        if (kind)
            snprintf(kind, 8, "%.*s", (int)text.n, text.n ? text.p : "");
    }
    bl_done(q);
    return doc;
}

void bl_execution_save(struct bl_store *s, const struct bl_execution *x, int64_t at_ms)
{
    struct bf_buf doc, columns;
    const json_t *status = json_object_get(x->doc, "Status");
    bf_buf_init(&doc, 4 * 1024 * 1024);
    bf_buf_init(&columns, 4 * 1024 * 1024);
    bl_document_print(&doc, x->doc);
    if (x->columns)
        bl_document_print(&columns, x->columns);
    sqlite3_stmt *q = bl_sql(
        s, "INSERT INTO athena_execution VALUES(?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
           "state=excluded.state, kind=excluded.kind, doc=excluded.doc, columns=excluded.columns");
    bl_bind_text(q, 1, bf_str_of(x->id));
    bl_bind_text(q, 2, bf_str_of(bl_document_text(x->doc, "WorkGroup")));
    bl_bind_i64(q, 3, at_ms);
    bl_bind_text(q, 4, bf_str_of(bl_document_text(status, "State")));
    bl_bind_text(q, 5, bf_str_of(x->kind ? x->kind : ""));
    bl_bind_text(q, 6, bf_buf_view(&doc));
    bl_bind_text(q, 7, bf_buf_view(&columns));
    bl_run(s, q);
    bf_buf_free(&doc);
    bf_buf_free(&columns);
}

/* Stores the final state. Like a delete, it may use the reserved space of a full disk. */
static void store(struct bl_execution *x)
{
    struct bl_store *s = &x->athena->local->store;
    struct bf_err e = {0};
    bool ok = bl_store_begin_delete(s, &e);
    if (ok) {
        bl_execution_save(s, x, 0);
        bl_execution_tell(x->athena->local, x);
        ok = bl_store_commit(s, &e);
    }
    if (!ok)
        bf_diag_warn("query %s: its state cannot be stored: %s", x->id, e.text);
}

static void set_state(struct bl_execution *x, const char *state)
{
    json_object_set_new(json_object_get(x->doc, "Status"), "State", json_string(state));
}

bool bl_execution_stopped(struct bl_execution *x)
{
    pthread_mutex_lock(&x->athena->mutex);
    bool stopped = x->cancelled;
    pthread_mutex_unlock(&x->athena->mutex);
    return stopped;
}

bool bl_execution_connect(struct bl_execution *x, struct bf_err *e)
{
    duckdb_connection con = NULL;
    const char *folder = bl_s3_own_folder(x->athena->local, e);
    if (!folder || !bl_duck_start(folder, e) || !bl_duck_connect(&con, e))
        return false;
    pthread_mutex_lock(&x->athena->mutex);
    x->con = con;
    pthread_mutex_unlock(&x->athena->mutex);
    return true;
}

void bl_execution_disconnect(struct bl_execution *x)
{
    pthread_mutex_lock(&x->athena->mutex);
    duckdb_connection con = x->con;
    x->con = NULL;
    pthread_mutex_unlock(&x->athena->mutex);
    if (con)
        bl_duck_disconnect(&con);
}

/* Categories of Athena: 1 system, 2 user, 3 other. */
static void put_error(struct bl_execution *x, const struct bf_err *e)
{
    json_t *status = json_object_get(x->doc, "Status");
    int category = e->code == BF_E_INPUT || e->code == BF_E_NOTFOUND ? 2 : 1;
    json_object_set_new(status, "StateChangeReason", json_string(e->text));
    json_object_set_new(status, "AthenaError",
                        json_pack("{s:i,s:i,s:b,s:s}", "ErrorCategory", category, "ErrorType",
                                  category == 2 ? 1006 : 233, "Retryable", category == 1,
                                  "ErrorMessage", e->text));
}

static void put_statistics(struct bl_execution *x, int64_t queued_ms)
{
    int64_t ran = bf_clock_mono_ms() - x->started_ms;
    json_object_set_new(
        x->doc, "Statistics",
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:{s:b}}", "EngineExecutionTimeInMillis",
                  (json_int_t)ran, "DataScannedInBytes", (json_int_t)x->scanned,
                  "TotalExecutionTimeInMillis", (json_int_t)(ran + queued_ms),
                  "QueryQueueTimeInMillis", (json_int_t)queued_ms,
                  "ServicePreProcessingTimeInMillis", (json_int_t)0, "QueryPlanningTimeInMillis",
                  (json_int_t)0, "ServiceProcessingTimeInMillis", (json_int_t)0,
                  "ResultReuseInformation", "ReusedPreviousResult", 0));
}

static void run(struct bl_execution *x, int64_t queued_ms)
{
    struct bf_err e = {0};
    bool ok = false;
    if (!bl_execution_stopped(x)) {
        set_state(x, "RUNNING");
        store(x);
        ok = bl_statement_run(x, &e);
    }
    bl_execution_disconnect(x);
    bool cancelled = !ok && (bl_execution_stopped(x) || e.code == BF_E_STOPPED);
    set_state(x, ok ? "SUCCEEDED" : cancelled ? "CANCELLED" : "FAILED");
    if (!ok && !cancelled)
        put_error(x, &e);
    else if (!ok && e.code == BF_E_STOPPED)
        json_object_set_new(json_object_get(x->doc, "Status"), "StateChangeReason",
                            json_string(e.text));
    json_object_set_new(json_object_get(x->doc, "Status"), "CompletionDateTime",
                        bl_document_time(bl_now_ms(x->athena->local)));
    put_statistics(x, queued_ms);
    if (x->updated >= 0) {
        char name[2100];
        const char *at =
            bl_document_text(json_object_get(x->doc, "ResultConfiguration"), "OutputLocation");
        snprintf(name, sizeof name, "%s-manifest.csv", at);
        json_object_set_new(x->doc, "bflocal.UpdateCount", json_integer(x->updated));
        if (x->kind && !*x->kind)
            json_object_set_new(json_object_get(x->doc, "Statistics"), "DataManifestLocation",
                                json_string(name));
    }
    store(x);
}

void bl_execution_free(struct bl_execution *x)
{
    if (!x)
        return;
    json_decref(x->doc);
    json_decref(x->columns);
    bf_arena_free(&x->arena);
    free(x);
}

static void unlink_execution(struct bl_athena *a, struct bl_execution *x)
{
    struct bl_execution **at = &a->live;
    while (*at && *at != x)
        at = &(*at)->next;
    if (*at)
        *at = x->next;
    a->nlive--;
}

static void *thread(void *arg)
{
    struct bl_execution *x = arg;
    struct bl_athena *a = x->athena;
    int64_t from = bf_clock_mono_ms();
    pthread_mutex_lock(&a->mutex);
    while (a->running >= BL_ATHENA_RUNNING && !x->cancelled && !a->ending)
        pthread_cond_wait(&a->changed, &a->mutex);
    a->running++;
    if (a->ending)
        x->cancelled = true;
    pthread_mutex_unlock(&a->mutex);
    x->started_ms = bf_clock_mono_ms();
    run(x, x->started_ms - from);
    pthread_mutex_lock(&a->mutex);
    a->running--;
    unlink_execution(a, x);
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->mutex);
    bl_execution_free(x);
    return NULL;
}

bool bl_execution_begin(struct bl_athena *a, struct bl_execution *x, struct bf_err *e)
{
    pthread_t id;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 16 * 1024 * 1024); /* for nested statements */
    x->athena = a;
    pthread_mutex_lock(&a->mutex);
    bool ok = a->nlive < BL_ATHENA_LIVE && !a->ending;
    if (ok) {
        x->next = a->live;
        a->live = x;
        a->nlive++;
    }
    pthread_mutex_unlock(&a->mutex);
    if (!ok)
        bf_err_set(e, BF_E_THROTTLED,
                   "You have exceeded the limit for the number of queries you can "
                   "run concurrently");
    else if (pthread_create(&id, &attr, thread, x) != 0) {
        pthread_mutex_lock(&a->mutex);
        unlink_execution(a, x);
        pthread_mutex_unlock(&a->mutex);
        ok = bf_err_nomem(e);
    }
    pthread_attr_destroy(&attr);
    return ok;
}

/*
 * Stops the executions with this id (NULL: all) and waits until they have ended. It
 * repeats the interrupt, because DuckDB ignores one that arrives before its statement
 * has begun.
 */
static void stop(struct bl_athena *a, const char *id)
{
    enum { AGAIN_MS = 20 };
    for (;;) {
        bool any = false;
        for (struct bl_execution *x = a->live; x; x = x->next) {
            if (id && strcmp(x->id, id) != 0)
                continue;
            any = x->cancelled = true;
            if (x->con)
                bl_duck_api()->interrupt(x->con);
        }
        pthread_cond_broadcast(&a->changed);
        if (!any)
            return;
        (void)bf_wait_ms(&a->changed, &a->mutex, AGAIN_MS);
    }
}

void bl_execution_cancel(struct bl_athena *a, const char *id)
{
    pthread_mutex_lock(&a->mutex);
    stop(a, id);
    pthread_mutex_unlock(&a->mutex);
}

void bl_execution_close(struct bl_athena *a)
{
    pthread_mutex_lock(&a->mutex);
    a->ending = true;
    stop(a, NULL);
    pthread_mutex_unlock(&a->mutex);
}
