/* An SQLite file. No statement lasts longer than DB_QUERY_MS, so that the writer's log (WAL) can be written back between
 * them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bftop/db/db.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/checkpoint/state_open.h"
#include "lib/sql/exact.h"
#include "lib/sqlite/load.h"

enum {
    STEPS = 20000,               /* of SQLite's machine, between two looks at the clock */
    VALUE_MAX = 32 * 1024 * 1024 /* bytes of a value, so that a panel cannot take the memory */
};

struct file {
    struct db db; /* first */
    const struct sql_api *api;
    sqlite3 *h;
    const char *path;
    uint64_t dev, ino;
    int64_t until_ms; /* when the running statement is ended */
    bool late;        /* it was */
    sqlite3_stmt *version, *schema;
};

static struct file *of(struct db *db)
{
    return (struct file *)(void *)db;
}

static int on_progress(void *arg)
{
    struct file *f = arg;
    f->late = bf_clock_mono_ms() > f->until_ms;
    return f->late || bf_stop_asked();
}

static void begin(struct file *f)
{
    f->until_ms = bf_clock_mono_ms() + DB_QUERY_MS;
    f->late = false;
}

/* Is there a table of cdcproj, of a version that is known? */
static bool look(struct file *f, struct bf_err *e)
{
    struct bf_state state;
    bf_state_init(&state);
    bool ok = bf_state_read_db(&state, f->api, f->h, e);
    bf_state_free(&state);
    sqlite3_stmt *stmt = NULL;
    if (!ok)
        return false;
    if (f->api->prepare_v2(f->h, "SELECT 1 FROM _bfpipe", -1, &stmt, NULL) == SQLITE_OK)
        f->db.projection = f->api->step(stmt) == SQLITE_ROW;
    f->api->finalize(stmt);
    return true;
}

