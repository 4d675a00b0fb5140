#include "lib/sql/sql_impl.h"

enum { QUERY_MAX = 1024 * 1024 };

/* "products.csv: lines 3 and 9 have the same product_id" */
static bool tell_twice(struct bf_sql *s, size_t lookup, struct bf_str column, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    struct bf_buf sql;
    const char *path = strchr(s->conf.lookup.item[lookup], '=') + 1;
    bf_buf_init(&sql, QUERY_MAX);
    bf_buf_lit(&sql, "SELECT min(rowid), max(rowid) FROM main.");
    bf_sqlite_put_name(&sql, s->lookup[lookup].name);
    bf_buf_lit(&sql, " GROUP BY ");
    bf_sqlite_put_name(&sql, column);
    bf_buf_lit(&sql, " HAVING count(*) > 1 ORDER BY 2");
    bf_err_set(e, BF_E_INPUT, "%s: %.*s is not unique", path, (int)column.n, column.p);
    if (bf_buf_ok(&sql) && s->api->prepare_v2(s->db, sql.p, (int)sql.n, &stmt, NULL) == SQLITE_OK &&
        s->api->step(stmt) == SQLITE_ROW)
        bf_err_set(e, BF_E_INPUT, "%s: line %lld: the same %.*s as line %lld", path,
                   (long long)s->api->column_int64(stmt, 1), (int)column.n, column.p,
                   (long long)s->api->column_int64(stmt, 0));
    s->api->finalize(stmt);
    bf_buf_free(&sql);
    return false;
}

/* Does every line have a value in the column? */
static bool no_null(struct bf_sql *s, size_t lookup, struct bf_str column, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    struct bf_buf sql;
    bool found = false, ok;
    bf_buf_init(&sql, QUERY_MAX);
    bf_buf_lit(&sql, "SELECT min(rowid) FROM main.");
    bf_sqlite_put_name(&sql, s->lookup[lookup].name);
    bf_buf_lit(&sql, " WHERE ");
    bf_sqlite_put_name(&sql, column);
    bf_buf_lit(&sql, " IS NULL HAVING count(*)");
    ok = bf_buf_check(&sql, "SQL", e);
    if (ok && s->api->prepare_v2(s->db, sql.p, (int)sql.n, &stmt, NULL) != SQLITE_OK)
        ok = bf_sql_fail(s, BF_E_INPUT, e);
    found = ok && s->api->step(stmt) == SQLITE_ROW;
    if (found)
        bf_err_set(e, BF_E_INPUT, "%s: line %lld: no %.*s",
                   strchr(s->conf.lookup.item[lookup], '=') + 1,
                   (long long)s->api->column_int64(stmt, 0), (int)column.n, column.p);
    s->api->finalize(stmt);
    bf_buf_free(&sql);
    return ok && !found;
}

static bool lookup_has(const struct sql_lookup *l, struct bf_str column)
{
    for (size_t i = 0; i < l->n; i++)
        if (bf_str_same(l->column[i], column))
            return true;
    return false;
}

bool bf_sql_lookup_index(struct bf_sql *s, struct bf_str table, struct bf_str column, bool unique,
                         struct bf_err *e)
{
    size_t i = 0;
    while (i < s->nlookups && !bf_str_same(s->lookup[i].name, table))
        i++;
    if (i == s->nlookups)
        return bf_err_set(e, BF_E_USAGE, "no --lookup is called %.*s", (int)table.n, table.p);
    if (unique && !lookup_has(&s->lookup[i], column))
        return bf_err_set(e, BF_E_USAGE, "%.*s has no column %.*s", (int)table.n, table.p,
                          (int)column.n, column.p);
    char *sql = s->api->mprintf("CREATE %s INDEX main.\"%.*w on %.*w\" ON \"%.*w\"(\"%.*w\")",
                                unique ? "UNIQUE" : "", (int)table.n, table.p, (int)column.n,
                                column.p, (int)table.n, table.p, (int)column.n, column.p);
    bool ok = bf_sql_exec(s, sql, e);
    int refused_by = ok || !sql ? SQLITE_OK : s->api->errcode(s->db) & 0xff;
    s->api->free(sql);
    if (!unique)
        return ok;
    if (!ok)
        return refused_by == SQLITE_CONSTRAINT ? tell_twice(s, i, column, e) : false;
    return no_null(s, i, column, e);
}

bool bf_sql_lookup_indexes(struct bf_sql *s, const struct sql_text *t, struct bf_err *e)
{
    for (size_t i = 0; i < s->nlookups; i++)
        for (size_t k = 0; k < s->lookup[i].n; k++)
            if (bf_sql_text_has(t, s->lookup[i].column[k]) &&
                !bf_sql_lookup_index(s, s->lookup[i].name, s->lookup[i].column[k], false, e))
                return false;
    return true;
}

size_t bf_sql_lookup_names(const struct bf_sql *s, const char *names[BF_OPT_LIST_MAX])
{
    for (size_t i = 0; i < s->nlookups; i++)
        names[i] = s->lookup[i].name.p;
    return s->nlookups;
}

unsigned bf_sql_lookup_types(const struct bf_sql *s, struct bf_str table, struct bf_str column)
{
    for (size_t i = 0; i < s->nlookups; i++)
        if (bf_str_same(s->lookup[i].name, table))
            for (size_t k = 0; k < s->lookup[i].n; k++)
                if (bf_str_same(s->lookup[i].column[k], column))
                    return s->lookup[i].types[k];
    return 0;
}
