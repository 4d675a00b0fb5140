/* Every allocation fails in turn on the way from rows and receipts to statements: the error says so, nothing is left behind
 * (the sanitizers look). */
#include "tests/unit/unit.h"

#include "tests/unit/fail.h"

#include "lib/aws/athena/result.h"
#include "lib/ddl/receipt.h"
#include "lib/ddl/seen.h"

static const char *const rows[] = {
    "{\"a-b\":1,\"Id\":1.5,\"id\":[{\"x\":1}],\"m\":{\"k\":\"v\"},\"at\":\"2026-11-27T06:30:00Z\"}",
    "{\"a-b\":\"x\",\"m\":{\"q w\":1}}"};

static bool columns(struct bf_arena *a, struct bf_ddl_table *t, struct bf_err *e)
{
    struct bf_ddl_seen *s = bf_ddl_seen_new(a);
    if (!s)
        return bf_err_nomem(e);
    for (size_t i = 0; i < BF_COUNT(rows); i++)
        if (!bf_ddl_seen_row(a, s, bf_str_of(rows[i]), i + 1, e))
            return false;
    for (size_t i = 0; i < s->nmembers; i++) {
        struct bf_ddl_verdict v;
        if (!bf_ddl_seen_decide(a, s->member[i].seen, false, &v, e) ||
            !bf_ddl_table_add(t, s->member[i].name, &v.type, false, NULL, e))
            return false;
    }
    return true;
}

static bool add(struct bf_ddl_adder *a, struct bf_buf *out, struct bf_err *e)
{
    bool ok = bf_ddl_adder_take(a, BF_STR("{\"bucket\":\"l\",\"key\":\"t/dt=2026-11-27/x\"}"), e) &&
              bf_ddl_adder_take(a, BF_STR("{\"bucket\":\"l\",\"key\":\"t/dt=2026-11-28/x\"}"), e);
    bf_ddl_adder_put(a, out);
    return ok;
}

static bool all(struct bf_arena *a, struct bf_buf *out, struct bf_err *e)
{
    struct bf_ddl_table t;
    struct bf_ddl_adder adder;
    if (!bf_ddl_table_init(&t, a, BF_STR("shop.sales"), e) ||
        !bf_ddl_layout_location(&t.layout, BF_STR("s3://l/t/!{timestamp:yyyy/MM}/"), e) ||
        !bf_ddl_layout_hive(&t.layout, BF_STR("dt,cat"), e) ||
        !bf_ddl_layout_range(&t.layout, BF_STR("dt=2026-11-27,NOW"), e) || !columns(a, &t, e) ||
        !bf_ddl_table_finish(&t, e))
        return false;
    bf_ddl_table_put(out, &t, BF_DDL_ATHENA);
    bf_ddl_table_put(out, &t, BF_DDL_DUCKDB);
    bf_ddl_table_put_glue(out, &t);
    struct bf_ddl_table plain;
    bool ok = bf_ddl_table_init(&plain, a, BF_STR("t"), e);
    if (ok) {
        bf_ddl_adder_init(&adder, &plain, false);
        ok = add(&adder, out, e);
        bf_ddl_adder_free(&adder);
    }
    return ok && bf_buf_check(out, "the text", e);
}

static void test_ddl(void **state)
{
    (void)state;
    struct bf_buf whole;
    bf_buf_init(&whole, 1 << 20);
    for (long n = -1;; n++) {
        struct bf_arena a;
        struct bf_buf out;
        struct bf_err e = {0};
        bf_arena_init(&a, 1 << 20);
        bf_buf_init(&out, 1 << 20);
        fail_alloc_in = n;
        bool ok = all(&a, &out, &e);
        fail_alloc_in = -1;
        if (n == -1)
            bf_buf_adds(&whole, bf_buf_view(&out));
        if (ok)
            assert_true(bf_str_eq(bf_buf_view(&out), bf_buf_view(&whole)));
        else
            assert_true(e.code == BF_E_MEMORY || e.code == BF_E_LIMIT);
        bf_buf_free(&out);
        bf_arena_free(&a);
        if (ok && n >= 0)
            break;
        assert_true(n < 10000);
    }
    bf_buf_free(&whole);
}

static bool ignore_row(void *arg, const struct bf_athena_cell *cell, size_t n, struct bf_err *e)
{
    (void)arg;
    (void)cell;
    (void)n;
    (void)e;
    return true;
}

static void test_result(void **state)
{
    (void)state;
    for (long n = 0;; n++) {
        struct bf_athena_result r;
        struct bf_err e = {0};
        bf_athena_result_init(&r);
        fail_alloc_in = n;
        bool ok =
            bf_athena_result_take(&r, BF_STR("\"a\",\"b\"\n\"1\",\n"), ignore_row, NULL, &e) &&
            bf_athena_result_end(&r, ignore_row, NULL, &e);
        fail_alloc_in = -1;
        assert_true(ok || e.code == BF_E_MEMORY);
        bf_athena_result_free(&r);
        if (ok)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ddl), cmocka_unit_test(test_result)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
