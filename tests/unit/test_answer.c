/* Error answers in both protocols, as services and their stand-ins write them. */
#include "tests/unit/unit.h"

#include "lib/aws/http/answer.h"

static const struct bf_str none;

static void json_errors(void **unused)
{
    (void)unused;
    static const struct {
        int status;
        const char *header, *body, *code, *message;
    } cases[] = {
        {400, "",
         "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\","
         "\"message\":\"Requested resource not found\"}",
         "ResourceNotFoundException", "Requested resource not found"},
        {400, "", "{\"__type\":\"ExpiredIteratorException\",\"Message\":\"old\"}",
         "ExpiredIteratorException", "old"},
        {403, "AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/",
         "{\"Message\":\"no\"}", "AccessDeniedException", "no"},
        /* the header is the protocol's word */
        {400, "Outer", "{\"__type\":\"Inner\"}", "Outer", ""},
        {400, "", "{\"code\":\"Plain\",\"message\":\"x\"}", "Plain", "x"},
        {400, "", "{\"code\":\"Second\",\"__type\":\"a#First\"}", "First", ""},
        {400, "", "{\"__type\":\"A\",\"message\":\"one\\ntwo: x-amz-security-token:secret\"}", "A",
         "one"},
        {400, "", "{\"__type\":\"A\",\"message\":\"\\u00e4\\\"b\"}", "A", "\xC3\xA4\"b"},
        {400, "", "{\"__type\":\"A\",\"message\":7}", "A", ""},
        /* cut off: what was read is kept */
        {400, "", "{\"__type\":\"Half\",\"mess", "Half", ""},
        {502, "", "<html>Bad Gateway</html>", "BadGateway", ""},
        {503, "", "", "ServiceUnavailable", ""},
        {413, "", "", "EntityTooLarge", ""},
        {400, "", "[]", "BadRequest", ""},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_answer_error got;
        bf_answer_json_error(cases[i].status, bf_str_of(cases[i].header), bf_str_of(cases[i].body),
                             &got);
        assert_string_equal(got.code, cases[i].code);
        assert_string_equal(got.message, cases[i].message);
    }
}

static void xml_errors(void **unused)
{
    (void)unused;
    struct bf_answer_error got;
    bf_answer_xml_error(404,
                        BF_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey"
                               "</Code><Message>The specified key does not exist.</Message>"
                               "<Key>a&amp;b</Key></Error>"),
                        &got);
    assert_string_equal(got.code, "NoSuchKey");
    assert_string_equal(got.message, "The specified key does not exist.");
    assert_string_equal(got.region, "");

    bf_answer_xml_error(400,
                        BF_STR("<Error><Code>AuthorizationHeaderMalformed</Code><Message>the "
                               "region &apos;us-east-1&apos; is wrong; expecting &#39;eu&#x27;"
                               "</Message><Region>eu-central-1</Region></Error>"),
                        &got);
    assert_string_equal(got.message, "the region 'us-east-1' is wrong; expecting 'eu'");
    assert_string_equal(got.region, "eu-central-1");

    bf_answer_xml_error(404, none, &got);
    assert_string_equal(got.code, "NotFound");
    bf_answer_xml_error(301, none, &got);
    assert_string_equal(got.code, "PermanentRedirect");
    bf_answer_xml_error(418, BF_STR("<Error><Code>"), &got);
    assert_string_equal(got.code, "HTTP418");
}

static void xml_texts(void **unused)
{
    (void)unused;
    char out[8];
    struct bf_str doc = BF_STR("<A><B>1 &lt; 2</B><C>long long text</C><D>&nope;&#0;&</D></A>");
    assert_true(bf_answer_xml_text(doc, "B", out, sizeof out));
    assert_string_equal(out, "1 < 2");
    assert_true(bf_answer_xml_text(doc, "C", out, sizeof out));
    assert_string_equal(out, "long lo");
    assert_true(bf_answer_xml_text(doc, "D", out, sizeof out));
    assert_string_equal(out, "&nope;&");
    assert_false(bf_answer_xml_text(doc, "E", out, sizeof out));
    assert_string_equal(out, "");
    assert_false(bf_answer_xml_text(none, "A", out, sizeof out));
    /* by elements, not by what looks like one */
    assert_true(bf_answer_xml_text(BF_STR("<A><!-- <B>no</B> --><x:B a='>'>yes</x:B></A>"), "B",
                                   out, sizeof out));
    assert_string_equal(out, "yes");
    assert_true(bf_answer_xml_text(BF_STR("<A><B/></A>"), "B", out, sizeof out));
    assert_string_equal(out, "");
    assert_false(bf_answer_xml_text(BF_STR("<!DOCTYPE html><B>no</B>"), "B", out, sizeof out));
    assert_false(bf_answer_xml_text(BF_STR("<A><B>cut off"), "B", out, sizeof out));
    /* never half a character */
    assert_true(bf_answer_xml_text(BF_STR("<A>123456\xC3\xA4</A>"), "A", out, sizeof out));
    assert_string_equal(out, "123456");
}

static void an_error_behind_a_200(void **unused)
{
    (void)unused;
    assert_true(bf_answer_xml_is_error(BF_STR("<Error><Code>InternalError</Code></Error>")));
    assert_true(bf_answer_xml_is_error(
        BF_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n<Error><Code>x</Code></Error>")));
    assert_true(bf_answer_xml_is_error(BF_STR("   <?xml version=\"1.0\"?> <Error xmlns=\"x\">")));
    assert_false(bf_answer_xml_is_error(
        BF_STR("<CompleteMultipartUploadResult><Error></Error></CompleteMultipartUploadResult>")));
    assert_false(bf_answer_xml_is_error(BF_STR("<Errors>")));
    assert_false(bf_answer_xml_is_error(BF_STR("<?xml")));
    assert_false(bf_answer_xml_is_error(none));
}

static void checksums(void **unused)
{
    (void)unused;
    assert_true(bf_answer_crc32(none, BF_STR("anything")));
    assert_true(bf_answer_crc32(BF_STR("2745614147"), BF_STR("{}")));
    assert_false(bf_answer_crc32(BF_STR("2745614148"), BF_STR("{}")));
    assert_false(bf_answer_crc32(BF_STR("x"), BF_STR("{}")));
    assert_true(bf_answer_crc32(BF_STR("0"), none));
}

static void house_codes(void **unused)
{
    (void)unused;
    static const struct {
        int status;
        const char *code;
        enum bf_err_code want;
    } cases[] = {
        {400, "ProvisionedThroughputExceededException", BF_E_THROTTLED},
        {503, "SlowDown", BF_E_THROTTLED},
        {400, "AccessDeniedException", BF_E_DENIED},
        {403, "AccessDenied", BF_E_DENIED},
        {400, "UnrecognizedClientException", BF_E_DENIED},
        {403, "SignatureDoesNotMatch", BF_E_DENIED},
        {400, "ExpiredTokenException", BF_E_DENIED},
        {400, "ResourceNotFoundException", BF_E_NOTFOUND},
        {404, "NoSuchBucket", BF_E_NOTFOUND},
        {400, "ValidationException", BF_E_SERVICE},
        {500, "InternalServerError", BF_E_SERVICE},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        assert_int_equal(bf_answer_err_code(cases[i].status, bf_str_of(cases[i].code)),
                         cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_errors), cmocka_unit_test(xml_errors),
        cmocka_unit_test(xml_texts),   cmocka_unit_test(an_error_behind_a_200),
        cmocka_unit_test(checksums),   cmocka_unit_test(house_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
