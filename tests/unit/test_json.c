/*
 * The scanner and the writer: texts that RFC 8259 allows and forbids, error positions,
 * slices, and agreement with jansson on generated and mutated text.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"

#include "lib/base/rng.h"
#include "lib/json/cpu.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

#define TEXT(lit)                                                                                  \
    {                                                                                              \
        "" lit, sizeof(lit) - 1                                                                    \
    }

static const struct bf_str accepted[] = {
    TEXT("null"),
    TEXT("true"),
    TEXT("false"),
    TEXT("0"),
    TEXT("-0"),
    TEXT("-0.0e-0"),
    TEXT("1E+2"),
    TEXT("1e400"),
    TEXT("123456789012345678901234567890.12345678901234567890"),
    TEXT("\"\""),
    TEXT(" \t\r\n[ ] \t\r\n"),
    TEXT("{}"),
    TEXT("[[[]],{},\"\"]"),
    TEXT("{\"\":{\"\":[]}}"),
    TEXT("{\"a\":1,\"a\":2}"),
    TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    TEXT("\"\\u0000\\u001f\\uABCD\\uabcd\\uffff\""),
    TEXT("\"\\ud83d\\ude00\\uD800\\uDC00\\uDBFF\\uDFFF\""),
    TEXT("\"\x7f\""),
    TEXT("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\""),
    TEXT("\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""),
    TEXT("\"\xef\xbb\xbf inside\""),
    TEXT("[1,\n2 , 3]"),
    TEXT("{ \"a\" : [ 1 , { \"b\" : null } ] , \"c\" : \"\" }"),
};

static const struct bf_str rejected[] = {
    TEXT(""),
    TEXT(" "),
    TEXT("nul"),
    TEXT("nulll"),
    TEXT("True"),
    TEXT("NaN"),
    TEXT("Infinity"),
    TEXT("-Infinity"),
    TEXT("+1"),
    TEXT("-"),
    TEXT("--1"),
    TEXT("01"),
    TEXT("-01"),
    TEXT("00"),
    TEXT("1."),
    TEXT(".5"),
    TEXT("-.5"),
    TEXT("1.e1"),
    TEXT("1e"),
    TEXT("1e+"),
    TEXT("1e1.5"),
    TEXT("0x1"),
    TEXT("1_000"),
    TEXT("1 2"),
    TEXT("\""),
    TEXT("\"\\\""),
    TEXT("\"\\x41\""),
    TEXT("\"\\'\""),
    TEXT("\"\\\0\""),
    TEXT("\"\\u12\""),
    TEXT("\"\\u12g4\""),
    TEXT("\"\\u 123\""),
    TEXT("\"\\U0041\""),
    TEXT("\"\\ud800\""),
    TEXT("\"\\ud800x\""),
    TEXT("\"\\ud800\\n\""),
    TEXT("\"\\ud800\\u0041\""),
    TEXT("\"\\ud800\\ud800\""),
    TEXT("\"\\udc00\""),
    TEXT("\"\\udc00\\ud800\""),
    TEXT("\"\\ud83d\\ude0\""),
    TEXT("\"\n\""),
    TEXT("\"\t\""),
    TEXT("\"\0\""),
    TEXT("\"\x1f\""),
    TEXT("\"\x80\""),
    TEXT("\"\xc0\x80\""),
    TEXT("\"\xc1\xbf\""),
    TEXT("\"\xc2\""),
    TEXT("\"\xe0\x9f\xbf\""),
    TEXT("\"\xed\xa0\x80\""),
    TEXT("\"\xf0\x8f\xbf\xbf\""),
    TEXT("\"\xf4\x90\x80\x80\""),
    TEXT("\"\xf5\x80\x80\x80\""),
    TEXT("\"\xff\""),
    TEXT("\"\xe2\x82\""),
    TEXT("\"\xe2\\u0082\""),
    TEXT("'a'"),
    TEXT("["),
    TEXT("]"),
    TEXT("[1"),
    TEXT("[1,"),
    TEXT("[,1]"),
    TEXT("[1,]"),
    TEXT("[1,,2]"),
    TEXT("[1 2]"),
    TEXT("[1:2]"),
    TEXT("[1}"),
    TEXT("[]]"),
    TEXT("[\"a\""),
    TEXT("{"),
    TEXT("}"),
    TEXT("{]"),
    TEXT("{\"a\"}"),
    TEXT("{\"a\":}"),
    TEXT("{\"a\" 1}"),
    TEXT("{\"a\":1"),
    TEXT("{\"a\":1,}"),
    TEXT("{,\"a\":1}"),
    TEXT("{\"a\":1,,\"b\":2}"),
    TEXT("{\"a\"::1}"),
    TEXT("{a:1}"),
    TEXT("{1:1}"),
    TEXT("{'a':1}"),
    TEXT("{\"a\":1 \"b\":2}"),
    TEXT("{\"a\",\"b\"}"),
    TEXT("{\"\\ud800\":1}"),
    TEXT("{\"\xff\":1}"),
    TEXT("{}{}"),
    TEXT("[] x"),
    TEXT("[1]\0"),
    TEXT("\xef\xbb\xbf[]"),
    TEXT("\xc2\xa0[]"),
    TEXT("[\v1]"),
    TEXT("[\f]"),
    TEXT("// c\n1"),
    TEXT("/* c */1"),
    TEXT("[1]#"),
    TEXT("\\u005b\\u005d"),
};

