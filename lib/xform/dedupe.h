/*
 * Repeated records: DynamoDB to Kinesis delivers at least once, and a restarted reader reads some
 * records again. A window remembers the identities of the last records. Its size is fixed when it
 * is created; it needs about 80 bytes per record.
 *
 * An identity is the eventID, or else the sequence number. A record that has neither never counts
 * as repeated. An identity of more than 56 bytes is replaced by its MD5.
 */
#ifndef BF_XFORM_DEDUPE_H
#define BF_XFORM_DEDUPE_H

#include "lib/ddb/change.h"

enum { BF_DEDUPE_DEFAULT = 100000, BF_DEDUPE_MAX = 50000000 };

struct bf_dedupe;

/* NULL: see *e. window is the number of records, at least 1. */
BF_API BF_MUST struct bf_dedupe *bf_dedupe_new(uint64_t window, struct bf_err *e);
BF_API void bf_dedupe_destroy(struct bf_dedupe *d);

/* Is this record in the window? If not, it is added and replaces the oldest one. */
BF_API bool bf_dedupe_seen(struct bf_dedupe *d, const struct bf_change *c);

#endif
