#include "cmd/bflocal/store/transaction.h"

#include <stdio.h>

#include "cmd/bflocal/store/log.h"

/*
 * Without a journal there is nothing that a commit would do but look through all
 * pages: the transaction stands open until the next one that wants a journal.
 */
static void end_standing(struct bl_store *s)
{
    if (s->standing)
        bl_run(s, bl_sql(s, "COMMIT"));
    s->standing = false;
}

static int64_t page_size(struct bl_store *s)
{
    sqlite3_stmt *q = bl_sql(s, "PRAGMA page_size");
    int64_t n = bl_step(s, q) ? bl_column_i64(q, 0) : 0;
    bl_done(q);
    return n;
}

void bl_store_limit(struct bl_store *s, uint64_t max_bytes)
{
    char sql[64];
    bl_store_lock(s);
    end_standing(s);
    int64_t page = page_size(s);
    uint64_t pages = max_bytes && page > 0 ? max_bytes / (uint64_t)page + 1 : 1073741823;
    snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %llu", (unsigned long long)pages);
    s->limited = max_bytes != 0;
    sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    bl_store_unlock(s);
}

/* With or without a journal; only a store in memory can choose. */
static void set_journal(struct bl_store *s, bool journal)
{
    if (s->dir || s->unjournaled == !journal)
        return;
    end_standing(s);
    bl_run(s, journal ? bl_sql(s, "PRAGMA journal_mode = MEMORY")
                      : bl_sql(s, "PRAGMA journal_mode = OFF"));
    s->unjournaled = !journal;
}

/* A failed statement may have rolled back by itself (SQLITE_FULL does), so look first. */
static void undo_rows(struct bl_store *s)
{
    if (s->standing)
        s->lost = s->lost || sqlite3_total_changes(s->db) != s->changes;
    else if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->in_transaction = false;
}

static bool begin_transaction(struct bl_store *s, bool journal, struct bf_err *e)
{
    bl_store_lock(s);
    if (s->lost)
        bf_err_set(&s->err, BF_E_MEMORY, "store: memory had run out in the midst of a change");
    set_journal(s, journal);
    if (!s->standing)
        bl_run(s, bl_sql(s, "BEGIN"));
    s->standing = s->unjournaled && s->err.code == BF_OK;
    s->changes = sqlite3_total_changes(s->db);
    if (s->err.code == BF_OK) {
        s->in_transaction = true;
        return true;
    }
    *e = s->err;
    undo_rows(s);
    bl_store_unlock(s);
    return false;
}

bool bl_store_begin(struct bl_store *s, struct bf_err *e)
{
    return begin_transaction(s, true, e);
}

bool bl_store_begin_bulk(struct bl_store *s, struct bf_err *e)
{
    return begin_transaction(s, s->dir || s->limited, e);
}

bool bl_store_begin_delete(struct bl_store *s, struct bf_err *e)
{
    bl_store_lock(s);
    bl_store_spare(s);
    bl_store_unlock(s);
    return bl_store_begin(s, e);
}

/* Stands in front of each piece of `kept`, which is padded so that the next is aligned. */
struct kept {
    void *at;
    void (*back)(void *at, const void *old);
    size_t n, room;
};

enum { ALIGN = 16 };

void bl_store_keep(struct bl_store *s, void *at, size_t n, void (*back)(void *at, const void *old))
{
    struct kept k = {at, back, n, sizeof k + (n + ALIGN - 1) / ALIGN * ALIGN};
    const struct kept *other;
    for (size_t i = 0; i < s->kept.n; i += other->room) {
        other = (const struct kept *)(const void *)(s->kept.p + i);
        if (other->at == at)
            return;
    }
    char *to = bf_buf_room(&s->kept, k.room);
    if (to) {
        memcpy(to, &k, sizeof k);
        memcpy(to + sizeof k, at, n);
        s->kept.n += k.room;
    } else {
        s->lost = true; /* it changes all the same, and could not be put back */
        if (bl_store_ok(s))
            bf_err_nomem(&s->err);
    }
}

/* Memory as it was. */
static void restore_memory(struct bl_store *s)
{
    const struct kept *k;
    for (size_t i = 0; i < s->kept.n; i += k->room) {
        k = (const struct kept *)(const void *)(s->kept.p + i);
        if (k->back)
            k->back(k->at, k + 1);
        else
            memcpy(k->at, k + 1, k->n);
    }
}

bool bl_store_settle(struct bl_store *s, bool ok, struct bf_err *e)
{
    if (ok)
        bl_log_flush(s);
    else
        bl_log_forget(s);
    if (ok && s->err.code == BF_OK && !s->standing)
        bl_run(s, bl_sql(s, "COMMIT"));
    if (!ok || s->err.code != BF_OK) {
        *e = s->err;
        undo_rows(s);
        restore_memory(s);
        ok = false;
    }
    bf_buf_reset(&s->kept);
    s->in_transaction = false;
    return ok;
}

bool bl_store_commit(struct bl_store *s, struct bf_err *e)
{
    bool ok = bl_store_settle(s, true, e);
    bl_store_unlock(s);
    return ok;
}

void bl_store_rollback(struct bl_store *s)
{
    struct bf_err e;
    (void)!bl_store_settle(s, false, &e);
    bl_store_unlock(s);
}