/* A copy that ends with its memory, so that a sanitizer notices a read past the end. */
static bool valid(struct bf_str text, struct bf_err *e)
{
    char *copy = malloc(text.n ? text.n : 1);
    if (text.n)
        memcpy(copy, text.p, text.n);
    bool ok = bf_json_check(bf_str(copy, text.n), e);
    free(copy);
    return ok;
}

static void accepts(void **state)
{
    (void)state;
    struct bf_err e = {0};
    for (size_t i = 0; i < BF_COUNT(accepted); i++)
        if (!valid(accepted[i], &e))
            fail_msg("rejected '%.*s': %s", (int)accepted[i].n, accepted[i].p, e.text);
}

static void rejects(void **state)
{
    (void)state;
    for (size_t i = 0; i < BF_COUNT(rejected); i++) {
        struct bf_err e = {0};
        if (valid(rejected[i], &e))
            fail_msg("accepted number %zu: '%.*s'", i, (int)rejected[i].n, rejected[i].p);
        assert_int_equal(e.code, BF_E_INPUT);
        assert_memory_equal(e.text, "byte ", 5);
    }
}

/* A proper prefix of a document in brackets or quotes is not a document. */
static void rejects_beginnings(void **state)
{
    (void)state;
    struct bf_str text =
        BF_STR("{\"a\\u00e9\":[1.5e-3,true,null,\"\xe2\x82\xac\\ud83d\\ude00\"],\"b\":{\"c\":-0}}");
    struct bf_err e = {0};
    assert_true(valid(text, &e));
    for (size_t n = 0; n < text.n; n++)
        assert_false(valid(bf_str(text.p, n), &e));
}

static void says_where(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"[1,x]", "byte 4: a value was expected"},
        {"{\"a\" 1}", "byte 6: ':' was expected"},
        {"{1:2}", "byte 2: a key in quotes was expected"},
        {"[1 2]", "byte 4: ',' or ']' was expected"},
        {"{\"a\":1;", "byte 7: ',' or '}' was expected"},
        {"[\"abc", "byte 2: unterminated string"},
        {"[\"ab\xff\"]", "byte 5: invalid UTF-8"},
        {"[] []", "byte 4: more text after the document"},
        {"", "byte 1: unexpected end, a value was expected"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_err e = {0};
        assert_false(bf_json_check(bf_str_of(cases[i].text), &e));
        assert_string_equal(e.text, cases[i].error);
    }
}

static void depth_is_limited(void **state)
{
    (void)state;
    char text[2 * BF_JSON_DEPTH + 2];
    struct bf_err e = {0};
    memset(text, '[', BF_JSON_DEPTH);
    memset(text + BF_JSON_DEPTH, ']', BF_JSON_DEPTH);
    assert_true(bf_json_check(bf_str(text, (size_t)2 * BF_JSON_DEPTH), &e));
    memset(text, '[', BF_JSON_DEPTH + 1);
    memset(text + BF_JSON_DEPTH + 1, ']', BF_JSON_DEPTH + 1);
    assert_false(bf_json_check(bf_str(text, sizeof text), &e));
    assert_int_equal(e.code, BF_E_LIMIT);
}

