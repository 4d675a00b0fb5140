/* S3's small parts: XML both ways, checksums. */
#include "tests/unit/unit.h"

#include "cmd/bflocal/s3/sum.h"
#include "cmd/bflocal/wire/xml.h"

/* The tokens of a document as text: "+a" opens, "-a" closes, "'...'" text, "!" an error, "." the end. */
static void walk(const char *document, struct bf_buf *out)
{
    struct bf_xml x;
    enum bf_xml_token t;
    bf_buf_init(out, 4096);
    bf_xml_init(&x, bf_str_of(document));
    do {
        t = bf_xml_next(&x);
        if (t == BF_XML_OPEN || t == BF_XML_CLOSE)
            bf_buf_addf(out, "%c%.*s ", t == BF_XML_OPEN ? '+' : '-', (int)x.name.n, x.name.p);
        else if (t == BF_XML_TEXT)
            bf_buf_addf(out, "'%.*s' ", (int)x.text.n, x.text.p);
    } while (t != BF_XML_END && t != BF_XML_ERROR);
    bf_buf_addc(out, t == BF_XML_END ? '.' : '!');
    bf_buf_addc(out, '\0');
}

static void xml_tokens(void **state)
{
    (void)state;
    static const struct {
        const char *document, *tokens;
    } cases[] = {
        {"<a>1</a>", "+a '1' -a ."},
        {"<?xml version=\"1.0\"?>\n<!-- <x> --><a xmlns='u>v'><b/><c d=\"/\">t</c ></a>\n",
         "+a +b -b +c 't' -c -a ."},
        {"<ns:a><ns:b>x&amp;y</ns:b></ns:a>", "+a +b 'x&amp;y' -b -a ."},
        {"\xef\xbb\xbf<a/>", "+a -a ."},
        {"", "!"},
        {"text", "!"},
        {"<a>", "+a !"},
        {"<a></b>", "+a !"},
        {"<a/><b/>", "+a -a !"},
        {"</a>", "!"},
        {"<a", "!"},
        {"<>", "!"},
        {"<!DOCTYPE a [<!ENTITY x \"y\">]><a/>", "!"},
        {"<a><![CDATA[x]]></a>", "+a !"},
        {"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
         "+a +a +a +a +a +a +a +a +a +a +a +a +a +a +a +a !"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_buf out;
        walk(cases[i].document, &out);
        assert_string_equal(out.p, cases[i].tokens);
        bf_buf_free(&out);
    }
}

static void xml_text(void **state)
{
    (void)state;
    static const char *const bad[] = {"&",        "&x;",        "&#;",         "&#x;",
                                      "&#xd800;", "&#x110000;", "&#12345678;", "&#1a;"};
    struct bf_buf out;
    bf_buf_init(&out, 256);
    bl_xml_put(&out, BF_STR("a<b>&\"c\"\r\x01"));
    assert_str(bf_buf_view(&out), "a&lt;b&gt;&amp;&quot;c&quot;&#xD;&#x1;");
    struct bf_buf back;
    bf_buf_init(&back, 256);
    assert_true(bf_xml_decode(&back, bf_buf_view(&out)));
    assert_str(bf_buf_view(&back), "a<b>&\"c\"\r\x01");
    bf_buf_reset(&back);
    assert_true(bf_xml_decode(&back, BF_STR("&#65;&#x20AC;&apos;")));
    assert_str(bf_buf_view(&back), "A\xe2\x82\xac'");
    for (size_t i = 0; i < BF_COUNT(bad); i++)
        assert_false(bf_xml_decode(&back, bf_str_of(bad[i])));
    bf_buf_free(&out);
    bf_buf_free(&back);
}

/* "123456789", by the CRC catalogue and by sha1sum and sha256sum. */
static void sums(void **state)
{
    (void)state;
    static const struct {
        enum bl_sum sum;
        const char *name, *header, *text;
    } cases[] = {
        {BL_SUM_CRC32, "CRC32", "x-amz-checksum-crc32", "y/Q5Jg=="},
        {BL_SUM_CRC32C, "CRC32C", "x-amz-checksum-crc32c", "4waSgw=="},
        {BL_SUM_CRC64NVME, "CRC64NVME", "x-amz-checksum-crc64nvme", "rosUhgp5mIg="},
        {BL_SUM_SHA1, "SHA1", "x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="},
        {BL_SUM_SHA256, "SHA256", "x-amz-checksum-sha256",
         "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bl_summer s;
        unsigned char bytes[BL_SUM_BYTES];
        char text[BL_SUM_TEXT];
        assert_int_equal(bl_sum_by_name(bf_str_of(cases[i].name)), cases[i].sum);
        assert_int_equal(bl_sum_by_header(bf_str_of(cases[i].header)), cases[i].sum);
        assert_true(bl_summer_init(&s, cases[i].sum));
        assert_true(bl_summer_add(&s, BF_STR("1234")) && bl_summer_add(&s, BF_STR("56789")));
        assert_true(bl_summer_end(&s, bytes));
        bl_sum_print(cases[i].sum, bytes, text);
        assert_string_equal(text, cases[i].text);
        bl_summer_free(&s);
    }
    assert_int_equal(bl_sum_by_name(BF_STR("MD5")), BL_SUM_NONE);
    assert_int_equal(bl_sum_by_header(BF_STR("x-amz-checksum-")), BL_SUM_NONE);
    assert_int_equal(bl_sum_by_header(BF_STR("")), BL_SUM_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_tokens),
        cmocka_unit_test(xml_text),
        cmocka_unit_test(sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
