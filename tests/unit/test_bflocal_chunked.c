/* aws-chunked bodies: the S3 API reference's example at every cut, and everything that may be wrong with one. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "cmd/bflocal/wire/chunked.h"

#define SEED "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
#define FIRST                                                                                      \
    "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
#define SECOND                                                                                     \
    "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
#define LAST                                                                                       \
    "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n"

struct sink {
    struct bf_buf got;
    bool refuse;
};

static bool take(void *arg, struct bf_str piece)
{
    struct sink *s = arg;
    bf_buf_adds(&s->got, piece);
    return !s->refuse && bf_buf_ok(&s->got);
}

static void make_auth(struct bl_auth *a, enum bl_payload payload)
{
    struct bf_err e = {0};
    memset(a, 0, sizeof(*a));
    a->payload = payload;
    a->scope = (struct bf_sigv4_scope){"20130524T000000Z", BF_STR("us-east-1"), BF_STR("s3")};
    assert_true(bf_sigv4_signing_key(BF_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), &a->scope,
                                     &a->key, &e));
    memcpy(a->signature, SEED, sizeof(SEED));
}

/* Feeds the body in pieces of `step` bytes. */
static enum bl_chunked_code run(enum bl_payload payload, struct bf_str body, size_t step,
                                struct sink *s, char trailer[64])
{
    struct bl_auth auth;
    struct bl_chunked d;
    make_auth(&auth, payload);
    bf_buf_init(&s->got, 1 << 20);
    assert_true(bl_chunked_init(&d, &auth, take, s));
    bool ok = true;
    for (size_t i = 0; ok && i < body.n; i += step)
        ok = bl_chunked_feed(&d, bf_str(body.p + i, body.n - i < step ? body.n - i : step));
    if (ok)
        ok = bl_chunked_end(&d);
    assert_int_equal(ok, d.code == BL_CHUNKED_OK);
    if (trailer) {
        struct bf_str v = bl_chunked_trailer(&d, BF_STR("x-amz-checksum-crc32"));
        assert_true(v.n < 64);
        memcpy(trailer, v.n ? v.p : "", v.n);
        trailer[v.n] = '\0';
    }
    enum bl_chunked_code code = d.code;
    bl_chunked_free(&d);
    return code;
}

static void build_example(struct bf_buf *b, const char *rest)
{
    bf_buf_init(b, 1 << 20);
    bf_buf_lit(b, FIRST);
    for (int i = 0; i < 65536; i++)
        bf_buf_addc(b, 'a');
    bf_buf_lit(b, "\r\n" SECOND);
    for (int i = 0; i < 1024; i++)
        bf_buf_addc(b, 'a');
    bf_buf_lit(b, "\r\n" LAST);
    bf_buf_adds(b, bf_str_of(rest));
    assert_true(bf_buf_ok(b));
}

static void example(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 7, 1000, 65536, 1 << 20};
    struct bf_buf b;
    build_example(&b, "\r\n");
    for (size_t i = 0; i < BF_COUNT(steps); i++) {
        struct sink s = {.refuse = false};
        assert_int_equal(run(BL_PAYLOAD_SIGNED_CHUNKS, bf_buf_view(&b), steps[i], &s, NULL),
                         BL_CHUNKED_OK);
        assert_int_equal(s.got.n, 66560);
        for (size_t k = 0; k < s.got.n; k++)
            assert_int_equal(s.got.p[k], 'a');
        bf_buf_free(&s.got);
    }
    bf_buf_free(&b);
}

/* The signature of the trailer in aws-c-auth's test of the same example. */
static void signed_trailer(void **state)
{
    (void)state;
    static const char good[] =
        "first:1st\r\nsecond:2nd\r\nthird:3rd\r\n"
        "x-amz-trailer-signature:"
        "df5735bd9f3295cd9386572292562fefc93ba94e80a0a1ddcbd652c4e0a75e6c\r\n\r\n";
    struct bf_buf b;
    struct sink s = {.refuse = false};
    build_example(&b, good);
    assert_int_equal(run(BL_PAYLOAD_SIGNED_CHUNKS_TRAILER, bf_buf_view(&b), 4096, &s, NULL),
                     BL_CHUNKED_OK);
    bf_buf_free(&s.got);
    char *at = strstr(b.p + 66000, "2nd");
    assert_non_null(at);
    *at = '3';
    assert_int_equal(run(BL_PAYLOAD_SIGNED_CHUNKS_TRAILER, bf_buf_view(&b), 4096, &s, NULL),
                     BL_CHUNKED_SIGNATURE);
    bf_buf_free(&s.got);
    bf_buf_free(&b);
}

