/*
 * Writing JSON into a buffer. Structure is the caller's (braces and commas are
 * literals in the code that writes them); this module knows how a string is
 * escaped: RFC 8259 section 7, the short escapes where they exist, \u00xx for
 * other control characters, everything else as it is. Invalid UTF-8 becomes
 * U+FFFD, so that the output is always valid.
 */
#ifndef BF_JSON_WRITE_H
#define BF_JSON_WRITE_H

#include "lib/base/str.h"

BF_C_BEGIN

/* Appends s as a JSON string with its quotes. */
BF_API void bf_json_put_string(struct bf_buf *out, struct bf_str s);

/* The same without the quotes. */
BF_API void bf_json_put_escaped(struct bf_buf *out, struct bf_str s);

/* Appends "key": with a comma in front when *first is false; sets it false. */
BF_API void bf_json_put_key(struct bf_buf *out, bool *first, struct bf_str key);

BF_C_END

#endif
