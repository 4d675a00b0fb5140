/*
 * The checksums that S3 and DynamoDB use: CRC32 (ISO 3309), CRC32C (Castagnoli)
 * and CRC64NVME, all in their reflected form with inverted input and output.
 *
 * A value is what the service calls the checksum: begin with 0, hand the result
 * of one call to the next. Where the processor multiplies without carries
 * (PCLMULQDQ) long inputs are folded 64 bytes at a time; elsewhere a table of
 * eight bytes a step does it. Both give the same values and both are tested.
 */
#ifndef BF_CRC_H
#define BF_CRC_H

#include "lib/base/str.h"

enum bf_crc_kind { BF_CRC32, BF_CRC32C, BF_CRC64NVME, BF_CRC_KINDS };

BF_API uint64_t bf_crc(enum bf_crc_kind kind, uint64_t crc, struct bf_str data);

/* The same by tables only, for the tests and for other processors. */
BF_API uint64_t bf_crc_portable(enum bf_crc_kind kind, uint64_t crc, struct bf_str data);

/* The checksum of A followed by B from those of A and B; b_bytes is the length of B. */
BF_API uint64_t bf_crc_combine(enum bf_crc_kind kind, uint64_t a, uint64_t b, uint64_t b_bytes);

/* Bytes of the checksum: 4 or 8. */
BF_API size_t bf_crc_size(enum bf_crc_kind kind);

#endif
