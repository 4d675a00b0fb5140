#include "cmd/bflocal/store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/io/file.h"

static const size_t kept_max = 4 * 1024 * 1024; /* a transaction of a hundred tables has 200 kB */

static bool set_error(struct bl_store *s, struct bf_err *e, const char *what)
{
    int rc = sqlite3_errcode(s->db);
    return bf_err_set(e, rc == SQLITE_NOMEM ? BF_E_MEMORY : BF_E_IO, "%s: %s", what,
                      sqlite3_errmsg(s->db));
}

static void note_error(struct bl_store *s, const char *what)
{
    if (s->err.code == BF_OK)
        set_error(s, &s->err, what);
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

static int64_t query_number(struct bl_store *s, const char *sql)
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
    if (query_number(s, "PRAGMA user_version") == LAYOUT)
        return true;
    if (query_number(s, "SELECT count(*) FROM sqlite_master") != 0)
        return bf_err_set(e, BF_E_INPUT, "holds the data of another version of bflocal");
    snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", (int)LAYOUT);
    return bl_store_exec(s, sql, e);
}

static bool open_database(struct bl_store *s, const char *path, struct bf_err *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
        if (!s->db)
            return bf_err_nomem(e);
        set_error(s, e, "open");
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
    bl_store_spare(s);
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
    for (size_t i = 0; i < BL_STORE_CHUNKS; i++)
        bf_buf_free(&s->chunk[i].records);
    bf_buf_free(&s->kept);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    pthread_mutex_destroy(&s->mutex);
    memset(s, 0, sizeof(*s));
    s->lock_fd = -1;
}

bool bl_store_exec(struct bl_store *s, const char *sql, struct bf_err *e)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || set_error(s, e, "store");
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
 * A delete writes before it frees anything: pages into the log, and the log into the database. So some space
 * is kept for it while there is enough, in the lock's file; on a full disk a delete gets it.
 */
void bl_store_spare(struct bl_store *s)
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
        note_error(s, literal);
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
        note_error(s, "store");
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

void bl_column_copy(sqlite3_stmt *q, int i, char *out, size_t size)
{
    struct bf_str text = bl_column_text(q, i);
    snprintf(out, size, "%.*s", (int)text.n, text.n ? text.p : "");
}

void bl_done(sqlite3_stmt *q)
{
    if (q)
        sqlite3_reset(q);
}
