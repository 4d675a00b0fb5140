/*
 * Records that the Kinesis Producer Library packed together: the four bytes F3 89 9A C2, a protobuf
 * message, the MD5 of that message (16 bytes).
 *
 *     AggregatedRecord { repeated string partition_key_table = 1;
 *                        repeated string explicit_hash_key_table = 2;
 *                        repeated Record records = 3; }
 *     Record { uint64 partition_key_index = 1; uint64 explicit_hash_key_index = 2;
 *              bytes data = 3; repeated Tag tags = 4; }
 *
 * Data whose checksum is wrong or whose message is malformed is an ordinary record that happens to
 * begin with these bytes; so everything is checked before the first part is returned. Parts are
 * views into the data.
 */
#ifndef BF_ENVELOPE_KPL_H
#define BF_ENVELOPE_KPL_H

#include "lib/base/str.h"

struct bf_kpl {
    struct bf_buf keys; /* struct bf_str of each partition key; reused for the next aggregate */
    struct bf_str rest; /* the part of the message that is not returned yet */
    uint64_t index;     /* of the next part, from 0 */
};

struct bf_kpl_part {
    struct bf_str key;
    struct bf_str data;
    uint64_t index; /* the sub-sequence number */
};

BF_API void bf_kpl_init(struct bf_kpl *k);
BF_API void bf_kpl_free(struct bf_kpl *k);

/* Is data an aggregate? If so, the next bf_kpl_next returns its first part. */
BF_API BF_MUST bool bf_kpl_open(struct bf_kpl *k, struct bf_str data);

/* The next part; false at the end. */
BF_API BF_MUST bool bf_kpl_next(struct bf_kpl *k, struct bf_kpl_part *part);

/* Does data begin as an aggregate does? A cheap check before bf_kpl_open. */
static inline bool bf_kpl_maybe(struct bf_str data)
{
    return data.n >= 20 && memcmp(data.p, "\xF3\x89\x9A\xC2", 4) == 0;
}

#endif
