/*
 * Rows from standard input: lines, or records of CSV, which may hold newlines.
 * Blank lines and a byte order mark in front are passed over, but not in text.
 */
#ifndef S3PUT_INPUT_H
#define S3PUT_INPUT_H

#include "cmd/s3put/config.h"
#include "lib/io/csv.h"

enum input_got {
    INPUT_ROW,
    INPUT_REST, /* the last row, which had no newline */
    INPUT_BAD,  /* no row: *e says why */
    INPUT_LONG, /* longer than --max-line: call bf_reader_skip on the reader */
    INPUT_END,
    INPUT_STOP, /* a signal */
    INPUT_WAIT, /* nothing yet */
    INPUT_ERROR
};

struct input {
    const struct config *config;
    struct bf_reader reader;
    struct bf_csv csv;
    bool headed;       /* CSV: the header has come */
    bool one_column;   /* CSV: a blank line is a row */
    struct bf_str row; /* or the bad line; without its newline, holds until the next call */
    uint64_t line;     /* number of its first line */
};

/* Needs input_free also after a failure. */
BF_MUST bool input_init(struct input *in, const struct config *c, struct bf_err *e);
void input_free(struct input *in);

/* Does not wait. */
BF_MUST enum input_got input_next(struct input *in, struct bf_err *e);

/* After INPUT_STOP: appends what has been read of a row whose end has not come. */
void input_rest(const struct input *in, struct bf_buf *out);

#endif
