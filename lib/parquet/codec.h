/*
 * The compression of pages: Snappy, implemented here, and zstd and gzip from their libraries, which
 * are loaded when needed, so that programs without Parquet do not load them.
 */
#ifndef BF_PARQUET_CODEC_H
#define BF_PARQUET_CODEC_H

#include "lib/base/str.h"

/* The format's numbers (parquet.thrift, CompressionCodec). */
enum bf_parquet_codec {
    BF_PARQUET_NONE = 0,
    BF_PARQUET_SNAPPY = 1,
    BF_PARQUET_GZIP = 2,
    BF_PARQUET_ZSTD = 6
};

struct pq_codec {
    enum bf_parquet_codec kind;
    int level;
    void *zstd; /* zstd's context */
};

/* level 0: the default, 1 for zstd, 6 for gzip. BF_E_USAGE for an invalid level, BF_E_NOTFOUND if
 * the library is not installed. */
BF_MUST bool bf_pq_codec_init(struct pq_codec *c, enum bf_parquet_codec kind, int level,
                              struct bf_err *e);
void bf_pq_codec_free(struct pq_codec *c);

/* Appends the compressed text. */
BF_MUST bool bf_pq_compress(struct pq_codec *c, struct bf_str in, struct bf_buf *out,
                            struct bf_err *e);

#endif
