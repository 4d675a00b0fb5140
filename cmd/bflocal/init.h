/*
 * The script of --init. It runs when the server answers, before the command starts or
 * the environment is printed, in the environment of the command.
 */
#ifndef BL_INIT_H
#define BL_INIT_H

#include "lib/base/err.h"

/* Runs file, or `sh file` if it is not executable, and waits for its end. Its standard input is
 * empty, and its standard output is our standard error. reader: a pipe whose reader waits for
 * this process (-1: none); if the reader is gone, the script ends as after SIGTERM.
 *
 * *status is 0 if the script has succeeded. False: it failed or could not be run, and *status is
 * its status as a shell has it. True with another *status, 128 + N: signal N arrived meanwhile,
 * and the script has ended. */
bool bl_init_run(const char *file, int reader, int *status, struct bf_err *e) BF_MUST;

#endif
