/* Waiting on a condition variable: a signal or the time ends it, for any fraction of a second. */
#include "lib/base/clock.h"
#include "lib/base/wait.h"
#include "tests/unit/unit.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond;
static bool there;

static void *give_signal(void *arg)
{
    pthread_mutex_lock(&mutex);
    there = true;
    pthread_cond_signal(&cond);
    pthread_mutex_unlock(&mutex);
    return arg;
}

static void test_time(void **state)
{
    (void)state;
    pthread_mutex_lock(&mutex);
    assert_false(bf_wait_ms(&cond, &mutex, 0));
    assert_false(bf_wait_ms(&cond, &mutex, -5));
    for (int i = 0; i < 12; i++) { /* over the end of a second too */
        int64_t until = bf_clock_mono_ms() + 100;
        while (bf_wait_ms(&cond, &mutex, until - bf_clock_mono_ms()))
            ;
        assert_true(bf_clock_mono_ms() >= until - 1);
    }
    pthread_mutex_unlock(&mutex);
}

static void test_signal(void **state)
{
    (void)state;
    pthread_t thread;
    pthread_mutex_lock(&mutex);
    assert_int_equal(pthread_create(&thread, NULL, give_signal, NULL), 0);
    while (!there)
        assert_true(bf_wait_ms(&cond, &mutex, 60000));
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_signal),
    };
    bf_wait_init(&cond);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
