/* The default panels: templates whose {names} are columns of the projection or parts of a dialect, each shown if the
 * projection has the columns that it needs. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bftop/panel.h"
#include "lib/sqlite/text.h"

enum { VIEWS_SHOWN = 4, VIEW_COLUMNS = 8, NEWEST_COLUMNS = 6, NAME_MAX_BYTES = 256 };

/* The purpose of a column. */
enum role { KEY, AMOUNT, AMOUNT_REAL, TIME, STATUS, CATEGORY, PRODUCT, CUSTOMER, ROLES };

struct shop {
    struct panels *p;
    struct db *db;
    struct bf_err err; /* the database is lost */
    int64_t table;
    char name[NAME_MAX_BYTES]; /* of the mirror; empty: there is none */
    char column[ROLES][NAME_MAX_BYTES];
    const char *there; /* the condition for rows that are there */
    const char *of;    /* the table whose columns are asked for */
    bool steps;        /* orders are placed, paid and shipped */
    unsigned kept;     /* bits of the roll-ups that the database keeps */
    struct bf_buf sql;
};

#include "cmd/bftop/preset_kept.h"

static const struct {
    enum role role;
    const char *kind;
    const char *attributes; /* the first that is there */
} known[] = {
    {AMOUNT, "number", "total,amount,order_total,grand_total,total_amount,revenue"},
    {TIME, "string",
     "ordered_at,placed_at,created_at,order_time,order_date,timestamp,created,time,date"},
    {STATUS, "string", "status,order_status,state"},
    {CATEGORY, "string", "category,department,product_category,segment"},
    {PRODUCT, "string", "product_name,product,item_name,title,product_id,sku"},
    {CUSTOMER, "string", "customer_id,customer,user_id,customer_name"},
};

/* The rows of --history that are there. */
#define VERSIONS "_valid_to IS NULL"

#define SOLD "{there} AND coalesce({status},'') NOT IN ('CANCELLED','REFUNDED','RETURNED')"

static const struct {
    const char *title, *sql;
    enum panel_kind kind;
    unsigned needs; /* bits of roles */
    bool steps;
} templates[] = {
    {"Revenue", "SELECT {sum} AS revenue FROM {table} WHERE {sold}", PANEL_NUMBER, 1u << AMOUNT,
     false},
    {"Orders", "SELECT count(*) AS orders FROM {table} WHERE {sold}", PANEL_NUMBER, 1u << AMOUNT,
     false},
    {"Rows of {name}", "SELECT count(*) AS rows FROM {table} WHERE {there}", PANEL_NUMBER, 0,
     false},
    {"Cancelled and refunded",
     "SELECT coalesce({sum},0) AS refunds FROM {table} WHERE {there} AND {status} IN "
     "('CANCELLED','REFUNDED','RETURNED')",
     PANEL_NUMBER, 1u << AMOUNT | 1u << STATUS, false},
    {"Revenue each {step}; dotted: {window} before", "{over_time}", PANEL_LINE,
     1u << AMOUNT | 1u << TIME, false},
    {"Revenue by category",
     "SELECT coalesce({category},'none') AS category,{sum} AS revenue FROM {table} WHERE {sold} "
     "GROUP BY 1 ORDER BY 2 {desc},1 LIMIT 10",
     PANEL_BARS, 1u << AMOUNT | 1u << CATEGORY, false},
    {"Orders that came so far",
     "WITH each(reached,n) AS MATERIALIZED (SELECT CASE {status} WHEN 'PLACED' THEN 1 WHEN 'PAID' "
     "THEN 2 WHEN 'SHIPPED' THEN 3 WHEN 'DELIVERED' THEN 3 END,count(*) FROM {table} WHERE {there} "
     "GROUP BY 1) SELECT step,(SELECT coalesce(sum(n),0) FROM each WHERE reached>=step.no) AS "
     "orders FROM (SELECT 1 AS no,'PLACED' AS step UNION ALL SELECT 2,'PAID' UNION ALL SELECT "
     "3,'SHIPPED') AS step ORDER BY step.no",
     PANEL_FUNNEL, 1u << STATUS, true},
    {"Top products",
     "SELECT {product} AS product,count(*) AS orders,{sum} AS revenue FROM {table} WHERE {sold} "
     "GROUP BY 1 ORDER BY 3 {desc},1 LIMIT 8",
     PANEL_TABLE, 1u << AMOUNT | 1u << PRODUCT, false},
    {"Biggest orders",
     "SELECT {key},{customer},{status},{amount} FROM {table} WHERE {sold} ORDER BY {real} "
     "{desc},1 LIMIT 8",
     PANEL_TABLE, 1u << AMOUNT | 1u << CUSTOMER | 1u << STATUS, false},
    {"Biggest orders",
     "SELECT {key},{amount} FROM {table} WHERE {there} ORDER BY {real} {desc},1 LIMIT 8",
     PANEL_TABLE, 1u << AMOUNT, false},
};

