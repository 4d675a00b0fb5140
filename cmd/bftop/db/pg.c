/* PostgreSQL: panels, versions, and the parts of the default panels in its SQL. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bftop/db/pg.h"
#include "lib/base/clock.h"

/* pg_type.dat */
enum { TYPE_BOOL = 16, TYPE_FLOAT4 = 700, TYPE_FLOAT8 = 701 };

static bool take_cell(const struct server *s, const struct pg_result *row, int col,
                      struct result *r)
{
    const struct pg_api *api = s->pg.api;
    struct bf_str t = bf_pg_text(&s->pg, row, 0, col);
    if (api->getisnull(row, 0, col))
        return result_null(r, (size_t)col);
    switch (api->ftype(row, col)) {
    case TYPE_BOOL:
        return result_text(r, (size_t)col, bf_str_is(t, "t") ? BF_STR("true") : BF_STR("false"));
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
        return result_double(r, (size_t)col, strtod(t.p, NULL));
    default:
        return result_text(r, (size_t)col, t);
    }
}

static void take_row(struct server *s, const struct pg_result *row, void *arg)
{
    const struct pg_api *api = s->pg.api;
    struct result *r = arg;
    if (r->error[0])
        return;
    bool ok = r->cols || result_columns(r, (size_t)api->nfields(row));
    for (size_t i = 0; ok && !r->rows && i < r->cols; i++)
        ok = result_name(r, i, api->fname(row, (int)i));
    if (!ok || !api->ntuples(row))
        return;
    r->more = r->rows == ROWS_MAX;
    if (r->more)
        return;
    for (size_t i = 0; ok && i < r->cols; i++)
        ok = take_cell(s, row, (int)i, r);
    if (ok)
        (void)result_row(r);
}

/* The lines before a place, which counts characters from 1. */
static size_t lines_before(struct bf_str sql, long place)
{
    size_t lines = 0;
    for (size_t i = 0; i < sql.n; i++) {
        if (((unsigned char)sql.p[i] & 0xc0) != 0x80 && --place <= 0)
            break;
        lines += sql.p[i] == '\n';
    }
    return lines;
}

/* What is wrong with a panel, from the server's code and never from its text. */
static void fail(const struct server *s, int64_t began_ms, struct result *r)
{
    struct bf_err e = {0};
    const char *state = s->pg.state;
    if (s->gave_way)
        result_fail(r, "another session waited for this statement, which was ended");
    else if (strcmp(state, "57014") == 0 && bf_clock_mono_ms() - began_ms >= DB_QUERY_MS)
        result_fail(r, "the statement took longer than %d s", DB_QUERY_MS / 1000);
    else if (strcmp(state, "55P03") == 0)
        result_fail(r, "another session holds a table of it locked");
    else if (strcmp(state, "42501") == 0) {
        server_denied(s, s->pg.said, &e);
        result_fail(r, "%s", e.text);
    } else
        result_fail(r, "%s", s->pg.said);
}

static bool pg_run(struct db *db, const struct query *q, struct result *r, struct bf_err *e)
{
    char fetch[60];
    struct server *s = server_of(db);
    struct bf_err why = {0};
    int64_t began = bf_clock_mono_ms();
    bf_buf_reset(&s->sql);
    const char *refused = server_declare(&s->sql, q), *sql = bf_buf_cstr(&s->sql);
    if (refused || !sql) {
        result_fail(r, "%s", refused ? refused : "the statement is too long");
        return true;
    }
    snprintf(fetch, sizeof fetch, "FETCH %d FROM " SERVER_CURSOR, ROWS_MAX + 1);
    s->pg.place = 0;
    if (server_ask(s, "BEGIN READ ONLY", NULL, NULL, &why) &&
        server_ask(s, sql, NULL, NULL, &why) && server_ask(s, fetch, take_row, r, &why))
        return server_ask(s, "ROLLBACK", NULL, NULL, e);
    if (why.code == BF_E_NETWORK) {
        *e = why;
        return false;
    }
    r->lines = lines_before(bf_buf_view(&s->sql), s->pg.place);
    fail(s, began, r);
    return server_ask(s, "ROLLBACK", NULL, NULL, e);
}

static void take_number(struct server *s, const struct pg_result *r, void *arg)
{
    if (s->pg.api->ntuples(r))
        *(int64_t *)arg = bf_pg_number(&s->pg, r, 0, 0);
}

static bool number(struct db *db, const char *sql, int64_t *n, struct bf_err *e)
{
    *n = -1;
    if (server_ask(server_of(db), sql, take_number, n, e))
        return true;
    bool lost = e->code == BF_E_NETWORK;
    if (!lost)
        bf_err_clear(e);
    return !lost;
}

