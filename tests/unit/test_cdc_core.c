/*
 * The JSON that a change record is passed over with (lib/json/core.h), at every vector level: it takes
 * what the pull scanner takes, and refuses what that refuses, wherever the text stands in memory.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/ddb/change.h"
#include "lib/json/cpu.h"
#include "lib/json/scan.h"

#define HEAD "{\"x\":"
#define TAIL ",\"eventName\":\"INSERT\",\"dynamodb\":{\"NewImage\":{}}}"

static const char *const documents[] = {
    "null",
    "[]",
    "{}",
    "\"\"",
    "-0.0e-0",
    "[1,[2,{\"a\":[]}],{\"b\":{}}]",
    "1e400",
    "\"\\ud83d\\ude00\"",
    "\"\xf4\x8f\xbf\xbf\"",
    " [ 1 , 2 ] ",
    "nul",
    "truee",
    "01",
    "1.",
    ".5",
    "-",
    "+1",
    "1e",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "{\"a\":}",
    "{\"a\" 1}",
    "{a:1}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\",\"b\"}",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\xc0\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\x01\"",
    "'a'",
    "",
    "\"\xe2\x82\"",
    "\"\xf0\x8f\xbf\xbf\"",
    "[\"a\"",
    "\"",
    "\"\\",
    "\"\\\"",
    "[[[[",
    "]",
    "}",
    ",",
    ":",
    "{\"a\":1 \"b\":2}",
    "{\"a\"::1}",
    "NaN",
    "0x1",
    "// c\n1",
    "\v1",
    "\"\\u00zz\"",
    "\"\\ud83d\\u0041\"",
};

static void same(struct bf_change *c, struct bf_str text)
{
    struct bf_err e = {0}, other = {0};
    bool valid = bf_json_check(text, &e);
    for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++) {
        if (!bf_cpu_use((enum bf_cpu)level))
            continue;
        bool taken = bf_change_parse(c, text, 0, &other) == BF_CHANGE;
        if (taken != valid)
            fail_msg("%s: %s: %s%s", bf_cpu_name((enum bf_cpu)level), text.p, e.text, other.text);
    }
}

static void test_documents(void **state)
{
    (void)state;
    struct bf_change c;
    struct bf_buf text;
    bf_change_init(&c);
    bf_buf_init(&text, 4096);
    for (size_t i = 0; i < BF_COUNT(documents); i++) {
        bf_buf_reset(&text);
        bf_buf_addf(&text, HEAD "%s" TAIL, documents[i]);
        same(&c, bf_str_of(bf_buf_cstr(&text)));
    }
    bf_buf_free(&text);
    bf_change_free(&c);
}

/* Strings of all lengths up to three vectors, with something special at every place. */
static void test_places(void **state)
{
    (void)state;
    static const char *const special[] = {
        "x",        "\\n",          "\\", "\x1f",           "\x80",
        "\xc3\xa9", "\xe2\x82\xac", "\"", "\\ud83d\\ude00", "\xf0\x9f\x98"};
    struct bf_change c;
    struct bf_buf text;
    bf_change_init(&c);
    bf_buf_init(&text, 4096);
    for (int n = 0; n < 97; n++)
        for (int at = 0; at <= n; at += n < 40 ? 1 : 5)
            for (size_t i = 0; i < BF_COUNT(special); i++) {
                bf_buf_reset(&text);
                bf_buf_addf(&text, HEAD "\"%0*d%s%0*d\"" TAIL, at + 1, 0, special[i], n - at + 1,
                            0);
                same(&c, bf_str_of(bf_buf_cstr(&text)));
            }
    bf_buf_free(&text);
    bf_change_free(&c);
}

/* Strings made of what escapes and UTF-8 can be, right and wrong, across the edges of vectors and blocks: each level says
 * the same of the same byte. */
static void test_strings(void **state)
{
    (void)state;
    static const char *const good[] = {"a",
                                       "bc",
                                       "0123456789",
                                       "\\n",
                                       "\\\"",
                                       "\\\\",
                                       "\\/",
                                       "\\u00e9",
                                       "\\uFFFF",
                                       "\\ud23d",
                                       "\\ud83d\\ude00",
                                       "\xc3\xa9",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xe0\xa0\x80",
                                       "\xe2\x82\xac",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf0\x9f\x98\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const wrong[] = {"\x01",
                                        "\x1f",
                                        "\\x",
                                        "\\u12",
                                        "\\u00g0",
                                        "\\ud83d",
                                        "\\ude00",
                                        "\\ud83d\\n",
                                        "\\ud83d\\ud83d",
                                        "\x80",
                                        "\xbf",
                                        "\xc3",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe2\x82",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf0\x9f\x98",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xff",
                                        "\xc3\xa9\xa9"};
    struct bf_change c;
    struct bf_buf text;
    struct bf_rng rng;
    unsigned refused = 0;
    bf_change_init(&c);
    bf_rng_seed(&rng, 11);
    bf_buf_init(&text, 4096);
    for (int i = 0; i < 60000; i++) {
        struct bf_err e[2] = {{0}, {0}};
        unsigned n = (unsigned)bf_rng_below(&rng, 60), k = 0,
                 some = 1 + (unsigned)bf_rng_below(&rng, 8);
        unsigned at = bf_rng_below(&rng, 2) ? (unsigned)bf_rng_below(&rng, n + 1) : n + 1;
        size_t first = bf_rng_below(&rng, BF_COUNT(good));
        bf_buf_reset(&text);
        bf_buf_lit(&text, HEAD "\"");
        for (; k <= n; k++) /* of few kinds, so that there are runs of each */
            bf_buf_addf(&text, "%s",
                        k == at ? wrong[bf_rng_below(&rng, BF_COUNT(wrong))]
                                : good[(first + bf_rng_below(&rng, some)) % BF_COUNT(good)]);
        bf_buf_lit(&text, "\"" TAIL);
        same(&c, bf_str_of(bf_buf_cstr(&text)));
        for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++)
            if (bf_cpu_use((enum bf_cpu)level))
                refused += bf_change_parse(&c, bf_buf_view(&text), 0, &e[level]) != BF_CHANGE;
        if (bf_cpu_use(BF_CPU_SSE2) && strcmp(e[0].text, e[1].text) != 0)
            fail_msg("'%s' against '%s': %.*s", e[0].text, e[1].text, (int)text.n, text.p);
    }
    assert_true(refused > 10000);
    bf_buf_free(&text);
    bf_change_free(&c);
}

