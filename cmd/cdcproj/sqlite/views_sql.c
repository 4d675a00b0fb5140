/* The statements of views: their tables, and the query for the contribution of a row. */
#include "cmd/cdcproj/sqlite/views.h"

#include <stdio.h>

#include "cmd/cdcproj/view/view_words.h"

#define RAW  "bf raw "
#define REAL "bf real "

static bool exec(struct views *w, struct bf_err *e)
{
    const char *text = bf_buf_cstr(&w->sql);
    return text ? db_exec(w->db, text, e) : bf_buf_check(&w->sql, "a statement", e);
}

static bool has_extremes(const struct view *v)
{
    bool any = false;
    for (size_t i = 0; i < v->nagg; i++)
        any = any || agg_is_extreme(&v->agg[i]);
    return any;
}

static bool has_item(const struct view *v, struct bf_str name)
{
    for (size_t i = 0; i < v->nitem; i++)
        if (bf_str_eq(v->item[i].name, name))
            return true;
    return false;
}

/* A result column; a sum also has a REAL column, like the numbers of a mirror. */
static void put_result(struct bf_buf *sql, const struct view *v, const struct item *x)
{
    char real[80];
    bf_buf_addf(sql, "%c%zu AS ", x->group ? 'g' : 'a', x->at);
    bf_sqlite_put_name(sql, x->name);
    const struct agg *a = &v->agg[x->at];
    int n = snprintf(real, sizeof real, "%.*s_real", BF_SHOWN(x->name));
    if (x->group || a->op != AGG_SUM || has_item(v, bf_str(real, (size_t)n)))
        return;
    bf_buf_addf(sql, ",CAST(a%zu AS REAL) AS ", x->at);
    bf_sqlite_put_name(sql, bf_str(real, (size_t)n));
}

/* CREATE VIEW over the kept table, with the user's columns. */
static void put_view(struct bf_buf *sql, const struct view *v)
{
    bf_buf_lit(sql, "CREATE VIEW ");
    bf_sqlite_put_name(sql, v->name);
    bf_buf_lit(sql, " AS SELECT ");
    for (size_t i = 0; i < v->nitem; i++) {
        if (i)
            bf_buf_addc(sql, ',');
        put_result(sql, v, &v->item[i]);
    }
    bf_buf_lit(sql, " FROM ");
    view_put_table(sql, v, "");
}

bool view_make_tables(struct views *w, const struct view *v, bool temporary, struct bf_err *e)
{
    struct bf_buf *sql = &w->sql;
    const char *create = temporary ? "CREATE TEMP TABLE " : "CREATE TABLE ";
    bf_buf_reset(sql);
    bf_buf_adds(sql, bf_str_of(create));
    view_put_table(sql, v, "");
    bf_buf_lit(sql, "(_key BLOB PRIMARY KEY");
    for (size_t i = 0; i < v->ngroup; i++)
        bf_buf_addf(sql, ",g%zu", i);
    bf_buf_lit(sql, ",n INTEGER");
    for (size_t i = 0; i < v->nagg; i++)
        bf_buf_addf(sql, ",a%zu,n%zu INTEGER", i, i);
    bf_buf_lit(sql, ") WITHOUT ROWID;");
    if (has_extremes(v)) {
        bf_buf_adds(sql, bf_str_of(create));
        view_put_table(sql, v, "_values");
        bf_buf_lit(sql, "(_key BLOB,agg INTEGER,ord BLOB,value,n INTEGER,"
                        "PRIMARY KEY(_key,agg,ord)) WITHOUT ROWID;");
    }
    if (!temporary)
        put_view(sql, v);
    return exec(w, e);
}

