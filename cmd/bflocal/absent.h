/*
 * Calls for a service that is not here: the answer names it in the protocol
 * that its clients read (JSON, REST with JSON, or the query protocol's XML),
 * instead of being taken for a call of S3.
 */
#ifndef BL_ABSENT_H
#define BL_ABSENT_H

#include "cmd/bflocal/call.h"

/* What people call the service that the request is signed for; NULL: one of ours, or one that nobody knows. */
const char *bl_absent_name(const struct bl_call *c);

/* Answers it. */
void bl_absent_answer(struct bl_call *c);

#endif
