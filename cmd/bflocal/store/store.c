#include "cmd/bflocal/store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cmd/bflocal/store/log.h"
#include "lib/base/file.h"

static const size_t kept_max = 4 * 1024 * 1024; /* a transaction of a hundred tables has 200 kB */

static bool fail(struct bl_store *s, struct bf_err *e, const char *what)
{
    int rc = sqlite3_errcode(s->db);
    return bf_err_set(e, rc == SQLITE_NOMEM ? BF_E_MEMORY : BF_E_IO, "%s: %s", what,
                      sqlite3_errmsg(s->db));
}

static void note(struct bl_store *s, const char *what)
{
    if (s->err.code == BF_OK)
        fail(s, &s->err, what);
}

static const char pragmas[] = "PRAGMA page_size = 16384;"
                              "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = NORMAL;"
                              "PRAGMA wal_autocheckpoint = 4000;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA cache_size = -8000;";

/*
 * In memory every page stays in SQLite's page cache, which is walked from end to
 * end by each commit that has split a page; with larger pages there are fewer.
 */
static const char memory_pragmas[] = "PRAGMA page_size = 16384; PRAGMA journal_mode = MEMORY;";

/* What the tables look like; another number: a folder of another version. */
enum { LAYOUT = 3 };

static int64_t number(struct bl_store *s, const char *sql)
{
    sqlite3_stmt *q = NULL;
    int64_t n = -1;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return n;
}

static bool check_layout(struct bl_store *s, struct bf_err *e)
{
    char sql[64];
    if (number(s, "PRAGMA user_version") == LAYOUT)
        return true;
    if (number(s, "SELECT count(*) FROM sqlite_master") != 0)
        return bf_err_set(e, BF_E_INPUT, "holds the data of another version of bflocal");
    snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", (int)LAYOUT);
    return bl_store_exec(s, sql, e);
}

static void keep_spare(struct bl_store *s);

static bool open_database(struct bl_store *s, const char *path, struct bf_err *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
        if (!s->db)
            return bf_err_nomem(e);
        fail(s, e, "open");
        return bf_err_ctx(e, "%s", path);
    }
    return (bl_store_exec(s, s->dir ? pragmas : memory_pragmas, e) && check_layout(s, e)) ||
           bf_err_ctx(e, "%s", path);
}

bool bl_store_open(struct bl_store *s, const char *dir, struct bf_err *e)
{
    memset(s, 0, sizeof(*s));
    s->lock_fd = -1;
    s->dir = dir;
    bf_buf_init(&s->kept, kept_max);
    /* Our lock is round every call of SQLite, so it needs none of its own. Too late for this in a
     * process that has used SQLite before, which does no harm. */
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    pthread_mutex_init(&s->mutex, NULL);
    if (!dir)
        return open_database(s, ":memory:", e);
    char path[4096];
    if (!bf_file_make_dirs(dir, e))
        return false;
    if ((size_t)snprintf(path, sizeof(path), "%s/lock", dir) >= sizeof(path))
        return bf_err_set(e, BF_E_USAGE, "--data: the name is too long");
    if (!bf_file_lock(path, &s->lock_fd, e))
        return false;
    if ((size_t)snprintf(path, sizeof(path), "%s/bflocal.db", dir) >= sizeof(path))
        return bf_err_set(e, BF_E_USAGE, "--data: the name is too long");
    keep_spare(s);
    /* SQLite takes the mode that it finds, also for the log beside it */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return bf_err_sys(e, errno, "%s", path);
    close(fd);
    return open_database(s, path, e);
}

void bl_store_close(struct bl_store *s)
{
    for (size_t i = 0; i < BL_STORE_STATEMENTS; i++)
        sqlite3_finalize(s->cache[i].stmt);
    sqlite3_close(s->db);
    bl_log_free(s);
    bf_buf_free(&s->kept);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    pthread_mutex_destroy(&s->mutex);
    memset(s, 0, sizeof(*s));
    s->lock_fd = -1;
}

bool bl_store_exec(struct bl_store *s, const char *sql, struct bf_err *e)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(s, e, "store");
}

static void end_standing(struct bl_store *s);

void bl_store_limit(struct bl_store *s, uint64_t max_bytes)
{
    char sql[64];
    bl_store_lock(s);
    end_standing(s);
    int64_t page = number(s, "PRAGMA page_size");
    uint64_t pages = max_bytes && page > 0 ? max_bytes / (uint64_t)page + 1 : 1073741823;
    snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %llu", (unsigned long long)pages);
    s->limited = max_bytes != 0;
    sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    bl_store_unlock(s);
}

