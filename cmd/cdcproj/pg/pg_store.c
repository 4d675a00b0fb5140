/* Mirrors in a PostgreSQL database. The database is not queried while lines are read: missing tables and columns are
 * created at the commit. */
#include "cmd/cdcproj/pg/pg.h"

#include <stdlib.h>

#include "cmd/cdcproj/mirror/mirror_store.h"

enum { COLUMNS_MAX = 400, BATCH_MAX = 1 << 30, KEYS_OF_BATCH = 1 << 24 };

struct pg_batch *pg_batch_new(void)
{
    struct pg_batch *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    bf_buf_init(&b->text, BATCH_MAX);
    bf_buf_init(&b->order, BATCH_MAX);
    bf_map_init(&b->by_key, KEYS_OF_BATCH);
    return b;
}

void pg_batch_free(struct pg_batch *b)
{
    if (!b)
        return;
    bf_buf_free(&b->text);
    bf_buf_free(&b->order);
    bf_map_free(&b->by_key);
    free(b->row);
    free(b);
}

void pg_put_type(struct bf_buf *sql, enum kind kind)
{
    static const char *const types[] = {"text", "numeric", "boolean", "bytea", "jsonb"};
    bf_buf_adds(sql, bf_str_of(types[kind]));
}

void pg_put_keys(struct bf_buf *sql, const struct mirror *t, const char *join, const char *before)
{
    for (size_t i = 0; i < t->nkeys; i++) {
        if (i)
            bf_buf_adds(sql, bf_str_of(join));
        bf_buf_adds(sql, bf_str_of(before));
        bf_sqlite_put_name(sql, t->col[i].name);
    }
}

void pg_put_same_key(struct bf_buf *sql, const struct mirror *t, const char *table,
                     const char *stage)
{
    for (size_t i = 0; i < t->nkeys; i++) {
        bf_buf_addf(sql, "%s%s.", i ? " AND " : "", table);
        bf_sqlite_put_name(sql, t->col[i].name);
        bf_buf_addf(sql, "=%s.c%zu", stage, i);
    }
}

/* The name of the table of a source: cut to what PostgreSQL keeps of one, and not that of another mirror. */
static bool free_name(struct mirrors *m, struct bf_str *name, int64_t *id, struct bf_err *e)
{
    static const char there[] = "SELECT to_regclass(quote_ident($1)) IS NOT NULL";
    static char room[NAME_MAX_BYTES + 1];
    const char *values[] = {room};
    size_t n = (size_t)bf_str_shown(*name, NAME_MAX_BYTES);
    *id = 1;
    bool taken = false;
    for (size_t i = 0; i < n; i++)
        room[i] = (char)((unsigned char)name->p[i] < ' ' ? '_' : name->p[i]);
    room[n] = 0;
    for (struct mirror *t = m->first; t; t = t->next) {
        *id = t->id >= *id ? t->id + 1 : *id;
        taken = taken || strcmp(t->name, room) == 0;
    }
    if (taken)
        return bf_err_set(e, BF_E_USAGE,
                          "two tables are called %s in PostgreSQL, which keeps %d bytes of a name: "
                          "project one with --table into another schema",
                          room, NAME_MAX_BYTES);
    *name = bf_str(room, n);
    struct pg_result *r;
    while (!(r = bf_pg_query(&m->pg->c, there, 1, values, e))) {
        bool done; /* no transaction is open, so nothing is lost with the connection */
        if (e->code != BF_E_NETWORK || !pg_again(m->pg, &done, e))
            return false;
    }
    taken = bf_str_is(bf_pg_text(&m->pg->c, r, 0, 0), "t");
    m->pg->c.api->clear(r);
    return !taken || bf_err_set(e, BF_E_USAGE,
                                "the schema %s has a table %s already, which cdcproj has not made: "
                                "use another schema",
                                m->pg->schema, room);
}

static bool create(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    (void)m;
    return (t->batch = pg_batch_new()) != NULL || bf_err_nomem(e);
}

static bool note(struct mirrors *m, struct mirror *t, const struct column *c, struct bf_err *e)
{
    (void)m, (void)t, (void)c, (void)e;
    return true;
}

static bool rest(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    (void)m, (void)e;
    t->rest = true;
    return true;
}

static bool order(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    (void)m, (void)e;
    t->batch->order_kept = false;
    return true;
}

static void forget(struct mirror *t)
{
    pg_batch_free(t->batch);
}

static const struct mirror_store store = {
    .other = "schema",
    .columns_max = COLUMNS_MAX,
    .free_name = free_name,
    .create = create,
    .note = note,
    .column = mirror_add,
    .rest = rest,
    .order = order,
    .no_nul = true,
    .forget = forget,
};

static bool load_columns(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    struct bf_pg *c = &m->pg->c;
    bf_buf_reset(&m->sql);
    bf_buf_addf(&m->sql,
                "SELECT name,attribute,kind,any_kind FROM _bfpipe_columns WHERE tbl=%lld ORDER BY "
                "position",
                (long long)t->id);
    struct pg_result *r = bf_pg_query(c, bf_buf_cstr(&m->sql), 0, NULL, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < c->api->ntuples(r); i++) {
        struct column col = {.name = bf_pg_text(c, r, i, 0), .attribute = bf_pg_text(c, r, i, 1)};
        col.any = bf_pg_number(c, r, i, 3) != 0;
        ok = mirror_load_column(m, t, &col, bf_pg_text(c, r, i, 2), e);
    }
    if (r)
        c->api->clear(r);
    return ok;
}

