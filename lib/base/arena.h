/*
 * An arena: memory for one record or one batch, given back all at once.
 *
 * Allocations are aligned to 16 bytes, count as multiples of 16, and never move. bf_arena_reset keeps one
 * block, so that a loop over records allocates only until it has seen its
 * largest. The arena has a hard maximum; past it bf_arena_alloc returns NULL.
 */
#ifndef BF_ARENA_H
#define BF_ARENA_H

#include "lib/base/str.h"

BF_C_BEGIN

struct bf_arena_block;

struct bf_arena {
    struct bf_arena_block *head;
    size_t used; /* bytes in all blocks */
    size_t max;  /* bytes */
};

BF_API void bf_arena_init(struct bf_arena *a, size_t max);
BF_API void bf_arena_free(struct bf_arena *a);
BF_API void bf_arena_reset(struct bf_arena *a);

/* Overwrites all that was ever put there, for what held secrets. */
BF_API void bf_arena_wipe(struct bf_arena *a);

/* Uninitialised memory, or NULL: past the maximum or out of memory. */
BF_API BF_MUST void *bf_arena_alloc(struct bf_arena *a, size_t n);

/* A terminated copy; its view in *out. */
BF_API BF_MUST bool bf_arena_copy(struct bf_arena *a, struct bf_str s, struct bf_str *out);

BF_C_END

#endif
