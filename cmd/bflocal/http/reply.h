/*
 * JSON answers: errors (json_error.h) as the services spell them, request ids,
 * checksums. An operation says
 *
 *     return bl_fail(c, BL_ValidationException, "One or more parameter values were invalid: ...");
 */
#ifndef BL_REPLY_H
#define BL_REPLY_H

#include "cmd/bflocal/http/call.h"

/* Sets the answer to an error; returns false. */
bool bl_fail(struct bl_call *c, enum bl_error error, const char *fmt, ...) BF_PRINTF(3, 4);

/* The same with further members behind the message: `,"Item":{...}`. */
bool bl_fail_with(struct bl_call *c, enum bl_error error, struct bf_str members, const char *fmt,
                  ...) BF_PRINTF(4, 5);

/* The machine failed us (store, memory): 500, InternalServerError or InternalFailure. e is told on
 * standard error as well. */
bool bl_fail_err(struct bl_call *c, const struct bf_err *e);

/* What the signature check found. */
bool bl_fail_auth(struct bl_call *c);

/* The fault that hit this call, when it is one that replaces the answer: throttle, 500, 503, iterator.
 * True: the answer is set. */
bool bl_reply_fault(struct bl_call *c);

/* Headers and checksum of a JSON answer, once its body stands. */
void bl_reply_finish(struct bl_call *c);

/* A new request id: 52 characters A-Z 0-9 for DynamoDB, a UUID for the others. */
void bl_reply_request_id(struct bl_call *c);

#endif
