#include <stdlib.h>

#include "lib/encoding/enc.h"
#include "lib/row/columns.h"
#include "lib/ddb/number.h"
#include "lib/sql/sql_impl.h"
#include "lib/json/scan.h"

enum { COLUMNS_MAX = 1000, CREATE_MAX = 1024 * 1024 };

static const char raw[] = "raw lookup";

/* A lookup file that is being loaded: first into a table without types, then, when the types of the
 * columns are known, into one with types, so that a text 12 and a number 12 are the same key. */
struct load {
    struct bf_sql *sql;
    const char *path;
    struct bf_str name; /* of the table */
    struct bf_reader reader;
    struct bf_str column[COLUMNS_MAX];
    unsigned types[COLUMNS_MAX]; /* bits 1 << enum bf_attr_type of the values so far */
    bool inexact[COLUMNS_MAX];   /* one value looks like a number but needs a text */
    bool set[COLUMNS_MAX];       /* NDJSON: bound in this row */
    bool csv;
    bool index; /* the first column of the CSV contains row numbers and has no name (columns.h) */
    size_t n;
    sqlite3_stmt *insert;
};

static bool is_ndjson(struct bf_str path)
{
    static const char *const ends[] = {".ndjson", ".jsonl", ".json"};
    for (size_t i = 0; i < BF_COUNT(ends); i++) {
        struct bf_str end = bf_str_of(ends[i]);
        if (path.n > end.n && bf_str_same(bf_str(path.p + path.n - end.n, end.n), end))
            return true;
    }
    return false;
}

