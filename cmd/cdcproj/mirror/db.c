#include "cmd/cdcproj/mirror/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/io/file.h"

static const char layout[] =
    "CREATE TABLE _bfpipe(id INTEGER PRIMARY KEY CHECK(id=1),version INTEGER NOT NULL,"
    "commits INTEGER NOT NULL DEFAULT 0,changes INTEGER NOT NULL DEFAULT 0,"
    "upserts INTEGER NOT NULL DEFAULT 0,deletes INTEGER NOT NULL DEFAULT 0,"
    "older INTEGER NOT NULL DEFAULT 0,rejects INTEGER NOT NULL DEFAULT 0,"
    "made_ms INTEGER NOT NULL,last_commit_ms INTEGER,last_change_ms INTEGER);"
    "CREATE TABLE _bfpipe_positions(stream TEXT NOT NULL,shard TEXT NOT NULL,"
    "sequence TEXT NOT NULL,ended INTEGER NOT NULL,since_ms INTEGER NOT NULL,"
    "moved_ms INTEGER NOT NULL,change_ms INTEGER,PRIMARY KEY(stream,shard)) WITHOUT ROWID;"
    "CREATE TABLE _bfpipe_tables(id INTEGER PRIMARY KEY,name TEXT NOT NULL UNIQUE,"
    "source TEXT NOT NULL UNIQUE,keys TEXT NOT NULL,mode TEXT NOT NULL,ordered TEXT);"
    "CREATE TABLE _bfpipe_columns(tbl INTEGER NOT NULL,position INTEGER NOT NULL,"
    "name TEXT NOT NULL,attribute TEXT NOT NULL,kind TEXT NOT NULL,any_kind INTEGER NOT NULL,"
    "real_name TEXT,PRIMARY KEY(tbl,position)) WITHOUT ROWID;"
    "CREATE TABLE _bfpipe_deleted(tbl INTEGER NOT NULL,key BLOB NOT NULL,seq TEXT NOT NULL,"
    "at_ms INTEGER NOT NULL,PRIMARY KEY(tbl,key)) WITHOUT ROWID;"
    "CREATE TABLE _bfpipe_views(name TEXT PRIMARY KEY,tbl INTEGER,sql TEXT NOT NULL,"
    "kept INTEGER NOT NULL,why TEXT) WITHOUT ROWID;";

bool db_fail(const struct db *db, struct bf_err *e)
{
    bf_state_db_fail(db->api, db->h, e);
    return bf_err_ctx(e, "%s", db->path);
}

bool db_prepare(const struct db *db, struct bf_str sql, sqlite3_stmt **stmt, struct bf_err *e)
{
    return db->api->prepare_v2(db->h, sql.p, (int)sql.n, stmt, NULL) == SQLITE_OK || db_fail(db, e);
}

bool db_exec(const struct db *db, const char *sql, struct bf_err *e)
{
    return db->api->exec(db->h, sql, NULL, NULL, NULL) == SQLITE_OK || db_fail(db, e);
}

bool db_run(const struct db *db, sqlite3_stmt *stmt, int *changed, struct bf_err *e)
{
    int rc = db->api->step(stmt);
    if (rc == SQLITE_DONE && changed)
        *changed = db->api->changes(db->h);
    bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW || db_fail(db, e);
    db->api->reset(stmt);
    return ok;
}

void db_bind(const struct db *db, sqlite3_stmt *stmt, int at, struct bf_str text)
{
    db->api->bind_text(stmt, at, text.p ? text.p : "", (int)text.n, SQLITE_STATIC);
}

struct bf_str db_text(const struct db *db, sqlite3_stmt *row, int column)
{
    const unsigned char *p = db->api->column_text(row, column);
    return bf_str(p ? (const char *)p : "", p ? (size_t)db->api->column_bytes(row, column) : 0);
}

/* Reads one number from the database. */
static bool number(const struct db *db, const char *sql, sqlite3_int64 *out, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!db_prepare(db, bf_str_of(sql), &stmt, e))
        return false;
    int rc = db->api->step(stmt);
    bool ok = rc == SQLITE_ROW || db_fail(db, e);
    if (ok)
        *out = db->api->column_int64(stmt, 0);
    db->api->finalize(stmt);
    return ok;
}

