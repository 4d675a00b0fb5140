#include "cmd/cdcproj/mirror_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/json/scan.h"
#include "lib/json/write.h"

enum {
    NAME_MAX_BYTES = 63
}; /* PostgreSQL's maximum, so that names are the same in both databases */

static const char *const modes[] = {"plain", "soft-delete", "history"};
static const char *const orders[] = {"none", "time", "kinesis", "stream", "given"};
static const char *const own[] = {"_seq",     "_deleted", "_version", "_valid_from", "_valid_to",
                                  "_end_seq", "_rest",    "rowid",    "oid",         "_rowid_"};

static int word(struct bf_str text, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (bf_str_eq(text, bf_str_of(words[i])))
            return i;
    return -1;
}

/* Reserves a name for a column of the mirror; false: it is in use. SQL ignores the case of ASCII letters. */
static bool take(struct mirrors *m, struct mirror *t, struct bf_str name)
{
    bool added = false;
    bf_buf_reset(&m->key);
    for (size_t i = 0; i < name.n; i++)
        bf_buf_addc(&m->key,
                    (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]));
    return bf_map_put(&t->taken, bf_buf_view(&m->key), &added) && added;
}

/* Writes an unused name, made of an attribute's name and an ending, to out. */
static struct bf_str choose(struct mirrors *m, struct mirror *t, struct bf_str from,
                            const char *ending, char out[NAME_MAX_BYTES + 1])
{
    char tail[32];
    for (unsigned k = 1;; k++) {
        int n = k == 1 ? snprintf(tail, sizeof tail, "%s", ending)
                       : snprintf(tail, sizeof tail, "%s_%u", ending, k);
        size_t room = NAME_MAX_BYTES - (size_t)n;
        size_t head = (size_t)bf_str_shown(from, room);
        for (size_t i = 0; i < head; i++)
            out[i] = (char)((unsigned char)from.p[i] < ' ' || from.p[i] == 127 ? '_' : from.p[i]);
        if (head == 0)
            out[head++] = '_';
        memcpy(out + head, tail, (size_t)n);
        if (take(m, t, bf_str(out, head + (size_t)n)))
            return bf_str(out, head + (size_t)n);
    }
}

static bool take_own(struct mirrors *m, struct mirror *t)
{
    for (size_t i = 0; i < BF_COUNT(own); i++)
        (void)take(m, t, bf_str_of(own[i]));
    return true;
}

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

bool mirror_make_column(struct mirrors *m, struct mirror *t, const struct column *wanted,
                        bool again, struct bf_err *e)
{
    char name[NAME_MAX_BYTES + 1], real[NAME_MAX_BYTES + 1], ending[16] = "";
    struct column c = *wanted;
    if (again)
        snprintf(ending, sizeof ending, "_%s", kind_name(c.kind));
    c.name = choose(m, t, c.attribute, ending, name);
    if (c.kind == KIND_NUMBER)
        c.real = choose(m, t, c.name, "_real", real);
    alter(m, t);
    put_column(&m->sql, &c);
    if (!exec(m, e))
        return false;
    if (c.real.n) {
        alter(m, t);
        put_real(&m->sql, &c);
        if (!exec(m, e))
            return false;
    }
    return note_column(m, t, &c, e) && mirror_add(m, t, &c, e) && mirror_prepare(m, t, e);
}

bool mirror_make_rest(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    alter(m, t);
    bf_buf_lit(&m->sql, "_rest TEXT");
    t->rest = true;
    return exec(m, e) && mirror_prepare(m, t, e);
}

/* The statement that makes the table, and its columns' notes. */
static bool create(struct mirrors *m, struct mirror *t, struct bf_err *e)
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
    bf_buf_addc(&keys, '[');
    for (size_t i = 0; i < t->nkeys; i++) {
        if (i)
            bf_buf_addc(&keys, ',');
        bf_json_put_string(&keys, t->key[i]);
    }
    bf_buf_addc(&keys, ']');
    bool ok = bf_buf_check(&keys, "the keys", e) &&
              db_prepare(m->db, BF_STR("INSERT INTO _bfpipe_tables VALUES(?1,?2,?3,?4,?5,NULL)"),
                         &stmt, e);
    if (ok) {
        m->db->api->bind_int64(stmt, 1, t->id);
        db_bind(m->db, stmt, 2, bf_str_of(t->name));
        db_bind(m->db, stmt, 3, bf_str_of(t->source));
        db_bind(m->db, stmt, 4, bf_buf_view(&keys));
        db_bind(m->db, stmt, 5, bf_str_of(modes[t->mode]));
        ok = db_run(m->db, stmt, NULL, e);
        m->db->api->finalize(stmt);
    }
    bf_buf_free(&keys);
    return ok;
}

/* The key columns, from the first line. */
static bool take_keys(struct mirrors *m, struct mirror *t, const struct line *l, struct bf_err *e)
{
    char name[NAME_MAX_BYTES + 1], real[NAME_MAX_BYTES + 1];
    for (size_t i = 0; i < l->nkeys; i++) {
        bf_buf_reset(&m->scratch);
        bf_json_unescape(&m->scratch, l->key[i]->name);
        struct column c = {.attribute = bf_buf_view(&m->scratch), .kind = kind_of(l->key[i]->type)};
        c.name = choose(m, t, c.attribute, "", name);
        if (c.kind == KIND_NUMBER)
            c.real = choose(m, t, c.name, "_real", real);
        if (!note_column(m, t, &c, e) || !mirror_add(m, t, &c, e))
            return false;
        t->key[i] = t->col[t->n - 1].attribute;
        t->key_kind[i] = c.kind;
    }
    t->nkeys = l->nkeys;
    return true;
}

