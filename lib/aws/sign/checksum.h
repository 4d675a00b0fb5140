/*
 * The checksums that S3 keeps with an object: computed over pieces, written in
 * base64 as its headers want them. CRC32, CRC32C and CRC64NVME cover the whole
 * object also when it is uploaded in parts; SHA-1 and SHA-256 of a multipart
 * object are a hash of the hashes of its parts (S3 API reference, "Checking
 * object integrity").
 */
#ifndef BF_AWS_SIGN_CHECKSUM_H
#define BF_AWS_SIGN_CHECKSUM_H

#include "lib/cli/opt.h"

enum bf_checksum_kind {
    BF_CHECKSUM_NONE,
    BF_CHECKSUM_CRC32,
    BF_CHECKSUM_CRC32C,
    BF_CHECKSUM_CRC64NVME,
    BF_CHECKSUM_SHA1,
    BF_CHECKSUM_SHA256
};

/* Their names, for an option. */
BF_API extern const struct bf_opt_word bf_checksum_words[6];

enum { BF_CHECKSUM_TEXT = 56 }; /* base64 of 32 bytes, "-10000", a NUL */

struct bf_checksum {
    enum bf_checksum_kind kind;
    uint64_t crc;
    uint64_t bytes; /* taken in so far */
    void *digest;   /* OpenSSL's, for the hashes */
};

/* How a kind is written: "crc32", "x-amz-checksum-crc32", "CRC32", "ChecksumCRC32". */
BF_API const char *bf_checksum_name(enum bf_checksum_kind kind);
BF_API const char *bf_checksum_header(enum bf_checksum_kind kind);
BF_API const char *bf_checksum_algorithm(enum bf_checksum_kind kind);
BF_API const char *bf_checksum_element(enum bf_checksum_kind kind);

/* "crc32", "crc32c", "crc64nvme", "sha1", "sha256" or "none". */
BF_API BF_MUST bool bf_checksum_parse(struct bf_str name, enum bf_checksum_kind *kind,
                                      struct bf_err *e);

/* Does it cover the whole of a multipart object? */
BF_API bool bf_checksum_is_crc(enum bf_checksum_kind kind);

BF_API BF_MUST bool bf_checksum_init(struct bf_checksum *c, enum bf_checksum_kind kind,
                                     struct bf_err *e);
BF_API void bf_checksum_add(struct bf_checksum *c, struct bf_str data);

/* Writes base64 and a NUL, "" for none; frees what init took. */
BF_API void bf_checksum_end(struct bf_checksum *c, char out[BF_CHECKSUM_TEXT]);

/* Of bytes in memory, in one go. */
BF_API BF_MUST bool bf_checksum_of(enum bf_checksum_kind kind, struct bf_str data,
                                   char out[BF_CHECKSUM_TEXT], struct bf_err *e);

/* Of a piece of a file. */
BF_API BF_MUST bool bf_checksum_of_file(enum bf_checksum_kind kind, int fd, uint64_t offset,
                                        uint64_t length, char out[BF_CHECKSUM_TEXT],
                                        struct bf_err *e);

/* Puts part (of `bytes` bytes) behind whole; both CRCs of one kind, in base64. */
BF_API BF_MUST bool bf_checksum_append(enum bf_checksum_kind kind, char whole[BF_CHECKSUM_TEXT],
                                       const char *part, uint64_t bytes);

#endif
