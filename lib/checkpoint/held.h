/*
 * Marks that a filter holds back together with their rows (fold, SQL over all changes). Start marks
 * are passed on at once. Of all other marks the last one of each shard is written after the rows,
 * with the `after` of the shard's first mark, so that it covers all of its rows. The marks cover
 * the rows only together, so all but the last one have `more`: s3put commits at the last one, and a
 * kill in between repeats nothing.
 *
 * If a reader is restarted while rows are held, it sends some of them again. Its start mark is then
 * repeated after the rows, where s3put rejects it and leaves the rows to the next run.
 *
 * Memory: two positions per shard.
 */
#ifndef BF_CHECKPOINT_HELD_H
#define BF_CHECKPOINT_HELD_H

#include "lib/base/map.h"
#include "lib/checkpoint/mark.h"

struct bf_held {
    struct bf_map shards; /* "stream\nshard" to an index */
    struct bf_held_at *at;
    size_t n;
    struct bf_buf key;
    struct bf_mark_run run; /* of the last mark */
};

BF_API void bf_held_init(struct bf_held *h);
BF_API void bf_held_free(struct bf_held *h);

/* Holds back the mark in line, or appends it to out. */
BF_API BF_MUST bool bf_held_add(struct bf_held *h, const struct bf_mark *m, struct bf_str line,
                                struct bf_buf *out, struct bf_err *e);

/* Appends the held marks, ordered by the first appearance of their shards, and forgets them. */
BF_API void bf_held_put(struct bf_held *h, struct bf_buf *out);

#endif
