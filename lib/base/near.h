/*
 * "Did you mean": of the names that there are, the one that a misspelled one is nearest to. The same but for the
 * case of ASCII letters is nearest of all; else it counts how many bytes are put in, left out, changed or swapped: two at
 * most, one in a name of less than five, none in one of less than three.
 */
#ifndef BF_NEAR_H
#define BF_NEAR_H

#include "lib/base/str.h"

struct bf_near {
    struct bf_str name; /* what was asked for */
    struct bf_str best; /* p NULL: nothing is near */
    size_t distance;
};

BF_API void bf_near_init(struct bf_near *n, struct bf_str name);

/* Offers a name, which stays the caller's. Of two as near as each other the first stays. */
BF_API void bf_near_offer(struct bf_near *n, struct bf_str name);

#endif
