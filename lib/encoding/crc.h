/*
 * The checksums that S3 and DynamoDB use: CRC32 (ISO 3309), CRC32C (Castagnoli) and CRC64NVME, all
 * reflected, with inverted input and output.
 *
 * Pass 0 as crc for the first piece of data and the last result for each further one. Where the
 * processor has carry-less multiplication (PCLMULQDQ), long inputs are folded 64 bytes at a time;
 * elsewhere tables are used, 8 bytes a step. Both give the same values and both are tested.
 */
#ifndef BF_CRC_H
#define BF_CRC_H

#include "lib/base/str.h"

enum bf_crc_kind { BF_CRC32, BF_CRC32C, BF_CRC64NVME, BF_CRC_KINDS };

BF_API uint64_t bf_crc(enum bf_crc_kind kind, uint64_t crc, struct bf_str data);

/* The same with tables only; for the tests and for other processors. */
BF_API uint64_t bf_crc_portable(enum bf_crc_kind kind, uint64_t crc, struct bf_str data);

/* The checksum of A followed by B from those of A and B; b_bytes is the length of B. */
BF_API uint64_t bf_crc_combine(enum bf_crc_kind kind, uint64_t a, uint64_t b, uint64_t b_bytes);

/* The size of the checksum in bytes: 4 or 8. */
BF_API size_t bf_crc_size(enum bf_crc_kind kind);

#endif
