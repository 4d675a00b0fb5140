/* Delivery streams in memory and in the store. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/firehose/firehose.h"
#include "lib/base/clock.h"
#include "lib/base/wait.h"
#include "lib/cli/diag.h"

static const char schema[] = "CREATE TABLE IF NOT EXISTS firehose_stream(id INTEGER PRIMARY KEY, "
                             "name TEXT UNIQUE, source TEXT, own INTEGER, config TEXT);"
                             "CREATE TABLE IF NOT EXISTS firehose_position(stream INTEGER, shard "
                             "INTEGER, number INTEGER, PRIMARY KEY(stream, shard)) "
                             "WITHOUT ROWID;";

static struct bl_delivery *find_any(struct bl_firehose *f, struct bf_str name)
{
    struct bl_delivery *d = f->list;
    while (d && !bf_str_eq(name, bf_str_of(d->name)))
        d = d->next;
    return d;
}

bool bl_delivery_wait(struct bl_delivery *d, int64_t ms)
{
    struct bl_firehose *f = d->local->firehose;
    int64_t until = bf_clock_mono_ms() + ms;
    pthread_mutex_lock(&f->mutex);
    while (!d->stopping && !d->changed &&
           bf_wait_ms(&f->changed, &f->mutex, until - bf_clock_mono_ms()))
        ;
    d->changed = false;
    bool on = !d->stopping;
    pthread_mutex_unlock(&f->mutex);
    return on;
}

static void insert(struct bl_firehose *f, struct bl_delivery *d)
{
    struct bl_delivery **at = &f->list;
    while (*at && strcmp((*at)->name, d->name) < 0)
        at = &(*at)->next;
    d->next = *at;
    *at = d;
    f->n++;
}

static void take_out(struct bl_firehose *f, struct bl_delivery *d)
{
    struct bl_delivery **at = &f->list;
    while (*at != d)
        at = &(*at)->next;
    *at = d->next;
    f->n--;
}

static void destroy(struct bl_delivery *d)
{
    bl_stream_destroy(d->own);
    json_decref(d->config);
    free(d->cursors);
    free(d);
}

static bool start(struct bl_delivery *d, struct bf_err *e)
{
    d->stopping = false;
    if (!bl_source_open(d, e))
        return false;
    bl_lambda_resume(d->local->lambda, &d->caller);
    d->running = pthread_create(&d->thread, NULL, bl_deliver_run, d) == 0;
    return d->running || bf_err_set(e, BF_E_IO, "no thread for the delivery stream %s", d->name);
}

/* Starts it if it does not run, and says so if that fails. Under the mutex. */
static void start_or_warn(struct bl_delivery *d)
{
    struct bf_err e = {0};
    if (d->running || d->local->firehose->closing)
        return;
    if (start(d, &e)) {
        if (d->failing)
            bf_diag_warn("Firehose: %s: delivers again", d->name);
        d->failing = false;
    } else if (!d->failing) {
        bf_diag_warn("Firehose: %s: its records are kept until the next call for it: %s", d->name,
                     e.text);
        d->failing = true;
    }
}

void bl_delivery_start_all(struct bl_local *l)
{
    struct bl_firehose *f = l->firehose;
    pthread_mutex_lock(&f->mutex); /* the server takes calls already */
    for (struct bl_delivery *d = f->list; d; d = d->next)
        if (!d->deleting)
            start_or_warn(d);
    pthread_mutex_unlock(&f->mutex);
}

struct bl_delivery *bl_delivery_find(struct bl_firehose *f, struct bf_str name)
{
    struct bl_delivery *d = find_any(f, name);
    if (!d || d->deleting)
        return NULL;
    start_or_warn(d);
    return d;
}

/* Outside the mutex. */
static void stop(struct bl_firehose *f, struct bl_delivery *d)
{
    pthread_mutex_lock(&f->mutex);
    d->stopping = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->mutex);
    bl_lambda_cancel(f->local->lambda, &d->caller);
    if (d->running)
        pthread_join(d->thread, NULL);
    d->running = false;
}

/* ---- the store ---- */

