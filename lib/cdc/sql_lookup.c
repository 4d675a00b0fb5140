#include <stdlib.h>

#include "lib/base/csv.h"
#include "lib/cdc/number.h"
#include "lib/cdc/sql_impl.h"
#include "lib/json/scan.h"

enum { COLUMNS_MAX = 1000, CREATE_MAX = 1024 * 1024 };

/* A lookup file on its way into its table. */
struct load {
    struct bf_sql *sql;
    const char *path;
    struct bf_str name; /* of the table */
    struct bf_reader reader;
    struct bf_str column[COLUMNS_MAX];
    bool number[COLUMNS_MAX]; /* CSV: all values so far are numbers */
    bool set[COLUMNS_MAX];    /* NDJSON: bound in this row */
    size_t n;
    sqlite3_stmt *insert;
};

static bool is_ndjson(struct bf_str path)
{
    static const char *const ends[] = {".ndjson", ".jsonl", ".json"};
    for (size_t i = 0; i < BF_COUNT(ends); i++) {
        struct bf_str end = bf_str_of(ends[i]);
        if (path.n > end.n && bf_sql_same(bf_str(path.p + path.n - end.n, end.n), end))
            return true;
    }
    return false;
}

static bool add_column(struct load *l, struct bf_str name, struct bf_err *e)
{
    if (!name.n)
        return bf_err_set(e, BF_E_INPUT, "an empty name of a column");
    for (size_t i = 0; i < l->n; i++)
        if (bf_sql_same(l->column[i], name))
            return bf_err_set(e, BF_E_INPUT, "column %.*s stands twice", (int)name.n, name.p);
    if (l->n == COLUMNS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", COLUMNS_MAX);
    l->number[l->n] = true;
    return bf_arena_copy(&l->sql->names, name, &l->column[l->n++]) || bf_err_nomem(e);
}

/* The table and the statement that fills it; column 0 is the line. */
static bool create(struct load *l, struct bf_err *e)
{
    struct bf_sql *s = l->sql;
    struct bf_buf table, fill;
    bf_buf_init(&table, CREATE_MAX);
    bf_buf_init(&fill, CREATE_MAX);
    bf_buf_lit(&table, "CREATE TABLE main.");
    bf_sql_put_name(&table, l->name);
    bf_buf_lit(&table, "(");
    bf_buf_lit(&fill, "INSERT INTO main.");
    bf_sql_put_name(&fill, l->name);
    bf_buf_lit(&fill, "(");
    for (size_t i = 0; i < l->n; i++) {
        bf_buf_add(&table, ",", i > 0);
        bf_buf_add(&fill, ",", 1);
        fill.n -= i == 0;
        bf_sql_put_name(&table, l->column[i]);
        bf_sql_put_name(&fill, l->column[i]);
    }
    bf_buf_lit(&table, ")");
    bf_buf_lit(&fill, ",rowid) VALUES (?");
    for (size_t i = 0; i < l->n; i++)
        bf_buf_lit(&fill, ",?");
    bf_buf_lit(&fill, ")");
    bool ok = bf_buf_check(&fill, "SQL", e) && bf_sql_exec(s, bf_buf_cstr(&table), e);
    if (ok && s->api->prepare_v2(s->db, fill.p, (int)fill.n, &l->insert, NULL) != SQLITE_OK)
        ok = bf_sql_fail(s, BF_E_INPUT, e);
    bf_buf_free(&table);
    bf_buf_free(&fill);
    return ok;
}

/* The row that was bound; its rowid is its line. */
static bool insert(struct load *l, uint64_t line, struct bf_err *e)
{
    const struct sql_api *api = l->sql->api;
    api->bind_int64(l->insert, (int)l->n + 1, (sqlite3_int64)line);
    int rc = api->step(l->insert);
    api->reset(l->insert);
    return rc == SQLITE_DONE || bf_sql_fail(l->sql, BF_E_INPUT, e);
}

static bool csv_row(struct load *l, const struct bf_csv *c, struct bf_err *e)
{
    struct bf_err ignored;
    const struct sql_api *api = l->sql->api;
    if (c->n == 1 && c->field[0].n == 0)
        return true; /* a blank line */
    if (c->n != l->n)
        return bf_err_set(e, BF_E_INPUT, "%zu fields, the header has %zu", c->n, l->n);
    for (size_t i = 0; i < c->n; i++) {
        struct bf_str f = c->field[i];
        if (!f.n) {
            api->bind_null(l->insert, (int)i + 1);
            continue;
        }
        l->number[i] = l->number[i] && bf_number_is_json(f) && bf_number_check(f, &ignored);
        api->bind_text(l->insert, (int)i + 1, f.p, (int)f.n, SQLITE_TRANSIENT);
    }
    return insert(l, c->line, e);
}

/* A column of numbers alone becomes numbers, as those of cdc are. */
static bool make_numbers(struct load *l, struct bf_err *e)
{
    bool ok = true;
    struct bf_buf sql;
    bf_buf_init(&sql, CREATE_MAX);
    for (size_t i = 0; ok && i < l->n; i++) {
        if (!l->number[i])
            continue;
        bf_buf_reset(&sql);
        bf_buf_lit(&sql, "UPDATE main.");
        bf_sql_put_name(&sql, l->name);
        bf_buf_lit(&sql, " SET ");
        bf_sql_put_name(&sql, l->column[i]);
        bf_buf_lit(&sql, " = dec_add(");
        bf_sql_put_name(&sql, l->column[i]);
        bf_buf_lit(&sql, ",0)");
        ok = bf_sql_exec(l->sql, bf_buf_cstr(&sql), e);
    }
    bf_buf_free(&sql);
    return ok;
}

static bool load_csv(struct load *l, struct bf_err *e)
{
    struct bf_csv c;
    bool ok = true, header = true;
    bf_csv_init(&c, &l->reader, ',', 0);
    while (ok) {
        enum bf_csv_got got = bf_csv_next(&c, -1, e);
        if (got == BF_CSV_END)
            break;
        if (got != BF_CSV_RECORD)
            ok = got == BF_CSV_LONG ? bf_err_set(e, BF_E_LIMIT, "a line too long") : false;
        else if (header) {
            for (size_t i = 0; ok && i < c.n; i++)
                ok = add_column(l, bf_str_trim(c.field[i]), e);
            ok = ok && create(l, e);
            header = false;
        } else
            ok = csv_row(l, &c, e);
        if (!ok)
            bf_err_ctx(e, "%s: line %llu", l->path, (unsigned long long)c.line);
    }
    if (ok && header)
        ok = bf_err_set(e, BF_E_INPUT, "%s: is empty; the first line names the columns", l->path);
    bf_csv_free(&c);
    return ok && make_numbers(l, e);
}

/* As columns of cdc are: an integer, or a real of 15 digits, or text. */
static bool bind_number(struct load *l, int at, struct bf_str number)
{
    const struct sql_api *api = l->sql->api;
    char text[64];
    size_t digits = 0;
    bool whole = true;
    for (size_t i = 0; i < number.n; i++) {
        digits += number.p[i] >= '0' && number.p[i] <= '9';
        whole &= number.p[i] == '-' || (number.p[i] >= '0' && number.p[i] <= '9');
    }
    if (digits > (whole ? 18 : 15) || number.n >= sizeof text)
        return api->bind_text(l->insert, at, number.p, (int)number.n, SQLITE_TRANSIENT) ==
               SQLITE_OK;
    memcpy(text, number.p, number.n);
    text[number.n] = '\0';
    return (whole ? api->bind_int64(l->insert, at, strtoll(text, NULL, 10))
                  : api->bind_double(l->insert, at, strtod(text, NULL))) == SQLITE_OK;
}

static bool bind_json(struct load *l, size_t i, const struct bf_json_val *v)
{
    const struct sql_api *api = l->sql->api;
    int at = (int)i + 1;
    struct bf_buf *text = &l->sql->scratch;
    l->set[i] = true;
    switch (v->type) {
    case BF_JSON_NULL:
        return api->bind_null(l->insert, at) == SQLITE_OK;
    case BF_JSON_FALSE:
    case BF_JSON_TRUE:
        return api->bind_int64(l->insert, at, v->type == BF_JSON_TRUE) == SQLITE_OK;
    case BF_JSON_STRING:
        bf_buf_reset(text);
        bf_json_unescape(text, v->text);
        return bf_buf_ok(text) && api->bind_text(l->insert, at, text->p ? text->p : "",
                                                 (int)text->n, SQLITE_TRANSIENT) == SQLITE_OK;
    case BF_JSON_NUMBER:
        return bind_number(l, at, v->raw);
    case BF_JSON_ARRAY:
    case BF_JSON_OBJECT:
        break;
    }
    return api->bind_text(l->insert, at, v->raw.p, (int)v->raw.n, SQLITE_TRANSIENT) == SQLITE_OK;
}

/* One object; the first one names the columns. */
static bool json_row(struct load *l, struct bf_str line, bool names, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    struct bf_buf name;
    enum bf_json_more more;
    bool ok = true;
    bf_buf_init(&name, 65536);
    memset(l->set, 0, sizeof l->set);
    bf_json_init(&j, line);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while (ok && (more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        size_t i = 0;
        bf_buf_reset(&name);
        bf_json_unescape(&name, key.text);
        ok = bf_buf_check(&name, "a name", e) && bf_json_value(&j, &v, e);
        if (ok && names)
            ok = add_column(l, bf_buf_view(&name), e);
        else if (ok) {
            while (i < l->n && !bf_str_eq(l->column[i], bf_buf_view(&name)))
                i++;
            if (i == l->n)
                ok = bf_err_set(e, BF_E_INPUT, "%.*s is no member of the first line's object",
                                (int)name.n, name.p);
            else
                ok = bind_json(l, i, &v) || bf_err_nomem(e);
        }
    }
    ok = ok && more == BF_JSON_END && bf_json_end(&j, e);
    bf_buf_free(&name);
    for (size_t i = 0; ok && !names && i < l->n; i++)
        if (!l->set[i])
            l->sql->api->bind_null(l->insert, (int)i + 1);
    return ok;
}

static bool load_ndjson(struct load *l, struct bf_err *e)
{
    struct bf_str line;
    bool ok = true, first = true;
    while (ok) {
        enum bf_line got = bf_reader_next(&l->reader, &line, e);
        if (got == BF_LINE_END)
            break;
        if (got != BF_LINE && got != BF_LINE_PARTIAL)
            ok = got == BF_LINE_LONG ? bf_err_set(e, BF_E_LIMIT, "a line too long") : false;
        else if (bf_str_trim(line).n) {
            ok = (!first || (json_row(l, line, true, e) && create(l, e))) &&
                 json_row(l, line, false, e) && insert(l, l->reader.line, e);
            first = false;
        }
        if (!ok)
            bf_err_ctx(e, "%s: line %llu", l->path, (unsigned long long)l->reader.line);
    }
    if (ok && first)
        ok = bf_err_set(e, BF_E_INPUT, "%s: is empty", l->path);
    return ok;
}

bool bf_sql_lookup_load(struct bf_sql *s, const char *spec, struct bf_str *name, struct bf_err *e)
{
    static struct load zero;
    struct load *l;
    const char *equal = strchr(spec, '=');
    if (!equal || equal == spec || !equal[1])
        return bf_err_set(e, BF_E_USAGE, "wants NAME=FILE, not '%s'", spec);
    if (!bf_arena_copy(&s->names, bf_str(spec, (size_t)(equal - spec)), name))
        return bf_err_nomem(e);
    if (bf_sql_same(*name, BF_STR("cdc")))
        return bf_err_set(e, BF_E_USAGE, "cdc is the table of changes; choose another name");
    l = bf_arena_alloc(&s->names, sizeof *l);
    if (!l)
        return bf_err_nomem(e);
    *l = zero;
    l->sql = s;
    l->path = equal + 1;
    l->name = *name;
    if (!bf_reader_open(&l->reader, l->path, 0, NULL, e))
        return false;
    bool ok = is_ndjson(bf_str_of(l->path)) ? load_ndjson(l, e) : load_csv(l, e);
    s->api->finalize(l->insert);
    bf_reader_close(&l->reader);
    return ok;
}

/* "products.csv: lines 3 and 9 have the same product_id" */
static bool tell_twice(struct bf_sql *s, size_t lookup, struct bf_str column, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    struct bf_buf sql;
    const char *path = strchr(s->conf.lookup.item[lookup], '=') + 1;
    bf_buf_init(&sql, CREATE_MAX);
    bf_buf_lit(&sql, "SELECT min(rowid), max(rowid) FROM main.");
    bf_sql_put_name(&sql, s->lookup[lookup]);
    bf_buf_lit(&sql, " GROUP BY ");
    bf_sql_put_name(&sql, column);
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

static bool has_null(struct bf_sql *s, size_t lookup, struct bf_str column, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    struct bf_buf sql;
    bool found = false;
    bf_buf_init(&sql, CREATE_MAX);
    bf_buf_lit(&sql, "SELECT min(rowid) FROM main.");
    bf_sql_put_name(&sql, s->lookup[lookup]);
    bf_buf_lit(&sql, " WHERE ");
    bf_sql_put_name(&sql, column);
    bf_buf_lit(&sql, " IS NULL HAVING count(*)");
    if (s->api->prepare_v2(s->db, sql.p, (int)sql.n, &stmt, NULL) == SQLITE_OK)
        found = s->api->step(stmt) == SQLITE_ROW;
    if (found)
        bf_err_set(e, BF_E_INPUT, "%s: line %lld: no %.*s",
                   strchr(s->conf.lookup.item[lookup], '=') + 1,
                   (long long)s->api->column_int64(stmt, 0), (int)column.n, column.p);
    s->api->finalize(stmt);
    bf_buf_free(&sql);
    return found;
}

bool bf_sql_lookup_index(struct bf_sql *s, struct bf_str table, struct bf_str column, bool unique,
                         struct bf_err *e)
{
    size_t i = 0;
    struct bf_err ignored;
    while (i < s->conf.lookup.n && !bf_sql_same(s->lookup[i], table))
        i++;
    if (i == s->conf.lookup.n)
        return bf_err_set(e, BF_E_USAGE, "no --lookup is called %.*s", (int)table.n, table.p);
    char *sql = s->api->mprintf("CREATE %s INDEX main.\"%.*w on %.*w\" ON \"%.*w\"(\"%.*w\")",
                                unique ? "UNIQUE" : "", (int)table.n, table.p, (int)column.n,
                                column.p, (int)table.n, table.p, (int)column.n, column.p);
    bool ok = bf_sql_exec(s, sql, e);
    s->api->free(sql);
    if (!unique)
        return ok;
    if (!ok) {
        *e = strstr(e->text, "UNIQUE") ? (tell_twice(s, i, column, &ignored), ignored) : *e;
        if (strstr(e->text, "no such column") || strstr(e->text, "has no column"))
            bf_err_set(e, BF_E_USAGE, "%.*s has no column %.*s", (int)table.n, table.p,
                       (int)column.n, column.p);
        return false;
    }
    return !has_null(s, i, column, e);
}

bool bf_sql_lookup_indexes(struct bf_sql *s, const struct sql_text *t, struct bf_err *e)
{
    for (size_t i = 0; i < s->conf.lookup.n; i++) {
        sqlite3_stmt *stmt = NULL;
        char *sql = s->api->mprintf("SELECT * FROM main.\"%w\"", s->lookup[i].p);
        bool ok = sql && s->api->prepare_v2(s->db, sql, -1, &stmt, NULL) == SQLITE_OK;
        s->api->free(sql);
        for (int k = 0; ok && k < s->api->column_count(stmt); k++) {
            struct bf_str column = bf_str_of(s->api->column_name(stmt, k));
            if (bf_sql_text_has(t, column))
                ok = bf_sql_lookup_index(s, s->lookup[i], column, false, e);
        }
        s->api->finalize(stmt);
        if (!ok)
            return e->code ? false : bf_sql_fail(s, BF_E_INPUT, e);
    }
    return true;
}
