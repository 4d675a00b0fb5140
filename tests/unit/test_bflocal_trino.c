/* bflocal's Athena: the translation of Trino's SQL, without DuckDB; and, if DuckDB is available,
 * the restrictions on it. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/trino/lex.h"
#include "cmd/bflocal/trino/trino.h"
#include "cmd/bflocal/duck/engine.h"

/* The tables are t and shop.t; v is a view of t. */
static enum bl_trino_kind look_up(void *arg, struct bl_trino_ref *ref, struct bf_str *view,
                                  const char **database, struct bf_err *e)
{
    (void)arg;
    (void)e;
    *database = "shop";
    *view = BF_STR("SELECT a FROM t WHERE dt = 'x'");
    if (bf_str_is(ref->name, "v"))
        return BL_TRINO_VIEW;
    return bf_str_is(ref->name, "t") && bf_str_is(ref->database, "shop") ? BL_TRINO_TABLE
                                                                         : BL_TRINO_NONE;
}

static bool put(void *arg, struct bl_trino_ref *ref, struct bf_buf *out, struct bf_err *e)
{
    (void)arg;
    (void)e;
    bf_buf_addc(out, '<');
    bf_buf_adds(out, ref->name);
    for (size_t i = 0; i < ref->nwhere; i++) {
        bf_buf_adds(out, BF_STR("|"));
        bf_buf_adds(out, ref->where[i].text);
    }
    bf_buf_adds(out, ref->may_prune ? BF_STR(">") : BF_STR("!>"));
    return true;
}

/* The translation or the error; every probed type is `id`. */
static const char *translate_as(const char *sql, enum duckdb_type id)
{
    static char text[4000];
    static struct bl_trino t;
    struct bf_arena a;
    struct bf_buf marked, out;
    struct bf_err e = {0};
    bf_arena_init(&a, 64 * 1024 * 1024);
    bf_buf_init(&marked, 1 << 20);
    bf_buf_init(&out, 1 << 20);
    bool ok = bl_trino_init(&t, &a, &e);
    t.database = "shop";
    t.look_up = look_up;
    for (int pass = 0; ok && pass < 10; pass++) {
        bf_buf_reset(&marked);
        ok = bl_trino_query(&t, bf_str_of(sql), &marked, &e);
        if (!ok || !t.pending)
            break;
        for (size_t i = 0; i < t.nprobes; i++) {
            t.found[i] = (struct bl_duck_found){.known = true, .id = id, .width = 10, .scale = 2};
            snprintf(t.found[i].text, sizeof t.found[i].text, "type");
        }
    }
    ok = ok && bl_trino_fill(&t, bf_buf_view(&marked), &out, put, NULL, &e);
    snprintf(text, sizeof text, "%s", ok ? bf_buf_cstr(&out) : e.text);
    bf_buf_free(&out);
    bf_buf_free(&marked);
    bf_arena_free(&a);
    return text;
}

static const char *translate(const char *sql)
{
    return translate_as(sql, DUCKDB_VARCHAR);
}

static void test_words(void **state)
{
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"SELECT 1", "SELECT 1 AS \"_col?\""},
        {"select A.b, 'it''s' x", "SELECT \"a\".\"b\", 'it''s' AS \"x\""},
        {"SELECT * FROM t", "SELECT * FROM <t> AS \"t\""},
        {"SELECT x.* FROM shop.T AS X", "SELECT \"x\".* FROM <t> AS \"x\""},
        {"SELECT date_parse(s, '%Y-%m-%d %H:%i') FROM t",
         "SELECT CASE WHEN regexp_matches(\"s\", '^\\s|\\s$|\\s\\s') THEN "
         "athena_fail('INVALID_FUNCTION_ARGUMENT: Invalid format: \"' || (\"s\") || '\"') ELSE "
         "strptime(\"s\", '%Y-%m-%d %H:%M') END AS \"_col?\" FROM <t> AS \"t\""},
        {"SELECT regexp_replace(s, 'a(b)', '$1') FROM t",
         "SELECT regexp_replace(\"s\", 'a(b)', '\\1', 'g') AS \"_col?\" FROM <t> AS \"t\""},
        {"SELECT json_extract(s, '$.a[0][\"b c\"]')",
         "SELECT CASE WHEN json_valid(\"s\") THEN json_extract(CAST(\"s\" AS JSON), "
         "'$.\"a\"[0].\"b c\"') END AS \"_col?\""},
        {"VALUES 1, (2), (3)", "VALUES (1), (2), (3)"},
        {"SELECT a FROM v", "SELECT \"a\" FROM (SELECT \"a\" FROM <t|\"dt\" = 'x'> AS \"t\" WHERE "
                            "\"dt\" = 'x') AS \"v\""},
    };
    (void)state;
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        assert_string_equal(translate(cases[i].from), cases[i].to);
}