static const struct {
    const char *title, *sql;
    enum panel_kind kind;
} pipeline[] = {
    {"Changes applied", "SELECT changes FROM _bfpipe", PANEL_NUMBER},
    {"Records a second",
     "SELECT changes,changes*1000.0/nullif(last_commit_ms-made_ms,0) AS mean FROM _bfpipe",
     PANEL_RATE},
    {"Pipeline",
     "SELECT 'last commit' AS what,coalesce({commit_time},'none') AS value FROM _bfpipe UNION ALL "
     "SELECT 'newest change',coalesce({change_time},'none') FROM _bfpipe UNION ALL SELECT "
     "'commits',CAST(commits AS text) FROM _bfpipe UNION ALL SELECT 'rows written',CAST(upserts AS "
     "text) FROM _bfpipe UNION ALL SELECT 'rows removed',CAST(deletes AS text) FROM _bfpipe UNION "
     "ALL SELECT 'older changes',CAST(older AS text) FROM _bfpipe UNION ALL SELECT 'rejected "
     "lines',CAST(rejects AS text) FROM _bfpipe",
     PANEL_TABLE},
    {"Shards",
     "SELECT stream,shard,position,lag FROM (SELECT 0 AS no,stream,'first fill of '||"
     "substr(rtrim(rtrim(shard,'0123456789-of'),'/'),10) AS shard,CASE WHEN count(CASE WHEN "
     "ended<>0 THEN 1 END)=count(*) THEN 'complete' ELSE count(CASE WHEN ended<>0 THEN 1 END)||"
     "' of '||count(*)||' segments read' END AS position,NULL AS lag FROM _bfpipe_positions WHERE "
     "shard LIKE 'snapshot:%' GROUP BY stream,rtrim(shard,'0123456789-of') UNION ALL SELECT "
     "1,stream,shard,CASE WHEN ended<>0 THEN 'at its end' ELSE sequence END,CASE WHEN change_ms IS "
     "NULL THEN NULL ELSE {lag} END FROM _bfpipe_positions "
     "WHERE shard NOT LIKE 'snapshot:%') AS found ORDER BY no,stream,shard LIMIT 50",
     PANEL_TABLE},
};

/* The rows of a statement; false: there are none. The arena is the caller's. */
static bool ask_rows(struct shop *sh, const char *sql, struct result *r)
{
    struct query q = {.sql = bf_str_of(sql)};
    result_init(r);
    return !sh->err.code && db_run(sh->db, &q, r, &sh->err) && !r->error[0] && r->rows > 0;
}

/* One row of texts; false: there is none. */
static bool ask(struct shop *sh, const char *sql, char (*to)[NAME_MAX_BYTES], size_t n)
{
    struct result r;
    bool found = ask_rows(sh, sql, &r) && r.cols >= n;
    for (size_t i = 0; found && i < n; i++) {
        struct bf_str t = cell_at(&r, 0, i)->null ? BF_STR("") : cell_at(&r, 0, i)->text;
        snprintf(to[i], NAME_MAX_BYTES, "%.*s", BF_SHOWN_TO(t, NAME_MAX_BYTES - 1));
    }
    bf_arena_free(&r.arena);
    return found;
}

static void find_column(struct shop *sh, size_t i)
{
    char found[2][NAME_MAX_BYTES], sql[700];
    /* the kinds are of this file, so that no quoting is needed */
    for (struct bf_str rest = bf_str_of(known[i].attributes), one;
         !sh->column[known[i].role][0] && bf_str_split(&rest, ',', &one);) {
        snprintf(sql, sizeof sql,
                 "SELECT name,real_name FROM _bfpipe_columns WHERE tbl=%lld AND kind='%s' AND "
                 "lower(attribute)='%.*s' ORDER BY position LIMIT 1",
                 (long long)sh->table, known[i].kind, (int)one.n, one.p);
        if (!ask(sh, sql, found, 2))
            continue;
        snprintf(sh->column[known[i].role], NAME_MAX_BYTES, "%s", found[0]);
        if (known[i].role == AMOUNT) /* only SQLite needs one beside it */
            snprintf(sh->column[AMOUNT_REAL], NAME_MAX_BYTES, "%s", found[found[1][0] ? 1 : 0]);
    }
}

