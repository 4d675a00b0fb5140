#include "cmd/bftop/source.h"

#include <errno.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/checkpoint/state_open.h"
#include "lib/sql/exact.h"

enum {
    STEPS = 20000,               /* of SQLite's machine, between two looks at the clock */
    VALUE_MAX = 32 * 1024 * 1024 /* bytes of a value, so that a panel cannot take the memory */
};

static int on_progress(void *arg)
{
    struct source *s = arg;
    s->late = bf_clock_mono_ms() > s->until_ms;
    return s->late || bf_stop_asked();
}

/* Is there a table of cdcproj, of a version that is known? */
static bool look(struct source *s, struct bf_err *e)
{
    struct bf_state state;
    bf_state_init(&state);
    bool ok = bf_state_read_db(&state, s->api, s->h, e);
    bf_state_free(&state);
    sqlite3_stmt *stmt = NULL;
    if (!ok)
        return false;
    if (s->api->prepare_v2(s->h, "SELECT 1 FROM _bfpipe", -1, &stmt, NULL) == SQLITE_OK)
        s->projection = s->api->step(stmt) == SQLITE_ROW;
    s->api->finalize(stmt);
    return true;
}

static bool settle(struct source *s, struct bf_err *e)
{
    s->api->busy_timeout(s->h, SOURCE_BUSY_MS);
    /* what a file from elsewhere defines runs no function that has effects */
    s->api->db_config(s->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    s->api->db_config(s->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)s->api->limit(s->h, SQLITE_LIMIT_LENGTH, VALUE_MAX);
    if (s->api->exec(s->h, "PRAGMA query_only=1;PRAGMA temp_store=MEMORY", NULL, NULL, NULL) !=
        SQLITE_OK)
        return bf_state_db_fail(s->api, s->h, e);
    if (!look(s, e) || !bf_exact_functions(s->api, s->h, e) || !bf_exact_sums(s->api, s->h, e))
        return false;
    if (s->api->prepare_v2(s->h, "PRAGMA data_version", -1, &s->version, NULL) != SQLITE_OK)
        return bf_state_db_fail(s->api, s->h, e);
    s->api->progress_handler(s->h, STEPS, on_progress, s);
    return true;
}

bool source_open(struct source *s, const char *path, bool any, struct bf_err *e)
{
    struct stat st;
    *s = (struct source){.path = path};
    if (bf_pg_is_url(path))
        return bf_err_set(e, BF_E_USAGE, "%s: PostgreSQL is not supported yet; name an SQLite file",
                          path);
    if (stat(path, &st) != 0)
        return bf_err_sys(e, errno, "%s", path);
    if (!S_ISREG(st.st_mode))
        return bf_err_set(e, BF_E_INPUT, "%s: this is no file; name the database of cdcproj", path);
    if (!(s->api = bf_sql_load(e)))
        return false;
    if (s->api->open_v2(path, &s->h, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return bf_state_db_fail(s->api, s->h, e) || bf_err_ctx(e, "%s", path);
    s->until_ms = bf_clock_mono_ms() + SOURCE_QUERY_MS;
    if (!settle(s, e))
        return bf_err_ctx(e, "%s", path);
    return s->projection || any ||
           bf_err_set(e, BF_E_INPUT,
                      "%s: cdcproj does not keep this database; with --panels any SQLite database "
                      "can be shown",
                      path);
}

void source_close(struct source *s)
{
    if (s->version)
        s->api->finalize(s->version);
    if (s->h)
        s->api->close_v2(s->h);
    *s = (struct source){0};
}

int64_t source_version(struct source *s)
{
    s->until_ms = bf_clock_mono_ms() + SOURCE_QUERY_MS;
    int64_t v = s->api->step(s->version) == SQLITE_ROW ? s->api->column_int64(s->version, 0) : -1;
    s->api->reset(s->version);
    return v;
}
