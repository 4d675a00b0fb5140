/*
 * Repeated records: DynamoDB to Kinesis delivers at least once, and a reader
 * that starts again reads again. A window remembers the identities of the last
 * records, as many as it was made for, in memory that does not grow beyond it
 * (about 80 bytes for each).
 *
 * An identity is the eventID, or the sequence number where there is none. A
 * record that has neither is never a repeated one. An identity of more than 56
 * bytes is held by its MD5.
 */
#ifndef BF_XFORM_DEDUPE_H
#define BF_XFORM_DEDUPE_H

#include "lib/ddb/change.h"

enum { BF_DEDUPE_DEFAULT = 100000, BF_DEDUPE_MAX = 50000000 };

struct bf_dedupe;

/* NULL: *e says why. window is at least 1. */
BF_API BF_MUST struct bf_dedupe *bf_dedupe_new(uint64_t window, struct bf_err *e);
BF_API void bf_dedupe_destroy(struct bf_dedupe *d);

/* Did this record come within the window? If not, it is remembered, and the oldest one forgotten. */
BF_API bool bf_dedupe_seen(struct bf_dedupe *d, const struct bf_change *c);

#endif