static bool load_one(struct mirrors *m, const struct pg_result *r, int i, struct bf_err *e)
{
    struct bf_pg *c = &m->pg->c;
    struct mirror *t = mirror_new(m, bf_pg_text(c, r, i, 1), bf_pg_text(c, r, i, 2), e);
    if (!t)
        return false;
    t->id = bf_pg_number(c, r, i, 0);
    t->rest = bf_str_is(bf_pg_text(c, r, i, 6), "t");
    t->tombs = bf_str_is(bf_pg_text(c, r, i, 7), "t");
    mirror_take_own(m, t);
    if (!(t->batch = pg_batch_new()))
        return bf_err_nomem(e);
    if (!load_columns(m, t, e) || !mirror_loaded(m, t, bf_pg_number(c, r, i, 3),
                                                 bf_pg_text(c, r, i, 4), bf_pg_text(c, r, i, 5), e))
        return false;
    pg_made(t);
    return m->config->check || mirror_take_types(m, t, e);
}

bool pg_load(struct mirrors *m, struct pg *g, const struct config *c, struct bf_err *e)
{
    static const char sql[] =
        "SELECT id,name,source,jsonb_array_length(keys),mode,ordered,EXISTS(SELECT FROM "
        "pg_attribute WHERE attrelid=to_regclass(quote_ident(t.name)) AND attname='_rest'),"
        "EXISTS(SELECT FROM _bfpipe_deleted d WHERE d.tbl=t.id) FROM _bfpipe_tables t ORDER BY id";
    mirrors_init(m, &store, g->c.shown, c);
    m->pg = g;
    struct pg_result *r = bf_pg_query(&g->c, sql, 0, NULL, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < g->c.api->ntuples(r); i++)
        ok = load_one(m, r, i, e);
    if (r)
        g->c.api->clear(r);
    return ok;
}

static void put_column(struct bf_buf *sql, const struct column *c)
{
    bf_sqlite_put_name(sql, c->name);
    bf_buf_addc(sql, ' ');
    pg_put_type(sql, c->kind);
}

static void put_table(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_lit(sql, "CREATE TABLE ");
    bf_sqlite_put_name(sql, bf_str_of(t->name));
    bf_buf_addc(sql, '(');
    for (size_t i = 0; i < t->nkeys; i++) {
        put_column(sql, &t->col[i]);
        bf_buf_lit(sql, " NOT NULL,");
    }
    bf_buf_lit(sql, "_seq text COLLATE \"C\" NOT NULL");
    if (t->mode == MODE_SOFT)
        bf_buf_lit(sql, ",_deleted timestamptz");
    if (t->mode == MODE_HISTORY)
        bf_buf_lit(sql, ",_version bigint NOT NULL,_valid_from timestamptz,_valid_to timestamptz,"
                        "_end_seq text COLLATE \"C\"");
    bf_buf_lit(sql, ",PRIMARY KEY(");
    pg_put_keys(sql, t, ",", "");
    bf_buf_adds(sql, t->mode == MODE_HISTORY ? BF_STR(",_version));") : BF_STR("));"));
    bf_buf_addf(sql, "INSERT INTO _bfpipe_tables VALUES(%lld,", (long long)t->id);
    bf_pg_put_literal(sql, bf_str_of(t->name));
    bf_buf_addc(sql, ',');
    bf_pg_put_literal(sql, bf_str_of(t->source));
    bf_buf_addc(sql, ',');
    struct bf_buf keys;
    bf_buf_init(&keys, 1 << 20);
    mirror_put_keys(&keys, t);
    sql->failed = sql->failed || keys.failed;
    bf_pg_put_literal(sql, bf_buf_view(&keys));
    bf_buf_free(&keys);
    bf_buf_addf(sql, ",'%s',NULL);", mode_name(t->mode));
}

static void put_note(struct bf_buf *sql, const struct mirror *t, size_t i)
{
    const struct column *c = &t->col[i];
    bf_buf_addf(sql, "INSERT INTO _bfpipe_columns VALUES(%lld,%zu,", (long long)t->id, i);
    bf_pg_put_literal(sql, c->name);
    bf_buf_addc(sql, ',');
    bf_pg_put_literal(sql, c->attribute);
    bf_buf_addf(sql, ",'%s',%d,NULL);", kind_name(c->kind), c->any);
}

bool pg_make(struct pg *g, struct mirror *t, struct bf_err *e)
{
    struct pg_batch *b = t->batch;
    struct bf_buf *sql = &g->sql;
    size_t first = b->made ? b->columns : t->nkeys;
    if (!b->made)
        put_table(sql, t);
    for (size_t i = first; i < t->n; i++) {
        if (i == first) {
            bf_buf_lit(sql, "ALTER TABLE ");
            bf_sqlite_put_name(sql, bf_str_of(t->name));
        }
        bf_buf_adds(sql, i == first ? BF_STR(" ADD COLUMN ") : BF_STR(",ADD COLUMN "));
        put_column(sql, &t->col[i]);
        if (i + 1 == t->n)
            bf_buf_addc(sql, ';');
    }
    for (size_t i = b->made ? b->columns : 0; i < t->n; i++)
        put_note(sql, t, i);
    if (t->rest && !b->rest) {
        bf_buf_lit(sql, "ALTER TABLE ");
        bf_sqlite_put_name(sql, bf_str_of(t->name));
        bf_buf_lit(sql, " ADD COLUMN _rest jsonb;");
    }
    if (t->ordering_known && !b->order_kept)
        bf_buf_addf(sql, "UPDATE _bfpipe_tables SET ordered='%s' WHERE id=%lld;",
                    order_name(t->ordered), (long long)t->id);
    return sql->n == 0 || pg_run(g, NULL, e);
}

void pg_made(struct mirror *t)
{
    struct pg_batch *b = t->batch;
    b->made = true;
    b->columns = t->n;
    b->rest = t->rest;
    b->order_kept = t->ordering_known;
}
