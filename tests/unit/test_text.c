/* Errors, numbers, encodings, time, random numbers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"
#include "lib/base/rng.h"

static void errors_compose(void **state)
{
    (void)state;
    struct bf_err e = {0};
    assert_false(bf_err_set(&e, BF_E_SERVICE, "%s %d", "answer", 7));
    assert_false(bf_err_ctx(&e, "GetRecords"));
    assert_false(bf_err_ctx(&e, "shard %d", 3));
    assert_string_equal(e.text, "shard 3: GetRecords: answer 7");
    assert_int_equal(e.code, BF_E_SERVICE);
    assert_false(bf_err_sys(&e, ENOSPC, "file"));
    assert_int_equal(e.code, BF_E_IO);
    assert_int_equal(e.sys, ENOSPC);
    assert_string_equal(e.text, "file: No space left on device");
    assert_false(bf_err_sys(&e, EPIPE, "standard output"));
    assert_int_equal(e.code, BF_E_CLOSED);
    assert_false(bf_err_set(&e, BF_E_INPUT, "a\nb\tc\x1b[0m"));
    assert_string_equal(e.text, "a b c [0m");
    assert_int_equal(e.sys, 0);
    bf_err_clear(&e);
    assert_int_equal(e.code, BF_OK);
    assert_string_equal(e.text, "");
}

/* Whatever the length, the text stays terminated and valid UTF-8, and the context is in front. */
static void errors_are_cut(void **state)
{
    (void)state;
    for (int lead = 0; lead < 4; lead++) {
        char text[1200] = "";
        for (int i = 0; i < lead; i++)
            strcat(text, "x");
        for (int i = 0; i < 300; i++)
            strcat(text, "\xe2\x82\xac");
        struct bf_err e = {0};
        (void)bf_err_set(&e, BF_E_INPUT, "%s", text);
        assert_true(strlen(e.text) < sizeof e.text);
        assert_true(strlen(e.text) >= sizeof e.text - 4);
        assert_true(bf_utf8_valid(bf_str_of(e.text), NULL));
        (void)bf_err_ctx(&e, "context");
        assert_memory_equal(e.text, "context: ", 9);
        assert_true(strlen(e.text) >= sizeof e.text - 5);
        assert_true(bf_utf8_valid(bf_str_of(e.text), NULL));
        (void)bf_err_ctx(&e, "%s", text);
        assert_true(strlen(e.text) < sizeof e.text);
        assert_true(bf_utf8_valid(bf_str_of(e.text), NULL));
    }
}

static void errors_have_statuses(void **state)
{
    (void)state;
    assert_int_equal(bf_err_exit(BF_OK), 0);
    assert_int_equal(bf_err_exit(BF_E_USAGE), 2);
    assert_int_equal(bf_err_exit(BF_E_INPUT), 1);
    assert_int_equal(bf_err_exit(BF_E_SERVICE), 1);
    assert_int_equal(bf_err_exit(BF_E_TEMPORARY), 75);
    assert_int_equal(bf_err_exit(BF_E_NETWORK), 75);
    assert_int_equal(bf_err_exit(BF_E_THROTTLED), 75);
    assert_true(bf_err_retryable(BF_E_THROTTLED));
    assert_true(bf_err_retryable(BF_E_NETWORK));
    assert_false(bf_err_retryable(BF_E_DENIED));
}

typedef bool parser(struct bf_str s, uint64_t *out, struct bf_err *e);

static void takes(parser *parse, const char *text, uint64_t want)
{
    struct bf_err e = {0};
    uint64_t got = 0;
    if (!parse(bf_str_of(text), &got, &e))
        fail_msg("'%s': %s", text, e.text);
    if (got != want)
        fail_msg("'%s' is %llu", text, (unsigned long long)got);
}

