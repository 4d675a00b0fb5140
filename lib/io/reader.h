/*
 * Lines from a descriptor: read(2) into one growing buffer. Each line is a view into it that is
 * valid until the next call.
 *
 * A line may be as long as max_line. For a longer one (BF_LINE_LONG) the caller copies or drops the
 * line with bf_reader_skip, in constant memory, and reading continues with the line after it.
 * Before a read that may block, the reader flushes the output tied to it, so that each line reaches
 * the next tool of a pipe without a flush per line. A signal (bf_stop) ends the wait for input. The
 * wait also ends if the reader of the tied output closes it: BF_LINE_ERROR with BF_E_CLOSED.
 */
#ifndef BF_READER_H
#define BF_READER_H

#include "lib/io/out.h"

BF_C_BEGIN

enum bf_line {
    BF_LINE,         /* a line, without its newline */
    BF_LINE_PARTIAL, /* the last line, which had no newline */
    BF_LINE_LONG,    /* longer than max_line: *line is its beginning; call bf_reader_skip */
    BF_LINE_END,     /* end of input */
    BF_LINE_STOP,    /* SIGINT or SIGTERM while waiting */
    BF_LINE_WAIT,    /* no input before the timeout (bf_reader_next_within only) */
    BF_LINE_ERROR    /* see *e */
};

struct bf_reader {
    int fd;
    const char *name; /* for messages: "standard input", a file name */
    char *buf;
    size_t start, end, cap;
    size_t scanned;  /* bytes from start that contain no newline */
    size_t max_line; /* bytes */
    uint64_t line;   /* number of the line last returned, from 1 */
    uint64_t offset; /* bytes of input before the line last returned */
    uint64_t next_offset;
    bool eof;
    bool in_long; /* bf_reader_skip has not been called yet for a long line */
    char newline; /* ends a line: '\n', unless the owner sets another character before the next
                   * line */
    struct bf_out *tie; /* flushed before a read that may block; may be NULL */
};

enum { BF_LINE_MAX_DEFAULT = 16 * 1024 * 1024 };

/* Takes ownership of fd. max_line is in bytes, 0 is BF_LINE_MAX_DEFAULT. tie may be NULL. */
BF_API BF_MUST bool bf_reader_init(struct bf_reader *r, int fd, const char *name, size_t max_line,
                                   struct bf_out *tie, struct bf_err *e);

/* The same for a file; "-" is standard input. */
BF_API BF_MUST bool bf_reader_open(struct bf_reader *r, const char *path, size_t max_line,
                                   struct bf_out *tie, struct bf_err *e);
BF_API void bf_reader_close(struct bf_reader *r);

/* The next line; waits for input without limit. */
BF_API BF_MUST enum bf_line bf_reader_next(struct bf_reader *r, struct bf_str *line,
                                           struct bf_err *e);

/* The same, but waits at most timeout_ms (0: does not wait, -1: without limit); then
 * BF_LINE_WAIT. */
BF_API BF_MUST enum bf_line bf_reader_next_within(struct bf_reader *r, int timeout_ms,
                                                  struct bf_str *line, struct bf_err *e);

/* Whole lines in a buffer that the caller owns (and frees), or a spare buffer for the reader. */
struct bf_reader_lines {
    char *buf; /* NULL: no buffer */
    size_t cap;
    const char *p; /* the lines, with their newlines */
    size_t n;
    size_t slack; /* initialised bytes after them */
};

/* All whole lines that are in memory, without a copy: exchanges the reader's buffer for the spare
 * one in *l, which is allocated or enlarged if necessary. The lines are not counted in r->line: the
 * caller adds their number. False: there is no whole line, or one may be too long, or out of
 * memory; then bf_reader_next finds out which. */
BF_API BF_MUST bool bf_reader_swap(struct bf_reader *r, struct bf_reader_lines *l);

/* Has the whole input been read? For the end of a run that failed: does not wait, and may read a
 * line. */
BF_API BF_MUST bool bf_reader_done(struct bf_reader *r);

/* After BF_LINE_LONG, instead of bf_reader_skip: the caller has used the first n bytes of the line.
 * The next call returns the line from there on, with the same number. */
BF_API void bf_reader_took(struct bf_reader *r, size_t n);

/* Gives back the line last returned: the next call returns it again. */
BF_API void bf_reader_unread(struct bf_reader *r, struct bf_str line);

/* After BF_LINE_LONG: writes the whole line and its newline to `to` (NULL: drops it); *bytes is its
 * length. False on a read error, and with BF_E_STOPPED if a signal arrived before the end of the
 * line: then the part that was read has been written, with a newline. */
BF_API BF_MUST bool bf_reader_skip(struct bf_reader *r, struct bf_out *to, uint64_t *bytes,
                                   struct bf_err *e);

/* After BF_LINE_STOP: the part of an incomplete line that has been read; empty between lines. */
BF_API struct bf_str bf_reader_rest(const struct bf_reader *r);

/* Fills *e with the error for such a line, BF_E_STOPPED; returns false. */
BF_API bool bf_reader_cut(struct bf_err *e);

BF_C_END

#endif
