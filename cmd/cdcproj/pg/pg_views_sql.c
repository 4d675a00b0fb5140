/* The statements of roll-ups that are kept in PostgreSQL. */
#include "cmd/cdcproj/pg/pg_views.h"

void pg_view_put_table(struct bf_buf *sql, const struct view *v)
{
    view_put_table(sql, v, "");
}

void pg_view_put_rows(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_addf(sql, "pg_temp._bfpipe_rows_%lld", (long long)t->id);
}

static bool has_value(const struct agg *a)
{
    return a->op == AGG_SUM || agg_is_extreme(a);
}

static const char *name_of(const struct agg *a)
{
    return a->op == AGG_SUM ? "sum" : a->op == AGG_MIN ? "min" : "max";
}

static void put_groups(struct bf_buf *sql, const struct view *v, const char *of)
{
    for (size_t i = 0; i < v->ngroup; i++)
        bf_buf_addf(sql, "%s%sg%zu", i ? "," : "", of, i);
}

static void put_hash(struct bf_buf *sql, const struct view *v)
{
    bf_buf_lit(sql, "hash_record_extended(ROW(");
    put_groups(sql, v, "");
    bf_buf_lit(sql, "),0)");
}

/* What a group is found by, before its values. */
static void put_identity(struct bf_buf *sql, const struct view *v)
{
    if (!v->ngroup)
        return;
    put_groups(sql, v, "");
    bf_buf_addc(sql, ',');
    put_hash(sql, v);
    bf_buf_lit(sql, " AS h,");
}

static void put_group_by(struct bf_buf *sql, const struct view *v)
{
    if (v->ngroup)
        bf_buf_lit(sql, " GROUP BY ");
    put_groups(sql, v, "");
}

/* NULL for rows that its FILTER does not let through. */
static void put_argument(struct bf_buf *sql, const struct agg *a)
{
    bf_buf_addc(sql, '(');
    if (a->filter.n) {
        bf_buf_lit(sql, "CASE WHEN(");
        bf_buf_adds(sql, a->filter);
        bf_buf_lit(sql, "\n)THEN(");
    }
    bf_buf_adds(sql, a->text);
    bf_buf_adds(sql, a->filter.n ? BF_STR("\n)END)") : BF_STR("\n)"));
}

/* Of each row: its group and the arguments of the aggregates. rows: the mirror's, NULL, or the batch's with their sign. */
static void put_source(struct bf_buf *sql, const struct view *v, const struct mirror *rows)
{
    const char *comma = rows ? "," : "";
    bf_buf_adds(sql, rows ? BF_STR("(SELECT \"bf sign\" AS sign") : BF_STR("(SELECT "));
    for (size_t i = 0; i < v->ngroup; i++, comma = ",") {
        bf_buf_addf(sql, "%s(", comma);
        bf_buf_adds(sql, v->group[i]);
        bf_buf_addf(sql, "\n)AS g%zu", i);
    }
    for (size_t i = 0; i < v->nagg; i++) {
        if (v->agg[i].op == AGG_COUNT_ALL)
            continue;
        bf_buf_adds(sql, bf_str_of(comma));
        put_argument(sql, &v->agg[i]);
        bf_buf_addf(sql, "AS a%zu", i);
        comma = ",";
    }
    bf_buf_lit(sql, " FROM ");
    if (rows)
        pg_view_put_rows(sql, rows);
    else
        bf_sqlite_put_name(sql, v->from);
    bf_buf_lit(sql, " AS ");
    bf_sqlite_put_name(sql, v->alias);
    if (v->where.n) {
        bf_buf_lit(sql, " WHERE(");
        bf_buf_adds(sql, v->where);
        bf_buf_lit(sql, "\n)");
    }
    bf_buf_addc(sql, ')');
}

