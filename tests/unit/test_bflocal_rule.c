/* bflocal's EventBridge: schedules, JSON paths and input transformers. */
#include <time.h>

#include "tests/unit/unit.h"

#include "cmd/bflocal/rule/json_path.h"
#include "cmd/bflocal/rule/schedule.h"
#include "cmd/bflocal/rule/transform.h"
#include "lib/base/clock.h"

static int64_t ms_of(const char *text)
{
    struct bf_err e;
    int64_t ms = 0;
    assert_true(bf_clock_parse(bf_str_of(text), &ms, &e));
    return ms;
}

/* The times after `after`, up to the seventh, "never" at the end. */
static void check_times(const char *schedule, const char *after, const char *wanted)
{
    char room[512];
    struct bf_buf got = {.p = room, .cap = sizeof room, .max = sizeof room};
    struct bl_schedule s;
    struct bf_err e;
    struct bf_str count = bf_str_of(wanted), item;
    int64_t at = ms_of(after);
    if (!bl_schedule_parse(bf_str_of(schedule), &s, &e))
        fail_msg("%s: %s", schedule, e.text);
    while (bf_str_split(&count, ' ', &item)) {
        at = bl_schedule_next(&s, at);
        if (got.n)
            bf_buf_addc(&got, ' ');
        if (at < 0) {
            bf_buf_lit(&got, "never");
            break;
        }
        bf_clock_iso(&got, at);
        got.n -= 4; /* ":00Z" */
    }
    bf_buf_addc(&got, '\0');
    if (strcmp(room, wanted) != 0)
        fail_msg("%s after %s:\n  %s\n  wanted %s", schedule, after, room, wanted);
}

