/*
 * The number of changes, their times, and the speed of the output.
 *
 * The count, the time that the changes cover and the mean rate depend on each other (count =
 * rate x duration): plan_init computes the one that was not given. The day has a curve,
 * a weight for each hour of UTC: the doors open at midnight, the night is quiet, and there are
 * peaks in the morning and in the evening. The n-th change is at a random place in the n-th
 * share of the area under the curve, so times never run backwards and the counts of the
 * hours follow the curve.
 */
#ifndef BFGEN_PLAN_H
#define BFGEN_PLAN_H

#include "cmd/bfgen/gen.h"

struct plan {
    uint64_t count; /* 0: no end */
    /* area under the curve of one change: an integer and a fraction rem/n */
    uint64_t step, rem, n;
    uint64_t at, at_rem;        /* area before the next change */
    int64_t hour_ms, until_ms;  /* the part of the curve that contains it: at most one hour */
    uint64_t hour_at, until_at; /* area before the beginning and the end of that part */
    /* pacing */
    uint64_t rate_micro; /* 0: no limit */
    int64_t due_ms; /* of the next change (0: it is the first), and a fraction due_rem/rate_micro */
    uint64_t due_rem;
};

BF_MUST bool plan_init(struct plan *p, const struct config *cfg, struct bf_err *e);

/* The time of the next change. */
int64_t plan_next(struct plan *p, struct bf_rng *rng);

/* Waits until the next change is due, and flushes `out` first, so that the reader sees the previous ones. */
BF_MUST bool plan_pace(struct plan *p, struct bf_out *out, struct bf_err *e);

#endif
