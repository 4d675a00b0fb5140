/* Credentials over time: when they are renewed, which are used meanwhile, and that there is only
 * one search at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/aws/credentials/keeper.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

/* Returns the credentials of the test; blocks a search while `held` is set. */
struct source {
    pthread_mutex_t lock;
    pthread_cond_t free;
    bool held, fails, same, fixed, asked;
    int searches, running;
    int64_t expires_ms, seen_ms;
    char notes[4096], details[512], warned[512];
    int warnings;
};

static bool find(void *arg, bool may_ask, const atomic_bool *quit, const struct bf_cred_told *told,
                 struct bf_credentials *out, struct bf_err *e)
{
    struct source *s = arg;
    char key[16];
    pthread_mutex_lock(&s->lock);
    assert_int_equal(s->running, 0);
    s->running++;
    s->searches++;
    s->asked = may_ask;
    while (s->held && !atomic_load(quit)) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 5 * 1000 * 1000;
        if (until.tv_nsec >= 1000000000)
            until.tv_sec++, until.tv_nsec -= 1000000000;
        pthread_cond_timedwait(&s->free, &s->lock, &until);
    }
    told->detail(told->arg, "credentials: not from x: y");
    told->warn(told->arg, "credentials: others can read z");
    bool ok = !s->fails;
    if (ok) {
        snprintf(key, sizeof key, "K%d", s->same ? 1 : s->searches);
        *out = (struct bf_credentials){.access_key = bf_str_dup(bf_str_of(key)),
                                       .secret_key = bf_str_dup(BF_STR("hush")),
                                       .expires_ms = s->expires_ms,
                                       .seen_ms = s->seen_ms,
                                       .source = "a test",
                                       .fixed = s->fixed};
    } else
        bf_err_set(e, BF_E_NETWORK, "no way");
    s->running--;
    pthread_mutex_unlock(&s->lock);
    return ok;
}

static void on_note(void *arg, const char *text)
{
    struct source *s = arg;
    size_t n = strlen(s->notes);
    snprintf(s->notes + n, sizeof s->notes - n, "%s\n", text);
}

static void on_detail(void *arg, const char *text)
{
    struct source *s = arg;
    snprintf(s->details, sizeof s->details, "%s", text);
}

static void on_warning(void *arg, const char *text)
{
    struct source *s = arg;
    snprintf(s->warned, sizeof s->warned, "%s", text);
    s->warnings++;
}

static struct bf_keeper *keep(struct source *s)
{
    struct bf_err e = {0};
    struct bf_keeper_finder f = {find, s, on_note, on_detail, on_warning, s};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->free, NULL);
    struct bf_keeper *k = bf_keeper_new(&f, &e);
    assert_non_null(k);
    return k;
}

static void set(struct source *s, bool *what, bool to)
{
    pthread_mutex_lock(&s->lock);
    *what = to;
    pthread_cond_signal(&s->free);
    pthread_mutex_unlock(&s->lock);
}

static int searches(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    int n = s->searches;
    pthread_mutex_unlock(&s->lock);
    return n;
}

static const char *key_at(struct bf_keeper *k, int64_t now)
{
    uint64_t generation;
    struct bf_err e = {0};
    const struct bf_credentials *c = bf_keeper_get(k, now, &generation, &e);
    return c ? c->access_key : "";
}

