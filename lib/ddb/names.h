/*
 * The names of the attributes in the first records, for the message about a name that no record
 * has. A sample, so that it costs nothing in a large input.
 */
#ifndef BF_DDB_NAMES_H
#define BF_DDB_NAMES_H

#include "lib/base/near.h"
#include "lib/base/map.h"
#include "lib/ddb/change.h"

struct bf_names {
    struct bf_map map;
    unsigned records; /* records in the sample so far */
};

BF_API void bf_names_init(struct bf_names *n);
BF_API void bf_names_free(struct bf_names *n);

/* Adds a record to the sample. False: the sample is full. A name is left out if there is no memory
 * for it. */
BF_API bool bf_names_note(struct bf_names *n, const struct bf_change *c);
BF_API void bf_names_merge(struct bf_names *n, const struct bf_names *other);

/* Offers all names. */
BF_API void bf_names_offer(const struct bf_names *n, struct bf_near *near);

#endif
