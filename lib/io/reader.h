/*
 * Lines from a descriptor: read(2) into one growing buffer, each line a view
 * into it that holds until the next call.
 *
 * A line may be as long as max_line; a longer one is data too (BF_LINE_LONG):
 * the caller hands it on or drops it with bf_reader_skip, in constant memory,
 * and the lines behind it still arrive. Before the reader would block it
 * flushes the output tied to it, so that a pipe is live without a flush a line.
 * A signal (bf_stop) ends the wait for input. So does the reader of that output when it goes away: BF_LINE_ERROR with
 * BF_E_CLOSED, without waiting for a line whose output would fail.
 */
#ifndef BF_READER_H
#define BF_READER_H

#include "lib/io/out.h"

BF_C_BEGIN

enum bf_line {
    BF_LINE,         /* a line, without its newline */
    BF_LINE_PARTIAL, /* the last line, which had no newline */
    BF_LINE_LONG,    /* longer than max_line: *line is its beginning; call bf_reader_skip */
    BF_LINE_END,     /* clean end of input */
    BF_LINE_STOP,    /* SIGINT or SIGTERM while waiting */
    BF_LINE_WAIT,    /* nothing yet and the timeout is over (bf_reader_next_within only) */
    BF_LINE_ERROR    /* *e says what */
};

struct bf_reader {
    int fd;
    const char *name; /* for messages: "standard input", a file name */
    char *buf;
    size_t start, end, cap;
    size_t scanned;  /* bytes from start known to hold no newline */
    size_t max_line; /* bytes */
    uint64_t line;   /* number of the line last returned, from 1 */
    uint64_t offset; /* bytes of input before the line last returned */
    uint64_t next_offset;
    bool eof;
    bool in_long; /* a long line waits for bf_reader_skip */
    char newline; /* what ends a line: '\n', or what the owner puts here before the next line */
    struct bf_out *tie; /* flushed before a read; may be NULL */
};

enum { BF_LINE_MAX_DEFAULT = 16 * 1024 * 1024 };

/* Takes fd. max_line 0 is BF_LINE_MAX_DEFAULT. tie may be NULL. */
BF_API BF_MUST bool bf_reader_init(struct bf_reader *r, int fd, const char *name, size_t max_line,
                                   struct bf_out *tie, struct bf_err *e);

/* "-" is standard input. */
BF_API BF_MUST bool bf_reader_open(struct bf_reader *r, const char *path, size_t max_line,
                                   struct bf_out *tie, struct bf_err *e);
BF_API void bf_reader_close(struct bf_reader *r);

/* The next line. */
BF_API BF_MUST enum bf_line bf_reader_next(struct bf_reader *r, struct bf_str *line,
                                           struct bf_err *e);

/* The same, but waits at most timeout_ms (0: not at all, -1: for ever), then BF_LINE_WAIT. */
BF_API BF_MUST enum bf_line bf_reader_next_within(struct bf_reader *r, int timeout_ms,
                                                  struct bf_str *line, struct bf_err *e);

/* Whole lines in a buffer that the caller owns (free), or a spare buffer for the reader. */
struct bf_reader_lines {
    char *buf; /* NULL: none */
    size_t cap;
    const char *p; /* the lines, with their newlines */
    size_t n;
    size_t slack; /* bytes behind them that are initialised */
};

/* All whole lines that are in memory, without a copy: gives the reader's buffer for the spare one in *l, which
 * is made larger or made where it has to be. They are not counted in r->line: the caller adds their number. False:
 * there is none, or some may be too long, or no memory; then bf_reader_next tells. */
BF_API BF_MUST bool bf_reader_swap(struct bf_reader *r, struct bf_reader_lines *l);

/* Has all of the input been taken? For the end of a run that failed: does not wait, and may take a line. */
BF_API BF_MUST bool bf_reader_done(struct bf_reader *r);

/* After BF_LINE_LONG, in the place of bf_reader_skip: the first n bytes of the line have been taken, what is behind them is
 * the line that comes next, of the same number. */
BF_API void bf_reader_took(struct bf_reader *r, size_t n);

/* Gives back the line last returned: the next call returns it again. */
BF_API void bf_reader_unread(struct bf_reader *r, struct bf_str line);

/* After BF_LINE_LONG: writes the whole line and its newline to `to` (NULL: drops it), *bytes is its
 * length. False on a read error, and with BF_E_STOPPED when a signal came before the line's end: then what there was of
 * it has been written, with a newline. */
BF_API BF_MUST bool bf_reader_skip(struct bf_reader *r, struct bf_out *to, uint64_t *bytes,
                                   struct bf_err *e);

/* After BF_LINE_STOP: what has been read of a line whose end has not come; empty between lines. */
BF_API struct bf_str bf_reader_rest(const struct bf_reader *r);

/* What is wrong with such a line: BF_E_STOPPED. False. */
BF_API bool bf_reader_cut(struct bf_err *e);

BF_C_END

#endif
