/*
 * Rows as a table for a terminal: NDJSON in, aligned columns out, as they come.
 *
 * A call lays out the rows that it gets together. A column is as wide as its widest value among those it has seen, at most
 * BF_TABLE_CELL; a longer value is cut and ends with an ellipsis. Columns that come later begin a new table, with a header
 * of its own, below. What is kept from one call to the next are the columns, so memory does not grow with the input.
 */
#ifndef BF_ROW_TABLE_H
#define BF_ROW_TABLE_H

#include "lib/base/arena.h"

enum { BF_TABLE_CELL = 40, BF_TABLE_COLUMNS = 512 };

struct bf_table_column {
    struct bf_str name; /* visible */
    struct bf_str key;  /* as it stands in the rows */
    size_t width;
    bool text; /* has had a value that is no number */
};

struct bf_table {
    struct bf_table_column column[BF_TABLE_COLUMNS];
    size_t n;
    bool header, colour;
    bool due;     /* a header, before the next row */
    bool written; /* there is a table above */
    struct bf_arena names;
    struct bf_buf cell, shown;
    struct bf_buf *cells; /* of one row */
};

BF_API BF_MUST bool bf_table_init(struct bf_table *t, bool header, bool colour, struct bf_err *e);
BF_API void bf_table_free(struct bf_table *t);

/* Appends rows, which are whole lines, to out. A line that is no JSON object stays as it is. */
BF_API BF_MUST bool bf_table_put(struct bf_table *t, struct bf_str rows, struct bf_buf *out,
                                 struct bf_err *e);

#endif
