/*
 * Snappy's raw block (google/snappy, format_description.txt), as Parquet wants it: a compressor in one pass.
 */
#ifndef BF_PARQUET_SNAPPY_H
#define BF_PARQUET_SNAPPY_H

#include "lib/base/str.h"

/* Appends the block. */
void bf_snappy_compress(struct bf_str in, struct bf_buf *out);

#endif