static void put_name(struct bf_buf *out, const char *name)
{
    bf_sqlite_put_name(out, bf_str_of(name));
}

static void put_literal(struct bf_buf *out, const char *text)
{
    bf_buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            bf_buf_addc(out, '\'');
        bf_buf_addc(out, *text);
    }
    bf_buf_addc(out, '\'');
}

/* The part of a statement that {word} stands for; it may contain such words too. NULL: the word is none of these. */
static const char *part_of(const struct shop *sh, struct bf_str word)
{
    const struct dialect *d = db_dialect(sh->db);
    const struct {
        const char *word, *part;
    } all[] = {{"there", sh->there},
               {"sold", SOLD},
               {"sum", d->sum},
               {"asc", d->asc},
               {"desc", d->desc},
               {"over_time", d->over_time},
               {"commit_time", d->commit_time},
               {"change_time", d->change_time},
               {"lag", d->lag},
               {"minute_view", d->minute_view},
               {"over_minutes", d->over_minutes},
               {"kept_sum", d->kept_sum}};
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (bf_str_eq(word, bf_str_of(all[i].word)))
            return all[i].part;
    return NULL;
}

static size_t role_of(struct bf_str word)
{
    static const char *const roles[ROLES] = {"key",    "amount",   "real",    "time",
                                             "status", "category", "product", "customer"};
    size_t r = 0;
    while (r < ROLES && !bf_str_eq(word, bf_str_of(roles[r])))
        r++;
    return r;
}

/* The template with the names of the shop; a role without a column is NULL. */
static void fill(struct shop *sh, const char *t)
{
    for (; *t; t++) {
        const char *end = *t == '{' ? strchr(t, '}') : NULL;
        struct bf_str word = end ? bf_str(t + 1, (size_t)(end - t - 1)) : bf_str(t, 0);
        if (!end) {
            bf_buf_addc(&sh->sql, *t);
            continue;
        }
        const char *part = part_of(sh, word);
        size_t r = role_of(word);
        if (part)
            fill(sh, part);
        else if (r < ROLES && sh->column[r][0])
            put_name(&sh->sql, sh->column[r]);
        else if (r < ROLES)
            bf_buf_lit(&sh->sql, "NULL");
        else if (bf_str_is(word, "table"))
            put_name(&sh->sql, sh->name);
        else if (bf_str_is(word, "name"))
            bf_buf_adds(&sh->sql, bf_str_of(sh->name));
        else if (bf_str_is(word, "of"))
            put_literal(&sh->sql, sh->of);
        else
            bf_buf_add(&sh->sql, t, (size_t)(end + 1 - t));
        t = end;
    }
}

static bool add(struct shop *sh, const char *title, const char *sql, enum panel_kind kind,
                struct bf_err *e)
{
    struct panels *p = sh->p;
    struct panel *panel = &p->panel[p->n];
    if (p->n == PANELS_MAX)
        return true;
    *panel = (struct panel){.kind = kind, .refresh_ms = 500};
    bf_buf_reset(&sh->sql);
    fill(sh, title);
    if (!bf_buf_check(&sh->sql, "a title", e) ||
        !bf_arena_copy(&p->arena, bf_buf_view(&sh->sql), &panel->title))
        return e->code ? false : bf_err_nomem(e);
    bf_buf_reset(&sh->sql);
    fill(sh, sql);
    if (!bf_buf_check(&sh->sql, "a panel", e) ||
        !bf_arena_copy(&p->arena, bf_buf_view(&sh->sql), &panel->sql))
        return e->code ? false : bf_err_nomem(e);
    p->n++;
    return true;
}

