/* Marks: recognition, round trips, and refused lines. */
#include "lib/checkpoint/mark.h"

#include "lib/checkpoint/held.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void round_trip(const struct bf_mark *m, const char *text)
{
    struct bf_buf out;
    struct bf_mark back;
    struct bf_err e = {0};
    bf_buf_init(&out, 4096);
    bf_mark_put(&out, m);
    assert_string_equal(bf_buf_cstr(&out), text);
    struct bf_str line = bf_str(out.p, out.n - 1);
    assert_true(bf_mark_is(line));
    assert_true(bf_mark_parse(&back, line, &e));
    assert_true(bf_str_eq(m->stream, back.stream));
    assert_true(bf_str_eq(m->shard, back.shard));
    assert_true(bf_str_eq(m->sequence, back.sequence));
    assert_int_equal(m->kind, back.kind);
    assert_true(bf_str_eq(m->after, back.after));
    assert_int_equal(m->since_ms, back.since_ms);
    assert_int_equal(m->after.p == NULL, back.after.p == NULL);
    bf_buf_free(&out);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct bf_mark m = {.stream = BF_STR("orders"),
                        .shard = BF_STR("shardId-000000000000"),
                        .sequence = BF_STR("4959")};
    round_trip(&m, "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shardId-000000000000\","
                   "\"sequence\":\"4959\"}}\n");
    m.after = BF_STR("4958");
    round_trip(&m, "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shardId-000000000000\","
                   "\"sequence\":\"4959\",\"after\":\"4958\"}}\n");
    m.after = BF_STR("");
    round_trip(&m, "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shardId-000000000000\","
                   "\"sequence\":\"4959\",\"after\":\"\"}}\n");
    m.after = bf_str(NULL, 0);
    m.kind = BF_MARK_GONE;
    round_trip(&m, "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shardId-000000000000\","
                   "\"sequence\":\"4959\",\"gone\":true}}\n");
    m.kind = BF_MARK_END;
    round_trip(&m, "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shardId-000000000000\","
                   "\"sequence\":\"4959\",\"end\":true}}\n");
    m.since_ms = 1795759200123;
    round_trip(&m, "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shardId-000000000000\","
                   "\"sequence\":\"4959\",\"since\":1795759200123,\"end\":true}}\n");
    m.since_ms = 0;
    m.kind = BF_MARK_START;
    m.sequence = BF_STR("");
    round_trip(&m, "{\"bfpipe.mark\":{\"stream\":\"orders\",\"shard\":\"shardId-000000000000\","
                   "\"sequence\":\"\",\"start\":true}}\n");
}

/* Text that is written in pieces has a mark if one of its lines is a mark, wherever the pieces
 * end. */
static void test_watch(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"bfpipe.mark\":{}}\n", "x{\"bfpipe.mark\":{}}\n",  "a\nb\n{\"bfpipe.mark\":1",
        "{\"bfpipe.mark\" :{}}",  " {\"bfpipe.mark\":{}}",    "{\"bfpipe.mar\n{\"bfpipe.mark\":",
        "{\"bfpipe.mar\nk\":{}}", "\n\n{\"bfpipe.mark\":{}}", "{\"bfpipe.ma{\"bfpipe.mark\":{}}",
    };
    for (size_t i = 0; i < BF_COUNT(texts); i++) {
        struct bf_str text = bf_str_of(texts[i]), rest = text, line;
        bool want = false;
        while (bf_str_split(&rest, '\n', &line))
            want |= bf_str_starts(line, BF_STR(BF_MARK_PREFIX));
        for (size_t cut = 0; cut <= text.n; cut++) {
            struct bf_mark_watch w = {0};
            bool got = bf_mark_watch(&w, bf_str(text.p, cut));
            got = got || bf_mark_watch(&w, bf_str(text.p + cut, text.n - cut));
            assert_int_equal(got, want);
        }
        struct bf_mark_watch w = {0};
        bool got = false;
        for (size_t k = 0; k < text.n && !got; k++)
            got = bf_mark_watch(&w, bf_str(text.p + k, 1));
        assert_int_equal(got, want);
    }
}

static void test_avoid(void **state)
{
    (void)state;
    struct bf_buf b;
    bf_buf_init(&b, 100);
    bf_buf_lit(&b, "x{\"bfpipe.mark\":{}}");
    bf_mark_avoid(&b, 0);
    assert_int_equal(b.n, 19);
    bf_mark_avoid(&b, 1);
    assert_string_equal(bf_buf_cstr(&b), "x{ \"bfpipe.mark\":{}}");
    assert_false(bf_mark_is(bf_str(b.p + 1, b.n - 1)));
    bf_mark_avoid(&b, 1);
    assert_int_equal(b.n, 20);
    bf_buf_free(&b);
    bf_buf_init(&b, 18); /* too small: the buffer reports it */
    bf_buf_lit(&b, "{\"bfpipe.mark\":{}}");
    bf_mark_avoid(&b, 0);
    assert_false(bf_buf_ok(&b));
    bf_buf_free(&b);
}