/* Conditions that exclude partitions: each operand of AND, none of OR, none with a subquery. */
static void test_conditions(void **state)
{
    (void)state;
    assert_non_null(strstr(translate("SELECT a FROM t WHERE a > b AND c IN ('x', 'y')"),
                           "<t|\"a\" > \"b\"|\"c\" IN ('x', 'y')>"));
    assert_non_null(strstr(translate("SELECT a FROM t WHERE a = b OR c = d"), "<t>"));
    assert_non_null(strstr(translate("SELECT a FROM t WHERE a = (SELECT 1)"), "<t>"));
    assert_non_null(strstr(translate("SELECT 1 FROM (VALUES 1) x LEFT JOIN t ON true"), "<t!>"));
    assert_non_null(strstr(translate("SELECT 1 FROM t LEFT JOIN (VALUES 1) x ON true"), "<t>"));
    assert_non_null(strstr(translate("SELECT 1 FROM t FULL JOIN (VALUES 1) x ON true"), "<t!>"));
}

static void test_types(void **state)
{
    static const struct {
        enum duckdb_type id;
        const char *from, *to;
    } cases[] = {
        {DUCKDB_INTEGER, "SELECT a / b",
         "SELECT CAST(athena_idiv(CAST(\"a\" AS BIGINT), CAST(\"b\" AS BIGINT)) AS INTEGER) AS "
         "\"_col?\""},
        {DUCKDB_DECIMAL, "SELECT a / b",
         "SELECT CAST(athena_ddiv(CAST(\"a\" AS VARCHAR), CAST(\"b\" AS VARCHAR), 2) AS "
         "DECIMAL(12,2)) AS \"_col?\""},
        {DUCKDB_DOUBLE, "SELECT a / b",
         "SELECT athena_fdiv(CAST(\"a\" AS DOUBLE), CAST(\"b\" AS DOUBLE)) AS \"_col?\""},
        {DUCKDB_DATE, "SELECT a + INTERVAL '1' DAY",
         "SELECT CAST((\"a\" + (INTERVAL '1' DAY)) AS DATE) AS \"_col?\""},
        {DUCKDB_BIGINT, "SELECT sum(a)", "SELECT CAST(sum(\"a\") AS BIGINT) AS \"_col?\""},
        {DUCKDB_VARCHAR, "SELECT a / b",
         "TYPE_MISMATCH: line 1:13: Cannot apply operator: type / type"},
        {DUCKDB_DATE, "SELECT a = 'x'",
         "TYPE_MISMATCH: line 1:15: Cannot apply operator: type = varchar"},
    };
    (void)state;
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        assert_string_equal(translate_as(cases[i].from, cases[i].id), cases[i].to);
}

static void test_refused(void **state)
{
    static const struct {
        const char *from, *why;
    } cases[] = {
        {"SELECT", "SYNTAX_ERROR: line 1:7: mismatched input '<EOF>'"},
        {"SELECT 1 FROM", "SYNTAX_ERROR: line 1:14: mismatched input '<EOF>'"},
        {"SELECT 'a", "SYNTAX_ERROR: line 1:8: a string is not closed"},
        {"SELECT a FROM u",
         "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.shop.u' does not exist"},
        {"SELECT 1 FROM other.shop.t", "SYNTAX_ERROR: line 1:27: Catalog 'other' does not exist"},
        {"SELECT read_csv('x')", "SYNTAX_ERROR: line 1:8: Function 'read_csv' not registered: "
                                 "bflocal's Athena has no such function"},
        {"SELECT * FROM read_csv('x')", "SYNTAX_ERROR"},
        {"SELECT * FROM 'x'", "SYNTAX_ERROR: line 1:15: mismatched input ''x''"},
        {"SELECT 1; SELECT 2", "SYNTAX_ERROR: line 1:11: mismatched input 'SELECT'"},
        {"SELECT $1", "SYNTAX_ERROR: line 1:8: unexpected character"},
        {"SELECT a::int", "SYNTAX_ERROR: line 1:9: mismatched input ':'"},
        {"SELECT `a`", "SYNTAX_ERROR: line 1:8: mismatched input '`a`'"},
        {"SELECT 1a",
         "SYNTAX_ERROR: line 1:9: a name must not begin with a digit: put it in double "
         "quotes"},
    };
    (void)state;
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        if (strncmp(translate(cases[i].from), cases[i].why,
                    strchr(cases[i].why, ' ') ? 4000 : strlen(cases[i].why)) != 0 &&
            strncmp(translate(cases[i].from), "TABLE_NOT_FOUND", 15) != 0)
            fail_msg("%s: %s, not %s", cases[i].from, translate(cases[i].from), cases[i].why);
}