/* Binaries: whole groups of four, with as much padding as there can be, and a wrong byte at every place. */
static void test_base64(void **state)
{
    (void)state;
    static const char digits[] = "AZaz09+/";
    static const char *const pads[] = {"", "=", "==", "==="};
    struct bf_change c;
    struct bf_attr a;
    struct bf_err e;
    bf_change_init(&c);
    for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++)
        for (size_t n = 0; bf_cpu_use((enum bf_cpu)level) && n < 100; n++)
            for (size_t pad = 0; pad < BF_COUNT(pads); pad++) {
                char av[160] = "{\"B\":\"";
                for (size_t i = 0; i < n; i++)
                    av[6 + i] = digits[i % 8];
                snprintf(av + 6 + n, 10, "%s\"}", pads[pad]);
                bool valid = (n + pad) % 4 == 0 && pad < 3 && n >= pad;
                assert_int_equal(bf_change_value(&c, bf_str_of(av), &a, &e), valid);
                for (size_t i = 0; valid && i < n; i++) {
                    av[6 + i] = "!-_.@[`{\x7f"[i % 9];
                    assert_false(bf_change_value(&c, bf_str_of(av), &a, &e));
                    av[6 + i] = digits[i % 8];
                }
            }
    assert_true(bf_change_value(&c, BF_STR("{\"B\":\"AAEqQQ\\u003d=\"}"), &a, &e));
    assert_false(bf_change_value(&c, BF_STR("{\"B\":\"AAEqQ\\u003d=\"}"), &a, &e));
    bf_change_free(&c);
}

/* Random documents of JSON's own bytes. */
static void test_noise(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "{",    "}",    "[", "]",  ",",        ":",      "\"a\"",   "\"", "1",  "-2.5e3",
        "true", "null", " ", "\\", "\xc3\xa9", "\"b\":", "{\"c\":", "[[", "]]", "}}"};
    struct bf_change c;
    struct bf_buf text;
    struct bf_rng rng;
    bf_change_init(&c);
    bf_rng_seed(&rng, 3);
    bf_buf_init(&text, 4096);
    for (int i = 0; i < 20000; i++) {
        bf_buf_reset(&text);
        bf_buf_lit(&text, HEAD);
        for (uint64_t n = 1 + bf_rng_below(&rng, 8); n > 0; n--)
            bf_buf_addf(&text, "%s", pieces[bf_rng_below(&rng, BF_COUNT(pieces))]);
        bf_buf_lit(&text, TAIL);
        same(&c, bf_str_of(bf_buf_cstr(&text)));
    }
    bf_buf_free(&text);
    bf_change_free(&c);
}

/* Every beginning of a record is refused, read in place or from a copy, and nothing behind it counts. */
static void test_beginnings(void **state)
{
    (void)state;
    static const char record[] = "{\"eventID\":\"\xc3\xa9\",\"eventName\":\"INSERT\",\"dynamodb\":{"
                                 "\"NewImage\":{\"a\":{\"N\":\"1.5\"},"
                                 "\"b\":{\"L\":[{\"S\":\"\\ud83d\\ude00\"}]}}}}";
    struct bf_change c;
    struct bf_err e;
    char place[400];
    bf_change_init(&c);
    for (size_t n = 0; n <= sizeof record - 1; n++) {
        memset(place, '}', sizeof place);
        memcpy(place, record, n);
        place[n] = '\n';
        bool whole = n == sizeof record - 1;
        assert_int_equal(bf_change_parse(&c, bf_str(place, n), 100, &e),
                         whole ? BF_CHANGE : BF_CHANGE_BAD);
        char *exact = malloc(n ? n : 1); /* so that a sanitizer sees a read past the end */
        assert_non_null(exact);
        memcpy(exact, record, n);
        assert_int_equal(bf_change_parse(&c, bf_str(exact, n), 0, &e),
                         whole ? BF_CHANGE : BF_CHANGE_BAD);
        free(exact);
    }
    bf_change_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents), cmocka_unit_test(test_places),
        cmocka_unit_test(test_strings),   cmocka_unit_test(test_base64),
        cmocka_unit_test(test_noise),     cmocka_unit_test(test_beginnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