/* Creates the missing tables in one transaction, so that a kill leaves all or none of them. */
static bool make(struct db *db, struct bf_err *e)
{
    sqlite3_int64 there = 0, commits = 0;
    char row[200];
    if (!number(db, "SELECT count(*) FROM sqlite_master WHERE lower(name)='_bfpipe'", &there, e))
        return false;
    snprintf(row, sizeof row, "INSERT INTO _bfpipe(id,version,made_ms)VALUES(1,%d,%lld)",
             DB_VERSION, (long long)bf_clock_wall_ms());
    if (!there && (!db_exec(db, "BEGIN IMMEDIATE", e) || !db_exec(db, layout, e) ||
                   !db_exec(db, row, e) || !db_exec(db, "COMMIT", e)))
        return false;
    if (!bf_state_read_db(&db->state, db->api, db->h, e))
        return bf_err_ctx(e, "%s", db->path);
    if (!number(db, "SELECT commits FROM _bfpipe", &commits, e))
        return false;
    db->commits = (uint64_t)commits;
    return true;
}

static bool prepare(struct db *db, struct bf_err *e)
{
    static const char put_row[] =
        "UPDATE _bfpipe SET commits=commits+1,changes=changes+?1,upserts=upserts+?2,"
        "deletes=deletes+?3,older=older+?4,rejects=rejects+?5,last_commit_ms=?6,"
        "last_change_ms=max(coalesce(last_change_ms,?7),coalesce(?7,last_change_ms)) WHERE "
        "commits=?8";
    static const char put_position[] =
        "INSERT INTO _bfpipe_positions VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT DO UPDATE SET "
        "sequence=?3,ended=?4,since_ms=?5,moved_ms=?6,change_ms=coalesce(?7,change_ms)";
    static const char drop_position[] =
        "DELETE FROM _bfpipe_positions WHERE stream=?1 AND shard=?2";
    return db_prepare(db, BF_STR("BEGIN IMMEDIATE"), &db->begin, e) &&
           db_prepare(db, BF_STR("COMMIT"), &db->commit, e) &&
           db_prepare(db, BF_STR("ROLLBACK"), &db->rollback, e) &&
           db_prepare(db, bf_str_of(put_row), &db->put_row, e) &&
           db_prepare(db, bf_str_of(put_position), &db->put_position, e) &&
           db_prepare(db, bf_str_of(drop_position), &db->drop_position, e);
}

static bool note_file(struct db *db, struct bf_err *e)
{
    struct stat st;
    if (stat(db->path, &st) != 0)
        return bf_err_sys(e, errno, "%s", db->path);
    db->dev = (uint64_t)st.st_dev;
    db->ino = (uint64_t)st.st_ino;
    return true;
}

/* What is written to a file that has no name any more is lost. */
static bool is_there(const struct db *db, struct bf_err *e)
{
    struct stat st;
    return (stat(db->path, &st) == 0 && (uint64_t)st.st_dev == db->dev &&
            (uint64_t)st.st_ino == db->ino) ||
           bf_err_set(e, BF_E_TEMPORARY,
                      "%s: the file has been removed or replaced; start both again", db->path);
}

bool db_open(struct db *db, const char *path, struct bf_err *e)
{
    char lock[4096];
    *db = (struct db){.path = path, .lock = -1};
    bf_state_init(&db->state);
    bf_positions_init(&db->positions, &db->state);
    if (!(db->api = bf_sql_load(e)))
        return false;
    if ((size_t)snprintf(lock, sizeof lock, "%s-lock", path) >= sizeof lock)
        return bf_err_set(e, BF_E_USAGE, "the path of the database is too long");
    if (!bf_file_lock(lock, &db->lock, e))
        return e->code == BF_E_TEMPORARY
                   ? bf_err_set(e, BF_E_TEMPORARY, "%s: another cdcproj writes it", path)
                   : false;
    if (db->api->open_v2(path, &db->h,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                         NULL) != SQLITE_OK)
        return db_fail(db, e);
    db->api->busy_timeout(db->h, BF_STATE_DB_WAIT_MS);
    return db_exec(db,
                   "PRAGMA page_size=8192;PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA "
                   "cache_size=-65536;"
                   "PRAGMA wal_autocheckpoint=4000;PRAGMA temp_store=MEMORY",
                   e) &&
           note_file(db, e) && make(db, e) && prepare(db, e);
}

bool db_open_reader(struct db *db, const char *path, struct bf_err *e)
{
    *db = (struct db){.path = path, .lock = -1};
    bf_state_init(&db->state);
    bf_positions_init(&db->positions, &db->state);
    if (access(path, F_OK) != 0) /* SQLite would only say that it cannot open it */
        return bf_err_sys(e, errno, "%s", path);
    if (!(db->api = bf_sql_load(e)))
        return false;
    if (!bf_state_open_db(db->api, path, &db->h))
        return db_fail(db, e);
    return bf_state_read_db(&db->state, db->api, db->h, e) || bf_err_ctx(e, "%s", path);
}

