/* Multipart uploads: what multi.c, complete.c and copy.c share. */
#ifndef BL_S3_MULTI_H
#define BL_S3_MULTI_H

#include "cmd/bflocal/s3/s3.h"

enum { BL_S3_PARTS = 10000 };

struct bl_s3_upload {
    struct bf_str id;
    struct bf_str headers; /* those of the object to be */
    enum bl_sum sum;       /* of the object to be */
    bool declared;         /* the client named it when it created the upload */
    bool composite;
};

/* The upload that the query names, if it is one of this bucket and key; the store is locked. False: the
 * answer is set. */
bool bl_s3_find_upload(struct bl_call *c, struct bl_s3_upload *u) BF_MUST;

/* partNumber of the query. False: the answer is set. */
bool bl_s3_part_number(struct bl_call *c, uint64_t *number) BF_MUST;

/* Writes the part's row and answers its ETag; the body keeps its file when it fails. */
bool bl_s3_keep_part(struct bl_call *c, struct bl_s3_body *b, uint64_t number) BF_MUST;

/* The answer to an algorithm that S3 does not know; false. */
bool bl_s3_fail_algorithm(struct bl_call *c);

/* The header x-amz-checksum-type or its default for sum. */
bool bl_s3_is_composite(struct bl_call *c, enum bl_sum sum);

#endif