static bool add_column(struct load *l, struct bf_str name, struct bf_err *e)
{
    if (!name.n)
        return bf_err_set(e, BF_E_INPUT, "an empty name of a column");
    for (size_t i = 0; i < l->n; i++)
        if (bf_str_same(l->column[i], name))
            return bf_err_set(e, BF_E_INPUT, "column %.*s appears twice", (int)name.n, name.p);
    if (l->n == COLUMNS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", COLUMNS_MAX);
    return bf_arena_copy(&l->sql->names, name, &l->column[l->n++]) || bf_err_nomem(e);
}

/* Creates the table without types and the statement that fills it; the last value is the line
 * number. */
static bool create(struct load *l, struct bf_err *e)
{
    struct bf_buf table, fill;
    bf_buf_init(&table, CREATE_MAX);
    bf_buf_init(&fill, CREATE_MAX);
    bf_buf_addf(&table, "CREATE TABLE main.\"%s\"(", raw);
    bf_buf_addf(&fill, "INSERT INTO main.\"%s\"(", raw);
    for (size_t i = 0; i < l->n; i++) {
        bf_buf_add(&table, ",", i > 0);
        bf_sqlite_put_name(&table, l->column[i]);
        bf_sqlite_put_name(&fill, l->column[i]);
        bf_buf_lit(&fill, ",");
    }
    bf_buf_lit(&table, ")");
    bf_buf_lit(&fill, "rowid) VALUES (?");
    for (size_t i = 0; i < l->n; i++)
        bf_buf_lit(&fill, ",?");
    bf_buf_lit(&fill, ")");
    bool ok = bf_buf_check(&fill, "SQL", e) && bf_sql_exec(l->sql, bf_buf_cstr(&table), e);
    if (ok &&
        l->sql->api->prepare_v2(l->sql->db, fill.p, (int)fill.n, &l->insert, NULL) != SQLITE_OK)
        ok = bf_sql_fail(l->sql, BF_E_INPUT, e);
    bf_buf_free(&table);
    bf_buf_free(&fill);
    return ok;
}

/* A column of numbers only, as those of cdc are. In CSV all values are texts at first. */
static bool all_numbers(const struct load *l, size_t i)
{
    return l->types[i] == 1u << BF_ATTR_N;
}

/* Creates the table that queries read. */
static bool finish_load(struct load *l, struct bf_err *e)
{
    struct bf_buf table, fill;
    bf_buf_init(&table, CREATE_MAX);
    bf_buf_init(&fill, CREATE_MAX);
    bf_buf_lit(&table, "CREATE TABLE main.");
    bf_sqlite_put_name(&table, l->name);
    bf_buf_lit(&table, "(");
    bf_buf_lit(&fill, "INSERT INTO main.");
    bf_sqlite_put_name(&fill, l->name);
    bf_buf_lit(&fill, "(rowid");
    for (size_t i = 0; i < l->n; i++) {
        bf_buf_add(&table, ",", i > 0);
        bf_sqlite_put_name(&table, l->column[i]);
        bf_buf_lit(&fill, ",");
        bf_sqlite_put_name(&fill, l->column[i]);
        if (all_numbers(l, i) && !l->inexact[i])
            bf_buf_lit(&table, " NUMERIC");
        else if (l->types[i] == 1u << BF_ATTR_S)
            bf_buf_lit(&table, " TEXT");
    }
    bf_buf_lit(&table, ")");
    bf_buf_lit(&fill, ") SELECT rowid");
    for (size_t i = 0; i < l->n; i++) {
        bool convert = l->csv && all_numbers(l, i);
        bf_buf_lit(&fill, ",");
        bf_buf_add(&fill, "dec_add(", convert ? 8 : 0);
        bf_sqlite_put_name(&fill, l->column[i]);
        bf_buf_add(&fill, ",0)", convert ? 3 : 0);
    }
    bf_buf_addf(&fill, " FROM main.\"%s\"; DROP TABLE main.\"%s\"", raw, raw);
    l->sql->api->finalize(l->insert);
    l->insert = NULL;
    bool ok = bf_buf_check(&fill, "SQL", e) && bf_sql_exec(l->sql, bf_buf_cstr(&table), e) &&
              bf_sql_exec(l->sql, bf_buf_cstr(&fill), e);
    bf_buf_free(&table);
    bf_buf_free(&fill);
    return ok;
}

/* Inserts the row that was bound; its rowid is its line number. */
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
    const struct sql_api *api = l->sql->api;
    if (c->n == 1 && c->field[0].n == 0)
        return true; /* a blank line */
    if (c->n != l->index + l->n)
        return bf_err_set(e, BF_E_INPUT, "%zu field%s, the header has %zu", c->n,
                          c->n == 1 ? "" : "s", l->index + l->n);
    for (size_t i = 0; i < l->n; i++) {
        struct bf_str f = c->field[l->index + i];
        if (!f.n) {
            api->bind_null(l->insert, (int)i + 1);
            continue;
        }
        bool number = !(l->types[i] & 1u << BF_ATTR_S) && bf_columns_number(f);
        l->types[i] |= 1u << (number ? BF_ATTR_N : BF_ATTR_S);
        l->inexact[i] |= bf_sql_looks_long(f);
        if (api->bind_text(l->insert, (int)i + 1, f.p, (int)f.n, SQLITE_TRANSIENT) != SQLITE_OK)
            return bf_err_nomem(e);
    }
    return insert(l, c->line, e);
}

/* In a column with texts, numbers are texts. */
static void settle_csv(struct load *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->types[i] & 1u << BF_ATTR_S)
            l->types[i] = 1u << BF_ATTR_S;
}

static bool csv_header(struct load *l, const struct bf_csv *c, struct bf_err *e)
{
    l->index = c->n > 1 && c->field[0].n == 0;
    for (size_t i = l->index; i < c->n; i++)
        if (!add_column(l, bf_str_trim(c->field[i]), e))
            return false;
    return create(l, e);
}

