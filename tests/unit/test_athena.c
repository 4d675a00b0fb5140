/* The result object of Athena in pieces of every size, and its answers. */
#include "lib/aws/athena/result.h"
#include "tests/unit/unit.h"

static bool put_row(void *arg, const struct bf_athena_cell *cell, size_t n, struct bf_err *e)
{
    struct bf_buf *out = arg;
    (void)e;
    for (size_t i = 0; i < n; i++) {
        bf_buf_addc(out, cell[i].null ? '-' : '[');
        bf_buf_adds(out, cell[i].text);
        bf_buf_addc(out, cell[i].null ? '-' : ']');
    }
    bf_buf_addc(out, '\n');
    return true;
}

/* The same rows, whatever the pieces are. */
static void assert_rows(const char *object, const char *want)
{
    struct bf_str all = bf_str_of(object);
    for (size_t size = 1; size <= all.n + 1; size++) {
        struct bf_athena_result r;
        struct bf_buf out;
        struct bf_err e = {0};
        bf_buf_init(&out, 4096);
        bf_athena_result_init(&r);
        for (size_t at = 0; at < all.n; at += size) {
            size_t n = all.n - at < size ? all.n - at : size;
            assert_true(bf_athena_result_take(&r, bf_str(all.p + at, n), put_row, &out, &e));
        }
        assert_true(bf_athena_result_end(&r, put_row, &out, &e));
        assert_string_equal(bf_buf_cstr(&out), want);
        bf_athena_result_free(&r);
        bf_buf_free(&out);
    }
}

static void test_rows(void **state)
{
    (void)state;
    assert_rows("\"a\",\"b\"\n\"1\",\"2\"\n", "[a][b]\n[1][2]\n");
    assert_rows("\"a\",,\"\"\n,,\n", "[a]--[]\n------\n");
    assert_rows("\n\"x\"\n\n", "--\n[x]\n--\n");
    assert_rows("\"a \"\"q\"\", b\nc\",\"\"\"\"\n", "[a \"q\", b\nc][\"]\n");
    assert_rows("\"a\",\"b\"", "[a][b]\n");
    assert_rows("\"a\",", "[a]--\n");
    assert_rows("s3://l/a.parquet\r\ns3://l/b\n", "[s3://l/a.parquet]\n[s3://l/b]\n");
    assert_rows("", "");
}

static void test_cut(void **state)
{
    struct bf_athena_result r;
    struct bf_buf out;
    struct bf_err e = {0};
    (void)state;
    bf_buf_init(&out, 4096);
    bf_athena_result_init(&r);
    assert_true(bf_athena_result_take(&r, BF_STR("\"a\"\n\"b"), put_row, &out, &e));
    assert_false(bf_athena_result_end(&r, put_row, &out, &e));
    assert_int_equal(e.code, BF_E_SERVICE);
    bf_athena_result_free(&r);
    bf_buf_free(&out);
}

static void test_page(void **state)
{
    struct bf_athena_page p;
    struct bf_buf out;
    struct bf_err e = {0};
    (void)state;
    bf_buf_init(&out, 4096);
    bf_athena_page_init(&p);
    assert_true(
        bf_athena_page_answer(&p,
                              BF_STR("{\"NextToken\":\"t\\\"1\",\"UpdateCount\":3,\"ResultSet\":{"
                                     "\"Rows\":[{\"Data\":[{\"VarCharValue\":\"\\u00e9\"},{}]},"
                                     "{\"Data\":[{\"VarCharValue\":\"\"},{\"VarCharValue\":null}]}]"
                                     ",\"ResultSetMetadata\":{\"ColumnInfo\":["
                                     "{\"Name\":\"a\",\"Label\":\"A\",\"Type\":\"varchar\"},{"
                                     "\"Name\":\"b\",\"Type\":\"decimal\"}]}}}"),
                              &e));
    assert_true(bf_str_is(p.token, "t\"1"));
    assert_int_equal(p.update_count, 3);
    assert_int_equal(p.ncolumns, 2);
    assert_true(bf_str_is(p.column[0].name, "A"));
    assert_true(bf_str_is(p.column[1].name, "b"));
    assert_true(bf_athena_page_rows(&p, put_row, &out, &e));
    assert_string_equal(bf_buf_cstr(&out), "[\xc3\xa9]--\n[]--\n");
    assert_false(bf_athena_page_answer(&p, BF_STR("{}"), &e));
    bf_athena_page_free(&p);
    bf_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_cut),
                                       cmocka_unit_test(test_page)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
