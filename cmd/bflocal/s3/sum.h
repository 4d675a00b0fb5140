/*
 * Checksums of objects: CRC32, CRC32C, CRC64NVME, SHA-1, SHA-256, taken along
 * the way. S3 writes them in base64, big end first.
 */
#ifndef BL_S3_SUM_H
#define BL_S3_SUM_H

#include <openssl/evp.h>

#include "lib/encoding/crc.h"

enum bl_sum {
    BL_SUM_NONE,
    BL_SUM_CRC32,
    BL_SUM_CRC32C,
    BL_SUM_CRC64NVME,
    BL_SUM_SHA1,
    BL_SUM_SHA256,
    BL_SUMS
};

enum { BL_SUM_BYTES = 32, BL_SUM_TEXT = 64 };

struct bl_summer {
    enum bl_sum sum;
    uint64_t crc;
    EVP_MD_CTX *md;
};

/* "CRC32" and "x-amz-checksum-crc32". */
const char *bl_sum_name(enum bl_sum sum);
const char *bl_sum_header(enum bl_sum sum);

/* "crc32", "null" for none: the form of some messages. */
void bl_sum_lower(enum bl_sum sum, char out[BL_SUM_TEXT]);

/* By either of these, in any case; BL_SUM_NONE when it is neither. */
enum bl_sum bl_sum_by_name(struct bf_str name);
enum bl_sum bl_sum_by_header(struct bf_str header);

size_t bl_sum_size(enum bl_sum sum);

static inline bool bl_sum_is_crc(enum bl_sum sum)
{
    return sum == BL_SUM_CRC32 || sum == BL_SUM_CRC32C || sum == BL_SUM_CRC64NVME;
}

static inline enum bf_crc_kind bl_sum_crc(enum bl_sum sum)
{
    return sum == BL_SUM_CRC32 ? BF_CRC32 : sum == BL_SUM_CRC32C ? BF_CRC32C : BF_CRC64NVME;
}

bool bl_summer_init(struct bl_summer *s, enum bl_sum sum) BF_MUST;
void bl_summer_free(struct bl_summer *s);
bool bl_summer_add(struct bl_summer *s, struct bf_str data) BF_MUST;

/* The checksum, bl_sum_size bytes. */
bool bl_summer_end(struct bl_summer *s, unsigned char out[BL_SUM_BYTES]) BF_MUST;

/* A CRC as its bytes and back. */
void bl_sum_from_crc(enum bl_sum sum, uint64_t crc, unsigned char out[BL_SUM_BYTES]);
uint64_t bl_sum_to_crc(enum bl_sum sum, const unsigned char *bytes);

/* base64 and a NUL. */
void bl_sum_print(enum bl_sum sum, const unsigned char bytes[BL_SUM_BYTES], char out[BL_SUM_TEXT]);

#endif
