/*
 * Checks marks against the positions already accepted, for the owner of a state: s3put and cdcproj.
 *
 * A position never goes back. A mark that begins before the accepted position, committed or not, is from a reader that
 * will send rows again: it is refused, and the run ends with 75. A start mark must begin exactly at the position of its
 * shard. Marks of a group ("more":true) are kept until the last of them arrives; all are checked before one is
 * accepted, because a position of a group with a bad mark would cover rows that do not count.
 *
 * `state` belongs to the owner and holds the committed positions. `ahead` holds the positions accepted since then: the
 * owner adds them to the state with its next commit (bf_positions_commit) and drops them with bf_positions_reset if the
 * commit fails.
 */
#ifndef BF_CHECKPOINT_POSITIONS_H
#define BF_CHECKPOINT_POSITIONS_H

#include "lib/checkpoint/mark.h"
#include "lib/checkpoint/state.h"

struct bf_positions {
    struct bf_state *state;
    struct bf_state ahead;  /* shards only */
    struct bf_mark_run run; /* the reader that wrote the last mark */
    struct bf_buf together; /* the lines of an unfinished group of marks */
    bool moved;             /* ahead is not empty */
    bool
        began; /* a shard has begun: commit soon. A shard that begins at the latest record would begin later next time */
    bool forgot;  /* a shard has left the state */
    bool refused; /* the reader's positions do not match the state */
};

enum bf_positions_got {
    BF_POSITIONS_TAKEN,   /* a start, or part of an unfinished group: it covers no row yet */
    BF_POSITIONS_COVERED, /* all rows above are covered */
    BF_POSITIONS_ERROR    /* see *e: the reader was refused, or memory is out */
};

BF_API void bf_positions_init(struct bf_positions *p, struct bf_state *state);
BF_API void bf_positions_free(struct bf_positions *p);

/* Checks and accepts the mark of a line. uncovered: are there rows that no mark covers yet? */
BF_API BF_MUST enum bf_positions_got bf_positions_take(struct bf_positions *p,
                                                       const struct bf_mark *m, struct bf_str line,
                                                       bool uncovered, struct bf_err *e);

/* Copies the accepted positions into the state. They remain in `ahead` until bf_positions_reset. */
BF_API BF_MUST bool bf_positions_commit(struct bf_positions *p, struct bf_err *e);
BF_API void bf_positions_reset(struct bf_positions *p);

#endif
