/* bf_str_same_secret: the result, and that the number of instructions is the same wherever a guess is wrong: a child is run
 * step by step. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/str.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static void verdicts(void **state)
{
    (void)state;
    struct bf_str secret = BF_STR(SECRET);
    char guess[] = SECRET;
    assert_true(bf_str_same_secret(secret, secret));
    assert_true(bf_str_same_secret(bf_str("", 0), bf_str("", 0)));
    assert_false(bf_str_same_secret(bf_str("", 0), secret));
    assert_false(bf_str_same_secret(secret, bf_str("", 0)));
    assert_false(bf_str_same_secret(BF_STR(SECRET SECRET), secret));
    assert_false(
        bf_str_same_secret(BF_STR("0123456789abcdef"), secret)); /* it repeats to the secret */
    for (size_t i = 0; i < secret.n; i++) {
        guess[i] ^= 0x40;
        assert_false(bf_str_same_secret(bf_str(guess, secret.n), secret));
        guess[i] ^= 0x40;
    }
}

/* What it should not be like. */
static bool early_end(struct bf_str a, struct bf_str b)
{
    for (volatile size_t i = 0; i < a.n; i++)
        if (a.p[i] != b.p[i])
            return false;
    return true;
}

/* The instructions of a comparison; 0: this cannot be counted here. */
static unsigned long steps(bool (*same)(struct bf_str, struct bf_str), const char *guess)
{
    int status = 0;
    unsigned long n = 0;
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(99);
        raise(SIGSTOP);
        _exit(same(bf_str(guess, sizeof SECRET - 1), BF_STR(SECRET)));
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        return 0;
    while (n < 1000000 && ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == 0 &&
           waitpid(child, &status, 0) == child && WIFSTOPPED(status))
        n++;
    if (!WIFEXITED(status)) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        return 0;
    }
    return n;
}

static unsigned long steps_wrong_at(bool (*same)(struct bf_str, struct bf_str), size_t at)
{
    char guess[] = SECRET;
    guess[at] ^= 0x40;
    return steps(same, guess);
}

static void constant_time(void **state)
{
    (void)state;
    const char *preload = getenv("LD_PRELOAD");
    unsigned long first = steps_wrong_at(bf_str_same_secret, 0);
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    first = 0;
#endif
    if (!first || (preload && strstr(preload, "valgrind")))
        skip(); /* no tracing here, or another machine's instructions would be counted */
    assert_int_not_equal(steps_wrong_at(early_end, 0), steps_wrong_at(early_end, 31));
    for (size_t at = 1; at < sizeof SECRET - 1; at++)
        assert_int_equal(steps_wrong_at(bf_str_same_secret, at), first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(constant_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
