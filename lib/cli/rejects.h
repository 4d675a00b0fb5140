/*
 * Lines that could not be processed. Each goes verbatim to --rejects FILE, so
 * that the file can be fed in again (behind the header line of CSV), and is reported as
 *
 *     tool: line 17: what was wrong with it
 *
 * The first BF_REJECTS_SHOWN are reported one by one (all with --verbose), the
 * rest are only counted; bf_rejects_close says how many there were. This
 * module speaks for commands, as diag does.
 */
#ifndef BF_REJECTS_H
#define BF_REJECTS_H

#include "lib/io/reader.h"

enum { BF_REJECTS_SHOWN = 10 };

struct bf_rejects {
    struct bf_out out;
    const char *path; /* NULL: nowhere */
    bool strict;      /* the first one ends the run */
    bool lasting;     /* one at least would be rejected again */
    bool headed;      /* the header is there */
    bool old;         /* the file held something before */
    /* a line above the lines, as in CSV (bf_rejects_header); empty: none */
    struct bf_str header;
    uint64_t count;
    uint64_t synced; /* so many of them are on the disk */
};

/* path may be NULL (no --rejects given); the file is made at once, so that a wrong path shows. What it holds stays: a
 * run may be started again and again, and what an earlier one rejected is nowhere else. A last line without its end, of
 * a run that was killed, is ended. BF_E_USAGE when it is the file that standard input or output is. */
BF_API BF_MUST bool bf_rejects_append(struct bf_rejects *r, const char *path, bool strict,
                                      struct bf_err *e);

/* The header line, once it is known; a view that stays the owner's. It is written, without a byte order mark and CR, above the first line that is rejected,
 * unless the file begins with it. BF_E_USAGE when the file holds something else: it could not be fed in again. */
BF_API BF_MUST bool bf_rejects_header(struct bf_rejects *r, struct bf_str header, struct bf_err *e);

/* Is path (may be NULL) another file than input? Else BF_E_USAGE. For inputs that are named. */
BF_API BF_MUST bool bf_rejects_spare(const char *path, const char *input, struct bf_err *e);

/* Writes the header, if there is one and it is not yet there. For who writes to r->out; the others do it. */
BF_API void bf_rejects_head(struct bf_rejects *r);

/* A line and why (why->text, without place). number 0: no line number to tell. False when the run has
 * to end: strict (*e is why, with its place), or the file cannot be written. */
BF_API BF_MUST bool bf_rejects_add(struct bf_rejects *r, struct bf_str line, uint64_t number,
                                   const struct bf_err *why, struct bf_err *e);

/* The same for a line that reader found longer than its maximum; reads past it, or, for a line that a signal cuts off,
 * as far as it has come. */
BF_API BF_MUST bool bf_rejects_add_long(struct bf_rejects *r, struct bf_reader *reader,
                                        struct bf_err *e);

/* The same, after BF_LINE_STOP, for a line that the signal has cut off; nothing when there is none. */
BF_API BF_MUST bool bf_rejects_add_cut(struct bf_rejects *r, const struct bf_reader *reader,
                                       struct bf_err *e);

/* A run that ends before its input does: tells behind which line, since the lines behind it are not among the
 * rejected ones. */
BF_API void bf_rejects_stopped(uint64_t last);

/* The same, but nothing when last is 0, or was the last line of the input. */
BF_API void bf_rejects_unread(struct bf_reader *in, uint64_t last);

/* What has been rejected so far is on the disk: for who counts those lines as done with. */
BF_API BF_MUST bool bf_rejects_sync(struct bf_rejects *r, struct bf_err *e);

/* Closes the file; "tool: 3 lines rejected (FILE)" when there were any. */
BF_API BF_MUST bool bf_rejects_close(struct bf_rejects *r, struct bf_err *e);

/* What the rejected lines mean for the exit status: true when there are none, else a told error, temporary
 * when all of them may pass the next time. */
BF_API BF_MUST bool bf_rejects_told(const struct bf_rejects *r, struct bf_err *e);

#endif
