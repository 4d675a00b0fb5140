/* STS: the operations, and what its query protocol needs. Errors are XML. */
#ifndef BL_STS_H
#define BL_STS_H

#include "cmd/bflocal/http/call.h"

/* A parameter of the form; p == NULL: absent. */
struct bf_str bl_sts_form(struct bl_call *c, const char *name);

/* What the signature check found; returns false. */
bool bl_sts_fail_auth(struct bl_call *c);

/* The operations. */
bool bl_sts_caller_identity(struct bl_call *c);
bool bl_sts_assume_role(struct bl_call *c);

#endif
