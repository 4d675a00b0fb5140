/*
 * CSV records (RFC 4180) on top of a line reader: quoted fields, doubled quotes inside them,
 * newlines inside quotes, CR LF or LF at the end. If the first line ends with a CR alone, as in
 * files of old Macintosh programs, all lines do; any other CR outside quotes is an error of its
 * record.
 *
 * A record's views are valid until the next call. A field without doubled quotes is a view into the
 * input; others are decoded into one reused buffer, so that no memory is allocated per record. A
 * quote that is never closed must not consume the rest of the file: the record is an error
 * (BF_CSV_BAD), only its first line is given up (raw is that line), and reading continues with the
 * line after it. A record is limited to max_record bytes.
 *
 * A blank line is a record of one empty field. UTF-8 is not checked. A byte order mark before the
 * first record is dropped.
 */
#ifndef BF_CSV_H
#define BF_CSV_H

#include "lib/io/reader.h"

enum bf_csv_got {
    BF_CSV_RECORD,
    BF_CSV_BAD,  /* not a record: *e says why, raw and line tell the text and its line number; call
                  * bf_csv_next again */
    BF_CSV_LONG, /* a line longer than the reader's max_line: call bf_reader_skip on the reader */
    BF_CSV_END,
    BF_CSV_STOP, /* SIGINT or SIGTERM while waiting */
    BF_CSV_WAIT, /* no input before the timeout */
    BF_CSV_ERROR /* see *e */
};

enum { BF_CSV_FIELDS_MAX = 4096, BF_CSV_KEEP = 1024 * 1024 };

struct bf_csv {
    struct bf_reader *in; /* belongs to the caller */
    char separator;       /* '\0' until it is found out from the first line */
    size_t max_record;    /* bytes */

    struct bf_str *field; /* the fields of the record last returned */
    size_t n;             /* the number of fields */
    struct bf_str raw;    /* the record's text in the input, without its last newline */
    uint64_t line;        /* the number of its first line, from 1 */

    /* private */
    size_t cap;         /* allocated elements of field */
    struct bf_buf text; /* decoded fields */
    struct bf_buf held; /* the lines of a record with newlines in it, and lines that were given
                         * back */
    size_t start, scan; /* in held: where the record begins, and the first line not parsed yet */
    bool open;          /* scan is inside quotes */
    bool long_line;     /* the reader is at a line longer than its maximum */
    bool special;       /* the current record contains quotes, or newlines inside */
    bool keep;          /* keep every line in held */
    bool known;         /* the line ending and the separator are known */
    uint64_t kept_line; /* the number of the first line in held, when lines are kept */
    uint64_t next_line; /* number of the line at scan */
};

/* Reads from `in`, which belongs to the caller. separator '\0': use the one of comma, semicolon,
 * tab and vertical bar that is most frequent outside quotes in the first line; in doubt, the comma.
 * max_record 0: the reader's max_line. */
BF_API void bf_csv_init(struct bf_csv *c, struct bf_reader *in, char separator, size_t max_record);
BF_API void bf_csv_free(struct bf_csv *c);

/* The form of a CSV file, found out from its first bytes (up to its first '\n'): the character that
 * ends lines, the separator, and the length n of the first line in text. */
struct bf_csv_form {
    char newline, separator;
    size_t n;
};
BF_API struct bf_csv_form bf_csv_form(struct bf_str text);

/* Parses the argument of --delimiter: "tab", or one ASCII character that can separate fields. */
BF_API BF_MUST bool bf_csv_parse_separator(struct bf_str name, char *separator, struct bf_err *e);

/* Does it hold lines that were read but not returned? For the message of a run that ends early. */
BF_API bool bf_csv_pending(const struct bf_csv *c);

/* Look-ahead, after the header has been read: after bf_csv_keep the lines of all records are kept,
 * and bf_csv_rewind goes back to the first of them. Rewind when bf_csv_kept exceeds BF_CSV_KEEP
 * bytes, and at once after BF_CSV_LONG. */
BF_API void bf_csv_keep(struct bf_csv *c);
BF_API size_t bf_csv_kept(const struct bf_csv *c);
BF_API void bf_csv_rewind(struct bf_csv *c);

/* Splits a text of the caller into c->field, as if it were a record; the input is not read. */
BF_API BF_MUST bool bf_csv_split(struct bf_csv *c, struct bf_str record, struct bf_err *e);

/* Rejects the record last returned, for a reason that only the caller knows. If it has several
 * lines, an open quote may have taken in good ones: only the first line is given up (raw is that
 * line), the others are parsed again. */
BF_API void bf_csv_give_up(struct bf_csv *c);

/* After BF_CSV_STOP: appends the part of an incomplete record that has been read. */
BF_API void bf_csv_rest(const struct bf_csv *c, struct bf_buf *out);

/* The next record; waits at most timeout_ms for input (0: does not wait, -1: without limit). */
BF_API BF_MUST enum bf_csv_got bf_csv_next(struct bf_csv *c, int timeout_ms, struct bf_err *e);

#endif
