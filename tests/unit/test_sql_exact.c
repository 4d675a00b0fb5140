/* Exact numbers in SQLite: sums beyond 64 bits and beyond nine decimals, and bytes that sort as numbers do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/sql/exact.h"

/* The sum of the texts, with the signs, on top of `before`. */
static void is_sum(const char *before, const char *const *texts, const int *signs, const char *want)
{
    struct bf_exact_sum sum = {0};
    struct bf_err e = {0};
    struct bf_buf out;
    bf_buf_init(&out, 4096);
    for (size_t i = 0; texts[i]; i++)
        assert_true(bf_exact_add(&sum, bf_str_of(texts[i]), signs[i], &e));
    assert_true(bf_exact_put(&sum, bf_str_of(before), &out, &e));
    assert_string_equal(bf_buf_cstr(&out), want);
    bf_buf_free(&out);
}

static void sums(void **state)
{
    (void)state;
    const int plus[] = {1, 1, 1}, mixed[] = {1, -1, 1};
    is_sum("", (const char *[]){"0.1", "0.2", NULL}, plus, "0.3");
    is_sum("", (const char *[]){NULL}, plus, "0");
    is_sum("5", (const char *[]){"-5", NULL}, plus, "0");
    is_sum("-0.000000001", (const char *[]){"0.000000001", "0.000000001", NULL}, plus,
           "0.000000001");
    is_sum("",
           (const char *[]){"999999999999999999", "999999999999999999", "999999999999999999", NULL},
           plus, "2999999999999999997");
    is_sum("", (const char *[]){"1E2", "0.00000000001", "-1", NULL}, plus, "99.00000000001");
    is_sum("", (const char *[]){"12345678901234567890.5", "12345678901234567890.25", "1", NULL},
           mixed, "1.25");
    is_sum("99999999999999999999999999999999999999", (const char *[]){"1", NULL}, plus,
           "100000000000000000000000000000000000000");
    is_sum("", (const char *[]){"-999999999.999999999", "-0.000000001", NULL}, plus, "-1000000000");
}

static void order(void **state)
{
    (void)state;
    static const char *const rising[] = {
        "-1E125", "-100",   "-99.5", "-10",  "-9.99", "-1.01", "-1",   "-0.5",   "-0.05", "-1E-130",
        "0",      "1E-130", "0.049", "0.05", "0.1",   "0.5",   "0.51", "1",      "1.001", "1.01",
        "9",      "10",     "10.5",  "99",   "100",   "101",   "1000", "123456", "1E38",  "1E125"};
    struct bf_buf a, b;
    struct bf_err e = {0};
    bf_buf_init(&a, 4096);
    bf_buf_init(&b, 4096);
    for (size_t i = 0; i < BF_COUNT(rising); i++)
        for (size_t k = 0; k < BF_COUNT(rising); k++) {
            bf_buf_reset(&a);
            bf_buf_reset(&b);
            assert_true(bf_exact_order(bf_str_of(rising[i]), &a, &e));
            assert_true(bf_exact_order(bf_str_of(rising[k]), &b, &e));
            int c = bf_str_cmp(bf_buf_view(&a), bf_buf_view(&b));
            assert_true(i < k ? c < 0 : i > k ? c > 0 : c == 0);
        }
    bf_buf_reset(&b);
    bf_exact_order_text(BF_STR(""), &b);
    assert_true(bf_str_cmp(bf_buf_view(&a), bf_buf_view(&b)) < 0); /* numbers before texts */
    bf_buf_reset(&a);
    bf_buf_reset(&b);
    assert_true(bf_exact_order(BF_STR("1.50"), &a, &e));
    assert_true(bf_exact_order(BF_STR("15E-1"), &b, &e));
    assert_true(bf_str_eq(bf_buf_view(&a), bf_buf_view(&b)));
    assert_false(bf_exact_order(BF_STR("x"), &a, &e));
    bf_buf_free(&a);
    bf_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums), cmocka_unit_test(order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
