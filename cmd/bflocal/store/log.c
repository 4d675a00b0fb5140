#include "cmd/bflocal/store/log.h"

static const char schema[] = "CREATE TABLE IF NOT EXISTS log_chunk(id INTEGER PRIMARY KEY,"
                             " last INTEGER, at_ms INTEGER, records BLOB)";

/*
 * The id of a chunk consists of its log and the number of its first record, so the
 * chunks of a log are adjacent and in order. Each record has this head before it, in
 * the machine's byte order.
 */
struct head {
    uint32_t offset; /* of the record's number from the number of the chunk's first record */
    uint32_t key, data;
};

static const size_t chunk_bytes = 256 * 1024, /* a larger chunk is written before the commit */
    kept_bytes = 1024 * 1024, /* a buffer up to this size is kept for the next transaction */
    most_bytes = 64 * 1024 * 1024;

static int64_t id_of(int64_t log, int64_t number)
{
    return log * (BL_NUMBER_MAX + 1) + number;
}

static int64_t number_of(int64_t id)
{
    return id & BL_NUMBER_MAX;
}

bool bl_log_open(struct bl_store *s, struct bf_err *e)
{
    return bl_store_exec(s, schema, e);
}

static void write_chunk(struct bl_store *s, struct bl_chunk *k)
{
    if (bf_buf_ok(&k->records)) {
        sqlite3_stmt *q = bl_sql(s, "INSERT INTO log_chunk(id,last,at_ms,records) VALUES(?,?,?,?)");
        bl_bind_i64(q, 1, id_of(k->log, k->first));
        bl_bind_i64(q, 2, k->last);
        bl_bind_i64(q, 3, k->at_ms);
        bl_bind_blob(q, 4, bf_buf_view(&k->records));
        bl_run(s, q);
        bl_done(q);
    } else if (bl_store_ok(s))
        (void)!bf_buf_check(&k->records, "records", &s->err);
    bf_buf_reset(&k->records);
    if (k->records.cap > kept_bytes)
        bf_buf_free(&k->records);
    k->log = 0;
}

/* The chunk that collects the records of a log. If all are in use, one is written first. */
static struct bl_chunk *chunk_for(struct bl_store *s, int64_t log, const struct bl_record *r)
{
    struct bl_chunk *free = NULL;
    for (size_t i = 0; i < BL_STORE_CHUNKS; i++) {
        struct bl_chunk *k = &s->chunk[i];
        if (k->log == log) {
            if (k->at_ms == r->at_ms && k->records.n < chunk_bytes &&
                r->number - k->first <= UINT32_MAX)
                return k;
            write_chunk(s, k);
        }
        if (!k->log && !free)
            free = k;
    }
    if (!free) {
        free = &s->chunk[(size_t)log % BL_STORE_CHUNKS];
        write_chunk(s, free);
    }
    if (!free->records.max)
        bf_buf_init(&free->records, most_bytes);
    free->log = log;
    free->first = r->number;
    free->at_ms = r->at_ms;
    return free;
}

void bl_log_add(struct bl_store *s, int64_t log, const struct bl_record *r)
{
    struct bl_chunk *k = chunk_for(s, log, r);
    struct head h = {(uint32_t)(r->number - k->first), (uint32_t)r->key.n, (uint32_t)r->data.n};
    bf_buf_add(&k->records, &h, sizeof h);
    bf_buf_adds(&k->records, r->key);
    bf_buf_adds(&k->records, r->data);
    k->last = r->number;
}

void bl_log_flush(struct bl_store *s)
{
    for (size_t i = 0; i < BL_STORE_CHUNKS; i++)
        if (s->chunk[i].log)
            write_chunk(s, &s->chunk[i]);
}

void bl_log_forget(struct bl_store *s)
{
    for (size_t i = 0; i < BL_STORE_CHUNKS; i++) {
        bf_buf_reset(&s->chunk[i].records);
        s->chunk[i].log = 0;
    }
}

void bl_log_walk(struct bl_store *s, int64_t log, int64_t from, int64_t since_ms,
                 struct bl_log_walk *w)
{
    /* the walk may start in the middle of a chunk: the one with the largest number up to `from` */
    *w = (struct bl_log_walk){.store = s, .from = from};
    w->q = bl_sql(s, "SELECT id,at_ms,records FROM log_chunk WHERE id>=ifnull((SELECT max(id) FROM "
                     "log_chunk WHERE id BETWEEN ?1 AND ?2),?2) AND id<?3 AND at_ms>=?4"
                     " ORDER BY id");
    bl_bind_i64(w->q, 1, id_of(log, 0));
    bl_bind_i64(w->q, 2, id_of(log, from));
    bl_bind_i64(w->q, 3, id_of(log + 1, 0));
    bl_bind_i64(w->q, 4, since_ms);
}

