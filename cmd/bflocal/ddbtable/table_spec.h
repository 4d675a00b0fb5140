/*
 * DynamoDB: reads a table's definition from the parameters of CreateTable and
 * UpdateTable. False always means that the answer is set.
 */
#ifndef BL_TABLE_SPEC_H
#define BL_TABLE_SPEC_H

#include "cmd/bflocal/ddbtable/index.h"

/* Reads the keys of the table and of its indexes; every attribute definition must be used. */
bool bl_spec_schema(struct bl_call *c, const struct bl_params *p, struct bl_table *t) BF_MUST;

/* Reads BillingMode and ProvisionedThroughput. */
bool bl_spec_billing(struct bl_call *c, const struct bl_params *p, struct bl_table *t) BF_MUST;

/* Reads StreamSpecification; *given: the request has one. */
bool bl_spec_stream(struct bl_call *c, const struct bl_params *p, enum bl_view *view,
                    bool *given) BF_MUST;

/* Refuses settings of CreateTable that bflocal does not store. The default table class is
 * accepted. */
bool bl_spec_settings(struct bl_call *c, const struct bl_params *p) BF_MUST;

/* Refuses a request that has one of these members. */
bool bl_spec_refuse(struct bl_call *c, const struct bl_params *p, const char *const *names,
                    size_t n) BF_MUST;

#endif
