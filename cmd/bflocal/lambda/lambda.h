/* Lambda: the operations of its API over the functions of function/function.h. */
#ifndef BL_LAMBDA_H
#define BL_LAMBDA_H

#include "cmd/bflocal/function/async.h"

/* REST errors in Lambda's form: x-amzn-ErrorType and {"Type":"User","Message":...}. Returns false. */
bool bl_lambda_fail(struct bl_call *c, int status, const char *type, const char *fmt, ...)
    BF_PRINTF(4, 5);

/* 404: the function, named as the caller did, does not exist; a mapping or statement does not exist. Both return false. */
bool bl_lambda_fail_function(struct bl_call *c, struct bf_str function);
bool bl_lambda_fail_resource(struct bl_call *c);

/* Adds a function that runs a program of this machine: --lambda NAME=PROGRAM. */
bool bl_lambda_prepare(struct bl_local *l, struct bf_str name, struct bf_str program,
                       struct bf_err *e) BF_MUST;

/* The name that a request gives, and the qualifier, in the name or as a parameter of the query. */
struct bf_str bl_lambda_request(struct bl_call *c, struct bf_str function,
                                struct bf_str *qualifier);
/* NAME, or NAME:QUALIFIER if there is a qualifier, in the arena; also for an ARN. */
struct bf_str bl_lambda_qualified(struct bl_call *c, struct bf_str name, struct bf_str qualifier);
/* Runs a change with the request's body, under `changing`. */
typedef bool bl_lambda_changer(struct bl_call *c, struct bf_str function, const json_t *body);
bool bl_lambda_change(struct bl_call *c, struct bf_str function, bl_lambda_changer *run);
/* The last part of the path, decoded, in the arena: the name of an alias. */
struct bf_str bl_lambda_last_part(struct bl_call *c);
/* MaxItems, or the most that a page has. */
size_t bl_lambda_page(struct bl_call *c);
/* RevisionId, if the request has one, is that of the configuration. False: the answer is set. */
bool bl_lambda_check_revision(struct bl_call *c, const json_t *body, const json_t *config);
void bl_lambda_new_revision(json_t *config);

/* Publishes $LATEST, unless it is as the last version is; the answer is the version's configuration, its ARN with the
 * version or without. Under `changing`. */
bool bl_lambda_publish(struct bl_call *c, const char *name, const char *description,
                       bool qualified);
/* Under `changing`, too. */
bool bl_lambda_delete_version(struct bl_call *c, struct bf_str name, struct bf_str version);

/* A new FunctionConfiguration with the defaults of CreateFunction. NULL: out of memory. */
json_t *bl_lambda_config(const char *name, const char *arn, int64_t now_ms);

/* A copy without the tags, which only GetFunction returns, beside it. */
json_t *bl_lambda_shown(const json_t *config);

/* Stores an event that is given up in the bucket of its function's settings (async.c). */
void bl_lambda_async_failed(struct bl_local *l, const char *bucket,
                            const struct bl_async_failure *failure);

/* The operations, by file. `rest` is the path after /functions/NAME/; it is decoded if it is a name. */
bool bl_lambda_create(struct bl_call *c, struct bf_str name);
bool bl_lambda_get(struct bl_call *c, struct bf_str name);
bool bl_lambda_get_config(struct bl_call *c, struct bf_str name);
bool bl_lambda_list(struct bl_call *c, struct bf_str name);
bool bl_lambda_delete(struct bl_call *c, struct bf_str name);
bool bl_lambda_update_code(struct bl_call *c, struct bf_str name);
bool bl_lambda_update_config(struct bl_call *c, struct bf_str name);
bool bl_lambda_list_versions(struct bl_call *c, struct bf_str name);
bool bl_lambda_publish_version(struct bl_call *c, struct bf_str name);
bool bl_lambda_create_alias(struct bl_call *c, struct bf_str name);
bool bl_lambda_get_alias(struct bl_call *c, struct bf_str name);
bool bl_lambda_update_alias(struct bl_call *c, struct bf_str name);
bool bl_lambda_delete_alias(struct bl_call *c, struct bf_str name);
bool bl_lambda_list_aliases(struct bl_call *c, struct bf_str name);
bool bl_lambda_put_async(struct bl_call *c, struct bf_str name);
bool bl_lambda_update_async(struct bl_call *c, struct bf_str name);
bool bl_lambda_get_async(struct bl_call *c, struct bf_str name);
bool bl_lambda_delete_async(struct bl_call *c, struct bf_str name);
bool bl_lambda_list_async(struct bl_call *c, struct bf_str name);
bool bl_lambda_run(struct bl_call *c, struct bf_str name);
bool bl_lambda_add_permission(struct bl_call *c, struct bf_str name);
bool bl_lambda_get_policy(struct bl_call *c, struct bf_str name);
bool bl_lambda_remove_permission(struct bl_call *c, struct bf_str name);

#endif
