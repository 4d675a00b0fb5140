/* Buffers, arenas and maps, with each of their allocations failing in turn. */
#include <stdio.h>

#include "tests/unit/fail.h"
#include "tests/unit/unit.h"

#include "lib/base/arena.h"
#include "lib/base/map.h"
#include "lib/base/rng.h"
#include "lib/json/write.h"

static void arena_aligns_and_limits(void **state)
{
    (void)state;
    struct bf_arena a;
    bf_arena_init(&a, 100000);
    for (size_t n = 0; n < 200; n++) {
        char *p = bf_arena_alloc(&a, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        memset(p, 1, n);
    }
    assert_null(bf_arena_alloc(&a, 100001));
    assert_null(bf_arena_alloc(&a, SIZE_MAX));
    assert_null(bf_arena_alloc(&a, SIZE_MAX - 8));
    size_t total = 0;
    while (bf_arena_alloc(&a, 1000))
        total += 1000;
    assert_true(total < 100000);
    assert_true(a.used <= a.max);
    bf_arena_free(&a);
    assert_int_equal(a.used, 0);
}

/* The capacity of an arena does not depend on its contents before the reset. */
static void arena_resets(void **state)
{
    (void)state;
    struct bf_arena a;
    struct bf_str copy;
    bf_arena_init(&a, 1 << 20);
    assert_non_null(bf_arena_alloc(&a, 600000));
    bf_arena_reset(&a);
    assert_non_null(bf_arena_alloc(&a, 700000));
    bf_arena_reset(&a);
    bf_arena_reset(&a);
    fail_alloc_seen = 0;
    for (int i = 0; i < 100; i++) {
        assert_non_null(bf_arena_alloc(&a, 300000));
        assert_non_null(bf_arena_alloc(&a, 300000));
        bf_arena_reset(&a);
    }
    assert_int_equal(fail_alloc_seen, 0); /* a loop over records allocates nothing */
    assert_true(bf_arena_copy(&a, BF_STR("a\0b"), &copy));
    assert_str(copy, "a\0b");
    assert_int_equal(copy.p[3], '\0');
    assert_true(bf_arena_copy(&a, bf_str(NULL, 0), &copy));
    assert_str(copy, "");
    bf_arena_free(&a);
    bf_arena_reset(&a);
    bf_arena_free(&a);
}

static struct bf_str number_key(char text[32], unsigned i)
{
    return bf_str(text, (size_t)snprintf(text, 32, "key-%u", i));
}

static void map_puts_gets_removes(void **state)
{
    (void)state;
    struct bf_map m;
    char text[32];
    bool added;
    bf_map_init(&m, 100000);
    assert_null(bf_map_get(&m, BF_STR("a")));
    assert_false(bf_map_remove(&m, BF_STR("a")));
    for (unsigned i = 0; i < 5000; i++) {
        uint64_t *v = bf_map_put(&m, number_key(text, i), &added);
        assert_non_null(v);
        assert_true(added);
        assert_int_equal(*v, 0);
        *v = i;
    }
    for (unsigned i = 0; i < 5000; i += 3)
        assert_true(bf_map_remove(&m, number_key(text, i)));
    assert_false(bf_map_remove(&m, number_key(text, 3)));
    for (unsigned i = 0; i < 5000; i++) {
        uint64_t *v = bf_map_get(&m, number_key(text, i));
        if (i % 3 == 0)
            assert_null(v);
        else
            assert_int_equal(*v, i);
    }
    *bf_map_put(&m, number_key(text, 1), &added) = 7;
    assert_false(added);
    assert_int_equal(*bf_map_get(&m, number_key(text, 1)), 7);
    /* in the order of insertion, without removed keys */
    size_t at = 0;
    unsigned next = 0;
    struct bf_map_entry *en;
    while ((en = bf_map_next(&m, &at))) {
        next += next % 3 == 0;
        assert_true(bf_str_eq(en->key, number_key(text, next)));
        next++;
    }
    assert_int_equal(m.live, 5000 - 1667);
    bf_map_clear(&m);
    assert_null(bf_map_get(&m, number_key(text, 1)));
    assert_non_null(bf_map_put(&m, bf_str(NULL, 0), &added));
    assert_non_null(bf_map_get(&m, BF_STR("")));
    bf_map_free(&m);
}

/* A moving window of keys: memory stays proportional to the window. */
static void map_churns(void **state)
{
    (void)state;
    struct bf_map m;
    char text[32];
    bf_map_init(&m, 64);
    for (unsigned i = 0; i < 20000; i++) {
        assert_non_null(bf_map_put(&m, number_key(text, i), NULL));
        if (i >= 63)
            assert_true(bf_map_remove(&m, number_key(text, i - 63)));
    }
    assert_int_equal(m.live, 63);
    assert_true(m.cap <= 256);
    assert_non_null(bf_map_put(&m, BF_STR("x"), NULL));
    assert_null(bf_map_put(&m, BF_STR("y"), NULL)); /* full */
    assert_non_null(bf_map_put(&m, BF_STR("x"), NULL));
    bf_map_free(&m);
}

/* ---- each allocation fails in turn ---- */

/* Runs a scenario with its n-th allocation and all later ones failing, until no allocation
 * fails. The scenario returns whether it succeeded. */
static void fail_each(bool (*scenario)(void))
{
    long n = 0;
    for (bool done = false; !done; n++) {
        assert_true(n < 10000);
        fail_alloc_in = n;
        done = scenario();
        fail_alloc_in = -1;
    }
    assert_true(n > 1); /* at least one allocation could fail */
}

static bool map_scenario(void)
{
    struct bf_map m;
    char text[32];
    bool all = true;
    unsigned put = 0;
    bf_map_init(&m, 1000);
    for (unsigned i = 0; i < 100 && all; i++) {
        uint64_t *v = bf_map_put(&m, number_key(text, i), NULL);
        all = v != NULL;
        if (v) {
            *v = i;
            put = i + 1;
        }
        if (i % 5 == 4 && i < put)
            assert_true(bf_map_remove(&m, number_key(text, i)));
    }
    /* after a failure each key is in the map once and can be removed */
    fail_alloc_in = -1;
    for (unsigned i = 0; i < put; i++) {
        uint64_t *v = bf_map_get(&m, number_key(text, i));
        assert_int_equal(v != NULL, i % 5 != 4);
        if (v)
            assert_int_equal(*v, i);
    }
    size_t at = 0, seen = 0;
    while (bf_map_next(&m, &at))
        seen++;
    assert_int_equal(seen, m.live);
    for (unsigned i = 0; i < put; i++)
        (void)bf_map_remove(&m, number_key(text, i));
    assert_int_equal(m.live, 0);
    assert_non_null(bf_map_put(&m, BF_STR("again"), NULL));
    bf_map_free(&m);
    return all;
}

static void map_survives_failures(void **state)
{
    (void)state;
    fail_each(map_scenario);
}

static bool arena_scenario(void)
{
    struct bf_arena a;
    struct bf_str s;
    bf_arena_init(&a, 1 << 20);
    bool all = bf_arena_alloc(&a, 10) && bf_arena_alloc(&a, 30000);
    bf_arena_reset(&a);
    all = all && bf_arena_alloc(&a, 100000) && bf_arena_copy(&a, BF_STR("x"), &s);
    bf_arena_free(&a);
    return all;
}

static void arena_survives_failures(void **state)
{
    (void)state;
    fail_each(arena_scenario);
}

static bool buffer_scenario(void)
{
    struct bf_buf b;
    struct bf_err e = {0};
    bf_buf_init(&b, 1 << 20);
    for (int i = 0; i < 200; i++)
        bf_json_put_string(&b, BF_STR("0123456789\n"));
    bf_buf_addf(&b, "%500d", 1);
    bool ok = bf_buf_check(&b, "text", &e);
    assert_int_equal(e.code, ok ? BF_OK : BF_E_MEMORY);
    fail_alloc_in = -1;
    bf_buf_reset(&b); /* the buffer can be used again */
    bf_buf_lit(&b, "x");
    assert_string_equal(bf_buf_cstr(&b), "x");
    for (int i = 0; i < 3; i++)
        bf_buf_addf(&b, "%*d", 1 << 19, 1);
    assert_false(bf_buf_check(&b, "text", &e));
    assert_int_equal(e.code, BF_E_LIMIT); /* not the earlier failure */
    bf_buf_free(&b);
    return ok;
}

static void buffer_survives_failures(void **state)
{
    (void)state;
    fail_each(buffer_scenario);
    fail_alloc_in = 0;
    assert_null(bf_str_dup(BF_STR("x")));
    fail_alloc_in = -1;
}

/* The maximum can be reached, but not exceeded. */
static void buffer_fills_to_the_byte(void **state)
{
    (void)state;
    for (size_t max = 1; max < 300; max++) {
        struct bf_buf b;
        bf_buf_init(&b, max);
        for (size_t i = 0; i < max; i++)
            bf_buf_addc(&b, 'x');
        assert_true(bf_buf_ok(&b));
        assert_true(b.cap <= max);
        bf_buf_add(&b, NULL, 0);
        assert_true(bf_buf_ok(&b));
        bf_buf_addc(&b, 'x');
        assert_false(bf_buf_ok(&b));
        assert_int_equal(b.n, max);
        bf_buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_aligns_and_limits),  cmocka_unit_test(arena_resets),
        cmocka_unit_test(map_puts_gets_removes),    cmocka_unit_test(map_churns),
        cmocka_unit_test(map_survives_failures),    cmocka_unit_test(arena_survives_failures),
        cmocka_unit_test(buffer_survives_failures), cmocka_unit_test(buffer_fills_to_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