void bl_store_lock(struct bl_store *s)
{
    pthread_mutex_lock(&s->mutex);
    bf_err_clear(&s->err);
}

void bl_store_unlock(struct bl_store *s)
{
    pthread_mutex_unlock(&s->mutex);
}

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
static void undo(struct bl_store *s)
{
    if (s->standing)
        s->lost = s->lost || sqlite3_total_changes(s->db) != s->changes;
    else if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->in_transaction = false;
}

static bool begin(struct bl_store *s, bool journal, struct bf_err *e)
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
    undo(s);
    bl_store_unlock(s);
    return false;
}

bool bl_store_begin(struct bl_store *s, struct bf_err *e)
{
    return begin(s, true, e);
}

bool bl_store_begin_bulk(struct bl_store *s, struct bf_err *e)
{
    return begin(s, s->dir || s->limited, e);
}

/*
 * A delete writes before it frees anything: pages into the log, and the log into the database. So some space
 * is kept for it while there is enough, in the lock's file; on a full disk a delete gets it.
 */
static void keep_spare(struct bl_store *s)
{
    enum { SPARE = 1024 * 1024 };
    struct statvfs v;
    if (s->lock_fd < 0 || fstatvfs(s->lock_fd, &v) != 0)
        return;
    uint64_t room = (uint64_t)v.f_bavail * v.f_frsize;
    if (room < SPARE) {
        if (s->spare)
            s->spare = ftruncate(s->lock_fd, 0) != 0;
        /* what deletes have left free in the database is of use, and the log begins anew */
        if (s->db)
            sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    } else if (room > 2 * (uint64_t)SPARE && !s->spare)
        s->spare = posix_fallocate(s->lock_fd, 0, SPARE) == 0;
}

bool bl_store_begin_delete(struct bl_store *s, struct bf_err *e)
{
    bl_store_lock(s);
    keep_spare(s);
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
static void put_back(struct bl_store *s)
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
        undo(s);
        put_back(s);
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

sqlite3_stmt *bl_sql(struct bl_store *s, const char *literal)
{
    size_t at = ((uintptr_t)literal >> 3) * 0x9e3779b1u % BL_STORE_STATEMENTS;
    while (s->cache[at].sql && s->cache[at].sql != literal)
        at = (at + 1) % BL_STORE_STATEMENTS;
    if (s->cache[at].sql) {
        sqlite3_reset(s->cache[at].stmt);
        return s->cache[at].stmt;
    }
    if (s->nstatements >= BL_STORE_STATEMENTS / 2) {
        bf_err_set(&s->err, BF_E_LIMIT, "store: too many statements");
        return NULL;
    }
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v3(s->db, literal, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL) != SQLITE_OK) {
        note(s, literal);
        return NULL;
    }
    s->cache[at].sql = literal;
    s->cache[at].stmt = q;
    s->nstatements++;
    return q;
}

/* An empty view has no address, and a NULL would be bound as NULL. */
void bl_bind_text(sqlite3_stmt *q, int i, struct bf_str v)
{
    if (q)
        sqlite3_bind_text64(q, i, v.n ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8);
}

void bl_bind_blob(sqlite3_stmt *q, int i, struct bf_str v)
{
    if (q)
        sqlite3_bind_blob64(q, i, v.n ? v.p : "", v.n, SQLITE_STATIC);
}

void bl_bind_i64(sqlite3_stmt *q, int i, int64_t v)
{
    if (q)
        sqlite3_bind_int64(q, i, v);
}

bool bl_step(struct bl_store *s, sqlite3_stmt *q)
{
    if (!q || s->err.code != BF_OK)
        return false;
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE) {
        note(s, "store");
        if (s->unjournaled && s->in_transaction && !sqlite3_stmt_readonly(q))
            s->lost = true;
    }
    sqlite3_reset(q);
    return false;
}

int bl_run(struct bl_store *s, sqlite3_stmt *q)
{
    if (bl_step(s, q))
        sqlite3_reset(q);
    return s->err.code == BF_OK ? sqlite3_changes(s->db) : 0;
}

struct bf_str bl_column_text(sqlite3_stmt *q, int i)
{
    const unsigned char *p = sqlite3_column_text(q, i);
    return bf_str((const char *)p, (size_t)sqlite3_column_bytes(q, i));
}

struct bf_str bl_column_blob(sqlite3_stmt *q, int i)
{
    const void *p = sqlite3_column_blob(q, i);
    return bf_str(p, (size_t)sqlite3_column_bytes(q, i));
}

int64_t bl_column_i64(sqlite3_stmt *q, int i)
{
    return sqlite3_column_int64(q, i);
}

void bl_done(sqlite3_stmt *q)
{
    if (q)
        sqlite3_reset(q);
}
