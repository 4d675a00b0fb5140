/*
 * STS: GetCallerIdentity and AssumeRole, in the query protocol. Scripts ask who
 * they are before they deploy, and profiles with a role_arn ask for temporary
 * credentials. Any role may be assumed: there are no policies here.
 */
#ifndef BL_STS_H
#define BL_STS_H

#include "cmd/bflocal/http/call.h"

/* Is the request signed for STS? */
bool bl_sts_is(const struct bl_call *c);

/* Answers it. */
void bl_sts_run(struct bl_call *c);

#endif
