/*
 * Calls for a service that is not here: the answer names it in the protocol
 * that its clients read (JSON, REST with JSON, or the query protocol's XML),
 * instead of being taken for a call of S3.
 */
#ifndef BL_ABSENT_H
#define BL_ABSENT_H

#include "cmd/bflocal/http/call.h"

/* What people call the service that the request is signed for; NULL: DynamoDB, Kinesis, S3, or one that nobody
 * knows. */
const char *bl_signed_for(const struct bl_call *c);

/* The region of the scope where it is us-east-1, which global endpoints have; else `own`. */
const char *bl_signed_region(const struct bl_call *c, const char *own);

/* Answers it. */
void bl_absent_answer(struct bl_call *c);

#endif
