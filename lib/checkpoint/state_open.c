#include "lib/checkpoint/state_open.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

bool bf_state_db_fail(const struct sql_api *api, sqlite3 *db, struct bf_err *e)
{
    const char *said = db ? api->errmsg(db) : "out of memory";
    int code = db ? api->extended_errcode(db) & 0xff : SQLITE_NOMEM;
    if (code == SQLITE_IOERR &&
        (api->system_errno(db) == ENOSPC || api->system_errno(db) == EDQUOT))
        code = SQLITE_FULL;
    switch (code) {
    case SQLITE_NOMEM:
        return bf_err_nomem(e);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return bf_err_set(e, BF_E_TEMPORARY,
                          "another program holds the database locked; end it and start again");
    case SQLITE_FULL:
        return bf_err_set(e, BF_E_IO,
                          "the disk is full; make room and start again, nothing is "
                          "lost: the last commit counts");
    case SQLITE_NOTADB:
        return bf_err_set(e, BF_E_INPUT, "this is no SQLite database; name another file");
    case SQLITE_CORRUPT:
        return bf_err_set(e, BF_E_INPUT, "the database is damaged (%s); rebuild it into a new file",
                          said);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return bf_err_set(e, BF_E_IO, "%s; it and its folder have to be writable", said);
    default:
        return bf_err_set(e, BF_E_IO, "%s", said);
    }
}

/* One statement over rows; each gets it at a row. A table that is not there has no rows. */
static bool rows(const struct sql_api *api, sqlite3 *db, const char *sql,
                 bool (*each)(const struct sql_api *api, sqlite3_stmt *row, void *arg,
                              struct bf_err *e),
                 void *arg, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    int rc = api->prepare_v2(db, sql, -1, &stmt, NULL);
    bool ok = rc == SQLITE_OK || bf_state_db_fail(api, db, e);
    while (ok && (rc = api->step(stmt)) == SQLITE_ROW)
        ok = each(api, stmt, arg, e);
    if (ok && rc != SQLITE_DONE)
        ok = bf_state_db_fail(api, db, e);
    api->finalize(stmt);
    return ok;
}

static bool take_count(const struct sql_api *api, sqlite3_stmt *row, void *arg, struct bf_err *e)
{
    (void)e;
    *(sqlite3_int64 *)arg = api->column_int64(row, 0);
    return true;
}

static struct bf_str text(const struct sql_api *api, sqlite3_stmt *row, int column)
{
    const unsigned char *p = api->column_text(row, column);
    return bf_str(p ? (const char *)p : "", p ? (size_t)api->column_bytes(row, column) : 0);
}

static bool take_position(const struct sql_api *api, sqlite3_stmt *row, void *arg, struct bf_err *e)
{
    struct bf_state *s = arg;
    struct bf_str stream = text(api, row, 0), shard = text(api, row, 1);
    if (!bf_state_set(s, stream, shard, text(api, row, 2), api->column_int64(row, 3) != 0, e))
        return false;
    bf_state_since(s, stream, shard, api->column_int64(row, 4));
    return true;
}

static bool later(int64_t version, const char *other, struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT,
                      "a later version of bfpipe made this database (layout %lld, this one "
                      "knows %d); use that one, or another %s",
                      (long long)version, BF_STATE_DB_VERSION, other);
}

/* The tables have other names, columns or rows than cdcproj's: it did not make them. why: what is wrong. */
static bool foreign(const char *why, const char *other, struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT,
                      "its table _bfpipe is not one that cdcproj made (%s); name another %s, or "
                      "rename that table",
                      why, other);
}

/* What readers and cdcproj use of the tables, as statements. The version comes first: a later one may have other columns. */
static const char *const used[] = {
    "SELECT version FROM _bfpipe LIMIT 2",
    ("SELECT commits,changes,upserts,deletes,older,rejects,made_ms,last_commit_ms,last_change_ms "
     "FROM _bfpipe LIMIT 0"),
    "SELECT stream,shard,sequence,ended,since_ms,moved_ms,change_ms FROM _bfpipe_positions LIMIT 0",
};

/* Is it a layout that this program knows? */
static bool check_db(const struct sql_api *api, sqlite3 *db, struct bf_err *e)
{
    for (size_t i = 0; i < BF_COUNT(used); i++) {
        sqlite3_stmt *stmt = NULL;
        if (api->prepare_v2(db, used[i], -1, &stmt, NULL) != SQLITE_OK)
            return (api->extended_errcode(db) & 0xff) == SQLITE_ERROR
                       ? foreign(api->errmsg(db), "file", e)
                       : bf_state_db_fail(api, db, e);
        sqlite3_int64 n = 0, version = 0;
        int rc = 0;
        while ((rc = api->step(stmt)) == SQLITE_ROW && ++n)
            version = api->column_int64(stmt, 0);
        api->finalize(stmt);
        if (rc != SQLITE_DONE)
            return bf_state_db_fail(api, db, e);
        if (i == 0 && version > BF_STATE_DB_VERSION)
            return later(version, "file", e);
        if (i == 0 && (n != 1 || version < 1))
            return foreign(n == 1 ? "its version is no number from 1 on" : "it has not one row",
                           "file", e);
    }
    return true;
}

