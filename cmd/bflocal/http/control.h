/*
 * Control calls, for tests and for people with curl:
 *
 *     GET  /_bflocal/health     {"status":"ready","pid":...}
 *     GET  /_bflocal/fault      the rules and how often each struck
 *     POST /_bflocal/fault      the body is the new specification; empty: no faults
 *     POST /_bflocal/stop       as SIGTERM does
 *
 * and those that the services have (struct bl_service, controls). They carry no
 * signature, so they are taken from this machine only, and never from a web page
 * (a browser says Origin).
 */
#ifndef BL_CONTROL_H
#define BL_CONTROL_H

#include "cmd/bflocal/http/call.h"

/* Is the path that of a control call? */
bool bl_control_is(const struct bl_call *c);

void bl_control_run(struct bl_call *c);

/* The answer is JSON, with that status; its body follows. */
void bl_control_answer(struct bl_call *c, int status);

/* The answer is {"message":TEXT}. */
void bl_control_fail(struct bl_call *c, int status, const char *text);

#endif
