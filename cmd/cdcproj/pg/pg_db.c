/* The session with PostgreSQL: lock, layout, positions. */
#include "cmd/cdcproj/pg/pg.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/checkpoint/state_open.h"
#include "lib/cli/diag.h"

enum { LOCK_WAIT_MS = 1500, LOST_MOST_MS = 120000, FIRST_MS = 50 };

static const char layout[] =
    "CREATE TABLE _bfpipe(id integer PRIMARY KEY CHECK(id=1),version integer NOT NULL,"
    "commits bigint NOT NULL DEFAULT 0,changes bigint NOT NULL DEFAULT 0,"
    "upserts bigint NOT NULL DEFAULT 0,deletes bigint NOT NULL DEFAULT 0,"
    "older bigint NOT NULL DEFAULT 0,rejects bigint NOT NULL DEFAULT 0,"
    "made_ms bigint NOT NULL,last_commit_ms bigint,last_change_ms bigint,writer text);"
    "CREATE TABLE _bfpipe_positions(stream text NOT NULL,shard text NOT NULL,"
    "sequence text NOT NULL,ended integer NOT NULL,since_ms bigint NOT NULL,"
    "moved_ms bigint NOT NULL,change_ms bigint,PRIMARY KEY(stream,shard));"
    "CREATE TABLE _bfpipe_tables(id bigint PRIMARY KEY,name text NOT NULL UNIQUE,"
    "source text NOT NULL UNIQUE,keys jsonb NOT NULL,mode text NOT NULL,ordered text);"
    "CREATE TABLE _bfpipe_columns(tbl bigint NOT NULL,position integer NOT NULL,"
    "name text NOT NULL,attribute text NOT NULL,kind text NOT NULL,any_kind integer NOT NULL,"
    "real_name text,PRIMARY KEY(tbl,position));"
    "CREATE TABLE _bfpipe_deleted(tbl bigint NOT NULL,key text COLLATE \"C\" NOT NULL,"
    "seq text COLLATE \"C\" NOT NULL,at_ms bigint NOT NULL,PRIMARY KEY(tbl,key));"
    "CREATE TABLE _bfpipe_views(name text PRIMARY KEY,tbl bigint,sql text NOT NULL,"
    "kept integer NOT NULL,why text);";

bool pg_run(struct pg *g, uint64_t *rows, struct bf_err *e)
{
    const char *sql = bf_buf_cstr(&g->sql);
    if (!sql)
        return bf_buf_check(&g->sql, "a statement", e);
    bool ok = bf_pg_exec(&g->c, sql, rows, e);
    bf_buf_reset(&g->sql);
    return ok;
}

/* The first value of a query. */
bool pg_ask(struct pg *g, const char *sql, struct bf_buf *out, struct bf_err *e)
{
    struct pg_result *r = bf_pg_query(&g->c, sql, 0, NULL, e);
    if (!r)
        return false;
    bf_buf_reset(out);
    if (g->c.api->ntuples(r))
        bf_buf_adds(out, bf_pg_text(&g->c, r, 0, 0));
    g->c.api->clear(r);
    return bf_buf_check(out, "an answer", e);
}

static bool find_schema(struct pg *g, struct bf_err *e)
{
    if (!pg_ask(g, "SELECT current_schema()", &g->out, e))
        return false;
    if (g->out.n == 0)
        return bf_err_set(e, BF_E_NOTFOUND,
                          "%s: no schema of the search_path is there, or the role may not use it: "
                          "create one",
                          g->c.shown);
    snprintf(g->home, sizeof g->home, "%.*s", (int)g->out.n, g->out.p);
    snprintf(g->schema, sizeof g->schema, "%.*s%s", PG_SCHEMA_BYTES - 5, g->home,
             g->config->rebuild ? "_new" : "");
    return true;
}

/* Nothing but the schema is looked at: a table of another one with such a name is not ours. */
static bool settle(struct pg *g, bool make, struct bf_err *e)
{
    if (!bf_pg_exec(&g->c,
                    "SET client_min_messages=error;SET datestyle=ISO;SET timezone='UTC';"
                    "SET standard_conforming_strings=on;SET check_function_bodies=off;"
                    /* so that the lock of a machine that is gone is free after a minute */
                    "SET tcp_keepalives_idle=30;SET tcp_keepalives_interval=10;"
                    "SET tcp_keepalives_count=3",
                    NULL, e) ||
        !find_schema(g, e))
        return false;
    if (g->config->rebuild && make) {
        bf_buf_lit(&g->sql, "CREATE SCHEMA IF NOT EXISTS ");
        bf_sqlite_put_name(&g->sql, bf_str_of(g->schema));
        if (!pg_run(g, NULL, e))
            return false;
    }
    bf_buf_lit(&g->sql, "SET search_path TO ");
    bf_sqlite_put_name(&g->sql, bf_str_of(g->schema));
    return pg_run(g, NULL, e);
}

