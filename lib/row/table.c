#include "lib/row/table.h"

#include <stdlib.h>

#include "lib/json/scan.h"
#include "lib/row/visible.h"

enum { NAMES_MAX = 4 * 1024 * 1024, CELL_MAX = 64 * 1024 * 1024, GAP = 2 };

bool bf_table_init(struct bf_table *t, bool header, bool colour, struct bf_err *e)
{
    *t = (struct bf_table){.header = header, .colour = colour};
    bf_arena_init(&t->names, NAMES_MAX);
    bf_buf_init(&t->cell, CELL_MAX);
    bf_buf_init(&t->shown, CELL_MAX);
    t->cells = calloc(BF_TABLE_COLUMNS, sizeof *t->cells);
    if (!t->cells)
        return bf_err_nomem(e);
    for (size_t i = 0; i < BF_TABLE_COLUMNS; i++)
        bf_buf_init(&t->cells[i], 16 * BF_TABLE_CELL);
    return true;
}

void bf_table_free(struct bf_table *t)
{
    for (size_t i = 0; t->cells && i < BF_TABLE_COLUMNS; i++)
        bf_buf_free(&t->cells[i]);
    free(t->cells);
    bf_arena_free(&t->names);
    bf_buf_free(&t->cell);
    bf_buf_free(&t->shown);
}

/* The text that is shown of a string or another value, cut to the width of a cell. */
static struct bf_str shown(struct bf_table *t, struct bf_str text, bool escaped)
{
    if (escaped) {
        bf_buf_reset(&t->cell);
        bf_json_unescape(&t->cell, text);
        text = bf_buf_view(&t->cell);
    }
    bf_buf_reset(&t->shown);
    bf_visible_put(&t->shown, text);
    text = bf_buf_view(&t->shown);
    if (bf_visible_width(text) <= BF_TABLE_CELL)
        return text;
    t->shown.n = bf_visible_cut(text, BF_TABLE_CELL - 1).n;
    bf_buf_lit(&t->shown, "\xE2\x80\xA6");
    return bf_buf_view(&t->shown);
}

static bool add_column(struct bf_table *t, const struct bf_json_key *key, struct bf_err *e)
{
    if (t->n == BF_TABLE_COLUMNS)
        return bf_err_set(e, BF_E_LIMIT, "-o table: more than %d columns; see --fields",
                          BF_TABLE_COLUMNS);
    struct bf_table_column *c = &t->column[t->n];
    struct bf_str name = shown(t, key->text, key->escaped);
    *c = (struct bf_table_column){.width = bf_visible_width(name)};
    if (!bf_arena_copy(&t->names, name, &c->name) || !bf_arena_copy(&t->names, key->text, &c->key))
        return bf_err_nomem(e);
    t->n++;
    t->due = true;
    return true;
}

/* The column of a key, which mostly stands where it stood in the last row. */
static bool find(struct bf_table *t, const struct bf_json_key *key, size_t hint, size_t *at,
                 struct bf_err *e)
{
    for (size_t k = 0; k < t->n; k++) {
        *at = (hint + k) % t->n;
        if (bf_str_eq(t->column[*at].key, key->text))
            return true;
    }
    *at = t->n;
    return add_column(t, key, e);
}

/* Puts the cells of a row in their places; false: *e, or (code BF_OK) the line is no object. */
static bool read_row(struct bf_table *t, struct bf_str line, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err why = {0};
    size_t hint = 0, at = 0;
    for (size_t i = 0; i < t->n; i++)
        bf_buf_reset(&t->cells[i]);
    bf_json_init(&j, line);
    if (line.n == 0 || line.p[0] != '{' || !bf_json_enter(&j, BF_JSON_OBJECT, &why))
        return false;
    while (bf_json_member(&j, &key, &why) == BF_JSON_MORE) {
        struct bf_json_val v;
        if (!bf_json_value(&j, &v, &why))
            return false;
        if (!find(t, &key, hint, &at, e))
            return false;
        struct bf_str text = shown(t, v.text, v.escaped);
        struct bf_table_column *c = &t->column[at];
        size_t width = bf_visible_width(text);
        c->width = width > c->width ? width : c->width;
        c->text |= v.type != BF_JSON_NUMBER && v.type != BF_JSON_NULL;
        bf_buf_reset(&t->cells[at]);
        bf_buf_adds(&t->cells[at], text);
        hint = at + 1;
    }
    return true;
}

static void put_cell(struct bf_buf *out, const struct bf_table_column *c, struct bf_str text,
                     bool last)
{
    size_t width = bf_visible_width(text), pad = width < c->width ? c->width - width : 0;
    if (!c->text)
        bf_buf_addf(out, "%*s", (int)pad, "");
    bf_buf_adds(out, text);
    if (!last)
        bf_buf_addf(out, "%*s", (int)((c->text ? pad : 0) + GAP), "");
}

static void end_line(struct bf_buf *out, size_t from)
{
    while (bf_buf_ok(out) && out->n > from && out->p[out->n - 1] == ' ')
        out->n--;
    bf_buf_addc(out, '\n');
}

static void put_header(struct bf_table *t, struct bf_buf *out)
{
    static const char dashes[] = "----------------------------------------";
    size_t from;
    t->due = false;
    if (!t->header)
        return;
    if (t->written)
        bf_buf_addc(out, '\n');
    from = out->n;
    if (t->colour)
        bf_buf_lit(out, "\033[1m");
    for (size_t i = 0; i < t->n; i++)
        put_cell(out, &t->column[i], t->column[i].name, i + 1 == t->n);
    if (t->colour)
        bf_buf_lit(out, "\033[0m");
    end_line(out, from);
    from = out->n;
    for (size_t i = 0; i < t->n; i++)
        put_cell(out, &t->column[i], bf_str(dashes, t->column[i].width), i + 1 == t->n);
    end_line(out, from);
}

static bool put_line(struct bf_table *t, struct bf_str line, struct bf_buf *out, struct bf_err *e)
{
    struct bf_err why = {0};
    size_t from;
    if (!read_row(t, line, &why)) {
        if (why.code != BF_OK) {
            *e = why;
            return false;
        }
        bf_buf_adds(out, line);
        bf_buf_addc(out, '\n');
        return true;
    }
    if (t->due)
        put_header(t, out);
    from = out->n;
    for (size_t i = 0; i < t->n; i++)
        put_cell(out, &t->column[i], bf_buf_view(&t->cells[i]), i + 1 == t->n);
    end_line(out, from);
    t->written = true;
    return true;
}

bool bf_table_put(struct bf_table *t, struct bf_str rows, struct bf_buf *out, struct bf_err *e)
{
    struct bf_str rest = rows, line;
    struct bf_err why = {0};
    while (rest.n && bf_str_split(&rest, '\n', &line)) /* widths, over all of them */
        if (!read_row(t, line, &why) && why.code != BF_OK) {
            *e = why;
            return false;
        }
    rest = rows;
    while (rest.n && bf_str_split(&rest, '\n', &line))
        if (!put_line(t, line, out, e))
            return false;
    return bf_buf_check(out, "the table", e);
}
