/*
 * The check of a request against its service's model (model.h), before the operation runs.
 */
#ifndef BL_CHECK_H
#define BL_CHECK_H

#include "cmd/bflocal/http/call.h"

/* False: the answer is set. */
bool bl_call_check(struct bl_call *c);

#endif