static void wait_ms(int64_t ms)
{
    struct pollfd p = {.fd = bf_stop_fd(), .events = POLLIN};
    if (poll(&p, 1, (int)ms) < 0)
        return; /* a signal */
}

/* The lock of the schema. A writer that was killed holds it until its server process notices; our own, whose connection is
 * gone, is ended. */
static bool take_lock(struct pg *g, struct bf_err *e)
{
    int64_t until = bf_clock_mono_ms() + LOCK_WAIT_MS;
    if (g->backend) {
        bf_buf_addf(&g->sql,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid=%d AND "
                    "usename=current_user AND pid IN (SELECT pid FROM pg_locks WHERE "
                    "locktype='advisory' AND classid=%d)",
                    g->backend, PG_LOCK);
        if (!pg_run(g, NULL, e))
            return false;
    }
    for (;;) {
        char sql[120];
        snprintf(sql, sizeof sql, "SELECT pg_try_advisory_lock(%d,hashtext(current_schema()))",
                 PG_LOCK);
        if (!pg_ask(g, sql, &g->out, e))
            return false;
        if (bf_str_is(bf_buf_view(&g->out), "t"))
            return true;
        if (bf_clock_mono_ms() > until || bf_stop_asked())
            return bf_err_set(e, BF_E_TEMPORARY, "%s: another cdcproj writes the schema %s",
                              g->c.shown, g->schema);
        wait_ms(20);
    }
}

static bool connect_and_lock(struct pg *g, struct bf_err *e)
{
    if (!bf_pg_open(&g->c, g->config->database, "cdcproj", e) || !settle(g, true, e) ||
        !take_lock(g, e))
        return false;
    g->backend = g->c.api->backendPID(g->c.conn);
    return true;
}

static bool make_layout(struct pg *g, struct bf_err *e)
{
    if (!pg_ask(g, "SELECT to_regclass('_bfpipe') IS NOT NULL", &g->out, e))
        return false;
    if (bf_str_is(bf_buf_view(&g->out), "t"))
        return true;
    bf_buf_lit(&g->sql, "BEGIN;");
    bf_buf_adds(&g->sql, bf_str_of(layout));
    bf_buf_addf(&g->sql, "INSERT INTO _bfpipe(id,version,made_ms)VALUES(1,%d,%lld);COMMIT",
                BF_STATE_DB_VERSION, (long long)bf_clock_wall_ms());
    return pg_run(g, NULL, e);
}

static void begin(struct pg *g, const struct config *c, struct mirrors *m)
{
    *g = (struct pg){.config = c, .mirrors = m};
    bf_state_init(&g->state);
    bf_positions_init(&g->positions, &g->state);
    bf_buf_init(&g->sql, 64 * 1024 * 1024);
    bf_buf_init(&g->out, 64 * 1024 * 1024);
    bf_rng_seed(&g->rng, bf_rng_entropy());
    bf_rng_fresh_uuid(g->writer);
}

static bool read_commits(struct pg *g, uint64_t *commits, bool *mine, struct bf_err *e)
{
    struct pg_result *r = bf_pg_query(&g->c, "SELECT commits,writer FROM _bfpipe", 0, NULL, e);
    if (!r)
        return false;
    bool there = g->c.api->ntuples(r) == 1;
    *commits = there ? (uint64_t)bf_pg_number(&g->c, r, 0, 0) : 0;
    *mine = there && bf_str_eq(bf_pg_text(&g->c, r, 0, 1), bf_str_of(g->writer));
    g->c.api->clear(r);
    return there || bf_err_set(e, BF_E_INPUT, "%s: _bfpipe has no row", g->c.shown);
}

bool pg_open(struct pg *g, const struct config *c, struct mirrors *m, struct bf_err *e)
{
    static const char prune[] = "DELETE FROM _bfpipe_deleted WHERE at_ms<"
                                "(SELECT coalesce(last_change_ms,0) FROM _bfpipe)-604800000";
    bool mine;
    begin(g, c, m);
    return connect_and_lock(g, e) && make_layout(g, e) && bf_state_read_pg(&g->state, &g->c, e) &&
           read_commits(g, &g->commits, &mine, e) && bf_pg_exec(&g->c, prune, NULL, e);
}

bool pg_open_reader(struct pg *g, const struct config *c, struct mirrors *m, struct bf_err *e)
{
    begin(g, c, m);
    return bf_pg_open(&g->c, c->database, "cdcproj", e) && settle(g, false, e) &&
           bf_state_read_pg(&g->state, &g->c, e);
}

void pg_close(struct pg *g)
{
    bf_pg_close(&g->c);
    bf_positions_free(&g->positions);
    bf_state_free(&g->state);
    bf_buf_free(&g->sql);
    bf_buf_free(&g->out);
}

/* Was the transaction, whose answer is missing, committed? */
static bool look(struct pg *g, bool *done, struct bf_err *e)
{
    uint64_t commits;
    bool mine;
    if (!read_commits(g, &commits, &mine, e))
        return false;
    *done = mine && commits == g->commits + 1;
    return *done || commits == g->commits ||
           bf_err_set(e, BF_E_INPUT, "%s: another process has written it; start both again",
                      g->c.shown);
}

