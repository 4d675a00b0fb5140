/*
 * DynamoDB: the legacy parameters that expressions have replaced (Developer Guide,
 * "Legacy conditional parameters"). Old clients and the Kinesis Client Library still
 * send them. They are converted to the structures of parsed expressions. A request
 * must not mix both.
 */
#ifndef BL_DDB_LEGACY_H
#define BL_DDB_LEGACY_H

#include "cmd/bflocal/dynamodb/dynamodb.h"

/* Refuses a request that has both legacy parameters and expressions. False: the answer is set. */
bool bl_legacy_check(struct bl_call *c, const struct bl_params *p) BF_MUST;

/* Converts KeyConditions, QueryFilter, ScanFilter or Expected (`name`) to a condition. Several
 * conditions are joined by ConditionalOperator (KeyConditions: AND). *out stays unchanged if the
 * request has none. False: the answer is set. */
bool bl_legacy_condition(struct bl_call *c, const struct bl_params *p, const char *name,
                         struct bl_cond **out) BF_MUST;

/* Converts AttributeUpdates to an update, in the same way. */
bool bl_legacy_update(struct bl_call *c, const struct bl_params *p, struct bl_update **out) BF_MUST;

/* Converts AttributesToGet to a projection, in the same way. */
bool bl_legacy_projection(struct bl_call *c, const struct bl_params *p,
                          struct bl_projection **out) BF_MUST;

#endif
