/* CBOR and the JSON it stands for: RFC 8949's examples, what is not well-formed, hostile sizes, Kinesis's answers. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/wire/cbor.h"
#include "lib/encoding/enc.h"
#include "lib/json/scan.h"

enum { MAX = 1 << 20 };

static struct bf_str bytes_of(const char *hex, unsigned char *out)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    return bf_str((const char *)out, n);
}

/* want: the JSON, or what the error says. */
static void expect_json(struct bf_str cbor, enum bf_err_code code, const char *want)
{
    struct bf_buf out;
    struct bf_err e = {0};
    char *copy = malloc(cbor.n + 1); /* a byte too far is seen by the sanitizers */
    assert_non_null(copy);
    copy = realloc(copy, cbor.n ? cbor.n : 1);
    assert_non_null(copy);
    memcpy(copy, cbor.p, cbor.n);
    bf_buf_init(&out, MAX);
    bool ok = bl_cbor_to_json(&out, bf_str(copy, cbor.n), &e);
    assert_int_equal(e.code, code);
    assert_int_equal(ok, code == BF_OK);
    assert_string_equal(ok ? bf_buf_cstr(&out) : e.text, want);
    bf_buf_free(&out);
    free(copy);
}

#define ALPHABET "0102030405060708090a0b0c0d0e0f101112131415161718181819"
#define TO_25    "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]"