static void put_config(struct bl_delivery *d, struct bf_buf *text)
{
    bf_buf_init(text, 4 * 1024 * 1024);
    bl_document_print(text, d->config);
}

bool bl_delivery_save(struct bl_delivery *d, struct bf_err *e)
{
    struct bl_store *st = &d->local->store;
    struct bf_buf text;
    put_config(d, &text);
    bool ok = bf_buf_check(&text, "the configuration", e) && bl_store_begin(st, e);
    if (ok) {
        sqlite3_stmt *q = bl_sql(st, "UPDATE firehose_stream SET config=? WHERE id=?");
        bl_bind_text(q, 1, bf_buf_view(&text));
        bl_bind_i64(q, 2, d->row);
        bl_run(st, q);
        ok = bl_store_commit(st, e);
    }
    bf_buf_free(&text);
    return ok;
}

static void insert_row(struct bl_store *st, struct bl_delivery *d, struct bf_str config)
{
    sqlite3_stmt *q =
        bl_sql(st, "INSERT INTO firehose_stream(name,source,own,config) VALUES(?,?,?,?)");
    bl_bind_text(q, 1, bf_str_of(d->name));
    bl_bind_text(q, 2, bf_str_of(d->source));
    bl_bind_i64(q, 3, d->own ? d->own->row : 0);
    bl_bind_text(q, 4, config);
    bl_run(st, q);
    d->row = sqlite3_last_insert_rowid(st->db);
}

/* In a transaction. False: the answer is set, or the store failed. */
static bool make(struct bl_call *c, struct bl_delivery *d, struct bf_str config)
{
    const struct bl_stream *s = NULL;
    if (d->source[0]) {
        s = bl_stream_find(c->local->kinesis, bf_str_of(d->source));
        if (!s)
            return bl_fail(c, BL_InvalidArgumentException,
                           "Kinesis Stream %s under account " BL_ACCOUNT " not found.", d->source);
    } else {
        d->own = calloc(1, sizeof *d->own);
        if (!d->own)
            return bl_fail(c, BL_InternalFailure, "out of memory");
        d->own->created_ms = c->now_ms;
        d->own->retention_h = BL_RETENTION_HOURS;
        if (!bl_stream_insert(c, d->own, 1))
            return false;
        s = d->own;
    }
    insert_row(c->store, d, config);
    bl_source_begin(c->store, d->row, s);
    return true;
}

static bool store_new(struct bl_call *c, struct bl_delivery *d)
{
    struct bf_buf text;
    struct bf_err e = {0};
    put_config(d, &text);
    bool begun = bf_buf_check(&text, "the configuration", &e) && bl_store_begin(c->store, &e),
         made = false, ok = false;
    if (begun) {
        made = make(c, d, bf_buf_view(&text));
        ok = bl_store_settle(c->store, made, &e);
        bl_store_unlock(c->store);
    }
    bf_buf_free(&text);
    if (!ok && c->ans.status == 200)
        bl_fail_err(c, &e);
    return ok;
}

bool bl_delivery_create(struct bl_call *c, struct bf_str name, struct bf_str source, json_t *config)
{
    struct bl_firehose *f = c->local->firehose;
    struct bl_delivery *d = calloc(1, sizeof *d);
    if (!d || !config) {
        free(d);
        json_decref(config);
        return bl_fail(c, BL_InternalFailure, "out of memory");
    }
    d->local = c->local;
    d->config = config;
    snprintf(d->name, sizeof d->name, "%.*s", (int)name.n, name.p);
    snprintf(d->source, sizeof d->source, "%.*s", (int)source.n, source.n ? source.p : "");
    pthread_mutex_lock(&f->mutex);
    bool ok = false;
    if (find_any(f, name))
        bl_fail(c, BL_ResourceInUseException,
                "Firehose %s under accountId " BL_ACCOUNT " already exists", d->name);
    else if (f->n == BL_FIREHOSE_STREAMS_MAX)
        bl_fail(c, BL_LimitExceededException,
                "You have already consumed your firehose quota of %d hoses.",
                BL_FIREHOSE_STREAMS_MAX);
    else
        ok = store_new(c, d);
    if (ok) {
        insert(f, d);
        start_or_warn(d);
    }
    pthread_mutex_unlock(&f->mutex);
    if (!ok)
        destroy(d);
    return ok;
}