/* Whole groups, of the rows that the source has. */
static void put_totals(struct bf_buf *sql, const struct view *v)
{
    bf_buf_lit(sql, "SELECT ");
    put_identity(sql, v);
    bf_buf_lit(sql, "count(*) AS n");
    for (size_t i = 0; i < v->nagg; i++) {
        const struct agg *a = &v->agg[i];
        if (has_value(a))
            bf_buf_addf(sql, ",%s(a%zu) AS a%zu", name_of(a), i, i);
        if (a->op != AGG_COUNT_ALL)
            bf_buf_addf(sql, ",count(a%zu) AS n%zu", i, i);
    }
    bf_buf_lit(sql, ",false AS stale FROM ");
}

void pg_view_put_fresh(struct bf_buf *sql, const struct view *v)
{
    put_totals(sql, v);
    put_source(sql, v, NULL);
    bf_buf_lit(sql, "x");
    put_group_by(sql, v);
}

void pg_view_put_columns(struct bf_buf *sql, const struct view *v)
{
    put_groups(sql, v, "");
    bf_buf_adds(sql, v->ngroup ? BF_STR(",n") : BF_STR("n"));
    for (size_t i = 0; i < v->nagg; i++) {
        if (has_value(&v->agg[i]))
            bf_buf_addf(sql, ",a%zu", i);
        if (v->agg[i].op != AGG_COUNT_ALL)
            bf_buf_addf(sql, ",n%zu", i);
    }
}

void pg_view_put_make(struct bf_buf *sql, const struct view *v, struct bf_str names)
{
    bf_buf_lit(sql, "CREATE TABLE ");
    pg_view_put_table(sql, v);
    bf_buf_lit(sql, " AS ");
    pg_view_put_fresh(sql, v);
    if (v->ngroup) {
        bf_buf_lit(sql, ";CREATE INDEX ON ");
        pg_view_put_table(sql, v);
        bf_buf_lit(sql, "(h);CREATE INDEX ON ");
        pg_view_put_table(sql, v);
        bf_buf_lit(sql, "(h)WHERE stale");
    }
    bf_buf_lit(sql, ";CREATE VIEW ");
    bf_sqlite_put_name(sql, v->name);
    bf_buf_addc(sql, '(');
    bf_buf_adds(sql, names);
    bf_buf_lit(sql, ")AS SELECT ");
    for (size_t i = 0; i < v->nitem; i++) {
        const struct item *x = &v->item[i];
        enum agg_op op = x->group ? AGG_SUM : v->agg[x->at].op;
        if (i)
            bf_buf_addc(sql, ',');
        if (op == AGG_COUNT_ALL)
            bf_buf_addc(sql, 'n');
        else
            bf_buf_addf(sql, "%c%zu", x->group ? 'g' : op == AGG_COUNT ? 'n' : 'a', x->at);
    }
    bf_buf_lit(sql, " FROM ");
    pg_view_put_table(sql, v);
}

/* Is the group k of the table that of `with`? */
static void put_match(struct bf_buf *sql, const struct view *v, const char *with)
{
    bf_buf_adds(sql, v->ngroup ? BF_STR("k.h=") : BF_STR("true"));
    if (v->ngroup)
        bf_buf_addf(sql, "%s.h", with);
    for (size_t i = 0; i < v->ngroup; i++)
        bf_buf_addf(sql, " AND k.g%zu IS NOT DISTINCT FROM %s.g%zu", i, with, i);
}

