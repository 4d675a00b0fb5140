/*
 * The names of attributes that the first records had, for the message about a name that none had: a sample, so that it
 * costs nothing where there are many records.
 */
#ifndef BF_DDB_NAMES_H
#define BF_DDB_NAMES_H

#include "lib/base/near.h"
#include "lib/base/map.h"
#include "lib/ddb/change.h"

struct bf_names {
    struct bf_map map;
    unsigned records; /* looked at */
};

BF_API void bf_names_init(struct bf_names *n);
BF_API void bf_names_free(struct bf_names *n);

/* Looks at a record. False: it was the last of those that count. A name that there is no memory for is not noted. */
BF_API bool bf_names_note(struct bf_names *n, const struct bf_change *c);
BF_API void bf_names_merge(struct bf_names *n, const struct bf_names *other);

/* Offers them all. */
BF_API void bf_names_offer(const struct bf_names *n, struct bf_near *near);

#endif
