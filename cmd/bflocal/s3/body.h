/*
 * An upload that is written to a file: decodes aws-chunked, computes the MD5 of the
 * ETag, the client's checksum (from a header or the trailer; CRC64NVME if there is
 * none), and SHA-256 if it was signed. Nothing is verified before bl_s3_body_end.
 *
 * The body owns the file until bl_s3_body_keep; bl_s3_body_free removes a file that it
 * owns.
 */
#ifndef BL_S3_BODY_H
#define BL_S3_BODY_H

#include "cmd/bflocal/wire/chunked.h"
#include "cmd/bflocal/s3/sum.h"

struct bl_call;
struct bl_s3;

struct bl_s3_body {
    struct bl_s3 *s3;
    uint64_t file; /* 0: no data yet */
    int fd;
    uint64_t size;
    EVP_MD_CTX *md5, *sha256;
    struct bl_summer summer;
    struct bf_str want_sum; /* the value of a header */
    bool sum_in_trailer;
    bool chunked_body;
    bool copied; /* the bytes of an existing object */
    struct bl_chunked chunked;
    struct bf_err err; /* the failure of a write */
    unsigned char md5_bytes[16];
    unsigned char sum_bytes[BL_SUM_BYTES];
    char sum_text[BL_SUM_TEXT];
};

/* Prepares from the request's head. False: the answer is set. */
bool bl_s3_body_begin(struct bl_call *c, struct bl_s3_body *b, struct bl_s3 *s3) BF_MUST;

/* The same for a copy, with the checksum algorithm `sum` (BL_SUM_NONE: the default). */
bool bl_s3_body_copy(struct bl_call *c, struct bl_s3_body *b, struct bl_s3 *s3,
                     enum bl_sum sum) BF_MUST;

/* Writes another piece. False: the answer is set. */
bool bl_s3_body_feed(struct bl_call *c, struct bl_s3_body *b, struct bf_str piece);

/* The body is complete: verifies length, hashes and checksum. False: the answer is set. */
bool bl_s3_body_end(struct bl_call *c, struct bl_s3_body *b) BF_MUST;

/* The caller owns the file from now on. */
void bl_s3_body_keep(struct bl_s3_body *b);
void bl_s3_body_free(struct bl_s3_body *b);

#endif
