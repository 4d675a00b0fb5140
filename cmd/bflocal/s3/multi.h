/* Multipart uploads: declarations that multi.c, complete.c and copy.c share. */
#ifndef BL_S3_MULTI_H
#define BL_S3_MULTI_H

#include "cmd/bflocal/s3/s3.h"

enum { BL_S3_PARTS = 10000 };

struct bl_s3_upload {
    struct bf_str id;
    struct bf_str headers; /* of the future object */
    enum bl_sum sum;       /* of the future object */
    bool declared;         /* the client chose it when it created the upload */
    bool composite;
};

/* Finds the upload in the query if it belongs to this bucket and key; the store is locked.
 * False: the answer is set. */
bool bl_s3_find_upload(struct bl_call *c, struct bl_s3_upload *u) BF_MUST;

/* Reads partNumber of the query. False: the answer is set. */
bool bl_s3_part_number(struct bl_call *c, uint64_t *number) BF_MUST;

/* Writes the part's row and answers its ETag. On failure the body still owns its file. */
bool bl_s3_keep_part(struct bl_call *c, struct bl_s3_body *b, uint64_t number) BF_MUST;

/* Answers that S3 does not know the algorithm; returns false. */
bool bl_s3_fail_algorithm(struct bl_call *c);

/* The type in x-amz-checksum-type, or the default type of the algorithm. */
bool bl_s3_is_composite(struct bl_call *c, enum bl_sum sum);

#endif
