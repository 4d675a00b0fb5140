/* MD5 against RFC 1321, and KPL aggregates: taken apart, and everything that only looks like one. */
#include "tests/unit/unit.h"

#include "lib/encoding/md5.h"
#include "lib/envelope/kpl.h"

static void test_md5(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "D41D8CD98F00B204E9800998ECF8427E"},
        {"a", "0CC175B9C0F1B6A831C399E269772661"},
        {"message digest", "F96B697D7CB7938D525A2F31AAF161D0"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57EDF4A22BE3C955AC49DA2E2107B67A"},
        /* 55, 56 and 64 bytes: the padding's edges */
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "EF1772B6DFF9A122358552954AD0DF65"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "3B0C8AC703F828B04C6C197006D17218"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "014842D480B571495A4A0363793F7367"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        char hex[32];
        bf_md5_hex(bf_str_of(cases[i].text), hex);
        assert_memory_equal(hex, cases[i].hex, 32);
    }
}

/* Appends magic, message and its digest. */
static void seal(struct bf_buf *out, struct bf_str message)
{
    unsigned char digest[16];
    bf_md5(message, digest);
    bf_buf_lit(out, "\xF3\x89\x9A\xC2");
    bf_buf_adds(out, message);
    bf_buf_add(out, digest, sizeof digest);
}

/* Two keys, three records, one with a tag; and a field that nobody knows. */
#define MESSAGE                                                                                    \
    "\x0a\x02"                                                                                     \
    "k1"                                                                                           \
    "\x0a\x02"                                                                                     \
    "k2"                                                                                           \
    "\x12\x01"                                                                                     \
    "7"                                                                                            \
    "\x1a\x07\x08\x00\x1a\x03"                                                                     \
    "one"                                                                                          \
    "\x1a\x09\x08\x01\x10\x00\x1a\x03"                                                             \
    "two"                                                                                          \
    "\x50\x05"                                                                                     \
    "\x1a\x0d\x08\x00\x1a\x02"                                                                     \
    "\x00\x0a"                                                                                     \
    "\x22\x05\x0a\x03"                                                                             \
    "tag"

static void test_parts(void **state)
{
    (void)state;
    struct bf_kpl k;
    struct bf_kpl_part part;
    struct bf_buf data;
    bf_kpl_init(&k);
    bf_buf_init(&data, 4096);
    seal(&data, BF_STR(MESSAGE));
    for (int again = 0; again < 2; again++) { /* a struct bf_kpl is reused */
        assert_true(bf_kpl_open(&k, bf_buf_view(&data)));
        assert_true(bf_kpl_next(&k, &part));
        assert_str(part.key, "k1");
        assert_str(part.data, "one");
        assert_int_equal(part.index, 0);
        assert_true(bf_kpl_next(&k, &part));
        assert_str(part.key, "k2");
        assert_str(part.data, "two");
        assert_true(bf_kpl_next(&k, &part));
        assert_str(part.key, "k1");
        assert_str(part.data, "\0\n");
        assert_int_equal(part.index, 2);
        assert_false(bf_kpl_next(&k, &part));
    }
    bf_buf_free(&data);
    bf_kpl_free(&k);
}

static void refuse(struct bf_str message)
{
    struct bf_kpl k;
    struct bf_buf data;
    bf_kpl_init(&k);
    bf_buf_init(&data, 4096);
    seal(&data, message);
    assert_false(bf_kpl_open(&k, bf_buf_view(&data)));
    bf_buf_free(&data);
    bf_kpl_free(&k);
}

static void test_not_aggregates(void **state)
{
    (void)state;
    refuse(BF_STR(""));
    refuse(BF_STR("\x0a\x02k1"));                            /* no record */
    refuse(BF_STR("\x0a\x02k1\x1a\x07\x08\x01\x1a\x03xyz")); /* a key that is not in the table */
    refuse(BF_STR("\x0a\x02k1\x1a\x02\x08\x00"));            /* no data */
    refuse(BF_STR("\x0a\x02k1\x1a\x05\x1a\x03xyz"));         /* no key */
    refuse(BF_STR("\x0a\x7fk1"));                            /* longer than the message */
    refuse(BF_STR("\x0a\x02k1\x1a\x07\x08\x00\x1a\x7fxyz"));
    refuse(BF_STR("\x0b\x00")); /* a wire type that is gone */
    refuse(BF_STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"));
    refuse(BF_STR("\x0d\x01\x02"));
}

static void test_damage(void **state)
{
    (void)state;
    struct bf_kpl k;
    struct bf_buf data;
    bf_kpl_init(&k);
    bf_buf_init(&data, 4096);
    seal(&data, BF_STR(MESSAGE));
    for (size_t i = 0; i < data.n; i++) { /* any changed bit makes it an ordinary record */
        data.p[i] ^= 1;
        assert_false(bf_kpl_open(&k, bf_buf_view(&data)));
        data.p[i] ^= 1;
        assert_false(bf_kpl_open(&k, bf_str(data.p, i)));
    }
    assert_true(bf_kpl_open(&k, bf_buf_view(&data)));
    bf_buf_free(&data);
    bf_kpl_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_md5),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_not_aggregates),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