static void walks(void **state)
{
    (void)state;
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    struct bf_err e = {0};
    bf_json_init(
        &j, BF_STR(" { \"n\" : -1.50 , \"\\u0061\":\"x\\ty\", \"l\":[ ], \"o\":{\"k\":[1]} } "));
    assert_true(bf_json_enter(&j, BF_JSON_OBJECT, &e));
    assert_int_equal(bf_json_member(&j, &key, &e), BF_JSON_MORE);
    assert_true(bf_json_key_is(&key, "n"));
    assert_true(bf_json_value(&j, &v, &e));
    assert_int_equal(v.type, BF_JSON_NUMBER);
    assert_str(v.text, "-1.50");
    assert_int_equal(bf_json_member(&j, &key, &e), BF_JSON_MORE);
    assert_true(key.escaped);
    assert_true(bf_json_key_is(&key, "a"));
    assert_false(bf_json_key_is(&key, "ab"));
    assert_false(bf_json_key_is(&key, ""));
    assert_true(bf_json_string(&j, &v, &e));
    assert_true(v.escaped);
    assert_str(v.text, "x\\ty");
    assert_str(v.raw, "\"x\\ty\"");
    assert_int_equal(bf_json_member(&j, &key, &e), BF_JSON_MORE);
    assert_true(bf_json_enter(&j, BF_JSON_ARRAY, &e));
    assert_int_equal(bf_json_element(&j, &e), BF_JSON_END);
    assert_int_equal(bf_json_member(&j, &key, &e), BF_JSON_MORE);
    assert_true(bf_json_value(&j, &v, &e));
    assert_str(v.raw, "{\"k\":[1]}");
    assert_int_equal(bf_json_member(&j, &key, &e), BF_JSON_END);
    assert_true(bf_json_end(&j, &e));

    bf_json_init(&j, BF_STR("[1]"));
    assert_false(bf_json_enter(&j, BF_JSON_OBJECT, &e));
    assert_false(bf_json_string(&j, &v, &e));
    bf_json_init(&j, bf_str(NULL, 0));
    assert_false(bf_json_skip(&j, &e));
    assert_true(bf_json_end(&j, &e));
}

static void finds(void **state)
{
    (void)state;
    struct bf_json_val v;
    struct bf_err e = {0};
    bool found;
    assert_true(
        bf_json_find(BF_STR("{\"a\":1,\"b\":{\"a\":2},\"a\":3}"), BF_STR("a"), &v, &found, &e));
    assert_true(found);
    assert_str(v.text, "3");
    assert_true(bf_json_find(BF_STR("{}"), BF_STR("a"), &v, &found, &e));
    assert_false(found);
    assert_false(bf_json_find(BF_STR("{\"a\":1} x"), BF_STR("a"), &v, &found, &e));
    assert_false(bf_json_find(BF_STR("[]"), BF_STR("a"), &v, &found, &e));
}

static void unescapes(void **state)
{
    (void)state;
    struct bf_buf b;
    bf_buf_init(&b, 1000);
    bf_json_unescape(
        &b, BF_STR("\\\"\\\\\\/\\b\\f\\n\\r\\tplain\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\u0000"));
    assert_str(bf_buf_view(&b), "\"\\/\b\f\n\r\tplainA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0");
    bf_buf_free(&b);
}

