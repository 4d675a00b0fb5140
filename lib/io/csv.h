/*
 * CSV records (RFC 4180) on top of a line reader: quoted fields, quotes doubled
 * inside them, newlines inside quotes, CR LF or LF at the end. Where the first
 * line ends in a CR alone, as old Macintosh programs write it, all lines do;
 * any other CR outside quotes makes a record bad.
 *
 * A record's views hold until the next call. A field without doubled quotes is
 * a view into the input; others are decoded into one reused buffer, so that
 * there is no allocation a record. A quote that never closes must not swallow
 * the file: the record then counts as bad, only its first line is given up
 * (BF_CSV_BAD, raw is that line) and reading goes on with the line after it.
 * A record is limited to max_record bytes.
 *
 * Blank lines come as records of one empty field; UTF-8 is the caller's matter;
 * a byte order mark before the first record is dropped.
 */
#ifndef BF_CSV_H
#define BF_CSV_H

#include "lib/io/reader.h"

enum bf_csv_got {
    BF_CSV_RECORD,
    BF_CSV_BAD,  /* not a record: *e says why, raw and line what and where; go on with the next */
    BF_CSV_LONG, /* a line above the reader's max_line: call bf_reader_skip on the reader */
    BF_CSV_END,
    BF_CSV_STOP, /* SIGINT or SIGTERM while waiting */
    BF_CSV_WAIT, /* nothing yet and the timeout is over */
    BF_CSV_ERROR /* *e says what */
};

enum { BF_CSV_FIELDS_MAX = 4096, BF_CSV_KEEP = 1024 * 1024 };

struct bf_csv {
    struct bf_reader *in; /* the caller's */
    char separator;       /* '\0' until the first line has told it */
    size_t max_record;    /* bytes */

    struct bf_str *field; /* of the record last returned */
    size_t n;             /* how many */
    struct bf_str raw;    /* the record as it stands in the input, without its last newline */
    uint64_t line;        /* number of its first line, from 1 */

    /* private */
    size_t cap;         /* of field */
    struct bf_buf text; /* decoded fields */
    struct bf_buf held; /* lines of a record with newlines in it, and lines given back */
    size_t start, scan; /* in held: where the record begins, the first line not looked at */
    bool open;          /* inside quotes at scan */
    bool long_line;     /* the reader stands on one */
    bool special;       /* the record at hand holds quotes, or ends of lines inside */
    bool keep;          /* every line stays in held */
    bool known;         /* the first line has told how lines end, and the separator */
    uint64_t kept_line; /* number of the first line in held, when lines are kept */
    uint64_t next_line; /* number of the line at scan */
};

/* Reads from `in`, which stays the caller's. separator '\0': the one that the first line has most of outside quotes: comma
 * (which wins a draw), semicolon, tab or vertical bar. max_record 0: the reader's max_line. */
BF_API void bf_csv_init(struct bf_csv *c, struct bf_reader *in, char separator, size_t max_record);
BF_API void bf_csv_free(struct bf_csv *c);

/* What the first line of a CSV file, as a text that ends at its first '\n', tells: the character that ends lines, how
 * much of the text the first line is, and the separator. */
struct bf_csv_form {
    char newline, separator;
    size_t n;
};
BF_API struct bf_csv_form bf_csv_form(struct bf_str text);

/* "," or ";" or "tab" or any one character that can separate fields; the argument of --delimiter. */
BF_API BF_MUST bool bf_csv_parse_separator(struct bf_str name, char *separator, struct bf_err *e);

/* Does it hold lines that were read and have not been returned? A run that ends early tells of them. */
BF_API bool bf_csv_pending(const struct bf_csv *c);

/* Looking ahead, once the header has been read: from bf_csv_keep on, the records that are read are kept too, and bf_csv_rewind goes back to the first
 * of them. To be rewound when more than BF_CSV_KEEP bytes are kept (bf_csv_kept). After BF_CSV_LONG, rewind at once. */
BF_API void bf_csv_keep(struct bf_csv *c);
BF_API size_t bf_csv_kept(const struct bf_csv *c);
BF_API void bf_csv_rewind(struct bf_csv *c);

/* Splits a text of the caller's into c->field, as if it were a record; the reading stays where it is. */
BF_API BF_MUST bool bf_csv_split(struct bf_csv *c, struct bf_str record, struct bf_err *e);

/* The record last returned is none after all, by what only the caller knows: where it has several lines, an
 * open quote may have swallowed good ones. Only the first line is given up (raw is that line), the others are
 * read again. */
BF_API void bf_csv_give_up(struct bf_csv *c);

/* After BF_CSV_STOP: appends what has been read of a record whose end has not come. */
BF_API void bf_csv_rest(const struct bf_csv *c, struct bf_buf *out);

/* The next record; waits at most timeout_ms for input (0: not at all, -1: for ever). */
BF_API BF_MUST enum bf_csv_got bf_csv_next(struct bf_csv *c, int timeout_ms, struct bf_err *e);

#endif
