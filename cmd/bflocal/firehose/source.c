/* Records that wait: counted, read, and done with. */
#include <stdlib.h>

#include "cmd/bflocal/firehose/firehose.h"

enum { ARENA_MAX = 512 * 1024 * 1024, TURN_BYTES = 4 * 1024 * 1024 };

/* ---- batches ---- */

void bl_fh_batch_init(struct bl_fh_batch *b)
{
    *b = (struct bl_fh_batch){0};
    bf_arena_init(&b->arena, ARENA_MAX);
}

void bl_fh_batch_reset(struct bl_fh_batch *b)
{
    bf_arena_reset(&b->arena);
    b->n = 0;
}

void bl_fh_batch_free(struct bl_fh_batch *b)
{
    bf_arena_free(&b->arena);
    free(b->record);
}

bool bl_fh_batch_add(struct bl_fh_batch *b, const struct bl_fh_record *r, struct bf_err *e)
{
    if (b->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 512;
        struct bl_fh_record *more = realloc(b->record, cap * sizeof *more);
        if (!more)
            return bf_err_nomem(e);
        b->record = more;
        b->cap = cap;
    }
    b->record[b->n++] = *r;
    return true;
}

/* ---- cursors ---- */

/* The shards, under the store's lock; NULL: the Kinesis stream is gone. */
static struct bl_stream *stream_of(const struct bl_delivery *d)
{
    return d->own ? d->own : bl_stream_find(d->local->kinesis, bf_str_of(d->source));
}

static int64_t stored_position(struct bl_store *st, int64_t row, int64_t shard)
{
    int64_t number = -1;
    sqlite3_stmt *q = bl_sql(st, "SELECT number FROM firehose_position WHERE stream=? AND shard=?");
    bl_bind_i64(q, 1, row);
    bl_bind_i64(q, 2, shard);
    if (bl_step(st, q))
        number = bl_column_i64(q, 0);
    bl_done(q);
    return number;
}

static void store_position(struct bl_store *st, int64_t row, int64_t shard, int64_t number)
{
    sqlite3_stmt *q = bl_sql(st, "INSERT OR REPLACE INTO firehose_position VALUES(?,?,?)");
    bl_bind_i64(q, 1, row);
    bl_bind_i64(q, 2, shard);
    bl_bind_i64(q, 3, number);
    bl_run(st, q);
}

void bl_source_begin(struct bl_store *st, int64_t row, const struct bl_stream *s)
{
    for (size_t i = 0; i < s->n; i++)
        store_position(st, row, s->shards[i].row, s->next);
}

static struct bl_cursor *cursor_of(const struct bl_delivery *d, int64_t shard)
{
    for (size_t i = 0; i < d->ncursors; i++)
        if (d->cursors[i].shard == shard)
            return &d->cursors[i];
    return NULL;
}

/* A shard that had no position when the delivery stream was created is younger than it. False: out of memory. */
static bool add_cursors(struct bl_delivery *d, const struct bl_stream *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct bl_shard *shard = &s->shards[i];
        if (cursor_of(d, shard->row))
            continue;
        struct bl_cursor *more = realloc(d->cursors, (d->ncursors + 1) * sizeof *more);
        if (!more)
            return false;
        d->cursors = more;
        struct bl_cursor *c = &more[d->ncursors++];
        *c = (struct bl_cursor){.shard = shard->row};
        c->position = stored_position(&d->local->store, d->row, shard->row);
        if (c->position < 0)
            c->position = shard->first;
        c->counted = c->position;
        bl_shard_id(c->id, (int)i);
    }
    return true;
}

static uint64_t waiting_bytes(struct bl_delivery *d)
{
    struct bl_log_walk w;
    struct bl_record r;
    uint64_t n = 0;
    bl_log_walk(&d->local->store, d->cursors[0].shard, d->cursors[0].position, 0, &w);
    while (bl_log_next(&w, &r))
        n += r.data.n;
    return n;
}

bool bl_source_open(struct bl_delivery *d, struct bf_err *e)
{
    struct bl_store *st = &d->local->store;
    bl_store_lock(st);
    const struct bl_stream *s = stream_of(d);
    bool ok = !s || add_cursors(d, s);
    if (ok && d->own)
        d->backlog = waiting_bytes(d);
    ok = ok && bl_store_ok(st);
    if (!ok)
        *e = st->err;
    bl_store_unlock(st);
    return ok || (e->code ? false : bf_err_nomem(e));
}

/* ---- counting ---- */

static const struct bl_shard *shard_of(const struct bl_stream *s, const struct bl_cursor *c)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->shards[i].row == c->shard)
            return &s->shards[i];
    return NULL;
}

