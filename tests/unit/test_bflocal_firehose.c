/* Firehose in bflocal, the parts without IO: jq's paths, de-aggregation, a function's answer, error records, settings. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "cmd/bflocal/firehose/settings.h"
#include "cmd/bflocal/firehose/transform.h"
#include "lib/json/doc.h"

/* What the keys of a record are, NUL shown as a bar; "!" and the reason without any. */
static const char *keys(const char *query, const char *record)
{
    static char shown[512];
    struct bl_jq q;
    struct bf_buf out;
    struct bf_err e = {0};
    bf_buf_init(&out, sizeof shown);
    assert_true(bl_jq_parse(&q, bf_str_of(query), &e));
    bool ok = bl_jq_run(&q, bf_str_of(record), &out, &e);
    size_t n = 0;
    for (; ok && n < out.n; n++)
        shown[n] = out.p[n] ? out.p[n] : '|';
    shown[n] = '\0';
    if (!ok)
        snprintf(shown, sizeof shown, "!%s", e.text);
    bf_buf_free(&out);
    return shown;
}

static void paths(void **state)
{
    (void)state;
    assert_string_equal(keys("{a:.a}", "{\"a\":\"x\"}"), "a|x|");
    assert_string_equal(
        keys(" { \"k e\" : .a.b , n : .[\"a b\"] } ", "{\"a\":{\"b\":1.50},\"a b\":true}\n"),
        "k e|1.50|n|true|");
    assert_string_equal(keys("{a:.a[1].b,c:.a[0]}", "{\"a\":[\"\\u00e4\",{\"b\":2}]}"),
                        "a|2|c|\xc3\xa4|");
    assert_string_equal(keys("{a:.a.\"b\"}", "{\"a\":{\"b\":-1}}"), "a|-1|");
    assert_string_equal(keys("{a:.a}", "[1]"), "!Non JSON record provided");
    assert_string_equal(keys("{a:.a}", "{\"a\":1}{\"a\":2}"), "!Non JSON record provided");
    assert_string_equal(keys("{a:.a}", "text"), "!Non JSON record provided");
    static const char *const none[] = {"{}", "{\"a\":null}", "{\"a\":\"\"}", "{\"a\":[1]}",
                                       "{\"a\":{}}"};
    for (size_t i = 0; i < BF_COUNT(none); i++)
        assert_string_equal(keys("{a:.a}", none[i]),
                            "!partitionKeys values must not be null or empty: a");
    assert_string_equal(keys("{a:.a.b}", "{\"a\":1}"),
                        "!partitionKeys values must not be null or empty: a");
    assert_string_equal(keys("{a:.a[0]}", "{\"a\":{\"0\":1}}"),
                        "!partitionKeys values must not be null or empty: a");
}

static void no_paths(void **state)
{
    static const char *const wrong[] = {"",         ".a",       "{}",         "{a}",
                                        "{a:}",     "{a:.}",    "{a:.a",      "{a:.a|tostring}",
                                        "{a:.a}x",  "{a:.a[]}", "{a:.a[-1]}", "{a:.\"b\\n\"}",
                                        "{a:(.a)}", "{a:.a+1}", "{a:.a,}",    "{(.a):.b}",
                                        "{a:..}",   "{a:.a?}"};
    struct bl_jq q;
    struct bf_err e = {0};
    (void)state;
    for (size_t i = 0; i < BF_COUNT(wrong); i++) {
        if (bl_jq_parse(&q, bf_str_of(wrong[i]), &e))
            fail_msg("'%s' is taken", wrong[i]);
        assert_has(e.text, "MetadataExtractionQuery");
    }
}

/* The parts of one record, with bars between them. */
static const char *parts(enum bl_fh_split how, const char *delimiter, struct bf_str record)
{
    static char shown[256];
    struct bl_fh_batch in, out;
    struct bf_kpl kpl;
    struct bf_err e;
    size_t n = 0;
    bl_fh_batch_init(&in);
    bl_fh_batch_init(&out);
    bf_kpl_init(&kpl);
    assert_true(bl_fh_batch_add(&in, &(struct bl_fh_record){.data = record}, &e));
    assert_true(bl_fh_split(how, bf_str_of(delimiter), &kpl, &in, &out, &e));
    for (size_t i = 0; i < out.n; i++)
        n += (size_t)snprintf(shown + n, sizeof shown - n, "%.*s|", (int)out.record[i].data.n,
                              out.record[i].data.p);
    bl_fh_batch_free(&in);
    bl_fh_batch_free(&out);
    bf_kpl_free(&kpl);
    return shown;
}

