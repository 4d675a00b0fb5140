/*
 * "Did you mean": finds the known name nearest to a misspelled one. A name that differs only in the
 * case of ASCII letters is nearest. Otherwise the distance is the number of bytes inserted,
 * deleted, replaced or swapped: at most 2, at most 1 for a name shorter than 5 bytes, and none for
 * one shorter than 3.
 */
#ifndef BF_NEAR_H
#define BF_NEAR_H

#include "lib/base/str.h"

struct bf_near {
    struct bf_str name; /* the misspelled name */
    struct bf_str best; /* p NULL: no name is near */
    size_t distance;
};

BF_API void bf_near_init(struct bf_near *n, struct bf_str name);

/* Offers a known name; the caller keeps it alive. Among equally near names the first wins. */
BF_API void bf_near_offer(struct bf_near *n, struct bf_str name);

#endif
