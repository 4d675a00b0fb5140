/*
 * Progress of long work, on a terminal: records, bytes, rate, lag. Nothing is
 * shown, unless asked for, when standard error is no terminal, and when the
 * tool's lines go to the terminal (they would mix) or into a pipe (the tool
 * behind it shows how far the pipeline is). Speaks for commands, as diag does.
 */
#ifndef BF_PROGRESS_H
#define BF_PROGRESS_H

#include "lib/cli/opt.h"

struct bf_progress {
    bool on, terminal;
    int64_t start_ms, next_ms;
    int64_t lag_ms; /* how far behind the source; -1: not known */
};

enum bf_progress_of {
    BF_PROGRESS_FILTER, /* what the tool makes goes to standard output */
    BF_PROGRESS_SINK    /* it goes elsewhere */
};

BF_API void bf_progress_init(struct bf_progress *p, const struct bf_common *common,
                             enum bf_progress_of kind);

/* Cheap; draws at most twice a second. Totals since the start. */
BF_API void bf_progress_tick(struct bf_progress *p, uint64_t records, uint64_t bytes);

/* Takes the line off a terminal; writes the last figures elsewhere. */
BF_API void bf_progress_end(struct bf_progress *p, uint64_t records, uint64_t bytes);

#endif
