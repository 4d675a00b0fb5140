/*
 * The inner loops of base64 in AVX2, inside lib/base only: enc.c asks the processor and does the rest. Each takes
 * as much as it can in whole vectors and returns how much of its input that was.
 *
 * The method is that of W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018).
 */
#ifndef BF_BASE64_H
#define BF_BASE64_H

#include "lib/base/base.h"

#if defined(__x86_64__)
#define BF_BASE64_AVX2 1

/* Takes a multiple of 24 bytes and writes 4 for each 3 of them. */
size_t bf_base64_encode_avx2(const unsigned char *p, size_t n, char *q);

/* Takes a multiple of 32 characters, stopping at one that is not base64; writes 3 for each 4, and up to 8
 * bytes behind them, which lie within the 3 for each 4 of all n. */
size_t bf_base64_decode_avx2(const unsigned char *p, size_t n, char *q);
#endif

#endif
