/* Event patterns: what matches, what is refused, and in which words. */
#include "lib/io/reader.h"
#include "lib/pattern/pattern.h"
#include "lib/json/cpu.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

static struct bf_pattern *fresh(void)
{
    struct bf_err e = {0};
    struct bf_pattern *p = bf_pattern_new(&e);
    assert_non_null(p);
    return p;
}

static void add(struct bf_pattern *p, const char *text)
{
    struct bf_err e = {0};
    if (!bf_pattern_add(p, bf_str_of(text), &e))
        fail_msg("%s: %s", text, e.text);
}

static bool matches(struct bf_pattern *p, const char *event)
{
    struct bf_err e = {0};
    bool yes = false;
    if (!bf_pattern_ready(p, &e) || !bf_pattern_match_json(p, bf_str_of(event), &yes, &e))
        fail_msg("%s: %s", event, e.text);
    return yes;
}

/* The table, one line at a time: what it says of the pattern above. */
struct table {
    struct bf_reader reader;
    struct bf_pattern *set;
    struct bf_err why; /* the pattern is not valid */
    char pattern[2048];
    unsigned cases;
};

static void table_line(struct table *t, const char *line)
{
    const char *rest = line + 2;
    struct bf_err none = {0};
    if (line[0] == '=') {
        bf_pattern_destroy(t->set);
        t->set = fresh();
        t->why = none;
        snprintf(t->pattern, sizeof t->pattern, "%s", rest);
        if (!bf_pattern_add(t->set, bf_str_of(rest), &t->why))
            assert_int_equal(t->why.code, BF_E_USAGE);
        return;
    }
    t->cases++;
    if (line[0] == '!') {
        if (strcmp(t->why.text, rest) != 0)
            fail_msg("%s: '%s', not '%s'", t->pattern, t->why.text, rest);
    } else if (t->why.code)
        fail_msg("%s: %s", t->pattern, t->why.text);
    else if (matches(t->set, rest) != (line[0] == '+'))
        fail_msg("%s and %s: wanted %c", t->pattern, rest, line[0]);
}

static void test_table(void **state)
{
    (void)state;
    struct table t = {.cases = 0};
    struct bf_str line;
    struct bf_err e = {0};
    char text[2048];
    enum bf_line kind;
    assert_true(bf_reader_open(&t.reader, "tests/unit/patterns.txt", 0, NULL, &e));
    while ((kind = bf_reader_next(&t.reader, &line, &e)) == BF_LINE) {
        assert_true(line.n < sizeof text);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        memcpy(text, line.p, line.n);
        text[line.n] = '\0';
        table_line(&t, text);
    }
    assert_int_equal(kind, BF_LINE_END);
    bf_reader_close(&t.reader);
    bf_pattern_destroy(t.set);
    assert_true(t.cases > 440);
}

#define CHANGE(op, status, total)                                                                  \
    "{\"awsRegion\":\"eu-west-1\",\"eventID\":\"e-1\",\"eventName\":\"" op                         \
    "\",\"userIdentity\":null,\"recordFormat\":\"application/json\",\"tableName\":\"sales\","      \
    "\"dynamodb\":{\"ApproximateCreationDateTime\":1795759200000,\"Keys\":{\"order_id\":{\"S\":"   \
    "\"o-1\"}},\"NewImage\":{\"order_id\":{\"S\":\"o-1\"},\"st\\u0061tus\":{\"S\":\"" status       \
    "\"},\"total\":{\"N\":\"" total                                                                \
    "\"},\"tags\":{\"NS\":[\"1\",\"250\"]},\"lines\":{\"L\":[{\"M\":{\"sku\":{\"S\":\"a\"},"       \
    "\"n\":{\"N\":\"2\"}}},{\"M\":{\"sku\":{\"S\":\"b\"},\"n\":{\"N\":\"3\"}}}]}},"                \
    "\"OldImage\":{\"order_id\":{\"S\":\"o-1\"},\"status\":{\"S\":\"PLACED\"}},\"SizeBytes\":40}," \
    "\"eventSource\":\"aws:dynamodb\"}"

