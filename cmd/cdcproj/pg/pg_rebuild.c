/* --rebuild in PostgreSQL: what is projected is in another schema, whose tables take the place of the old ones at the end. */
#include "cmd/cdcproj/pg/pg.h"

/* The parts of a projection: its own tables, mirrors and roll-ups. */
static void put_ours(struct bf_buf *sql, struct bf_str schema)
{
    bf_buf_lit(sql,
               "SELECT c.oid,c.relname AS name,c.relkind FROM pg_class c JOIN pg_namespace n ON "
               "n.oid=c.relnamespace AND n.nspname=");
    bf_pg_put_literal(sql, schema);
    bf_buf_lit(sql, " WHERE c.relkind IN('r','v') AND (c.relname ~ '^_bfpipe' OR c.relname IN("
                    "SELECT name FROM ");
    bf_sqlite_put_name(sql, schema);
    bf_buf_lit(sql, "._bfpipe_tables UNION ALL SELECT name FROM ");
    bf_sqlite_put_name(sql, schema);
    bf_buf_lit(sql, "._bfpipe_views))");
}

/* A statement for each of the projection's relations, by one DO block. `verb` has %s for its kind and %I.%I for it. */
static void put_each(struct bf_buf *sql, struct bf_str schema, const char *verb, struct bf_str to)
{
    struct bf_buf body;
    bf_buf_init(&body, 1 << 20);
    bf_buf_lit(&body, "DECLARE s text;a text[];BEGIN SELECT array_agg(format(");
    bf_pg_put_literal(&body, bf_str_of(verb));
    bf_buf_lit(&body, ",CASE r.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,");
    bf_pg_put_literal(&body, schema);
    bf_buf_lit(&body, ",r.name,");
    bf_pg_put_literal(&body, to);
    bf_buf_lit(&body, ")ORDER BY r.relkind DESC)INTO a FROM (");
    put_ours(&body, schema);
    bf_buf_lit(&body, ")r;FOREACH s IN ARRAY coalesce(a,'{}') LOOP EXECUTE s;END LOOP;END");
    bf_buf_lit(sql, "DO");
    sql->failed = sql->failed || body.failed;
    bf_pg_put_literal(sql, bf_buf_view(&body));
    bf_buf_addc(sql, ';');
    bf_buf_free(&body);
}

bool pg_replace(struct pg *g, struct bf_err *e)
{
    struct bf_str home = bf_str_of(g->home), made = bf_str_of(g->schema);
    struct bf_buf there;
    bf_buf_init(&there, 64);
    bf_buf_lit(&g->sql, "SELECT pg_try_advisory_lock(");
    bf_buf_addf(&g->sql, "%d,hashtext(", PG_LOCK);
    bf_pg_put_literal(&g->sql, home);
    bf_buf_lit(&g->sql, "))");
    const char *lock = bf_buf_cstr(&g->sql);
    bool ok = lock && pg_ask(g, lock, &there, e);
    bf_buf_reset(&g->sql);
    if (ok && !bf_str_is(bf_buf_view(&there), "t"))
        ok = bf_err_set(e, BF_E_TEMPORARY,
                        "%s: another cdcproj writes the schema %s; end it and start again, the new "
                        "one is complete",
                        g->c.shown, g->home);
    bf_buf_lit(&g->sql, "SELECT to_regclass(");
    bf_buf_lit(&g->sql, "format('%I._bfpipe',");
    bf_pg_put_literal(&g->sql, home);
    bf_buf_lit(&g->sql, "))IS NOT NULL");
    const char *is = bf_buf_cstr(&g->sql);
    ok = ok && is && pg_ask(g, is, &there, e);
    bf_buf_reset(&g->sql);
    if (ok) {
        bf_buf_lit(&g->sql, "BEGIN;");
        if (bf_str_is(bf_buf_view(&there), "t"))
            put_each(&g->sql, home, "DROP %1$s IF EXISTS %2$I.%3$I CASCADE", home);
        put_each(&g->sql, made, "ALTER %1$s %2$I.%3$I SET SCHEMA %4$I", home);
        bf_buf_lit(&g->sql, "DROP SCHEMA ");
        bf_sqlite_put_name(&g->sql, made);
        bf_buf_lit(&g->sql, ";COMMIT");
        ok = pg_run(g, NULL, e);
    }
    bf_buf_free(&there);
    return ok;
}
