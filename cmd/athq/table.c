#include "cmd/athq/table.h"

#include <stdlib.h>

#include "lib/base/arena.h"

enum { ROWS_AHEAD = 1000, BYTES_AHEAD = 8 * 1024 * 1024, WIDTH_MAX = 200 };

struct table_column {
    struct bf_str name;
    bool number;
    size_t width; /* characters */
};

struct table {
    struct bf_out *out;
    bool header, going; /* going: the widths are fixed */
    size_t n;
    struct table_column *column;
    struct bf_arena ahead; /* the rows that are held back */
    struct bf_str *held;
    size_t nheld;
    struct bf_buf line, cell;
};

struct table *table_new(struct bf_out *out, size_t n, bool header, struct bf_err *e)
{
    struct table *t = calloc(1, sizeof *t);
    if (t) {
        t->column = calloc(n ? n : 1, sizeof *t->column);
        t->held = calloc((size_t)ROWS_AHEAD * (n ? n : 1), sizeof *t->held);
        bf_arena_init(&t->ahead, BYTES_AHEAD);
        bf_buf_init(&t->line, 256 * 1024 * 1024);
        bf_buf_init(&t->cell, 256 * 1024 * 1024);
    }
    if (!t || !t->column || !t->held) {
        table_destroy(t);
        bf_err_nomem(e);
        return NULL;
    }
    t->out = out;
    t->n = n;
    t->header = header;
    return t;
}

void table_destroy(struct table *t)
{
    if (!t)
        return;
    bf_arena_free(&t->ahead);
    bf_buf_free(&t->line);
    bf_buf_free(&t->cell);
    free(t->column);
    free(t->held);
    free(t);
}

static size_t width_of(struct bf_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

void table_column(struct table *t, size_t i, struct bf_str name, bool number)
{
    t->column[i] = (struct table_column){name, number, width_of(name)};
}

/* A value as one line of a terminal shows it: no control character goes there. */
static struct bf_str shown(struct table *t, const struct bf_athena_cell *c)
{
    if (c->null)
        return BF_STR("NULL");
    bf_buf_reset(&t->cell);
    for (size_t i = 0; i < c->text.n; i++) {
        unsigned char b = (unsigned char)c->text.p[i];
        if (b == '\n')
            bf_buf_lit(&t->cell, "\\n");
        else if (b == '\t')
            bf_buf_lit(&t->cell, "\\t");
        else if (b < 0x20 || b == 0x7F)
            bf_buf_addf(&t->cell, "\\x%02x", b);
        else
            bf_buf_addc(&t->cell, (char)b);
    }
    return bf_buf_view(&t->cell);
}

static void pad(struct bf_buf *out, char c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bf_buf_addc(out, c);
}

static void put_cell(struct table *t, size_t i, struct bf_str text)
{
    const struct table_column *c = &t->column[i];
    size_t width = width_of(text), space = width < c->width ? c->width - width : 0;
    if (i)
        bf_buf_lit(&t->line, "  ");
    if (c->number)
        pad(&t->line, ' ', space);
    bf_buf_adds(&t->line, text);
    if (!c->number && i + 1 < t->n)
        pad(&t->line, ' ', space);
}

static bool put_line(struct table *t, struct bf_err *e)
{
    if (!bf_buf_check(&t->line, "a row", e) || !bf_buf_check(&t->cell, "a value", e))
        return false;
    bf_out_line(t->out, bf_buf_view(&t->line));
    bf_buf_reset(&t->line);
    return bf_out_ok(t->out) || bf_out_flush(t->out, e);
}

static bool put_header(struct table *t, struct bf_err *e)
{
    for (size_t i = 0; i < t->n; i++)
        put_cell(t, i, t->column[i].name);
    if (!put_line(t, e))
        return false;
    for (size_t i = 0; i < t->n; i++) {
        bf_buf_add(&t->line, "  ", i ? 2 : 0);
        pad(&t->line, '-', t->column[i].width);
    }
    return put_line(t, e);
}

/* The widths are those of the rows held back; these go out. */
static bool go(struct table *t, struct bf_err *e)
{
    t->going = true;
    if (t->header && !put_header(t, e))
        return false;
    for (size_t k = 0; k < t->nheld; k++) {
        for (size_t i = 0; i < t->n; i++)
            put_cell(t, i, t->held[k * t->n + i]);
        if (!put_line(t, e))
            return false;
    }
    bf_arena_reset(&t->ahead);
    return true;
}

static bool hold(struct table *t, const struct bf_athena_cell *cell)
{
    struct bf_str *row = &t->held[t->nheld * t->n];
    if (t->nheld == ROWS_AHEAD)
        return false;
    for (size_t i = 0; i < t->n; i++)
        if (!bf_arena_copy(&t->ahead, shown(t, &cell[i]), &row[i]))
            return false;
    for (size_t i = 0; i < t->n; i++) {
        size_t width = width_of(row[i]);
        width = width > WIDTH_MAX ? WIDTH_MAX : width;
        if (width > t->column[i].width)
            t->column[i].width = width;
    }
    t->nheld++;
    return true;
}

bool table_row(struct table *t, const struct bf_athena_cell *cell, struct bf_err *e)
{
    if (!t->going && hold(t, cell))
        return true;
    if (!t->going && !go(t, e))
        return false;
    for (size_t i = 0; i < t->n; i++)
        put_cell(t, i, shown(t, &cell[i]));
    return put_line(t, e);
}

bool table_end(struct table *t, struct bf_err *e)
{
    return t->going || go(t, e);
}