static bool settle(struct file *f, struct bf_err *e)
{
    f->api->busy_timeout(f->h, DB_LOCK_MS);
    /* what a file from elsewhere defines runs no function that has effects */
    f->api->db_config(f->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    f->api->db_config(f->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)f->api->limit(f->h, SQLITE_LIMIT_LENGTH, VALUE_MAX);
    if (f->api->exec(f->h, "PRAGMA query_only=1;PRAGMA temp_store=MEMORY", NULL, NULL, NULL) !=
        SQLITE_OK)
        return bf_state_db_fail(f->api, f->h, e);
    if (!look(f, e) || !bf_exact_functions(f->api, f->h, e) || !bf_exact_sums(f->api, f->h, e))
        return false;
    if (f->api->prepare_v2(f->h, "PRAGMA data_version", -1, &f->version, NULL) != SQLITE_OK ||
        f->api->prepare_v2(f->h, "PRAGMA schema_version", -1, &f->schema, NULL) != SQLITE_OK)
        return bf_state_db_fail(f->api, f->h, e);
    f->api->progress_handler(f->h, STEPS, on_progress, f);
    return true;
}

static bool open_file(struct file *f, bool any, struct bf_err *e)
{
    struct stat st;
    if (stat(f->path, &st) != 0)
        return bf_err_sys(e, errno, "%s", f->path);
    if (!S_ISREG(st.st_mode))
        return bf_err_set(e, BF_E_INPUT, "%s: this is no file; name the database of cdcproj",
                          f->path);
    f->dev = (uint64_t)st.st_dev;
    f->ino = (uint64_t)st.st_ino;
    if (!(f->api = bf_sql_load(e)))
        return false;
    if (f->api->open_v2(f->path, &f->h, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return bf_state_db_fail(f->api, f->h, e) || bf_err_ctx(e, "%s", f->path);
    begin(f);
    if (!settle(f, e))
        return bf_err_ctx(e, "%s", f->path);
    return f->db.projection || any ||
           bf_err_set(e, BF_E_INPUT,
                      "%s: cdcproj does not keep this database; with --panels any SQLite database "
                      "can be shown",
                      f->path);
}

static void sqlite_close(struct db *db)
{
    struct file *f = of(db);
    if (f->version)
        f->api->finalize(f->version);
    if (f->schema)
        f->api->finalize(f->schema);
    if (f->h)
        f->api->close_v2(f->h);
    free(f);
}

static struct db *sqlite_open(const char *where, bool any, struct bf_err *e)
{
    struct file *f = calloc(1, sizeof *f);
    if (!f) {
        bf_err_nomem(e);
        return NULL;
    }
    f->db.kind = &db_sqlite;
    f->path = where;
    if (open_file(f, any, e))
        return &f->db;
    sqlite_close(&f->db);
    return NULL;
}

static bool sqlite_is_there(const struct db *db)
{
    const struct file *f = (const struct file *)(const void *)db;
    struct stat st;
    return stat(f->path, &st) == 0 && (uint64_t)st.st_dev == f->dev &&
           (uint64_t)st.st_ino == f->ino;
}

/* cdcproj --rebuild replaces a file only when no other process has it open. */
static bool sqlite_is_brief(const char *where)
{
    char made[DB_NAME];
    return (size_t)snprintf(made, sizeof made, "%s-new", where) < sizeof made &&
           access(made, F_OK) == 0;
}

static int64_t number(struct file *f, sqlite3_stmt *stmt)
{
    begin(f);
    int64_t v = f->api->step(stmt) == SQLITE_ROW ? f->api->column_int64(stmt, 0) : -1;
    f->api->reset(stmt);
    return v;
}

static bool sqlite_version(struct db *db, int64_t *version, struct bf_err *e)
{
    (void)e;
    *version = number(of(db), of(db)->version);
    return true;
}

static bool sqlite_schema(struct db *db, int64_t *schema, struct bf_err *e)
{
    (void)e;
    *schema = number(of(db), of(db)->schema);
    return true;
}

static void fail(struct file *f, struct bf_str sql, struct result *r)
{
    int at = f->api->error_offset ? f->api->error_offset(f->h) : -1;
    for (size_t i = 0; at > 0 && i < (size_t)at && i < sql.n; i++)
        r->lines += sql.p[i] == '\n';
    if (f->late)
        result_fail(r, "the statement took longer than %d s", DB_QUERY_MS / 1000);
    else
        result_fail(r, "%s", f->api->errmsg(f->h));
}

static void bind(struct file *f, const struct query *q, sqlite3_stmt *stmt)
{
    const struct {
        const char *name;
        int64_t value;
    } all[] = {{":window", q->window}, {":step", q->step}, {":now", q->now}};
    for (size_t i = 0; i < BF_COUNT(all); i++) {
        int at = f->api->bind_parameter_index(stmt, all[i].name);
        if (at)
            f->api->bind_int64(stmt, at, all[i].value);
    }
}

static bool take_cell(struct file *f, sqlite3_stmt *row, size_t col, struct result *r)
{
    int type = f->api->column_type(row, (int)col);
    if (type == SQLITE_NULL)
        return result_null(r, col);
    if (type == SQLITE_FLOAT)
        return result_double(r, col, f->api->column_double(row, (int)col));
    const char *p = (const char *)f->api->column_text(row, (int)col);
    return result_text(r, col,
                       bf_str(p ? p : "", p ? (size_t)f->api->column_bytes(row, (int)col) : 0));
}

static bool take_names(struct file *f, sqlite3_stmt *stmt, struct result *r)
{
    bool ok = result_columns(r, (size_t)f->api->column_count(stmt));
    for (size_t i = 0; ok && i < r->cols; i++) {
        const char *name = f->api->column_name(stmt, (int)i);
        ok = result_name(r, i, name ? name : "");
    }
    return ok;
}

static void read_rows(struct file *f, const struct query *q, sqlite3_stmt *stmt, struct result *r)
{
    int rc = SQLITE_DONE;
    bind(f, q, stmt);
    bool go_on = take_names(f, stmt, r);
    while (go_on && (rc = f->api->step(stmt)) == SQLITE_ROW) {
        for (size_t i = 0; go_on && i < r->cols; i++)
            go_on = take_cell(f, stmt, i, r);
        if (go_on && !result_row(r)) {
            rc = f->api->step(stmt);
            r->more = rc == SQLITE_ROW;
            break;
        }
    }
    if (go_on && rc != SQLITE_DONE && !r->more)
        fail(f, q->sql, r);
}

static bool sqlite_run(struct db *db, const struct query *q, struct result *r, struct bf_err *e)
{
    struct file *f = of(db);
    sqlite3_stmt *stmt = NULL;
    const char *tail = NULL;
    (void)e;
    begin(f);
    if (f->api->prepare_v2(f->h, q->sql.p, (int)q->sql.n, &stmt, &tail) != SQLITE_OK)
        fail(f, q->sql, r);
    else if (!stmt || f->api->column_count(stmt) == 0 || !f->api->stmt_readonly(stmt))
        result_fail(r, "a panel is one SELECT");
    else if (bf_str_trim(bf_str(tail, (size_t)(q->sql.p + q->sql.n - tail))).n)
        result_fail(r, "a panel is one SELECT, without another statement after it");
    else
        read_rows(f, q, stmt, r);
    f->api->finalize(stmt);
    return true;
}

#define SQLITE_TIME(ms) "strftime('%Y-%m-%d %H:%M:%SZ'," ms "/1000,'unixepoch')"

const struct db_kind db_sqlite = {
    .dialect =
        {
            .all = "1",
            .sum = "sum({amount})",
            .asc = "",
            .desc = "DESC",
            .over_time =
                "WITH RECURSIVE edge(last) AS (SELECT CAST(strftime('%s',max({time})) AS "
                "INTEGER)/:step*:step FROM {table} WHERE {there}), step(at) AS (SELECT "
                "last-:window/:step*:step+:step FROM edge WHERE last IS NOT NULL UNION ALL SELECT "
                "at+:step FROM step,edge WHERE at<last), sums(at,revenue) AS MATERIALIZED (SELECT "
                "CAST(strftime('%s',{time}) AS INTEGER)/:step*:step,sum({amount}) FROM {table} "
                "WHERE {sold} AND {time}>=strftime('%Y-%m-%dT%H:%M:%SZ',(SELECT "
                "last-2*:window-172800 FROM edge),'unixepoch') GROUP BY 1) SELECT "
                "strftime('%Y-%m-%dT%H:%MZ',step.at,'unixepoch') AS time,coalesce(now.revenue,0) "
                "AS revenue,coalesce(before.revenue,0) AS before FROM step LEFT JOIN sums now ON "
                "now.at=step.at LEFT JOIN sums before ON before.at=step.at-:window/:step*:step "
                "ORDER BY step.at",
            .minute_view = "SELECT strftime('%s',{time})/60*60 AS at,sum({amount}) FILTER(WHERE "
                           "{sold}) AS revenue FROM "
                           "{table} WHERE {there} GROUP BY strftime('%s',{time})/60*60",
            .over_minutes = /* steps below a minute are of the rows: a term that is always false is not begun */
            "WITH RECURSIVE edge(last) AS (SELECT CASE WHEN :step>=60 THEN (SELECT "
            "max(at)/:step*:step "
            "FROM bftop_minute) ELSE (SELECT CAST(strftime('%s',max({time})) AS "
            "INTEGER)/:step*:step FROM "
            "{table} WHERE {there}) END), step(at) AS (SELECT last-:window/:step*:step+:step FROM "
            "edge "
            "WHERE last IS NOT NULL UNION ALL SELECT at+:step FROM step,edge WHERE at<last), "
            "sums(at,revenue) AS MATERIALIZED (SELECT at/:step*:step,sum(revenue) FROM "
            "bftop_minute WHERE "
            ":step>=60 AND at>=(SELECT last-2*:window-:step FROM edge) GROUP BY 1 UNION ALL SELECT "
            "CAST(strftime('%s',{time}) AS INTEGER)/:step*:step,sum({amount}) FROM {table} WHERE "
            ":step<60 AND {sold} AND {time}>=strftime('%Y-%m-%dT%H:%M:%SZ',(SELECT "
            "last-2*:window-172800 FROM edge),'unixepoch') GROUP BY 1) SELECT "
            "strftime('%Y-%m-%dT%H:%MZ',step.at,'unixepoch') AS time,coalesce(now.revenue,0) AS "
            "revenue,"
            "coalesce(before.revenue,0) AS before FROM step LEFT JOIN sums now ON now.at=step.at "
            "LEFT "
            "JOIN sums before ON before.at=step.at-:window/:step*:step ORDER BY step.at",
            .kept_sum = "sum(revenue)",
            .commit_time = SQLITE_TIME("last_commit_ms"),
            .change_time = SQLITE_TIME("last_change_ms"),
            .lag = "printf('%.1f s',(moved_ms-change_ms)/1000.0)",
            /* not the REAL beside each exact number */
            .columns = "WITH c(name) AS (SELECT name FROM pragma_table_info({of})) SELECT name "
                       "FROM c AS a WHERE substr(name,1,1)<>'_' AND NOT EXISTS(SELECT 1 FROM c AS "
                       "b WHERE b.name||'_real'=a.name)",
        },
    .open = sqlite_open,
    .close = sqlite_close,
    .is_there = sqlite_is_there,
    .is_brief = sqlite_is_brief,
    .version = sqlite_version,
    .schema = sqlite_schema,
    .run = sqlite_run,
};
