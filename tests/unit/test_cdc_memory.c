/* Every allocation of a transform's set-up and of its first lines fails in turn: the error says so, nothing is left
 * behind (the sanitizers look), and what was refused can be tried again. */
#include "tests/unit/unit.h"

#include "tests/unit/fail.h"

#include "lib/checkpoint/held.h"
#include "lib/row/table.h"
#include "lib/xform/xform.h"

#include <stdio.h>

static const char lines[][400] = {
    "{\"eventID\":\"1\",\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{\"k\":{\"S\":\"1\"}},"
    "\"NewImage\":{\"k\":{\"S\":\"1\"},"
    "\"n\":{\"N\":\"12345678901234567890.5\"},\"s\":{\"S\":\"a\\\"b\"},\"m\":{\"M\":{\"a\":{\"N\":"
    "\"1\"},\"b\":{\"L\":[{\"S\":\"x\"}]}}}}}}",
    "{\"bfpipe.mark\":{\"stream\":\"o\",\"shard\":\"s\",\"sequence\":\"1\"}}",
    "{\"eventID\":\"2\",\"eventName\":\"MODIFY\",\"dynamodb\":{\"Keys\":{\"k\":{\"S\":\"1\"}},"
    "\"NewImage\":{\"k\":{\"S\":\"1\"},"
    "\"n\":{\"N\":\"1\"},\"\\u006f\":{\"N\":\"1\"}},\"OldImage\":{\"k\":{\"S\":\"1\"},\"n\":{\"N\":"
    "\"1.0\"}}}}"};

static char folder[] = "/tmp/bfpipe-memory.XXXXXX";
static char csv[64], ndjson[64], types[64], key[64], csv_spec[80], ndjson_spec[80];

