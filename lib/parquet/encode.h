/*
 * Parquet's encodings of the values of a page (parquet-format, Encodings.md). All append to a buffer, whose state tells
 * at the end whether that went well; PLAIN is how columns hold their values anyway.
 */
#ifndef BF_PARQUET_ENCODE_H
#define BF_PARQUET_ENCODE_H

#include "lib/base/str.h"

/* Bits that a number up to max takes. */
static inline unsigned bf_pq_width(uint64_t max)
{
    return max ? 64U - (unsigned)__builtin_clzll(max) : 0;
}

/* The RLE/bit-packed hybrid, without a length in front; width is 1 to 32 bits. */
void bf_pq_hybrid(struct bf_buf *out, const uint32_t *v, size_t n, unsigned width);

/* Levels as they stand in a data page of version 1: four bytes of length, then the hybrid. */
void bf_pq_levels(struct bf_buf *out, const uint8_t *v, size_t n, unsigned width);

/* Booleans, a byte each, eight to a byte. */
void bf_pq_bits(struct bf_buf *out, const uint8_t *v, size_t n);

/* DELTA_BINARY_PACKED of n (1 and more) numbers of `width` bytes (4 or 8) as they lie in memory. */
void bf_pq_delta(struct bf_buf *out, const void *v, size_t n, size_t width);

/* BYTE_STREAM_SPLIT of n values of `width` bytes. */
void bf_pq_split(struct bf_buf *out, const void *v, size_t n, size_t width);

#endif