/* d: what the batch changes of each group; of extremes, those that came (p) and those that went (m). */
static void put_delta(struct bf_buf *sql, const struct mirror *t, const struct view *v)
{
    bf_buf_lit(sql, "WITH d AS MATERIALIZED(SELECT * FROM(SELECT ");
    put_identity(sql, v);
    bf_buf_lit(sql, "coalesce(sum(sign),0)AS n");
    for (size_t i = 0; i < v->nagg; i++) {
        const struct agg *a = &v->agg[i];
        if (a->op == AGG_SUM)
            bf_buf_addf(sql,
                        ",coalesce(sum(a%zu)FILTER(WHERE sign>0),0)-coalesce(sum(a%zu)FILTER("
                        "WHERE sign<0),0)AS a%zu",
                        i, i, i);
        if (agg_is_extreme(a))
            bf_buf_addf(sql,
                        ",%s(a%zu)FILTER(WHERE sign>0)AS p%zu,%s(a%zu)FILTER(WHERE sign<0)AS m%zu",
                        name_of(a), i, i, name_of(a), i, i);
        if (a->op != AGG_COUNT_ALL)
            bf_buf_addf(sql, ",coalesce(sum(sign)FILTER(WHERE a%zu IS NOT NULL),0)AS n%zu", i, i);
    }
    bf_buf_lit(sql, " FROM ");
    put_source(sql, v, t);
    bf_buf_lit(sql, "x");
    put_group_by(sql, v);
    bf_buf_lit(sql, ")y WHERE n<>0");
    for (size_t i = 0; i < v->nagg; i++) {
        const struct agg *a = &v->agg[i];
        if (a->op != AGG_COUNT_ALL)
            bf_buf_addf(sql, " OR n%zu<>0", i);
        if (a->op == AGG_SUM)
            bf_buf_addf(sql, " OR a%zu<>0", i);
        if (agg_is_extreme(a))
            bf_buf_addf(sql, " OR p%zu IS DISTINCT FROM m%zu", i, i);
    }
    bf_buf_addc(sql, ')');
}

/* Groups that come and go. Those that are there see the table as it was before the statement. */
static void put_came_and_gone(struct bf_buf *sql, const struct view *v)
{
    bf_buf_lit(sql, ",gone AS(DELETE FROM ");
    pg_view_put_table(sql, v);
    bf_buf_lit(sql, " k USING d WHERE k.n+d.n=0 AND ");
    put_match(sql, v, "d");
    bf_buf_lit(sql, "),came AS(INSERT INTO ");
    pg_view_put_table(sql, v);
    bf_buf_lit(sql, " SELECT ");
    put_groups(sql, v, "");
    bf_buf_lit(sql, ",h,n");
    for (size_t i = 0; i < v->nagg; i++) {
        const struct agg *a = &v->agg[i];
        if (a->op == AGG_SUM)
            bf_buf_addf(sql, ",CASE WHEN n%zu>0 THEN a%zu END", i, i);
        if (agg_is_extreme(a))
            bf_buf_addf(sql, ",p%zu", i);
        if (a->op != AGG_COUNT_ALL)
            bf_buf_addf(sql, ",n%zu", i);
    }
    bf_buf_lit(sql, ",false FROM d WHERE NOT EXISTS(SELECT FROM ");
    pg_view_put_table(sql, v);
    bf_buf_lit(sql, " k WHERE ");
    put_match(sql, v, "d");
    bf_buf_lit(sql, "))");
}

/* The new value of an aggregate, while it has values. */
static void put_new_value(struct bf_buf *sql, const struct agg *a, size_t i)
{
    bf_buf_addf(sql, ",a%zu=CASE WHEN k.n%zu+d.n%zu>0 THEN ", i, i, i);
    if (a->op == AGG_SUM)
        bf_buf_addf(sql, "coalesce(k.a%zu,0)+d.a%zu", i, i);
    else
        bf_buf_addf(sql, "%s(k.a%zu,d.p%zu)", a->op == AGG_MIN ? "least" : "greatest", i, i);
    bf_buf_lit(sql, " END");
}

static void put_stale(struct bf_buf *sql, const struct view *v)
{
    bf_buf_lit(sql, ",stale=k.stale");
    for (size_t i = 0; i < v->nagg; i++) {
        const struct agg *a = &v->agg[i];
        const char *than = a->op == AGG_MIN ? "<" : ">", *not_than = a->op == AGG_MIN ? ">" : "<";
        if (a->op == AGG_SUM)
            bf_buf_addf(sql, " OR coalesce((k.a%zu+d.a%zu)::numeric='NaN',false)", i, i);
        if (agg_is_extreme(a))
            bf_buf_addf(sql,
                        " OR(k.n%zu+d.n%zu>0 AND coalesce(d.m%zu%s=k.a%zu,false)AND(d.p%zu IS NULL "
                        "OR d.p%zu%sk.a%zu))",
                        i, i, i, than, i, i, i, not_than, i);
    }
}