/* The mirror with the most columns that are known; the first of equals. */
static void find_shop(struct shop *sh)
{
    char row[3][NAME_MAX_BYTES], sql[600];
    if (!ask(
            sh,
            "SELECT id,name,mode FROM _bfpipe_tables t ORDER BY (SELECT count(*) FROM "
            "_bfpipe_columns c WHERE c.tbl=t.id AND lower(attribute) IN ('total','amount','status',"
            "'category','product_name','customer_id','ordered_at','created_at')) DESC,id LIMIT 1",
            row, 3))
        return;
    sh->table = strtoll(row[0], NULL, 10);
    snprintf(sh->name, sizeof sh->name, "%s", row[1]);
    sh->there = strcmp(row[2], "history") == 0       ? VERSIONS
                : strcmp(row[2], "soft-delete") == 0 ? "_deleted IS NULL"
                                                     : db_dialect(sh->db)->all;
    snprintf(sql, sizeof sql,
             "SELECT name FROM _bfpipe_columns WHERE tbl=%lld ORDER BY position LIMIT 1",
             (long long)sh->table);
    if (ask(sh, sql, row, 1))
        snprintf(sh->column[KEY], NAME_MAX_BYTES, "%s", row[0]);
    for (size_t i = 0; i < BF_COUNT(known); i++)
        find_column(sh, i);
}

/* Whether the rows themselves are what the columns' names say. */
static void look_at_rows(struct shop *sh)
{
    char row[1][NAME_MAX_BYTES];
    bf_buf_reset(&sh->sql);
    fill(sh,
         "SELECT 1 FROM (SELECT {time} AS t FROM {table} WHERE {time} IS NOT NULL LIMIT 1) AS one "
         "WHERE t LIKE '____-__-__T__:__%' OR t LIKE '____-__-__ __:__%'");
    const char *sql = bf_buf_cstr(&sh->sql);
    if (!sql || !ask(sh, sql, row, 1))
        sh->column[TIME][0] = 0;
    bf_buf_reset(&sh->sql);
    fill(sh, "SELECT 1 FROM {table} WHERE {status} IN ('PLACED','PAID','SHIPPED') LIMIT 1");
    sql = bf_buf_cstr(&sh->sql);
    sh->steps = sql && ask(sh, sql, row, 1);
}

static unsigned roles_of(const struct shop *sh)
{
    unsigned have = 0;
    for (unsigned r = 0; r < ROLES; r++)
        have |= sh->column[r][0] ? 1u << r : 0;
    return have;
}

/* The statement of a roll-up, in sh->sql; NULL: the shop lacks a column, or there is no memory. */
static const char *view_sql(struct shop *sh, size_t i)
{
    if ((roles_of(sh) & kept_views[i].needs) != kept_views[i].needs ||
        (i == KEPT_MINUTE && !db_dialect(sh->db)->minute_view))
        return NULL;
    bf_buf_reset(&sh->sql);
    bf_buf_addf(&sh->sql, "CREATE VIEW %s AS ", kept_views[i].name);
    fill(sh, kept_views[i].select);
    return bf_buf_cstr(&sh->sql);
}

/* Which roll-ups the database keeps. */
static void find_kept(struct shop *sh)
{
    char row[1][NAME_MAX_BYTES];
    struct bf_buf sql;
    bf_buf_init(&sql, 64 * 1024);
    for (size_t i = 0; i < KEPTS; i++) {
        const char *view = view_sql(sh, i);
        if (!view)
            continue;
        bf_buf_reset(&sql);
        bf_buf_addf(&sql, "SELECT 1 FROM _bfpipe_views WHERE name='%s' AND kept<>0 AND sql=",
                    kept_views[i].name);
        put_literal(&sql, view);
        const char *text = bf_buf_cstr(&sql);
        sh->kept |= text && ask(sh, text, row, 1) ? 1u << i : 0;
    }
    bf_buf_free(&sql);
}

/* The statement over a roll-up, if it is kept, else the one over the rows. */
static const char *cheapest(const struct shop *sh, const char *title, const char *sql)
{
    for (size_t i = 0; i < BF_COUNT(kept_panels); i++)
        if (sh->kept & 1u << kept_panels[i].from && strcmp(kept_panels[i].title, title) == 0)
            return kept_panels[i].sql;
    return sql;
}

static bool add_templates(struct shop *sh, struct bf_err *e)
{
    unsigned have = roles_of(sh);
    bool orders = false;
    for (size_t i = 0; i < BF_COUNT(templates); i++) {
        const char *title = templates[i].title;
        /* the second "Biggest orders" is for shops without customers, the rows are counted if there are no orders */
        if ((have & templates[i].needs) != templates[i].needs ||
            (templates[i].steps && !sh->steps) ||
            (orders && strcmp(title, "Biggest orders") == 0) ||
            (!templates[i].needs && have & 1u << AMOUNT))
            continue;
        if (!add(sh, title, cheapest(sh, title, templates[i].sql), templates[i].kind, e))
            return false;
        orders |= strcmp(title, "Biggest orders") == 0;
    }
    return true;
}

