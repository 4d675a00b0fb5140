/*
 * SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), for the pure filters, which
 * load no TLS library. Signing of requests uses OpenSSL's (lib/aws/sign/hash.h).
 */
#ifndef BF_SHA256_H
#define BF_SHA256_H

#include "lib/base/str.h"

enum { BF_SHA256_BYTES = 32, BF_SHA256_BLOCK = 64 };

struct bf_sha256 {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[BF_SHA256_BLOCK];
};

BF_API void bf_sha256_init(struct bf_sha256 *h);
BF_API void bf_sha256_add(struct bf_sha256 *h, const void *data, size_t n);
BF_API void bf_sha256_end(struct bf_sha256 *h, unsigned char out[BF_SHA256_BYTES]);

/* A key made ready once, for many texts. */
struct bf_hmac256 {
    struct bf_sha256 inner, outer;
};

BF_API void bf_hmac256_init(struct bf_hmac256 *m, struct bf_str key);
BF_API void bf_hmac256(const struct bf_hmac256 *m, struct bf_str text,
                       unsigned char out[BF_SHA256_BYTES]);

#endif
