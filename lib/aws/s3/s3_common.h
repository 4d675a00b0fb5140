/*
 * Shared by the files of S3: the headers of an object, and copying an answer to a result. Private
 * to its room.
 */
#ifndef BF_AWS_S3_S3_COMMON_H
#define BF_AWS_S3_S3_COMMON_H

#include "lib/aws/s3/s3.h"

extern const struct bf_aws_op bf_s3_op;

void bf_s3_add_header(struct bf_aws_call *call, const char *name, const char *value);

/* Content type and encoding, storage class, encryption, tags. */
void bf_s3_object_headers(struct bf_aws_call *call, const struct bf_s3_object *o);

/* Sets the body; computes its checksum. */
void bf_s3_set_body(struct bf_aws_call *call, const struct bf_s3_body *body);
bool bf_s3_body_checksum(enum bf_checksum_kind kind, const struct bf_s3_body *body,
                         char out[BF_CHECKSUM_TEXT], struct bf_err *e);

/* Copies status, code, attempts, error and ETag of an answer. */
void bf_s3_take_answer(struct bf_s3_result *r, const struct bf_aws_call *call,
                       const struct bf_aws_answer *a);

/* Could an earlier attempt have succeeded without us seeing its answer, so that HeadObject is
 * needed? */
bool bf_s3_may_be_there(const struct bf_s3_object *o, const struct bf_aws_answer *a);

/* Did HeadObject find that very object: the same length, and the same checksum if S3 gives one ("":
 * do not compare)? */
bool bf_s3_is_there(const struct bf_s3_head *h, uint64_t bytes, const char *checksum);

#endif
