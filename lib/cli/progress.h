/*
 * Progress of long work on a terminal: records, bytes, rate, lag. Unless asked for, nothing is
 * shown when standard error is not a terminal, when the tool's output is a terminal (the lines
 * would mix), or when it is a pipe (the next tool shows the progress of the pipeline). For commands
 * only, as diag.
 */
#ifndef BF_PROGRESS_H
#define BF_PROGRESS_H

#include "lib/cli/opt.h"

struct bf_progress {
    bool on, terminal;
    int64_t start_ms, next_ms;
    int64_t lag_ms; /* how far the tool is behind its source; -1: unknown */
};

enum bf_progress_of {
    BF_PROGRESS_FILTER, /* the tool writes to standard output */
    BF_PROGRESS_SINK    /* the tool writes elsewhere */
};

BF_API void bf_progress_init(struct bf_progress *p, const struct bf_common *common,
                             enum bf_progress_of kind);

/* Redraws at most twice a second. The figures are totals since the start. */
BF_API void bf_progress_tick(struct bf_progress *p, uint64_t records, uint64_t bytes);

/* Erases the line on a terminal; writes the last figures if standard error is not one. */
BF_API void bf_progress_end(struct bf_progress *p, uint64_t records, uint64_t bytes);

#endif