struct on_change {
    const char *pattern;
    bool yes;
    const char *why;
};

static const struct on_change on_change[] = {
    {"{\"eventName\":[\"MODIFY\"]}", true, ""},
    {"{\"eventName\":[\"INSERT\"]}", false, "eventName is \"MODIFY\""},
    {"{\"tableName\":[{\"prefix\":\"sal\"}],\"userIdentity\":[null]}", true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"status\":{\"S\":[\"PAID\"]}}}}", true, ""},
    {"{\"dynamodb\":{\"OldImage\":{\"status\":{\"S\":[\"PAID\"]}}}}", false,
     "dynamodb.OldImage.status.S is \"PLACED\""},
    {"{\"dynamodb\":{\"NewImage\":{\"status\":{\"S\":[\"PAID\"]}},\"OldImage\":{\"status\":{"
     "\"S\":[{\"anything-but\":\"PAID\"}]}}}}",
     true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"total\":{\"N\":[{\"numeric\":[\">\",92]}]}}}}", true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"total\":{\"N\":[{\"numeric\":[\">\",92.01]}]}}}}", false,
     "dynamodb.NewImage.total.N is \"92.01\""},
    {"{\"dynamodb\":{\"NewImage\":{\"total\":{\"N\":[92.010]}}}}", true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"total\":{\"N\":[\"92.01\"]}}}}", true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"tags\":{\"NS\":[{\"numeric\":[\">\",200]}]}}}}", true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"tags\":{\"NS\":[{\"numeric\":[\">\",250]}]}}}}", false,
     "dynamodb.NewImage.tags.NS is \"1\""},
    {"{\"dynamodb\":{\"Keys\":{\"order_id\":{\"S\":[{\"wildcard\":\"o-*\"}]}},\"SizeBytes\":[{"
     "\"numeric\":[\"=\",40]}]}}",
     true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"gift\":{\"BOOL\":[true]}}},\"eventName\":[\"REMOVE\"]}", false,
     "dynamodb.NewImage.gift.BOOL is not there; eventName is \"MODIFY\""},
    {"{\"dynamodb\":{\"NewImage\":{\"gift\":{\"BOOL\":[{\"exists\":false}]}}}}", true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"lines\":{\"L\":{\"M\":{\"sku\":{\"S\":[\"b\"]},\"n\":{\"N\":["
     "{\"numeric\":[\">\",2]}]}}}}}}}",
     true, ""},
    {"{\"dynamodb\":{\"NewImage\":{\"lines\":{\"L\":{\"M\":{\"sku\":{\"S\":[\"a\"]},\"n\":{\"N\":["
     "{\"numeric\":[\">\",2]}]}}}}}}}",
     false, "each field matches, but not in one element of an array"},
    {"{\"$or\":[{\"eventName\":[\"INSERT\"],\"awsRegion\":[\"us-east-1\"]},{\"tableName\":[\"x\"]}]"
     "}",
     false, "tableName is \"sales\""},
};

static void check_change(struct bf_change *c, struct bf_str text, size_t slack)
{
    struct bf_err e = {0};
    struct bf_buf why;
    bf_buf_init(&why, 4096);
    assert_int_equal(bf_change_parse(c, text, slack, &e), BF_CHANGE);
    for (size_t i = 0; i < BF_COUNT(on_change); i++) {
        struct bf_pattern *p = fresh();
        add(p, on_change[i].pattern);
        assert_true(bf_pattern_ready(p, &e));
        if (bf_pattern_match(p, c) != on_change[i].yes)
            fail_msg("%s: wanted %d", on_change[i].pattern, on_change[i].yes);
        bf_buf_reset(&why);
        assert_int_equal(bf_pattern_explain(p, 0, c, &why), !on_change[i].yes);
        assert_string_equal(bf_buf_cstr(&why), on_change[i].why);
        bf_pattern_destroy(p);
    }
    bf_buf_free(&why);
}

