/*
 * How many changes, at what times, and how fast they are let go.
 *
 * The count, the time they cover and the mean rate belong together (count =
 * rate x duration): plan_init fills in what was not given. The day has a curve,
 * a weight for each hour of UTC: doors open at midnight, the night is quiet,
 * peaks in the morning and in the evening. The n-th change lies where the n-th
 * share of the curve's area lies, at a random place within its share, so times
 * never run backwards and the counts of the hours follow the curve.
 */
#ifndef BFGEN_PLAN_H
#define BFGEN_PLAN_H

#include "cmd/bfgen/gen.h"

struct plan {
    uint64_t count; /* 0: without end */
    /* area under the curve: of one change, as a whole and a fraction rem/n */
    uint64_t step, rem, n;
    uint64_t at, at_rem;        /* area before the next change */
    int64_t hour_ms, until_ms;  /* the piece of the curve it lies in: one hour at most */
    uint64_t hour_at, until_at; /* area before the beginning and the end of that piece */
    /* pacing */
    uint64_t rate_micro; /* 0: as fast as it goes */
    int64_t due_ms; /* of the next change (0: it is the first), and a fraction due_rem/rate_micro */
    uint64_t due_rem;
};

BF_MUST bool plan_init(struct plan *p, const struct config *cfg, struct bf_err *e);

/* The time of the next change. */
int64_t plan_next(struct plan *p, struct bf_rng *rng);

/* Waits until the next change may go, flushing `out` first so that a pipe is live. */
BF_MUST bool plan_pace(struct plan *p, struct bf_out *out, struct bf_err *e);

#endif
