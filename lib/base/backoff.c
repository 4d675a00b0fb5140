#include "lib/base/backoff.h"

uint64_t bf_backoff_limit(uint64_t first, unsigned n, uint64_t most)
{
    uint64_t limit = first;
    for (unsigned i = 1; i < n && limit && limit < most; i++)
        limit = limit > UINT64_MAX / 2 ? most : limit * 2;
    return limit < most ? limit : most;
}

int64_t bf_backoff_ms(uint64_t first_ms, unsigned n, struct bf_rng *rng)
{
    uint64_t limit = bf_backoff_limit(first_ms, n, BF_BACKOFF_MOST_MS);
    return 1 + (int64_t)bf_rng_below(rng, limit ? limit : 1);
}
