/*
 * Names that stand twice in an image or a map are refused, and no others: names of every length, written with escapes,
 * many of them, those whose hashes are equal, and those of an image that is like the one before it.
 */
#include "tests/unit/unit.h"

#include "lib/ddb/change_ops.h"
#include "lib/json/cpu.h"

static struct bf_change c;
static struct bf_buf text;

static int begin(void **state)
{
    struct bf_err e;
    (void)state;
    bf_change_init(&c);
    bf_buf_init(&text, 1 << 24);
    return bf_change_item(&c, BF_STR("{}"), &e) ? 0 : 1; /* makes the table */
}

static int end(void **state)
{
    (void)state;
    bf_change_free(&c);
    bf_buf_free(&text);
    return 0;
}

/* At every vector level: the text is an item, or is refused because a name stands twice. */
static void item(bool taken)
{
    for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++) {
        struct bf_err e = {0};
        if (!bf_cpu_use((enum bf_cpu)level))
            continue;
        if (bf_change_item(&c, bf_buf_view(&text), &e) != taken)
            fail_msg("%s: %.*s", taken ? e.text : "taken", (int)(text.n > 2000 ? 2000 : text.n),
                     text.p);
        if (!taken)
            assert_has(e.text, "stands twice");
    }
}

/* {"NAME":{"S":"x"},...}: names of n bytes that differ in the byte at `at`. */
static void put_names(unsigned count, unsigned n, unsigned at)
{
    bf_buf_reset(&text);
    for (unsigned i = 0; i < count; i++) {
        bf_buf_addf(&text, "%s\"", i ? "," : "{");
        for (unsigned k = 0; k < n; k++)
            bf_buf_addc(&text, (char)(k == at ? '0' + i : 'a' + k % 26));
        bf_buf_lit(&text, "\":{\"S\":\"x\"}");
    }
    bf_buf_addc(&text, '}');
}

static void test_lengths(void **state)
{
    (void)state;
    for (unsigned n = 1; n < 140; n++)
        for (unsigned at = 0; at<n; at += n> 30 && at + 20 < n ? 5 : 1) {
            put_names(10, n, at);
            item(true);
            put_names(2, n, n); /* none differs */
            item(false);
        }
}

/* The item of names n0 to n(count-1), and one more: that of number `again`, written in some form. */
static void put_more(unsigned count, unsigned again, const char *form, bool inside)
{
    bf_buf_reset(&text);
    bf_buf_addf(&text, "%s", inside ? "{\"n0\":{\"M\":{" : "{");
    for (unsigned i = 0; i < count; i++)
        bf_buf_addf(&text, "\"n%u\":{\"N\":\"1\"},", i);
    bf_buf_addf(&text, form, again);
    bf_buf_addf(&text, ":{\"S\":\"\"}}%s", inside ? "}}" : "");
}

static void each_count(void)
{
    static const char *const forms[] = {"\"n%u\"", "\"\\u006e%u\"", "\"\\u006E%u\" "};
    for (unsigned count = 1; count < 400; count += count < 20 ? 1 : 37)
        for (size_t f = 0; f < BF_COUNT(forms); f++)
            for (unsigned inside = 0; inside < 2; inside++) {
                put_more(count, count, forms[f], inside);
                item(true);
                put_more(count, count - 1, forms[f], inside);
                item(false);
                put_more(count, count / 2, forms[f], inside);
                item(false);
            }
}

static void test_escaped(void **state)
{
    (void)state;
    each_count();
    /* both with escapes, other ones */
    static const char *const pairs[][2] = {{"\\u0061", "a"},
                                           {"a", "\\u0061"},
                                           {"\\u0061", "\\u0061"},
                                           {"\\/", "/"},
                                           {"\\n", "\\u000a"},
                                           {"\\ud83d\\ude00", "😀"},
                                           {"\\u00e9t\\u00e9", "été"},
                                           {"\\\"", "\\u0022"},
                                           {"", ""},
                                           {"a\\u0000", "a\\u0000"},
                                           {"\\u0000", "\\u0000"}};
    for (size_t i = 0; i < BF_COUNT(pairs); i++) {
        bf_buf_reset(&text);
        bf_buf_addf(&text, "{\"%s\":{\"S\":\"\"},\"%s\":{\"S\":\"\"}}", pairs[i][0], pairs[i][1]);
        item(false);
    }
    bf_buf_reset(&text);
    bf_buf_lit(&text, "{\"a\":{\"S\":\"\"},\"a\\u0000\":{\"S\":\"\"},\"\":{\"S\":\"\"},"
                      "\"\\u0000\":{\"S\":\"\"},\"\\\\u0061\":{\"S\":\"\"}}");
    item(true);
}

/* With this seed all names of up to eight bytes have the same hash. */
static void test_equal_hashes(void **state)
{
    (void)state;
    c.names->seed[1] = 0;
    each_count();
}

/* Stamps run out: the table is emptied, and what stood in it does not count. */
static void test_stamps(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        c.names->stamp = UINT32_MAX / 2 - 3 + i;
        put_more(20, 20, "\"n%u\"", true);
        item(true);
        put_more(20, 7, "\"n%u\"", true);
        item(false);
    }
    assert_true(c.names->stamp < 100);
}