/* Adds the column of one NAME:TYPE of --types, unless it exists. */
static bool take_type(struct mirrors *m, struct mirror *t, struct bf_str one, struct bf_err *e)
{
    struct column c = {0};
    bool there = false, again = false;
    if (!type_parse(one, &c.attribute, &c.kind, e))
        return false;
    c.any = c.kind == KIND_JSON;
    for (size_t k = 0; k < t->n; k++) {
        const struct column *o = &t->col[k];
        bool same = bf_str_eq(o->attribute, c.attribute);
        again = again || same;
        there = there || (same && (k < t->nkeys || (o->kind == c.kind && o->any == c.any)));
    }
    return there || mirror_make_column(m, t, &c, again, e);
}

/* Adds the columns of --types, in their order. */
static bool take_types(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    for (size_t i = 0; i < m->config->types.n; i++) {
        struct bf_str list = bf_str_of(m->config->types.item[i]), one;
        while (bf_str_split(&list, ',', &one))
            if (!take_type(m, t, one, e))
                return false;
    }
    return true;
}

static bool is_free(struct mirrors *m, struct bf_str name, sqlite3_int64 *id, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!db_prepare(
            m->db,
            BF_STR("SELECT (SELECT count(*) FROM sqlite_master WHERE name=?1 COLLATE NOCASE),"
                   "(SELECT coalesce(max(id),0)+1 FROM _bfpipe_tables)"),
            &stmt, e))
        return false;
    db_bind(m->db, stmt, 1, name);
    bool ok = m->db->api->step(stmt) == SQLITE_ROW || db_fail(m->db, e);
    bool is = ok && m->db->api->column_int64(stmt, 0) == 0;
    *id = ok ? m->db->api->column_int64(stmt, 1) : 0;
    m->db->api->finalize(stmt);
    return ok && (is || bf_err_set(e, BF_E_USAGE,
                                   "the database has a table %.*s already, which cdcproj has not "
                                   "made: use another file",
                                   BF_SHOWN(name)));
}

struct mirror *mirror_make(struct mirrors *m, struct bf_str source, const struct line *l,
                           struct bf_err *e)
{
    sqlite3_int64 id;
    if (!is_free(m, source, &id, e))
        return NULL;
    struct mirror *t = mirror_new(m, source, source, e);
    if (!t)
        return NULL;
    t->id = id;
    t->mode = m->config->history ? MODE_HISTORY : m->config->soft_delete ? MODE_SOFT : MODE_PLAIN;
    bool ok = take_own(m, t) && take_keys(m, t, l, e) && create(m, t, e) && note_table(m, t, e) &&
              mirror_prepare(m, t, e) && take_types(m, t, e);
    return ok ? t : NULL;
}

bool mirror_save_order(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    char sql[120];
    snprintf(sql, sizeof sql, "UPDATE _bfpipe_tables SET ordered='%s' WHERE id=%lld",
             orders[t->ordered], (long long)t->id);
    return db_exec(m->db, sql, e);
}

static bool load_columns(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    static const char sql[] = "SELECT name,attribute,kind,any_kind,real_name FROM _bfpipe_columns "
                              "WHERE tbl=?1 ORDER BY position";
    bool ok = take_own(m, t) && db_prepare(m->db, bf_str_of(sql), &stmt, e);
    if (ok)
        m->db->api->bind_int64(stmt, 1, t->id);
    int rc = SQLITE_DONE;
    while (ok && (rc = m->db->api->step(stmt)) == SQLITE_ROW) {
        struct column c = {.name = db_text(m->db, stmt, 0), .attribute = db_text(m->db, stmt, 1)};
        c.any = m->db->api->column_int64(stmt, 3) != 0;
        c.real = db_text(m->db, stmt, 4);
        if (!kind_parse(db_text(m->db, stmt, 2), &c.kind))
            ok = bf_err_set(e, BF_E_INPUT, "%s: _bfpipe_columns cannot be understood", m->db->path);
        (void)take(m, t, c.name);
        if (c.real.n)
            (void)take(m, t, c.real);
        ok = ok && mirror_add(m, t, &c, e);
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
    t->nkeys = (size_t)m->db->api->column_int64(row, 3);
    int mode = word(db_text(m->db, row, 4), modes, BF_COUNT(modes));
    int ordered = word(db_text(m->db, row, 5), orders, BF_COUNT(orders));
    t->ordering_known = ordered >= 0;
    t->ordered = ordered >= 0 ? (enum ordered)ordered : ORDERED_NOT;
    t->rest = m->db->api->column_int64(row, 6) != 0;
    t->tombs = m->db->api->column_int64(row, 7) != 0;
    if (mode < 0 || t->nkeys < 1 || t->nkeys > KEYS_MAX || !load_columns(m, t, e) ||
        t->n < t->nkeys)
        return bf_err_set(e, BF_E_INPUT, "%s: _bfpipe_tables cannot be understood", m->db->path);
    t->mode = (enum mode)mode;
    for (size_t i = 0; i < t->nkeys; i++) {
        t->key[i] = t->col[i].attribute;
        t->key_kind[i] = t->col[i].kind;
    }
    enum mode asked = m->config->history       ? MODE_HISTORY
                      : m->config->soft_delete ? MODE_SOFT
                                               : MODE_PLAIN;
    if (asked != t->mode && !m->config->check)
        return bf_err_set(e, BF_E_USAGE,
                          "%s: the mirror %s is of the kind %s, not %s: give the same options, or "
                          "another file",
                          m->db->path, t->name, modes[t->mode], modes[asked]);
    return mirror_prepare(m, t, e) &&
           (!m->config->types.n || (db_begin(m->db, e) && take_types(m, t, e)));
}

bool mirrors_load(struct mirrors *m, struct bf_err *e)
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
