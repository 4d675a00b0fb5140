/* Date patterns: each line of javatime.tsv is what Java 17's DateTimeFormatter made of it (Locale.US):
 * instant, offset, pattern, text; "bad" lines are patterns that it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "lib/io/file.h"
#include "lib/objectkey/javatime.h"

static int offset_minutes(struct bf_str zone)
{
    return bf_str_is(zone, "+05:30") ? 330 : bf_str_is(zone, "-08:00") ? -480 : 0;
}

static bool check_line(struct bf_str line)
{
    struct bf_str instant, zone, pattern, want;
    struct bf_err e = {0};
    assert_true(bf_str_split(&line, '\t', &instant) && bf_str_split(&line, '\t', &zone) &&
                bf_str_split(&line, '\t', &pattern) && bf_str_split(&line, '\t', &want));
    bool valid = bf_javatime_check(pattern, &e);
    if (bf_str_is(instant, "bad"))
        return !valid && e.code == BF_E_USAGE && e.text[0];
    int64_t ms;
    struct bf_buf out;
    bf_buf_init(&out, 1000);
    assert_true(bf_clock_parse(instant, &ms, &e));
    bf_javatime_put(&out, pattern, ms, offset_minutes(zone));
    bool same = valid && bf_str_eq(bf_buf_view(&out), want);
    if (!same)
        print_message("%.*s: %s\n", (int)pattern.n, pattern.p, bf_buf_cstr(&out));
    bf_buf_free(&out);
    return same;
}

static void as_java_does(void **unused)
{
    (void)unused;
    struct bf_buf text;
    struct bf_err e = {0};
    bf_buf_init(&text, 1 << 20);
    assert_true(bf_file_read("tests/unit/javatime.tsv", &text, &e));
    struct bf_str rest = bf_buf_view(&text), line;
    unsigned checked = 0, wrong = 0;
    while (bf_str_split(&rest, '\n', &line) && line.n) {
        checked++;
        wrong += !check_line(line);
    }
    bf_buf_free(&text);
    assert_int_equal(wrong, 0);
    assert_true(checked > 390);
}

static void what_is_not_supported_says_so(void **unused)
{
    (void)unused;
    struct bf_err e = {0};
    assert_false(bf_javatime_check(BF_STR("yyyy VV"), &e));
    assert_string_equal(e.text, "pattern letter V is not supported here");
    assert_false(bf_javatime_check(BF_STR("yyyy'T"), &e));
    assert_string_equal(e.text, "a quote is not closed");
    assert_false(bf_javatime_check(BF_STR("HHH"), &e));
    assert_string_equal(e.text, "too many pattern letters: 3 times H");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_java_does),
        cmocka_unit_test(what_is_not_supported_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
