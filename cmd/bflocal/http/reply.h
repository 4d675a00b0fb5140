/*
 * Answers in JSON: errors (json_error.h) in the services' words, request ids,
 * checksums. An operation says
 *
 *     return bl_fail(c, BL_ValidationException, "One or more parameter values were invalid: ...");
 */
#ifndef BL_REPLY_H
#define BL_REPLY_H

#include "cmd/bflocal/http/call.h"

/* Sets the answer to an error; returns false. */
bool bl_fail(struct bl_call *c, enum bl_error error, const char *fmt, ...) BF_PRINTF(3, 4);

/* Like bl_fail, with further members after the message: `,"Item":{...}`. */
bool bl_fail_with(struct bl_call *c, enum bl_error error, struct bf_str members, const char *fmt,
                  ...) BF_PRINTF(4, 5);

/* An error of a REST service, with a status and a type of its own. Returns false. */
bool bl_fail_rest(struct bl_call *c, int status, const char *type, const char *text);

/* A failure of the machine (store, memory): answers 500, InternalServerError or InternalFailure,
 * and prints e on standard error. Returns false. */
bool bl_fail_err(struct bl_call *c, const struct bf_err *e);

/* Ends the transaction of an operation: commits it if ok, else rolls it back. False: the answer is an error. */
bool bl_end_change(struct bl_call *c, bool ok);

/* The same, and the answer is {} unless it is set already. */
bool bl_end_change_empty(struct bl_call *c, bool ok);

/* Answers the error of the signature check; returns false. */
bool bl_fail_auth(struct bl_call *c);

/* Applies a fault that replaces the answer: throttle, 500, 503, iterator. True: the answer is
 * set. */
bool bl_reply_fault(struct bl_call *c);

/* Adds headers and checksum to a JSON answer whose body is complete. */
void bl_reply_finish(struct bl_call *c);

/* Draws a new request id: 52 characters A-Z 0-9 for DynamoDB, a UUID for the other services. */
void bl_reply_request_id(struct bl_call *c);

#endif
