#include <stdlib.h>

#include "lib/cdc/sql_impl.h"
#include "lib/cdc/value.h"
#include "lib/json/scan.h"

struct table {
    sqlite3_vtab base;
    struct bf_sql *sql;
};

struct cursor {
    sqlite3_vtab_cursor base;
    uint64_t at; /* the change it stands on */
    bool end;
};

static int connect_table(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **out, char **message)
{
    struct bf_sql *s = aux;
    struct bf_buf text;
    (void)argc, (void)argv, (void)message;
    struct table *t = calloc(1, sizeof *t);
    bf_buf_init(&text, 1024 * 1024);
    bf_buf_lit(&text, "CREATE TABLE cdc(_row HIDDEN");
    for (size_t i = 1; i < s->ncolumns; i++) {
        bf_buf_lit(&text, ",");
        bf_sql_put_name(&text, s->column[i].find.name);
    }
    bf_buf_lit(&text, ")");
    const char *sql = bf_buf_cstr(&text);
    int rc = t && sql ? s->api->declare_vtab(db, sql) : SQLITE_NOMEM;
    bf_buf_free(&text);
    if (rc != SQLITE_OK) {
        free(t);
        return rc;
    }
    t->sql = s;
    *out = &t->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *v)
{
    free(v);
    return SQLITE_OK;
}

/* Scanning cdc is to be the outermost loop of a join. */
static int best_index(sqlite3_vtab *v, sqlite3_index_info *info)
{
    (void)v;
    info->estimatedCost = 1e12;
    info->estimatedRows = 1000000000;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *v, sqlite3_vtab_cursor **out)
{
    (void)v;
    struct cursor *c = calloc(1, sizeof *c);
    *out = &c->base;
    return c ? SQLITE_OK : SQLITE_NOMEM;
}

static int close_cursor(sqlite3_vtab_cursor *c)
{
    free(c);
    return SQLITE_OK;
}

static const struct bf_sql *sql_of(const sqlite3_vtab_cursor *c)
{
    return ((const struct table *)(const void *)c->pVtab)->sql;
}

static int filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc,
                  sqlite3_value **argv)
{
    struct cursor *c = (struct cursor *)cursor;
    (void)number, (void)text, (void)argc, (void)argv;
    c->at = sql_of(cursor)->serial;
    c->end = false;
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor)
{
    struct cursor *c = (struct cursor *)cursor;
    uint64_t serial = sql_of(cursor)->serial;
    c->end = c->at == serial;
    c->at = serial;
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
    return ((struct cursor *)cursor)->end;
}

static int rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((struct cursor *)cursor)->at;
    return SQLITE_OK;
}

const struct bf_attr *bf_sql_find(struct bf_sql *s, struct sql_column *column)
{
    if (column->serial != s->serial) {
        column->serial = s->serial;
        column->looked = true;
        column->attr = NULL;
        if (bf_row_find(&column->find, s->change, s->image, &column->scratch, &column->attr)) {
            column->seen = true;
            column->types |= 1u << column->attr->type;
        }
    }
    return column->attr;
}

/* The text stays where it is until the next change. */
static void result_slice(const struct sql_api *api, sqlite3_context *context, struct bf_str text)
{
    api->result_text(context, text.p, (int)text.n, SQLITE_STATIC);
}

static void result_scratch(struct bf_sql *s, sqlite3_context *context)
{
    if (!bf_buf_ok(&s->scratch))
        s->api->result_error_nomem(context);
    else
        s->api->result_text(context, s->scratch.p ? s->scratch.p : "", (int)s->scratch.n,
                            SQLITE_TRANSIENT);
}

static void result_attr(struct bf_sql *s, sqlite3_context *context, const struct bf_attr *a)
{
    const struct sql_api *api = s->api;
    bf_buf_reset(&s->scratch);
    switch (a->type) {
    case BF_ATTR_S:
    case BF_ATTR_B:
        if (!a->escaped) {
            result_slice(api, context, a->val);
            return;
        }
        bf_json_unescape(&s->scratch, a->val);
        result_scratch(s, context);
        return;
    case BF_ATTR_N:
        bf_sql_result_number(api, context, a->val);
        return;
    case BF_ATTR_BOOL:
        api->result_int64(context, a->val.p[0] == 't');
        api->result_subtype(context, SQL_SUB_BOOL);
        return;
    case BF_ATTR_NULL:
        return;
    case BF_ATTR_M:
    case BF_ATTR_L:
    case BF_ATTR_SS:
    case BF_ATTR_NS:
    case BF_ATTR_BS:
        break;
    }
    bf_value_put_json(&s->scratch, a);
    result_scratch(s, context);
    api->result_subtype(context, SQL_SUB_JSON);
}

static void result_meta(struct bf_sql *s, sqlite3_context *context, enum bf_row_meta what)
{
    struct bf_change_text t;
    char time[64];
    bf_row_meta_text(s->row, what, s->change, time, &t);
    if (!t.text.p)
        return;
    if (!t.escaped) {
        s->api->result_text(context, t.text.p, (int)t.text.n,
                            what == BF_META_TS ? SQLITE_TRANSIENT : SQLITE_STATIC);
        return;
    }
    bf_buf_reset(&s->scratch);
    bf_json_unescape(&s->scratch, t.text);
    result_scratch(s, context);
}

/* A whole row; only a query that keeps changes asks for its text. */
static void result_row(struct bf_sql *s, sqlite3_context *context)
{
    if (!s->store.stmt)
        return;
    bf_buf_reset(&s->scratch);
    if (!bf_row_put(s->row, s->change, &s->scratch, &s->why)) {
        s->api->result_error(context, s->why.text, -1);
        return;
    }
    s->scratch.n--; /* its newline */
    result_scratch(s, context);
}

static int column_of(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int n)
{
    struct bf_sql *s = ((struct table *)(void *)cursor->pVtab)->sql;
    struct sql_column *column = &s->column[n];
    if (n == SQL_STAR_COLUMN)
        result_row(s, context);
    else if (column->meta != BF_META_N)
        result_meta(s, context, column->meta);
    else {
        const struct bf_attr *a = bf_sql_find(s, column);
        if (a)
            result_attr(s, context, a);
    }
    return SQLITE_OK;
}

static const sqlite3_module module = {
    .xCreate = connect_table,
    .xConnect = connect_table,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xDestroy = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = at_end,
    .xColumn = column_of,
    .xRowid = rowid,
};

bool bf_sql_table_init(struct bf_sql *s, struct bf_err *e)
{
    s->column = calloc(SQL_COLUMNS_MAX, sizeof *s->column);
    if (!s->column)
        return bf_err_nomem(e);
    s->ncolumns = 1;
    return s->api->create_module_v2(s->db, "bf_cdc", &module, s, NULL) == SQLITE_OK
               ? bf_sql_table_make(s, e)
               : bf_sql_fail(s, BF_E_MEMORY, e);
}

bool bf_sql_table_make(struct bf_sql *s, struct bf_err *e)
{
    return bf_sql_exec(
        s, "DROP TABLE IF EXISTS main.cdc; CREATE VIRTUAL TABLE main.cdc USING bf_cdc", e);
}
