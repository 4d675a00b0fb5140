/*
 * Calls for a service that is not here, or for an operation that a service of the
 * query protocol has not: the answer names it in the protocol that its clients read (JSON, REST with JSON, or the query protocol's XML),
 * instead of being taken for a call of S3.
 */
#ifndef BL_ABSENT_H
#define BL_ABSENT_H

#include "cmd/bflocal/http/call.h"

/* The name of the service that the request is signed for; NULL: bflocal has it, or nobody knows it. */
const char *bl_signed_for(const struct bl_call *c);

/* Is the request signed for the service of that credential scope ("sts")? */
bool bl_signed_with(const struct bl_call *c, const char *scope);

/* The region of the scope where it is us-east-1, which global endpoints have; else `own`. */
const char *bl_signed_region(const struct bl_call *c, const char *own);

/* Answers it. */
void bl_absent_answer(struct bl_call *c);

#endif
