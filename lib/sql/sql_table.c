#include <stdlib.h>

#include "lib/sql/sql_impl.h"
#include "lib/ddb/value.h"
#include "lib/json/scan.h"

struct table {
    sqlite3_vtab base;
    struct bf_sql *sql;
};

struct cursor {
    sqlite3_vtab_cursor base;
    uint64_t at; /* the serial of its change */
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
        bf_sqlite_put_name(&text, s->column[i].find.name);
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

/* Makes the scan of cdc the outermost loop of a join. */
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
    if (!c)
        return SQLITE_NOMEM;
    *out = &c->base;
    return SQLITE_OK;
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
    struct bf_sql *s = ((struct table *)(void *)cursor->pVtab)->sql;
    (void)number, (void)text, (void)argc, (void)argv;
    if (s->feed) {
        int rc = bf_sql_feed_filter(s->feed);
        if (rc == SQLITE_OK)
            return bf_sql_feed_advance(s->feed, &c->end);
        cursor->pVtab->zErrMsg = s->api->mprintf("the query reads the changes more than once");
        return rc;
    }
    c->at = s->serial;
    c->end = false;
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor)
{
    struct cursor *c = (struct cursor *)cursor;
    const struct bf_sql *s = sql_of(cursor);
    if (s->feed) {
        c->at++;
        return bf_sql_feed_advance(s->feed, &c->end);
    }
    c->end = c->at == s->serial;
    c->at = s->serial;
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

static bool text_cell(struct bf_sql *s, enum sql_cell_kind kind, struct sql_cell *cell,
                      struct bf_err *e)
{
    cell->kind = kind;
    cell->text = bf_str(s->scratch.p ? s->scratch.p : "", s->scratch.n);
    return bf_buf_check(&s->scratch, "a value", e);
}

static void number_cell(struct bf_sql *s, struct bf_str text, struct sql_cell *cell)
{
    struct sql_number n = bf_sql_number(text);
    cell->kind = n.type == SQLITE_INTEGER ? CELL_INTEGER
                 : n.type == SQLITE_FLOAT ? CELL_REAL
                                          : CELL_NUMBER;
    cell->integer = n.integer;
    cell->real = n.real;
    if (cell->kind != CELL_NUMBER)
        return;
    cell->text = text;
    s->long_numbers = true;
}

/* A text; one that looks like a long number gets a subtype that says it is not. */
static bool string_cell(struct bf_sql *s, const struct bf_attr *a, struct sql_cell *cell,
                        struct bf_err *e)
{
    if (a->escaped) {
        bf_json_unescape(&s->scratch, a->val);
        if (!text_cell(s, CELL_TEXT, cell, e))
            return false;
    } else
        *cell = (struct sql_cell){.kind = CELL_TEXT, .stays = true, .text = a->val};
    if (bf_sql_looks_long(cell->text)) {
        cell->kind = CELL_DIGITS;
        s->long_texts = true;
    }
    return true;
}

static bool attr_cell(struct bf_sql *s, const struct bf_attr *a, struct sql_cell *cell,
                      struct bf_err *e)
{
    bf_buf_reset(&s->scratch);
    switch (a->type) {
    case BF_ATTR_S:
    case BF_ATTR_B:
        return string_cell(s, a, cell, e);
    case BF_ATTR_N:
        number_cell(s, a->val, cell);
        return true;
    case BF_ATTR_BOOL:
        *cell = (struct sql_cell){.kind = CELL_BOOL, .integer = a->val.p[0] == 't'};
        return true;
    case BF_ATTR_NULL:
        return true;
    case BF_ATTR_M:
    case BF_ATTR_L:
    case BF_ATTR_SS:
    case BF_ATTR_NS:
    case BF_ATTR_BS:
        break;
    }
    bf_value_put_json(&s->scratch, a);
    return text_cell(s, CELL_JSON, cell, e);
}

static bool meta_cell(struct bf_sql *s, enum bf_row_meta what, struct sql_cell *cell,
                      struct bf_err *e)
{
    struct bf_change_text t;
    char room[ROW_META_BYTES];
    bf_row_meta_text(s->row, what, s->change, room, &t);
    if (!t.text.p)
        return true;
    if (!t.escaped && t.text.p != room) {
        *cell = (struct sql_cell){.kind = CELL_TEXT, .stays = true, .text = t.text};
        s->long_metas |= bf_sql_looks_long(t.text);
        return true;
    }
    bf_buf_reset(&s->scratch);
    if (t.escaped)
        bf_json_unescape(&s->scratch, t.text);
    else
        bf_buf_adds(&s->scratch, t.text);
    return text_cell(s, CELL_TEXT, cell, e);
}

/* A whole row; only a query over all changes needs its text. */
static bool row_cell(struct bf_sql *s, struct sql_cell *cell, struct bf_err *e)
{
    if (!s->store.stmt && !s->feed)
        return true;
    bf_buf_reset(&s->scratch);
    return bf_sql_put_row(s, &s->scratch, e) && text_cell(s, CELL_TEXT, cell, e);
}

bool bf_sql_cell(struct bf_sql *s, size_t i, struct sql_cell *cell, struct bf_err *e)
{
    struct sql_column *column = &s->column[i];
    *cell = (struct sql_cell){.kind = CELL_NULL};
    if (i == SQL_STAR_COLUMN)
        return row_cell(s, cell, e);
    if (column->meta != BF_META_N)
        return meta_cell(s, column->meta, cell, e);
    const struct bf_attr *a = bf_sql_find(s, column);
    return !a || attr_cell(s, a, cell, e);
}

static void give(const struct sql_api *api, sqlite3_context *context, const struct sql_cell *cell)
{
    switch (cell->kind) {
    case CELL_NULL:
        return;
    case CELL_INTEGER:
    case CELL_BOOL:
        api->result_int64(context, cell->integer);
        if (cell->kind == CELL_BOOL)
            api->result_subtype(context, SQL_SUB_BOOL);
        return;
    case CELL_REAL:
        api->result_double(context, cell->real);
        return;
    case CELL_TEXT:
    case CELL_DIGITS:
    case CELL_NUMBER:
    case CELL_JSON:
        api->result_text(context, cell->text.p, (int)cell->text.n,
                         cell->stays ? SQLITE_STATIC : SQLITE_TRANSIENT);
        if (cell->kind != CELL_TEXT)
            api->result_subtype(context, cell->kind == CELL_JSON     ? SQL_SUB_JSON
                                         : cell->kind == CELL_DIGITS ? SQL_SUB_TEXT
                                                                     : SQL_SUB_NUMBER);
        return;
    }
}

static int column_of(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int n)
{
    struct bf_sql *s = ((struct table *)(void *)cursor->pVtab)->sql;
    struct sql_cell cell;
    if (s->feed)
        give(s->api, context, bf_sql_feed_cell(s->feed, (size_t)n));
    else if (bf_sql_cell(s, (size_t)n, &cell, &s->why))
        give(s->api, context, &cell);
    else
        s->api->result_error(context, s->why.text, -1);
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
