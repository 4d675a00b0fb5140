/*
 * Encodings: hex, URI percent-encoding as SigV4 wants it, UTF-8 validation
 * (RFC 3629), and base64, which has a header of its own.
 */
#ifndef BF_ENC_H
#define BF_ENC_H

#include "lib/encoding/base64.h"
#include "lib/base/str.h"

/* Appends lower-case hex. */
BF_API void bf_hex_encode(struct bf_buf *out, const void *data, size_t n);

/* Appends the bytes that pairs of hex digits (either case) stand for; false for anything else. */
BF_API bool bf_hex_decode(struct bf_buf *out, struct bf_str hex) BF_MUST;

/* Appends s percent-encoded: all but A-Z a-z 0-9 - _ . ~ (and '/' when keep_slash) as %XX. */
BF_API void bf_uri_encode(struct bf_buf *out, struct bf_str s, bool keep_slash);

/* Appends s with %XX decoded; a lone % stays as it is. */
BF_API void bf_uri_decode(struct bf_buf *out, struct bf_str s);

/* Is all of s valid UTF-8? If not, *bad (may be NULL) is the offset of the first wrong byte. */
BF_API bool bf_utf8_valid(struct bf_str s, size_t *bad);

/* Writes the code point (a valid scalar value) at out, returns 1 to 4. */
BF_API size_t bf_utf8_put(char *out, uint32_t cp);

#endif
