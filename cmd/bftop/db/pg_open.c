/* The session, and what is told if it cannot be used. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bftop/db/pg.h"
#include "lib/checkpoint/state_open.h"

enum { SQL_MAX = 1 << 20 };

/* Cursors are planned for all of their rows. A session that hangs inside a transaction is ended. */
static const char settings[] =
    "SET default_transaction_read_only=on;SET client_min_messages=error;SET datestyle=ISO;"
    "SET timezone='UTC';SET standard_conforming_strings=on;SET extra_float_digits=1;"
    "SET cursor_tuple_fraction=1;SET idle_in_transaction_session_timeout=60000;"
    "SET statement_timeout=10000;SET lock_timeout=2000";
_Static_assert(DB_QUERY_MS == 10000 && DB_LOCK_MS == 2000, "as in the settings");

static void take_text(struct server *s, const struct pg_result *r, void *arg)
{
    struct bf_buf *out = arg;
    for (int i = 0; s->pg.api->ntuples(r) && i < s->pg.api->nfields(r); i++) {
        if (i)
            bf_buf_addc(out, 0);
        bf_buf_adds(out, bf_pg_text(&s->pg, r, 0, i));
    }
}

/* The text of the next of the values, each with a NUL after it. */
static struct bf_str next_text(struct bf_str *rest)
{
    struct bf_str one = BF_STR("");
    bf_str_split(rest, 0, &one);
    return one;
}

bool server_denied(const struct server *s, const char *said, struct bf_err *e)
{
    return bf_err_set(e, BF_E_DENIED,
                      "%s: %s; the owner has to GRANT USAGE ON SCHEMA \"%s\" TO \"%s\"; GRANT "
                      "SELECT ON ALL TABLES IN SCHEMA \"%s\" TO \"%s\"",
                      s->pg.shown, said, s->schema, s->role, s->schema, s->role);
}

/* No projection is in the first schema of the search_path that the role may use. */
static bool not_here(struct server *s, struct bf_err *e)
{
    static const char sql[] =
        "SELECT nspname,has_schema_privilege(n.oid,'USAGE') FROM pg_class c JOIN pg_namespace n ON "
        "n.oid=c.relnamespace WHERE relname='_bfpipe' AND relkind='r' ORDER BY nspname=ANY("
        "string_to_array(replace(current_setting('search_path'),' ',''),',')) DESC,1 LIMIT 1";
    char here[sizeof s->schema];
    bf_buf_reset(&s->sql);
    if (!server_ask(s, sql, take_text, &s->sql, e))
        return false;
    struct bf_str rest = bf_buf_view(&s->sql), schema = next_text(&rest), may = next_text(&rest);
    snprintf(here, sizeof here, "%s", s->schema);
    if (schema.n)
        snprintf(s->schema, sizeof s->schema, "%.*s", BF_SHOWN_TO(schema, sizeof s->schema - 1));
    if (schema.n && !bf_str_is(may, "t"))
        return server_denied(s, "the role may not use the schema of cdcproj", e);
    if (schema.n)
        return bf_err_set(e, BF_E_INPUT,
                          "%s: cdcproj keeps another schema of this database: add "
                          "?options=-csearch_path%%3D%s to the URL",
                          s->pg.shown, s->schema);
    return bf_err_set(e, BF_E_INPUT,
                      "%s: cdcproj does not keep this database; with --panels any database of "
                      "PostgreSQL can be shown%s",
                      s->pg.shown, here[0] ? "" : ", if the role may use a schema of it");
}

static bool look(struct server *s, struct bf_err *e)
{
    static const char sql[] =
        "SELECT current_user,current_schema(),coalesce(to_regclass(quote_ident(current_schema())||"
        "'._bfpipe') IS NOT NULL,false)";
    bf_buf_reset(&s->sql);
    if (!server_ask(s, sql, take_text, &s->sql, e))
        return false;
    struct bf_str rest = bf_buf_view(&s->sql), role = next_text(&rest), schema = next_text(&rest);
    snprintf(s->role, sizeof s->role, "%.*s", BF_SHOWN_TO(role, sizeof s->role - 1));
    snprintf(s->schema, sizeof s->schema, "%.*s", BF_SHOWN_TO(schema, sizeof s->schema - 1));
    s->db.projection = bf_str_is(next_text(&rest), "t");
    return true;
}

/* The layout has a version that is known, and the role may read it. */
static bool check_layout(struct server *s, struct bf_err *e)
{
    struct bf_state state;
    bf_state_init(&state);
    bool ok = bf_state_read_pg(&state, &s->pg, e);
    bf_state_free(&state);
    if (!ok && e->code == BF_E_DENIED && strcmp(s->pg.state, "42501") == 0)
        return server_denied(s, s->pg.said, e);
    return ok;
}

static bool settle(struct server *s, struct bf_err *e)
{
    if (!bf_pg_exec(&s->pg, settings, NULL, e) || !look(s, e))
        return false;
    if (s->every) /* panels of a file: what they need, they say themselves */
        return true;
    return s->db.projection ? check_layout(s, e) : not_here(s, e);
}

void server_close(struct db *db)
{
    struct server *s = server_of(db);
    bf_pg_close(&s->pg);
    bf_pg_close(&s->side);
    bf_buf_free(&s->sql);
    free(s);
}

struct db *server_open(const char *where, bool any, struct bf_err *e)
{
    struct server *s = calloc(1, sizeof *s);
    if (!s) {
        bf_err_nomem(e);
        return NULL;
    }
    s->db.kind = &db_pg;
    s->url = where;
    s->every = any;
    bf_buf_init(&s->sql, SQL_MAX);
    if (bf_pg_open(&s->pg, where, "bftop", e) && settle(s, e))
        return &s->db;
    server_close(&s->db);
    return NULL;
}
