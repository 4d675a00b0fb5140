/* The statements of a mirror. Parameters: first the columns in order, then the others by name. */
#include "cmd/cdcproj/mirror/mirror.h"

static void names(struct bf_buf *sql, const struct mirror *t, size_t from, const char *before,
                  const char *after)
{
    for (size_t i = from; i < t->n; i++) {
        bf_buf_adds(sql, bf_str_of(before));
        bf_sqlite_put_name(sql, t->col[i].name);
        bf_buf_adds(sql, bf_str_of(after));
    }
}

static void key_is(struct bf_buf *sql, const struct mirror *t)
{
    for (size_t i = 0; i < t->nkeys; i++) {
        bf_buf_adds(sql, i ? BF_STR(" AND ") : BF_STR(" WHERE "));
        bf_sqlite_put_name(sql, t->col[i].name);
        bf_buf_addf(sql, "=?%zu", i + 1);
    }
}

static void values(struct bf_buf *sql, size_t n)
{
    bf_buf_lit(sql, ")VALUES(");
    for (size_t i = 1; i <= n; i++)
        bf_buf_addf(sql, i > 1 ? ",?%zu" : "?%zu", i);
    bf_buf_addc(sql, ')');
}

static void insert(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_lit(sql, "INSERT INTO ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    bf_buf_addc(sql, '(');
}

static void set(struct bf_buf *sql, struct bf_str name)
{
    bf_buf_addc(sql, ',');
    bf_sqlite_put_name(sql, name);
    bf_buf_lit(sql, "=excluded.");
    bf_sqlite_put_name(sql, name);
}

/* Columns, _seq, and _rest if there is one; with --history _version and _valid_from. */
static void put_upsert(struct bf_buf *sql, const struct mirror *t)
{
    size_t n = t->n + 1 + t->rest;
    insert(sql, t);
    names(sql, t, 0, "", ",");
    bf_buf_adds(sql, t->rest ? BF_STR("_seq,_rest") : BF_STR("_seq"));
    if (t->mode == MODE_HISTORY) {
        bf_buf_lit(sql, ",_version,_valid_from");
        values(sql, n + 2);
        return;
    }
    values(sql, n);
    bf_buf_lit(sql, "ON CONFLICT DO UPDATE SET _seq=excluded._seq");
    for (size_t i = t->nkeys; i < t->n; i++)
        set(sql, t->col[i].name);
    if (t->rest)
        bf_buf_lit(sql, ",_rest=excluded._rest");
    if (t->mode == MODE_SOFT)
        bf_buf_lit(sql, ",_deleted=NULL");
    bf_buf_lit(sql, " WHERE excluded._seq>=_seq");
}

/* Keys, _seq; with --soft-delete _deleted. */
static void put_remove(struct bf_buf *sql, const struct mirror *t)
{
    if (t->mode == MODE_SOFT) {
        insert(sql, t);
        for (size_t i = 0; i < t->nkeys; i++) {
            bf_sqlite_put_name(sql, t->col[i].name);
            bf_buf_addc(sql, ',');
        }
        bf_buf_lit(sql, "_seq,_deleted");
        values(sql, t->nkeys + 2);
        bf_buf_lit(sql, "ON CONFLICT DO UPDATE SET _seq=excluded._seq,_deleted=excluded._deleted "
                        "WHERE excluded._seq>=_seq");
        return;
    }
    bf_buf_lit(sql, "DELETE FROM ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    key_is(sql, t);
    bf_buf_addf(sql, " AND ?%zu>=_seq", t->nkeys + 1);
}

static void put_is_there(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_lit(sql, "SELECT 1 FROM ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    key_is(sql, t);
}

static void put_last(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_lit(sql, "SELECT _version,coalesce(_end_seq,_seq),_valid_to IS NULL FROM ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    key_is(sql, t);
    bf_buf_lit(sql, " ORDER BY _version DESC LIMIT 1");
}

static void put_close(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_lit(sql, "UPDATE ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    bf_buf_addf(sql, " SET _valid_to=?%zu,_end_seq=?%zu", t->nkeys + 2, t->nkeys + 3);
    key_is(sql, t);
    bf_buf_addf(sql, " AND _version=?%zu", t->nkeys + 1);
}

bool mirror_prepare(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    static void (*const put[STATEMENTS])(struct bf_buf *, const struct mirror *) = {
        put_upsert, put_remove, put_is_there, put_last, put_close};
    bool history = t->mode == MODE_HISTORY;
    for (int i = 0; i < STATEMENTS; i++) {
        if (t->stmt[i])
            m->db->api->finalize(t->stmt[i]);
        t->stmt[i] = NULL;
        if ((i >= LAST && !history) || (i == REMOVE && history))
            continue;
        bf_buf_reset(&m->sql);
        put[i](&m->sql, t);
        if (!bf_buf_check(&m->sql, "a statement", e) ||
            !db_prepare(m->db, bf_buf_view(&m->sql), &t->stmt[i], e))
            return false;
    }
    return !m->views || m->on_columns(m->views, t, e);
}