static void test_schedules(void **state)
{
    static const struct {
        const char *schedule, *after, *wanted;
    } rows[] = {
        /* The guide's own. */
        {"cron(0 10 * * ? *)", "2026-11-27T09:59:59", "2026-11-27T10:00 2026-11-28T10:00"},
        {"cron(15 12 * * ? *)", "2026-11-27T12:15", "2026-11-28T12:15"},
        {"cron(0 18 ? * MON-FRI *)", "2026-11-27T18:00", "2026-11-30T18:00 2026-12-01T18:00"},
        {"cron(0 8 1 * ? *)", "2026-11-27", "2026-12-01T08:00 2027-01-01T08:00"},
        {"cron(0/15 * * * ? *)", "2026-11-27T10:50", "2026-11-27T11:00 2026-11-27T11:15"},
        {"cron(0/10 * ? * MON-FRI *)", "2026-11-27T23:55", "2026-11-30T00:00"},
        {"cron(0/5 8-17 ? * MON-FRI *)", "2026-11-27T17:50", "2026-11-27T17:55 2026-11-30T08:00"},
        {"cron(15 10 ? * 6L 2019-2022)", "2019-01-01",
         "2019-01-25T10:15 2019-02-22T10:15 2019-03-29T10:15"},
        {"cron(15 10 ? * 6L 2019-2022)", "2022-12-30T10:15", "never"},
        /* The same minute does not fire again. */
        {"cron(* * * * ? *)", "2026-12-31T23:59:00", "2027-01-01T00:00 2027-01-01T00:01"},
        {"cron(* * * * ? *)", "2026-12-31T23:58:59.999", "2026-12-31T23:59"},
        /* Leap days and ends of months. */
        {"cron(0 0 29 2 ? *)", "2026-01-01", "2028-02-29T00:00 2032-02-29T00:00"},
        {"cron(0 0 29 2 ? *)", "2096-03-01", "2104-02-29T00:00"},
        {"cron(0 0 29 2 ? 2100)", "2026-01-01", "never"},
        {"cron(0 0 L 2 ? *)", "2027-01-01", "2027-02-28T00:00 2028-02-29T00:00"},
        {"cron(0 0 L * ? *)", "2028-01-15",
         "2028-01-31T00:00 2028-02-29T00:00 2028-03-31T00:00 2028-04-30T00:00"},
        {"cron(30 23 31 * ? *)", "2026-01-31T23:30", "2026-03-31T23:30 2026-05-31T23:30"},
        {"cron(0 0 30,31 1-3 ? *)", "2027-01-30", "2027-01-31T00:00 2027-03-30T00:00"},
        /* The weekday next to a day: never in another month. */
        {"cron(0 9 LW * ? *)", "2026-01-01", "2026-01-30T09:00 2026-02-27T09:00 2026-03-31T09:00"},
        {"cron(0 9 1W * ? *)", "2026-07-15", "2026-08-03T09:00 2026-09-01T09:00 2026-10-01T09:00"},
        {"cron(0 9 15W * ? *)", "2026-08-01", "2026-08-14T09:00 2026-09-15T09:00"},
        {"cron(0 9 15W 11 ? *)", "2026-01-01", "2026-11-16T09:00"},
        {"cron(0 9 31W * ? *)", "2026-05-01", "2026-05-29T09:00 2026-07-31T09:00"},
        /* Days of the week. */
        {"cron(0 0 ? * L *)", "2026-11-27", "2026-11-28T00:00 2026-12-05T00:00"},
        {"cron(0 0 ? * FRIL *)", "2026-11-01", "2026-11-27T00:00 2026-12-25T00:00"},
        {"cron(0 0 ? 11 6#4 *)", "2026-01-01", "2026-11-27T00:00 2027-11-26T00:00"},
        {"cron(0 0 ? * TUE#5 *)", "2026-09-01", "2026-09-29T00:00 2026-12-29T00:00"},
        {"cron(0 0 ? * 1,sat *)", "2026-11-27", "2026-11-28T00:00 2026-11-29T00:00"},
        {"cron(0 0 ? * FRI-MON *)", "2026-11-25",
         "2026-11-27T00:00 2026-11-28T00:00 2026-11-29T00:00 2026-11-30T00:00 2026-12-04T00:00"},
        /* Lists, steps, names, years. */
        {"cron(5,35 14 10 JAN,jul ? *)", "2026-11-27",
         "2027-01-10T14:05 2027-01-10T14:35 2027-07-10T14:05"},
        {"cron(10-20/5 0 1 1 ? 2027/2)", "2026-11-27",
         "2027-01-01T00:10 2027-01-01T00:15 2027-01-01T00:20 2029-01-01T00:10"},
        {"cron(0 0 1 NOV-FEB ? 2026-2027)", "2026-11-27",
         "2026-12-01T00:00 2027-01-01T00:00 2027-02-01T00:00 2027-11-01T00:00"},
        {"cron(0 0 1 1 ? 1970)", "2026-11-27", "never"},
        {"cron(59 23 31 12 ? 2199)", "2026-11-27", "2199-12-31T23:59 never"},
        /* In UTC: the nights of a change of clocks in Europe and America have all their hours once. */
        {"cron(30 2 * * ? *)", "2026-03-28T12:00", "2026-03-29T02:30 2026-03-30T02:30"},
        {"cron(30 2 * * ? *)", "2026-10-24T12:00", "2026-10-25T02:30 2026-10-26T02:30"},
        {"cron(0 */6 8 3 ? 2026)", "2026-03-07",
         "2026-03-08T00:00 2026-03-08T06:00 2026-03-08T12:00 2026-03-08T18:00 never"},
        {"rate(1 minute)", "2026-11-27T10:00:30", "2026-11-27T10:01 2026-11-27T10:02"},
        {"rate(5 minutes)", "2026-11-27T10:00", "2026-11-27T10:05"},
        {"rate(1 hour)", "2026-11-27T23:00", "2026-11-28T00:00"},
        {"rate(2 days)", "2028-02-28", "2028-03-01T00:00"},
    };
    (void)state;
    setenv("TZ", "Europe/Berlin", 1); /* nor does the zone of this machine */
    tzset();
    for (size_t i = 0; i < BF_COUNT(rows); i++) {
        if (strncmp(rows[i].schedule, "rate(1 minute)", 14) == 0)
            continue; /* below: it keeps its seconds */
        check_times(rows[i].schedule, rows[i].after, rows[i].wanted);
    }
    struct bl_schedule s;
    struct bf_err e;
    assert_true(bl_schedule_parse(BF_STR("rate(1 minute)"), &s, &e));
    assert_int_equal(bl_schedule_next(&s, 12345), 72345);
}

static void test_bad_schedules(void **state)
{
    static const char *const rows[] = {
        "",
        "cron",
        "cron()",
        "cron(* * * * ? *",
        "at(2026-11-27T00:00:00)",
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(-1 minutes)",
        "rate(1.5 hours)",
        "rate(5 seconds)",
        "rate(5)",
        "rate(5  minutes)",
        "cron(* * * * *)",
        "cron(* * * * ? * *)",
        "cron(* * * * * *)", /* one of the days is ? */
        "cron(* * ? * ? *)",
        "cron(60 * * * ? *)",
        "cron(* 24 * * ? *)",
        "cron(* * 0 * ? *)",
        "cron(* * 32 * ? *)",
        "cron(* * * 13 ? *)",
        "cron(* * ? * 0 *)",
        "cron(* * ? * 8 *)",
        "cron(* * ? * 2#6 *)",
        "cron(* * ? * MO *)",
        "cron(* * 32W * ? *)",
        "cron(* * L-3 * ? *)",
        "cron(* * * * ? 1969)",
        "cron(* * * * ? 2200)",
        "cron(* * * * ? 2030-2020)",
        "cron(*/0 * * * ? *)",
        "cron(1, * * * ? *)",
        "cron(? * * * ? *)",
        "cron(0 0 L 2 MON *)",
    };
    struct bl_schedule s;
    struct bf_err e;
    (void)state;
    for (size_t i = 0; i < BF_COUNT(rows); i++)
        if (bl_schedule_parse(bf_str_of(rows[i]), &s, &e))
            fail_msg("%s is taken", rows[i]);
}