bool bf_state_read_db(struct bf_state *s, const struct sql_api *api, sqlite3 *db, struct bf_err *e)
{
    sqlite3_int64 there = 0;
    if (!rows(api, db, "SELECT count(*) FROM sqlite_master WHERE lower(name)='_bfpipe'", take_count,
              &there, e))
        return false;
    return !there ||
           (check_db(api, db, e) &&
            rows(api, db, "SELECT stream,shard,sequence,ended,since_ms FROM _bfpipe_positions",
                 take_position, s, e));
}

/* A writer that was killed while it made the file has left a journal, which only a connection that may write can undo. */
static bool undo_killed(const struct sql_api *api, const char *path)
{
    sqlite3 *db = NULL;
    bool ok = api->open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
    if (ok)
        api->busy_timeout(db, BF_STATE_DB_WAIT_MS);
    ok = ok && api->exec(db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK;
    api->close_v2(db);
    return ok;
}

bool bf_state_open_db(const struct sql_api *api, const char *path, sqlite3 **db)
{
    if (api->open_v2(path, db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        return false;
    api->busy_timeout(*db, BF_STATE_DB_WAIT_MS);
    if (api->exec(*db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return api->extended_errcode(*db) == SQLITE_READONLY_ROLLBACK && undo_killed(api, path);
}

static bool open_db(struct bf_state *s, const char *path, struct bf_err *e)
{
    sqlite3 *db = NULL;
    const struct sql_api *api = bf_sql_load(e);
    if (!api)
        return false;
    bool ok = bf_state_open_db(api, path, &db);
    ok = ok ? bf_state_read_db(s, api, db, e) : bf_state_db_fail(api, db, e);
    api->close_v2(db);
    return ok || bf_err_ctx(e, "%s", path);
}

static bool take_pg(struct bf_state *s, struct bf_pg *pg, const struct pg_result *r,
                    struct bf_err *e)
{
    for (int i = 0; i < pg->api->ntuples(r); i++) {
        struct bf_str stream = bf_pg_text(pg, r, i, 0), shard = bf_pg_text(pg, r, i, 1);
        if (!bf_state_set(s, stream, shard, bf_pg_text(pg, r, i, 2), bf_pg_number(pg, r, i, 3) != 0,
                          e))
            return false;
        bf_state_since(s, stream, shard, bf_pg_number(pg, r, i, 4));
    }
    return true;
}

/* SQLSTATE 42703 is a column that is missing, 42P01 a table. */
static bool check_pg(struct bf_pg *pg, struct bf_err *e)
{
    for (size_t i = 0; i < BF_COUNT(used); i++) {
        struct pg_result *r = bf_pg_query(pg, used[i], 0, NULL, e);
        if (!r)
            return strcmp(pg->state, "42703") == 0 || strcmp(pg->state, "42P01") == 0
                       ? foreign(pg->said, "schema", e)
                       : false;
        int n = pg->api->ntuples(r);
        int64_t version = n ? bf_pg_number(pg, r, 0, 0) : 0;
        pg->api->clear(r);
        if (i == 0 && version > BF_STATE_DB_VERSION)
            return later(version, "schema", e);
        if (i == 0 && (n != 1 || version < 1))
            return foreign(n == 1 ? "its version is no number from 1 on" : "it has not one row",
                           "schema", e);
    }
    return true;
}

bool bf_state_read_pg(struct bf_state *s, struct bf_pg *pg, struct bf_err *e)
{
    struct pg_result *r =
        bf_pg_query(pg, "SELECT to_regclass(quote_ident(current_schema())||'._bfpipe') IS NOT NULL",
                    0, NULL, e);
    if (!r)
        return false;
    bool there = bf_str_is(bf_pg_text(pg, r, 0, 0), "t");
    pg->api->clear(r);
    if (!there)
        return true;
    if (!check_pg(pg, e))
        return bf_err_ctx(e, "%s", pg->shown);
    r = bf_pg_query(pg, "SELECT stream,shard,sequence,ended,since_ms FROM _bfpipe_positions", 0,
                    NULL, e);
    bool ok = r && take_pg(s, pg, r, e);
    if (r)
        pg->api->clear(r);
    return ok;
}

static bool open_pg(struct bf_state *s, const char *url, struct bf_err *e)
{
    struct bf_pg pg;
    bool ok = bf_pg_open(&pg, url, "kinread", e) && bf_state_read_pg(s, &pg, e);
    bf_pg_close(&pg);
    return ok;
}

bool bf_state_open(struct bf_state *s, const char *where, struct bf_err *e)
{
    char path[4096];
    struct stat st;
    if (bf_pg_is_url(where))
        return open_pg(s, where, e);
    if (stat(where, &st) == 0 && S_ISREG(st.st_mode))
        return open_db(s, where, e);
    if ((size_t)snprintf(path, sizeof path, "%s/state.json", where) >= sizeof path)
        return bf_err_set(e, BF_E_USAGE, "--state: the path is too long");
    return bf_state_load(s, path, e);
}
