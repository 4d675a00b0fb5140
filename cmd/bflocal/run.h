/*
 * The three ways to run the server (with a command, in the foreground, in the
 * background), and --stop.
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
    const char *init; /* a script that runs before the server is called ready; NULL: none */
};

/* Each function sets *status to the exit status, if it has that parameter, and returns false
 * with *e set if there is an error to report. If the script of r->init fails, *status is the
 * script's; if a signal ends it, 128 + N without an error. */

/* Serves until SIGINT or SIGTERM. Prints the export lines on standard output when it is ready. */
bool bl_run_foreground(struct bl_local *l, const struct bl_run *r, int *status,
                       struct bf_err *e) BF_MUST;

/* Serves while r->command runs, with an environment that points at the server. *status is the
 * command's: 128 + N if signal N ended it, 127 if it was not found, 126 if it could not be
 * executed. */
bool bl_run_command(struct bl_local *l, const struct bl_run *r, int *status,
                    struct bf_err *e) BF_MUST;

/* Starts a server in the background and prints the export lines when it is ready. True with *status != 0: it failed and
 * has reported that. */
bool bl_run_daemon(struct bl_local *l, const struct bl_run *r, int *status,
                   struct bf_err *e) BF_MUST;

/* Prints an environment in which every client fails, and `false`, for a caller that evaluates the output of --daemon:
 * without this its next commands would go to AWS. */
void bl_run_print_nowhere(const struct bl_service *const *services);

/* Asks the server at endpoint ("http://127.0.0.1:4566") to stop, and waits until its process has
 * ended. */
bool bl_run_stop(const char *endpoint, struct bf_err *e) BF_MUST;

#endif
