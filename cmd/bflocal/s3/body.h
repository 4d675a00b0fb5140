/*
 * An upload on its way into a file: aws-chunked taken apart, MD5 for the ETag,
 * the client's checksum (in a header or as a trailer) or CRC64NVME when it gave
 * none, SHA-256 when the signature named it. Nothing is believed before
 * bl_s3_body_end.
 *
 * The file belongs to the body until bl_s3_body_keep; a body that is freed with
 * its file removes it.
 */
#ifndef BL_S3_BODY_H
#define BL_S3_BODY_H

#include "cmd/bflocal/wire/chunked.h"
#include "cmd/bflocal/s3/sum.h"

struct bl_call;
struct bl_s3;

struct bl_s3_body {
    struct bl_s3 *s3;
    uint64_t file; /* 0: nothing has come yet */
    int fd;
    uint64_t size;
    EVP_MD_CTX *md5, *sha256;
    struct bl_summer summer;
    struct bf_str want_sum; /* from a header */
    bool sum_in_trailer;
    bool chunked_body;
    bool copied; /* bytes of an object that is here */
    struct bl_chunked chunked;
    struct bf_err err; /* of a failed write */
    unsigned char md5_bytes[16];
    unsigned char sum_bytes[BL_SUM_BYTES];
    char sum_text[BL_SUM_TEXT];
};

/* From the request's head. False: the answer is set. */
bool bl_s3_body_begin(struct bl_call *c, struct bl_s3_body *b, struct bl_s3 *s3) BF_MUST;

/* The same for what is copied: summed with `sum`, BL_SUM_NONE: the default. */
bool bl_s3_body_copy(struct bl_call *c, struct bl_s3_body *b, struct bl_s3 *s3,
                     enum bl_sum sum) BF_MUST;

/* Another piece of it. False: the answer is set. */
bool bl_s3_body_feed(struct bl_call *c, struct bl_s3_body *b, struct bf_str piece);

/* Everything is there: checks all that was promised. False: the answer is set. */
bool bl_s3_body_end(struct bl_call *c, struct bl_s3_body *b) BF_MUST;

/* The file is somebody else's now. */
void bl_s3_body_keep(struct bl_s3_body *b);
void bl_s3_body_free(struct bl_s3_body *b);

#endif
