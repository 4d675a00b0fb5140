/*
 * Marks that are held back while their rows are (fold, SQL over all changes):
 * start marks go out at once, of the others the last of each shard, after the
 * rows, with the `after` of the first: it spans all of their rows. They vouch
 * for the rows together, so all but the last say that more follow: s3put commits
 * at the last, and a kill in between repeats nothing.
 *
 * A reader that is started again while rows are held sends some of them a second
 * time. Its start mark goes out once more after the rows, where s3put refuses it
 * and leaves the rows to the next run.
 *
 * Memory: two positions a shard.
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
    struct bf_mark_run run; /* that of the last mark */
};

BF_API void bf_held_init(struct bf_held *h);
BF_API void bf_held_free(struct bf_held *h);

/* A mark in its line: held back, or appended. */
BF_API BF_MUST bool bf_held_add(struct bf_held *h, const struct bf_mark *m, struct bf_str line,
                                struct bf_buf *out, struct bf_err *e);

/* Appends the marks, in the order in which their shards came, and forgets them. */
BF_API void bf_held_put(struct bf_held *h, struct bf_buf *out);

#endif
