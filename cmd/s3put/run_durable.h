/*
 * Exactly once (--state DIR). One sentence holds at every moment:
 *
 *   The rows of all records up to the positions in state.json are, each once, in
 *   objects that have arrived with their receipt, in the sealed files and in the
 *   counted bytes of the open files that state.json names; no other row is.
 *
 * Everything follows from it. The state, DIR/state.json (lib/checkpoint/state.h), is replaced as a
 * whole by rename, and that replacement is the only commit point:
 *
 *   1. rows that no mark covers are left out (run.c commits at a mark, or takes them off);
 *      what is due is made an object in DIR/spool; the other open batches are
 *      written to their files there; all of it is fsynced, and the folder too;
 *   2. state.json gets the positions of the last marks, the sealed objects with
 *      their final keys, and how much of each open batch's file counts;
 *   3. objects go up under those keys, again after a crash; when one has arrived its
 *      receipt is written out, then it leaves state.json, and then its file is removed.
 *
 * A position never goes back: a mark that begins before what has been taken, committed or
 * not, comes from a reader that will send rows again, and ends the run (lib/checkpoint/positions.h). What
 * an object will be is fixed when its batch opens and written down with it, so other
 * options at the next start change nothing of it (shape.h, run_resume.h). Whatever a crash
 * leaves behind that state.json does not name is removed at the next start.
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
    struct bf_state state;         /* as committed, less what has been delivered since */
    struct bf_positions positions; /* of marks seen since the last commit */
    struct bf_buf gone;            /* names of delivered files, each with its NUL */
    bool settled;         /* the state has not changed since the last save, but for a commit */
    bool broken;          /* the state in memory is not to be trusted: nothing is saved */
    int64_t committed_ms; /* monotonic */
};

/* Locks DIR, reads the state, takes up open batches, starts sealed objects again. */
BF_MUST bool durable_open(struct durable *d, struct run *r, struct bf_err *e);
void durable_close(struct durable *d);

/* A mark: remembers the position, *covered says whether all rows above are covered by it now. One that goes back, and a
 * start that disagrees with what has been taken, is an error and sets run->refused: then it does not count, nor do the
 * rows after the last good mark. */
BF_MUST bool durable_mark(struct durable *d, const struct bf_mark *mark, struct bf_str line,
                          bool *covered, struct bf_err *e);

/* Seals the batches that are due, makes the others safe, commits. */
BF_MUST bool durable_commit(struct durable *d, struct bf_err *e);

/* How long until positions alone are worth a commit: --interval, at most a minute after the last one; 0: now,
 * -1: there are no new ones. */
int64_t durable_wait_ms(const struct durable *d);

/* A full disk passes, and the rows are read again by the next start: makes it temporary. False. */
bool durable_tell(struct bf_err *e);

/* Takes delivered objects out of the state. */
BF_MUST bool durable_settle(struct durable *d, struct bf_err *e);

#endif