static bool is_done(const struct bl_delivery *d, const struct bl_stream *s, int parent)
{
    const struct bl_cursor *c = parent >= 0 ? cursor_of(d, s->shards[parent].row) : NULL;
    return !c || c->ended;
}

static void count_shard(struct bl_delivery *d, const struct bl_stream *s, struct bl_cursor *c,
                        uint64_t limit)
{
    const struct bl_shard *shard = shard_of(s, c);
    struct bl_log_walk w;
    struct bl_record r;
    uint64_t turn = 0;
    if (!shard || c->ended || !is_done(d, s, shard->parent) || !is_done(d, s, shard->adjacent))
        return;
    bool more = true;
    bl_log_walk(&d->local->store, c->shard, c->counted, 0, &w);
    while (d->bytes < limit && turn < TURN_BYTES && (more = bl_log_next(&w, &r))) {
        if (!d->oldest_ms || r.at_ms < d->oldest_ms)
            d->oldest_ms = r.at_ms;
        d->bytes += r.data.n;
        turn += r.data.n;
        c->counted = r.number + 1;
    }
    if (more)
        bl_log_leave(&w);
    else
        c->ended = shard->last >= 0;
}

void bl_source_count(struct bl_delivery *d, uint64_t limit)
{
    struct bl_store *st = &d->local->store;
    bl_store_lock(st);
    const struct bl_stream *s = stream_of(d);
    if (s && add_cursors(d, s))
        for (size_t i = 0; i < d->ncursors && d->bytes < limit;
             i++) /* in turn, so that no shard waits for ever */
            count_shard(d, s, &d->cursors[(d->turn + i) % d->ncursors], limit);
    d->turn++;
    bl_store_unlock(st);
}

/* ---- reading ---- */

static bool copy(struct bl_fh_batch *b, const struct bl_cursor *c, const struct bl_record *r,
                 bool kinesis, struct bf_err *e)
{
    struct bl_fh_record out = {
        .at_ms = r->at_ms, .cursor = kinesis ? c : NULL, .number = r->number, .part = -1};
    if (!bf_arena_copy(&b->arena, r->data, &out.data) ||
        (kinesis && !bf_arena_copy(&b->arena, r->key, &out.key)))
        return bf_err_nomem(e);
    return bl_fh_batch_add(b, &out, e);
}

bool bl_source_read(struct bl_delivery *d, struct bl_reading *at, uint64_t max_bytes,
                    struct bl_fh_batch *b, struct bf_err *e)
{
    struct bl_store *st = &d->local->store;
    struct bl_log_walk w;
    struct bl_record r;
    uint64_t bytes = 0;
    bool ok = true;
    bl_store_lock(st);
    for (; ok && bytes < max_bytes && at->cursor < d->ncursors; at->cursor++, at->begun = false) {
        const struct bl_cursor *c = &d->cursors[at->cursor];
        if (!at->begun)
            at->number = c->position;
        at->begun = true;
        bool more = at->number < c->counted;
        if (!more)
            continue;
        bl_log_walk(st, c->shard, at->number, 0, &w);
        while (ok && bytes < max_bytes && (more = bl_log_next(&w, &r)) && r.number < c->counted) {
            ok = copy(b, c, &r, !d->own, e);
            bytes += r.data.n;
            at->number = r.number + 1;
        }
        if (more)
            bl_log_leave(&w);
        if (bytes >= max_bytes && at->number < c->counted)
            break;
    }
    if (ok && !bl_store_ok(st)) {
        ok = false;
        *e = st->err;
    }
    bl_store_unlock(st);
    return ok;
}

bool bl_source_done(struct bl_delivery *d, struct bf_err *e)
{
    struct bl_store *st = &d->local->store;
    struct bl_firehose *f = d->local->firehose;
    if (!bl_store_begin_delete(st, e))
        return false;
    for (size_t i = 0; i < d->ncursors; i++)
        if (d->cursors[i].counted != d->cursors[i].position)
            store_position(st, d->row, d->cursors[i].shard, d->cursors[i].counted);
    if (d->own)
        bl_log_drop(st, d->cursors[0].shard, d->cursors[0].counted);
    if (!bl_store_commit(st, e))
        return false;
    for (size_t i = 0; i < d->ncursors; i++)
        d->cursors[i].position = d->cursors[i].counted;
    pthread_mutex_lock(&f->mutex);
    d->backlog -= d->backlog < d->bytes ? d->backlog : d->bytes;
    pthread_mutex_unlock(&f->mutex);
    d->bytes = 0;
    d->oldest_ms = 0;
    return true;
}

void bl_source_erase(struct bl_store *st, const struct bl_delivery *d)
{
    sqlite3_stmt *q = bl_sql(st, "DELETE FROM firehose_position WHERE stream=?");
    bl_bind_i64(q, 1, d->row);
    bl_run(st, q);
}