bool view_drop(struct views *w, const struct view *v, struct bf_err *e)
{
    struct bf_buf *sql = &w->sql;
    bf_buf_reset(sql);
    bf_buf_lit(sql, "DROP VIEW IF EXISTS ");
    bf_sqlite_put_name(sql, v->name);
    bf_buf_lit(sql, ";DROP TABLE IF EXISTS ");
    view_put_table(sql, v, "");
    bf_buf_lit(sql, ";DROP TABLE IF EXISTS ");
    view_put_table(sql, v, "_values");
    return exec(w, e);
}

bool view_make(struct views *w, struct view *v, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!db_prepare(w->db, BF_STR("INSERT OR REPLACE INTO _bfpipe_views VALUES(?1,?2,?3,?4,?5)"),
                    &stmt, e))
        return false;
    db_bind(w->db, stmt, 1, v->name);
    if (v->mirror)
        w->db->api->bind_int64(stmt, 2, v->mirror->id);
    db_bind(w->db, stmt, 3, bf_str_of(v->sql));
    w->db->api->bind_int64(stmt, 4, v->kept);
    if (!v->kept)
        db_bind(w->db, stmt, 5, bf_str_of(v->why));
    bool ok = db_run(w->db, stmt, NULL, e);
    w->db->api->finalize(stmt);
    if (!ok || v->kept)
        return ok && view_make_tables(w, v, false, e);
    bf_buf_reset(&w->sql);
    bf_buf_lit(&w->sql, "CREATE VIEW ");
    bf_sqlite_put_name(&w->sql, v->name);
    bf_buf_lit(&w->sql, " AS ");
    bf_buf_adds(&w->sql, v->select);
    return exec(w, e);
}

static bool prepare(struct views *w, sqlite3_stmt **stmt, struct bf_err *e)
{
    return bf_buf_check(&w->sql, "a statement", e) &&
           db_prepare(w->db, bf_buf_view(&w->sql), stmt, e);
}

/* get: _key; put: all columns; del: _key. */
static bool group_statements(struct views *w, struct view *v, struct bf_err *e)
{
    struct bf_buf *sql = &w->sql;
    bf_buf_reset(sql);
    bf_buf_lit(sql, "SELECT n");
    for (size_t i = 0; i < v->nagg; i++)
        bf_buf_addf(sql, ",a%zu,n%zu", i, i);
    bf_buf_lit(sql, " FROM ");
    view_put_table(sql, v, "");
    bf_buf_lit(sql, " WHERE _key=?1");
    if (!prepare(w, &v->get, e))
        return false;
    bf_buf_reset(sql);
    bf_buf_lit(sql, "INSERT OR REPLACE INTO ");
    view_put_table(sql, v, "");
    bf_buf_lit(sql, " VALUES(?1");
    for (size_t i = 0; i < v->ngroup + 1 + 2 * v->nagg; i++)
        bf_buf_addf(sql, ",?%zu", i + 2);
    bf_buf_addc(sql, ')');
    if (!prepare(w, &v->put, e))
        return false;
    bf_buf_reset(sql);
    bf_buf_lit(sql, "DELETE FROM ");
    view_put_table(sql, v, "");
    bf_buf_lit(sql, " WHERE _key=?1");
    return prepare(w, &v->del, e);
}

static bool value_statements(struct views *w, struct view *v, struct bf_err *e)
{
    static const struct {
        const char *head, *tail;
    } parts[] = {{"INSERT INTO ", " VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET n=n+?5"},
                 {"DELETE FROM ", " WHERE _key=?1 AND agg=?2 AND ord=?3 AND n=0"},
                 {"SELECT value FROM ", " WHERE _key=?1 AND agg=?2 ORDER BY ord LIMIT 1"},
                 {"SELECT value FROM ", " WHERE _key=?1 AND agg=?2 ORDER BY ord DESC LIMIT 1"}};
    sqlite3_stmt **to[] = {&v->put_value, &v->del_value, &v->least, &v->most};
    for (size_t i = 0; i < BF_COUNT(parts); i++) {
        bf_buf_reset(&w->sql);
        bf_buf_adds(&w->sql, bf_str_of(parts[i].head));
        view_put_table(&w->sql, v, "_values");
        bf_buf_adds(&w->sql, bf_str_of(parts[i].tail));
        if (!prepare(w, to[i], e))
            return false;
    }
    return true;
}