/* Read in place (behind it 64 bytes), copied, and at every vector level. */
static void test_changes(void **state)
{
    (void)state;
    static char padded[sizeof CHANGE("MODIFY", "PAID", "92.01") + 64] =
        CHANGE("MODIFY", "PAID", "92.01");
    struct bf_str text = bf_str(padded, strlen(padded));
    struct bf_change c;
    enum bf_cpu before = bf_cpu_level();
    bf_change_init(&c);
    for (enum bf_cpu level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++) {
        if (!bf_cpu_use(level))
            continue;
        check_change(&c, text, 65);
        check_change(&c, text, 0);
    }
    assert_true(bf_cpu_use(before));
    bf_change_free(&c);
}

/* Any of many; and each finds its own. */
static void test_many(void **state)
{
    (void)state;
    struct bf_pattern *p = fresh();
    char text[128];
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "{\"k%d\":[\"v%d\",{\"prefix\":\"p%d\"}],\"same\":[\"s%d\"]}",
                 i % 40, i, i, i % 7);
        add(p, text);
    }
    assert_int_equal(bf_pattern_count(p), 300);
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "{\"same\":\"s%d\",\"k%d\":\"v%d\"}", i % 7, i % 40, i);
        assert_true(matches(p, text));
        snprintf(text, sizeof text, "{\"k%d\":\"v%d\",\"same\":\"s%d\"}", i % 40, i, (i + 1) % 7);
        assert_false(matches(p, text));
        snprintf(text, sizeof text, "{\"k%d\":\"v%d\",\"same\":\"s%d\"}", (i + 1) % 40, i, i % 7);
        assert_false(matches(p, text));
    }
    bf_pattern_destroy(p);
}

/* Nothing matches before the set is ready, nor when it is empty; nothing is added after that. */
static void test_ready(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_pattern *p = fresh();
    bool yes = true;
    add(p, "{\"a\":[{\"exists\":false}]}");
    assert_true(bf_pattern_match_json(p, BF_STR("{}"), &yes, &e));
    assert_false(yes);
    assert_true(matches(p, "{}"));
    assert_false(bf_pattern_add(p, BF_STR("{\"a\":[1]}"), &e));
    assert_string_equal(e.text, "an event pattern after the last one");
    bf_pattern_destroy(p);
    p = fresh();
    assert_false(matches(p, "{}"));
    bf_pattern_destroy(p);
}

static void test_combinations(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf text;
    bf_buf_init(&text, 100000);
    for (int ors = 9; ors <= 10; ors++) {
        bf_buf_reset(&text);
        bf_buf_lit(&text, "{");
        for (int i = 0; i < ors; i++) /* two each: 512, then 1024 combinations */
            bf_buf_addf(&text, "%s\"f%d\":{\"$or\":[{\"a\":[1]},{\"b\":[2]}]}", i ? "," : "", i);
        bf_buf_lit(&text, "}");
        struct bf_pattern *p = fresh();
        assert_int_equal(bf_pattern_add(p, bf_buf_view(&text), &e), ors == 9);
        if (ors == 9) {
            assert_false(matches(p, "{\"f0\":{\"a\":1}}"));
            assert_true(matches(p, "{\"f0\":{\"a\":1},\"f1\":{\"b\":2},\"f2\":{\"b\":2},\"f3\":{"
                                   "\"b\":2},\"f4\":{\"b\":2},\"f5\":{\"b\":2},\"f6\":{\"a\":1},"
                                   "\"f7\":{\"b\":2},\"f8\":{\"b\":2}}"));
        }
        bf_pattern_destroy(p);
    }
    assert_has(e.text, "$or makes more than 1000 combinations");
    bf_buf_free(&text);
}

