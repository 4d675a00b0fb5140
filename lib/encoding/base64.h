/*
 * Base64 (RFC 4648, section 4) with padding. Decoding accepts only canonical text, that is, exactly
 * what encoding gives: no line breaks, no missing padding, no left-over bits.
 *
 * There are three implementations with the same results: 32 characters a step (AVX2), 16 (SSSE3),
 * and tables. The fastest that the machine has is chosen once; tests select each of them with
 * bf_base64_use.
 */
#ifndef BF_BASE64_H
#define BF_BASE64_H

#include "lib/base/str.h"

/* Appends base64 with padding: 4 characters for each 3 bytes, the last group padded. */
BF_API void bf_base64_encode(struct bf_buf *out, struct bf_str data);

/* Appends the decoded bytes. False, and nothing is appended, for text that is not canonical. */
BF_API BF_MUST bool bf_base64_decode(struct bf_buf *out, struct bf_str text);

/* The same for base64 that a quote ends: decodes the part of text before its first '"' and sets *n
 * to the length of that part. False also if there is no quote. Faster than searching for the quote
 * first; reserves memory for the whole of text. */
BF_API BF_MUST bool bf_base64_decode_quoted(struct bf_buf *out, struct bf_str text, size_t *n);

enum bf_base64_way { BF_BASE64_TABLES, BF_BASE64_SSSE3, BF_BASE64_AVX2, BF_BASE64_WAYS };

/* Selects an implementation. False, and nothing changes, if this machine or build does not have
 * it. */
BF_API bool bf_base64_use(enum bf_base64_way way);

/* The implementation in use. */
BF_API enum bf_base64_way bf_base64_in_use(void);

#endif
