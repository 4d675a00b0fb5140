/*
 * SHA-256 and HMAC-SHA-256, as signing needs them, over OpenSSL's EVP
 * interface. Digests are 32 bytes; the hex forms are 64 lower-case digits and a
 * NUL. A failure of OpenSSL (out of memory, a provider that will not load) is
 * the only way to fail.
 */
#ifndef BF_AWS_SIGN_HASH_H
#define BF_AWS_SIGN_HASH_H

#include "lib/base/str.h"

BF_C_BEGIN

enum { BF_SHA256_SIZE = 32, BF_SHA256_HEX = 65 };

BF_API BF_MUST bool bf_sha256(struct bf_str data, unsigned char out[BF_SHA256_SIZE]);
BF_API BF_MUST bool bf_sha256_hex(struct bf_str data, char out[BF_SHA256_HEX]);
BF_API BF_MUST bool bf_hmac_sha256(struct bf_str key, struct bf_str data,
                                   unsigned char out[BF_SHA256_SIZE]);

/* The digest as lower-case hex and a NUL. */
BF_API void bf_sha256_print(const unsigned char digest[BF_SHA256_SIZE], char out[BF_SHA256_HEX]);

/* The hash of nothing, in hex. */
#define BF_SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

BF_C_END

#endif