#define EVENT                                                                                      \
    "{\"version\":\"0\",\"id\":\"7bf7\",\"detail-type\":\"EC2 "                                    \
    "State\",\"resources\":[\"arn:1\",\"arn:2\"],"                                                 \
    "\"time\":\"2015-11-11T21:29:54Z\",\"detail\":{\"instance-id\":\"i-01\",\"state\":"            \
    "\"RUNNING\","                                                                                 \
    "\"n\":12.50,\"on\":true,\"none\":null,\"say\":\"a "                                           \
    "\\\"b\\\"\",\"list\":[{\"x\":1},{\"y\":2},{\"x\":3}],"                                        \
    "\"obj\":{\"k\":\"v\"}}}"

static void test_paths(void **state)
{
    static const char *const rows[][2] = {
        {"$.id", "\"7bf7\""},
        {"$.detail.n", "12.50"},
        {"$.detail.instance-id", "\"i-01\""},
        {"$.resources[1]", "\"arn:2\""},
        {"$.resources[2]", NULL},
        {"$['detail-type']", "\"EC2 State\""},
        {"$.detail['obj'].k", "\"v\""},
        {"$.detail.list[*].x", "[1,3]"},
        {"$.detail.list[*].z", NULL},
        {"$.resources[*]", "[\"arn:1\",\"arn:2\"]"},
        {"$.detail.none", "null"},
        {"$.detail.absent", NULL},
        {"$.id.deeper", NULL},
        {"$.id[0]", NULL},
    };
    static const char *const bad[] = {"",      "id",          "$.",      "$..id",  "$id",
                                      "$.a[",  "$.a[]",       "$.a[-1]", "$.a[x]", "$.a['b",
                                      "$.a b", "$.a[?(@.b)]", "$.a[1:2]"};
    struct bf_buf out;
    (void)state;
    bf_buf_init(&out, 1024);
    for (size_t i = 0; i < BF_COUNT(rows); i++) {
        bf_buf_reset(&out);
        assert_true(bl_json_path_check(bf_str_of(rows[i][0])));
        bool found = bl_json_path_get(BF_STR(EVENT), bf_str_of(rows[i][0]), &out);
        if (found != (rows[i][1] != NULL) ||
            (found && !bf_str_eq(bf_buf_view(&out), bf_str_of(rows[i][1]))))
            fail_msg("%s: %d %.*s", rows[i][0], found, (int)out.n, out.p);
    }
    for (size_t i = 0; i < BF_COUNT(bad); i++)
        if (bl_json_path_check(bf_str_of(bad[i])))
            fail_msg("%s is taken", bad[i]);
    bf_buf_free(&out);
}

#define PATHS                                                                                      \
    "\"InputPathsMap\":{\"instance\":\"$.detail.instance-id\",\"state\":\"$.detail.state\","       \
    "\"n\":\"$.detail.n\",\"say\":\"$.detail.say\",\"obj\":\"$.detail.obj\","                      \
    "\"list\":\"$.resources\",\"no\":\"$.detail.absent\",\"null\":\"$.detail.none\"}"

static bool transform(const char *template, struct bf_buf *out, struct bf_err *e)
{
    const struct bl_transform_event ev = {.event = BF_STR(EVENT),
                                          .rule_arn =
                                              "arn:aws:events:us-east-1:000000000000:rule/r",
                                          .rule_name = "r",
                                          .put_ms = 1795759200000};
    json_error_t error;
    json_t *t = json_loads("{" PATHS "}", 0, &error);
    assert_non_null(t);
    json_object_set_new(t, "InputTemplate", json_string(template));
    bf_buf_reset(out);
    bool ok = bl_transform_check(t, e) && bl_transform(t, &ev, out, e);
    json_decref(t);
    return ok;
}

