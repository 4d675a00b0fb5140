/* DynamoDB numbers: the limits, the JSON form, the plain form, and the shared vectors. */
#include "lib/ddb/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <jansson.h>

static void takes(const char *text, const char *json, const char *plain)
{
    struct bf_err e = {0};
    struct bf_buf out;
    bf_buf_init(&out, 1000);
    if (!bf_number_check(bf_str_of(text), &e))
        fail_msg("%s: %s", text, e.text);
    bf_number_put_json(&out, bf_str_of(text));
    assert_string_equal(bf_buf_cstr(&out), json);
    bf_buf_reset(&out);
    bf_number_put_plain(&out, bf_str_of(text));
    assert_string_equal(bf_buf_cstr(&out), plain);
    bf_buf_free(&out);
}

static void refuses(const char *text, enum bf_err_code code)
{
    struct bf_err e = {0};
    assert_false(bf_number_check(bf_str_of(text), &e));
    assert_int_equal(e.code, code);
}

static void test_forms(void **state)
{
    (void)state;
    takes("0", "0", "0");
    takes("-0", "-0", "0");
    takes("0.00", "0.00", "0");
    takes("0E999999999999", "0E999999999999", "0");
    takes("00042", "42", "42");
    takes("-007.50", "-7.50", "-7.5");
    takes("+1", "1", "1");
    takes(".5", "0.5", "0.5");
    takes("-.5e-3", "-0.5e-3", "-0.0005");
    takes("5.", "5", "5");
    takes("5.E2", "5E2", "500");
    takes("00", "0", "0");
    takes("1.5E2", "1.5E2", "150");
    takes("1.0", "1.0", "1");
    takes("100", "100", "100");
    takes("12.3400", "12.3400", "12.34");
    takes("1e+1", "1e+1", "10");
    takes("0.001", "0.001", "0.001");
}

static void test_verdicts(void **state)
{
    (void)state;
    assert_int_equal(bf_number_judge(BF_STR("")), BF_NUMBER_NONE);
    assert_int_equal(bf_number_judge(BF_STR("1e")), BF_NUMBER_NONE);
    assert_int_equal(bf_number_judge(BF_STR("0E9999")), BF_NUMBER_FITS);
    assert_int_equal(bf_number_judge(BF_STR("9.9E125")), BF_NUMBER_FITS);
    assert_int_equal(bf_number_judge(BF_STR("-1E126")), BF_NUMBER_LARGE);
    assert_int_equal(bf_number_judge(BF_STR("1E-130")), BF_NUMBER_FITS);
    assert_int_equal(bf_number_judge(BF_STR("1E-131")), BF_NUMBER_SMALL);
    assert_int_equal(bf_number_judge(BF_STR("123456789012345678901234567890123456789")),
                     BF_NUMBER_LONG);
}

static void test_limits(void **state)
{
    (void)state;
    takes("12345678901234567890123456789012345678", "12345678901234567890123456789012345678",
          "12345678901234567890123456789012345678");
    takes("1000000000000000000000000000000000000000000",
          "1000000000000000000000000000000000000000000",
          "1000000000000000000000000000000000000000000");
    refuses("123456789012345678901234567890123456789", BF_E_LIMIT);
    refuses("0.123456789012345678901234567890123456789", BF_E_LIMIT);
    refuses("1E126", BF_E_LIMIT);
    refuses("0.1E127", BF_E_LIMIT);
    refuses("1E-131", BF_E_LIMIT);
    refuses("1E99999999999999999999", BF_E_LIMIT);
    refuses("1E-99999999999999999999", BF_E_LIMIT);
}

static void test_no_number(void **state)
{
    (void)state;
    const char *bad[] = {"",    "-",     "+",    ".",        "-.",  "e5",   "1e",
                         "1e+", "1.2.3", "NaN",  "Infinity", "x",   "1 ",   " 1",
                         "0x1", "1,000", "1e5.", "--1",      "+-1", "1_000"};
    for (size_t i = 0; i < BF_COUNT(bad); i++)
        refuses(bad[i], BF_E_INPUT);
}

static void test_vectors(void **state)
{
    (void)state;
    char path[1000];
    const char *shared = getenv("BF_SHARED");
    snprintf(path, sizeof path, "%s/vectors/dynamodb-values/vectors.json",
             shared ? shared : "../shared");
    json_t *doc = json_load_file(path, 0, NULL);
    if (!doc) {
        print_message("skipped: number vectors, %s is not there\n", path);
        skip();
    }
    size_t i;
    json_t *n;
    json_array_foreach(json_object_get(doc, "numbers"), i, n)
    {
        const char *in = json_string_value(json_object_get(n, "in"));
        const char *canonical = json_string_value(json_object_get(n, "canonical"));
        bool accept = !strcmp(json_string_value(json_object_get(n, "verdict")), "accept");
        struct bf_err e = {0};
        if (bf_number_check(bf_str_of(in), &e) != accept)
            fail_msg("%s: %s", in, e.text);
        if (!canonical)
            continue;
        struct bf_buf out;
        bf_buf_init(&out, 1000);
        bf_number_put_plain(&out, bf_str_of(in));
        assert_string_equal(bf_buf_cstr(&out), canonical);
        bf_buf_free(&out);
    }
    assert_true(i > 10);
    json_decref(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),   cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_limits),  cmocka_unit_test(test_no_number),
        cmocka_unit_test(test_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
