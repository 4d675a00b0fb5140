#include "lib/aws/s3/compress.h"

#include <stdio.h>
#include <stdlib.h>

#include <zlib.h>
#include <zstd.h>

#ifdef BF_HAVE_ISAL
#include <isa-l.h>
#endif

enum { PIECE = 64 * 1024, GZIP_WINDOW = 15 + 16, ZSTD_LEVEL_MAX = 19 };

struct bf_compress {
    enum bf_compress_kind kind;
    int level;
    z_stream z;
    bool z_ready;
    ZSTD_CCtx *zstd;
#ifdef BF_HAVE_ISAL
    struct isal_zstream *isal; /* used if level is 0 */
    uint8_t *isal_level;
#endif
    unsigned char out[PIECE];
};

static const struct {
    const char *name, *encoding, *extension;
} kinds[] = {
    [BF_COMPRESS_NONE] = {"none", "", ""},
    [BF_COMPRESS_GZIP] = {"gzip", "gzip", ".gz"},
    [BF_COMPRESS_ZSTD] = {"zstd", "zstd", ".zst"},
};

const struct bf_opt_word bf_compress_words[] = {
    {"gzip", BF_COMPRESS_GZIP}, {"zstd", BF_COMPRESS_ZSTD}, {"none", BF_COMPRESS_NONE}};

bool bf_compress_parse(struct bf_str name, enum bf_compress_kind *kind, struct bf_err *e)
{
    int v = BF_COMPRESS_NONE;
    bool ok = bf_opt_choose(bf_compress_words, BF_COUNT(bf_compress_words), name, &v, e);
    *kind = (enum bf_compress_kind)v;
    return ok;
}

const char *bf_compress_encoding(enum bf_compress_kind kind)
{
    return kinds[kind].encoding;
}

const char *bf_compress_extension(enum bf_compress_kind kind)
{
    return kinds[kind].extension;
}

static bool check_level(enum bf_compress_kind kind, int level, struct bf_err *e)
{
    int max = kind == BF_COMPRESS_GZIP ? 9 : kind == BF_COMPRESS_ZSTD ? ZSTD_LEVEL_MAX : 0;
    if (level >= 0 && level <= max)
        return true;
    return bf_err_set(e, BF_E_USAGE, "%s has levels up to %d, not %d", kinds[kind].name, max,
                      level);
}

#ifdef BF_HAVE_ISAL
static void isal_begin(struct bf_compress *c)
{
    isal_deflate_init(c->isal);
    c->isal->level = 1;
    c->isal->level_buf = c->isal_level;
    c->isal->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    c->isal->gzip_flag = IGZIP_GZIP;
    c->isal->flush = NO_FLUSH;
}

static bool isal_new(struct bf_compress *c)
{
    c->isal = malloc(sizeof *c->isal);
    c->isal_level = malloc(ISAL_DEF_LVL1_DEFAULT);
    if (!c->isal || !c->isal_level)
        return false;
    isal_begin(c);
    return true;
}
#endif

struct bf_compress *bf_compress_new(enum bf_compress_kind kind, int level, struct bf_err *e)
{
    if (!check_level(kind, level, e))
        return NULL;
    struct bf_compress *c = calloc(1, sizeof *c);
    bool ok = c != NULL;
    if (ok) {
        c->kind = kind;
        c->level = level;
    }
#ifdef BF_HAVE_ISAL
    if (ok && kind == BF_COMPRESS_GZIP && level == 0)
        ok = isal_new(c);
    else
#endif
        if (ok && kind == BF_COMPRESS_GZIP)
        ok = c->z_ready = deflateInit2(&c->z, level ? level : Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                       GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY) == Z_OK;
    if (ok && kind == BF_COMPRESS_ZSTD) {
        c->zstd = ZSTD_createCCtx();
        ok = c->zstd &&
             !ZSTD_isError(
                 ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_compressionLevel, level ? level : 1)) &&
             !ZSTD_isError(ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_checksumFlag, 1));
    }
    if (ok)
        return c;
    bf_compress_destroy(c);
    bf_err_nomem(e);
    return NULL;
}

