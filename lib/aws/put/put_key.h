/* The key of a line: lines of one key keep their order (put.h), and Kinesis chooses the shard by it. */
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

/* *key is the line's key (a view that holds until the next call); *ordered: lines of this key keep their order. With
 * neither member, hash nor random, the change lines of DynamoDB get 32 hex digits made of their item's key, as AWS makes
 * them, and others a random key without order. False when the line has none (*why). */
BF_MUST bool bf_put_keyer_find(struct bf_put_keyer *k, struct bf_str line, struct bf_str *key,
                               bool *ordered, struct bf_err *why);

#endif
