/*
 * A hash map from byte strings to 64-bit values (numbers, or pointers cast
 * through uintptr_t). Keys are copied into the map. Insertion order is kept and
 * is the order of iteration. The map has a hard maximum of entries.
 */
#ifndef BF_MAP_H
#define BF_MAP_H

#include "lib/base/arena.h"

BF_C_BEGIN

struct bf_map_entry {
    struct bf_str key;
    uint64_t value;
    uint64_t hash;
    bool live; /* false once removed */
};

struct bf_map {
    struct bf_map_entry *entries; /* in insertion order, removed ones included */
    uint32_t *slots;              /* index + 1 into entries, 0 is free */
    size_t n;                     /* entries used */
    size_t live;                  /* keys in the map */
    size_t cap, nslots, max;
};

/* max: the most live keys. */
BF_API void bf_map_init(struct bf_map *m, size_t max);
BF_API void bf_map_free(struct bf_map *m);
BF_API void bf_map_clear(struct bf_map *m);

/* The value of key, to read or change until the next put; NULL when it is not there. */
BF_API uint64_t *bf_map_get(struct bf_map *m, struct bf_str key);

/* The value of key, made 0 when it was not there (*added says so); NULL: full, or out of memory. */
BF_API BF_MUST uint64_t *bf_map_put(struct bf_map *m, struct bf_str key, bool *added);

BF_API bool bf_map_remove(struct bf_map *m, struct bf_str key);

/* The next live entry from *i on (start with 0), NULL at the end. */
BF_API struct bf_map_entry *bf_map_next(struct bf_map *m, size_t *i);

/* 64-bit hash of bytes; not for hostile collisions beyond a process-wide random seed. */
BF_API uint64_t bf_hash(struct bf_str s);

BF_C_END

#endif