void bf_compress_destroy(struct bf_compress *c)
{
    if (!c)
        return;
    if (c->z_ready)
        deflateEnd(&c->z);
    ZSTD_freeCCtx(c->zstd);
#ifdef BF_HAVE_ISAL
    free(c->isal);
    free(c->isal_level);
#endif
    free(c);
}

static bool give(struct bf_compress *c, size_t n, bf_compress_put *put, void *arg, struct bf_err *e)
{
    return n == 0 || put(arg, bf_str((const char *)c->out, n), e);
}

/* zlib counts in unsigned int; callers pass smaller pieces. */
static bool run_zlib(struct bf_compress *c, struct bf_str in, bool end, bf_compress_put *put,
                     void *arg, struct bf_err *e)
{
    int r;
    c->z.next_in = (Bytef *)(uintptr_t)in.p;
    c->z.avail_in = (unsigned)in.n;
    do {
        c->z.next_out = c->out;
        c->z.avail_out = sizeof c->out;
        r = deflate(&c->z, end ? Z_FINISH : Z_NO_FLUSH);
        if (r == Z_STREAM_ERROR || !give(c, sizeof c->out - c->z.avail_out, put, arg, e))
            return r == Z_STREAM_ERROR ? bf_err_set(e, BF_E_IO, "zlib: stream error") : false;
    } while (c->z.avail_out == 0 || (end && r != Z_STREAM_END));
    return true;
}

