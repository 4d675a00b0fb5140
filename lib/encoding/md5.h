/*
 * MD5 (RFC 1321), for the two places where AWS uses it as a plain checksum or
 * hash: the tail of a KPL aggregate, and the partition keys that DynamoDB makes.
 * By hand, so that the pure filters need no crypto library. Not for security.
 */
#ifndef BF_MD5_H
#define BF_MD5_H

#include "lib/base/str.h"

/* The digest of data, 16 bytes. */
BF_API void bf_md5(struct bf_str data, unsigned char digest[16]);

/* The digest as 32 upper-case hex digits (not terminated), as DynamoDB writes its partition keys. */
BF_API void bf_md5_hex(struct bf_str data, char hex[32]);

#endif
