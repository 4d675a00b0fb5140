/* The rows of one look, whichever database they are from. A value is the text that the database has, cut at CELL_MAX
 * bytes; doubles are only to draw with. */
#ifndef BFTOP_DB_RESULT_H
#define BFTOP_DB_RESULT_H

#include "lib/base/arena.h"

enum { ROWS_MAX = 500, COLS_MAX = 32, CELL_MAX = 300 };

struct cell {
    struct bf_str text;
    double value; /* to draw with; the text is what is shown */
    bool number, null;
};

struct result {
    struct bf_arena arena; /* of names and cells */
    struct bf_str *name;
    struct cell *cell; /* rows * cols */
    size_t cols, rows;
    bool more;       /* there are more than ROWS_MAX */
    char error[480]; /* of the statement; empty: none */
    size_t lines;    /* of the statement, before the error */
};

static inline const struct cell *cell_at(const struct result *r, size_t row, size_t col)
{
    return &r->cell[row * r->cols + col];
}

/* For those that fill it. Room for the columns, whose names are set next; false: the result has the error. */
void result_init(struct result *r);
bool result_columns(struct result *r, size_t n);
bool result_name(struct result *r, size_t col, const char *name);

/* The cell of the row that is being read. */
bool result_null(struct result *r, size_t col);
bool result_text(struct result *r, size_t col, struct bf_str text);
bool result_double(struct result *r, size_t col, double value);

/* The row is complete; false: no more are wanted. */
bool result_row(struct result *r);

/* The first error stays; false. */
bool result_fail(struct result *r, const char *fmt, ...) BF_PRINTF(2, 3);

#endif