bool view_statements(struct views *w, struct view *v, struct bf_err *e)
{
    return v->get || (group_statements(w, v, e) && (!has_extremes(v) || value_statements(w, v, e)));
}

static const struct column *find(const struct mirror *t, struct bf_str name)
{
    for (size_t i = 0; i < t->n; i++)
        if (bf_str_same(t->col[i].name, name))
            return &t->col[i];
    return NULL;
}

/* Is it a name of the table that is no attribute's column: _seq, _deleted, a generated REAL? */
static bool is_other(const struct mirror *t, struct bf_str name)
{
    if (bf_str_same(name, BF_STR("_seq")) ||
        (t->mode == MODE_SOFT && bf_str_same(name, BF_STR("_deleted"))) ||
        (t->rest && bf_str_same(name, BF_STR("_rest"))))
        return true;
    for (size_t i = 0; i < t->n; i++)
        if (t->col[i].real.n && bf_str_same(t->col[i].real, name))
            return true;
    return false;
}

/* The name of a number's second value. */
static void put_real_name(struct bf_buf *sql, struct bf_str name)
{
    char text[300];
    snprintf(text, sizeof text, REAL "%.*s", BF_SHOWN_TO(name, 200));
    bf_sqlite_put_name(sql, bf_str_of(text));
}

/* The values of a name in an expression. A number has two: one with all its digits, which is a text if SQLite's own types cannot
 * hold them, and one that always compares as a number. An attribute that no item has had is NULL. */
static void put_ident(struct bf_buf *sql, const struct mirror *t, struct bf_str name)
{
    const struct column *c = find(t, name);
    bf_buf_addc(sql, ',');
    if (c && c->kind == KIND_NUMBER) {
        bf_buf_lit(sql, "bf_num(");
        bf_sqlite_put_name(sql, name);
        bf_buf_addc(sql, ')');
    } else if (c || is_other(t, name))
        bf_sqlite_put_name(sql, name);
    else
        bf_buf_lit(sql, "NULL");
    bf_buf_lit(sql, " AS ");
    bf_sqlite_put_name(sql, name);
    if (!c || c->kind != KIND_NUMBER)
        return;
    bf_buf_lit(sql, ",bf_real(");
    bf_sqlite_put_name(sql, name);
    bf_buf_lit(sql, ")AS ");
    put_real_name(sql, name);
}

/* If the argument of an aggregate is only a column, its exact text is used. */
static void put_raw(struct bf_buf *sql, const struct mirror *t, struct agg *a)
{
    const struct column *c = find(t, a->column);
    a->number = c && c->kind == KIND_NUMBER;
    bf_buf_addc(sql, ',');
    if (c || is_other(t, a->column))
        bf_sqlite_put_name(sql, a->column);
    else
        bf_buf_lit(sql, "NULL");
    bf_buf_lit(sql, " AS \"" RAW);
    bf_buf_adds(sql, a->column); /* put_source omits names with quotes */
    bf_buf_addc(sql, '"');
}

static bool is_raw(const struct agg *a)
{
    return a->column.n && a->op != AGG_COUNT_ALL && !memchr(a->column.p, '"', a->column.n);
}

