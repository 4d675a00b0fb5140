/*
 * How bflocal lives: round a command, in the foreground, in the background; and
 * how it is told to end.
 */
#ifndef BL_RUN_H
#define BL_RUN_H

#include "cmd/bflocal/http/local.h"
#include "cmd/bflocal/prepare.h"

struct bl_run {
    const char *host;
    uint64_t port;    /* 0: a free one */
    const char *data; /* NULL: in memory */
    bool daemon;
    char **command; /* NULL: none */
    const struct bl_prepare *prepare;
};

/* Each returns the exit status through *status and false with *e when there is something to say. */

/* Serves until SIGINT or SIGTERM. Prints the export lines on standard output once it listens. */
bool bl_run_foreground(struct bl_local *l, const struct bl_run *r, struct bf_err *e) BF_MUST;

/* Serves while r->command runs with the environment that points at it. *status is the command's: 128 and
 * the signal when one ended it, 127 when it could not be found, 126 when it could not be run. */
bool bl_run_command(struct bl_local *l, const struct bl_run *r, int *status,
                    struct bf_err *e) BF_MUST;

/* Leaves a server in the background; prints the export lines when it is ready. */
bool bl_run_daemon(struct bl_local *l, const struct bl_run *r, struct bf_err *e) BF_MUST;

/* Tells the server at endpoint ("http://127.0.0.1:4566") to end and waits for that. */
bool bl_run_stop(const char *endpoint, struct bf_err *e) BF_MUST;

#endif