/* Appendix A, in its order, but for what JSON cannot say. */
static void examples(void **state)
{
    static const char *const rows[][2] = {
        {"00", "0"},
        {"01", "1"},
        {"0a", "10"},
        {"17", "23"},
        {"1818", "24"},
        {"1819", "25"},
        {"1864", "100"},
        {"1903e8", "1000"},
        {"1a000f4240", "1000000"},
        {"1b000000e8d4a51000", "1000000000000"},
        {"1bffffffffffffffff", "18446744073709551615"},
        {"c249010000000000000000", "\"AQAAAAAAAAAA\""},
        {"3bffffffffffffffff", "-18446744073709551616"},
        {"20", "-1"},
        {"29", "-10"},
        {"3863", "-100"},
        {"3903e7", "-1000"},
        {"f90000", "0"},
        {"f98000", "-0"},
        {"f93c00", "1"},
        {"fb3ff199999999999a", "1.1"},
        {"f93e00", "1.5"},
        {"f97bff", "65504"},
        {"fa47c35000", "100000"},
        {"fa7f7fffff", "3.4028234663852886e+38"},
        {"fb7e37e43c8800759c", "1e+300"},
        {"f90001", "5.9604644775390625e-08"},
        {"f90400", "6.103515625e-05"},
        {"f9c400", "-4"},
        {"fbc010666666666666", "-4.1"},
        {"f4", "false"},
        {"f5", "true"},
        {"f6", "null"},
        {"f7", "null"},
        {"c074323031332d30332d32315432303a30343a30305a", "\"2013-03-21T20:04:00Z\""},
        {"c11a514b67b0", "1363896.240"}, /* the service's: milliseconds */
        {"c1fb41d452d9ec200000", "1363896240.5"},
        {"d74401020304", "\"AQIDBA==\""},
        {"d818456449455446", "\"ZElFVEY=\""},
        {"d82076687474703a2f2f7777772e6578616d706c652e636f6d", "\"http://www.example.com\""},
        {"40", "\"\""},
        {"4401020304", "\"AQIDBA==\""},
        {"60", "\"\""},
        {"6161", "\"a\""},
        {"6449455446", "\"IETF\""},
        {"62225c", "\"\\\"\\\\\""},
        {"62c3bc", "\"\xc3\xbc\""},
        {"63e6b0b4", "\"\xe6\xb0\xb4\""},
        {"64f0908591", "\"\xf0\x90\x85\x91\""},
        {"80", "[]"},
        {"83010203", "[1,2,3]"},
        {"8301820203820405", "[1,[2,3],[4,5]]"},
        {"9819" ALPHABET, TO_25},
        {"a0", "{}"},
        {"a26161016162820203", "{\"a\":1,\"b\":[2,3]}"},
        {"826161a161626163", "[\"a\",{\"b\":\"c\"}]"},
        {"a56161614161626142616361436164614461656145",
         "{\"a\":\"A\",\"b\":\"B\",\"c\":\"C\",\"d\":\"D\",\"e\":\"E\"}"},
        {"5f42010243030405ff", "\"AQIDBAU=\""},
        {"7f657374726561646d696e67ff", "\"streaming\""},
        {"9fff", "[]"},
        {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"},
        {"9f01820203820405ff", "[1,[2,3],[4,5]]"},
        {"83018202039f0405ff", "[1,[2,3],[4,5]]"},
        {"83019f0203ff820405", "[1,[2,3],[4,5]]"},
        {"9f" ALPHABET "ff", TO_25},
        {"bf61610161629f0203ffff", "{\"a\":1,\"b\":[2,3]}"},
        {"826161bf61626163ff", "[\"a\",{\"b\":\"c\"}]"},
        {"bf6346756ef563416d7421ff", "{\"Fun\":true,\"Amt\":-2}"},
        /* beyond the appendix: what SDKs write, and the edges of times */
        {"a16954696d657374616d70c11b000001a013accc38", "{\"Timestamp\":1787036486.712}"},
        {"c100", "0.000"},
        {"c120", "-0.001"},
        {"d9d9f7a0", "{}"},
        {"5fff", "\"\""},
        {"7fff", "\"\""},
        {"6100", "\"\\u0000\""},
    };
    (void)state;
    unsigned char room[256];
    for (size_t i = 0; i < BF_COUNT(rows); i++)
        expect_json(bytes_of(rows[i][0], room), BF_OK, rows[i][1]);
}

/* Appendix A's values that JSON has not, and Appendix F's malformed items. */
static void refused(void **state)
{
    static const char *const rows[][2] = {
        {"f97c00", "byte 0: is a number that JSON has not"},
        {"f97e00", "byte 0: is a number that JSON has not"},
        {"f9fc00", "byte 0: is a number that JSON has not"},
        {"fa7f800000", "byte 0: is a number that JSON has not"},
        {"fb7ff8000000000000", "byte 0: is a number that JSON has not"},
        {"c1f97e00", "byte 1: is a number that JSON has not"},
        {"f0", "byte 0: is no simple value that is known"},
        {"f8ff", "byte 0: is no simple value that is known"},
        {"a201020304", "byte 1: is a key that is no text"},
        {"c16161", "byte 1: is no time"},
        {"c11bffffffffffffffff", "byte 1: is no time"},
        {"", "byte 0: ends too early"},
        {"18", "byte 0: ends too early"},
        {"19ff", "byte 0: ends too early"},
        {"1b00000000000000", "byte 0: ends too early"},
        {"f9", "byte 0: ends too early"},
        {"c1", "byte 1: ends too early"},
        {"41", "byte 0: is longer than the body"},
        {"62c3", "byte 0: is longer than the body"},
        {"5bffffffffffffffff010203", "byte 0: is longer than the body"},
        {"9bffffffffffffffff010203", "byte 0: is longer than the body"},
        {"bb8000000000000000", "byte 0: is longer than the body"},
        {"a16161", "byte 3: ends too early"},
        {"8201", "byte 0: is longer than the body"},
        {"829f01ff", "byte 4: ends too early"},
        {"9f01", "byte 2: ends too early"},
        {"bf6161ff", "byte 3: is a break where nothing ends"},
        {"5f4100", "byte 3: ends too early"},
        {"5f6161ff", "byte 1: is no piece of a string"},
        {"5f5f4100ffff", "byte 1: is no piece of a string"},
        {"7f4100ff", "byte 1: is no piece of a string"},
        {"1c", "byte 0: is not well-formed"},
        {"1f", "byte 0: is not well-formed"},
        {"3f", "byte 0: is not well-formed"},
        {"df00", "byte 0: is not well-formed"},
        {"fc", "byte 0: is not well-formed"},
        {"ff", "byte 0: is a break where nothing ends"},
        {"81ff", "byte 1: is a break where nothing ends"},
        {"0000", "byte 1: follows the end"},
        {"61ff", "byte 1: is not valid UTF-8"},
        {"7f61c361bcff", "byte 2: is not valid UTF-8"},
        {"7b7d", "byte 0: ends too early"}, /* JSON */
    };
    (void)state;
    unsigned char room[64];
    for (size_t i = 0; i < BF_COUNT(rows); i++)
        expect_json(bytes_of(rows[i][0], room), BF_E_INPUT, rows[i][1]);
}

static void depth(void **state)
{
    (void)state;
    char cbor[100000];
    memset(cbor, 0x81, sizeof cbor);
    expect_json(bf_str(cbor, sizeof cbor), BF_E_LIMIT, "byte 64: nested deeper than 64");
    cbor[64] = 0;
    struct bf_buf out;
    struct bf_err e = {0};
    bf_buf_init(&out, MAX);
    assert_true(bl_cbor_to_json(&out, bf_str(cbor, 65), &e));
    assert_true(bf_json_check(bf_buf_view(&out), &e));
    bf_buf_free(&out);
    memset(cbor, 0xc6, sizeof cbor); /* tags upon tags are walked, not nested */
    expect_json(bf_str(cbor, sizeof cbor), BF_E_INPUT, "byte 100000: ends too early");
}

/* What grows beyond the buffer is given up at once. */
static void size(void **state)
{
    (void)state;
    struct bf_buf out;
    struct bf_err e = {0};
    static char cbor[MAX];
    memset(cbor, 0xf4, sizeof cbor); /* a list of false: six bytes of one */
    cbor[0] = (char)0x9f;
    cbor[MAX - 1] = (char)0xff;
    bf_buf_init(&out, MAX);
    assert_false(bl_cbor_to_json(&out, bf_str(cbor, sizeof cbor), &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    assert_true(out.cap <= MAX);
    bf_buf_free(&out);
}

static void expect_cbor(const char *json, const char *hex)
{
    struct bf_buf out, shown;
    struct bf_err e = {0};
    bf_buf_init(&out, MAX);
    bf_buf_init(&shown, MAX);
    assert_true(bl_cbor_from_json(&out, bf_str_of(json), &e));
    bf_hex_encode(&shown, out.p, out.n);
    assert_string_equal(bf_buf_cstr(&shown), hex);
    bf_buf_free(&shown);
    bf_buf_free(&out);
}

static void answers(void **state)
{
    (void)state;
    expect_cbor("{}", "bfff");
    expect_cbor("[]", "9fff");
    expect_cbor("[0,23,24,255,256,65535,65536,4294967295,4294967296]",
                "9f001718181"
                "8ff19010019ffff1a000100001affffffff1b0000000100000000ff");
    expect_cbor("[-1,-24,-25,-256,-257,-0]", "9f20373818"
                                             "38ff390100"
                                             "00ff");
    expect_cbor("[1.1,-4.1,1e3,12345678901234567890]",
                "9ffb3ff199999999999afbc010666666666666fb408f400000000000"
                "fb43e56a95319d63e1ff");
    expect_cbor("[true,false,null,\"\",\"a\\n\\u00fc\"]", "9ff5f4f6606461"
                                                          "0ac3bcff");
    expect_cbor(
        "{\"Records\":[{\"Data\":\"AQID\",\"ApproximateArrivalTimestamp\":1787036486.712}]}",
        "bf675265636f7264739fbf64446174614301020378"
        "1b"
        "417070726f78696d6174654172726976616c54696d657374616d70c11b000001a013accc38ffffff");
    expect_cbor("{\"StreamCreationTimestamp\":1.005}",
                "bf7753747265616d4372656174696f6e54696d657374616d70c11903edff");
    expect_cbor("{\"Data\":\"\",\"data\":\"AQID\"}", "bf64446174614064646174616441514944ff");
    expect_cbor("{\"__type\":\"LimitExceededException\",\"message\":\"\\\"x\\\"\"}",
                "bf665f5f74797065764c696d69744578636565646564457863657074696f6e676d65737361676563"
                "227822ff");
}

/* A blob of each length around where its head grows, and a text with an escape. */
static void heads(void **state)
{
    static const size_t lengths[] = {0, 1, 22, 23, 24, 25, 255, 256, 257, 65535, 65536};
    (void)state;
    static char data[65536];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 31);
    for (size_t i = 0; i < BF_COUNT(lengths); i++) {
        struct bf_buf json, cbor, again;
        struct bf_err e = {0};
        bf_buf_init(&json, MAX);
        bf_buf_init(&cbor, MAX);
        bf_buf_init(&again, MAX);
        bf_buf_lit(&json, "{\"Data\":\"");
        bf_base64_encode(&json, bf_str(data, lengths[i]));
        bf_buf_lit(&json, "\",\"k\":\"\\\"");
        for (size_t n = 0; n < lengths[i]; n++)
            bf_buf_addc(&json, 'x');
        bf_buf_lit(&json, "\"}");
        assert_true(bl_cbor_from_json(&cbor, bf_buf_view(&json), &e));
        assert_true(bl_cbor_to_json(&again, bf_buf_view(&cbor), &e));
        assert_string_equal(bf_buf_cstr(&json), bf_buf_cstr(&again));
        bf_buf_free(&cbor);
        bf_buf_init(&cbor, lengths[i] + 8);
        assert_false(bl_cbor_from_json(&cbor, bf_buf_view(&json), &e));
        assert_int_equal(e.code, BF_E_LIMIT);
        bf_buf_free(&again);
        bf_buf_free(&cbor);
        bf_buf_free(&json);
    }
}

static void no_answers(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "{", "{\"Data\":\"A\"}", "[1,]", "{} {}", "nul"};
    for (size_t i = 0; i < BF_COUNT(texts); i++) {
        struct bf_buf out;
        struct bf_err e = {0};
        bf_buf_init(&out, MAX);
        assert_false(bl_cbor_from_json(&out, bf_str_of(texts[i]), &e));
        assert_int_not_equal(e.code, BF_OK);
        bf_buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),   cmocka_unit_test(refused), cmocka_unit_test(depth),
        cmocka_unit_test(size),       cmocka_unit_test(answers), cmocka_unit_test(heads),
        cmocka_unit_test(no_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
