/* STS: its operations and the helpers for its query protocol. Errors are XML. */
#ifndef BL_STS_H
#define BL_STS_H

#include "cmd/bflocal/http/call.h"

/* A parameter of the form; p == NULL if it is absent. */
struct bf_str bl_sts_form(struct bl_call *c, const char *name);

/* Answers the error of the signature check; returns false. */
bool bl_sts_fail_auth(struct bl_call *c);
bool bl_sts_fail_value(struct bl_call *c, struct bf_str text); /* ValidationError */

/* The operations. */
bool bl_sts_caller_identity(struct bl_call *c);
bool bl_sts_assume_role(struct bl_call *c);

#endif
