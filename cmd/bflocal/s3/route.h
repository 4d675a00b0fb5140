/* S3: the table of operations, and how a request is matched to one: by method, bucket, key,
 * query and headers. */
#ifndef BL_S3_ROUTE_H
#define BL_S3_ROUTE_H

#include "cmd/bflocal/s3/s3.h"

/* Whether a request addresses the service, a bucket or an object. */
enum bl_s3_level { BL_S3_SERVICE, BL_S3_BUCKET, BL_S3_OBJECT };

/* Reads bucket and key from host and path. False: the answer is set. */
bool bl_s3_name_target(struct bl_call *c, struct bl_s3_call *s, enum bl_s3_level *level) BF_MUST;

/* NULL: bflocal has no such operation; bl_s3_fail_route answers that and returns false. */
const struct bl_s3_op *bl_s3_route(const struct bl_call *c, enum bl_s3_level level);
bool bl_s3_fail_route(struct bl_call *c, enum bl_s3_level level);

/* Does the query have this parameter, with or without a value? */
bool bl_s3_has_query(const struct bl_call *c, const char *name);

/* Finds an operation by its name ("PutObject"); NULL if there is none. */
const struct bl_s3_op *bl_s3_op_named(const char *name);

#endif
