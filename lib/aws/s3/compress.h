/*
 * Compression of object bodies: gzip (RFC 1952) and zstd (RFC 8878), streaming.
 *
 * A compressor is used for one object after another: feed it pieces, end it, and
 * it is ready for the next. What comes out goes to `put` in pieces of up to 64
 * KiB. gzip without a level is made by ISA-L where the build found it (several
 * times zlib's speed, files a little larger), with a level always by zlib.
 *
 * It lives on the AWS floor so that the pure filters do not load these libraries.
 */
#ifndef BF_AWS_S3_COMPRESS_H
#define BF_AWS_S3_COMPRESS_H

#include "lib/cli/opt.h"

enum bf_compress_kind { BF_COMPRESS_NONE, BF_COMPRESS_GZIP, BF_COMPRESS_ZSTD };

/* Their names, for an option. */
BF_API extern const struct bf_opt_word bf_compress_words[3];

typedef bool bf_compress_put(void *arg, struct bf_str piece, struct bf_err *e);

struct bf_compress;

/* "gzip", "zstd" or "none". */
BF_API BF_MUST bool bf_compress_parse(struct bf_str name, enum bf_compress_kind *kind,
                                      struct bf_err *e);
/* "gzip", "zstd", "" for the Content-Encoding; ".gz", ".zst", "" for names. */
BF_API const char *bf_compress_encoding(enum bf_compress_kind kind);
BF_API const char *bf_compress_extension(enum bf_compress_kind kind);

/* level 0: the library's or ISA-L's own; gzip 1 to 9, zstd 1 to 19. NULL on failure. */
BF_API BF_MUST struct bf_compress *bf_compress_new(enum bf_compress_kind kind, int level,
                                                   struct bf_err *e);
BF_API void bf_compress_destroy(struct bf_compress *c);

BF_API BF_MUST bool bf_compress_add(struct bf_compress *c, struct bf_str in, bf_compress_put *put,
                                    void *arg, struct bf_err *e);
/* The object is complete; also after a failed add, to be ready again. */
BF_API BF_MUST bool bf_compress_end(struct bf_compress *c, bf_compress_put *put, void *arg,
                                    struct bf_err *e);

/* Decompresses pieces of one whole object; the same put. `in` comes from `get`, which returns false
 * at the end (and on an error, which it keeps itself). */
BF_API BF_MUST bool bf_decompress(enum bf_compress_kind kind,
                                  bool (*get)(void *arg, struct bf_str *piece),
                                  bf_compress_put *put, void *arg, struct bf_err *e);

/* "zlib/1.2.13 zstd/1.5.4 isa-l/2.30" for --version. */
BF_API const char *bf_compress_libraries(void);

#endif
