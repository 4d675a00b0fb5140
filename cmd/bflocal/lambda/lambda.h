/* Lambda: the operations of its API over the functions of function/function.h. */
#ifndef BL_LAMBDA_H
#define BL_LAMBDA_H

#include "cmd/bflocal/function/function.h"

/* REST errors in Lambda's form: x-amzn-ErrorType and {"Type":"User","Message":...}. Returns false. */
bool bl_lambda_fail(struct bl_call *c, int status, const char *type, const char *fmt, ...)
    BF_PRINTF(4, 5);

/* 404: the function, named as the caller did, does not exist; a mapping or statement does not exist. Both return false. */
bool bl_lambda_fail_function(struct bl_call *c, struct bf_str function);
bool bl_lambda_fail_resource(struct bl_call *c);

/* Adds a function that runs a program of this machine: --lambda NAME=PROGRAM. */
bool bl_lambda_prepare(struct bl_local *l, struct bf_str name, struct bf_str program,
                       struct bf_err *e) BF_MUST;

/* A new FunctionConfiguration with the defaults of CreateFunction. NULL: out of memory. */
json_t *bl_lambda_config(const char *name, const char *arn, int64_t now_ms);

/* The operations, by file. `rest` is the path after /functions/NAME/; it is decoded if it is a name. */
bool bl_lambda_create(struct bl_call *c, struct bf_str name);
bool bl_lambda_get(struct bl_call *c, struct bf_str name);
bool bl_lambda_get_config(struct bl_call *c, struct bf_str name);
bool bl_lambda_list(struct bl_call *c, struct bf_str name);
bool bl_lambda_delete(struct bl_call *c, struct bf_str name);
bool bl_lambda_update_code(struct bl_call *c, struct bf_str name);
bool bl_lambda_update_config(struct bl_call *c, struct bf_str name);
bool bl_lambda_run(struct bl_call *c, struct bf_str name);
bool bl_lambda_add_permission(struct bl_call *c, struct bf_str name);
bool bl_lambda_get_policy(struct bl_call *c, struct bf_str name);
bool bl_lambda_remove_permission(struct bl_call *c, struct bf_str name);

#endif