/* More names than the table first has slots, and the same names in many maps. */
static void test_many(void **state)
{
    (void)state;
    put_more(20000, 20000, "\"n%u\"", false);
    item(true);
    assert_true(c.names->mask >= 20000);
    put_more(20000, 3, "\"n%u\"", false);
    item(false);
    put_more(20000, 19999, "\"\\u006e%u\"", true);
    item(false);
    for (unsigned twice = 0; twice < 2; twice++) {
        bf_buf_reset(&text);
        bf_buf_lit(&text, "{\"l\":{\"L\":[");
        for (unsigned i = 0; i < 5000; i++)
            bf_buf_addf(&text,
                        "%s{\"M\":{\"a\":{\"M\":{\"b\":{\"N\":\"%u\"},\"a\":{\"N\":\"1\"}}},"
                        "\"%s\":{\"NULL\":true}}}",
                        i ? "," : "", i, twice && i == 4321 ? "a" : "b");
        bf_buf_lit(&text, "]}}");
        item(!twice);
    }
}

/* A record whose old image has the names of `old`, a letter each, and whose new image has those of `new`. */
static void record(const char *keys, const char *new, const char *old, bool taken)
{
    const char *const names[] = {keys, new, old};
    static const char *const images[] = {"\"Keys\"", "\"NewImage\"", "\"OldImage\""};
    bf_buf_reset(&text);
    bf_buf_lit(&text, "{\"eventName\":\"MODIFY\",\"dynamodb\":{");
    for (int i = 0; i < 3; i++) {
        bf_buf_addf(&text, "%s%s:", i ? "," : "", images[i]);
        for (size_t k = 0; k < strlen(names[i]); k++) /* some values differ from image to image */
            bf_buf_addf(&text, "%s\"%c\":{\"S\":\"%c\"}", k ? "," : "{", names[i][k],
                        names[i][k] % 3 == 0 ? 'a' + i : 'x');
        bf_buf_addf(&text, "}");
    }
    bf_buf_lit(&text, "}}");
    for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++) {
        struct bf_err e = {0};
        if (!bf_cpu_use((enum bf_cpu)level))
            continue;
        if ((bf_change_parse(&c, bf_buf_view(&text), 0, &e) == BF_CHANGE) != taken)
            fail_msg("%s: %.*s", taken ? e.text : "taken", (int)text.n, text.p);
        if (taken) {
            assert_int_equal(c.new_image.n, strlen(new));
            assert_int_equal(c.old_image.n, strlen(old));
        }
        for (size_t k = 0; taken && k < c.old_image.n; k++)
            assert_true(c.old_image.attr[k].name.p[0] == old[k]);
    }
}

/* The old image as the new one, with one name more, at every place: one of its own, or one that nobody has. Then with
 * names left out, and in other orders. */
static void test_twins(void **state)
{
    (void)state;
    static const char new[] = "abcdefghijklmnopqr"; /* of the last one, too, the values differ */
    char old[40];
    const size_t n = strlen(new);
    for (size_t at = 0; at <= n; at++)
        for (size_t from = 0; from <= n; from++) {
            memcpy(old, new, at);
            old[at] = from < n ? new[from] : 'Z';
            memcpy(old + at + 1, new + at, n - at + 1);
            record("a", new, old, from == n);
            record("ab", old, new, from == n);
        }
    for (size_t from = 0; from < n; from++)
        for (size_t gone = 1; from + gone < n; gone++) {
            memcpy(old, new, from);
            strcpy(old + from, new + from + gone);
            record("a", new, old, true);
            old[n - gone] = old[0]; /* the first once more */
            old[n - gone + 1] = '\0';
            record("a", new, old, false);
        }
    record("ba", new, "rqponmlkjihgfedcba", true);
    record("a", new, "rqponmlkjihgfedcbap", false);
    record("a", "abcdefghijABCDEFGHIJKL", "ABCDEFGHIJKLabcdefghij", true);
    record("a", "abcdefghijABCDEFGHIJKL", "ABCDEFGHIJKLabcdefghija", false);
    record("a", "abcd", "abcc", false);
    record("aa", new, new, false);
}

/* 300 kinds of items by turns, through one parser: each is read as by a new one. */
static void test_kinds(void **state)
{
    (void)state;
    struct bf_buf names;
    bf_buf_init(&names, 4096);
    for (unsigned i = 0; i < 3000; i++) {
        unsigned kind = i * 7 % 300;
        bf_buf_reset(&text);
        for (unsigned k = 0; k < 3 + kind % 20; k++)
            bf_buf_addf(&text, "%s\"kind%u_attribute%u\":{\"%s\":\"%u\"}", k ? "," : "{", kind, k,
                        (kind + k) % 3 ? "S" : "N", i);
        bool twice = i % 11 == 5;
        if (twice)
            bf_buf_addf(&text, ",\"kind%u_attribute%u\":{\"S\":\"\"}", kind, i % 3);
        bf_buf_addc(&text, '}');
        item(!twice);
        for (unsigned k = 0; !twice && k < c.new_image.n; k++) {
            bf_buf_reset(&names);
            bf_buf_addf(&names, "kind%u_attribute%u", kind, k);
            assert_true(bf_str_eq(c.new_image.attr[k].name, bf_buf_view(&names)));
            assert_int_equal(c.new_image.attr[k].type, (kind + k) % 3 ? BF_ATTR_S : BF_ATTR_N);
        }
    }
    bf_buf_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lengths, begin, end),
        cmocka_unit_test_setup_teardown(test_escaped, begin, end),
        cmocka_unit_test_setup_teardown(test_equal_hashes, begin, end),
        cmocka_unit_test_setup_teardown(test_stamps, begin, end),
        cmocka_unit_test_setup_teardown(test_many, begin, end),
        cmocka_unit_test_setup_teardown(test_twins, begin, end),
        cmocka_unit_test_setup_teardown(test_kinds, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
