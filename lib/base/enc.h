/*
 * Encodings: base64 (RFC 4648 section 4), hex, URI percent-encoding as SigV4
 * wants it, and UTF-8 validation (RFC 3629).
 */
#ifndef BF_ENC_H
#define BF_ENC_H

#include "lib/base/str.h"

/* Appends base64 with padding: 4 bytes for each 3 begun. */
BF_API void bf_base64_encode(struct bf_buf *out, struct bf_str data);

/* Appends the decoded bytes; false (nothing appended) for anything but canonical padded base64. */
BF_API BF_MUST bool bf_base64_decode(struct bf_buf *out, struct bf_str text);

/* Appends lower-case hex. */
BF_API void bf_hex_encode(struct bf_buf *out, const void *data, size_t n);

/* Appends s percent-encoded: all but A-Z a-z 0-9 - _ . ~ (and '/' when keep_slash) as %XX. */
BF_API void bf_uri_encode(struct bf_buf *out, struct bf_str s, bool keep_slash);

/* Appends s with %XX decoded; a lone % stays as it is. */
BF_API void bf_uri_decode(struct bf_buf *out, struct bf_str s);

/* Is all of s valid UTF-8? If not, *bad (may be NULL) is the offset of the first wrong byte. */
BF_API bool bf_utf8_valid(struct bf_str s, size_t *bad);

/* Writes the code point (a valid scalar value) at out, returns 1 to 4. */
BF_API size_t bf_utf8_put(char *out, uint32_t cp);

#endif