static void splits(void **state)
{
    (void)state;
    assert_string_equal(parts(BL_FH_SPLIT_NONE, "", BF_STR("{}{}")), "{}{}|");
    assert_string_equal(
        parts(BL_FH_SPLIT_JSON, "", BF_STR("{\"a\":1}{\"b\":2}\n {\"c\":\"}{\"}\n")),
        "{\"a\":1}|{\"b\":2}|{\"c\":\"}{\"}|");
    assert_string_equal(parts(BL_FH_SPLIT_JSON, "", BF_STR("{\"a\":1}x")), "{\"a\":1}x|");
    assert_string_equal(parts(BL_FH_SPLIT_JSON, "", BF_STR("[{},{}]")), "[{},{}]|");
    assert_string_equal(parts(BL_FH_SPLIT_JSON, "", BF_STR("")), "|");
    assert_string_equal(parts(BL_FH_SPLIT_DELIMITED, "##", BF_STR("a##b####c#")), "a|b|c#|");
    char many[3 * (BL_FH_SPLIT_MAX + 1)];
    for (size_t i = 0; i < sizeof many; i += 3)
        memcpy(many + i, "{} ", 3);
    struct bl_fh_batch in, out;
    struct bf_kpl kpl;
    struct bf_err e;
    bf_kpl_init(&kpl);
    for (size_t n = BL_FH_SPLIT_MAX; n <= BL_FH_SPLIT_MAX + 1;
         n++) { /* one with more stays whole */
        bl_fh_batch_init(&in);
        bl_fh_batch_init(&out);
        assert_true(bl_fh_batch_add(&in, &(struct bl_fh_record){.data = bf_str(many, 3 * n)}, &e));
        assert_true(bl_fh_split(BL_FH_SPLIT_JSON, BF_STR(""), &kpl, &in, &out, &e));
        assert_int_equal(out.n, n == BL_FH_SPLIT_MAX ? n : 1);
        bl_fh_batch_free(&in);
        bl_fh_batch_free(&out);
    }
    bf_kpl_free(&kpl);
}

static char told[512];

static bool note_failure(void *arg, const struct bl_fh_record *r, const struct bl_fh_failure *why,
                         struct bf_err *e)
{
    (void)arg;
    (void)e;
    size_t n = strlen(told);
    snprintf(told + n, sizeof told - n, "%lld:%s ", (long long)r->number, why->code);
    return true;
}

/* What becomes of three records, numbers 0 to 2, with this answer; %0 to %2 in it are their ids. */
static const char *answered(const char *answer)
{
    static char shown[512];
    struct bl_fh_record sent[3] = {
        {.number = 0, .part = -1}, {.number = 1, .part = -1}, {.number = 2, .part = -1}};
    struct bl_fh_transform t = {.failed = note_failure};
    struct bl_fh_failure whole = {0};
    struct bl_fh_batch out;
    struct bf_buf text;
    struct bf_err e = {0};
    char id[BL_FH_TRANSFORM_ID];
    size_t n = 0;
    told[0] = '\0';
    bf_buf_init(&text, 4096);
    for (; *answer; answer++)
        if (*answer == '%') {
            size_t i = (size_t)(*++answer - '0');
            bl_fh_transform_id(id, &sent[i], i);
            bf_buf_adds(&text, bf_str_of(id));
        } else
            bf_buf_addc(&text, *answer);
    bl_fh_batch_init(&out);
    assert_true(bl_fh_transform_answer(&t, sent, 3, bf_buf_view(&text), &out, &whole, &e));
    if (whole.code)
        n = (size_t)snprintf(shown, sizeof shown, "%s", whole.code);
    for (size_t i = 0; !whole.code && i < out.n; i++)
        n += (size_t)snprintf(shown + n, sizeof shown - n, "%lld=%.*s%.*s ",
                              (long long)out.record[i].number, (int)out.record[i].data.n,
                              out.record[i].data.p, (int)out.record[i].keys.n,
                              out.record[i].keys.n ? out.record[i].keys.p : "");
    snprintf(shown + n, sizeof shown - n, "%s", whole.code ? "" : told);
    bl_fh_batch_free(&out);
    bf_buf_free(&text);
    return shown;
}

static void answers(void **state)
{
    (void)state;
    assert_string_equal(
        answered("{\"records\":[{\"recordId\":\"%2\",\"result\":\"Ok\",\"data\":\"Yw==\"},{"
                 "\"recordId\":\"%0\",\"result\":\"Ok\",\"data\":\"YQ==\","
                 "\"metadata\":{\"x\":1,\"partitionKeys\":{\"k\":\"v\"}}},{\"recordId\":\"%1\","
                 "\"result\":\"Dropped\",\"data\":null}]}"),
        "0=a{\"k\":\"v\"} 2=c ");
    assert_string_equal(
        answered("{\"x\":[],\"records\":[{\"result\":\"ProcessingFailed\",\"recordId\":\"%0\"},{"
                 "\"recordId\":\"%1\",\"result\":\"Dropped\"},"
                 "{\"recordId\":\"%1\",\"result\":\"Dropped\"},{\"recordId\":\"none\",\"result\":"
                 "\"Ok\",\"data\":\"\"}]}"),
        "0:Lambda.ProcessingFailedStatus 1:Lambda.DuplicatedRecordId 2:Lambda.MissingRecordId ");
    assert_string_equal(answered("{\"records\":[{\"recordId\":\"%0\",\"result\":\"Ok\",\"data\":"
                                 "\"\\/\\/8=\"},{\"recordId\":\"%1\",\"result\":\"Dropped\"},"
                                 "{\"recordId\":\"%2\",\"result\":\"Dropped\"}]}"),
                        "0=\xff\xff ");
    static const char *const garbage[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"records\":{}}",
        "{\"records\":[1]}",
        "{\"records\":[{}]}",
        "{\"records\":[]",
        "{\"records\":[{\"recordId\":\"%0\",\"result\":\"ok\",\"data\":\"\"}]}",
        "{\"records\":[{\"recordId\":\"%0\",\"result\":\"Ok\",\"data\":\"?\"}]}",
        "{\"records\":[{\"recordId\":\"%0\",\"result\":\"Ok\"}]}",
        "{\"records\":[]} x"};
    for (size_t i = 0; i < BF_COUNT(garbage); i++)
        assert_string_equal(answered(garbage[i]), "Lambda.JsonProcessingException");
}

