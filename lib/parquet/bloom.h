/*
 * Bloom filters of columns (parquet-format, BloomFilter.md): split blocks of 256 bits, xxHash64 with seed 0 of the value
 * in PLAIN form, of a string without its length.
 */
#ifndef BF_PARQUET_BLOOM_H
#define BF_PARQUET_BLOOM_H

#include "lib/base/str.h"

uint64_t bf_pq_bloom_hash(struct bf_str s);

/* Appends header and bits for these hashes (n of them; equal ones count once as far as bits go). */
void bf_pq_bloom_put(struct bf_buf *out, const uint64_t *hash, size_t n);

#endif
