/*
 * Exactly once (--state DIR). The state, DIR/state.json (lib/cdc/state.h), is
 * replaced as a whole, and that replacement is the only commit point:
 *
 *   1. what is due is made an object in DIR/spool; the other open batches are
 *      written to their files there; all of it is fsynced, and the folder too;
 *   2. state.json gets the positions of the last marks, the sealed objects with
 *      their final keys, and how much of each open batch's file counts;
 *   3. objects go up under those keys, again after a crash; when one has arrived
 *      it leaves state.json, and then its file is removed.
 *
 * A commit happens at a mark only, when the positions cover every row taken in.
 * Whatever a crash leaves behind that state.json does not name is removed at the
 * next start.
 */
#ifndef S3PUT_DURABLE_H
#define S3PUT_DURABLE_H

#include "cmd/s3put/deliver.h"
#include "lib/cdc/mark.h"
#include "lib/cdc/state.h"

struct run;

struct durable {
    struct run *run;
    char path[4096]; /* of state.json */
    int lock;
    struct bf_state state; /* as committed */
    struct bf_state ahead; /* positions of marks seen since; shards only */
    struct bf_buf gone;    /* names of delivered files, each with its NUL */
    bool settled;          /* nothing delivered since the last save */
};

/* Locks DIR, reads the state, takes up open batches, starts sealed objects again. */
BF_MUST bool durable_open(struct durable *d, struct run *r, struct bf_err *e);
void durable_close(struct durable *d);

/* A mark: remembers the position. A start mark that disagrees with the state ends the run. */
BF_MUST bool durable_mark(struct durable *d, const struct bf_mark *mark, struct bf_err *e);

/* Seals the batches that are due, makes the others safe, commits. */
BF_MUST bool durable_commit(struct durable *d, struct bf_err *e);

/* A full disk passes, and the rows are read again by the next start: makes it temporary. False. */
bool durable_tell(struct bf_err *e);

/* Takes delivered objects out of the state. */
BF_MUST bool durable_settle(struct durable *d, struct bf_err *e);

#endif
