/* Whether the server can keep a roll-up: it creates the view for a moment, and knows its functions and types then. */
#include "cmd/cdcproj/pg/pg_views.h"

#include <stdio.h>

#define JUDGED "pg_temp._bfpipe_judged"

/* A table or column that does not exist yet. */
static bool is_early(const struct pg *g)
{
    return strcmp(g->c.state, "42P01") == 0 || strcmp(g->c.state, "42703") == 0;
}

struct mirror *pg_view_mirror(const struct pg *g, const struct view *v)
{
    struct mirror *t = g->mirrors->first;
    while (t && !bf_str_eq(bf_str_of(t->name), v->from))
        t = t->next;
    return t;
}

static void not_kept(struct view *v, const char *why)
{
    v->kept = false;
    snprintf(v->why, sizeof v->why, "%s", why);
}

/* A function whose result does not come from the row alone. STABLE ones of the server itself are those of time zones and
 * formats, which are fixed in this session, and those of this list. */
static const char functions[] =
    "WITH r AS(SELECT ev_action::text AS a FROM pg_rewrite WHERE ev_class='" JUDGED "'::regclass),"
    "f AS(SELECT DISTINCT p.* FROM r,regexp_matches(a,':(?:funcid|opfuncid) (\\d+)','g')m "
    "JOIN pg_proc p ON p.oid=m[1]::oid),w AS(SELECT 1 AS o,proname||'() gives several rows' AS why "
    "FROM f WHERE proretset UNION ALL SELECT 2,proname||'() differs each time' FROM f WHERE "
    "provolatile='v' UNION ALL SELECT 3,'its result changes with the clock' FROM f WHERE proname "
    "IN('now','transaction_timestamp','statement_timestamp')OR(proname='age' AND pronargs=1)UNION "
    "ALL SELECT 4,proname||'() may look at more than the row' FROM f WHERE provolatile='s' AND("
    "pronamespace<>'pg_catalog'::regnamespace OR proname ~ "
    "'^(current_|pg_|has_|to_reg|txid_|inet_|lo_)|_to_xml')UNION ALL SELECT 5,'its result changes "
    "with the clock or the user' FROM r WHERE a ~ 'SQLVALUEFUNCTION')"
    "SELECT why FROM w ORDER BY o LIMIT 1";

static const char columns[] =
    "SELECT quote_ident(attname),atttypid IN('smallint'::regtype,'integer'::regtype,"
    "'bigint'::regtype,'numeric'::regtype),format_type(atttypid,NULL),attname FROM pg_attribute "
    "WHERE "
    "attrelid='" JUDGED "'::regclass AND attnum>0 ORDER BY attnum";

static bool judge_functions(struct pg *g, struct view *v, struct bf_err *e)
{
    if (!pg_ask(g, functions, &g->out, e))
        return false;
    const char *why = bf_buf_cstr(&g->out);
    if (g->out.n)
        not_kept(v, why ? why : "");
    return why != NULL || bf_buf_check(&g->out, "an answer", e);
}

/* Is the result called what the statement was understood to call it? The server cuts names to 63 bytes. */
static bool is_named(const struct item *x, struct bf_str name)
{
    return !x->named || bf_str_eq(x->name, name) || (name.n >= 60 && bf_str_starts(x->name, name));
}

/* Names and types of the results. */
static bool judge_columns(struct pg *g, struct view *v, struct bf_buf *names, struct bf_err *e)
{
    struct pg_result *r = bf_pg_query(&g->c, columns, 0, NULL, e);
    if (!r)
        return false;
    size_t n = (size_t)g->c.api->ntuples(r);
    if (n != v->nitem)
        not_kept(v, "its results are not those of one query");
    bf_buf_reset(names);
    for (size_t i = 0; i < n; i++) {
        if (i)
            bf_buf_addc(names, ',');
        bf_buf_adds(names, bf_pg_text(&g->c, r, (int)i, 0));
        if (v->kept && !is_named(&v->item[i], bf_pg_text(&g->c, r, (int)i, 3)))
            not_kept(v, "a result's name is not understood here: write AS before it");
        if (!v->kept || v->item[i].group || v->agg[v->item[i].at].op != AGG_SUM ||
            bf_str_is(bf_pg_text(&g->c, r, (int)i, 1), "t"))
            continue;
        v->kept = false;
        snprintf(v->why, sizeof v->why, "%.*s is %.*s, which is not exact: cast it to numeric",
                 BF_SHOWN(bf_pg_text(&g->c, r, (int)i, 0)),
                 BF_SHOWN(bf_pg_text(&g->c, r, (int)i, 2)));
    }
    g->c.api->clear(r);
    return bf_buf_check(names, "the names of a view", e);
}

static void judge_table(const struct pg *g, struct view *v)
{
    const struct mirror *t = pg_view_mirror(g, v);
    if (!t) {
        v->kept = false;
        snprintf(v->why, sizeof v->why, "%.*s is not a table of cdcproj", BF_SHOWN(v->from));
    } else if (t->mode == MODE_HISTORY)
        not_kept(v, "--history keeps all versions");
    else if (v->name.n > 50)
        not_kept(v, "its name has more than 50 bytes");
    else
        view_check_names(v, t);
}

bool pg_view_judge(struct pg *g, struct view *v, bool *early, struct bf_buf *names,
                   struct bf_err *e)
{
    bf_buf_lit(&g->sql, "CREATE TEMPORARY VIEW _bfpipe_judged AS ");
    bf_buf_adds(&g->sql, v->select);
    *early = false;
    if (!pg_run(g, NULL, e)) {
        *early = is_early(g);
        return false;
    }
    if (v->kept)
        judge_table(g, v);
    return (!v->kept || judge_functions(g, v, e)) && (!v->kept || judge_columns(g, v, names, e)) &&
           (!v->kept || pg_view_judge_index(g, v, e)) &&
           bf_pg_exec(&g->c, "DROP VIEW " JUDGED, NULL, e);
}
