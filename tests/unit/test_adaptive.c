/* AWS_RETRY_MODE=adaptive: the rate falls where a service throttles, and comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/aws/http/adaptive.h"

static const uint64_t second = 1000000;

static void nothing_is_held_back_at_first(void **unused)
{
    (void)unused;
    struct bf_adaptive a = {0};
    for (uint64_t t = second; t < 20 * second; t += second / 100) {
        assert_int_equal(bf_adaptive_wait_us(&a, t), 0);
        bf_adaptive_answer(&a, t, false);
    }
}

/* 100 a second, then one refusal: 70 a second go out, then more. */
static void a_refusal_slows_down(void **unused)
{
    (void)unused;
    struct bf_adaptive a = {0};
    uint64_t t = 10 * second;
    for (; t < 20 * second; t += second / 100) {
        assert_int_equal(bf_adaptive_wait_us(&a, t), 0);
        bf_adaptive_answer(&a, t, false);
    }
    bf_adaptive_answer(&a, t, true);
    assert_true(a.rate > 65 && a.rate < 75);
    uint64_t wait = 0;
    for (int i = 0; i < 70; i++)
        wait = bf_adaptive_wait_us(&a, t);
    assert_true(wait > second * 9 / 10 && wait < second * 11 / 10);
}

/* The curve of the SDK's own tests: cubic, through the rate of the refusal. */
static void the_rate_comes_back(void **unused)
{
    (void)unused;
    struct bf_adaptive a = {.limits = true,
                            .measured = 1000,
                            .last_max = 10,
                            .throttled_s = 5,
                            .rate = 7,
                            .bucket_s = 1000};
    /* botocore, test_cubic_calculator: seconds after the refusal and the rate */
    static const struct {
        double s, rate;
    } expected[] = {{0, 7.0},
                    {1, 9.64893600966},
                    {2, 10.000030849917364},
                    {3, 10.453284520772092},
                    {4, 13.408697022224185},
                    {5, 21.26626835427364},
                    {6, 36.425998516920465}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        bf_adaptive_answer(&a, (uint64_t)((5 + expected[i].s) * 1e6), false);
        assert_true(a.rate > expected[i].rate - 1e-3 && a.rate < expected[i].rate + 1e-3);
    }
}

static void never_slower_than_one_in_two_seconds(void **unused)
{
    (void)unused;
    struct bf_adaptive a = {0};
    uint64_t t = second;
    for (int i = 0; i < 100; i++, t += second)
        bf_adaptive_answer(&a, t, true);
    assert_true(a.rate >= 0.5);
    (void)bf_adaptive_wait_us(&a, t);
    assert_true(bf_adaptive_wait_us(&a, t) <= 4 * second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_held_back_at_first),
        cmocka_unit_test(a_refusal_slows_down),
        cmocka_unit_test(the_rate_comes_back),
        cmocka_unit_test(never_slower_than_one_in_two_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
