/* Firehose's prefixes: all cases of the shared vectors, and complete names at a fixed instant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "lib/base/clock.h"
#include "lib/objectkey/prefix.h"

static struct bf_rng rng;

static bool field(void *arg, struct bf_str name, struct bf_str *value)
{
    (void)arg;
    if (!bf_str_is(name, "category"))
        return false;
    *value = BF_STR("Toys & Games");
    return true;
}

/* The evaluated prefix in a static string; NULL and *e on failure. */
static const char *evaluate(const struct bf_prefix *p, int64_t wall_ms, struct bf_err *e)
{
    static char text[4096];
    struct bf_buf out;
    struct bf_prefix_values v = {wall_ms, 0, &rng, "processing-failed", field, NULL};
    bf_buf_init(&out, sizeof text - 1);
    bool ok = bf_prefix_put(p, &v, &out, e);
    snprintf(text, sizeof text, "%s", ok ? bf_buf_cstr(&out) : "");
    bf_buf_free(&out);
    return ok ? text : NULL;
}

static const char *expand(const char *prefix, const char *instant)
{
    struct bf_prefix p;
    struct bf_err e = {0};
    int64_t ms;
    assert_true(bf_clock_parse(bf_str_of(instant), &ms, &e));
    assert_true(bf_prefix_parse(&p, bf_str_of(prefix), BF_PREFIX_OF_DATA, &e));
    return evaluate(&p, ms, &e);
}

static void matches(const struct bf_prefix *p, int64_t ms, const json_t *pattern)
{
    regex_t re;
    struct bf_err e = {0};
    if (!json_is_string(pattern))
        return;
    assert_int_equal(regcomp(&re, json_string_value(pattern), REG_EXTENDED | REG_NOSUB), 0);
    const char *text = evaluate(p, ms, &e);
    assert_non_null(text);
    assert_int_equal(regexec(&re, text, 0, NULL, 0), 0);
    regfree(&re);
}

static void check_case(json_t *c, int64_t ms)
{
    const char *prefix = json_string_value(json_object_get(c, "prefix"));
    const char *errors = json_string_value(json_object_get(c, "error"));
    struct bf_prefix p, q;
    struct bf_err e = {0};
    bool ok = bf_prefix_parse(&p, bf_str_of(prefix), BF_PREFIX_OF_DATA, &e) &&
              (!errors || bf_prefix_parse(&q, bf_str_of(errors), BF_PREFIX_OF_ERRORS, &e)) &&
              bf_prefix_check_pair(&p, errors ? &q : NULL, &e);
    if (json_object_get(c, "invalid")) {
        assert_false(ok);
        assert_int_equal(e.code, BF_E_USAGE);
        return;
    }
    assert_true(ok);
    matches(&p, ms, json_object_get(c, "expect_re"));
    if (errors)
        matches(&q, ms, json_object_get(c, "expect_error_re"));
}

static void shared_vectors(void **unused)
{
    (void)unused;
    const char *shared = getenv("BF_SHARED");
    char path[4096];
    snprintf(path, sizeof path, "%s/vectors/firehose-prefix/vectors.json",
             shared ? shared : "../shared");
    json_error_t error;
    json_t *doc = json_load_file(path, 0, &error), *c;
    if (!doc) {
        print_message("skipped: Firehose prefix vectors, %s is not there\n", path);
        skip();
    }
    int64_t ms;
    struct bf_err e = {0};
    size_t i, cases = 0;
    assert_true(
        bf_clock_parse(bf_str_of(json_string_value(json_object_get(doc, "instant"))), &ms, &e));
    json_array_foreach(json_object_get(doc, "cases"), i, c) if (!json_object_get(c, "rule"))
    {
        check_case(c, ms);
        cases++;
    }
    json_decref(doc);
    assert_int_equal(cases, 9);
}

