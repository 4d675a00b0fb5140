/* The retry rules with the cases of the SDKs' test (vectors/retry/retry.json), and their limits. */
#include "tests/unit/unit.h"

#include <jansson.h>

#include "lib/aws/http/retry.h"
#include "tests/unit/shared.h"

static const struct bf_str none;

static json_t *vectors(void)
{
    struct bf_buf text;
    SHARED_OR_SKIP("vectors/retry/retry.json", &text);
    json_error_t error;
    json_t *doc = json_loadb(text.p, text.n, 0, &error);
    bf_buf_free(&text);
    assert_non_null(doc);
    return doc;
}

static uint64_t us(const json_t *seconds)
{
    assert_true(json_is_number(seconds));
    return (uint64_t)(json_number_value(seconds) * 1e6 + 0.5);
}

static struct bf_str text_of(const json_t *s)
{
    assert_true(json_is_string(s));
    return bf_str_of(json_string_value(s));
}

static unsigned number(const json_t *object, const char *name)
{
    const json_t *v = json_object_get(object, name);
    assert_true(json_is_integer(v));
    return (unsigned)json_integer_value(v);
}

static void defaults(void **unused)
{
    (void)unused;
    json_t *doc = vectors(), *d = json_object_get(doc, "defaults");
    struct bf_retry_rules r = bf_retry_rules_of(BF_AWS_KINESIS, 0);
    assert_int_equal(r.base_us, us(json_object_get(d, "base_s")));
    assert_int_equal(r.throttling_base_us, us(json_object_get(d, "throttling_base_s")));
    assert_int_equal(r.max_attempts, number(d, "max_attempts"));
    assert_int_equal(BF_RETRY_QUOTA, number(d, "quota"));
    assert_int_equal(BF_RETRY_COST_THROTTLING, number(d, "cost_throttling"));
    assert_int_equal(BF_RETRY_COST_OTHER, number(d, "cost_other"));
    const json_t *dynamodb = json_object_get(d, "dynamodb");
    static const enum bf_aws_service services[] = {BF_AWS_DYNAMODB, BF_AWS_STREAMS};
    for (size_t i = 0; i < 2; i++) {
        r = bf_retry_rules_of(services[i], 0);
        assert_int_equal(r.base_us, us(json_object_get(dynamodb, "base_s")));
        assert_int_equal(r.max_attempts, number(dynamodb, "max_attempts"));
    }
    json_decref(doc);
}

static void backoff(void **unused)
{
    (void)unused;
    json_t *doc = vectors(), *delay;
    struct bf_retry_rules rules = bf_retry_rules_of(BF_AWS_KINESIS, 100);
    struct bf_retry_quota quota = {BF_RETRY_QUOTA};
    struct bf_retry r = {.attempt = 1};
    size_t i;
    json_array_foreach(json_object_get(doc, "backoff_seconds_attempt_1_to_11"), i, delay)
    {
        uint64_t got;
        assert_true(bf_retry_again(&rules, &quota, &r, BF_RETRY_TRANSIENT, BF_RETRY_JITTER_ONE,
                                   none, &got));
        assert_int_equal(got, us(delay));
        assert_int_equal(r.attempt, i + 2);
    }
    assert_int_equal(i, 11);
    json_decref(doc);
}

static void throttling_backs_off_from_a_second(void **unused)
{
    (void)unused;
    static const uint64_t seconds[] = {1, 2, 4, 8, 16, 20, 20};
    struct bf_retry_rules rules = bf_retry_rules_of(BF_AWS_DYNAMODB, 100);
    struct bf_retry_quota quota = {BF_RETRY_QUOTA};
    struct bf_retry r = {.attempt = 1};
    uint64_t got;
    for (size_t i = 0; i < BF_COUNT(seconds); i++) {
        assert_true(bf_retry_again(&rules, &quota, &r, BF_RETRY_THROTTLING, BF_RETRY_JITTER_ONE,
                                   none, &got));
        assert_int_equal(got, seconds[i] * 1000000);
    }
}

