/*
 * SHA-256: the examples of FIPS 180-4; HMAC: RFC 4231; and every length around the block's against itself. Ours
 * and OpenSSL's (lib/aws/sign/hash.h) say the same of all.
 */
#include "tests/unit/unit.h"

#include "lib/aws/sign/hash.h"
#include "lib/encoding/enc.h"
#include "lib/encoding/sha256.h"

static void expect_hex(const unsigned char digest[BF_SHA256_BYTES], const char *hex)
{
    struct bf_buf text;
    bf_buf_init(&text, 100);
    bf_hex_encode(&text, digest, BF_SHA256_BYTES);
    assert_string_equal(bf_buf_cstr(&text), hex);
    bf_buf_free(&text);
}

static void digest_of(const char *data, size_t n, unsigned char out[BF_SHA256_BYTES])
{
    struct bf_sha256 h;
    bf_sha256_init(&h);
    bf_sha256_add(&h, data, n);
    bf_sha256_end(&h, out);
    unsigned char theirs[BF_SHA256_SIZE];
    assert_true(bf_sha256(bf_str(data, n), theirs));
    assert_memory_equal(out, theirs, sizeof theirs);
}

static void test_sha256(void **state)
{
    (void)state;
    unsigned char d[BF_SHA256_BYTES];
    digest_of("", 0, d);
    expect_hex(d, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_of("abc", 3, d);
    expect_hex(d, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, d);
    expect_hex(d, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_pieces(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof text);
    for (size_t n = 0; n <= sizeof text; n++) {
        unsigned char whole[BF_SHA256_BYTES], pieces[BF_SHA256_BYTES];
        struct bf_sha256 h;
        digest_of(text, n, whole);
        bf_sha256_init(&h);
        for (size_t i = 0; i < n; i++)
            bf_sha256_add(&h, text + i, 1);
        bf_sha256_end(&h, pieces);
        assert_memory_equal(whole, pieces, sizeof whole);
    }
}

static void expect_hmac(const char *key, size_t n, const char *text, const char *hex)
{
    unsigned char d[BF_SHA256_BYTES];
    struct bf_hmac256 m;
    bf_hmac256_init(&m, bf_str(key, n));
    for (int again = 0; again < 2; again++) {
        bf_hmac256(&m, bf_str_of(text), d);
        expect_hex(d, hex);
        assert_true(bf_hmac_sha256(bf_str(key, n), bf_str_of(text), d));
        expect_hex(d, hex);
    }
}

static void test_hmac(void **state)
{
    (void)state;
    char key[131];
    memset(key, 0x0b, 20);
    expect_hmac(key, 20, "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    expect_hmac("Jefe", 4, "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    expect_hmac(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_hmac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