static void test_unknown_members(void **state)
{
    (void)state;
    struct bf_mark m;
    struct bf_err e = {0};
    assert_true(
        bf_mark_parse(&m,
                      BF_STR("{\"bfpipe.mark\":{\"at\":[1,{}],\"shard\":\"s\",\"sequence\":\"7\","
                             "\"stream\":\"o\",\"start\":false}}"),
                      &e));
    assert_true(bf_str_is(m.sequence, "7"));
    assert_int_equal(m.kind, BF_MARK_AT);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *bad[] = {
        "{\"bfpipe.mark\":1}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":\"1\",\"since\":\"1\"}}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":\"1\",\"since\":-1}}",
        "{\"bfpipe.mark\":{}}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\"}}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":\"\"}}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"\\u0073\",\"sequence\":\"1\"}}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":1}}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":\"1\"},\"x\":1}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":\"1\"}",
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":\"1\"}} x",
    };
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        struct bf_mark m;
        struct bf_err e = {0};
        assert_true(bf_mark_is(bf_str_of(bad[i])));
        if (bf_mark_parse(&m, bf_str_of(bad[i]), &e))
            fail_msg("taken: %s", bad[i]);
        assert_memory_equal(e.text, "mark: ", 6);
    }
    assert_false(bf_mark_is(BF_STR("{\"bfpipe.mark\":")));
    assert_false(bf_mark_is(BF_STR("{ \"bfpipe.mark\":{}}")));
    assert_false(bf_mark_is(BF_STR("")));
}

static void test_more(void **state)
{
    (void)state;
    static const char line[] = "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":"
                               "\"1\",\"end\":true,\"more\":true}}\n";
    struct bf_mark m;
    struct bf_err e = {0};
    struct bf_buf out;
    bf_buf_init(&out, 1000);
    assert_true(bf_mark_parse(&m, bf_str(line, sizeof line - 2), &e));
    assert_true(m.more);
    bf_mark_put(&out, &m);
    assert_string_equal(bf_buf_cstr(&out), line);
    bf_buf_free(&out);
}

static void hold(struct bf_held *h, struct bf_buf *out, const char *members)
{
    struct bf_buf line;
    struct bf_mark m;
    struct bf_err e = {0};
    bf_buf_init(&line, 1000);
    bf_buf_addf(&line, "{\"bfpipe.mark\":{\"stream\":\"o\",%s}}", members);
    assert_true(bf_mark_parse(&m, bf_buf_view(&line), &e));
    assert_true(bf_held_add(h, &m, bf_buf_view(&line), out, &e));
    bf_buf_free(&line);
}

/* Start marks are written at once; the others after the rows that they cover. */
static void test_held(void **state)
{
    (void)state;
    struct bf_held h;
    struct bf_buf out;
    bf_held_init(&h);
    bf_buf_init(&out, 10000);
    hold(&h, &out, "\"shard\":\"a\",\"sequence\":\"1\",\"start\":true");
    hold(&h, &out, "\"shard\":\"b\",\"sequence\":\"\",\"start\":true");
    hold(&h, &out, "\"shard\":\"c\",\"sequence\":\"7\",\"start\":true");
    hold(&h, &out, "\"shard\":\"x\",\"sequence\":\"7\",\"gone\":true");
    bf_buf_reset(&out);
    hold(&h, &out, "\"shard\":\"a\",\"sequence\":\"2\",\"after\":\"1\"");
    hold(&h, &out, "\"shard\":\"b\",\"sequence\":\"5\"");
    hold(&h, &out, "\"shard\":\"a\",\"sequence\":\"3\",\"after\":\"2\",\"end\":true");
    assert_int_equal(out.n, 0);
    bf_held_put(&h, &out);
    assert_string_equal(
        bf_buf_cstr(&out),
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"a\",\"sequence\":\"3\",\"after\":\"1\","
        "\"end\":true,\"more\":true}}\n"
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"b\",\"sequence\":\"5\"}}\n");
    bf_buf_free(&out);
    bf_held_free(&h);
}

/* A reader restarts while rows are held: its start mark is repeated after the rows. */
static void test_held_again(void **state)
{
    (void)state;
    struct bf_held h;
    struct bf_buf out;
    bf_held_init(&h);
    bf_buf_init(&out, 10000);
    hold(&h, &out, "\"shard\":\"a\",\"sequence\":\"1\",\"start\":true");
    hold(&h, &out, "\"shard\":\"a\",\"sequence\":\"1\",\"start\":true");
    hold(&h, &out, "\"shard\":\"a\",\"sequence\":\"2\",\"after\":\"1\"");
    bf_buf_reset(&out);
    bf_held_put(&h, &out);
    assert_string_equal(
        bf_buf_cstr(&out),
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"a\",\"sequence\":\"1\",\"start\":true}}\n"
        "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"a\",\"sequence\":\"2\",\"after\":\"1\"}}"
        "\n");
    bf_buf_free(&out);
    bf_held_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_watch),
        cmocka_unit_test(test_avoid),      cmocka_unit_test(test_unknown_members),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_more),
        cmocka_unit_test(test_held),       cmocka_unit_test(test_held_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