static bool erase(struct bl_call *c, struct bl_delivery *d, struct bf_err *e)
{
    struct bl_store *st = c->store;
    if (!bl_store_begin_delete(st, e))
        return false;
    sqlite3_stmt *q = bl_sql(st, "DELETE FROM firehose_stream WHERE id=?");
    bl_bind_i64(q, 1, d->row);
    bl_run(st, q);
    bl_source_erase(st, d);
    if (d->own)
        bl_stream_erase(st, d->own);
    return bl_store_commit(st, e);
}

bool bl_delivery_delete(struct bl_call *c, struct bf_str name)
{
    struct bl_firehose *f = c->local->firehose;
    struct bf_err e = {0};
    pthread_mutex_lock(&f->mutex);
    struct bl_delivery *d = bl_delivery_find(f, name);
    if (d)
        d->deleting = true;
    pthread_mutex_unlock(&f->mutex);
    if (!d)
        return bl_firehose_fail_name(c, name);
    stop(f, d);
    pthread_mutex_lock(&f->mutex);
    bool ok = erase(c, d, &e);
    if (ok)
        take_out(f, d);
    if (ok && d->backlog)
        bf_diag_warn("Firehose: %s: is deleted with %llu bytes of records that were not delivered",
                     d->name, (unsigned long long)d->backlog);
    if (!ok) {
        d->deleting = false;
        start_or_warn(d);
    }
    pthread_mutex_unlock(&f->mutex);
    if (!ok)
        return bl_fail_err(c, &e);
    destroy(d);
    return true;
}

/* ---- start and end of the process ---- */

static struct bl_delivery *load_one(struct bl_local *l, sqlite3_stmt *q)
{
    struct bl_delivery *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->local = l;
    d->row = bl_column_i64(q, 0);
    bl_column_copy(q, 1, d->name, sizeof d->name);
    bl_column_copy(q, 2, d->source, sizeof d->source);
    d->config = bl_document_parse(bl_column_text(q, 4));
    int64_t own = bl_column_i64(q, 3);
    if (own)
        d->own = bl_stream_load(&l->store, own);
    if (d->config && (!own || d->own))
        return d;
    destroy(d);
    return NULL;
}

static bool load(struct bl_firehose *f, struct bf_err *e)
{
    struct bl_store *st = &f->local->store;
    bool ok = true;
    bl_store_lock(st);
    sqlite3_stmt *q =
        bl_sql(st, "SELECT id,name,source,own,config FROM firehose_stream ORDER BY name");
    while (ok && bl_step(st, q)) {
        struct bl_delivery *d = load_one(f->local, q);
        ok = d != NULL;
        if (d)
            insert(f, d);
    }
    bl_done(q);
    ok = ok && bl_store_ok(st);
    bl_store_unlock(st);
    return ok || bf_err_set(e, BF_E_IO, "Firehose: the stored delivery streams cannot be read");
}

bool bl_delivery_open(struct bl_local *l, struct bf_err *e)
{
    struct bl_firehose *f = calloc(1, sizeof *f);
    if (!f)
        return bf_err_nomem(e);
    l->firehose = f;
    f->local = l;
    pthread_mutex_init(&f->mutex, NULL);
    bf_wait_init(&f->changed);
    return bl_store_exec(&l->store, schema, e) && load(f, e);
}

void bl_delivery_stop_all(struct bl_local *l)
{
    struct bl_firehose *f = l->firehose;
    if (!f)
        return;
    pthread_mutex_lock(&f->mutex);
    f->closing = true;
    pthread_mutex_unlock(&f->mutex);
    for (struct bl_delivery *d = f->list; d; d = d->next)
        stop(f, d);
}

void bl_delivery_close(struct bl_local *l)
{
    struct bl_firehose *f = l->firehose;
    if (!f)
        return;
    while (f->list) {
        struct bl_delivery *d = f->list;
        take_out(f, d);
        destroy(d);
    }
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->mutex);
    free(f);
    l->firehose = NULL;
}