static void refuses(parser *parse, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bf_err e = {0};
        uint64_t got;
        if (parse(bf_str_of(texts[i]), &got, &e))
            fail_msg("'%s' passed as %llu", texts[i], (unsigned long long)got);
        assert_int_equal(e.code, BF_E_USAGE);
        assert_has(e.text, texts[i]);
    }
}

static void numbers(void **state)
{
    (void)state;
    static const char *const not_u64[] = {
        "", " 1", "1 ", "-1", "+1", "1.0", "0x1", "18446744073709551616", "99999999999999999999"};
    static const char *const not_size[] = {
        "", "k", "1kb", "1.5k", "1 k", "-1", "18446744073709551615k", "1TiBx"};
    static const char *const not_ms[] = {
        "", "s", "1x", "1.s", ".5s", "1.2345s", "-1s", "1 s", "18446744073709551615"};
    static const char *const not_rate[] = {"",
                                           "0",
                                           "0/s",
                                           "1/x",
                                           "k",
                                           "-5",
                                           "5.1234/m",
                                           "0.001/h",
                                           "1//s",
                                           "1/",
                                           "1000.001M/s",
                                           "1m",
                                           "18446744073709551M",
                                           "18446744073709551615",
                                           "60001M/m"};
    takes(bf_num_u64, "0", 0);
    takes(bf_num_u64, "007", 7);
    takes(bf_num_u64, "18446744073709551615", UINT64_MAX);
    refuses(bf_num_u64, not_u64, BF_COUNT(not_u64));
    takes(bf_num_size, "4096", 4096);
    takes(bf_num_size, "64k", 65536);
    takes(bf_num_size, "5MiB", 5 << 20);
    takes(bf_num_size, "5MB", 5000000);
    takes(bf_num_size, "3G", UINT64_C(3) << 30);
    takes(bf_num_size, "1kB", 1000);
    takes(bf_num_size, "0", 0);
    refuses(bf_num_size, not_size, BF_COUNT(not_size));
    takes(bf_num_duration, "15", 15000);
    takes(bf_num_duration, "250ms", 250);
    takes(bf_num_duration, "1.5s", 1500);
    takes(bf_num_duration, "0.001s", 1);
    takes(bf_num_duration, "5m", 300000);
    takes(bf_num_duration, "2h", 7200000);
    takes(bf_num_duration, "1d", 86400000);
    takes(bf_num_duration, "1.5ms", 1);
    refuses(bf_num_duration, not_ms, BF_COUNT(not_ms));
    takes(bf_num_rate, "100", 100000000);
    takes(bf_num_rate, "2.5/s", 2500000);
    takes(bf_num_rate, "6000/m", 100000000);
    takes(bf_num_rate, "1/m", 16667);
    takes(bf_num_rate, "1/h", 278);
    takes(bf_num_rate, "0.1k/h", 27778);
    takes(bf_num_rate, "10k", 10000000000);
    takes(bf_num_rate, "1M/s", 1000000000000);
    takes(bf_num_rate, "1000M/s", BF_NUM_RATE_MAX);
    refuses(bf_num_rate, not_rate, BF_COUNT(not_rate));
}

static void base64_round_trip(void **state)
{
    (void)state;
    struct bf_buf text, back;
    char data[64];
    struct bf_rng r;
    bf_rng_seed(&r, 1);
    bf_buf_init(&text, 1000);
    bf_buf_init(&back, 1000);
    for (size_t n = 0; n <= sizeof data; n++) {
        for (size_t i = 0; i < n; i++)
            data[i] = (char)bf_rng_next(&r);
        bf_buf_reset(&text);
        bf_buf_reset(&back);
        bf_base64_encode(&text, bf_str(data, n));
        assert_int_equal(text.n, (n + 2) / 3 * 4);
        assert_true(bf_base64_decode(&back, bf_buf_view(&text)));
        assert_true(bf_str_eq(bf_buf_view(&back), bf_str(data, n)));
    }
    bf_buf_reset(&text);
    bf_base64_encode(&text, BF_STR("foobar\xff\xfe"));
    assert_str(bf_buf_view(&text), "Zm9vYmFy//4=");
    bf_buf_free(&text);
    bf_buf_free(&back);
}

