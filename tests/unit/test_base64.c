/* Base64: every way of doing it against the plain reading of RFC 4648, in memory that ends where the data ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "lib/encoding/base64.h"
#include "lib/base/rng.h"

enum { LONGEST = 200, TEXT = (LONGEST + 2) / 3 * 4 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The definition, a bit at a time. */
static size_t define(char *out, const unsigned char *p, size_t n)
{
    size_t chars = (8 * n + 5) / 6, i;
    for (i = 0; i < chars; i++) {
        unsigned v = 0;
        for (size_t bit = 6 * i; bit < 6 * i + 6; bit++)
            v = v << 1 | (bit / 8 < n ? (unsigned)p[bit / 8] >> (7 - bit % 8) & 1 : 0);
        out[i] = alphabet[v];
    }
    while (i % 4)
        out[i++] = '=';
    return i;
}

/* A copy that ends with its memory, so that sanitizers and valgrind see what reads on. */
static char *exact(const void *p, size_t n)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    if (n)
        memcpy(copy, p, n);
    return copy;
}

static void assert_encodes(const char *data, size_t n, struct bf_str want)
{
    struct bf_buf out;
    char *from = exact(data, n);
    bf_buf_init(&out, want.n ? want.n : 1); /* no byte of room more than it takes */
    bf_base64_encode(&out, bf_str(from, n));
    assert_true(bf_buf_ok(&out));
    assert_true(bf_str_eq(bf_buf_view(&out), want));
    bf_buf_free(&out);
    free(from);
}

/* With a quote behind it, and more text behind that: the same as what stands in front of the first quote. */
static void assert_quoted(struct bf_str text, size_t more)
{
    char all[2 * TEXT];
    struct bf_buf want, out;
    size_t n = SIZE_MAX;
    memset(all, 'A', sizeof all);
    if (text.n)
        memcpy(all, text.p, text.n);
    all[text.n] = '"';
    size_t front = (size_t)((char *)memchr(all, '"', text.n + 1) - all);
    bf_buf_init(&want, TEXT);
    bf_buf_init(&out, 4 * TEXT);
    bool ok = bf_base64_decode(&want, bf_str(all, front));
    char *from = exact(all, text.n + 1 + more);
    assert_int_equal(bf_base64_decode_quoted(&out, bf_str(from, text.n + 1 + more), &n), ok);
    assert_int_equal(out.n, want.n);
    if (ok) {
        assert_int_equal(n, front);
        assert_true(bf_str_eq(bf_buf_view(&out), bf_buf_view(&want)));
        assert_false(bf_base64_decode_quoted(&out, bf_str(from, front), &n));
    }
    free(from);
    bf_buf_free(&want);
    bf_buf_free(&out);
}

static bool decodes(struct bf_buf *out, struct bf_str text)
{
    char *from = exact(text.p, text.n);
    bf_buf_init(out, text.n ? text.n / 4 * 3 + 1 : 1);
    bool ok = bf_base64_decode(out, bf_str(from, text.n));
    free(from);
    assert_quoted(text, 0);
    assert_quoted(text, 40);
    return ok;
}

static void assert_refused(struct bf_str text)
{
    struct bf_buf out;
    if (decodes(&out, text))
        fail_msg("'%.*s' passed", (int)text.n, text.p);
    assert_int_equal(out.n, 0);
    bf_buf_free(&out);
}

static void assert_decodes(struct bf_str text, const char *data, size_t n)
{
    struct bf_buf out;
    if (!decodes(&out, text))
        fail_msg("'%.*s' was refused", (int)text.n, text.p);
    assert_true(bf_str_eq(bf_buf_view(&out), bf_str(data, n)));
    bf_buf_free(&out);
}

static void both_ways(const char *data, size_t n)
{
    char text[TEXT];
    struct bf_str want = bf_str(text, define(text, (const unsigned char *)data, n));
    assert_encodes(data, n, want);
    assert_decodes(want, data, n);
}

static void every_length(void)
{
    struct bf_rng r;
    char data[LONGEST];
    bf_rng_seed(&r, 1);
    for (size_t n = 0; n <= LONGEST; n++)
        for (int round = 0; round < 4; round++) {
            for (size_t i = 0; i < n; i++)
                data[i] = (char)bf_rng_next(&r);
            both_ways(data, n);
        }
}

/* Every byte value at every place of a step, among zeros and among ones. */
static void every_byte(void)
{
    char data[54];
    for (int ground = 0; ground <= 255; ground += 255)
        for (size_t at = 0; at < sizeof data; at++)
            for (int byte = 0; byte < 256; byte++) {
                memset(data, ground, sizeof data);
                data[at] = (char)byte;
                both_ways(data, sizeof data);
            }
}

