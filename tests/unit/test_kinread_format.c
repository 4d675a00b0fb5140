/* kinread's format strings, envelopes and positions. */
#include "tests/unit/unit.h"

#include "cmd/kinread/format.h"
#include "cmd/kinread/kinread.h"

static const struct item item = {.stream = "orders",
                                 .shard = "shardId-000000000001",
                                 .data = {"d\"\n", 3},
                                 .key = {"k", 1},
                                 .sequence = {"42", 2},
                                 .index = 3,
                                 .time_ms = 1795759200123,
                                 .lag_ms = 77};

static void expect(const char *source, const char *want, size_t n)
{
    struct format f;
    struct bf_err e = {0};
    struct bf_buf b;
    bf_buf_init(&b, 4096);
    assert_true(format_compile(&f, source, &e));
    format_put(&f, &b, &item);
    assert_int_equal(b.n, n);
    assert_memory_equal(b.p ? b.p : "", want, n);
    bf_buf_free(&b);
    format_free(&f);
}
#define EXPECT(source, want) expect(source, want, sizeof(want) - 1)

static void test_formats(void **state)
{
    (void)state;
    EXPECT("", "");
    EXPECT("%d", "d\"\n");
    EXPECT("%D|%z", "ZCIK|3");
    EXPECT("%k %s %S %i%n", "k 42 shardId-000000000001 3\n");
    EXPECT("%t %T %l %o", "2026-11-27T06:00:00.123Z 1795759200123 77 orders");
    EXPECT("100%% \\t\\\\\\x41\\0\\r\\n", "100% \t\\A\0\r\n");
}

static void refuse(const char *source, const char *text)
{
    struct format f;
    struct bf_err e = {0};
    assert_false(format_compile(&f, source, &e));
    assert_int_equal(e.code, BF_E_USAGE);
    assert_string_equal(e.text, text);
    format_free(&f);
}

static void test_bad_formats(void **state)
{
    (void)state;
    refuse("%q", "--format: unknown '%q'");
    refuse("%d %", "--format: unknown '%'");
    refuse("\\q", "--format: unknown escape '\\q'");
    refuse("\\x4", "--format: unknown escape '\\x'");
    refuse("\\", "--format: unknown escape '\\'");
    char many[4 * FORMAT_PARTS_MAX + 1] = "";
    for (int i = 0; i < FORMAT_PARTS_MAX + 1; i++)
        strcat(many, "%d");
    refuse(many, "--format: more than 64 parts");
}

static void envelope(struct item i, const char *want)
{
    struct bf_buf b;
    bf_buf_init(&b, 4096);
    envelope_put(&b, &i);
    assert_string_equal(bf_buf_cstr(&b), want);
    bf_buf_free(&b);
}

static void test_envelopes(void **state)
{
    (void)state;
    struct item i = item;
    envelope(i, "{\"stream\":\"orders\",\"shard\":\"shardId-000000000001\",\"sequence\":\"42\","
                "\"key\":\"k\","
                "\"time\":\"2026-11-27T06:00:00.123Z\",\"data\":\"d\\\"\\n\"}");
    i.data = BF_STR("\xff");
    i.part = true;
    i.time_ms = 0;
    envelope(
        i,
        "{\"stream\":\"orders\",\"shard\":\"shardId-000000000001\",\"sequence\":\"42\",\"index\":3,"
        "\"key\":\"k\",\"data_base64\":\"/w==\"}");
    i.data = BF_STR("{\"a\":1}");
    i.key = BF_STR("{\"id\":{\"S\":\"1\"}}");
    i.json = true;
    i.part = false;
    envelope(i, "{\"stream\":\"orders\",\"shard\":\"shardId-000000000001\",\"sequence\":\"42\","
                "\"key\":{\"id\":{\"S\":\"1\"}},\"data\":{\"a\":1}}");
}

static void round_trip(const char *text, enum bf_feed_at at)
{
    struct bf_feed_position p;
    char back[POSITION_MAX + 1];
    assert_true(position_parse(&p, bf_str_of(text)));
    assert_int_equal(p.at, at);
    position_write(back, &p);
    assert_string_equal(back, text);
}

static void test_positions(void **state)
{
    (void)state;
    struct bf_feed_position p;
    round_trip("TRIM_HORIZON", BF_FEED_OLDEST);
    round_trip("@1795759200123", BF_FEED_TIME);
    round_trip("49590338271490256608559692538361571095921575989136588898", BF_FEED_AFTER);
    assert_true(position_parse(&p, BF_STR("")));
    assert_false(position_parse(&p, BF_STR("@")));
    assert_false(position_parse(&p, BF_STR("12x")));
}

static bool from(const char *text, bool end, struct config *cfg)
{
    struct bf_err e = {0};
    *cfg = (struct config){.from = text, .end = end};
    return position_read(cfg, 1795759200000, &e);
}

static void test_from(void **state)
{
    (void)state;
    struct config c;
    assert_true(from(NULL, false, &c) && c.start.at == BF_FEED_LATEST);
    assert_true(from(NULL, true, &c) && c.start.at == BF_FEED_OLDEST);
    assert_true(from("latest", true, &c) && c.start.at == BF_FEED_LATEST);
    assert_true(from("oldest", false, &c) && c.start.at == BF_FEED_OLDEST);
    assert_true(from("-15m", false, &c) && c.start.at == BF_FEED_TIME &&
                c.start.time_ms == 1795759200000 - 900000);
    assert_true(from("2026-11-01", false, &c) && c.start.at == BF_FEED_TIME);
    assert_true(from("000000000000000000001", false, &c) && c.start.at == BF_FEED_AT);
    assert_false(from("2027-01-01", false, &c));
    assert_false(from("42", false, &c));
    assert_false(from("-", false, &c));
    assert_false(from("yesterday", false, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),   cmocka_unit_test(test_bad_formats),
        cmocka_unit_test(test_envelopes), cmocka_unit_test(test_positions),
        cmocka_unit_test(test_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