/* Deep nesting is an error, not a stack overflow. */
static void test_deep(void **state)
{
    static const char *const brackets[] = {"(", "- ", "ARRAY[", "NOT ", "(SELECT ", "abs("};
    (void)state;
    for (size_t i = 0; i < BF_COUNT(brackets); i++) {
        struct bf_buf sql;
        bf_buf_init(&sql, 1 << 20);
        bf_buf_lit(&sql, "SELECT ");
        for (int k = 0; k < 20000; k++)
            bf_buf_adds(&sql, bf_str_of(brackets[i]));
        assert_has(translate(bf_buf_cstr(&sql)), "nested deeper than");
        bf_buf_free(&sql);
    }
}

/* Every row of the table has a translation whose handler exists. */
static void test_table(void **state)
{
    (void)state;
    for (const struct bl_trino_function *f = bl_trino_functions; f->name; f++) {
        char sql[400];
        int n = snprintf(sql, sizeof sql, "SELECT \"%s\" FROM t", f->name);
        int least = f->least > 0 ? f->least : 0;
        n = snprintf(sql, sizeof sql, "SELECT %s(", f->name);
        for (int i = 0; i < least; i++)
            n += snprintf(sql + n, sizeof sql - (size_t)n, "%sa", i ? ", " : "");
        snprintf(sql + n, sizeof sql - (size_t)n, ")");
        const char *got = translate_as(sql, DUCKDB_BIGINT);
        if (strstr(got, "handler") || strstr(got, "not registered") ||
            strstr(got, "Unexpected parameters for"))
            fail_msg("%s: %s", sql, got);
    }
}

/* No statement can read a file outside of the folder, use the network or an extension, or change
 * these settings. */
static void test_fence(void **state)
{
    static const char *const statements[] = {
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('/tmp/../etc/passwd')",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x')",
        "COPY (SELECT 1) TO '/tmp/bflocal-fence.csv'",
        "COPY (SELECT 1) TO '/var/tmp/bflocal-fence.csv'",
        "ATTACH '/tmp/bflocal-fence.db' AS x",
        "EXPORT DATABASE '/tmp/bflocal-fence'",
        "INSTALL httpfs",
        "LOAD '/tmp/x.duckdb_extension'",
        "SET enable_external_access=true",
        "SET allowed_directories=['/']",
        "RESET enable_external_access",
        "PRAGMA temp_directory='/tmp'",
        "CREATE PERSISTENT SECRET s (TYPE s3)",
    };
    struct bf_err e = {0};
    duckdb_connection con;
    char folder[] = "/tmp/bflocal-fence.XXXXXX";
    (void)state;
    if (!getenv("BF_DUCKDB") && access("tests/services/node_modules/@duckdb", F_OK) != 0)
        skip();
    assert_non_null(mkdtemp(folder));
    assert_true(bl_duck_start(folder, &e));
    assert_true(bl_duck_connect(&con, &e));
    for (size_t i = 0; i < BF_COUNT(statements); i++)
        if (bl_duck_exec(con, statements[i], &e))
            fail_msg("%s was taken", statements[i]);
    char sql[200];
    snprintf(sql, sizeof sql, "COPY (SELECT 7 AS x) TO '%s/a.csv'", folder);
    assert_true(bl_duck_exec(con, sql, &e));
    snprintf(sql, sizeof sql, "SELECT * FROM read_csv('%s/a.csv')", folder);
    assert_true(bl_duck_exec(con, sql, &e));
    snprintf(sql, sizeof sql, "SELECT * FROM read_text('%s/../../etc/passwd')", folder);
    assert_false(bl_duck_exec(con, sql, &e));
    bl_duck_disconnect(&con);
    bl_duck_stop();
    snprintf(sql, sizeof sql, "%s/a.csv", folder);
    unlink(sql);
    rmdir(folder);
}

/* The ends after a statement, where its tokens fill the first block of memory and where they do not. */
static void test_ahead(void **state)
{
    (void)state;
    for (size_t words = 250; words < 260; words++) {
        struct bf_arena a;
        struct bf_buf sql;
        struct bf_err e = {0};
        struct bl_token *t = NULL;
        size_t n = 0;
        bf_arena_init(&a, 1 << 20);
        bf_buf_init(&sql, 1 << 12);
        for (size_t i = 0; i < words; i++)
            bf_buf_lit(&sql, "a ");
        assert_true(bl_lex(&a, bf_buf_view(&sql), &t, &n, &e));
        assert_int_equal(n, words);
        for (size_t i = 0; i <= BL_LEX_AHEAD; i++)
            assert_int_equal(t[n + i].kind, BL_TOKEN_END);
        bf_buf_free(&sql);
        bf_arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words), cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_types), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_deep),  cmocka_unit_test(test_table),
        cmocka_unit_test(test_fence), cmocka_unit_test(test_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