static bool load_csv(struct load *l, struct bf_err *e)
{
    struct bf_csv c;
    bool ok = true, header = true;
    size_t bad;
    l->csv = true;
    bf_csv_init(&c, &l->reader, '\0', 0);
    while (ok) {
        enum bf_csv_got got = bf_csv_next(&c, -1, e);
        if (got == BF_CSV_END)
            break;
        if (got == BF_CSV_ERROR || got == BF_CSV_STOP)
            ok = got == BF_CSV_ERROR ? false : bf_err_set(e, BF_E_IO, "%s: stopped", l->path);
        else {
            if (got != BF_CSV_RECORD)
                ok = got == BF_CSV_LONG ? bf_err_set(e, BF_E_LIMIT, "a line too long") : false;
            else if (!bf_utf8_valid(c.raw, &bad))
                ok = bf_err_set(e, BF_E_INPUT, "byte %zu: not UTF-8", bad + 1);
            else
                ok = header ? csv_header(l, &c, e) : csv_row(l, &c, e);
            header = false;
            if (!ok)
                bf_err_ctx(e, "%s: line %llu", l->path, (unsigned long long)c.line);
        }
    }
    if (ok && header)
        ok = bf_err_set(e, BF_E_INPUT, "%s: is empty; the first line names the columns", l->path);
    settle_csv(l);
    bf_csv_free(&c);
    return ok;
}

/* As in columns of cdc. */
static bool bind_number(struct load *l, size_t i, struct bf_str number)
{
    const struct sql_api *api = l->sql->api;
    struct sql_number n = bf_sql_number(number);
    int at = (int)i + 1;
    l->inexact[i] |= n.type == SQLITE_TEXT;
    int rc = n.type == SQLITE_INTEGER ? api->bind_int64(l->insert, at, n.integer)
             : n.type == SQLITE_FLOAT
                 ? api->bind_double(l->insert, at, n.real)
                 : api->bind_text(l->insert, at, number.p, (int)number.n, SQLITE_TRANSIENT);
    return rc == SQLITE_OK;
}

static bool bind_json(struct load *l, size_t i, const struct bf_json_val *v, struct bf_err *e)
{
    static const enum bf_attr_type types[] = {
        [BF_JSON_NULL] = BF_ATTR_NULL, [BF_JSON_FALSE] = BF_ATTR_BOOL,
        [BF_JSON_TRUE] = BF_ATTR_BOOL, [BF_JSON_STRING] = BF_ATTR_S,
        [BF_JSON_NUMBER] = BF_ATTR_N,  [BF_JSON_ARRAY] = BF_ATTR_L,
        [BF_JSON_OBJECT] = BF_ATTR_M};
    const struct sql_api *api = l->sql->api;
    int at = (int)i + 1, rc = SQLITE_NOMEM;
    struct bf_buf *text = &l->sql->scratch;
    l->set[i] = true;
    l->types[i] |= v->type == BF_JSON_NULL ? 0 : 1u << types[v->type];
    switch (v->type) {
    case BF_JSON_NULL:
        rc = api->bind_null(l->insert, at);
        break;
    case BF_JSON_FALSE:
    case BF_JSON_TRUE:
        rc = api->bind_int64(l->insert, at, v->type == BF_JSON_TRUE);
        break;
    case BF_JSON_STRING:
        bf_buf_reset(text);
        bf_json_unescape(text, v->text);
        l->inexact[i] |= bf_buf_ok(text) && bf_sql_looks_long(bf_buf_view(text));
        if (bf_buf_ok(text))
            rc = api->bind_text(l->insert, at, text->p ? text->p : "", (int)text->n,
                                SQLITE_TRANSIENT);
        break;
    case BF_JSON_NUMBER:
        if (!bf_number_check(v->raw, e))
            return false;
        return bind_number(l, i, v->raw) || bf_err_nomem(e);
    case BF_JSON_ARRAY:
    case BF_JSON_OBJECT:
        rc = api->bind_text(l->insert, at, v->raw.p, (int)v->raw.n, SQLITE_TRANSIENT);
        break;
    }
    return rc == SQLITE_OK || bf_err_nomem(e);
}

