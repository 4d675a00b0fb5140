/* Mirrors in an SQLite database: their tables, and the notes about them. */
#include "cmd/cdcproj/mirror/mirror_store.h"

#include <stdio.h>
#include <stdlib.h>

/* "tbl","position": a row of _bfpipe_columns. */
static bool note_column(struct mirrors *m, struct mirror *t, const struct column *c,
                        struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!db_prepare(m->db, BF_STR("INSERT INTO _bfpipe_columns VALUES(?1,?2,?3,?4,?5,?6,?7)"),
                    &stmt, e))
        return false;
    m->db->api->bind_int64(stmt, 1, t->id);
    m->db->api->bind_int64(stmt, 2, (sqlite3_int64)t->n);
    db_bind(m->db, stmt, 3, c->name);
    db_bind(m->db, stmt, 4, c->attribute);
    db_bind(m->db, stmt, 5, bf_str_of(kind_name(c->kind)));
    m->db->api->bind_int64(stmt, 6, c->any);
    if (c->real.n)
        db_bind(m->db, stmt, 7, c->real);
    bool ok = db_run(m->db, stmt, NULL, e);
    m->db->api->finalize(stmt);
    return ok;
}

static void put_column(struct bf_buf *sql, const struct column *c)
{
    static const char *const types[] = {"TEXT", "TEXT", "INTEGER", "BLOB", "TEXT"};
    bf_sqlite_put_name(sql, c->name);
    bf_buf_addf(sql, " %s", types[c->kind]);
}

static void put_real(struct bf_buf *sql, const struct column *c)
{
    bf_sqlite_put_name(sql, c->real);
    bf_buf_lit(sql, " REAL GENERATED ALWAYS AS (CAST(");
    bf_sqlite_put_name(sql, c->name);
    bf_buf_lit(sql, " AS REAL)) VIRTUAL");
}

static bool exec(struct mirrors *m, struct bf_err *e)
{
    const char *text = bf_buf_cstr(&m->sql);
    return text ? db_exec(m->db, text, e) : bf_buf_check(&m->sql, "a statement", e);
}

static void alter(struct mirrors *m, const struct mirror *t)
{
    bf_buf_reset(&m->sql);
    bf_buf_lit(&m->sql, "ALTER TABLE ");
    bf_sqlite_put_name(&m->sql, bf_str_of(t->name));
    bf_buf_lit(&m->sql, " ADD COLUMN ");
}

static bool make_column(struct mirrors *m, struct mirror *t, const struct column *c,
                        struct bf_err *e)
{
    alter(m, t);
    put_column(&m->sql, c);
    if (!exec(m, e))
        return false;
    if (c->real.n) {
        alter(m, t);
        put_real(&m->sql, c);
        if (!exec(m, e))
            return false;
    }
    return note_column(m, t, c, e) && mirror_add(m, t, c, e) && mirror_prepare(m, t, e);
}

static bool make_rest(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    alter(m, t);
    bf_buf_lit(&m->sql, "_rest TEXT");
    t->rest = true;
    return exec(m, e) && mirror_prepare(m, t, e);
}

/* The statement that makes the table, and its columns' notes. */
static bool create_table(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    struct bf_buf *sql = &m->sql;
    bf_buf_reset(sql);
    bf_buf_lit(sql, "CREATE TABLE ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    bf_buf_addc(sql, '(');
    for (size_t i = 0; i < t->nkeys; i++) {
        put_column(sql, &t->col[i]);
        bf_buf_lit(sql, " NOT NULL,");
        if (t->col[i].real.n) {
            put_real(sql, &t->col[i]);
            bf_buf_addc(sql, ',');
        }
    }
    bf_buf_lit(sql, "_seq TEXT NOT NULL");
    if (t->mode == MODE_SOFT)
        bf_buf_lit(sql, ",_deleted TEXT");
    if (t->mode == MODE_HISTORY)
        bf_buf_lit(sql, ",_version INTEGER NOT NULL,_valid_from TEXT,_valid_to TEXT,_end_seq TEXT");
    bf_buf_lit(sql, ",PRIMARY KEY(");
    for (size_t i = 0; i < t->nkeys; i++) {
        if (i)
            bf_buf_addc(sql, ',');
        bf_sqlite_put_name(sql, t->col[i].name);
    }
    if (t->mode == MODE_HISTORY)
        bf_buf_lit(sql, ",_version");
    bf_buf_lit(sql, ")) WITHOUT ROWID");
    return exec(m, e);
}

static bool note_table(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    struct bf_buf keys;
    bf_buf_init(&keys, 1 << 20);
    mirror_put_keys(&keys, t);
    bool ok = bf_buf_check(&keys, "the keys", e) &&
              db_prepare(m->db, BF_STR("INSERT INTO _bfpipe_tables VALUES(?1,?2,?3,?4,?5,NULL)"),
                         &stmt, e);
    if (ok) {
        m->db->api->bind_int64(stmt, 1, t->id);
        db_bind(m->db, stmt, 2, bf_str_of(t->name));
        db_bind(m->db, stmt, 3, bf_str_of(t->source));
        db_bind(m->db, stmt, 4, bf_buf_view(&keys));
        db_bind(m->db, stmt, 5, bf_str_of(mode_name(t->mode)));
        ok = db_run(m->db, stmt, NULL, e);
        m->db->api->finalize(stmt);
    }
    bf_buf_free(&keys);
    return ok;
}

static bool create(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    return create_table(m, t, e) && note_table(m, t, e) && mirror_prepare(m, t, e);
}

static bool free_name(struct mirrors *m, struct bf_str *name, int64_t *id, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!db_prepare(
            m->db,
            BF_STR("SELECT (SELECT count(*) FROM sqlite_master WHERE name=?1 COLLATE NOCASE),"
                   "(SELECT coalesce(max(id),0)+1 FROM _bfpipe_tables)"),
            &stmt, e))
        return false;
    db_bind(m->db, stmt, 1, *name);
    bool ok = m->db->api->step(stmt) == SQLITE_ROW || db_fail(m->db, e);
    bool is = ok && m->db->api->column_int64(stmt, 0) == 0;
    *id = ok ? m->db->api->column_int64(stmt, 1) : 0;
    m->db->api->finalize(stmt);
    return ok && (is || bf_err_set(e, BF_E_USAGE,
                                   "the database has a table %.*s already, which cdcproj has not "
                                   "made: use another file",
                                   BF_SHOWN(*name)));
}