/* Every wrong character, NUL and '=' among them, at every place of texts that end with 0, 1 and 2 '='. */
static void every_wrong_character(void)
{
    static const size_t sizes[] = {3, 18, 36, 60, 62, 64};
    char data[64], text[TEXT];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 37);
    for (size_t s = 0; s < BF_COUNT(sizes); s++) {
        size_t n = define(text, (const unsigned char *)data, sizes[s]);
        size_t pad = (3 - sizes[s] % 3) % 3;
        for (size_t at = 0; at < n - pad; at++) {
            char was = text[at];
            for (int c = 0; c < 256; c++) {
                if (c && strchr(alphabet, c))
                    continue;
                if (c == '=' && at == n - pad - 1)
                    continue; /* one more of padding: see there */
                text[at] = (char)c;
                assert_refused(bf_str(text, n));
            }
            text[at] = was;
        }
        assert_decodes(bf_str(text, n), data, sizes[s]);
    }
}

/* What stands before a last group changes nothing of its rules. */
static void assert_last(const char *group, const char *bytes)
{
    static const size_t befores[] = {0, 4, 20, 44, 76};
    char text[80], data[60];
    memset(text, 'A', sizeof text);
    memset(data, 0, sizeof data);
    for (size_t i = 0; i < BF_COUNT(befores); i++) {
        size_t n = befores[i];
        memcpy(text + n, group, 4);
        if (bytes) {
            memcpy(data + n / 4 * 3, bytes, strlen(bytes));
            assert_decodes(bf_str(text, n + 4), data, n / 4 * 3 + strlen(bytes));
            memset(data, 0, sizeof data);
        } else
            assert_refused(bf_str(text, n + 4));
        memset(text, 'A', sizeof text);
    }
}

/* Of the 64 characters before the padding, those with left-over bits are refused. */
static void padding(void)
{
    for (unsigned v = 0; v < 64; v++) { /* 'a' is 26, 'b' 27 */
        char one[2] = {(char)(26 << 2 | v >> 4), 0};
        assert_last((char[]){'a', alphabet[v], '=', '=', 0}, v & 15 ? NULL : one);
        char two[3] = {(char)(26 << 2 | 27 >> 4), (char)((27 & 15) << 4 | v >> 2), 0};
        assert_last((char[]){'a', 'b', alphabet[v], '=', 0}, v & 3 ? NULL : two);
    }
    static const char *const bad[] = {
        "A===", "====", "=AAA", "AA=A", "A=AA", "A=A=", "=A==", "AA-A", "AA_A", "AA A", "AA\r\n"};
    for (size_t i = 0; i < BF_COUNT(bad); i++)
        assert_last(bad[i], NULL);
    assert_refused(BF_STR("AA==AAAA"));
    assert_refused(BF_STR("AA==AA=="));
}

/* No length but multiples of four. */
static void lengths(void)
{
    char text[TEXT];
    memset(text, 'A', sizeof text);
    for (size_t n = 0; n <= LONGEST; n++)
        if (n % 4)
            assert_refused(bf_str(text, n));
    struct bf_buf out;
    bf_buf_init(&out, 1);
    assert_true(bf_base64_decode(&out, bf_str(NULL, 0)));
    bf_base64_encode(&out, bf_str(NULL, 0));
    assert_true(bf_buf_ok(&out) && out.n == 0);
    bf_buf_free(&out);
}

/* Appending, and a maximum that is passed. */
static void appends(void)
{
    struct bf_buf out;
    bf_buf_init(&out, 14);
    bf_buf_add(&out, "> ", 2);
    bf_base64_encode(&out, BF_STR("foobar\xff\xfe"));
    assert_true(bf_str_is(bf_buf_view(&out), "> Zm9vYmFy//4="));
    bf_base64_encode(&out, BF_STR("x"));
    assert_false(bf_buf_ok(&out));
    bf_buf_reset(&out);
    assert_false(bf_base64_decode(&out, BF_STR("AAAAAAAAAAAAAAAAAAAA")));
    assert_false(bf_buf_ok(&out));
    assert_int_equal(out.n, 0);
    bf_buf_free(&out);
}

static const struct {
    const char *name;
    void (*run)(void);
} checks[] = {
    {"every length", every_length},
    {"every byte", every_byte},
    {"wrong characters", every_wrong_character},
    {"padding", padding},
    {"lengths", lengths},
    {"appending", appends},
};

static void all(enum bf_base64_way way)
{
    enum bf_base64_way was = bf_base64_in_use();
    if (!bf_base64_use(way)) {
        print_message("skipped: way %d, this machine or build has it not\n", (int)way);
        skip();
    }
    assert_int_equal(bf_base64_in_use(), way);
    for (size_t i = 0; i < BF_COUNT(checks); i++)
        checks[i].run();
    assert_true(bf_base64_use(was));
}

static void by_tables(void **unused)
{
    (void)unused;
    all(BF_BASE64_TABLES);
}

static void by_ssse3(void **unused)
{
    (void)unused;
    all(BF_BASE64_SSSE3);
}

static void by_avx2(void **unused)
{
    (void)unused;
    all(BF_BASE64_AVX2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_tables),
        cmocka_unit_test(by_ssse3),
        cmocka_unit_test(by_avx2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
