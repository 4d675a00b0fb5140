/* S3: the table of operations, and which of them a request is: by method, bucket, key, query and headers. */
#ifndef BL_S3_ROUTE_H
#define BL_S3_ROUTE_H

#include "cmd/bflocal/s3/s3.h"

/* What a request names. */
enum bl_s3_level { BL_S3_SERVICE, BL_S3_BUCKET, BL_S3_OBJECT };

/* Bucket and key out of host and path. False: the answer is set. */
bool bl_s3_name_target(struct bl_call *c, struct bl_s3_call *s, enum bl_s3_level *level) BF_MUST;

/* NULL: bflocal has no such operation, and bl_s3_fail_route, which returns false, says so. */
const struct bl_s3_op *bl_s3_route(const struct bl_call *c, enum bl_s3_level level);
bool bl_s3_fail_route(struct bl_call *c, enum bl_s3_level level);

/* By its name ("PutObject"); NULL: there is none. */
const struct bl_s3_op *bl_s3_op_named(const char *name);

#endif