static void jitter_is_a_fraction(void **unused)
{
    (void)unused;
    struct bf_retry_rules rules = bf_retry_rules_of(BF_AWS_KINESIS, 0);
    static const struct {
        uint32_t jitter;
        uint64_t us;
    } cases[] = {{0, 0}, {BF_RETRY_JITTER_ONE / 4, 12500}, {BF_RETRY_JITTER_ONE / 2, 25000}};
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_retry_quota quota = {BF_RETRY_QUOTA};
        struct bf_retry r = {.attempt = 1};
        uint64_t got;
        assert_true(
            bf_retry_again(&rules, &quota, &r, BF_RETRY_TRANSIENT, cases[i].jitter, none, &got));
        assert_int_equal(got, cases[i].us);
    }
}

static void dynamodb_500s(void **unused)
{
    (void)unused;
    json_t *doc = vectors(), *step;
    struct bf_retry_rules rules = bf_retry_rules_of(BF_AWS_DYNAMODB, 0);
    struct bf_retry_quota quota = {BF_RETRY_QUOTA};
    struct bf_retry r = {.attempt = 1};
    size_t i;
    json_array_foreach(json_object_get(doc, "dynamodb_500s"), i, step)
    {
        assert_int_equal(r.attempt, number(step, "attempt"));
        uint64_t got;
        bool again =
            bf_retry_again(&rules, &quota, &r, bf_retry_classify(BF_AWS_DYNAMODB, 500, BF_STR("")),
                           BF_RETRY_JITTER_ONE, none, &got);
        const json_t *delay = json_object_get(step, "delay");
        assert_int_equal(again, delay != NULL);
        if (again)
            assert_int_equal(got, us(delay));
        assert_int_equal(quota.left, number(step, "quota_after"));
    }
    assert_int_equal(i, 4);
    json_decref(doc);
}

static void retry_after(void **unused)
{
    (void)unused;
    json_t *doc = vectors(), *c;
    struct bf_retry_rules rules = bf_retry_rules_of(BF_AWS_KINESIS, 0);
    size_t i;
    json_array_foreach(json_object_get(doc, "retry_after_header_ms"), i, c)
    {
        struct bf_retry_quota quota = {BF_RETRY_QUOTA};
        struct bf_retry r = {.attempt = 1};
        uint64_t got;
        assert_true(bf_retry_again(&rules, &quota, &r, BF_RETRY_TRANSIENT, BF_RETRY_JITTER_ONE,
                                   text_of(json_object_get(c, "h")), &got));
        assert_int_equal(got, us(json_object_get(c, "delay")));
    }
    assert_int_equal(i, 5);
    json_decref(doc);
}

/* Acquires once for this kind of error from this quota. */
static bool acquire(struct bf_retry_quota *quota, struct bf_retry *r, enum bf_retry_kind kind)
{
    struct bf_retry_rules rules = bf_retry_rules_of(BF_AWS_KINESIS, 0);
    uint64_t delay;
    return bf_retry_again(&rules, quota, r, kind, 0, none, &delay);
}

static unsigned quota_case(const char *name)
{
    struct bf_retry_quota quota = {BF_RETRY_QUOTA};
    struct bf_retry r = {.attempt = 1}, other = {.attempt = 1};
    if (strcmp(name, "throttling acquire") == 0)
        assert_true(acquire(&quota, &r, BF_RETRY_THROTTLING));
    else if (strcmp(name, "other acquire") == 0)
        assert_true(acquire(&quota, &r, BF_RETRY_TRANSIENT));
    else if (strcmp(name, "success after retry returns last cost") == 0) {
        assert_true(acquire(&quota, &r, BF_RETRY_TRANSIENT));
        bf_retry_done(&quota, &r);
    } else if (strcmp(name, "final failure returns nothing") == 0) {
        assert_true(acquire(&quota, &r, BF_RETRY_TRANSIENT));
        assert_false(acquire(&quota, &r, BF_RETRY_NOT));
    } else if (strcmp(name, "success without retry after one acquire") == 0) {
        assert_true(acquire(&quota, &r, BF_RETRY_TRANSIENT));
        bf_retry_done(&quota, &other);
    } else
        fail_msg("unknown case: %s", name);
    return quota.left;
}

