/* Rows as CSV, TSV, NDJSON or a table. */
#include "cmd/athq/athq.h"

#include <stdlib.h>

#include "cmd/athq/table.h"
#include "lib/cli/diag.h"
#include "lib/base/arena.h"
#include "lib/checkpoint/mark.h"
#include "lib/io/cell.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { LINE_MAX_BYTES = 256 * 1024 * 1024, SHOWN = 60 };

enum kind { KIND_TEXT, KIND_NUMBER, KIND_BOOLEAN, KIND_JSON, KIND_NESTED };

struct column {
    struct bf_str name; /* unique in NDJSON */
    enum kind kind;
};

struct sink {
    struct bf_out *out;
    enum form form;
    bool header;
    struct bf_arena arena; /* of the names */
    struct column *column;
    size_t n;
    struct bf_buf line;
    struct table *table;
    uint64_t rows, results;
    bool told; /* the warning that arrays and rows are texts was printed */
};

struct sink *sink_new(struct bf_out *out, enum form form, bool header, struct bf_err *e)
{
    struct sink *s = calloc(1, sizeof *s);
    if (!s) {
        bf_err_nomem(e);
        return NULL;
    }
    s->out = out;
    s->form = form;
    s->header = header;
    bf_arena_init(&s->arena, 64 * 1024 * 1024);
    bf_buf_init(&s->line, LINE_MAX_BYTES);
    return s;
}

void sink_destroy(struct sink *s)
{
    if (!s)
        return;
    table_destroy(s->table);
    bf_arena_free(&s->arena);
    bf_buf_free(&s->line);
    free(s);
}

uint64_t sink_rows(const struct sink *s)
{
    return s->rows;
}

/* Athena's names of types, without their sizes. */
static enum kind kind_of(struct bf_str type)
{
    static const struct {
        const char *name;
        enum kind kind;
    } words[] = {{"tinyint", KIND_NUMBER},  {"smallint", KIND_NUMBER}, {"integer", KIND_NUMBER},
                 {"int", KIND_NUMBER},      {"bigint", KIND_NUMBER},   {"float", KIND_NUMBER},
                 {"real", KIND_NUMBER},     {"double", KIND_NUMBER},   {"decimal", KIND_NUMBER},
                 {"boolean", KIND_BOOLEAN}, {"json", KIND_JSON},       {"array", KIND_NESTED},
                 {"map", KIND_NESTED},      {"row", KIND_NESTED},      {"struct", KIND_NESTED}};
    for (size_t i = 0; i < type.n; i++)
        if (type.p[i] == '(' || type.p[i] == '<')
            type.n = i;
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (bf_str_eq(type, bf_str_of(words[i].name)))
            return words[i].kind;
    return KIND_TEXT;
}

static bool is_taken(const struct sink *s, struct bf_str name, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (bf_str_eq(s->column[i].name, name))
            return true;
    return false;
}

/* The members of an object need different names. */
static bool set_name(struct sink *s, size_t i, struct bf_str name)
{
    bf_buf_reset(&s->line);
    bf_buf_adds(&s->line, name);
    for (unsigned n = 2; s->form == FORM_NDJSON && is_taken(s, bf_buf_view(&s->line), i); n++) {
        s->line.n = name.n;
        bf_buf_addf(&s->line, "_%u", n);
    }
    if (s->line.n != name.n)
        bf_diag_warn("two columns have the name '%.*s': one is renamed to '%.*s'",
                     (int)(name.n < SHOWN ? name.n : SHOWN), name.p,
                     (int)(s->line.n < SHOWN ? s->line.n : SHOWN), s->line.p);
    return bf_buf_ok(&s->line) &&
           bf_arena_copy(&s->arena, bf_buf_view(&s->line), &s->column[i].name);
}

static void tell_nested(struct sink *s, const struct column *c)
{
    if (c->kind != KIND_NESTED || s->told || s->form != FORM_NDJSON)
        return;
    s->told = true;
    bf_diag_warn("Athena returns column '%.*s' as a text that is not JSON: CAST(%.*s AS JSON) "
                 "gives JSON, and "
                 "so do --unload and --rows",
                 (int)(c->name.n < SHOWN ? c->name.n : SHOWN), c->name.p,
                 (int)(c->name.n < SHOWN ? c->name.n : SHOWN), c->name.p);
}

static void put_cells(struct sink *s, const struct bf_athena_cell *cell, size_t n)
{
    bool csv = s->form == FORM_CSV;
    for (size_t i = 0; i < n; i++) {
        if (i)
            bf_buf_addc(&s->line, csv ? ',' : '\t');
        if (cell[i].null)
            bf_buf_add(&s->line, "\\N", csv ? 0 : 2);
        else if (csv)
            bf_cell_put_csv(&s->line, cell[i].text);
        else
            bf_cell_put_tsv(&s->line, cell[i].text);
    }
}

