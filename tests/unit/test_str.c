/* Strings and buffers: comparing, splitting, growing, and their limits. */
#include <stdlib.h>

#include "tests/unit/unit.h"

static void compare(void **state)
{
    (void)state;
    assert_true(bf_str_eq(bf_str(NULL, 0), BF_STR("")));
    assert_true(bf_str_eq(BF_STR("a\0b"), bf_str("a\0b", 3)));
    assert_false(bf_str_eq(BF_STR("a"), BF_STR("ab")));
    assert_true(bf_str_cmp(BF_STR("a"), BF_STR("ab")) < 0);
    assert_true(bf_str_cmp(BF_STR("ab"), BF_STR("a")) > 0);
    assert_true(bf_str_cmp(BF_STR("\xff"), BF_STR("a")) > 0);
    assert_int_equal(bf_str_cmp(bf_str(NULL, 0), BF_STR("")), 0);
    assert_true(bf_str_starts(BF_STR("abc"), BF_STR("ab")));
    assert_true(bf_str_starts(BF_STR("abc"), bf_str(NULL, 0)));
    assert_false(bf_str_starts(BF_STR("a"), BF_STR("ab")));
}

static void trim(void **state)
{
    (void)state;
    assert_str(bf_str_trim(BF_STR(" \t\r\n a b \n")), "a b");
    assert_str(bf_str_trim(BF_STR("  \n")), "");
    assert_str(bf_str_trim(bf_str(NULL, 0)), "");
}

static void split(void **state)
{
    (void)state;
    struct bf_str rest = BF_STR("a,,b,"), item;
    assert_true(bf_str_split(&rest, ',', &item));
    assert_str(item, "a");
    assert_true(bf_str_split(&rest, ',', &item));
    assert_str(item, "");
    assert_true(bf_str_split(&rest, ',', &item));
    assert_str(item, "b");
    assert_true(bf_str_split(&rest, ',', &item));
    assert_str(item, "");
    assert_false(bf_str_split(&rest, ',', &item));

    rest = BF_STR("");
    assert_true(bf_str_split(&rest, ',', &item));
    assert_str(item, "");
    assert_false(bf_str_split(&rest, ',', &item));
}

static void buffer_is_sticky(void **state)
{
    (void)state;
    struct bf_buf b;
    struct bf_err e = {0};
    bf_buf_init(&b, 4);
    bf_buf_lit(&b, "abcd");
    assert_true(bf_buf_ok(&b));
    bf_buf_addc(&b, 'e');
    assert_false(bf_buf_ok(&b));
    bf_buf_reset(&b);
    bf_buf_lit(&b, "ab");
    bf_buf_lit(&b, "cde");
    bf_buf_addc(&b, 'x'); /* would fit, but comes after a failure */
    assert_false(bf_buf_check(&b, "name", &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    assert_has(e.text, "name");
    assert_null(bf_buf_cstr(&b));
    bf_buf_free(&b);
}

static void buffer_formats(void **state)
{
    (void)state;
    struct bf_buf b;
    bf_buf_init(&b, 100000);
    bf_buf_u64(&b, 0);
    bf_buf_addc(&b, ' ');
    bf_buf_u64(&b, UINT64_MAX);
    bf_buf_addf(&b, " %s %d", "x", -1);
    assert_string_equal(bf_buf_cstr(&b), "0 18446744073709551615 x -1");
    bf_buf_reset(&b);
    bf_buf_addf(&b, "%*s", 5000, "x");
    assert_int_equal(b.n, 5000);
    assert_true(bf_buf_ok(&b));
    bf_buf_free(&b);
}

static void shown_ends_between_characters(void **state)
{
    (void)state;
    assert_int_equal(bf_str_shown(bf_str_of("abc"), 3), 3);
    assert_int_equal(bf_str_shown(bf_str_of("abcd"), 3), 3);
    assert_int_equal(bf_str_shown(bf_str_of("ab\xc3\xa4"), 3), 2); /* 2 bytes */
    assert_int_equal(bf_str_shown(bf_str_of("ab\xc3\xa4"), 4), 4);
    assert_int_equal(bf_str_shown(bf_str_of("a\xf0\x9f\x98\x80"), 4), 1);    /* 4 bytes */
    assert_int_equal(bf_str_shown(bf_str_of("\x80\x80\x80\x80\x80"), 4), 4); /* no UTF-8 */
    assert_int_equal(bf_str_shown(bf_str(NULL, 0), 60), 0);
}

static void dup_copies(void **state)
{
    (void)state;
    char *p = bf_str_dup(bf_str("abc", 2));
    assert_string_equal(p, "ab");
    free(p);
    p = bf_str_dup(bf_str(NULL, 0));
    assert_string_equal(p, "");
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compare),
        cmocka_unit_test(trim),
        cmocka_unit_test(split),
        cmocka_unit_test(buffer_is_sticky),
        cmocka_unit_test(buffer_formats),
        cmocka_unit_test(dup_copies),
        cmocka_unit_test(shown_ends_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
