/*
 * Signals of bflocal's process. The handler writes one byte for each signal into a pipe,
 * and the main thread reads them: SIGINT, SIGTERM, SIGHUP, SIGCHLD, and SIGQUIT where a
 * command runs. SIGPIPE and SIGXFSZ are ignored.
 */
#ifndef BL_SIGNALS_H
#define BL_SIGNALS_H

#include "lib/base/err.h"

/* command: SIGQUIT is caught too; it is meant for the command only. A signal that the caller
 * ignores (SIGHUP under nohup) stays ignored. */
bool bl_signals_watch(bool command, struct bf_err *e) BF_MUST;

/* The next signal that has arrived; 0 if none has. *terminal: the terminal sent it, so the
 * command has received it as well. */
int bl_signals_next(bool *terminal);

/* The next signal that has arrived and is not SIGCHLD; 0 if none has. */
int bl_signals_stop(void);

/* Waits until a signal has arrived. True: instead, the pipe `to` has lost its reader. -1: no
 * pipe. */
bool bl_signals_wait(int to);

#endif
