/* Checks a target of PutTargets. */
#ifndef BL_TARGET_CHECK_H
#define BL_TARGET_CHECK_H

#include "cmd/bflocal/events/events.h"

/* False: the answer is set. */
bool bl_target_check(struct bl_call *c, const json_t *target);

#endif