static void test_limits(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf text;
    bf_buf_init(&text, 4 * 1024 * 1024);
    for (int depth = BF_PATTERN_DEPTH + 1; depth <= BF_PATTERN_DEPTH + 2; depth++) {
        struct bf_pattern *p = fresh();
        bf_buf_reset(&text);
        for (int i = 0; i < depth; i++)
            bf_buf_lit(&text, "{\"a\":");
        bf_buf_lit(&text, "[1]");
        for (int i = 0; i < depth; i++)
            bf_buf_lit(&text, "}");
        assert_int_equal(bf_pattern_add(p, bf_buf_view(&text), &e), depth == BF_PATTERN_DEPTH + 1);
        bf_pattern_destroy(p);
    }
    assert_has(e.text, "nested deeper than 64");
    struct bf_pattern *p = fresh();
    while (text.n <= BF_PATTERN_TEXT)
        bf_buf_lit(&text, "                ");
    assert_false(bf_pattern_add(p, bf_buf_view(&text), &e));
    assert_has(e.text, "more than 1048576 bytes");
    assert_false(bf_pattern_add(p, BF_STR("{\n \"a\":[\n  {\"x\":1}]}"), &e));
    assert_string_equal(e.text, "line 3, column 4: Event pattern is not valid. Reason: "
                                "Unrecognized match type x");
    bf_pattern_destroy(p);
    bf_buf_free(&text);
}

/* {"a":["PIECE0","PIECE1", ...]} with each number between two texts. */
static void add_numbered(struct bf_pattern *p, const char *begin, const char *end, int n)
{
    struct bf_err e = {0};
    struct bf_buf text;
    bf_buf_init(&text, BF_PATTERN_TEXT);
    bf_buf_lit(&text, "{\"a\":[");
    for (int i = 0; i < n; i++)
        bf_buf_addf(&text, "%s%s%d%s", i ? "," : "", begin, i, end);
    bf_buf_lit(&text, "]}");
    if (!bf_pattern_add(p, bf_buf_view(&text), &e))
        fail_msg("%s...: %s", begin, e.text);
    bf_buf_free(&text);
}

/* 10,000 values of one field. */
static void test_many_values(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *end, *yes, *no;
    } of[] = {
        {"\"v", "\"", "\"v9999\"", "\"v10000\""},
        {"", "", "9.999e3", "10000"},
        {"{\"prefix\":\"", "-\"}", "\"9999-x\"", "\"10000-x\""},
        {"{\"suffix\":\"-", "\"}", "\"x-9999\"", "\"x-10000\""},
        {"{\"equals-ignore-case\":\"V", "W\"}", "\"v9999w\"", "\"v10000w\""},
        {"{\"prefix\":{\"equals-ignore-case\":\"V", "W\"}}", "\"v9999wx\"", "\"xv9999w\""},
        {"{\"suffix\":{\"equals-ignore-case\":\"V", "W\"}}", "\"xv9999w\"", "\"v9999wx\""},
        {"{\"wildcard\":\"v", "*x*\"}", "\"v9999-x-\"", "\"v9999-\""},
        {"{\"wildcard\":\"*v", "-*\"}", "\"xv9999-\"", "\"xv9999\""},
        {"{\"numeric\":[\"=\",", "]}", "9999", "9999.5"},
        {"{\"numeric\":[\"<\",", ".5]}", "9999", "9999.5"},
        {"{\"numeric\":[\">\",-1,\"<=\",", "]}", "9999", "9999.5"},
        {"{\"anything-but\":\"v", "\"}", "\"v1\"", "{}"},
        {"{\"anything-but\":[\"v\",\"v", "\"]}", "\"v1\"", "\"v\""},
        {"{\"anything-but\":{\"wildcard\":\"v*", "\"}}", "\"vx1\"", "{}"},
    };
    char event[64];
    for (size_t i = 0; i < BF_COUNT(of); i++) {
        struct bf_pattern *p = fresh();
        add_numbered(p, of[i].begin, of[i].end, 10000);
        snprintf(event, sizeof event, "{\"a\":%s}", of[i].yes);
        assert_true(matches(p, event));
        snprintf(event, sizeof event, "{\"a\":%s}", of[i].no);
        assert_false(matches(p, event));
        bf_pattern_destroy(p);
    }
}

