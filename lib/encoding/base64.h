/*
 * Base64 (RFC 4648 section 4) with padding, canonical both ways: what decodes is
 * what encodes to it, so no line breaks, no missing padding, no left-over bits.
 *
 * Three ways to do it with the same answers: 32 characters a step (AVX2), 16
 * (SSSE3), or tables. The best that the machine has is found out once; tests
 * go through all of them with bf_base64_use.
 */
#ifndef BF_BASE64_H
#define BF_BASE64_H

#include "lib/base/str.h"

/* Appends base64 with padding: 4 bytes for each 3 begun. */
BF_API void bf_base64_encode(struct bf_buf *out, struct bf_str data);

/* Appends the decoded bytes; false (nothing appended) for anything but canonical padded base64. */
BF_API BF_MUST bool bf_base64_decode(struct bf_buf *out, struct bf_str text);

/* The same for base64 with a quote behind it: takes what stands in front of the first '"' in text, and *n becomes
 * its length. False also when there is no quote. Faster than to look for the quote first; room is taken
 * for all of text. */
BF_API BF_MUST bool bf_base64_decode_quoted(struct bf_buf *out, struct bf_str text, size_t *n);

enum bf_base64_way { BF_BASE64_TABLES, BF_BASE64_SSSE3, BF_BASE64_AVX2, BF_BASE64_WAYS };

/* Takes that way from now on; false, and nothing changed, when this machine or build has it not. */
BF_API bool bf_base64_use(enum bf_base64_way way);

/* The way in use. */
BF_API enum bf_base64_way bf_base64_in_use(void);

#endif