/* Numbers, booleans and JSON are copied if they are valid JSON; NaN is written as a string. */
static void put_value(struct sink *s, const struct column *c, const struct bf_athena_cell *v)
{
    struct bf_err ignored;
    enum bf_json_type type;
    struct bf_json j;
    if (v->null) {
        bf_buf_lit(&s->line, "null");
        return;
    }
    bf_json_init(&j, v->text);
    bool raw = (c->kind == KIND_NUMBER || c->kind == KIND_BOOLEAN || c->kind == KIND_JSON) &&
               !memchr(v->text.p, '\n', v->text.n) && bf_json_peek(&j, &type, &ignored) &&
               (c->kind != KIND_NUMBER || type == BF_JSON_NUMBER) &&
               bf_json_check(v->text, &ignored);
    if (raw)
        bf_buf_adds(&s->line, v->text);
    else
        bf_json_put_string(&s->line, v->text);
}

static void put_object(struct sink *s, const struct bf_athena_cell *cell, size_t n)
{
    bool first = true;
    bf_buf_addc(&s->line, '{');
    for (size_t i = 0; i < n; i++) {
        bf_json_put_key(&s->line, &first, s->column[i].name);
        put_value(s, &s->column[i], &cell[i]);
    }
    bf_buf_addc(&s->line, '}');
}

static bool put_line(struct sink *s, struct bf_err *e)
{
    if (!bf_buf_check(&s->line, "a row", e))
        return false;
    if (bf_mark_is(bf_buf_view(&s->line)))
        return bf_err_set(
            e, BF_E_INPUT,
            "the other tools would read this row as a mark: give the column bfpipe.mark "
            "another name");
    bf_out_line(s->out, bf_buf_view(&s->line));
    return bf_out_ok(s->out) || bf_out_flush(s->out, e);
}

static bool put_header(struct sink *s, struct bf_err *e)
{
    bf_buf_reset(&s->line);
    for (size_t i = 0; i < s->n; i++) {
        struct bf_athena_cell name = {.text = s->column[i].name};
        if (i)
            bf_buf_addc(&s->line, s->form == FORM_CSV ? ',' : '\t');
        if (s->form == FORM_CSV)
            bf_cell_put_csv(&s->line, name.text);
        else
            bf_cell_put_tsv(&s->line, name.text);
    }
    return put_line(s, e);
}

static bool begin_table(struct sink *s, struct bf_err *e)
{
    if (s->results > 1)
        bf_out_write(s->out, "\n", 1);
    table_destroy(s->table);
    s->table = table_new(s->out, s->n, s->header, e);
    for (size_t i = 0; s->table && i < s->n; i++)
        table_column(s->table, i, s->column[i].name, s->column[i].kind == KIND_NUMBER);
    return s->table != NULL;
}

bool sink_begin(struct sink *s, const struct bf_athena_column *column, size_t n, struct bf_err *e)
{
    bf_arena_reset(&s->arena);
    s->rows = 0;
    s->results++;
    s->told = false;
    s->n = n;
    s->column = bf_arena_alloc(&s->arena, n * sizeof *s->column);
    if (!s->column)
        return bf_err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        s->column[i].kind = kind_of(column[i].type);
        if (!set_name(s, i, column[i].name))
            return bf_err_nomem(e);
        tell_nested(s, &s->column[i]);
    }
    if (s->form == FORM_TABLE)
        return begin_table(s, e);
    return s->form == FORM_NDJSON || !s->header || put_header(s, e);
}

bool sink_row(struct sink *s, const struct bf_athena_cell *cell, size_t n, struct bf_err *e)
{
    s->rows++;
    if (n != s->n)
        return bf_err_set(e, BF_E_SERVICE,
                          "number of values in a row: %zu, but number of columns: %zu", n, s->n);
    if (s->form == FORM_TABLE)
        return table_row(s->table, cell, e);
    bf_buf_reset(&s->line);
    if (s->form == FORM_NDJSON)
        put_object(s, cell, n);
    else
        put_cells(s, cell, n);
    return put_line(s, e);
}

bool sink_line(struct sink *s, struct bf_str object, struct bf_err *e)
{
    s->rows++;
    bf_buf_reset(&s->line);
    bf_buf_adds(&s->line, object);
    return put_line(s, e);
}

bool sink_end(struct sink *s, struct bf_err *e)
{
    return s->form != FORM_TABLE || table_end(s->table, e);
}