static void error_records(void **state)
{
    struct bf_buf out;
    struct bl_fh_record r = {.data = BF_STR("a\"b"), .at_ms = 1000};
    struct bl_fh_failure why = {BL_FH_PROCESSING, "C", "say \"x\"", 4, BF_STR("arn"), {NULL, 0}};
    (void)state;
    bf_buf_init(&out, 4096);
    bl_fh_failure_put(&out, &r, &why, 2000);
    assert_str(bf_buf_view(&out),
               "{\"attemptsMade\":4,\"arrivalTimestamp\":1000,\"errorCode\":\"C\",\"errorMessage\":"
               "\"say \\\"x\\\"\","
               "\"attemptEndingTimestamp\":2000,\"rawData\":\"YSJi\",\"lambdaArn\":\"arn\"}\n");
    bf_buf_reset(&out);
    why = (struct bl_fh_failure){BL_FH_CONVERSION, "C", "m", 1, {NULL, 0}, BF_STR("{}")};
    bl_fh_failure_put(&out, &r, &why, 2000);
    assert_str(bf_buf_view(&out), "{\"attemptsMade\":1,\"arrivalTimestamp\":1000,\"lastErrorCode\":"
                                  "\"C\",\"lastErrorMessage\":\"m\","
                                  "\"attemptEndingTimestamp\":2000,\"rawData\":\"YSJi\","
                                  "\"sequenceNumber\":null,\"subSequenceNumber\":null,"
                                  "\"dataCatalogTable\":{}}\n");
    bf_buf_free(&out);
}

/* The error prefix, evaluated for a failure of processing at 2026-11-28T10:00. */
static const char *error_prefix(const char *members)
{
    static char shown[256];
    char text[1024];
    struct bl_local l = {.region = "us-east-1"};
    struct bl_fh_settings s;
    struct bf_err e = {0};
    struct bf_buf out;
    snprintf(text, sizeof text, "{\"RoleARN\":\"r\",\"BucketARN\":\"arn:aws:s3:::lake\"%s}",
             members);
    json_t *doc = bf_doc_object(bf_str_of(text), BF_DOC_PLAIN, &e);
    assert_non_null(doc);
    bf_buf_init(&out, 1024);
    bool ok = bl_fh_settings_read(&s, &l, doc, &e) &&
              bf_prefix_put(&s.errors,
                            &(struct bf_prefix_values){.wall_ms = 1795860000000,
                                                       .error_type = "processing-failed"},
                            &out, &e);
    snprintf(shown, sizeof shown, "%.*s", ok ? (int)out.n : (int)strlen(e.text),
             ok ? out.p : e.text);
    bf_buf_free(&out);
    bl_fh_settings_free(&s);
    json_decref(doc);
    return shown;
}

static void settings(void **state)
{
    (void)state;
    assert_string_equal(error_prefix(""), "processing-failed/2026/11/28/10/");
    assert_string_equal(error_prefix(",\"Prefix\":\"sales/\""),
                        "sales/processing-failed/2026/11/28/10/");
    assert_string_equal(error_prefix(",\"ErrorOutputPrefix\":\"errors-\""),
                        "errors-processing-failed/2026/11/28/10/");
    assert_string_equal(error_prefix(",\"Prefix\":\"!{timestamp:yyyy}/\",\"ErrorOutputPrefix\":\"e/"
                                     "!{firehose:error-output-type}/!{timestamp:dd}/\""),
                        "e/processing-failed/28/");
    assert_string_equal(error_prefix(",\"BucketARN\":\"lake\""),
                        "'lake' is not the ARN of a bucket");
    assert_string_equal(error_prefix(",\"S3BackupMode\":\"Enabled\""),
                        "S3BackupConfiguration is required when S3BackupMode is Enabled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),   cmocka_unit_test(no_paths),      cmocka_unit_test(splits),
        cmocka_unit_test(answers), cmocka_unit_test(error_records), cmocka_unit_test(settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
