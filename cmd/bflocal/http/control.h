/*
 * Control calls, for tests and for people with curl:
 *
 *     GET  /_bflocal/health     {"status":"ready","pid":...}; 503 and "starting" until --init has ended
 *     GET  /_bflocal/fault      the rules, and how often each struck
 *     POST /_bflocal/fault      sets the rules; an empty body removes all
 *     POST /_bflocal/stop       stops the server, as SIGTERM does
 *
 * and those of the services (struct bl_service, controls). They are not signed. So the
 * server accepts them from this machine only, and never with an Origin header, which a
 * web page's request has. GET /health, without signature and query, is the same as
 * /_bflocal/health for everyone: those who wait for a container ask it from outside.
 */
#ifndef BL_CONTROL_H
#define BL_CONTROL_H

#include "cmd/bflocal/http/call.h"

/* Is this the path of a control call? */
bool bl_control_is(const struct bl_call *c);

void bl_control_run(struct bl_call *c);

/* Makes it an answer in JSON with this status; the caller appends the body. */
void bl_control_answer(struct bl_call *c, int status);

/* Sets the answer to {"message":TEXT}. */
void bl_control_fail(struct bl_call *c, int status, const char *text);

#endif