static void writes(void **state)
{
    (void)state;
    struct bf_buf b;
    bool first = true;
    bf_buf_init(&b, 1000);
    bf_json_put_string(&b, BF_STR("a\"\\/\b\f\n\r\t\0\x1f\x7f\xe2\x82\xac"));
    assert_str(bf_buf_view(&b), "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xe2\x82\xac\"");
    bf_buf_reset(&b);
    bf_json_put_escaped(&b, BF_STR("\xff"
                                   "a\xe2\x82"
                                   "b\xed\xa0\x80"));
    assert_str(bf_buf_view(&b), "\xef\xbf\xbd"
                                "a\xef\xbf\xbd\xef\xbf\xbd"
                                "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    bf_buf_reset(&b);
    bf_json_put_key(&b, &first, BF_STR("a"));
    bf_json_put_key(&b, &first, BF_STR("b\n"));
    assert_str(bf_buf_view(&b), "\"a\":,\"b\\n\":");
    bf_buf_reset(&b);
    bf_json_put_string(&b, bf_str(NULL, 0));
    assert_str(bf_buf_view(&b), "\"\"");
    bf_buf_free(&b);
}

/* Strings of all short lengths with a special character at each place, in buffers of each size. */
static void writes_at_each_place(void **state)
{
    (void)state;
    static const char specials[] = "\"\\\n\x01x";
    for (size_t n = 0; n < 40; n++)
        for (size_t at = 0; at < n; at++)
            for (size_t k = 0; k < sizeof specials - 1; k++) {
                char text[40], want[100];
                struct bf_buf b, small;
                memset(text, 'a', sizeof text);
                text[at] = text[n - 1] = specials[k];
                size_t length = 0;
                for (size_t i = 0; i < n; i++)
                    length +=
                        (size_t)snprintf(want + length, sizeof want - length, "%s",
                                         text[i] == 'a' || text[i] == 'x' ? (char[]){text[i], 0}
                                         : text[i] == '"'                 ? "\\\""
                                         : text[i] == '\\'                ? "\\\\"
                                         : text[i] == '\n'                ? "\\n"
                                                                          : "\\u0001");
                bf_buf_init(&b, length + 1);
                bf_buf_init(&small, length > 1 ? length - 1 : 1);
                bf_json_put_escaped(&b, bf_str(text, n));
                bf_json_put_escaped(&small, bf_str(text, n));
                assert_true(bf_buf_ok(&b));
                assert_true(bf_str_eq(bf_buf_view(&b), bf_str(want, length)));
                assert_true(length < 2 || !bf_buf_ok(&small));
                bf_buf_free(&b);
                bf_buf_free(&small);
            }
}

/* ---- against jansson ---- */

static void generate(struct bf_rng *r, struct bf_buf *b, int depth)
{
    static const char *const atoms[] = {
        "null",    "true", "0",        "-1",          "2.5",          "1e5",
        "-0.0E-2", "\"\"", "\"x\\n\"", "\"\\u20ac\"", "\"\xc3\xa9\"", "\"\\ud83d\\ude00\"",
        "[]",      "{}",   " 7 "};
    uint64_t kind = depth > 4 ? 0 : bf_rng_below(r, 3);
    if (kind == 0) {
        bf_buf_adds(b, bf_str_of(atoms[bf_rng_below(r, BF_COUNT(atoms))]));
        return;
    }
    bf_buf_addc(b, kind == 1 ? '[' : '{');
    for (uint64_t i = 0, n = bf_rng_below(r, 5); i < n; i++) {
        if (i)
            bf_buf_addc(b, ',');
        if (kind == 2)
            bf_buf_addf(b, "\"k%u\" :", (unsigned)i);
        generate(r, b, depth + 1);
    }
    bf_buf_addc(b, kind == 1 ? ']' : '}');
}

static void mutate(struct bf_rng *r, struct bf_buf *b)
{
    static const char bytes[] = "{}[],:\"\\ntf0e-+.u \x80\xff\xc3\x1f";
    for (uint64_t i = bf_rng_below(r, 3); i-- && b->n;) {
        size_t at = (size_t)bf_rng_below(r, b->n);
        if (bf_rng_below(r, 2))
            b->p[at] = bytes[bf_rng_below(r, sizeof bytes - 1)];
        else {
            memmove(b->p + at, b->p + at + 1, b->n - at - 1);
            b->n--;
        }
    }
}

/* The values must be equal. Of duplicate members the last one counts on both sides. */
static void same_value(struct bf_str text, const json_t *want);

static void same_string(struct bf_str escaped, const char *want, size_t n)
{
    struct bf_buf b;
    bf_buf_init(&b, escaped.n + 1);
    bf_json_unescape(&b, escaped);
    assert_true(bf_buf_ok(&b));
    assert_int_equal(b.n, n);
    assert_memory_equal(n ? b.p : "", want, n);
    bf_buf_free(&b);
}

static void same_object(struct bf_str text, const json_t *want)
{
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)want, name, member)
    {
        struct bf_json_val v;
        struct bf_err e = {0};
        bool found = false;
        assert_true(bf_json_find(text, bf_str_of(name), &v, &found, &e));
        assert_true(found);
        same_value(v.raw, member);
    }
}

