/*
 * Progress of long work, on a terminal: records, bytes, rate, lag. Nothing is
 * shown when standard error is no terminal, unless asked for. Speaks for
 * commands, as diag does.
 */
#ifndef BF_PROGRESS_H
#define BF_PROGRESS_H

#include "lib/base/opt.h"

struct bf_progress {
    bool on, terminal, drawn;
    int64_t start_ms, next_ms;
    int64_t lag_ms; /* how far behind the source; -1: not known */
};

BF_API void bf_progress_init(struct bf_progress *p, const struct bf_common *common);

/* Cheap; draws at most twice a second. Totals since the start. */
BF_API void bf_progress_tick(struct bf_progress *p, uint64_t records, uint64_t bytes);

/* Takes the line off a terminal; writes the last figures elsewhere. */
BF_API void bf_progress_end(struct bf_progress *p, uint64_t records, uint64_t bytes);

#endif