static void quota(void **unused)
{
    (void)unused;
    json_t *doc = vectors(), *c;
    size_t i;
    json_array_foreach(json_object_get(doc, "quota"), i, c)
    {
        const char *name = json_string_value(json_object_get(c, "case"));
        if (json_object_get(c, "after")) {
            assert_int_equal(quota_case(name), number(c, "after"));
            continue;
        }
        assert_string_equal(name, "capacity 14: second acquire refused");
        struct bf_retry_quota small = {14};
        struct bf_retry r = {.attempt = 1};
        assert_true(acquire(&small, &r, BF_RETRY_TRANSIENT));
        assert_false(acquire(&small, &r, BF_RETRY_TRANSIENT));
        assert_int_equal(r.attempt, 2);
    }
    assert_int_equal(i, 6);
    json_decref(doc);
}

static void quota_never_passes_its_maximum(void **unused)
{
    (void)unused;
    struct bf_retry_quota q = {BF_RETRY_QUOTA};
    struct bf_retry r = {.attempt = 1};
    bf_retry_done(&q, &r);
    assert_int_equal(q.left, BF_RETRY_QUOTA);
    q.left = BF_RETRY_QUOTA - 3;
    r.cost = BF_RETRY_COST_OTHER;
    bf_retry_done(&q, &r);
    assert_int_equal(q.left, BF_RETRY_QUOTA);
}

static void check_header_case(const json_t *c)
{
    const char *service = json_string_value(json_object_get(c, "service"));
    bool dynamodb = service && strcmp(service, "dynamodb") == 0;
    const json_t *max = json_object_get(c, "configured_max");
    struct bf_retry_rules rules = bf_retry_rules_of(dynamodb ? BF_AWS_DYNAMODB : BF_AWS_KINESIS,
                                                    max ? (uint64_t)json_integer_value(max) : 0);
    struct bf_retry_quota quota = {BF_RETRY_QUOTA};
    struct bf_retry r = {.attempt = 1};
    const json_t *every = json_object_get(c, "every_header_contains");
    json_t *status;
    size_t i;
    json_array_foreach(json_object_get(c, "responses"), i, status)
    {
        char header[48];
        uint64_t delay;
        bf_retry_header(&rules, &r, header);
        assert_int_equal(r.attempt, i + 1);
        if (every)
            assert_has(header, json_string_value(every));
        else
            assert_string_equal(
                header, json_string_value(json_array_get(json_object_get(c, "headers"), i)));
        int code = (int)json_integer_value(status);
        if (code != 200)
            assert_true(bf_retry_again(&rules, &quota, &r,
                                       bf_retry_classify(BF_AWS_KINESIS, code, none), 0, none,
                                       &delay));
    }
}

static void amz_sdk_request(void **unused)
{
    (void)unused;
    json_t *doc = vectors(), *c;
    size_t i;
    json_array_foreach(json_object_get(doc, "amz_sdk_request"), i, c) check_header_case(c);
    assert_int_equal(i, 3);
    json_decref(doc);
}

static void codes(void **unused)
{
    (void)unused;
    json_t *doc = vectors(), *v;
    size_t i;
    json_array_foreach(json_object_get(doc, "throttling_codes"), i, v)
    {
        assert_true(bf_retry_is_throttling(text_of(v)));
        assert_int_equal(bf_retry_classify(BF_AWS_KINESIS, 400, text_of(v)), BF_RETRY_THROTTLING);
        assert_int_equal(bf_retry_classify(BF_AWS_S3, 503, text_of(v)), BF_RETRY_THROTTLING);
    }
    assert_int_equal(i, 14);
    const json_t *transient = json_object_get(doc, "transient");
    json_array_foreach(json_object_get(transient, "codes"), i, v)
        assert_int_not_equal(bf_retry_classify(BF_AWS_KINESIS, 400, text_of(v)), BF_RETRY_NOT);
    json_array_foreach(json_object_get(transient, "statuses"), i, v) assert_int_equal(
        bf_retry_classify(BF_AWS_S3, (int)json_integer_value(v), none), BF_RETRY_TRANSIENT);
    assert_int_equal(i, 4);
    struct bf_str idp = BF_STR("IDPCommunicationError");
    assert_int_equal(bf_retry_classify(BF_AWS_STS, 400, idp), BF_RETRY_TRANSIENT);
    assert_int_equal(bf_retry_classify(BF_AWS_KINESIS, 400, idp), BF_RETRY_NOT);
    json_decref(doc);
}

