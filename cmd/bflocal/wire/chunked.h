/*
 * Decodes aws-chunked bodies as they arrive:
 *
 *     10000;chunk-signature=...\r\n <65536 bytes> \r\n
 *     0;chunk-signature=...\r\n
 *     x-amz-checksum-crc32:sOO8/Q==\r\n
 *     x-amz-trailer-signature:...\r\n
 *     \r\n
 *
 * Signatures of chunks and trailer are checked if the payload form has them (S3 API
 * reference, "Transferring payload in multiple chunks"). A chunk may have any length:
 * it is hashed as it arrives and not held back. So the receiver must not use the data
 * before bl_chunked_end returns true.
 */
#ifndef BL_CHUNKED_H
#define BL_CHUNKED_H

#include <openssl/evp.h>

#include "cmd/bflocal/wire/auth.h"

enum bl_chunked_code {
    BL_CHUNKED_OK,
    BL_CHUNKED_MALFORMED, /* not in the chunk grammar */
    BL_CHUNKED_SIGNATURE, /* the signature of a chunk or of the trailer does not match */
    BL_CHUNKED_RECEIVER   /* the receiver refused the data */
};

enum { BL_CHUNKED_LINE = 2048, BL_CHUNKED_TRAILERS = 4096 };

struct bl_chunked {
    enum bl_payload payload;
    bool any; /* signatures are not verified */
    struct bf_sigv4_scope scope;
    struct bf_sigv4_key key;
    char previous[BF_SHA256_HEX];
    bool (*take)(void *arg, struct bf_str piece);
    void *arg;
    enum { BL_AT_SIZE, BL_AT_DATA, BL_AT_DATA_END, BL_AT_TRAILER, BL_AT_END } at;
    uint64_t left;              /* bytes of the chunk that have not been read */
    char line[BL_CHUNKED_LINE]; /* the line that is being read */
    size_t nline;
    char given[BF_SHA256_HEX]; /* the signature of the chunk or trailer */
    struct bf_buf trailers;    /* "name:value\n" for each, with names in lower case */
    EVP_MD_CTX *hash;
    enum bl_chunked_code code; /* the first failure */
};

/* auth: the result for the request's head. False: out of memory. */
bool bl_chunked_init(struct bl_chunked *d, const struct bl_auth *auth,
                     bool (*take)(void *arg, struct bf_str piece), void *arg) BF_MUST;
void bl_chunked_free(struct bl_chunked *d);

/* False: the body is wrong; d->code says how. */
bool bl_chunked_feed(struct bl_chunked *d, struct bf_str piece) BF_MUST;

/* Was the body complete? */
bool bl_chunked_end(struct bl_chunked *d) BF_MUST;

/* The value of a trailer by its lower-case name; p == NULL if it is absent. */
struct bf_str bl_chunked_trailer(const struct bl_chunked *d, struct bf_str name);

#endif
