/* Exact decimals: known cases, limits, and the laws of arithmetic on random numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "lib/base/rng.h"
#include "lib/ddb/decimal.h"

static struct bf_decimal dec(const char *text)
{
    struct bf_decimal d;
    struct bf_err e = {0};
    if (!bf_decimal_parse(bf_str_of(text), &d, &e))
        fail_msg("%s: %s", text, e.text);
    return d;
}

static void assert_decimal(const struct bf_decimal *d, const char *want)
{
    struct bf_buf b;
    bf_buf_init(&b, 1024);
    bf_decimal_put(&b, d);
    assert_string_equal(bf_buf_cstr(&b), want);
    bf_buf_free(&b);
}

static void test_print(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"00042", "42"},
        {"1.50", "1.5"},
        {"1.5E2", "150"},
        {"1E-3", "0.001"},
        {"-12.5", "-12.5"},
        {"1200", "1200"},
        {"0.10", "0.1"},
        {"10.01", "10.01"},
        {"-0.007", "-0.007"},
        {".5", "0.5"},
        {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_decimal d = dec(cases[i][0]);
        assert_decimal(&d, cases[i][1]);
    }
}

static void test_arithmetic(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *sum, *difference, *product;
    } cases[] = {
        {"0", "0", "0", "0", "0"},
        {"1", "-1", "0", "2", "-1"},
        {"0.1", "0.2", "0.3", "-0.1", "0.02"},
        {"999.99", "0.01", "1000", "999.98", "9.9999"},
        {"-5", "3", "-2", "-8", "-15"},
        {"100", "0.001", "100.001", "99.999", "0.1"},
        {"99999999999999999999999999999999999999", "1", "100000000000000000000000000000000000000",
         "99999999999999999999999999999999999998", "99999999999999999999999999999999999999"},
        {"12345678901234567890", "98765432109876543210", "111111111011111111100",
         "-86419753208641975320", "1219326311370217952237463801111263526900"},
    };
    struct bf_err e = {0};
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_decimal a = dec(cases[i].a), b = dec(cases[i].b), r;
        assert_true(bf_decimal_add(&a, &b, &r, &e));
        assert_decimal(&r, cases[i].sum);
        assert_true(bf_decimal_sub(&a, &b, &r, &e));
        assert_decimal(&r, cases[i].difference);
        assert_true(bf_decimal_mul(&a, &b, &r, &e));
        assert_decimal(&r, cases[i].product);
    }
}

static void test_compare(void **state)
{
    (void)state;
    static const char *const ascending[] = {"-1E20", "-10.5", "-10", "-0.1", "0",  "1E-130",
                                            "0.1",   "0.11",  "1",   "9",    "10", "1E125"};
    for (size_t i = 0; i < BF_COUNT(ascending); i++)
        for (size_t j = 0; j < BF_COUNT(ascending); j++) {
            struct bf_decimal a = dec(ascending[i]), b = dec(ascending[j]);
            int c = bf_decimal_cmp(&a, &b);
            assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
        }
}

static void test_limits(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_decimal d, big = dec("1E125"), small = dec("1E-130");
    assert_false(bf_decimal_parse(BF_STR("1x"), &d, &e));
    assert_int_equal(e.code, BF_E_INPUT);
    assert_false(bf_decimal_add(&big, &small, &d, &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    struct bf_decimal wide = dec("12345678901234567890123456789012345678");
    assert_true(bf_decimal_mul(&wide, &wide, &d, &e));
    assert_false(bf_decimal_mul(&d, &wide, &d, &e));
    assert_int_equal(e.code, BF_E_LIMIT);
}

/* Every result can be read again; a result that cannot be written exactly is refused. */
static void test_results(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf text;
    struct bf_decimal wide = dec("12345678901234567890123456789012345678"), d, again;
    struct bf_decimal big = dec("-1E125"),
                      small = dec("99999999999999999999999999999999999999E-160");
    bf_buf_init(&text, BF_DECIMAL_TEXT);
    assert_true(bf_decimal_mul(&wide, &wide, &d, &e));
    bf_decimal_put(&text, &d);
    assert_false(bf_decimal_parse(bf_buf_view(&text), &again, &e));
    assert_true(bf_decimal_parse_long(bf_buf_view(&text), &again, &e));
    assert_int_equal(bf_decimal_cmp(&d, &again), 0);
    assert_false(bf_decimal_parse_long(BF_STR("1x"), &again, &e));
    assert_int_equal(e.code, BF_E_INPUT);
    assert_false(bf_decimal_parse_long(BF_STR("1E401"), &again, &e));
    assert_false(bf_decimal_parse_long(BF_STR("1E-999999999"), &again, &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    const struct bf_decimal *factor[] = {&big, &small};
    for (size_t i = 0; i < BF_COUNT(factor); i++) {
        int n = 1;
        for (d = *factor[i]; bf_decimal_mul(&d, factor[i], &d, &e); n++) {
            bf_buf_reset(&text);
            bf_decimal_put(&text, &d);
            assert_true(bf_buf_ok(&text) && bf_decimal_parse_long(bf_buf_view(&text), &again, &e));
            assert_int_equal(bf_decimal_cmp(&d, &again), 0);
        }
        assert_int_equal(e.code, BF_E_LIMIT);
        assert_int_equal(n, i ? 2 : 3); /* the limit is the digits, or the power of ten */
    }
    bf_buf_free(&text);
}

/* (a + b) - b is a, a * b is b * a, and small numbers agree with integers. */
static void test_laws(void **state)
{
    (void)state;
    struct bf_rng rng;
    struct bf_err e = {0};
    bf_rng_seed(&rng, 7);
    for (int i = 0; i < 20000; i++) {
        int64_t x = (int64_t)bf_rng_below(&rng, 2000000) - 1000000;
        int64_t y = (int64_t)bf_rng_below(&rng, 2000000) - 1000000;
        char xs[40], ys[40], want[40];
        snprintf(xs, sizeof xs, "%lldE-2", (long long)x);
        snprintf(ys, sizeof ys, "%lldE-2", (long long)y);
        struct bf_decimal a = dec(xs), b = dec(ys), sum, back, ab, ba;
        assert_true(bf_decimal_add(&a, &b, &sum, &e) && bf_decimal_sub(&sum, &b, &back, &e));
        assert_int_equal(bf_decimal_cmp(&a, &back), 0);
        assert_true(bf_decimal_mul(&a, &b, &ab, &e) && bf_decimal_mul(&b, &a, &ba, &e));
        assert_int_equal(bf_decimal_cmp(&ab, &ba), 0);
        snprintf(want, sizeof want, "%lldE-4", (long long)(x * y));
        struct bf_decimal product = dec(want);
        assert_int_equal(bf_decimal_cmp(&ab, &product), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print),   cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_compare), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_laws),    cmocka_unit_test(test_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