/* Long enough for whole vectors: the same as in pieces of 3 bytes, and nothing behind what was asked for. */
static void base64_vectors(void **state)
{
    (void)state;
    char data[300];
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)((x = x * 1664525u + 1013904223u) >> 24);
    for (size_t n = 0; n <= sizeof data; n++) {
        char *exact = malloc(n ? n : 1); /* so that a sanitizer sees a read too far */
        struct bf_buf whole, pieces, back;
        bf_buf_init(&whole, (n + 2) / 3 * 4 + 1);
        bf_buf_init(&pieces, (n + 2) / 3 * 4 + 1);
        bf_buf_init(&back, n + 3);
        memcpy(exact, data, n);
        bf_base64_encode(&whole, bf_str(exact, n));
        for (size_t i = 0; i < n; i += 3)
            bf_base64_encode(&pieces, bf_str(exact + i, n - i < 3 ? n - i : 3));
        assert_true(bf_str_eq(bf_buf_view(&whole), bf_buf_view(&pieces)));
        assert_true(bf_base64_decode(&back, bf_buf_view(&whole)));
        assert_true(bf_str_eq(bf_buf_view(&back), bf_str(exact, n)));
        bf_buf_free(&whole);
        bf_buf_free(&pieces);
        bf_buf_free(&back);
        free(exact);
    }
}

/* Every byte at every place of a text of vectors, a tail and no padding. */
static void base64_every_byte(void **state)
{
    (void)state;
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[100];
    struct bf_buf out;
    bf_buf_init(&out, 100);
    memset(text, 'A', sizeof text);
    for (size_t at = 0; at < sizeof text; at++) {
        for (int c = 0; c < 256; c++) {
            text[at] = (char)c;
            bool pad = c == '=' && at == sizeof text - 1; /* "AAA=" is canonical */
            bool ok = (c && strchr(good, c)) || pad;
            bf_buf_reset(&out);
            assert_int_equal(bf_base64_decode(&out, bf_str(text, sizeof text)), ok);
            if (ok && !pad) {
                const char *v = strchr(good, c);
                unsigned b[4] = {0, 0, 0, 0}, three;
                b[at % 4] = (unsigned)(v - good);
                three = b[0] << 18 | b[1] << 12 | b[2] << 6 | b[3];
                const unsigned char *o = (const unsigned char *)out.p + at / 4 * 3;
                assert_int_equal((unsigned)o[0] << 16 | (unsigned)o[1] << 8 | o[2], three);
            }
        }
        text[at] = 'A';
    }
    bf_buf_free(&out);
}

static void base64_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"A",    "AA",    "AAA",      "A===",   "====", "=AAA",
                                      "AA=A", "AB==",  "AAB=",     "AA-A",   "AA_A", "AA A",
                                      "AA\n", "AAAAA", "AA==AAAA", "AAA\xc3"};
    struct bf_buf b;
    bf_buf_init(&b, 100);
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        if (bf_base64_decode(&b, bf_str_of(bad[i])))
            fail_msg("'%s' passed", bad[i]);
        assert_int_equal(b.n, 0);
    }
    assert_true(bf_base64_decode(&b, bf_str(NULL, 0)));
    bf_buf_free(&b);
}