void db_close(struct db *db)
{
    sqlite3_stmt **all[] = {&db->begin,   &db->commit,       &db->rollback,
                            &db->put_row, &db->put_position, &db->drop_position};
    db_rollback(db);
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (*all[i])
            db->api->finalize(*all[i]);
    if (db->h)
        db->api->close_v2(db->h);
    bf_positions_free(&db->positions);
    bf_state_free(&db->state);
    if (db->lock >= 0)
        close(db->lock);
}

bool db_begin(struct db *db, struct bf_err *e)
{
    if (!db->open && !db_run(db, db->begin, NULL, e))
        return false;
    db->open = true;
    return true;
}

static bool put_positions(struct db *db, int64_t change_ms, int64_t now, struct bf_err *e)
{
    for (size_t i = 0; i < db->positions.ahead.nshards; i++) {
        const struct bf_state_shard *s = &db->positions.ahead.shards[i];
        db_bind(db, db->put_position, 1, bf_str_of(s->stream));
        db_bind(db, db->put_position, 2, bf_str_of(s->shard));
        db_bind(db, db->put_position, 3, bf_str_of(s->sequence));
        db->api->bind_int64(db->put_position, 4, s->ended);
        db->api->bind_int64(db->put_position, 5, s->since_ms);
        db->api->bind_int64(db->put_position, 6, now);
        if (change_ms)
            db->api->bind_int64(db->put_position, 7, change_ms);
        else
            db->api->bind_null(db->put_position, 7);
        if (!db_run(db, db->put_position, NULL, e))
            return false;
    }
    return true;
}

/* The positions of shards that have left the state since it was read. */
static bool drop_gone(struct db *db, struct bf_err *e)
{
    struct bf_state there;
    bf_state_init(&there);
    bool ok = bf_state_read_db(&there, db->api, db->h, e);
    for (size_t i = 0; ok && i < there.nshards; i++) {
        struct bf_str stream = bf_str_of(there.shards[i].stream);
        struct bf_str shard = bf_str_of(there.shards[i].shard);
        if (bf_state_find(&db->state, stream, shard) ||
            bf_state_find(&db->positions.ahead, stream, shard))
            continue;
        db_bind(db, db->drop_position, 1, stream);
        db_bind(db, db->drop_position, 2, shard);
        ok = db_run(db, db->drop_position, NULL, e);
    }
    bf_state_free(&there);
    return ok;
}

static bool put_row(struct db *db, const struct counters *c, int64_t now, struct bf_err *e)
{
    const uint64_t n[] = {c->changes, c->upserts, c->deletes, c->older, c->rejects};
    int changed = 0;
    for (int i = 0; i < (int)BF_COUNT(n); i++)
        db->api->bind_int64(db->put_row, i + 1, (sqlite3_int64)n[i]);
    db->api->bind_int64(db->put_row, 6, now);
    if (c->last_change_ms)
        db->api->bind_int64(db->put_row, 7, c->last_change_ms);
    else
        db->api->bind_null(db->put_row, 7);
    db->api->bind_int64(db->put_row, 8, (sqlite3_int64)db->commits);
    if (!db_run(db, db->put_row, &changed, e))
        return false;
    return changed == 1 ||
           bf_err_set(e, BF_E_TEMPORARY, "%s: another process has written it; start both again",
                      db->path);
}

bool db_commit(struct db *db, const struct counters *c, struct bf_err *e)
{
    int64_t now = bf_clock_wall_ms();
    if (!is_there(db, e) || !db_begin(db, e) || !put_positions(db, c->last_change_ms, now, e) ||
        (db->positions.forgot && !drop_gone(db, e)) || !put_row(db, c, now, e) ||
        !db_run(db, db->commit, NULL, e))
        return false;
    db->open = false;
    db->commits++;
    if (!bf_positions_commit(&db->positions, e))
        return false;
    bf_positions_reset(&db->positions);
    return true;
}

void db_rollback(struct db *db)
{
    struct bf_err ignored = {0};
    if (db->open && db->rollback && !db_run(db, db->rollback, NULL, &ignored))
        bf_err_clear(&ignored);
    db->open = false;
    bf_positions_reset(&db->positions);
}
