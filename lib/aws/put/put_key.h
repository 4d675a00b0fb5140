/* The key of a line: lines of one key keep their order (put.h), and it determines the shard in Kinesis. */
#ifndef BF_AWS_PUT_PUT_KEY_H
#define BF_AWS_PUT_PUT_KEY_H

#include "lib/base/rng.h"
#include "lib/base/str.h"

struct bf_put_keyer {
    const char *member; /* a top-level member, or a path with dots; NULL: see bf_put_keyer_find */
    bool hash, random;  /* of the line; of nothing */
    struct bf_rng rng;
    struct bf_buf text; /* the key, until the next line */
};

void bf_put_keyer_init(struct bf_put_keyer *k, const char *member, bool hash, bool random);
void bf_put_keyer_free(struct bf_put_keyer *k);

/* *key is the line's key (a view, valid until the next call); *ordered: lines of this key keep their order. If member,
 * hash and random are unset, a change line of DynamoDB gets 32 hex digits derived from its item's key, as AWS derives
 * them, and any other line a random key without order. False if the line has no key (*why). */
BF_MUST bool bf_put_keyer_find(struct bf_put_keyer *k, struct bf_str line, struct bf_str *key,
                               bool *ordered, struct bf_err *why);

#endif
