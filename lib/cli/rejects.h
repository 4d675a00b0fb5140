/*
 * Lines that could not be processed. Each is written verbatim to --rejects FILE, so that the file
 * can be used as input again (for CSV, after the header line), and is reported as
 *
 *     tool: line 17: what was wrong with it
 *
 * The first BF_REJECTS_SHOWN are reported one by one (all of them with --verbose), the rest are
 * only counted; bf_rejects_close prints their number. For commands only, as diag.
 */
#ifndef BF_REJECTS_H
#define BF_REJECTS_H

#include "lib/io/reader.h"

enum { BF_REJECTS_SHOWN = 10 };

struct bf_rejects {
    struct bf_out out;
    const char *path; /* NULL: rejected lines are not kept */
    bool strict;      /* the first one ends the run */
    bool lasting;     /* at least one would be rejected again */
    bool headed;      /* the header has been written */
    bool old;         /* the file was not empty */
    /* the line above all others, as in CSV (bf_rejects_header); empty: none */
    struct bf_str header;
    uint64_t count;
    uint64_t synced; /* number of them that are on the disk */
};

/* path may be NULL (no --rejects option). The file is created at once, so that a wrong path fails
 * early. Its content is kept, because the lines that earlier runs rejected are nowhere else. An
 * incomplete last line, left by a run that was killed, is ended. BF_E_USAGE if it is the same file
 * as standard input or output. */
BF_API BF_MUST bool bf_rejects_append(struct bf_rejects *r, const char *path, bool strict,
                                      struct bf_err *e);

/* Sets the header line, a view that stays the owner's. It is written (without byte order mark and
 * CR) above the first rejected line, unless the file begins with it. BF_E_USAGE if the file has
 * another header: it could not be used as input again. */
BF_API BF_MUST bool bf_rejects_header(struct bf_rejects *r, struct bf_str header, struct bf_err *e);

/* Is path (may be NULL) a different file from input? Otherwise BF_E_USAGE. For named input
 * files. */
BF_API BF_MUST bool bf_rejects_spare(const char *path, const char *input, struct bf_err *e);

/* Writes the header if it is set and not yet written. For code that writes to r->out itself; the
 * functions below do it. */
BF_API void bf_rejects_head(struct bf_rejects *r);

/* Rejects a line; why->text is the reason, without a place. number is the line number, 0: unknown.
 * False if the run has to end: strict (*e is the reason with its place), or a failed write. */
BF_API BF_MUST bool bf_rejects_add(struct bf_rejects *r, struct bf_str line, uint64_t number,
                                   const struct bf_err *why, struct bf_err *e);

/* The same for a line that is longer than reader's maximum. Reads to the end of the line, or to
 * where a signal interrupts it. */
BF_API BF_MUST bool bf_rejects_add_long(struct bf_rejects *r, struct bf_reader *reader,
                                        struct bf_err *e);

/* The same, after BF_LINE_STOP, for a line that the signal interrupted; does nothing if there is
 * none. */
BF_API BF_MUST bool bf_rejects_add_cut(struct bf_rejects *r, const struct bf_reader *reader,
                                       struct bf_err *e);

/* Reports after which line a run stopped before the end of its input: the lines after it are not
 * among the rejected ones. */
BF_API void bf_rejects_stopped(uint64_t last);

/* The same, but nothing if last is 0 or the last line of the input. */
BF_API void bf_rejects_unread(struct bf_reader *in, uint64_t last);

/* Makes the lines rejected so far durable, before they count as processed. */
BF_API BF_MUST bool bf_rejects_sync(struct bf_rejects *r, struct bf_err *e);

/* Closes the file; prints "tool: 3 lines rejected (FILE)" if there were any. */
BF_API BF_MUST bool bf_rejects_close(struct bf_rejects *r, struct bf_err *e);

/* True if no line was rejected; otherwise a reported error, which is temporary if all the lines may
 * pass next time. */
BF_API BF_MUST bool bf_rejects_told(const struct bf_rejects *r, struct bf_err *e);

#endif