/* A list of the columns of a table or view. */
static bool columns_of(struct shop *sh, const char *name, size_t most, struct bf_buf *out)
{
    struct result r;
    bf_buf_reset(&sh->sql);
    sh->of = name;
    fill(sh, db_dialect(sh->db)->columns);
    const char *sql = bf_buf_cstr(&sh->sql);
    result_init(&r);
    size_t n = sql && ask_rows(sh, sql, &r) ? r.rows : 0;
    for (size_t i = 0; i < n && i < most; i++) {
        bf_buf_adds(out, i ? BF_STR(",") : BF_STR(""));
        bf_sqlite_put_name(out, cell_at(&r, i, 0)->text);
    }
    bf_arena_free(&r.arena);
    return n > 0;
}

static bool add_table(struct shop *sh, const char *title, const char *name, size_t most,
                      const char *tail, struct bf_err *e)
{
    struct bf_buf sql;
    bf_buf_init(&sql, 64 * 1024);
    bf_buf_lit(&sql, "SELECT ");
    bool some = columns_of(sh, name, most, &sql);
    bf_buf_lit(&sql, " FROM ");
    put_name(&sql, name);
    bf_buf_adds(&sql, bf_str_of(tail));
    const char *text = bf_buf_cstr(&sql);
    bool ok =
        !some || (text ? add(sh, title, text, PANEL_TABLE, e) : bf_buf_check(&sql, "a panel", e));
    bf_buf_free(&sql);
    return ok;
}

static bool add_views(struct shop *sh, struct bf_err *e)
{
    char name[1][NAME_MAX_BYTES], sql[160];
    for (int i = 0; i < VIEWS_SHOWN; i++) {
        snprintf(
            sql, sizeof sql,
            "SELECT name FROM _bfpipe_views WHERE kept<>0 AND name NOT LIKE 'bftop\\_%%' ESCAPE "
            "'\\' ORDER BY 1 LIMIT 1 OFFSET %d",
            i);
        if (!ask(sh, sql, name, 1))
            break;
        if (!add_table(sh, name[0], name[0], VIEW_COLUMNS, " ORDER BY 1{asc} LIMIT 10", e))
            return false;
    }
    return true;
}

bool panels_default(struct panels *p, struct db *db, struct bf_err *e)
{
    struct shop sh = {.p = p, .db = db, .there = db_dialect(db)->all};
    bf_buf_init(&sh.sql, 64 * 1024);
    find_shop(&sh);
    bool ok = true;
    if (sh.name[0]) {
        look_at_rows(&sh);
        find_kept(&sh);
        ok = add_templates(&sh, e);
        if (ok && !sh.column[AMOUNT][0])
            ok = add_table(&sh, "Newest rows", sh.name, NEWEST_COLUMNS,
                           " ORDER BY _seq DESC LIMIT 8", e);
    }
    ok = ok && add_views(&sh, e);
    for (size_t i = 0; ok && i < BF_COUNT(pipeline); i++)
        ok = add(&sh, pipeline[i].title, pipeline[i].sql, pipeline[i].kind, e);
    bf_buf_free(&sh.sql);
    if (sh.err.code) {
        *e = sh.err;
        return false;
    }
    return ok;
}

bool panels_views(struct db *db, struct bf_buf *out, struct bf_err *e)
{
    struct shop sh = {.db = db, .there = db_dialect(db)->all};
    bf_buf_init(&sh.sql, 64 * 1024);
    find_shop(&sh);
    if (sh.name[0])
        look_at_rows(&sh);
    if (strcmp(sh.there, VERSIONS) == 0) {
        bf_buf_free(&sh.sql);
        return bf_err_set(e, BF_E_INPUT,
                          "this database has all versions (--history), and cdcproj keeps roll-ups "
                          "only of a table without them");
    }
    for (size_t i = 0; i < KEPTS; i++) {
        const char *view = view_sql(&sh, i);
        if (view)
            bf_buf_addf(out, "%s;\n", view);
    }
    bf_buf_free(&sh.sql);
    if (sh.err.code) {
        *e = sh.err;
        return false;
    }
    return out->n ||
           bf_err_set(e, BF_E_INPUT,
                      "there is no table with an amount yet, so no panel needs a roll-up");
}
