/* Types inferred from rows, and partitions from a prefix. */
#include "lib/ddl/layout.h"
#include "lib/ddl/seen.h"
#include "lib/ddl/type.h"
#include "tests/unit/unit.h"

static void assert_type(const char *const *rows, bool iso, const char *want)
{
    struct bf_arena a;
    struct bf_err e = {0};
    struct bf_ddl_verdict v;
    struct bf_buf out;
    bf_arena_init(&a, 1 << 20);
    bf_buf_init(&out, 4096);
    struct bf_ddl_seen *s = bf_ddl_seen_new(&a);
    for (uint64_t n = 1; *rows; rows++, n++)
        assert_true(bf_ddl_seen_row(&a, s, bf_str_of(*rows), n, &e));
    assert_true(bf_ddl_seen_decide(&a, s->member[0].seen, iso, &v, &e));
    bf_ddl_type_put(&out, &v.type, BF_DDL_ATHENA);
    assert_string_equal(bf_buf_cstr(&out), want);
    bf_buf_free(&out);
    bf_arena_free(&a);
}
#define assert_types(iso, want, ...)                                                               \
    assert_type((const char *const[]){__VA_ARGS__, NULL}, iso, want)

static void test_types(void **state)
{
    (void)state;
    assert_types(false, "bigint", "{\"a\":-9223372036854775808}", "{\"a\":null}", "{\"b\":1}");
    assert_types(false, "decimal(38,0)", "{\"a\":-9223372036854775809}");
    assert_types(false, "decimal(38,0)", "{\"a\":99999999999999999999999999999999999999}");
    assert_types(false, "double", "{\"a\":999999999999999999999999999999999999999}");
    assert_types(false, "string", "{\"a\":1e400}");
    assert_types(false, "string", "{\"a\":1e-400}");
    assert_types(false, "double", "{\"a\":1e300}");
    assert_types(false, "decimal(18,2)", "{\"a\":0.10}", "{\"a\":-5}");
    assert_types(false, "decimal(18,0)", "{\"a\":1.5e1}", "{\"a\":0e999999999999999999999}");
    assert_types(false, "string", "{\"a\":\"2024-02-29T00:00:00Z\"}");
    assert_types(true, "timestamp", "{\"a\":\"2024-02-29T00:00:00Z\"}",
                 "{\"a\":\"2026-11-27T06:30:00.123456Z\"}");
    assert_types(true, "string", "{\"a\":\"2026-11-27T06:30:00.1234567Z\"}");
    assert_types(true, "string", "{\"a\":\"2025-02-29T00:00:00Z\"}");
    assert_types(true, "string", "{\"a\":\"2026-11-27T24:00:00Z\"}");
    assert_types(false, "date", "{\"a\":\"2000-02-29\"}");
    assert_types(false, "string", "{\"a\":\"1900-02-29\"}");
    assert_types(false, "array<array<bigint>>", "{\"a\":[[],[1]]}", "{\"a\":[]}");
    assert_types(false, "array<struct<sku:string,`on`:boolean>>",
                 "{\"a\":[{\"sku\":\"x\"},{\"on\":true}]}");
    assert_types(false, "string", "{\"a\":{\"x y\":1,\"z\":\"t\"}}");
    assert_types(false, "string", "{\"a\":true}", "{\"a\":\"true\"}");
}

static void test_deep(void **state)
{
    struct bf_buf row;
    (void)state;
    bf_buf_init(&row, 4096);
    bf_buf_lit(&row, "{\"a\":");
    for (int i = 0; i < 40; i++)
        bf_buf_addc(&row, '[');
    for (int i = 0; i < 40; i++)
        bf_buf_addc(&row, ']');
    bf_buf_addc(&row, '}');
    assert_types(false,
                 "array<array<array<array<array<array<array<array<array<array<array<array<array<"
                 "array<array<array<"
                 "string>>>>>>>>>>>>>>>>",
                 bf_buf_cstr(&row));
    bf_buf_free(&row);
}

static void assert_layout(const char *url, const char *location, const char *template,
                          const char *names)
{
    struct bf_arena a;
    struct bf_err e = {0};
    struct bf_ddl_layout l;
    struct bf_buf out;
    bf_arena_init(&a, 1 << 20);
    bf_buf_init(&out, 4096);
    bf_ddl_layout_init(&l, &a);
    assert_true(bf_ddl_layout_location(&l, bf_str_of(url), &e));
    for (size_t i = 0; i < l.n; i++)
        bf_buf_addf(&out, "%.*s ", (int)l.part[i].name.n, l.part[i].name.p);
    assert_string_equal(bf_buf_cstr(&out) ? bf_buf_cstr(&out) : "", names);
    assert_true(bf_str_eq(l.location, bf_str_of(location)));
    assert_true(bf_str_eq(l.template, bf_str_of(template)));
    bf_buf_free(&out);
    bf_arena_free(&a);
}

static void test_layout(void **state)
{
    (void)state;
    assert_layout("s3://lake/sales", "s3://lake/sales/", "s3://lake/sales/", "");
    assert_layout("s3://lake/!{timestamp:yyyy/MM/dd/HH}/", "s3://lake/", "s3://lake/${datehour}/",
                  "datehour ");
    assert_layout("s3://lake/a/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/x-", "s3://lake/a/",
                  "s3://lake/a/dt=${dt}/hour=${hour}/x-/", "dt hour ");
    assert_layout("s3://lake/!{partitionKeyFromQuery:Cat}/!{firehose:random-string}/x",
                  "s3://lake/", "s3://lake/${cat}/", "cat ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_types), cmocka_unit_test(test_deep),
                                       cmocka_unit_test(test_layout)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