/* One object; the first one defines the columns. */
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
                ok = bf_err_set(e, BF_E_INPUT, "%.*s is not a member of the first line's object",
                                (int)name.n, name.p);
            else if (l->set[i])
                ok = bf_err_set(e, BF_E_INPUT, "%.*s appears twice", (int)name.n, name.p);
            else
                ok = bind_json(l, i, &v, e) || bf_err_ctx(e, "%.*s", (int)name.n, name.p);
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
        if (got == BF_LINE_ERROR)
            return false;
        if (got == BF_LINE_STOP)
            return bf_err_set(e, BF_E_IO, "%s: stopped", l->path);
        if (l->reader.line == 1)
            line = bf_str_no_bom(line);
        if (got == BF_LINE_LONG)
            ok = bf_err_set(e, BF_E_LIMIT, "a line too long");
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

/* NAME=FILE; the name must be new. */
static bool take_name(struct bf_sql *s, const char *spec, struct bf_str *called, struct bf_err *e)
{
    const char *equal = strchr(spec, '=');
    if (!equal || equal == spec || !equal[1])
        return bf_err_set(e, BF_E_USAGE, "wants NAME=FILE, not '%s'", spec);
    if (!bf_arena_copy(&s->names, bf_str(spec, (size_t)(equal - spec)), called))
        return bf_err_nomem(e);
    if (bf_str_same(*called, BF_STR("cdc")))
        return bf_err_set(e, BF_E_USAGE, "cdc is the table of changes; choose another name");
    if (called->n >= 7 && bf_str_same(bf_str(called->p, 7), BF_STR("sqlite_")))
        return bf_err_set(e, BF_E_USAGE, "names that begin with sqlite_ are SQLite's own");
    if (bf_str_same(*called, bf_str_of(raw)))
        return bf_err_set(e, BF_E_USAGE, "choose another name than '%s'", called->p);
    for (size_t i = 0; i < s->nlookups; i++)
        if (bf_str_same(s->lookup[i].name, *called))
            return bf_err_set(e, BF_E_USAGE, "two tables are called %s", called->p);
    return true;
}

/* Adds the table to s->lookup. */
static bool remember(struct load *l, struct bf_err *e)
{
    struct bf_sql *s = l->sql;
    struct sql_lookup *to = &s->lookup[s->nlookups];
    *to = (struct sql_lookup){.name = l->name,
                              .column = bf_arena_alloc(&s->names, l->n * sizeof *to->column),
                              .types = bf_arena_alloc(&s->names, l->n * sizeof *to->types),
                              .n = l->n};
    if (!to->column || !to->types)
        return bf_err_nomem(e);
    memcpy(to->column, l->column, l->n * sizeof *to->column);
    memcpy(to->types, l->types, l->n * sizeof *to->types);
    for (size_t i = 0; i < l->n; i++)
        if (l->inexact[i]) {
            s->forgets = true;
            s->long_numbers |= (l->types[i] & 1u << BF_ATTR_N) != 0;
            s->long_texts |= (l->types[i] & 1u << BF_ATTR_S) != 0;
        }
    s->nlookups++;
    return true;
}

bool bf_sql_lookup_load(struct bf_sql *s, const char *spec, struct bf_err *e)
{
    struct bf_str called;
    if (!take_name(s, spec, &called, e))
        return false;
    struct load *l = calloc(1, sizeof *l);
    if (!l)
        return bf_err_nomem(e);
    l->sql = s;
    l->path = strchr(spec, '=') + 1;
    l->name = called;
    bool ok = bf_reader_open(&l->reader, l->path, 0, NULL, e);
    if (ok) {
        ok = (is_ndjson(bf_str_of(l->path)) ? load_ndjson(l, e) : load_csv(l, e)) &&
             finish_load(l, e) && remember(l, e);
        s->api->finalize(l->insert);
        bf_reader_close(&l->reader);
    }
    free(l);
    return ok;
}