/* The row with the values that expressions see. */
static void put_source(struct bf_buf *sql, struct views *w, struct mirror *t,
                       const struct view *only, bool all)
{
    bf_buf_lit(sql, " FROM(SELECT _seq AS \"bf seq\"");
    for (struct view *v = w->first; v; v = v->next) {
        if (!v->kept || v->mirror != t || (only && v != only))
            continue;
        for (size_t i = 0; i < v->nident; i++) {
            bool twice = bf_str_same(v->ident[i], BF_STR("true")) ||
                         bf_str_same(v->ident[i], BF_STR("false")) ||
                         bf_str_same(v->ident[i], BF_STR("null"));
            for (size_t k = 0; k < i; k++)
                twice = twice || bf_str_same(v->ident[k], v->ident[i]);
            for (struct view *o = w->first; o != v; o = o->next)
                for (size_t k = 0; k < o->nident && o->kept && o->mirror == t && !only; k++)
                    twice = twice || bf_str_same(o->ident[k], v->ident[i]);
            if (!twice)
                put_ident(sql, t, v->ident[i]);
        }
        for (size_t i = 0; i < v->nagg; i++)
            if (is_raw(&v->agg[i]))
                put_raw(sql, t, &v->agg[i]);
    }
    bf_buf_lit(sql, " FROM ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    for (size_t i = 0; i < t->nkeys && !all; i++) {
        bf_buf_adds(sql, i ? BF_STR(" AND ") : BF_STR(" WHERE "));
        bf_sqlite_put_name(sql, t->col[i].name);
        bf_buf_addf(sql, "=?%zu", i + 1);
    }
    bf_buf_addc(sql, ')');
}

/* The second value of a number, where it is compared or computed with. */
static bool put_number(struct bf_buf *sql, const struct view *v, const struct tokens *t,
                       size_t from, size_t i)
{
    const struct column *c = token_name(t, i) ? find(v->mirror, t->t[i].name) : NULL;
    if (!c || c->kind != KIND_NUMBER || token_punct(t, i + 1, '(') ||
        tokens_are_result(t, from, i + 1))
        return false;
    put_real_name(sql, t->t[i].name);
    return true;
}

/* The argument of an aggregate, which is NULL for rows that its FILTER does not let through. */
static bool put_argument(struct bf_buf *sql, const struct view *v, const struct agg *a,
                         struct bf_err *e)
{
    bf_buf_addc(sql, ',');
    if (!view_put_filter(sql, v, a, put_number, e))
        return false;
    if (is_raw(a)) {
        bf_buf_lit(sql, "\"" RAW);
        bf_buf_adds(sql, a->column);
        bf_buf_addc(sql, '"');
    } else {
        bf_buf_addc(sql, '(');
        if (!view_put_expr(sql, v, a->text, put_number, e))
            return false;
        bf_buf_addc(sql, ')');
    }
    if (a->filter.n)
        bf_buf_lit(sql, " END");
    return true;
}

static bool put_contribution(struct bf_buf *sql, const struct view *v, struct bf_err *e)
{
    bf_buf_addc(sql, ',');
    if (v->where.n) {
        bf_buf_addc(sql, '(');
        if (!view_put_expr(sql, v, v->where, put_number, e))
            return false;
        bf_buf_lit(sql, ")IS TRUE");
    } else
        bf_buf_addc(sql, '1');
    for (size_t i = 0; i < v->ngroup; i++) {
        bf_buf_addc(sql, ',');
        if (!view_put_expr(sql, v, v->group[i], put_number, e))
            return false;
    }
    for (size_t i = 0; i < v->nagg; i++) {
        const struct agg *a = &v->agg[i];
        if (a->op != AGG_COUNT_ALL && !put_argument(sql, v, a, e))
            return false;
    }
    return true;
}

bool view_prepare_fold(struct views *w, struct mirror *t, const struct view *only, bool all,
                       sqlite3_stmt **stmt, struct bf_err *e)
{
    struct bf_buf *sql = &w->sql;
    bf_buf_reset(sql);
    if (all)
        bf_buf_lit(sql, "SELECT 0");
    else
        bf_buf_addf(sql, "SELECT \"bf seq\">?%zu", t->nkeys + 1);
    for (const struct view *v = w->first; v; v = v->next)
        if (v->kept && v->mirror == t && (!only || v == only) && !put_contribution(sql, v, e))
            return false;
    put_source(sql, w, t, only, all);
    return prepare(w, stmt, e);
}