static bool save_order(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    char sql[120];
    snprintf(sql, sizeof sql, "UPDATE _bfpipe_tables SET ordered='%s' WHERE id=%lld",
             order_name(t->ordered), (long long)t->id);
    return db_exec(m->db, sql, e);
}

static bool load_columns(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    static const char sql[] = "SELECT name,attribute,kind,any_kind,real_name FROM _bfpipe_columns "
                              "WHERE tbl=?1 ORDER BY position";
    mirror_take_own(m, t);
    bool ok = db_prepare(m->db, bf_str_of(sql), &stmt, e);
    if (ok)
        m->db->api->bind_int64(stmt, 1, t->id);
    int rc = SQLITE_DONE;
    while (ok && (rc = m->db->api->step(stmt)) == SQLITE_ROW) {
        struct column c = {.name = db_text(m->db, stmt, 0), .attribute = db_text(m->db, stmt, 1)};
        c.any = m->db->api->column_int64(stmt, 3) != 0;
        c.real = db_text(m->db, stmt, 4);
        ok = mirror_load_column(m, t, &c, db_text(m->db, stmt, 2), e);
    }
    ok = ok && (rc == SQLITE_DONE || db_fail(m->db, e));
    if (stmt)
        m->db->api->finalize(stmt);
    return ok;
}

/* A row of _bfpipe_tables: id, name, source, number of keys, mode, ordered, is there a _rest, are there deletions. */
static bool load_one(struct mirrors *m, sqlite3_stmt *row, struct bf_err *e)
{
    struct mirror *t = mirror_new(m, db_text(m->db, row, 1), db_text(m->db, row, 2), e);
    if (!t)
        return false;
    t->id = m->db->api->column_int64(row, 0);
    t->rest = m->db->api->column_int64(row, 6) != 0;
    t->tombs = m->db->api->column_int64(row, 7) != 0;
    return load_columns(m, t, e) &&
           mirror_loaded(m, t, m->db->api->column_int64(row, 3), db_text(m->db, row, 4),
                         db_text(m->db, row, 5), e) &&
           mirror_prepare(m, t, e) &&
           (!m->config->types.n || (db_begin(m->db, e) && mirror_take_types(m, t, e)));
}

static bool mirrors_load(struct mirrors *m, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    static const char sql[] = "SELECT id,name,source,json_array_length(keys),mode,ordered,"
                              "(SELECT count(*) FROM pragma_table_info(t.name) WHERE name='_rest'),"
                              "EXISTS(SELECT 1 FROM _bfpipe_deleted d WHERE d.tbl=t.id) FROM "
                              "_bfpipe_tables t ORDER BY id";
    if (!db_prepare(m->db, bf_str_of(sql), &stmt, e))
        return false;
    int rc = SQLITE_DONE;
    bool ok = true;
    while (ok && (rc = m->db->api->step(stmt)) == SQLITE_ROW)
        ok = load_one(m, stmt, e);
    ok = ok && (rc == SQLITE_DONE || db_fail(m->db, e));
    m->db->api->finalize(stmt);
    return ok;
}

static const struct mirror_store store = {
    .other = "file",
    .columns_max = 800,
    .reals = true,
    .free_name = free_name,
    .create = create,
    .note = note_column,
    .column = make_column,
    .rest = make_rest,
    .order = save_order,
};

bool mirrors_open(struct mirrors *m, struct db *db, const struct config *c, struct bf_err *e)
{
    mirrors_init(m, &store, db->path, c);
    m->db = db;
    return db_prepare(db, BF_STR("SELECT seq FROM _bfpipe_deleted WHERE tbl=?1 AND key=?2"),
                      &m->find_tomb, e) &&
           db_prepare(
               db,
               BF_STR("INSERT INTO _bfpipe_deleted VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE "
                      "SET seq=?3,at_ms=?4 WHERE ?3>=seq"),
               &m->put_tomb, e) &&
           db_prepare(db, BF_STR("DELETE FROM _bfpipe_deleted WHERE tbl=?1 AND key=?2"),
                      &m->drop_tomb, e) &&
           mirrors_load(m, e);
}
