/*
 * Rows as a table for a terminal: NDJSON in, aligned columns out, without waiting for the end of
 * the input.
 *
 * Each call lays out its rows together. A column is as wide as its widest value so far, at most
 * BF_TABLE_CELL columns; a longer value is cut and ends with an ellipsis. A new column begins a new
 * table with its own header below. Only the columns are kept between calls, so memory does not grow
 * with the input.
 */
#ifndef BF_ROW_TABLE_H
#define BF_ROW_TABLE_H

#include "lib/base/arena.h"

enum { BF_TABLE_CELL = 40, BF_TABLE_COLUMNS = 512 };

struct bf_table_column {
    struct bf_str name; /* as shown */
    struct bf_str key;  /* as in the rows */
    size_t width;
    bool text; /* has had a value that is not a number */
};

struct bf_table {
    struct bf_table_column column[BF_TABLE_COLUMNS];
    size_t n;
    bool header, colour;
    bool due;     /* write a header before the next row */
    bool written; /* a table has been written */
    struct bf_arena names;
    struct bf_buf cell, shown;
    struct bf_buf *cells; /* the cells of one row */
};

BF_API BF_MUST bool bf_table_init(struct bf_table *t, bool header, bool colour, struct bf_err *e);
BF_API void bf_table_free(struct bf_table *t);

/* Appends rows, which are whole lines, to out. A line that is not a JSON object is copied. */
BF_API BF_MUST bool bf_table_put(struct bf_table *t, struct bf_str rows, struct bf_buf *out,
                                 struct bf_err *e);

#endif