static void forget_stages(struct pg *g)
{
    for (struct mirror *t = g->mirrors->first; t; t = t->next)
        t->batch->stage_is = t->batch->rows_is = false;
}

bool pg_again(struct pg *g, bool *done, struct bf_err *e)
{
    int64_t until = bf_clock_mono_ms() + LOST_MOST_MS;
    *done = false;
    if (e->code == BF_E_TEMPORARY && bf_pg_exec(&g->c, "ROLLBACK", NULL, e)) {
        wait_ms(bf_backoff_ms(FIRST_MS, 1, &g->rng));
        return !bf_stop_asked();
    }
    bf_diag_warn("%s; connecting again", e->text);
    for (unsigned n = 1;; n++) {
        bf_pg_close(&g->c);
        forget_stages(g);
        wait_ms(bf_backoff_ms(FIRST_MS, n, &g->rng));
        if (connect_and_lock(g, e) && look(g, done, e))
            break;
        if (e->code == BF_E_INPUT) /* another one has written */
            return bf_err_set(e, BF_E_TEMPORARY,
                              "%s: another process has written it; start both again", g->c.shown);
        if (bf_stop_asked() || bf_clock_mono_ms() > until)
            return false;
    }
    bf_diag_note("%s: connected again", g->c.shown);
    return true;
}

static void put_position(struct pg *g, const struct bf_state_shard *s, int64_t change_ms,
                         int64_t now)
{
    bf_buf_lit(&g->sql, "INSERT INTO _bfpipe_positions AS p VALUES(");
    bf_pg_put_literal(&g->sql, bf_str_of(s->stream));
    bf_buf_addc(&g->sql, ',');
    bf_pg_put_literal(&g->sql, bf_str_of(s->shard));
    bf_buf_addc(&g->sql, ',');
    bf_pg_put_literal(&g->sql, bf_str_of(s->sequence));
    bf_buf_addf(&g->sql, ",%d,%lld,%lld,", s->ended, (long long)s->since_ms, (long long)now);
    if (change_ms)
        bf_buf_addf(&g->sql, "%lld", (long long)change_ms);
    else
        bf_buf_lit(&g->sql, "NULL");
    bf_buf_lit(&g->sql,
               ")ON CONFLICT(stream,shard)DO UPDATE SET sequence=excluded.sequence,"
               "ended=excluded.ended,since_ms=excluded.since_ms,moved_ms=excluded.moved_ms,"
               "change_ms=coalesce(excluded.change_ms,p.change_ms);");
}

/* The positions of shards that have left the state since it was read. */
static bool drop_gone(struct pg *g, struct bf_err *e)
{
    struct bf_state there;
    bf_state_init(&there);
    bool ok = bf_state_read_pg(&there, &g->c, e);
    for (size_t i = 0; ok && i < there.nshards; i++) {
        struct bf_str stream = bf_str_of(there.shards[i].stream);
        struct bf_str shard = bf_str_of(there.shards[i].shard);
        if (bf_state_find(&g->state, stream, shard) ||
            bf_state_find(&g->positions.ahead, stream, shard))
            continue;
        bf_buf_lit(&g->sql, "DELETE FROM _bfpipe_positions WHERE stream=");
        bf_pg_put_literal(&g->sql, stream);
        bf_buf_lit(&g->sql, " AND shard=");
        bf_pg_put_literal(&g->sql, shard);
        bf_buf_addc(&g->sql, ';');
    }
    bf_state_free(&there);
    return ok;
}

bool pg_put_positions(struct pg *g, const struct counters *c, struct bf_err *e)
{
    int64_t now = bf_clock_wall_ms();
    uint64_t rows = 0;
    for (size_t i = 0; i < g->positions.ahead.nshards; i++)
        put_position(g, &g->positions.ahead.shards[i], c->last_change_ms, now);
    if (g->positions.forgot && !drop_gone(g, e))
        return false;
    bf_buf_addf(&g->sql,
                "UPDATE _bfpipe SET commits=commits+1,writer='%s',changes=changes+%llu,"
                "upserts=upserts+%llu,deletes=deletes+%llu,older=older+%llu,rejects=rejects+%llu,"
                "last_commit_ms=%lld,last_change_ms=nullif(greatest(last_change_ms,%lld),0) "
                "WHERE commits=%llu",
                g->writer, (unsigned long long)c->changes, (unsigned long long)c->upserts,
                (unsigned long long)c->deletes, (unsigned long long)c->older,
                (unsigned long long)c->rejects, (long long)now, (long long)c->last_change_ms,
                (unsigned long long)g->commits);
    return pg_run(g, &rows, e) &&
           (rows == 1 ||
            bf_err_set(e, BF_E_INPUT, "%s: another process has written it", g->c.shown));
}