static void same_value(struct bf_str text, const json_t *want)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e = {0};
    bf_json_init(&j, text);
    assert_true(bf_json_value(&j, &v, &e));
    if (json_is_object(want)) {
        assert_int_equal(v.type, BF_JSON_OBJECT);
        same_object(v.raw, want);
    } else if (json_is_array(want)) {
        assert_int_equal(v.type, BF_JSON_ARRAY);
        bf_json_init(&j, text);
        assert_true(bf_json_enter(&j, BF_JSON_ARRAY, &e));
        for (size_t i = 0; i < json_array_size(want); i++) {
            assert_int_equal(bf_json_element(&j, &e), BF_JSON_MORE);
            assert_true(bf_json_value(&j, &v, &e));
            same_value(v.raw, json_array_get(want, i));
        }
        assert_int_equal(bf_json_element(&j, &e), BF_JSON_END);
    } else if (json_is_string(want)) {
        assert_int_equal(v.type, BF_JSON_STRING);
        same_string(v.text, json_string_value(want), json_string_length(want));
    } else if (json_is_number(want))
        assert_int_equal(v.type, BF_JSON_NUMBER);
    else
        assert_int_equal(v.type, json_is_true(want)    ? BF_JSON_TRUE
                                 : json_is_false(want) ? BF_JSON_FALSE
                                                       : BF_JSON_NULL);
}

/* The end and the first error of a string are found at every length and vector level. */
static void lengths_and_levels(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        bool sound;
    } piece[] = {{"x", true},         {"\\n", true},   {"\\q", false}, {"\xc3\xa9", true},
                 {"\xc3\x41", false}, {"\x1f", false}, {"\x7f", true}, {"\\\"", true}};
    struct bf_buf b;
    bf_buf_init(&b, 1024);
    for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++)
        for (size_t n = 0; bf_cpu_use((enum bf_cpu)level) && n < 180; n++)
            for (size_t at = 0; at <= n; at += 1 + n / 20)
                for (size_t k = 0; k < BF_COUNT(piece); k++) {
                    struct bf_err e;
                    struct bf_json j;
                    struct bf_json_val v;
                    bf_buf_reset(&b);
                    bf_buf_addf(&b, "\"%*.*s%s%*.*s\"x\"", (int)at, 0, "", piece[k].what,
                                (int)(n - at), 0, "");
                    bf_json_init(&j, bf_buf_view(&b));
                    assert_int_equal(bf_json_value(&j, &v, &e), piece[k].sound);
                    size_t length = n + strlen(piece[k].what);
                    if (piece[k].sound)
                        assert_int_equal(v.text.n, length);
                    const char *end = bf_json_plain(b.p + 1, b.p + b.n);
                    bool plain = strlen(piece[k].what) == 1 && piece[k].sound;
                    assert_ptr_equal(end, plain ? b.p + 1 + length : NULL);
                    assert_null(bf_json_plain(b.p + 1, b.p + 1 + (plain ? length : 0)));
                }
    bf_buf_free(&b);
}

static void agrees_with_jansson(void **state)
{
    (void)state;
    struct bf_rng r;
    struct bf_buf b;
    size_t good = 0, bad = 0;
    bf_rng_seed(&r, 20261127);
    bf_buf_init(&b, 1 << 20);
    for (int i = 0; i < 20000; i++) {
        bf_buf_reset(&b);
        generate(&r, &b, 0);
        assert_true(bf_buf_ok(&b));
        if (i % 4)
            mutate(&r, &b);
        struct bf_err e = {0};
        json_error_t error;
        json_t *doc = json_loadb(b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
        if (!doc && json_error_code(&error) == json_error_numeric_overflow)
            continue;
        bool ours = valid(bf_buf_view(&b), &e);
        if (ours != (doc != NULL))
            fail_msg("'%.*s': %s here, jansson: %s", (int)b.n, b.p, ours ? "valid" : e.text,
                     doc ? "valid" : error.text);
        if (doc)
            same_value(bf_buf_view(&b), doc);
        good += doc != NULL;
        bad += doc == NULL;
        json_decref(doc);
    }
    assert_true(good > 5000);
    assert_true(bad > 5000);
    bf_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),
        cmocka_unit_test(rejects),
        cmocka_unit_test(rejects_beginnings),
        cmocka_unit_test(says_where),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(walks),
        cmocka_unit_test(finds),
        cmocka_unit_test(unescapes),
        cmocka_unit_test(writes),
        cmocka_unit_test(writes_at_each_place),
        cmocka_unit_test(lengths_and_levels),
        cmocka_unit_test(agrees_with_jansson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
