/* Waits grow twofold from try to try, end at 20 s, and are drawn from the whole of what they may be. */
#include "tests/unit/unit.h"

#include "lib/base/backoff.h"

static void limits(void **state)
{
    (void)state;
    static const uint64_t want[] = {50,   100,  200,   400,   800,   1600,
                                    3200, 6400, 12800, 20000, 20000, 20000};
    for (unsigned i = 0; i < BF_COUNT(want); i++)
        assert_int_equal(bf_backoff_limit(50, i + 1, BF_BACKOFF_MOST_MS), want[i]);
    assert_int_equal(bf_backoff_limit(50, 0, 20000), 50);
    assert_int_equal(bf_backoff_limit(50, UINT32_MAX, 20000), 20000);
    assert_int_equal(bf_backoff_limit(1, UINT32_MAX, UINT64_MAX), UINT64_MAX);
    assert_int_equal(bf_backoff_limit(0, UINT32_MAX, 20000), 0);
    assert_int_equal(bf_backoff_limit(30000, 1, 20000), 20000);
}

static void full_jitter(void **state)
{
    (void)state;
    struct bf_rng rng;
    int64_t least = INT64_MAX, most = 0;
    bf_rng_seed(&rng, 1);
    for (int i = 0; i < 10000; i++) {
        int64_t ms = bf_backoff_ms(50, 3, &rng);
        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    assert_int_equal(least, 1);
    assert_int_equal(most, 200);
    assert_int_equal(bf_backoff_ms(0, 3, &rng), 1);
    for (int i = 0; i < 10000; i++)
        assert_in_range(bf_backoff_ms(1000, UINT32_MAX, &rng), 1, BF_BACKOFF_MOST_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(limits), cmocka_unit_test(full_jitter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