static void expressions(void **unused)
{
    (void)unused;
    const char *at = "2026-11-27T06:05:04Z";
    assert_string_equal(expand("", at), "2026/11/27/06/");
    assert_string_equal(expand("sales/", at), "sales/2026/11/27/06/");
    assert_string_equal(expand("a!b{c}/", at), "a!b{c}/2026/11/27/06/");
    assert_string_equal(expand("c=!{partitionKeyFromQuery:category}/", at), "c=Toys & Games/");
    assert_string_equal(expand("c=!{partitionKeyFromLambda:category}/", at), "c=Toys & Games/");
    assert_string_equal(expand("dt=!{timestamp:yyyy-MM-dd}/h=!{timestamp:HH}/", at),
                        "dt=2026-11-27/h=06/");
    assert_string_equal(expand("!{timestamp:'year='yyyy}/", at), "year=2026/");
    /* every random string is new */
    const char *r = expand("!{firehose:random-string}/!{firehose:random-string}", at);
    assert_int_equal(strlen(r), 23);
    assert_memory_not_equal(r, r + 12, 11);
}

static void rejected(const char *prefix, const char *why)
{
    struct bf_prefix p;
    struct bf_err e = {0};
    assert_false(bf_prefix_parse(&p, bf_str_of(prefix), BF_PREFIX_OF_DATA, &e));
    assert_int_equal(e.code, BF_E_USAGE);
    assert_string_equal(e.text, why);
}

static void mistakes(void **unused)
{
    (void)unused;
    rejected("a/!{timestamp:yyyy", "prefix: '!{' without its '}'");
    rejected("a/!{timestamp:}", "prefix: !{timestamp:} needs a pattern");
    rejected("a/!{timestamp:yyyy/JJ}", "prefix: !{timestamp:yyyy/JJ}: unknown pattern letter: J");
    rejected("a/!{time:HH}", "prefix: unknown expression !{time:HH}");
    rejected("a/!{firehose:error-output-type}",
             "prefix: !{firehose:error-output-type} belongs into an error prefix");
    struct bf_prefix p;
    struct bf_err e = {0};
    assert_true(
        bf_prefix_parse(&p, BF_STR("!{partitionKeyFromQuery:brand}/"), BF_PREFIX_OF_DATA, &e));
    assert_null(evaluate(&p, 0, &e));
    assert_int_equal(e.code, BF_E_INPUT);
    assert_string_equal(e.text, "no partition key 'brand'");
}

static void evaluated_prefix_has_512_characters_at_most(void **unused)
{
    (void)unused;
    char text[600];
    struct bf_prefix p;
    struct bf_err e = {0};
    memset(text, 'x', sizeof text);
    size_t stamp = sizeof "2026/11/27/06/" - 1;
    assert_true(bf_prefix_parse(&p, bf_str(text, 512 - stamp), BF_PREFIX_OF_DATA, &e));
    assert_non_null(evaluate(&p, 0, &e));
    assert_true(bf_prefix_parse(&p, bf_str(text, 513 - stamp), BF_PREFIX_OF_DATA, &e));
    assert_null(evaluate(&p, 0, &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    assert_true(bf_prefix_parse(&p, bf_str(text, 512), BF_PREFIX_OF_DATA, &e));
    assert_false(bf_prefix_parse(&p, bf_str(text, 513), BF_PREFIX_OF_DATA, &e));
    assert_int_equal(e.code, BF_E_USAGE);
}

static void names_as_firehose_gives_them(void **unused)
{
    (void)unused;
    struct bf_buf out;
    bf_buf_init(&out, 4096);
    bf_prefix_put_name(&out, "kinesis-to-s3-delivery", "1", 1708062236000,
                       "3b663ffd-54cc-4c76-8f17-134c6f1376cb", "");
    assert_string_equal(
        bf_buf_cstr(&out),
        "kinesis-to-s3-delivery-1-2024-02-16-05-43-56-3b663ffd-54cc-4c76-8f17-134c6f1376cb");
    bf_buf_free(&out);
}

int main(void)
{
    bf_rng_seed(&rng, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_vectors),
        cmocka_unit_test(expressions),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(evaluated_prefix_has_512_characters_at_most),
        cmocka_unit_test(names_as_firehose_gives_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
