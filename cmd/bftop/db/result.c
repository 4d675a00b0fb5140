#include "cmd/bftop/db/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/ddb/decimal.h"

enum { RESULT_MAX = 2 * 1024 * 1024 };

bool result_fail(struct result *r, const char *fmt, ...)
{
    va_list all;
    if (r->error[0])
        return false;
    va_start(all, fmt);
    vsnprintf(r->error, sizeof r->error, fmt, all);
    va_end(all);
    return false;
}

static bool too_large(struct result *r)
{
    return result_fail(r, "the rows are too large");
}

void result_init(struct result *r)
{
    *r = (struct result){0};
    bf_arena_init(&r->arena, RESULT_MAX);
}

bool result_columns(struct result *r, size_t n)
{
    if (n > COLS_MAX)
        return result_fail(r, "a panel has %d columns at most", COLS_MAX);
    r->cols = n;
    r->name = bf_arena_alloc(&r->arena, n * sizeof *r->name);
    r->cell = bf_arena_alloc(&r->arena, n * ROWS_MAX * sizeof *r->cell);
    return (r->name && r->cell) || too_large(r);
}

bool result_name(struct result *r, size_t col, const char *name)
{
    return bf_arena_copy(&r->arena, bf_str_of(name), &r->name[col]) || too_large(r);
}

static struct cell *cell_of(struct result *r, size_t col)
{
    return &r->cell[r->rows * r->cols + col];
}

bool result_null(struct result *r, size_t col)
{
    *cell_of(r, col) = (struct cell){.null = true};
    return true;
}

bool result_text(struct result *r, size_t col, struct bf_str text)
{
    struct cell *c = cell_of(r, col);
    struct bf_decimal d;
    struct bf_err ignored = {0};
    *c = (struct cell){.number = bf_decimal_parse_long(text, &d, &ignored)};
    text.n = text.n ? (size_t)bf_str_shown(text, CELL_MAX) : 0;
    if (!bf_arena_copy(&r->arena, text, &c->text))
        return too_large(r);
    c->value = c->number ? strtod(c->text.p, NULL) : 0;
    return true;
}

/* At most 15 digits hide no cent and show no noise of binary fractions. */
bool result_double(struct result *r, size_t col, double value)
{
    char room[40];
    struct cell *c = cell_of(r, col);
    int n = snprintf(room, sizeof room, "%.15g", value);
    *c = (struct cell){.number = true, .value = value};
    return bf_arena_copy(&r->arena, bf_str(room, (size_t)n), &c->text) || too_large(r);
}

bool result_row(struct result *r)
{
    r->rows++;
    return r->rows < ROWS_MAX;
}
