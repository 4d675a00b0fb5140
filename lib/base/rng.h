/*
 * Random numbers. struct bf_rng is a reproducible generator: the same seed gives the same numbers
 * on every machine (integer arithmetic only). bf_rng_entropy asks the kernel, for identifiers and
 * jitter. Neither is for keys.
 */
#ifndef BF_RNG_H
#define BF_RNG_H

#include "lib/base/base.h"

struct bf_rng {
    uint64_t s[4];
};

BF_API void bf_rng_seed(struct bf_rng *r, uint64_t seed);
BF_API uint64_t bf_rng_next(struct bf_rng *r);

/* Uniform in 0..n-1; n must not be 0. */
BF_API uint64_t bf_rng_below(struct bf_rng *r, uint64_t n);

/* 64 bits from the operating system. */
BF_API uint64_t bf_rng_entropy(void);

/* Writes a version 4 UUID, lower case, and a NUL: 37 bytes. */
BF_API void bf_rng_uuid(struct bf_rng *r, char out[37]);

/* The same from the operating system's numbers. */
BF_API void bf_rng_fresh_uuid(char out[37]);

#endif