static void percent_and_hex(void **state)
{
    (void)state;
    struct bf_buf b;
    bf_buf_init(&b, 100);
    bf_uri_encode(&b, BF_STR("aZ09-_.~ /%\xc3\xa9\0"), false);
    assert_str(bf_buf_view(&b), "aZ09-_.~%20%2F%25%C3%A9%00");
    bf_buf_reset(&b);
    bf_uri_encode(&b, BF_STR("a/b+c"), true);
    assert_str(bf_buf_view(&b), "a/b%2Bc");
    bf_buf_reset(&b);
    bf_uri_decode(&b, BF_STR("%41%c3%A9%%4%zz%2"));
    assert_str(bf_buf_view(&b), "A\xc3\xa9%%4%zz%2");
    bf_buf_reset(&b);
    bf_hex_encode(&b, "\x00\x9f\xff", 3);
    assert_str(bf_buf_view(&b), "009fff");
    bf_buf_reset(&b);
    assert_true(bf_hex_decode(&b, BF_STR("009FfF")));
    assert_true(bf_str_eq(bf_buf_view(&b), bf_str("\x00\x9f\xff", 3)));
    assert_false(bf_hex_decode(&b, BF_STR("009")));
    assert_false(bf_hex_decode(&b, BF_STR("0g")));
    bf_buf_free(&b);
}

/* Every code point there and back; every surrogate refused; where it is wrong is said. */
static void utf8(void **state)
{
    (void)state;
    char c[4];
    size_t bad = 99;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        size_t n = bf_utf8_put(c, cp);
        bool surrogate = cp >= 0xD800 && cp <= 0xDFFF;
        if (bf_utf8_valid(bf_str(c, n), NULL) == surrogate)
            fail_msg("U+%04X", (unsigned)cp);
        if (n > 1 && bf_utf8_valid(bf_str(c, n - 1), NULL))
            fail_msg("U+%04X cut", (unsigned)cp);
    }
    assert_true(bf_utf8_valid(bf_str(NULL, 0), &bad));
    for (size_t at = 0; at < 40; at++) { /* across the eight bytes that are looked at together */
        char text[40];
        memset(text, 'a', sizeof text);
        text[at] = (char)0xC0;
        assert_false(bf_utf8_valid(bf_str(text, sizeof text), &bad));
        assert_int_equal(bad, at);
    }
}

static int64_t parsed(const char *text)
{
    struct bf_err e = {0};
    int64_t ms = -1;
    if (!bf_clock_parse(bf_str_of(text), &ms, &e))
        fail_msg("'%s': %s", text, e.text);
    return ms;
}

static void times_parse(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-01"), 0);
    assert_int_equal(parsed("2026-11-27T06:30:00Z"), INT64_C(1795761000000));
    assert_int_equal(parsed("2026-11-27T06:30"), INT64_C(1795761000000));
    assert_int_equal(parsed("2026-11-27 06:30:00.1239z"), INT64_C(1795761000123));
    assert_int_equal(parsed("2026-11-27T06:30:00.5"), INT64_C(1795761000500));
    assert_int_equal(parsed("2026-11-27T07:30:00+01:00"), INT64_C(1795761000000));
    assert_int_equal(parsed("2026-11-27T02:00:00-0430"), INT64_C(1795761000000));
    assert_int_equal(parsed("2026-11-27T16:30+10"), INT64_C(1795761000000));
    assert_int_equal(parsed("2024-02-29"), INT64_C(1709164800000));
    assert_int_equal(parsed("@1795761000"), INT64_C(1795761000000));
    assert_int_equal(parsed("@1795761000.25"), INT64_C(1795761000250));
    assert_int_equal(parsed("9999-12-31T23:59:59.999Z"), INT64_C(253402300799999));
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "2026-02-29",
                                      "2026-11-31",
                                      "2026-1-01",
                                      "2026-11-27T",
                                      "2026-11-27T24:00",
                                      "2026-11-27T06:60",
                                      "0000-01-01",
                                      "@",
                                      "2026-11-27T06:30:",
                                      "2026-11-27T06:30:61",
                                      "2026-11-27T06:30:00.",
                                      "@1.",
                                      "@-1",
                                      "2026-11-27T06:30+",
                                      "2026-11-27T06:30+05:",
                                      "2026-11-27T06:30+05:6",
                                      "yesterday",
                                      "2026-11-27Z",
                                      "2026-11-27T06:30Zx",
                                      "@99999999999999999999999",
                                      "@253402300800",
                                      "1900-02-29",
                                      "2026-11-27T06:30+24:00"};
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        struct bf_err e = {0};
        int64_t ms;
        if (bf_clock_parse(bf_str_of(bad[i]), &ms, &e))
            fail_msg("'%s' passed", bad[i]);
        assert_int_equal(e.code, BF_E_USAGE);
    }
}