bool bl_log_next(struct bl_log_walk *w, struct bl_record *r)
{
    struct head h;
    for (;;) {
        if (w->rest.n < sizeof h) {
            if (!bl_step(w->store, w->q))
                return false;
            w->first = number_of(bl_column_i64(w->q, 0));
            w->at_ms = bl_column_i64(w->q, 1);
            w->rest = bl_column_blob(w->q, 2);
            continue;
        }
        memcpy(&h, w->rest.p, sizeof h);
        const char *key = w->rest.p + sizeof h;
        *r = (struct bl_record){.number = w->first + h.offset,
                                .at_ms = w->at_ms,
                                .key = bf_str(key, h.key),
                                .data = bf_str(key + h.key, h.data)};
        size_t n = sizeof h + h.key + h.data;
        w->rest = bf_str(w->rest.p + n, w->rest.n - n);
        if (r->number >= w->from)
            return true;
    }
}

void bl_log_leave(struct bl_log_walk *w)
{
    bl_done(w->q);
}

int64_t bl_log_first(struct bl_store *s, int64_t log, int64_t since_ms)
{
    int64_t number = -1;
    sqlite3_stmt *q = bl_sql(s, "SELECT id FROM log_chunk WHERE id>=? AND id<? AND at_ms>=?"
                                " ORDER BY id LIMIT 1");
    bl_bind_i64(q, 1, id_of(log, 0));
    bl_bind_i64(q, 2, id_of(log + 1, 0));
    bl_bind_i64(q, 3, since_ms);
    if (bl_step(s, q))
        number = number_of(bl_column_i64(q, 0));
    bl_done(q);
    return number;
}

int64_t bl_log_last(struct bl_store *s, int64_t log)
{
    int64_t number = 0;
    sqlite3_stmt *q =
        bl_sql(s, "SELECT last FROM log_chunk WHERE id>=? AND id<? ORDER BY id DESC LIMIT 1");
    bl_bind_i64(q, 1, id_of(log, 0));
    bl_bind_i64(q, 2, id_of(log + 1, 0));
    if (bl_step(s, q))
        number = bl_column_i64(q, 0);
    bl_done(q);
    return number;
}

/* Removes the chunks of a log whose first number is below `end`. */
static void erase_chunks(struct bl_store *s, int64_t log, int64_t end)
{
    sqlite3_stmt *q = bl_sql(s, "DELETE FROM log_chunk WHERE id>=? AND id<?");
    bl_bind_i64(q, 1, id_of(log, 0));
    bl_bind_i64(q, 2, end);
    bl_run(s, q);
}

static void empty_chunk(struct bl_store *s, int64_t id)
{
    sqlite3_stmt *q = bl_sql(s, "UPDATE log_chunk SET records=x'' WHERE id=?");
    bl_bind_i64(q, 1, id);
    bl_run(s, q);
}

bool bl_log_trim(struct bl_store *s, int64_t log, int64_t before_ms, size_t chunks)
{
    int64_t id = -1, at_ms = 0;
    size_t n = 0;
    bool full = false; /* has the chunk `id` any records? */
    sqlite3_stmt *q =
        bl_sql(s, "SELECT id,at_ms,length(records) FROM log_chunk WHERE id>=? AND id<?"
                  " ORDER BY id LIMIT ?");
    bl_bind_i64(q, 1, id_of(log, 0));
    bl_bind_i64(q, 2, id_of(log + 1, 0));
    bl_bind_i64(q, 3, (int64_t)chunks + 1);
    while (bl_step(s, q)) {
        id = bl_column_i64(q, 0);
        at_ms = bl_column_i64(q, 1);
        full = bl_column_i64(q, 2) > 0;
        n++;
        if (at_ms >= before_ms || n > chunks)
            break;
    }
    bl_done(q);
    if (n > 1) /* all chunks before the one where the walk ended */
        erase_chunks(s, log, id);
    if (n > chunks)
        return at_ms < before_ms;
    if (n && at_ms < before_ms && full)
        empty_chunk(s, id);
    return false;
}

void bl_log_drop(struct bl_store *s, int64_t log, int64_t number)
{
    int64_t last = -1;
    sqlite3_stmt *q = bl_sql(s, "SELECT max(id) FROM log_chunk WHERE id>=? AND id<?");
    bl_bind_i64(q, 1, id_of(log, 0));
    bl_bind_i64(q, 2, id_of(log + 1, 0));
    if (bl_step(s, q))
        last = bl_column_i64(q, 0);
    bl_done(q);
    q = bl_sql(s, "DELETE FROM log_chunk WHERE id>=? AND id<? AND last<?");
    bl_bind_i64(q, 1, id_of(log, 0));
    bl_bind_i64(q, 2, last);
    bl_bind_i64(q, 3, number);
    bl_run(s, q);
    q = bl_sql(s, "UPDATE log_chunk SET records=x'' WHERE id=? AND last<?");
    bl_bind_i64(q, 1, last);
    bl_bind_i64(q, 2, number);
    bl_run(s, q);
}

void bl_log_erase(struct bl_store *s, int64_t log)
{
    erase_chunks(s, log, id_of(log + 1, 0));
}
