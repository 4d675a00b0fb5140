/*
 * What the files of S3 share: the headers of an object, and an answer taken over
 * into a result. Not for others.
 */
#ifndef BF_AWS_S3_S3_COMMON_H
#define BF_AWS_S3_S3_COMMON_H

#include "lib/aws/s3/s3.h"

extern const struct bf_aws_op bf_s3_op;

void bf_s3_add_header(struct bf_aws_call *call, const char *name, const char *value);

/* Content type and encoding, storage class, encryption, tags. */
void bf_s3_object_headers(struct bf_aws_call *call, const struct bf_s3_object *o);

/* The body's bytes and its checksum. */
void bf_s3_set_body(struct bf_aws_call *call, const struct bf_s3_body *body);
bool bf_s3_body_checksum(enum bf_checksum_kind kind, const struct bf_s3_body *body,
                         char out[BF_CHECKSUM_TEXT], struct bf_err *e);

/* Status, code, attempts, error and ETag of an answer. */
void bf_s3_take_answer(struct bf_s3_result *r, const struct bf_aws_call *call,
                       const struct bf_aws_answer *a);

/* An attempt of ours may have arrived unheard: does this answer to a later one call for a look? */
bool bf_s3_may_be_there(const struct bf_s3_object *o, const struct bf_aws_answer *a);

/* Did that look find the very object: as long, with this checksum where S3 tells one ("": none to compare)? */
bool bf_s3_is_there(const struct bf_s3_head *h, uint64_t bytes, const char *checksum);

#endif