static void put_times(struct bf_buf *out, const char *text, size_t n)
{
    while (n--)
        bf_buf_adds(out, bf_str_of(text));
}

/* What takes for ever when it is tried from each place anew. */
static void test_slow_wildcards(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf pattern, event;
    bf_buf_init(&pattern, BF_PATTERN_TEXT);
    bf_buf_init(&event, 4 * 1024 * 1024);
    for (int kind = 0; kind < 4; kind++) {
        for (int yes = 0; yes < 2; yes++) {
            bf_buf_reset(&pattern);
            bf_buf_reset(&event);
            bf_buf_lit(&pattern, "{\"a\":[{\"wildcard\":\"");
            if (kind < 2)
                put_times(&pattern, kind ? "*a" : "a*", 1000);
            else {
                bf_buf_adds(&pattern, bf_str_of(kind == 2 ? "*" : "a*"));
                put_times(&pattern, "a", 100000);
            }
            bf_buf_lit(&pattern, "b*c*\"}]}");
            bf_buf_lit(&event, "{\"a\":\"");
            put_times(&event, "a", 1000000);
            bf_buf_adds(&event, bf_str_of(yes ? "b c\"}" : " c\"}"));
            struct bf_pattern *p = fresh();
            assert_true(bf_pattern_add(p, bf_buf_view(&pattern), &e));
            assert_int_equal(matches(p, bf_buf_cstr(&event)), yes);
            bf_pattern_destroy(p);
        }
    }
    bf_buf_free(&pattern);
    bf_buf_free(&event);
}

/* A thousand prefixes, each the beginning of the next; each wants another second field. */
static void test_nested_prefixes(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf text;
    struct bf_pattern *p = fresh();
    bf_buf_init(&text, BF_PATTERN_TEXT);
    for (size_t i = 1; i <= 1000; i++) {
        bf_buf_reset(&text);
        bf_buf_lit(&text, "{\"a\":[{\"prefix\":\"");
        put_times(&text, "x", i);
        bf_buf_addf(&text, "\"}],\"b\":[%zu]}", i);
        assert_true(bf_pattern_add(p, bf_buf_view(&text), &e));
    }
    for (size_t n = 499; n <= 501; n++) {
        bf_buf_reset(&text);
        bf_buf_lit(&text, "{\"a\":\"");
        put_times(&text, "x", n);
        bf_buf_lit(&text, "\",\"b\":500}");
        assert_int_equal(matches(p, bf_buf_cstr(&text)), n >= 500);
    }
    bf_pattern_destroy(p);
    bf_buf_free(&text);
}

/* More than fits is an error, not more memory. */
static void test_too_large(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf text;
    struct bf_pattern *p = fresh();
    int n = 0;
    bf_buf_init(&text, BF_PATTERN_TEXT);
    bf_buf_lit(&text, "{\"a\":[0");
    put_times(&text, ",1", BF_PATTERN_TEXT / 2 - 10);
    bf_buf_lit(&text, "]}");
    while (bf_pattern_add(p, bf_buf_view(&text), &e))
        assert_true(++n < 1000);
    assert_int_equal(e.code, BF_E_LIMIT);
    assert_string_equal(e.text, "the event patterns are too large together");
    bf_pattern_destroy(p);
    bf_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_combinations),
        cmocka_unit_test(test_ready),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_values),
        cmocka_unit_test(test_slow_wildcards),
        cmocka_unit_test(test_nested_prefixes),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
