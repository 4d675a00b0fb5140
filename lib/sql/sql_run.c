#include "lib/sql/sql_impl.h"

bool bf_sql_selects(const struct bf_sql *s)
{
    return s->rows.stmt != NULL;
}

bool bf_sql_sets(const struct bf_sql *s)
{
    return s->sets.stmt != NULL;
}

bool bf_sql_waits(const struct bf_sql *s)
{
    return s->feed || s->store.stmt != NULL || s->ended;
}

/* One step of a query; *row: there is a result row. A query that failed starts again with the next
 * change. */
static bool step(struct bf_sql *s, struct sql_query *q, bool *row, struct bf_err *e)
{
    int rc = s->api->step(q->stmt);
    *row = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return true;
    bf_sql_fail(s, rc == SQLITE_NOMEM ? BF_E_MEMORY : rc == SQLITE_ERROR ? BF_E_INPUT : BF_E_IO, e);
    s->api->reset(q->stmt);
    return false;
}

bool bf_sql_where(struct bf_sql *s, const struct bf_change *c, bool *pass, struct bf_err *e)
{
    bool row;
    *pass = true;
    s->change = c;
    s->serial++;
    if (!bf_row_image(s->row, c, &s->image, e))
        return false;
    if (!s->where.stmt)
        return true;
    if (!step(s, &s->where, &row, e))
        return bf_err_ctx(e, "--where");
    *pass = row && s->api->column_int64(s->where.stmt, 0);
    if (!s->where.once && row && s->api->reset(s->where.stmt) != SQLITE_OK)
        return bf_sql_fail(s, BF_E_INPUT, e);
    return true;
}

bool bf_sql_next(struct bf_sql *s, const struct bf_change *c, bool again, struct bf_image *image,
                 struct bf_err *e)
{
    struct sql_query *q = s->store.stmt ? &s->store : &s->rows;
    bool row;
    (void)c;
    *image = (struct bf_image){0};
    if (again && q->once)
        return true;
    if (!(s->feed ? bf_sql_feed_next(s->feed, again, &row, e) : step(s, q, &row, e)))
        return bf_err_ctx(e, s->conf.query ? "--sql" : "--select");
    if (!row)
        return true;
    if (!bf_sql_collect(s, q, s->feed != NULL, e))
        return false;
    *image = bf_row_image_of(s->attr, s->nattr);
    return true;
}

/* Makes the stored changes the table cdc. */
static bool turn_over(struct bf_sql *s, struct bf_err *e)
{
    s->api->finalize(s->store.stmt);
    s->api->finalize(s->rows.stmt);
    s->store.stmt = s->rows.stmt = NULL;
    s->ended = true;
    if (s->sorts_plain && s->long_numbers)
        return bf_err_set(
            e, BF_E_LIMIT,
            "the ORDER BY of a UNION, INTERSECT or EXCEPT cannot order numbers of more "
            "than 15 digits; SELECT its columns FROM (...) ORDER BY them");
    if (!bf_sql_exec(s,
                     "COMMIT; DROP TABLE main.cdc; ALTER TABLE temp.kept RENAME TO cdc; "
                     "PRAGMA automatic_index=ON",
                     e))
        return false;
    return s->api->prepare_v2(s->db, s->text.p, (int)s->text.n, &s->rows.stmt, NULL) == SQLITE_OK ||
           bf_sql_fail(s, BF_E_INPUT, e);
}

bool bf_sql_end_next(struct bf_sql *s, struct bf_image *image, struct bf_err *e)
{
    bool row;
    *image = (struct bf_image){0};
    bool ok = s->feed ? bf_sql_feed_end_next(s->feed, &row, e)
                      : (s->ended || turn_over(s, e)) && step(s, &s->rows, &row, e);
    if (!ok)
        return bf_err_ctx(e, "--sql");
    if (!row)
        return true;
    if (!bf_sql_collect(s, &s->rows, true, e))
        return false;
    *image = bf_row_image_of(s->attr, s->nattr);
    return true;
}

/* The result with the name of the attribute, or SIZE_MAX. */
static size_t result_of(const struct sql_query *q, const struct bf_attr *a)
{
    for (size_t i = 0; i < q->n; i++)
        if (bf_attr_is(a, q->result[i].name))
            return i;
    return SIZE_MAX;
}

bool bf_sql_set(struct bf_sql *s, const struct bf_change *c, struct bf_image *image,
                struct bf_err *e)
{
    bool row, used[SQL_SETS_MAX] = {false};
    size_t n = s->sets.n;
    (void)c;
    if (!step(s, &s->sets, &row, e))
        return bf_err_ctx(e, "--set");
    if (!row || !bf_sql_collect(s, &s->sets, false, e))
        return row ? false : bf_err_set(e, BF_E_INPUT, "--set: no result");
    if (!s->sets.once && s->api->reset(s->sets.stmt) != SQLITE_OK)
        return bf_sql_fail(s, BF_E_INPUT, e);
    for (size_t i = 0; i < s->image->n; i++) {
        struct bf_attr a = s->image->attr[i];
        size_t k = result_of(&s->sets, &a);
        if (k != SIZE_MAX) {
            a = s->attr[k];
            used[k] = true;
        }
        if ((k == SIZE_MAX || a.type != BF_ATTR_NULL) && !bf_sql_add_attr(s, &a, e))
            return false;
    }
    for (size_t k = 0; k < n; k++) {
        struct bf_attr a = s->attr[k];
        if (!used[k] && a.type != BF_ATTR_NULL && !bf_sql_add_attr(s, &a, e))
            return false;
    }
    *image = bf_row_image_of(s->attr + n, s->nattr - n);
    return true;
}

struct bf_str bf_sql_unseen(const struct bf_sql *s, size_t n)
{
    for (size_t i = 1; i < s->ncolumns; i++) {
        const struct sql_column *column = &s->column[i];
        if (column->meta == BF_META_N && column->looked && !column->seen && n-- == 0)
            return column->find.name;
    }
    return (struct bf_str){0};
}

void bf_sql_merge(struct bf_sql *s, const struct bf_sql *other)
{
    for (size_t i = 1; i < s->ncolumns && i < other->ncolumns; i++) {
        s->column[i].looked |= other->column[i].looked;
        s->column[i].seen |= other->column[i].seen;
    }
}
