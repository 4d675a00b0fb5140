/*
 * Where changes go: a database of one kind or the other. run.c reads lines and decides when a commit is made; a sink
 * applies changes, and commits them with the positions in one transaction.
 */
#ifndef CDCPROJ_SINK_H
#define CDCPROJ_SINK_H

#include "cmd/cdcproj/line/counters.h"
#include "cmd/cdcproj/line/input.h"
#include "lib/checkpoint/positions.h"

struct sink {
    struct bf_positions *positions;
    struct counters *counters; /* since the last commit */
    bool begun;                /* opening it has left something to commit */
    bool full;                 /* it wants a commit as soon as one may be made */
    /* Applies a change. False with *bad: the line is to be rejected; without it the run has to end. */
    bool (*apply)(struct sink *s, struct line *l, struct bf_str table, bool *bad, struct bf_err *e);
    /* Rows, positions and counters together; the counters begin anew. */
    bool (*commit)(struct sink *s, struct bf_err *e);
    /* At the end of the input: warns of what was asked for and is not there. */
    void (*tell)(const struct sink *s);
    /* Forgets what is not committed and closes it. */
    void (*close)(struct sink *s);
    /* --rebuild, at the end: what was made takes the place of the old. Closes the sink. */
    bool (*replace)(struct sink *s, struct bf_err *e);
};

#endif