static void times_round_trip(void **state)
{
    (void)state;
    struct bf_buf b;
    char amz[17];
    bf_buf_init(&b, 100);
    /* a prime number of milliseconds, from year 1 to 9999 */
    for (int64_t ms = INT64_C(-62135596800000); ms < INT64_C(253402300800000);
         ms += INT64_C(31556952017)) {
        struct bf_date d = bf_clock_date(ms);
        assert_int_equal(bf_clock_from_date(d), ms);
        bf_buf_reset(&b);
        bf_clock_iso(&b, ms);
        assert_int_equal(parsed(bf_buf_cstr(&b)), ms);
    }
    bf_buf_reset(&b);
    bf_clock_iso(&b, INT64_C(1795761000120));
    assert_str(bf_buf_view(&b), "2026-11-27T06:30:00.120Z");
    bf_clock_amz(amz, INT64_C(1795761000120));
    assert_string_equal(amz, "20261127T063000Z");
    bf_buf_free(&b);
}

static void http_dates(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_true(bf_clock_parse_http(BF_STR("Fri, 27 Nov 2026 06:30:00 GMT"), &ms));
    assert_int_equal(ms, INT64_C(1795761000000));
    assert_false(bf_clock_parse_http(BF_STR("Fri, 27 Nov 2026 06:30:00 CET"), &ms));
    assert_false(bf_clock_parse_http(BF_STR("Fri, 27 Nob 2026 06:30:00 GMT"), &ms));
    assert_false(bf_clock_parse_http(BF_STR("Fri, 31 Nov 2026 06:30:00 GMT"), &ms));
    assert_false(bf_clock_parse_http(BF_STR("Friday, 27-Nov-26 06:30:00 GMT"), &ms));
    assert_false(bf_clock_parse_http(BF_STR(""), &ms));
}

static void random_numbers(void **state)
{
    (void)state;
    struct bf_rng a, b;
    char one[37], two[37];
    bf_rng_seed(&a, 42);
    bf_rng_seed(&b, 42);
    /* the same on every machine: xoshiro256** behind splitmix64(42) */
    assert_true(bf_rng_next(&a) == UINT64_C(1546998764402558742));
    (void)bf_rng_next(&b);
    uint64_t seen[7] = {0};
    for (int i = 0; i < 7000; i++) {
        uint64_t v = bf_rng_below(&a, 7);
        assert_true(v < 7);
        assert_true(v == bf_rng_below(&b, 7));
        seen[v]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(seen[i], 800, 1200);
    assert_int_equal(bf_rng_below(&a, 1), 0);
    bf_rng_uuid(&a, one);
    bf_rng_uuid(&a, two);
    assert_int_equal(strlen(one), 36);
    assert_true(one[8] == '-' && one[13] == '-' && one[18] == '-' && one[23] == '-');
    assert_int_equal(one[14], '4');
    assert_non_null(strchr("89ab", one[19]));
    assert_string_not_equal(one, two);
    assert_true(bf_rng_entropy() != bf_rng_entropy());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_compose),       cmocka_unit_test(errors_are_cut),
        cmocka_unit_test(errors_have_statuses), cmocka_unit_test(numbers),
        cmocka_unit_test(base64_round_trip),    cmocka_unit_test(base64_vectors),
        cmocka_unit_test(base64_every_byte),    cmocka_unit_test(base64_refuses),
        cmocka_unit_test(percent_and_hex),      cmocka_unit_test(utf8),
        cmocka_unit_test(times_parse),          cmocka_unit_test(times_round_trip),
        cmocka_unit_test(http_dates),           cmocka_unit_test(random_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