static void changed_data(void **state)
{
    (void)state;
    static const size_t places[] = {sizeof(FIRST) + 5,
                                    sizeof(FIRST) + 65536 + sizeof(SECOND) + 100};
    for (size_t i = 0; i < BF_COUNT(places); i++) {
        struct bf_buf b;
        struct sink s = {.refuse = false};
        build_example(&b, "\r\n");
        b.p[places[i]] = 'b';
        assert_int_equal(run(BL_PAYLOAD_SIGNED_CHUNKS, bf_buf_view(&b), 4096, &s, NULL),
                         BL_CHUNKED_SIGNATURE);
        bf_buf_free(&s.got);
        bf_buf_free(&b);
    }
}

static void unsigned_trailer(void **state)
{
    (void)state;
    static const struct bf_str body =
        BF_STR("5\r\nhello\r\n6\r\n world\r\n0\r\nX-Amz-Checksum-Crc32: DUoRhQ==\r\n\r\n");
    for (size_t step = 1; step <= body.n; step++) {
        struct sink s = {.refuse = false};
        char trailer[64];
        assert_int_equal(run(BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, body, step, &s, trailer),
                         BL_CHUNKED_OK);
        assert_string_equal(trailer, "DUoRhQ==");
        assert_str(bf_buf_view(&s.got), "hello world");
        bf_buf_free(&s.got);
    }
}

static void malformed(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum bl_payload payload;
        enum bl_chunked_code code;
    } cases[] = {
        {"", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"x\r\n", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"\r\n", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"5\r\nhel", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"5\r\nhelloX\r\n0\r\n\r\n", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"5\r\nhello\r\n", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"fffffffffff\r\n", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"0\r\nno colon\r\n\r\n", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"0\r\na:b\r\n\r\nmore", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BL_CHUNKED_MALFORMED},
        {"5\r\nhello\r\n0\r\n\r\n", BL_PAYLOAD_SIGNED_CHUNKS, BL_CHUNKED_SIGNATURE},
        {"0;chunk-signature=00\r\n\r\n", BL_PAYLOAD_SIGNED_CHUNKS, BL_CHUNKED_SIGNATURE},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct sink s = {.refuse = false};
        assert_int_equal(run(cases[i].payload, bf_str_of(cases[i].body), 3, &s, NULL),
                         cases[i].code);
        bf_buf_free(&s.got);
    }
}

/* A line or trailer without end does not grow without end. */
static void bounded(void **state)
{
    (void)state;
    size_t n = 100000;
    char *body = malloc(n);
    assert_non_null(body);
    memset(body, '1', n);
    struct sink s = {.refuse = false};
    assert_int_equal(run(BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, bf_str(body, n), 100, &s, NULL),
                     BL_CHUNKED_MALFORMED);
    bf_buf_free(&s.got);
    memcpy(body, "0\r\n", 3);
    for (size_t i = 3; i + 4 < n; i += 4)
        memcpy(body + i, "a:b\n", 4);
    assert_int_equal(run(BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, bf_str(body, n - 4), 100, &s, NULL),
                     BL_CHUNKED_MALFORMED);
    bf_buf_free(&s.got);
    free(body);
}

static void receiver_refuses(void **state)
{
    (void)state;
    struct sink s = {.refuse = true};
    assert_int_equal(
        run(BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER, BF_STR("5\r\nhello\r\n0\r\n\r\n"), 100, &s, NULL),
        BL_CHUNKED_RECEIVER);
    bf_buf_free(&s.got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example),          cmocka_unit_test(signed_trailer),
        cmocka_unit_test(changed_data),     cmocka_unit_test(unsigned_trailer),
        cmocka_unit_test(malformed),        cmocka_unit_test(bounded),
        cmocka_unit_test(receiver_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
