/*
 * SQL on change records in the transform: values into and out of SQL, and the text of
 * queries that SQLite gets.
 */
#include "tests/unit/unit.h"

#include "lib/sql/sql_text.h"
#include "lib/xform/xform.h"

#define LINE(attrs)                                                                                \
    "{\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{\"k\":{\"S\":\"1\"}},\"NewImage\":{"        \
    "\"k\":{\"S\":\"1\"}" attrs "}}}"

static void expect_text(const char *sql, bool star, const char *want)
{
    static const char *const lookups[] = {"products"};
    struct sql_text t;
    struct bf_buf out;
    struct bf_err e = {0};
    bf_buf_init(&out, 10000);
    assert_true(bf_sql_text_init(&t, bf_str_of(sql), lookups, 1, &e));
    assert_true(bf_sql_text_put(&t, star, &out, &e));
    assert_string_equal(bf_buf_cstr(&out), want);
    bf_sql_text_free(&t);
    bf_buf_free(&out);
}

static void test_text(void **state)
{
    (void)state;
    expect_text("a.b = 1 and old.status<>'a.b'", false, "\"a.b\" = 1 and \"old.status\"<>'a.b'");
    expect_text("a.b.c.d||\"x y\".z /* c.d */ -- e.f", false, "\"a.b.c.d\"||\"x y.z\"");
    expect_text("1.5*cdc.x + cdc.a.b", false, "1.5*cdc.x + cdc.\"a.b\"");
    expect_text("SELECT * FROM cdc", true, "SELECT _row AS \"" BF_SQL_STAR "\" FROM cdc");
    expect_text("SELECT c.*, p.brand FROM cdc AS c, products p", true,
                "SELECT c._row AS \"" BF_SQL_STAR "\", p.brand FROM cdc AS c, products p");
    expect_text("SELECT count(*), 2*a.b FROM cdc", true, "SELECT count(*), 2*\"a.b\" FROM cdc");
    expect_text("WITH t AS (SELECT x FROM cdc) SELECT t.x, q.y FROM t, (SELECT y FROM t) q", true,
                "WITH t AS (SELECT x FROM cdc) SELECT t.x, q.y FROM t, (SELECT y FROM t) q");
}

static void test_text_bad(void **state)
{
    (void)state;
    static const char *const bad[] = {"'open",
                                      "\"open",
                                      "",
                                      "SELECT * FROM cdc JOIN products",
                                      "SELECT * FROM (SELECT a FROM cdc)",
                                      "a; b"};
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        struct sql_text t;
        struct bf_buf out;
        struct bf_err e = {0};
        bf_buf_init(&out, 10000);
        assert_false(bf_sql_text_init(&t, bf_str_of(bad[i]), NULL, 0, &e) &&
                     bf_sql_text_put(&t, true, &out, &e));
        assert_int_equal(e.code, BF_E_USAGE);
        bf_sql_text_free(&t);
        bf_buf_free(&out);
    }
}

/* The row of a select list for a line. */
static void expect(const char *select, const char *line, const char *want)
{
    struct bf_xform_conf conf;
    struct bf_buf rows;
    struct bf_err e = {0};
    bf_xform_conf_init(&conf);
    conf.sql.select = select;
    bf_buf_init(&rows, 100000);
    struct bf_xform *x = bf_xform_new(&conf, &e);
    if (!x)
        fail_msg("%s: %s", select, e.text);
    for (int i = 0; i < 3; i++) { /* repeatedly: the scan continues */
        bf_buf_reset(&rows);
        if (!bf_xform_line(x, bf_str_of(line), 0, &rows, &e))
            fail_msg("%s: %s", select, e.text);
        assert_string_equal(bf_buf_cstr(&rows), want);
    }
    bf_xform_destroy(x);
    bf_buf_free(&rows);
}

