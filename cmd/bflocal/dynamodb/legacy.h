/*
 * DynamoDB: the parameters that expressions have replaced (Developer Guide,
 * "Legacy conditional parameters"), which old clients and the Kinesis Client
 * Library still send. They become what the expressions are parsed into. A
 * request has the one or the other, not both.
 */
#ifndef BL_DDB_LEGACY_H
#define BL_DDB_LEGACY_H

#include "cmd/bflocal/dynamodb/dynamodb.h"

/* No legacy parameter beside an expression? False: the answer is set. */
bool bl_legacy_check(struct bl_call *c, const struct bl_params *p) BF_MUST;

/* KeyConditions, QueryFilter, ScanFilter or Expected (`name`) as a condition, joined by ConditionalOperator
 * (KeyConditions: by AND); *out stays as it is when the request has none. False: the answer is set. */
bool bl_legacy_condition(struct bl_call *c, const struct bl_params *p, const char *name,
                         struct bl_cond **out) BF_MUST;

/* AttributeUpdates as an update; likewise. */
bool bl_legacy_update(struct bl_call *c, const struct bl_params *p, struct bl_update **out) BF_MUST;

/* AttributesToGet as a projection; likewise. */
bool bl_legacy_projection(struct bl_call *c, const struct bl_params *p,
                          struct bl_projection **out) BF_MUST;

#endif