static void what_is_not_retried(void **unused)
{
    (void)unused;
    static const struct {
        int status;
        const char *code;
        enum bf_retry_kind want;
    } cases[] = {
        {400, "ValidationException", BF_RETRY_NOT},
        {404, "NoSuchKey", BF_RETRY_NOT},
        {403, "AccessDenied", BF_RETRY_NOT},
        {301, "PermanentRedirect", BF_RETRY_NOT},
        {501, "NotImplemented", BF_RETRY_NOT},
        {400, "throttling", BF_RETRY_NOT}, /* codes are compared exactly */
        {0, "", BF_RETRY_TRANSIENT},
        {429, "", BF_RETRY_THROTTLING},
        {409, "ConditionalRequestConflict", BF_RETRY_TRANSIENT},
        {409, "OperationAborted", BF_RETRY_TRANSIENT},
        {409, "BucketAlreadyExists", BF_RETRY_NOT},
        {412, "PreconditionFailed", BF_RETRY_NOT},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        assert_int_equal(bf_retry_classify(BF_AWS_S3, cases[i].status, bf_str_of(cases[i].code)),
                         cases[i].want);
}

static void attempts_end(void **unused)
{
    (void)unused;
    struct bf_retry_quota q = {BF_RETRY_QUOTA};
    struct bf_retry r = {.attempt = 1};
    struct bf_retry_rules once = bf_retry_rules_of(BF_AWS_S3, 1);
    uint64_t delay;
    assert_false(bf_retry_again(&once, &q, &r, BF_RETRY_TRANSIENT, 0, none, &delay));
    assert_int_equal(q.left, BF_RETRY_QUOTA);
    assert_int_equal(bf_retry_rules_of(BF_AWS_S3, UINT64_MAX).max_attempts, 1000);
}

static void clock_skew(void **unused)
{
    (void)unused;
    int64_t skew = 7;
    const int64_t now = 1795760000000; /* Fri, 27 Nov 2026 06:13:20 GMT */
    assert_false(bf_retry_learn_skew(none, now, &skew));
    assert_false(bf_retry_learn_skew(BF_STR("yesterday"), now, &skew));
    assert_int_equal(skew, 7);
    assert_true(bf_retry_learn_skew(BF_STR("Fri, 27 Nov 2026 06:13:20 GMT"), now, &skew));
    assert_int_equal(skew, 0);
    assert_true(bf_retry_learn_skew(BF_STR(" Fri, 27 Nov 2026 05:13:20 GMT\r"), now, &skew));
    assert_int_equal(skew, -3600000);
    assert_true(bf_retry_is_skew(BF_STR("RequestTimeTooSkewed")));
    assert_true(bf_retry_is_skew(BF_STR("InvalidSignatureException")));
    assert_false(bf_retry_is_skew(BF_STR("AccessDenied")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(backoff),
        cmocka_unit_test(throttling_backs_off_from_a_second),
        cmocka_unit_test(jitter_is_a_fraction),
        cmocka_unit_test(dynamodb_500s),
        cmocka_unit_test(retry_after),
        cmocka_unit_test(quota),
        cmocka_unit_test(quota_never_passes_its_maximum),
        cmocka_unit_test(amz_sdk_request),
        cmocka_unit_test(codes),
        cmocka_unit_test(what_is_not_retried),
        cmocka_unit_test(attempts_end),
        cmocka_unit_test(clock_skew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
