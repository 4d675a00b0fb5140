/* Mappings: their threads, and their rows in the store. */
#include "cmd/bflocal/lambda/mapping.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/ddbtable/stream.h"
#include "lib/base/clock.h"
#include "lib/base/wait.h"
#include "lib/cli/diag.h"

enum {
    LOOK_MS = 200,   /* between two searches for new shards */
    RETRY_MS = 1000, /* after a position was not stored, or there was no thread for a shard */
    BATCH_TEXT = 32 * 1024 * 1024
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS lambda_mapping (uuid TEXT PRIMARY KEY, config TEXT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS lambda_position (uuid TEXT, shard INTEGER, number INTEGER, "
    "ended INTEGER, PRIMARY KEY (uuid, shard)) WITHOUT ROWID;";

bool bl_mapping_pause(struct bl_mapping *m, int64_t ms)
{
    struct bl_lambda *f = m->local->lambda;
    int64_t until = bf_clock_mono_ms() + ms;
    pthread_mutex_lock(&f->mutex);
    while (!m->stopping && bf_wait_ms(&f->events_changed, &f->mutex, until - bf_clock_mono_ms()))
        ;
    bool on = !m->stopping;
    pthread_mutex_unlock(&f->mutex);
    return on;
}

/* Stores the position of a lane. */
static bool keep_position(struct bl_lane *lane)
{
    struct bl_mapping *m = lane->mapping;
    struct bl_store *st = &m->local->store;
    struct bf_err e = {0};
    bool ok = bl_store_begin(st, &e);
    if (ok) {
        sqlite3_stmt *q =
            bl_sql(st, "INSERT OR REPLACE INTO lambda_position VALUES (?1, ?2, ?3, ?4)");
        bl_bind_text(q, 1, bf_str_of(m->uuid));
        bl_bind_i64(q, 2, lane->row);
        bl_bind_i64(q, 3, lane->number);
        bl_bind_i64(q, 4, lane->ended);
        bl_run(st, q);
        ok = bl_store_commit(st, &e);
    }
    if (!ok)
        bf_diag_warn("Lambda: %s: a position is not kept: %s", m->function, e.text);
    return ok;
}

struct group {
    struct bl_lane *lane;
    struct bl_batch *batch;
    pthread_t thread;
    bool started, done;
};

static void *run_group(void *arg)
{
    struct group *g = arg;
    g->done = bl_mapping_run(g->lane, g->batch);
    return NULL;
}

/* Runs the groups of a batch concurrently; the first one on this thread. */
static bool run_groups(struct bl_lane *lane, struct bl_batch *batches)
{
    struct group groups[BL_MAPPING_FACTOR];
    size_t n = lane->mapping->factor;
    bool done = true;
    for (size_t i = 1; i < n; i++) {
        groups[i] = (struct group){.lane = lane, .batch = &batches[i]};
        groups[i].started =
            batches[i].n && pthread_create(&groups[i].thread, NULL, run_group, &groups[i]) == 0;
    }
    groups[0] = (struct group){.lane = lane, .batch = &batches[0]};
    run_group(&groups[0]);
    for (size_t i = 0; i < n; i++) {
        if (groups[i].started)
            pthread_join(groups[i].thread, NULL);
        else if (i)
            run_group(&groups[i]);
        done = done && groups[i].done;
    }
    return done;
}

static void *run_lane(void *arg)
{
    struct bl_lane *lane = arg;
    struct bl_batch batches[BL_MAPPING_FACTOR];
    size_t factor = lane->mapping->factor;
    int64_t next;
    bool end = false;
    memset(batches, 0, sizeof batches);
    for (size_t i = 0; i < factor; i++)
        bf_buf_init(&batches[i].text, BATCH_TEXT);
    while (!end && bl_mapping_read(lane, batches, &next, &end) && run_groups(lane, batches)) {
        lane->number = next;
        pthread_mutex_lock(&lane->mapping->local->lambda->mutex);
        lane->ended = end;
        pthread_mutex_unlock(&lane->mapping->local->lambda->mutex);
        while (!keep_position(lane) && bl_mapping_pause(lane->mapping, RETRY_MS))
            ;
        for (size_t i = 0; i < factor; i++) {
            batches[i].n = 0;
            bf_buf_reset(&batches[i].text);
        }
    }
    for (size_t i = 0; i < factor; i++) {
        bf_buf_free(&batches[i].text);
        free(batches[i].records);
    }
    return NULL;
}

/* The stream's shards, under the store's lock; NULL: the stream was deleted. */
static struct bl_stream *source_of(const struct bl_mapping *m)
{
    struct bl_local *l = m->local;
    struct bf_str name = bl_arn_own(l, bf_str_of(m->source), "kinesis", "stream");
    if (!m->dynamodb)
        return bl_stream_find(l->kinesis, name);
    for (size_t i = 0; i < l->ddb->nstreams; i++) {
        struct bf_buf arn;
        bf_buf_init(&arn, 1024);
        bl_stream_arn_put(l, &arn, &l->ddb->streams[i]);
        bool same = bf_str_eq(bf_buf_view(&arn), bf_str_of(m->source));
        bf_buf_free(&arn);
        if (same)
            return l->ddb->streams[i].shards;
    }
    return NULL;
}

bool bl_mapping_has_source(const struct bl_mapping *m)
{
    bl_store_lock(&m->local->store);
    bool found = source_of(m) != NULL;
    bl_store_unlock(&m->local->store);
    return found;
}

static struct bl_lane *lane_of(const struct bl_mapping *m, int64_t row)
{
    struct bl_lane *lane = m->lanes;
    while (lane && lane->row != row)
        lane = lane->next;
    return lane;
}

/* Has the lane of this parent been read to its end? True also for a parent that the stream never had, and for one
 * without a lane because the mapping began after it. */
static bool is_done(const struct bl_mapping *m, const struct bl_stream *s, int parent)
{
    const struct bl_lane *lane = parent >= 0 ? lane_of(m, s->shards[parent].row) : NULL;
    return parent < 0 || !lane || lane->ended;
}

/* The position at which a shard is begun: after the stored one, otherwise the start of the mapping. Under the store's
 * lock. */
static int64_t begin_at(struct bl_mapping *m, const struct bl_stream *s,
                        const struct bl_shard *shard, bool first_look, bool *ended)
{
    struct bl_store *st = &m->local->store;
    const char *position = bl_document_text(m->config, "StartingPosition");
    sqlite3_stmt *q =
        bl_sql(st, "SELECT number, ended FROM lambda_position WHERE uuid = ?1 AND shard = ?2");
    bl_bind_text(q, 1, bf_str_of(m->uuid));
    bl_bind_i64(q, 2, shard->row);
    int64_t number = -1;
    if (bl_step(st, q)) {
        number = bl_column_i64(q, 0);
        *ended = bl_column_i64(q, 1);
    }
    bl_done(q);
    if (number >= 0)
        return number;
    if (!first_look || strcmp(position, "TRIM_HORIZON") == 0)
        return shard->first;
    if (strcmp(position, "AT_TIMESTAMP") == 0) {
        double at = json_number_value(json_object_get(m->config, "StartingPositionTimestamp"));
        number = bl_log_first(st, shard->row, (int64_t)(at * 1000));
        return number < 0 ? s->next : number;
    }
    *ended = shard->last >= 0;
    return s->next;
}

static struct bl_lane *new_lane(struct bl_mapping *m, const struct bl_stream *s,
                                const struct bl_shard *shard, bool first_look)
{
    struct bl_lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return NULL;
    lane->mapping = m;
    bf_buf_init(&lane->rest, 2048);
    lane->row = shard->row;
    lane->number = begin_at(m, s, shard, first_look, &lane->ended);
    if (m->dynamodb)
        bl_stream_shard_id(lane->shard, shard);
    else
        bl_shard_id(lane->shard, (int)(shard - s->shards));
    return lane;
}

/* False: there is no thread; it is tried again with the next search. */
static bool start_lane(struct bl_lane *lane)
{
    struct bl_mapping *m = lane->mapping;
    bool ended = lane->ended; /* nobody else knows the lane yet */
    if (!ended)
        lane->started = pthread_create(&lane->thread, NULL, run_lane, lane) == 0;
    if (ended || lane->started) {
        m->short_of_threads = false;
        return true;
    }
    if (!m->short_of_threads)
        bf_diag_warn("Lambda: %s: there is no thread for %s; it is tried again", m->function,
                     lane->shard);
    m->short_of_threads = true;
    return false;
}

/* Starts a lane that had no thread. False: there is none of these, or still no thread. */
static bool start_waiting(struct bl_mapping *m)
{
    struct bl_lane *lane = m->lanes;
    while (lane && (lane->started || lane->ended))
        lane = lane->next;
    return lane && start_lane(lane);
}

/* Adds a lane for each shard whose parents have ended; false: nothing new. */
static bool add_lane(struct bl_mapping *m, bool first_look)
{
    struct bl_lambda *f = m->local->lambda;
    struct bl_lane *lane = NULL;
    pthread_mutex_lock(&f->mutex);
    bl_store_lock(&m->local->store);
    const struct bl_stream *s = source_of(m);
    for (size_t i = 0; s && i < s->n && !lane; i++) {
        const struct bl_shard *shard = &s->shards[i];
        if (!lane_of(m, shard->row) && is_done(m, s, shard->parent) &&
            is_done(m, s, shard->adjacent))
            lane = new_lane(m, s, shard, first_look);
    }
    bl_store_unlock(&m->local->store);
    if (lane) {
        lane->next = m->lanes;
        m->lanes = lane;
    }
    pthread_mutex_unlock(&f->mutex);
    if (lane && first_look) /* a start at the latest record keeps its position */
        (void)keep_position(&(struct bl_lane){
            .mapping = m, .row = lane->row, .number = lane->number, .ended = lane->ended});
    return lane && start_lane(lane);
}

/* Has the mapping run before, in this process or an earlier one? */
static bool has_position(struct bl_mapping *m)
{
    struct bl_store *st = &m->local->store;
    bl_store_lock(st);
    sqlite3_stmt *q = bl_sql(st, "SELECT 1 FROM lambda_position WHERE uuid = ?1 LIMIT 1");
    bl_bind_text(q, 1, bf_str_of(m->uuid));
    bool found = bl_step(st, q);
    bl_done(q);
    bl_store_unlock(st);
    return found;
}

static void *run_mapping(void *arg)
{
    struct bl_mapping *m = arg;
    while (bl_mapping_pause(m, LOOK_MS))
        while (start_waiting(m) || add_lane(m, false))
            ;
    return NULL;
}

bool bl_mapping_start(struct bl_mapping *m, struct bf_err *e)
{
    bool first_look = !has_position(m);
    m->stopping = false;
    bl_lambda_resume(m->local->lambda, &m->caller);
    while (add_lane(m, first_look)) /* "latest" is now */
        ;
    m->running = pthread_create(&m->thread, NULL, run_mapping, m) == 0;
    return m->running || bf_err_set(e, BF_E_IO, "no thread for an event source mapping");
}

void bl_mapping_stop(struct bl_mapping *m)
{
    struct bl_lambda *f = m->local->lambda;
    pthread_mutex_lock(&f->mutex);
    m->stopping = true;
    pthread_cond_broadcast(&f->events_changed);
    pthread_mutex_unlock(&f->mutex);
    bl_lambda_cancel(f, &m->caller);
    if (m->running)
        pthread_join(m->thread, NULL);
    m->running = false;
    while (m->lanes) {
        struct bl_lane *lane = m->lanes;
        if (lane->started)
            pthread_join(lane->thread, NULL);
        m->lanes = lane->next;
        bf_buf_free(&lane->rest);
        free(lane);
    }
}

void bl_mapping_free(struct bl_mapping *m)
{
    json_decref(m->config);
    bf_pattern_destroy(m->filters);
    pthread_mutex_destroy(&m->filter_mutex);
    free(m);
}

bool bl_mapping_store(struct bl_mapping *m, struct bf_err *e)
{
    struct bl_store *st = &m->local->store;
    struct bf_buf text;
    bf_buf_init(&text, 1024 * 1024);
    bl_document_print(&text, m->config);
    bool ok = bf_buf_check(&text, "an event source mapping", e) && bl_store_begin(st, e);
    if (ok) {
        sqlite3_stmt *q = bl_sql(st, "INSERT OR REPLACE INTO lambda_mapping VALUES (?1, ?2)");
        bl_bind_text(q, 1, bf_str_of(m->uuid));
        bl_bind_text(q, 2, bf_buf_view(&text));
        bl_run(st, q);
        ok = bl_store_commit(st, e);
    }
    bf_buf_free(&text);
    return ok;
}

bool bl_mapping_erase(struct bl_local *l, const char *uuid, struct bf_err *e)
{
    if (!bl_store_begin_delete(&l->store, e))
        return false;
    sqlite3_stmt *q = bl_sql(&l->store, "DELETE FROM lambda_mapping WHERE uuid = ?1");
    bl_bind_text(q, 1, bf_str_of(uuid));
    bl_run(&l->store, q);
    q = bl_sql(&l->store, "DELETE FROM lambda_position WHERE uuid = ?1");
    bl_bind_text(q, 1, bf_str_of(uuid));
    bl_run(&l->store, q);
    return bl_store_commit(&l->store, e);
}

bool bl_mappings_load(struct bl_local *l, struct bf_err *e)
{
    struct bl_store *st = &l->store;
    bool ok = bl_store_exec(st, schema, e);
    sqlite3_stmt *q = ok ? bl_sql(st, "SELECT config FROM lambda_mapping") : NULL;
    while (ok && bl_step(st, q)) {
        struct bl_mapping *m = calloc(1, sizeof *m);
        struct bl_call c = {.local = l};
        if (!m)
            ok = bf_err_nomem(e);
        else {
            m->local = l;
            pthread_mutex_init(&m->filter_mutex, NULL);
            m->config = bl_document_parse(bl_column_text(q, 0));
            ok = bl_mapping_settle(&c, m);
            m->next = l->lambda->mappings;
            l->lambda->mappings = m;
        }
    }
    if (q)
        bl_done(q);
    return ok;
}

void bl_mappings_start(struct bl_local *l)
{
    struct bf_err e = {0};
    for (struct bl_mapping *m = l->lambda->mappings; m; m = m->next)
        if (strcmp(bl_document_text(m->config, "State"), "Enabled") == 0 &&
            !bl_mapping_start(m, &e))
            bf_diag_warn("Lambda: %s: %s", m->function, e.text);
}

void bl_mappings_end(struct bl_lambda *f)
{
    while (f->mappings) {
        struct bl_mapping *m = f->mappings;
        bl_mapping_stop(m);
        f->mappings = m->next;
        bl_mapping_free(m);
    }
}
