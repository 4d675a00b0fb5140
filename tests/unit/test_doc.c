/* Small documents: what is taken, what is refused and how it is said. */
#include "tests/unit/unit.h"

#include "lib/json/doc.h"

static void reads_members(void **state)
{
    (void)state;
    struct bf_err e = {0};
    char text[4];
    uint64_t n = 5;
    json_t *d = bf_doc_object(
        BF_STR(" {\"s\":\"a\\u00e4\",\"nul\":\"a\\u0000b\",\"empty\":\"\",\"n\":9007199254740993,"
               "\"o\":{\"t\":true},\"a\":[1],\"neg\":-1,\"real\":1.0,\"s2\":\"abcd\",\"x\":1,\"x\":"
               "2}\n"),
        BF_DOC_PLAIN, &e);
    assert_non_null(d);
    assert_string_equal(bf_doc_get_word(d, "s"), "a\xC3\xA4");
    assert_int_equal(bf_doc_get_text(d, "nul").n, 3);
    assert_null(bf_doc_get_word(d, "nul"));
    assert_null(bf_doc_get_word(d, "empty"));
    assert_non_null(bf_doc_get_text(d, "empty").p);
    assert_null(bf_doc_get_text(d, "n").p);
    assert_null(bf_doc_get_text(NULL, "n").p);
    assert_true(bf_doc_get_u64(d, "n", &n, &e));
    assert_true(n == UINT64_C(9007199254740993)); /* no double has it */
    assert_true(bf_doc_get_u64(d, "none", &n, &e));
    assert_true(n == UINT64_C(9007199254740993));
    assert_true(bf_doc_get_u64(d, "x", &n, &e));
    assert_int_equal(n, 2); /* the last one */
    assert_false(bf_doc_get_u64(d, "neg", &n, &e));
    assert_false(bf_doc_get_u64(d, "real", &n, &e));
    assert_false(bf_doc_get_u64(d, "s", &n, &e));
    assert_has(e.text, "s is not a number of 0 and more");
    assert_true(bf_doc_is_true(bf_doc_get_object(d, "o"), "t"));
    assert_false(bf_doc_is_true(d, "o"));
    assert_null(bf_doc_get_object(d, "a"));
    assert_null(bf_doc_get_array(d, "o"));
    assert_int_equal(json_array_size(bf_doc_get_array(d, "a")), 1);
    assert_true(bf_doc_copy_text(d, "s", text, sizeof text, &e));
    assert_string_equal(text, "a\xC3\xA4");
    assert_true(bf_doc_copy_text(d, "none", text, sizeof text, &e));
    assert_string_equal(text, "");
    assert_false(bf_doc_copy_text(d, "s2", text, sizeof text, &e));
    assert_has(e.text, "s2 is longer than 3 bytes");
    bf_doc_free(d);
    d = bf_doc_array(BF_STR("[{}]"), &e);
    assert_non_null(d);
    bf_doc_free(d);
    bf_doc_free(NULL);
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "an object was expected"},
        {" \n", "an object was expected"},
        {"[]", "an object was expected"},
        {"{\"secret\":\"abc", "byte 14: unexpected end"},
        {"{\"a\":secret}", "byte 11: this is not JSON"},
        {"{} secret", "something comes after the document"},
        {"{\"a\":\"\xFF\"}", "invalid UTF-8"},
        {"{\"a\":1e999}", "a number is too large"},
        {"{\"a\":99999999999999999999}", "a number is too large"},
        {"{\"a\\u0000\":1}", "a name holds a NUL"},
        {"{\"a\":1,\"b\":2,\"a\":1}", "a name comes twice"},
    };
    struct bf_err e;
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        bf_err_clear(&e);
        assert_null(bf_doc_object(bf_str_of(cases[i].text), BF_DOC_STRICT, &e));
        assert_int_equal(e.code, BF_E_INPUT);
        assert_has(e.text, cases[i].error);
        assert_null(strstr(e.text, "secret"));
    }
    assert_null(bf_doc_array(BF_STR("{}"), &e));
    assert_has(e.text, "an array was expected");
    /* nesting ends before the stack does */
    enum { DEEP = 100000 };
    static char deep[DEEP];
    memset(deep, '[', sizeof deep);
    assert_null(bf_doc_array(bf_str(deep, sizeof deep), &e));
    assert_has(e.text, "nested too deep");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_members), cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