static bool run_zstd(struct bf_compress *c, struct bf_str in, bool end, bf_compress_put *put,
                     void *arg, struct bf_err *e)
{
    ZSTD_inBuffer from = {in.p, in.n, 0};
    size_t left;
    do {
        ZSTD_outBuffer to = {c->out, sizeof c->out, 0};
        left = ZSTD_compressStream2(c->zstd, &to, &from, end ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            return bf_err_set(e, BF_E_IO, "zstd: %s", ZSTD_getErrorName(left));
        if (!give(c, to.pos, put, arg, e))
            return false;
    } while (end ? left != 0 : from.pos < from.size);
    return true;
}

#ifdef BF_HAVE_ISAL
static bool run_isal(struct bf_compress *c, struct bf_str in, bool end, bf_compress_put *put,
                     void *arg, struct bf_err *e)
{
    c->isal->next_in = (uint8_t *)(uintptr_t)in.p;
    c->isal->avail_in = (uint32_t)in.n;
    c->isal->end_of_stream = end;
    do {
        c->isal->next_out = c->out;
        c->isal->avail_out = sizeof c->out;
        if (isal_deflate(c->isal) != COMP_OK)
            return bf_err_set(e, BF_E_IO, "isa-l: stream error");
        if (!give(c, sizeof c->out - c->isal->avail_out, put, arg, e))
            return false;
    } while (c->isal->avail_out == 0 || (end && c->isal->internal_state.state != ZSTATE_END));
    return true;
}
#endif

static bool run(struct bf_compress *c, struct bf_str in, bool end, bf_compress_put *put, void *arg,
                struct bf_err *e)
{
    if (c->kind == BF_COMPRESS_ZSTD)
        return run_zstd(c, in, end, put, arg, e);
#ifdef BF_HAVE_ISAL
    if (c->isal)
        return run_isal(c, in, end, put, arg, e);
#endif
    return run_zlib(c, in, end, put, arg, e);
}

bool bf_compress_add(struct bf_compress *c, struct bf_str in, bf_compress_put *put, void *arg,
                     struct bf_err *e)
{
    enum { STEP = 1 << 30 };
    if (c->kind == BF_COMPRESS_NONE)
        return in.n == 0 || put(arg, in, e);
    while (in.n) {
        size_t n = in.n < STEP ? in.n : STEP;
        if (!run(c, bf_str(in.p, n), false, put, arg, e))
            return false;
        in.p += n, in.n -= n;
    }
    return true;
}

bool bf_compress_end(struct bf_compress *c, bf_compress_put *put, void *arg, struct bf_err *e)
{
    if (c->kind == BF_COMPRESS_NONE)
        return true;
    bool ok = run(c, bf_str("", 0), true, put, arg, e);
    if (c->z_ready)
        deflateReset(&c->z);
    if (c->zstd)
        ZSTD_CCtx_reset(c->zstd, ZSTD_reset_session_only);
#ifdef BF_HAVE_ISAL
    if (c->isal)
        isal_begin(c);
#endif
    return ok;
}

/* The data may consist of several members (RFC 1952, section 2.2). */
static bool gunzip(bool (*get)(void *arg, struct bf_str *piece), bf_compress_put *put, void *arg,
                   struct bf_err *e)
{
    unsigned char out[PIECE];
    struct bf_str in;
    z_stream z = {0};
    if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        return bf_err_nomem(e);
    int r = Z_OK;
    bool ok = true;
    while (ok && (r == Z_OK || r == Z_STREAM_END) && get(arg, &in)) {
        z.next_in = (Bytef *)(uintptr_t)in.p;
        z.avail_in = (unsigned)in.n;
        do {
            if (r == Z_STREAM_END && z.avail_in)
                inflateReset(&z);
            z.next_out = out;
            z.avail_out = sizeof out;
            r = inflate(&z, Z_NO_FLUSH);
            ok = put(arg, bf_str((const char *)out, sizeof out - z.avail_out), e);
        } while (ok && ((r == Z_OK && z.avail_out == 0) || (r == Z_STREAM_END && z.avail_in)));
        if (r == Z_BUF_ERROR)
            r = Z_OK; /* it needs the next piece */
    }
    inflateEnd(&z);
    return ok && (r == Z_STREAM_END || bf_err_set(e, BF_E_IO, "gzip: damaged data"));
}

static bool unzstd(bool (*get)(void *arg, struct bf_str *piece), bf_compress_put *put, void *arg,
                   struct bf_err *e)
{
    unsigned char out[PIECE];
    struct bf_str in;
    ZSTD_DCtx *z = ZSTD_createDCtx();
    if (!z)
        return bf_err_nomem(e);
    size_t left = 1;
    bool ok = true;
    while (ok && get(arg, &in)) {
        ZSTD_inBuffer from = {in.p, in.n, 0};
        ZSTD_outBuffer to = {0};
        do {
            to = (ZSTD_outBuffer){out, sizeof out, 0};
            left = ZSTD_decompressStream(z, &to, &from);
            ok = !ZSTD_isError(left) && put(arg, bf_str((const char *)out, to.pos), e);
        } while (ok && (from.pos < from.size || to.pos == sizeof out));
    }
    ZSTD_freeDCtx(z);
    if (ZSTD_isError(left))
        return bf_err_set(e, BF_E_IO, "zstd: %s", ZSTD_getErrorName(left));
    return ok && (left == 0 || bf_err_set(e, BF_E_IO, "zstd: damaged data"));
}

bool bf_decompress(enum bf_compress_kind kind, bool (*get)(void *arg, struct bf_str *piece),
                   bf_compress_put *put, void *arg, struct bf_err *e)
{
    struct bf_str in;
    if (kind == BF_COMPRESS_GZIP)
        return gunzip(get, put, arg, e);
    if (kind == BF_COMPRESS_ZSTD)
        return unzstd(get, put, arg, e);
    while (get(arg, &in))
        if (!put(arg, in, e))
            return false;
    return true;
}

const char *bf_compress_libraries(void)
{
    static char text[80];
    snprintf(text, sizeof text, "zlib/%s zstd/%s", zlibVersion(), ZSTD_versionString());
#ifdef BF_HAVE_ISAL
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, " isa-l/%d.%d.%d", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION,
             ISAL_PATCH_VERSION);
#endif
    return text;
}
