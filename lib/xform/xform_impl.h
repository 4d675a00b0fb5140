/*
 * The inside of struct bf_xform, shared by xform.c (set-up, rows, the end), xform_line.c (from a
 * line to a change) and xform_absent.c (names that no record had). Private to its room.
 */
#ifndef BF_XFORM_XFORM_IMPL_H
#define BF_XFORM_XFORM_IMPL_H

#include "lib/xform/fold.h"
#include "lib/checkpoint/held.h"
#include "lib/ddb/names.h"
#include "lib/xform/xform.h"

struct bf_xform {
    struct bf_xform_conf conf;
    struct bf_row *row;
    struct bf_filter *filter; /* NULL: everything passes */
    struct bf_fold *fold;     /* NULL: rows are not folded */
    struct bf_buf folded;     /* a row before it is folded */
    bool headed;              /* the header of folded rows has been written */
    struct bf_sql *sql;       /* NULL: no SQL */
    struct bf_reshape *shape; /* NULL: no options of shape */
    struct bf_row *results;   /* writes the rows of a SELECT */
    struct bf_held marks;     /* held back with the rows */
    struct bf_change change;
    struct bf_str carrier, carrier_part; /* bf_xform_carrier */
    struct bf_buf decoded;               /* data of a capture's record */
    struct bf_buf shown;                 /* a bad record of a capture, on one line */
    struct bf_xform_count count;
    struct bf_names names; /* for the message about a name that no record has */
    bool notes_names;      /* the sample is not full */
};

/* xform_input.c: a line that is not a change record itself. */
bool bf_xform_input(struct bf_xform *x, struct bf_str line, struct bf_buf *rows, struct bf_err *e);

/* xform.c: filters and writes the change in x->change. */
bool bf_xform_change(struct bf_xform *x, struct bf_buf *rows, struct bf_err *e);

#endif
