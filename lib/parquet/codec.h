/*
 * What compresses pages: Snappy, written here, and zstd and gzip out of their libraries, which are opened at need, so that
 * programs without Parquet do not load them.
 */
#ifndef BF_PARQUET_CODEC_H
#define BF_PARQUET_CODEC_H

#include "lib/base/str.h"

/* As the format numbers them (parquet.thrift, CompressionCodec). */
enum bf_parquet_codec {
    BF_PARQUET_NONE = 0,
    BF_PARQUET_SNAPPY = 1,
    BF_PARQUET_GZIP = 2,
    BF_PARQUET_ZSTD = 6
};

struct pq_codec {
    enum bf_parquet_codec kind;
    int level;
    void *zstd; /* its context */
};

/* level 0: the default, 1 for zstd, 6 for gzip. BF_E_USAGE for a level that is none, BF_E_NOTFOUND where the library is
 * not installed. */
BF_MUST bool bf_pq_codec_init(struct pq_codec *c, enum bf_parquet_codec kind, int level,
                              struct bf_err *e);
void bf_pq_codec_free(struct pq_codec *c);

/* Appends the compressed text. */
BF_MUST bool bf_pq_compress(struct pq_codec *c, struct bf_str in, struct bf_buf *out,
                            struct bf_err *e);

#endif
