/*
 * CSV as RFC 4180 has it: fields between commas, quoted ones with "" for a
 * quote, newlines inside quotes, LF or CRLF, a last line with or without its
 * newline. Empty lines are passed over.
 *
 * A record that is not right is rejected by its first line only; the lines
 * behind it, which an open quote had swallowed, are read again on their own.
 * So one stray quote costs one line, not the rest of the file.
 */
#ifndef BFGEN_CSV_H
#define BFGEN_CSV_H

#include "lib/base/rejects.h"

enum { CSV_COLUMNS = 1024, CSV_RECORD = 1024 * 1024 };

enum csv_got {
    CSV_ROW,
    CSV_BAD,  /* not CSV, or not UTF-8: *e says why; csv_reject hands it on */
    CSV_LONG, /* a line longer than CSV_RECORD: csv_reject */
    CSV_END,
    CSV_STOP,
    CSV_ERROR
};

struct csv {
    struct bf_reader reader;
    struct bf_buf joined; /* the lines of the record being read */
    struct bf_buf again;  /* lines to be read again, from again_at on */
    size_t again_at;
    bool long_ahead;                  /* the reader stands before a line that is too long */
    bool at_long;                     /* that line is what csv_next returned */
    uint64_t line;                    /* number of the line last read */
    uint64_t first_line;              /* number of the record's first line */
    struct bf_str record;             /* as it stands in the file, without its last newline */
    struct bf_buf scratch;            /* fields that had "" in them */
    struct bf_str field[CSV_COLUMNS]; /* until the next call */
    size_t fields;
};

/* path "-" is standard input; tie is flushed before the reader waits. */
BF_MUST bool csv_open(struct csv *c, const char *path, struct bf_out *tie, struct bf_err *e);
void csv_close(struct csv *c);

BF_MUST enum csv_got csv_next(struct csv *c, struct bf_err *e);

/* Hands the record of the last csv_next to rejects. */
BF_MUST bool csv_reject(struct csv *c, const struct bf_err *why, struct bf_rejects *rejects,
                        struct bf_err *e);

/* The fields of one record (its last CR taken off) into c->field. CSV_ROW, CSV_BAD, or CSV_STOP: it
 * ends inside a quoted field. */
BF_MUST enum csv_got csv_parse(struct csv *c, struct bf_str record, struct bf_err *e);

#endif
