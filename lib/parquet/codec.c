#include "lib/parquet/codec.h"

#include <pthread.h>

#include "lib/base/library.h"
#include "lib/encoding/crc.h"
#include "lib/parquet/snappy.h"

enum {
    ZSTD_LEVEL = 1,
    ZSTD_LEVEL_MAX = 19,
    GZIP_LEVEL = 6,
    GZIP_LEVEL_MAX = 9,
    ADLER = 4,
    GZIP_HEAD = 10
};

/* The functions that are used, as declared by zstd.h and zlib.h. */
static struct {
    void *(*create)(void);
    size_t (*release)(void *context);
    size_t (*bound)(size_t n);
    size_t (*compress)(void *context, void *to, size_t cap, const void *from, size_t n, int level);
    unsigned (*is_error)(size_t code);
} zstd;
static struct {
    unsigned long (*bound)(unsigned long n);
    int (*compress)(unsigned char *to, unsigned long *cap, const unsigned char *from,
                    unsigned long n, int level);
} zlib;

#define LOAD(library, name, to) bf_library_symbol(library, name, &(to), sizeof(to))

static bool zstd_there, zlib_there;

static void load_zstd(void)
{
    static const char *const names[] = {"libzstd.so.1", "libzstd.1.dylib"};
    void *l = bf_library_open(names, BF_COUNT(names));
    zstd_there =
        LOAD(l, "ZSTD_createCCtx", zstd.create) && LOAD(l, "ZSTD_freeCCtx", zstd.release) &&
        LOAD(l, "ZSTD_compressBound", zstd.bound) && LOAD(l, "ZSTD_compressCCtx", zstd.compress) &&
        LOAD(l, "ZSTD_isError", zstd.is_error);
}

static void load_zlib(void)
{
    static const char *const names[] = {"libz.so.1", "libz.1.dylib"};
    void *l = bf_library_open(names, BF_COUNT(names));
    zlib_there = LOAD(l, "compressBound", zlib.bound) && LOAD(l, "compress2", zlib.compress);
}

static bool check_level(const struct pq_codec *c, int max, const char *name, struct bf_err *e)
{
    if (c->level >= 0 && c->level <= max)
        return true;
    return bf_err_set(e, BF_E_USAGE, max ? "%s has levels from 1 to %d" : "%s has no levels", name,
                      max);
}

bool bf_pq_codec_init(struct pq_codec *c, enum bf_parquet_codec kind, int level, struct bf_err *e)
{
    static pthread_once_t zstd_once = PTHREAD_ONCE_INIT, zlib_once = PTHREAD_ONCE_INIT;
    *c = (struct pq_codec){.kind = kind, .level = level};
    if (kind == BF_PARQUET_ZSTD) {
        if (!check_level(c, ZSTD_LEVEL_MAX, "zstd", e))
            return false;
        pthread_once(&zstd_once, load_zstd);
        if (!zstd_there)
            return bf_err_set(e, BF_E_NOTFOUND, "zstd needs libzstd.so.1, which is not installed");
        c->level = level ? level : ZSTD_LEVEL;
        c->zstd = zstd.create();
        return c->zstd || bf_err_nomem(e);
    }
    if (kind == BF_PARQUET_GZIP) {
        if (!check_level(c, GZIP_LEVEL_MAX, "gzip", e))
            return false;
        pthread_once(&zlib_once, load_zlib);
        c->level = level ? level : GZIP_LEVEL;
        return zlib_there ||
               bf_err_set(e, BF_E_NOTFOUND, "gzip needs libz.so.1, which is not installed");
    }
    return check_level(c, 0, kind == BF_PARQUET_SNAPPY ? "snappy" : "none", e);
}

void bf_pq_codec_free(struct pq_codec *c)
{
    if (c->zstd)
        zstd.release(c->zstd);
    c->zstd = NULL;
}

/* Makes a gzip member (RFC 1952) from a zlib stream (RFC 1950), which has 2 bytes before the
 * deflated data and 4 after. */
static bool gzip(struct pq_codec *c, struct bf_str in, struct bf_buf *out, struct bf_err *e)
{
    static const char head[GZIP_HEAD] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff'};
    unsigned long n = zlib.bound((unsigned long)in.n);
    char *p = bf_buf_room(out, GZIP_HEAD - 2 + n + 8);
    if (!p)
        return bf_buf_check(out, "a page", e);
    if (zlib.compress((unsigned char *)p + GZIP_HEAD - 2, &n, (const unsigned char *)in.p,
                      (unsigned long)in.n, c->level) != 0)
        return bf_err_nomem(e);
    uint32_t crc = (uint32_t)bf_crc(BF_CRC32, 0, in), size = (uint32_t)in.n;
    memcpy(p, head, sizeof head);
    char *tail = p + GZIP_HEAD - 2 + n - ADLER;
    memcpy(tail, &crc, 4);
    memcpy(tail + 4, &size, 4);
    out->n += (size_t)(tail + 8 - p);
    return true;
}

bool bf_pq_compress(struct pq_codec *c, struct bf_str in, struct bf_buf *out, struct bf_err *e)
{
    if (c->kind == BF_PARQUET_GZIP)
        return gzip(c, in, out, e);
    if (c->kind == BF_PARQUET_SNAPPY)
        bf_snappy_compress(in, out);
    else if (c->kind == BF_PARQUET_ZSTD) {
        char *p = bf_buf_room(out, zstd.bound(in.n));
        size_t n = p ? zstd.compress(c->zstd, p, out->cap - out->n, in.p, in.n, c->level) : 0;
        if (p && zstd.is_error(n))
            return bf_err_nomem(e);
        out->n += n;
    } else
        bf_buf_adds(out, in);
    return bf_buf_check(out, "a page", e);
}