static void test_values(void **state)
{
    (void)state;
    expect("n, n+0 AS m", LINE(",\"n\":{\"N\":\"1.50\"}"), "{\"n\":1.50,\"m\":1.5}\n");
    expect("dec_add(n,0) AS m", LINE(",\"n\":{\"N\":\"-0.00000000000000000000001\"}"),
           "{\"m\":-0.00000000000000000000001}\n");
    expect("typeof(n) AS t", LINE(",\"n\":{\"N\":\"1.0E+2\"}"), "{\"t\":\"integer\"}\n");
    expect("typeof(n) AS t", LINE(",\"n\":{\"N\":\"999999999999999.5\"}"), "{\"t\":\"text\"}\n");
    expect("typeof(n) AS t", LINE(",\"n\":{\"N\":\"99999999999999.5\"}"), "{\"t\":\"real\"}\n");
    expect("n+0 AS m, m.a+1 AS x, upper(m) AS u",
           LINE(",\"n\":{\"N\":\"-92.01\"},\"m\":{\"M\":{\"a\":{\"N\":\"1\"}}}"),
           "{\"m\":-92.01,\"x\":2,\"u\":\"{\\\"A\\\":1}\"}\n");
    expect("s||'x' AS t, b, x'0102' AS y",
           LINE(",\"s\":{\"S\":\"\\u00e9\\n\"},\"b\":{\"B\":\"AA==\"}"),
           "{\"t\":\"\xc3\xa9\\nx\",\"b\":\"AA==\",\"y\":\"AQI=\"}\n");
    expect("ss, l, json(l) AS j, t AS f",
           LINE(",\"ss\":{\"SS\":[\"a\"]},\"l\":{\"L\":[{\"N\":\"1.0\"}]},\"t\":{\"BOOL\":false}"),
           "{\"ss\":[\"a\"],\"l\":[1.0],\"j\":[1.0],\"f\":false}\n");
    expect("0.5 AS a, -0.07 AS b, 100.0 AS c, 123456789.123456 AS d, 1e22 AS e, 0.1+0.2 AS f, 0.0 "
           "AS g, 1e9+0.25 AS h, 9e999 AS i",
           LINE(""),
           "{\"a\":0.5,\"b\":-0.07,\"c\":100,\"d\":123456789.123456,\"e\":1e+22,\"f\":0."
           "30000000000000004,\"g\":0,\"h\":1000000000.25,\"i\":null}\n");
    expect("\"a b\" AS \"c\"\"d\"", LINE(",\"a b\":{\"S\":\"1\"}"), "{\"c\\\"d\":\"1\"}\n");
}

static void test_unseen(void **state)
{
    (void)state;
    struct bf_xform_conf conf;
    struct bf_buf rows;
    struct bf_err e = {0};
    bf_xform_conf_init(&conf);
    conf.sql.where = "k = '1' AND (nope = 2 OR gone IS NULL) OR never";
    bf_buf_init(&rows, 100000);
    struct bf_xform *x = bf_xform_new(&conf, &e);
    assert_non_null(x);
    assert_true(bf_xform_line(x, bf_str_of(LINE("")), 0, &rows, &e));
    enum bf_xform_seeker by = BF_SEEKER_FIELDS;
    struct bf_buf text;
    bf_buf_init(&text, 1000);
    assert_true(bf_xform_absent(x, 0, &text, &by));
    assert_int_equal(by, BF_SEEKER_SQL);
    bf_buf_lit(&text, "|");
    assert_true(bf_xform_absent(x, 1, &text, &by));
    const char *told = bf_buf_cstr(&text);
    assert_non_null(strstr(told, "no record has an attribute nope"));
    assert_non_null(strstr(told, "no record has an attribute gone"));
    assert_false(bf_xform_absent(x, 2, &text, &by)); /* a column that was never looked for */
    bf_buf_free(&text);
    assert_int_equal(bf_xform_count(x).rows, 1);
    bf_xform_destroy(x);
    bf_buf_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_bad),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