void pg_view_put_change(struct bf_buf *sql, const struct mirror *t, const struct view *v)
{
    put_delta(sql, t, v);
    if (v->ngroup)
        put_came_and_gone(sql, v);
    bf_buf_lit(sql, "UPDATE ");
    pg_view_put_table(sql, v);
    bf_buf_lit(sql, " k SET n=k.n+d.n");
    for (size_t i = 0; i < v->nagg; i++) {
        if (has_value(&v->agg[i]))
            put_new_value(sql, &v->agg[i], i);
        if (v->agg[i].op != AGG_COUNT_ALL)
            bf_buf_addf(sql, ",n%zu=k.n%zu+d.n%zu", i, i, i);
    }
    put_stale(sql, v);
    bf_buf_lit(sql, " FROM d WHERE ");
    if (v->ngroup)
        bf_buf_lit(sql, "k.n+d.n<>0 AND ");
    put_match(sql, v, "d");
    bf_buf_addc(sql, ';');
}

static void put_stale_groups(struct bf_buf *sql, const struct view *v, const char *what)
{
    bf_buf_addf(sql, "(SELECT %s FROM ", what);
    pg_view_put_table(sql, v);
    bf_buf_lit(sql, " WHERE stale)");
}

/* With indexes: the first or last entry of the group; only a sum that is not a number reads all its rows. */
static void put_again_by_index(struct bf_buf *sql, const struct view *v)
{
    const char *comma = " k SET stale=false,";
    bf_buf_lit(sql, "UPDATE ");
    pg_view_put_table(sql, v);
    for (size_t i = 0; i < v->nagg; i++) {
        if (!has_value(&v->agg[i]))
            continue;
        bool sum = v->agg[i].op == AGG_SUM;
        bf_buf_addf(sql, "%sa%zu=", comma, i);
        if (sum)
            bf_buf_addf(sql, "CASE WHEN k.a%zu::numeric='NaN' THEN ", i);
        bf_buf_addf(sql, "(SELECT %s(a%zu) FROM ", name_of(&v->agg[i]), i);
        put_source(sql, v, NULL);
        bf_buf_lit(sql, "x");
        for (size_t g = 0; g < v->ngroup; g++)
            bf_buf_addf(sql, "%sx.g%zu IS NOT DISTINCT FROM k.g%zu", g ? " AND " : " WHERE ", g, g);
        if (v->ngroup) {
            bf_buf_lit(sql, " AND ");
            put_hash(sql, v);
            bf_buf_lit(sql, "=k.h");
        }
        bf_buf_addc(sql, ')');
        if (sum)
            bf_buf_addf(sql, "ELSE k.a%zu END", i);
        comma = ",";
    }
    bf_buf_lit(sql, " WHERE k.stale;");
}

void pg_view_put_again(struct bf_buf *sql, const struct view *v)
{
    bool any = false;
    for (size_t i = 0; i < v->nagg; i++)
        any = any || has_value(&v->agg[i]);
    if (v->indexed)
        put_again_by_index(sql, v);
    if (!any || v->indexed)
        return;
    bf_buf_lit(sql, "UPDATE ");
    pg_view_put_table(sql, v);
    bf_buf_lit(sql, " k SET stale=false");
    for (size_t i = 0; i < v->nagg; i++)
        if (has_value(&v->agg[i]))
            bf_buf_addf(sql, ",a%zu=f.a%zu", i, i);
    bf_buf_lit(sql, " FROM(");
    put_totals(sql, v);
    bf_buf_lit(sql, "(SELECT * FROM ");
    put_source(sql, v, NULL);
    /* the outer SELECT makes it a condition of the whole, so that without stale groups no row is read */
    bf_buf_lit(sql, "x WHERE(SELECT EXISTS");
    put_stale_groups(sql, v, "");
    bf_buf_addc(sql, ')');
    if (v->ngroup) {
        bf_buf_lit(sql, " AND ");
        put_hash(sql, v);
        bf_buf_lit(sql, " IN");
        put_stale_groups(sql, v, "h");
    }
    bf_buf_lit(sql, ")x");
    put_group_by(sql, v);
    bf_buf_lit(sql, ")f WHERE k.stale AND ");
    put_match(sql, v, "f");
    bf_buf_addc(sql, ';');
}