static void write_file(char *path, const char *name, const char *text)
{
    snprintf(path, 64, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int make_files(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file(csv, "p.csv", "k,brand,weight\n1,\"Ac\"\"me\",1.5\n2,,2\n");
    write_file(ndjson, "q.ndjson",
               "{\"k\":\"1\",\"x\":[1],\"y\":12345678901234567890}\n{\"k\":\"2\"}\n");
    write_file(types, "types", "n decimal(38,2)\ns string\n");
    write_file(key, "key", "sixteen bytes and more\n");
    snprintf(csv_spec, sizeof csv_spec, "p=%s", csv);
    snprintf(ndjson_spec, sizeof ndjson_spec, "q=%s", ndjson);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    const char *all[] = {csv, ndjson, types, key};
    for (size_t i = 0; i < BF_COUNT(all); i++)
        (void)unlink(all[i]);
    (void)rmdir(folder);
    return 0;
}

/* The lines through a transform; false at the first failure, which has to be one of memory. */
static bool run(const struct bf_xform_conf *conf, struct bf_buf *rows, struct bf_err *e)
{
    struct bf_xform *x = bf_xform_new(conf, e);
    bool ok = x != NULL, more = true;
    for (size_t i = 0; ok && i < BF_COUNT(lines); i++)
        ok = bf_xform_line(x, bf_str_of(lines[i]), 0, rows, e);
    while (ok && more)
        ok = bf_xform_end(x, rows, &more, e);
    bf_xform_destroy(x);
    return ok;
}

static void fail_each(const struct bf_xform_conf *conf)
{
    struct bf_buf rows;
    struct bf_err e = {0};
    bf_buf_init(&rows, 1000000);
    if (!run(conf, &rows, &e)) /* loads SQLite, too, once for all */
        fail_msg("%s", e.text);
    assert_true(rows.n > 0);
    bool ok = false;
    for (long n = 0; !ok; n++) {
        assert_true(n < 100000);
        bf_buf_reset(&rows);
        bf_err_clear(&e);
        fail_alloc_in = n;
        ok = run(conf, &rows, &e);
        fail_alloc_in = -1;
        if (!ok && e.code != BF_E_MEMORY)
            fail_msg("allocation %ld: %d: %s", n, (int)e.code, e.text);
    }
    bf_buf_free(&rows);
}

static struct bf_xform_conf plain(void)
{
    struct bf_xform_conf conf;
    bf_xform_conf_init(&conf);
    return conf;
}

static void add(struct bf_opt_list *list, const char *item)
{
    list->item[list->n++] = item;
}

static void test_filters(void **state)
{
    (void)state;
    struct bf_xform_conf conf = plain();
    add(&conf.filter.match, "{\"dynamodb\":{\"NewImage\":{\"k\":{\"S\":[{\"wildcard\":\"1*\"},{"
                            "\"anything-but\":[\"x\",\"y\"]}]},"
                            "\"n\":{\"N\":[{\"numeric\":[\">\",0]}]}}}}");
    add(&conf.filter.match,
        "{\"$or\":[{\"eventName\":[{\"prefix\":\"INS\"}]},{\"a\":[{\"exists\":false}]}]}");
    conf.filter.changed_only = true;
    conf.filter.dedupe = 10;
    fail_each(&conf);
    conf.fold = "k";
    fail_each(&conf);
}

static void test_shape(void **state)
{
    (void)state;
    struct bf_xform_conf conf = plain();
    add(&conf.shape.rename, "k=key,m_a=a");
    add(&conf.shape.drop, "none");
    add(&conf.shape.hash, "m_b");
    conf.shape.hash_key = key;
    conf.shape.types = types;
    conf.shape.flatten = true;
    fail_each(&conf);
    conf.row.format = BF_ROW_CSV;
    conf.row.fields = "key,n";
    fail_each(&conf);
}

static void test_sql(void **state)
{
    (void)state;
    struct bf_xform_conf conf = plain();
    conf.sql.where = "n > 0 AND s IS NOT 'x'";
    add(&conf.sql.lookup, csv_spec);
    add(&conf.sql.lookup, ndjson_spec);
    add(&conf.sql.enrich, "p on k: brand, weight");
    add(&conf.sql.set, "t=dec_add(n, 0.5)");
    fail_each(&conf);
    conf.sql.set.n = 0;
    conf.sql.select = "*, brand, n BETWEEN 1 AND 2 AS b, m";
    fail_each(&conf);
    conf = plain();
    add(&conf.sql.lookup, ndjson_spec);
    conf.sql.query =
        "SELECT c.k, m, max(n), q.y FROM cdc c LEFT JOIN q USING (k) GROUP BY c.k ORDER BY 2";
    fail_each(&conf);
    conf.sql.query = "SELECT c.* FROM cdc c ORDER BY n";
    fail_each(&conf);
    conf.sql.query = "SELECT a.k, b.n FROM cdc a JOIN cdc b ON a.k = b.k";
    fail_each(&conf);
}

static void test_by_hand(void **state)
{
    (void)state;
    struct bf_xform_conf conf = plain();
    conf.input = BF_XFORM_ROWS;
    fail_each(&conf);
    conf = plain();
    conf.input = BF_XFORM_LOG;
    conf.row.meta[conf.row.nmeta++] = BF_META_CHANGED;
    fail_each(&conf);
    conf.row.format = BF_ROW_DIFF;
    fail_each(&conf);
    conf.row.fields = "k,n,m.a";
    fail_each(&conf);
    conf = plain();
    conf.row.format = BF_ROW_CSV; /* cells that have to be decoded */
    conf.row.fields = "k,s,m";
    fail_each(&conf);
}

static bool lay_out(struct bf_buf *out, struct bf_err *e)
{
    static struct bf_table t;
    bool ok =
        bf_table_init(&t, true, true, e) &&
        bf_table_put(&t, BF_STR("{\"a\":\"x\\u00e9\",\"b\":1}\n{\"b\":22,\"c\":null}\n"), out, e) &&
        bf_table_put(&t, BF_STR("{\"d\":[1]}\n"), out, e);
    bf_table_free(&t);
    return ok;
}

static void test_table(void **state)
{
    (void)state;
    bool ok = false;
    for (long n = 0; !ok; n++) {
        struct bf_buf out;
        struct bf_err e = {0};
        assert_true(n < 10000);
        bf_buf_init(&out, 100000);
        fail_alloc_in = n;
        ok = lay_out(&out, &e);
        fail_alloc_in = -1;
        if (!ok && e.code != BF_E_MEMORY)
            fail_msg("allocation %ld: %d: %s", n, (int)e.code, e.text);
        bf_buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters), cmocka_unit_test(test_shape), cmocka_unit_test(test_sql),
        cmocka_unit_test(test_by_hand), cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
