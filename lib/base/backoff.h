/*
 * How long to wait before the next try, and before the next look at what takes
 * its time. After failures the toolkit follows the rule of the AWS SDKs: a
 * random part of first x 2^(n-1), at most 20 s (BF_BACKOFF_MOST_MS), so that
 * clients that failed together do not come again together. Polling grows alike,
 * to an end of its own and without chance: nobody else polls the same thing.
 *
 * Arithmetic only: no clock, and the random numbers are a parameter.
 */
#ifndef BF_BACKOFF_H
#define BF_BACKOFF_H

#include "lib/base/rng.h"

enum { BF_BACKOFF_MOST_MS = 20000 };

/* first x 2^(n-1), at most `most`; n counts from 1. In any unit of time. */
BF_API uint64_t bf_backoff_limit(uint64_t first, unsigned n, uint64_t most);

/* The wait in ms after the n-th failure in a row, n from 1: 1 to the limit. */
BF_API int64_t bf_backoff_ms(uint64_t first_ms, unsigned n, struct bf_rng *rng);

#endif