/* Waits until the keeper returns this key, because the thread needs a moment. */
static void soon(struct bf_keeper *k, int64_t now, const char *key)
{
    for (int i = 0; i < 20000 && strcmp(key_at(k, now), key) != 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_string_equal(key_at(k, now), key);
}

static void is_found_once(void **unused)
{
    (void)unused;
    struct source s = {0};
    struct bf_keeper *k = keep(&s);
    for (int64_t t = 0; t < 100; t++)
        assert_string_equal(key_at(k, t * HOUR), "K1"); /* they have no expiry */
    assert_int_equal(s.searches, 1);
    assert_true(s.asked);
    assert_string_equal(s.notes, "credentials: from a test\n");
    assert_string_equal(s.details, "credentials: not from x: y");
    assert_string_equal(s.warned, "credentials: others can read z");
    bf_keeper_destroy(k);
}

static void is_renewed_before_its_end(void **unused)
{
    (void)unused;
    struct source s = {.expires_ms = HOUR};
    struct bf_keeper *k = keep(&s);
    assert_string_equal(key_at(k, 0), "K1");
    assert_string_equal(key_at(k, 45 * MINUTE - 1), "K1");
    assert_int_equal(s.searches, 1);
    assert_non_null(strstr(s.notes, "until 1970-01-01T01:00:00Z"));
    /* during a slow search, any number of requests use the old credentials, and only one search
     * runs */
    s.held = true;
    s.expires_ms = 2 * HOUR;
    for (int i = 0; i < 1000; i++)
        assert_string_equal(key_at(k, 45 * MINUTE + i), "K1");
    set(&s, &s.held, false);
    soon(k, 46 * MINUTE, "K2");
    assert_int_equal(s.searches, 2);
    assert_false(s.asked); /* a thread never asks the user for a code */
    assert_int_equal(s.warnings, 1);
    bf_keeper_destroy(k);
}

/* Credentials of short validity are renewed in their last third. */
static void short_lives(void **unused)
{
    (void)unused;
    struct source s = {.expires_ms = 15 * MINUTE};
    struct bf_keeper *k = keep(&s);
    assert_string_equal(key_at(k, 0), "K1");
    assert_string_equal(key_at(k, 10 * MINUTE - 1), "K1");
    assert_int_equal(searches(&s), 1);
    s.expires_ms = 30 * MINUTE;
    soon(k, 10 * MINUTE, "K2");
    bf_keeper_destroy(k);
}

/* The clock here is two hours ahead: new keys seem to have expired, and the service's time of them shows why. */
static void a_clock_that_is_ahead(void **unused)
{
    (void)unused;
    struct source s = {.expires_ms = 160 * MINUTE, .seen_ms = 100 * MINUTE};
    struct bf_keeper *k = keep(&s);
    assert_string_equal(key_at(k, 220 * MINUTE), "");
    assert_int_equal(bf_keeper_seen_ms(k, 220 * MINUTE), 100 * MINUTE);
    assert_int_equal(bf_keeper_seen_ms(k, 221 * MINUTE), 0);
    assert_string_equal(key_at(k, 100 * MINUTE), "K1");
    assert_string_equal(key_at(k, 144 * MINUTE), "K1");
    assert_int_equal(searches(&s), 1);
    s.expires_ms = 240 * MINUTE;
    soon(k, 146 * MINUTE, "K2");
    bf_keeper_destroy(k);
}

static void failing(void **unused)
{
    (void)unused;
    struct source s = {.expires_ms = HOUR};
    struct bf_keeper *k = keep(&s);
    struct bf_err e = {0};
    uint64_t generation;
    assert_string_equal(key_at(k, 0), "K1");
    s.fails = true;
    int64_t t = 46 * MINUTE;
    for (; searches(&s) < 2; t++)
        assert_string_equal(key_at(k, t), "K1");
    while (!strstr(s.notes, "renewing failed: no way"))
        assert_string_equal(key_at(k, t), "K1");
    /* no further attempt within a minute */
    for (int64_t i = 0; i < MINUTE; i += 100)
        assert_string_equal(key_at(k, t + i), "K1");
    assert_int_equal(searches(&s), 2);
    assert_string_equal(key_at(k, t + MINUTE + 1), "K1");
    /* they are used until they expire; then requests wait for the search, which runs at most
     * once a second */
    assert_string_equal(key_at(k, HOUR - 1), "K1");
    assert_null(bf_keeper_get(k, HOUR + 1000, &generation, &e));
    assert_int_equal(e.code, BF_E_NETWORK);
    assert_string_equal(e.text, "the credentials have expired: no way");
    int n = searches(&s);
    for (int i = 0; i < 100; i++)
        assert_null(bf_keeper_get(k, HOUR + 1100 + i, &generation, &e));
    assert_int_equal(searches(&s), n);
    s.fails = false;
    s.expires_ms = 3 * HOUR;
    char next[16]; /* the number of failed searches depends on the order of the threads */
    snprintf(next, sizeof next, "K%d", searches(&s) + 1);
    assert_string_equal(key_at(k, HOUR + 3000), next);
    bf_keeper_destroy(k);
}

static void refusals(void **unused)
{
    (void)unused;
    struct source s = {0};
    struct bf_keeper *k = keep(&s);
    struct bf_err e = {0};
    uint64_t first, now;
    assert_non_null(bf_keeper_get(k, HOUR, &first, &e));
    int64_t t = HOUR + 5000;
    for (int i = 0; i < 8; i++) /* eight requests were in flight */
        assert_true(bf_keeper_refused(k, first, t, &e));
    assert_int_equal(s.searches, 2);
    assert_string_equal(bf_keeper_get(k, t, &now, &e)->access_key, "K2");
    assert_int_equal(now, first + 1);
    s.same = true; /* from a file that was not renewed */
    assert_true(bf_keeper_refused(k, now, t + 5000, &e));
    assert_non_null(bf_keeper_get(k, t + 5000, &now, &e));
    assert_false(bf_keeper_refused(k, now, t + 10000, &e));
    assert_int_equal(e.code, BF_E_EXPIRED);
    s.fails = true;
    assert_false(bf_keeper_refused(k, now, t + 15000, &e));
    assert_string_equal(e.text, "no way");
    bf_keeper_destroy(k);
}

/* Those that a service refuses right after they were found are replaced as well: a program's cache may have been old.
 * Not more than once a second, whatever is refused. */
static void refused_at_once(void **unused)
{
    (void)unused;
    struct source s = {0};
    struct bf_keeper *k = keep(&s);
    struct bf_err e = {0};
    uint64_t first, now;
    assert_non_null(bf_keeper_get(k, HOUR, &first, &e));
    assert_true(bf_keeper_refused(k, first, HOUR + 10, &e));
    assert_string_equal(bf_keeper_get(k, HOUR + 10, &now, &e)->access_key, "K2");
    assert_false(bf_keeper_refused(k, now, HOUR + 20, &e));
    assert_int_equal(s.searches, 2);
    assert_true(bf_keeper_refused(k, now, HOUR + 1010, &e));
    assert_int_equal(s.searches, 3);
    bf_keeper_destroy(k);
}

static void fixed_ones(void **unused)
{
    (void)unused;
    struct source s = {.fixed = true};
    struct bf_keeper *k = keep(&s);
    struct bf_err e = {0};
    uint64_t generation;
    assert_non_null(bf_keeper_get(k, 0, &generation, &e));
    assert_false(bf_keeper_refused(k, generation, HOUR, &e));
    assert_int_equal(e.code, BF_E_DENIED);
    assert_int_equal(s.searches, 1);
    bf_keeper_destroy(k);
}

/* The end of the program does not wait for a search that hangs. */
static void ends_while_searching(void **unused)
{
    (void)unused;
    struct source s = {.expires_ms = HOUR};
    struct bf_keeper *k = keep(&s);
    assert_string_equal(key_at(k, 0), "K1");
    s.held = true;
    while (searches(&s) < 2)
        assert_string_equal(key_at(k, 50 * MINUTE), "K1");
    bf_keeper_destroy(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_found_once),
        cmocka_unit_test(is_renewed_before_its_end),
        cmocka_unit_test(short_lives),
        cmocka_unit_test(a_clock_that_is_ahead),
        cmocka_unit_test(failing),
        cmocka_unit_test(refusals),
        cmocka_unit_test(refused_at_once),
        cmocka_unit_test(fixed_ones),
        cmocka_unit_test(ends_while_searching),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