/* A snapshot names the transactions that are open, so that it changes with each commit, of any table. */
static bool pg_version(struct db *db, int64_t *version, struct bf_err *e)
{
    return number(
        db,
        server_of(db)->every
            ? "SELECT hashtextextended(txid_current_snapshot()::text,0)&x'7fffffffffffffff'::bigint"
            : "SELECT (made_ms<<20)#commits&x'7fffffffffffffff'::bigint FROM _bfpipe",
        version, e);
}

static bool pg_schema(struct db *db, int64_t *schema, struct bf_err *e)
{
    return number(
        db,
        "SELECT hashtextextended(concat((SELECT string_agg(t::text,' ' ORDER BY id) FROM "
        "_bfpipe_tables t),'|',(SELECT string_agg(c::text,' ' ORDER BY tbl,position) FROM "
        "_bfpipe_columns c),'|',(SELECT string_agg(v::text,' ' ORDER BY name) FROM _bfpipe_views "
        "v)),0)&x'7fffffffffffffff'::bigint",
        schema, e);
}

static bool pg_is_there(const struct db *db)
{
    (void)db; /* a connection that is gone is noticed by the next statement */
    return true;
}

static bool pg_is_brief(const char *where)
{
    (void)where; /* --rebuild puts one schema into the place of another in one transaction */
    return false;
}

#define PG_TIME(seconds, format)                                                                   \
    "to_char(to_timestamp(" seconds ") AT TIME ZONE 'UTC','" format "')"

/* The seconds of an ISO time; NULL for any other text, which a cast would refuse. Days are added to the first of the
 * month, since there may be no 31st. */
#define PG_SECONDS(time)                                                                           \
    "CASE WHEN " time                                                                              \
    "~'^[1-9]\\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[T ]([01]\\d|2[0-3]):[0-5]\\d"           \
    "(:[0-5]\\d(\\.\\d{1,9})?)?(Z|[+-](0\\d|1[0-4]):[0-5]\\d)?$' THEN floor(extract(epoch FROM "   \
    "(left(" time ",8)||'01'||substr(" time ",11))::timestamptz))::bigint+(substr(" time           \
    ",9,2)::int-1)*86400 END"

/* Words instead of calls of macros: clang-format would indent each string below by the length of the calls before it. */
#define PG_NEWEST          PG_SECONDS("newest.at")
#define PG_ROW             PG_SECONDS("{time}")
#define PG_TWO_DAYS_BEFORE PG_TIME("last-2*:window-172800", "YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"")
#define PG_STEP            PG_TIME("step.at", "YYYY-MM-DD\"T\"HH24:MI\"Z\"")

const struct db_kind db_pg = {
    .dialect =
        {
            .all = "true",
            .sum = "trim_scale(sum({amount}))",
            .asc = " NULLS FIRST",
            .desc = "DESC NULLS LAST",
            .over_time =
                "WITH edge(last) AS (SELECT (" PG_NEWEST
                ")/:step*:step FROM (SELECT max({time} COLLATE \"C\") AS at FROM {table} WHERE "
                "{there}) AS newest), "
                "sums(at,revenue) AS MATERIALIZED (SELECT (" PG_ROW
                ")/:step*:step,{sum} FROM {table} WHERE {sold} AND {time} COLLATE "
                "\"C\">=(SELECT " PG_TWO_DAYS_BEFORE " FROM edge) GROUP BY 1) "
                "SELECT " PG_STEP
                " AS time,coalesce(now.revenue,0) AS revenue,coalesce(before.revenue,0) AS before "
                "FROM (SELECT generate_series(last-:window/:step*:step+:step,last,:step) AS at "
                "FROM edge) AS step "
                "LEFT JOIN sums AS now ON now.at=step.at LEFT JOIN sums AS before ON "
                "before.at=step.at-:window/:step*:step ORDER BY step.at",
            .kept_sum = "trim_scale(sum(revenue))",
            .commit_time = PG_TIME("last_commit_ms/1000", "YYYY-MM-DD HH24:MI:SS\"Z\""),
            .change_time = PG_TIME("last_change_ms/1000", "YYYY-MM-DD HH24:MI:SS\"Z\""),
            .lag = "to_char((moved_ms-change_ms)/1000.0,'FM999999999990.0')||' s'",
            .columns = "SELECT attname FROM pg_attribute WHERE attrelid=to_regclass(quote_ident("
                       "{of})) AND attnum>0 AND NOT attisdropped AND left(attname,1)<>'_' ORDER BY "
                       "attnum",
        },
    .open = server_open,
    .close = server_close,
    .is_there = pg_is_there,
    .is_brief = pg_is_brief,
    .version = pg_version,
    .schema = pg_schema,
    .run = pg_run,
};
