/*
 * Exactly once (--state DIR). This invariant always holds:
 *
 *   The rows of all records up to the positions in state.json are, each once, in
 *   delivered objects whose receipts were written, in the sealed files and in the
 *   valid bytes of the open files that state.json names; no other row is.
 *
 * The rest follows from it. The state, DIR/state.json (lib/checkpoint/state.h), is replaced as a
 * whole by rename, and that replacement is the only commit point:
 *
 *   1. rows after the last mark are left out (run.c commits at a mark, or removes them);
 *      batches that are due are sealed as objects in DIR/spool; the other open batches are
 *      written to their files there; all files and the directory are fsynced;
 *   2. state.json gets the positions of the last marks, the sealed objects with
 *      their final keys, and the number of valid bytes in each open batch's file;
 *   3. objects are uploaded under those keys, again after a crash; when one has arrived, its
 *      receipt is written, then it is removed from state.json, and then its file is removed.
 *
 * A position never moves back: a mark with a position before the current one, committed or
 * not, is from a reader that will send rows again, and ends the run (lib/checkpoint/positions.h). The properties
 * of an object are fixed and stored when its batch opens, so that other
 * options at the next start do not change them (shape.h, run_resume.h). The next start removes
 * all files that a crash has left and that state.json does not name.
 */
#ifndef S3PUT_RUN_DURABLE_H
#define S3PUT_RUN_DURABLE_H

#include "cmd/s3put/deliver.h"
#include "lib/checkpoint/positions.h"

struct run;

struct durable {
    struct run *run;
    char path[4096]; /* of state.json */
    int lock;
    struct bf_state state;         /* the committed state, without the objects delivered since */
    struct bf_positions positions; /* of marks seen since the last commit */
    struct bf_buf gone;            /* names of delivered files, each with its NUL */
    bool settled;         /* the state has not changed since the last save, except by a commit */
    bool broken;          /* the state in memory is invalid and must not be saved */
    int64_t committed_ms; /* monotonic */
};

/* Locks DIR, reads the state, continues open batches, delivers sealed objects. */
BF_MUST bool durable_open(struct durable *d, struct run *r, struct bf_err *e);
void durable_close(struct durable *d);

/* Takes the position of a mark; *covered: a mark covers all rows above now. A position that moves back, and a
 * start at another position, is an error and sets run->refused: then neither the mark nor the rows after the last
 * valid mark count. */
BF_MUST bool durable_mark(struct durable *d, const struct bf_mark *mark, struct bf_str line,
                          bool *covered, struct bf_err *e);

/* Seals the batches that are due, syncs the others, commits. */
BF_MUST bool durable_commit(struct durable *d, struct bf_err *e);

/* The time until positions alone are committed: --interval, at most a minute after the last commit; 0: now,
 * -1: there are no new ones. */
int64_t durable_wait_ms(const struct durable *d);

/* Makes a full disk a temporary error, because the next start reads the rows again. Returns false. */
bool durable_tell(struct bf_err *e);

/* Removes delivered objects from the state. */
BF_MUST bool durable_settle(struct durable *d, struct bf_err *e);

#endif
