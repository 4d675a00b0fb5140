/*
 * DynamoDB: what CreateTable and UpdateTable say a table shall be, read out of
 * their parameters. False always means that the answer is set.
 */
#ifndef BL_TABLE_SPEC_H
#define BL_TABLE_SPEC_H

#include "cmd/bflocal/dynamodb/index.h"

/* The keys of the table and of its indexes; every definition must be of use. */
bool bl_spec_schema(struct bl_call *c, const struct bl_params *p, struct bl_table *t) BF_MUST;

/* BillingMode and ProvisionedThroughput. */
bool bl_spec_billing(struct bl_call *c, const struct bl_params *p, struct bl_table *t) BF_MUST;

/* StreamSpecification; *given says whether the request has one. */
bool bl_spec_stream(struct bl_call *c, const struct bl_params *p, enum bl_view *view,
                    bool *given) BF_MUST;

/* Refuses what CreateTable would have to remember and bflocal does not. The default table class says nothing new. */
bool bl_spec_settings(struct bl_call *c, const struct bl_params *p) BF_MUST;

/* Refuses a request that has one of these members. */
bool bl_spec_refuse(struct bl_call *c, const struct bl_params *p, const char *const *names,
                    size_t n) BF_MUST;

#endif
