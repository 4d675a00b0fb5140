/*
 * Marks against what has been taken already, for who keeps a state: s3put and cdcproj.
 *
 * A position never goes back. A mark that begins before what has been taken, committed or not, comes from a reader that
 * will send rows again: it is refused, and the run ends with 75. A start mark must begin exactly where its shard has come
 * to. Marks that count together ("more":true) are kept until the last of them is there; all are checked before one is
 * taken, since a position out of a group with a bad mark would cover rows that do not count.
 *
 * `state` is the owner's, as it was committed. `ahead` holds the positions that have been taken since: the owner puts them
 * into the state with its next commit (bf_positions_commit), and forgets them by bf_positions_reset if that fails.
 */
#ifndef BF_CHECKPOINT_POSITIONS_H
#define BF_CHECKPOINT_POSITIONS_H

#include "lib/checkpoint/mark.h"
#include "lib/checkpoint/state.h"

struct bf_positions {
    struct bf_state *state;
    struct bf_state ahead;  /* shards only */
    struct bf_mark_run run; /* the reader that wrote the last mark */
    struct bf_buf together; /* lines of marks that say that more of them belong together */
    bool moved;             /* ahead holds something */
    bool
        began; /* a shard has begun: worth a commit soon. At the latest record the next start would be elsewhere */
    bool forgot;  /* a shard has left the state */
    bool refused; /* the reader is not the one that belongs here */
};

enum bf_positions_got {
    BF_POSITIONS_TAKEN, /* a start, or a mark that counts with those to come: no row is covered by it yet */
    BF_POSITIONS_COVERED, /* all rows above are covered */
    BF_POSITIONS_ERROR    /* *e; the reader was refused, or there is no memory */
};

BF_API void bf_positions_init(struct bf_positions *p, struct bf_state *state);
BF_API void bf_positions_free(struct bf_positions *p);

/* Takes a mark, which stands in that line. uncovered: are there rows that no mark covers yet? */
BF_API BF_MUST enum bf_positions_got bf_positions_take(struct bf_positions *p,
                                                       const struct bf_mark *m, struct bf_str line,
                                                       bool uncovered, struct bf_err *e);

/* Puts what was taken into the state. It is still ahead until bf_positions_reset. */
BF_API BF_MUST bool bf_positions_commit(struct bf_positions *p, struct bf_err *e);
BF_API void bf_positions_reset(struct bf_positions *p);

#endif
