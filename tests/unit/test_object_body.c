/* The bodies of objects: checksums as S3 writes them, gzip and zstd compressed and decompressed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "lib/aws/sign/checksum.h"
#include "lib/aws/s3/compress.h"
#include "lib/base/rng.h"

static void sums(const char *name, const char *want)
{
    enum bf_checksum_kind kind;
    struct bf_err e = {0};
    char got[BF_CHECKSUM_TEXT];
    assert_true(bf_checksum_parse(bf_str_of(name), &kind, &e));
    assert_true(bf_checksum_of(kind, BF_STR("123456789"), got, &e));
    assert_string_equal(got, want);
    assert_string_equal(bf_checksum_name(kind), name);
}

static void checksums_in_base64(void **unused)
{
    (void)unused;
    sums("crc32", "y/Q5Jg==");
    sums("crc32c", "4waSgw==");
    sums("crc64nvme", "rosUhgp5mIg=");
    sums("sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=");
    sums("sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=");
    sums("none", "");
    enum bf_checksum_kind kind;
    struct bf_err e = {0};
    assert_false(bf_checksum_parse(BF_STR("md5"), &kind, &e));
    assert_int_equal(e.code, BF_E_USAGE);
}

static void crc_of_parts_is_the_crc_of_the_whole(void **unused)
{
    (void)unused;
    char whole[BF_CHECKSUM_TEXT], part[BF_CHECKSUM_TEXT], want[BF_CHECKSUM_TEXT];
    struct bf_err e = {0};
    for (int k = BF_CHECKSUM_CRC32; k <= BF_CHECKSUM_CRC64NVME; k++) {
        enum bf_checksum_kind kind = (enum bf_checksum_kind)k;
        assert_true(bf_checksum_of(kind, BF_STR("12345"), whole, &e));
        assert_true(bf_checksum_of(kind, BF_STR("6789"), part, &e));
        assert_true(bf_checksum_append(kind, whole, part, 4));
        assert_true(bf_checksum_of(kind, BF_STR("123456789"), want, &e));
        assert_string_equal(whole, want);
    }
    assert_false(bf_checksum_append(BF_CHECKSUM_SHA256, whole, part, 4));
}

struct pieces {
    struct bf_buf out;
    struct bf_str in;
};

static bool put(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct pieces *p = arg;
    bf_buf_adds(&p->out, piece);
    return bf_buf_check(&p->out, "output", e);
}

static bool get(void *arg, struct bf_str *piece)
{
    struct pieces *p = arg;
    size_t n = p->in.n < 1000 ? p->in.n : 1000;
    *piece = bf_str(p->in.p, n);
    p->in.p += n, p->in.n -= n;
    return n > 0;
}

static void there_and_back(enum bf_compress_kind kind, int level, struct bf_str text)
{
    struct bf_err e = {0};
    struct pieces packed = {0}, plain = {0};
    struct bf_compress *c = bf_compress_new(kind, level, &e);
    assert_non_null(c);
    for (int round = 0; round < 2;
         round++) { /* the second object must not be affected by the first */
        bf_buf_init(&packed.out, 8 << 20);
        bf_buf_init(&plain.out, 8 << 20);
        assert_true(bf_compress_add(c, bf_str(text.p, text.n / 3), put, &packed, &e));
        assert_true(
            bf_compress_add(c, bf_str(text.p + text.n / 3, text.n - text.n / 3), put, &packed, &e));
        assert_true(bf_compress_end(c, put, &packed, &e));
        plain.in = bf_buf_view(&packed.out);
        assert_true(bf_decompress(kind, get, put, &plain, &e));
        assert_true(bf_str_eq(bf_buf_view(&plain.out), text));
        if (kind == BF_COMPRESS_GZIP) { /* two members */
            struct pieces two = {0};
            bf_buf_init(&two.out, 8 << 20);
            bf_buf_adds(&two.out, bf_buf_view(&packed.out));
            bf_buf_adds(&two.out, bf_buf_view(&packed.out));
            plain.in = bf_buf_view(&two.out);
            bf_buf_reset(&plain.out);
            assert_true(bf_decompress(kind, get, put, &plain, &e));
            assert_int_equal(plain.out.n, 2 * text.n);
            bf_buf_free(&two.out);
        }
        if (kind != BF_COMPRESS_NONE && packed.out.n > 100) {
            plain.in = bf_str(packed.out.p, packed.out.n - 20);
            assert_false(bf_decompress(kind, get, put, &plain, &e));
            bf_err_clear(&e);
            packed.out.p[0] ^= 0x55;
            plain.in = bf_buf_view(&packed.out);
            assert_false(bf_decompress(kind, get, put, &plain, &e));
            assert_int_equal(e.code, BF_E_IO);
        }
        bf_buf_free(&packed.out);
        bf_buf_free(&plain.out);
    }
    bf_compress_destroy(c);
}

static void compressed_bodies_come_back(void **unused)
{
    (void)unused;
    enum { N = 1 << 20 };
    char *text = malloc(N);
    struct bf_rng rng;
    assert_non_null(text);
    bf_rng_seed(&rng, 3);
    for (int i = 0; i < N; i++)
        text[i] = (char)(i < N / 2 ? (uint64_t)('a' + i % 7) : bf_rng_next(&rng));
    static const struct {
        enum bf_compress_kind kind;
        int level;
    } ways[] = {{BF_COMPRESS_NONE, 0}, {BF_COMPRESS_GZIP, 0}, {BF_COMPRESS_GZIP, 1},
                {BF_COMPRESS_GZIP, 9}, {BF_COMPRESS_ZSTD, 0}, {BF_COMPRESS_ZSTD, 5}};
    for (size_t i = 0; i < BF_COUNT(ways); i++) {
        there_and_back(ways[i].kind, ways[i].level, bf_str(text, N));
        there_and_back(ways[i].kind, ways[i].level, BF_STR(""));
        there_and_back(ways[i].kind, ways[i].level, BF_STR("{\"a\":1}\n"));
    }
    free(text);
}

static void wrong_levels_are_refused(void **unused)
{
    (void)unused;
    struct bf_err e = {0};
    assert_null(bf_compress_new(BF_COMPRESS_GZIP, 10, &e));
    assert_string_equal(e.text, "gzip has levels up to 9, not 10");
    assert_null(bf_compress_new(BF_COMPRESS_ZSTD, 20, &e));
    assert_null(bf_compress_new(BF_COMPRESS_NONE, 1, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_in_base64),
        cmocka_unit_test(crc_of_parts_is_the_crc_of_the_whole),
        cmocka_unit_test(compressed_bodies_come_back),
        cmocka_unit_test(wrong_levels_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