static void test_transform(void **state)
{
    static const char *const rows[][2] = {
        {"\"instance <instance> is in <state>\"", "\"instance i-01 is in RUNNING\""},
        {"\"instance \\\"<instance>\\\" is in <state>\"",
         "\"instance \\\"i-01\\\" is in RUNNING\""},
        {"{\"instance\": <instance>, \"state\": \"<state>\"}",
         "{\"instance\": \"i-01\", \"state\": \"RUNNING\"}"},
        {"{\"a\":[9,<state>,true],\"<state>\":\"Yes\"}",
         "{\"a\":[9,\"RUNNING\",true],\"RUNNING\":\"Yes\"}"},
        {"{\"n\":<n>,\"t\":\"<n>!\"}", "{\"n\":12.50,\"t\":\"12.50!\"}"},
        {"<say>", "\"a \\\"b\\\"\""},
        {"{\"s\":\"<say>\"}", "{\"s\":\"a \\\"b\\\"\"}"},
        {"<obj>", "{\"k\":\"v\"}"},
        {"{\"o\":<obj>,\"in\":\"<obj> <list>\"}",
         "{\"o\":{\"k\":\"v\"},\"in\":\"{k:v} [arn:1,arn:2]\"}"},
        {"{\"a\":<no>,\"b\":\"x<no>y\",\"c\":<null>}", "{\"a\":\"\",\"b\":\"xy\",\"c\":null}"},
        {"{\"r\":<aws.events.rule-arn>,\"n\":\"<aws.events.rule-name>\"}",
         "{\"r\":\"arn:aws:events:us-east-1:000000000000:rule/r\",\"n\":\"r\"}"},
        {"<aws.events.event.ingestion-time>", "\"2026-11-27T06:00:00Z\""},
        {"{\"e\":<aws.events.event>}",
         "{\"e\":{\"version\":\"0\",\"id\":\"7bf7\",\"detail-type\":\"EC2 State\",\"resources\":["
         "\"arn:1\",\"arn:2\"],\"time\":\"2015-11-11T21:29:54Z\"}}"},
        {"<aws.events.event.json>", EVENT},
        {"\"<instance>: order <n>\"", "\"i-01: order 12.50\""},
        {"\"<instance>: order <n>\"\n\"says <say>\"\n",
         "\"i-01: order 12.50\"\n\"says a \\\"b\\\"\"\n"},
        {"\"one\"\n\n\"two\"", "\"one\"\n\n\"two\""},
        {"{\"lt\":\"a < b\",\"gt\":\"<a b>\"}", "{\"lt\":\"a < b\",\"gt\":\"<a b>\"}"},
    };
    static const char *const bad[] = {
        "",
        "plain <state>",
        "\"one\"\nplain",
        "\"one\" \"two\"",
        "\n",
        "{\"a\":<unknown>}",
        "\"<aws.events.event.json>\"",
        "<aws.events.x>",
        "{\"a\":<n>",
        "\"<aws.events.event>\"",
    };
    struct bf_buf out;
    struct bf_err e;
    (void)state;
    bf_buf_init(&out, 8192);
    for (size_t i = 0; i < BF_COUNT(rows); i++)
        if (!transform(rows[i][0], &out, &e))
            fail_msg("%s: %s", rows[i][0], e.text);
        else if (!bf_str_eq(bf_buf_view(&out), bf_str_of(rows[i][1])))
            fail_msg("%s:\n  %.*s\n  %s", rows[i][0], (int)out.n, out.p, rows[i][1]);
    for (size_t i = 0; i < BF_COUNT(bad); i++)
        if (transform(bad[i], &out, &e))
            fail_msg("%s is taken", bad[i]);
    bf_buf_free(&out);
}

static void test_bad_paths(void **state)
{
    static const char *const rows[] = {
        "{\"InputTemplate\":\"1\",\"InputPathsMap\":{\"AWS.x\":\"$.a\"}}",
        "{\"InputTemplate\":\"1\",\"InputPathsMap\":{\"awsx\":\"$.a\"}}",
        "{\"InputTemplate\":\"1\",\"InputPathsMap\":{\"a b\":\"$.a\"}}",
        "{\"InputTemplate\":\"1\",\"InputPathsMap\":{\"a\":\"a\"}}",
        "{\"InputPathsMap\":{\"a\":\"$.a\"}}",
    };
    json_error_t error;
    struct bf_err e;
    (void)state;
    for (size_t i = 0; i < BF_COUNT(rows); i++) {
        json_t *t = json_loads(rows[i], 0, &error);
        assert_non_null(t);
        if (bl_transform_check(t, &e))
            fail_msg("%s is taken", rows[i]);
        json_decref(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedules), cmocka_unit_test(test_bad_schedules),
        cmocka_unit_test(test_paths),     cmocka_unit_test(test_transform),
        cmocka_unit_test(test_bad_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
