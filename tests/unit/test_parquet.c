/* The writer of Parquet files: levels of vector instructions agree, check leaves nothing behind, sums for a table's
 * metadata, hashes by their published values; every allocation fails in turn. Readers are in tests/cli/row2pq-readers.sh. */
#include "tests/unit/unit.h"

#include "tests/unit/fail.h"

#include "lib/json/cpu.h"
#include "lib/parquet/bloom.h"
#include "lib/parquet/parquet.h"
#include "lib/ddl/infer.h"

static const char schema_text[] =
    "id string not null\nn int\nd decimal(10,2)\nbig decimal(30,5)\nt timestamp\nx double\n"
    "b boolean\nl array<struct<s:string,m:map<string,bigint>>>\nj json\n";

static const char *const rows[] = {
    "{\"id\":\"a\",\"n\":1,\"d\":1.50,\"big\":-12345678901234567890.12345,\"t\":\"2026-11-27T06:30:"
    "00Z\",\"x\":0.1,\"b\":true,\"l\":[{\"s\":\"x\",\"m\":{\"k\":1}},null],\"j\":{\"a\":[1]}}",
    "{\"id\":\"b\\u00e9\",\"n\":-7,\"d\":\"2.25\",\"l\":[]}",
    "{\"id\":\"a long text of more than thirty-two bytes, with \\\"quotes\\\" and \xc3\xa9 in "
    "it\"}",
    "{\"id\":\"c\",\"l\":[{\"s\":\"y\"},{\"m\":{\"a\":1,\"b\":2,\"a\":3}}]}", /* refused */
    "{\"id\":\"c\",\"n\":1.5}",                                               /* refused */
    "{\"n\":5}",                                                              /* refused */
    "{\"id\":\"d\",\"n\":null,\"x\":-0.0,\"b\":false}",
};

static bool keep(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct bf_buf *out = arg;
    bf_buf_adds(out, piece);
    return bf_buf_check(out, "the file", e);
}

/* All rows, `times` over, into *out; the number of those that were refused, or -1 when something failed. */
static int write_rows(struct bf_parquet_conf *conf, int times, bool checked, struct bf_buf *out,
                      struct bf_err *e)
{
    struct bf_schema s;
    struct bf_err why = {0};
    int refused = 0;
    bool ok;
    bf_schema_init(&s);
    bf_buf_reset(out);
    ok = bf_schema_parse(&s, bf_str_of(schema_text), e);
    conf->schema = &s;
    struct bf_parquet *w = ok ? bf_parquet_new(conf, e) : NULL;
    ok = w != NULL;
    if (ok)
        bf_parquet_begin(w, keep, out);
    for (int i = 0; ok && i < times * (int)BF_COUNT(rows); i++) {
        struct bf_str row = bf_str_of(rows[(size_t)i % BF_COUNT(rows)]);
        bool good = !checked || bf_parquet_check(w, row, &why);
        if (good && bf_parquet_row(w, row, 0, &why))
            continue;
        refused++;
        ok = why.code == BF_E_INPUT;
        if (!ok)
            *e = why;
    }
    ok = ok && bf_parquet_end(w, e);
    bf_parquet_destroy(w);
    bf_schema_free(&s);
    return ok ? refused : -1;
}

static void levels_agree(void **state)
{
    struct bf_parquet_conf conf = {.codec = BF_PARQUET_SNAPPY};
    struct bf_err e = {0};
    struct bf_buf first, other;
    (void)state;
    bf_buf_init(&first, 1 << 24);
    bf_buf_init(&other, 1 << 24);
    assert_true(bf_cpu_use(BF_CPU_PORTABLE));
    assert_int_equal(write_rows(&conf, 100, false, &first, &e), 300);
    if (bf_cpu_use(BF_CPU_SSE2)) {
        assert_int_equal(write_rows(&conf, 100, false, &other, &e), 300);
        assert_int_equal(first.n, other.n);
        assert_memory_equal(first.p, other.p, first.n);
    }
    assert_int_equal(write_rows(&conf, 100, true, &other, &e), 300);
    assert_int_equal(first.n, other.n);
    assert_memory_equal(first.p, other.p, first.n);
    bf_buf_free(&first);
    bf_buf_free(&other);
}

static const struct bf_parquet_sum *sum_of(const struct bf_parquet_sum *s, size_t n,
                                           const char *path)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(s[i].path, bf_str_of(path)))
            return &s[i];
    fail_msg("no %s", path);
    return NULL;
}

static void sums(void **state)
{
    struct bf_schema s;
    struct bf_err e = {0}, why = {0};
    struct bf_buf out;
    struct bf_parquet_conf conf = {.schema = &s, .codec = BF_PARQUET_NONE, .group_rows = 2};
    (void)state;
    bf_schema_init(&s);
    bf_buf_init(&out, 1 << 20);
    assert_true(bf_schema_parse(&s, bf_str_of(schema_text), &e));
    struct bf_parquet *w = bf_parquet_new(&conf, &e);
    assert_non_null(w);
    for (int twice = 0; twice < 2; twice++) { /* a writer begins anew */
        bf_buf_reset(&out);
        bf_parquet_begin(w, keep, &out);
        for (size_t i = 0; i < BF_COUNT(rows); i++)
            if (!bf_parquet_row(w, bf_str_of(rows[i]), 0, &why))
                assert_int_equal(why.code, BF_E_INPUT);
        assert_true(bf_parquet_end(w, &e));
    }
    size_t n = 0;
    const struct bf_parquet_sum *all = bf_parquet_sums(w, &n);
    assert_int_equal(n, 11);
    assert_int_equal(bf_parquet_rows(w), 4);
    assert_int_equal(bf_parquet_bytes(w), out.n);
    assert_int_equal(bf_parquet_split(w, 0), 4);
    assert_true(bf_parquet_split(w, 1) > 4);
    assert_int_equal(bf_parquet_split(w, 2), 0);
    const struct bf_parquet_sum *c = sum_of(all, n, "id");
    assert_int_equal(c->id, 1);
    assert_int_equal(c->values, 4);
    assert_int_equal(c->nulls, 0);
    assert_true(c->has_min && c->min_exact && c->has_max && c->max_exact && c->bytes > 0);
    assert_str(c->min, "a");
    assert_str(c->max, "d");
    c = sum_of(all, n, "n");
    assert_int_equal(c->nulls, 2);
    assert_str(c->min, "\xf9\xff\xff\xff");
    assert_str(c->max, "\1\0\0\0");
    c = sum_of(all, n, "big");
    assert_int_equal(c->min.n, 13);
    assert_true(c->min.p[0] & 0x80);
    c = sum_of(all, n, "x"); /* -0.0 and 0.1 */
    assert_str(c->min, "\0\0\0\0\0\0\0\x80");
    bf_parquet_destroy(w);
    bf_schema_free(&s);
    bf_buf_free(&out);
}

/* xxHash's own values for seed 0. */
static void hashes(void **state)
{
    (void)state;
    assert_true(bf_pq_bloom_hash(BF_STR("")) == UINT64_C(0xef46db3751d8e999));
    assert_true(bf_pq_bloom_hash(BF_STR("a")) == UINT64_C(0xd24ec4f1a98c6e5b));
    assert_true(bf_pq_bloom_hash(BF_STR("abc")) == UINT64_C(0x44bc2cf5ad770999));
    assert_true(bf_pq_bloom_hash(BF_STR("Nobody inspects the spammish repetition")) ==
                UINT64_C(0xfbcea83c8a378bf1));
}

static void memory(void **state)
{
    static const char *const sort[] = {"n,-id"}, *const bloom[] = {"id,n"};
    struct bf_opt_list sort_list = {.item = {sort[0]}, .n = 1},
                       bloom_list = {.item = {bloom[0]}, .n = 1};
    struct bf_parquet_conf conf = {.codec = BF_PARQUET_SNAPPY};
    struct bf_buf out;
    struct bf_err e = {0};
    (void)state;
    for (int sorted = 0; sorted < 2; sorted++) {
        conf.sort = sorted ? &sort_list : NULL;
        conf.bloom = &bloom_list;
        bf_buf_init(&out, 1 << 24);
        long before = fail_alloc_seen;
        assert_int_equal(write_rows(&conf, 3, false, &out, &e), 9);
        long all = fail_alloc_seen - before;
        for (long n = 0; n < all + 5; n++) {
            e = (struct bf_err){0};
            bf_buf_free(&out);
            bf_buf_init(&out, 1 << 24);
            fail_alloc_in = n;
            int refused = write_rows(&conf, 3, false, &out, &e);
            fail_alloc_in = -1;
            if (refused == -1 ? e.code != BF_E_MEMORY : refused != 9)
                fail_msg("allocation %ld: %d refused, %d: %s", n, refused, (int)e.code, e.text);
        }
        bf_buf_free(&out);
    }
}

static void inference_memory(void **state)
{
    (void)state;
    for (long n = 0; n < 20; n++) {
        struct bf_ddl_infer i;
        struct bf_schema s;
        struct bf_err e = {0};
        bf_ddl_infer_init(&i);
        bf_schema_init(&s);
        fail_alloc_in = n;
        bool ok = bf_ddl_infer_row(&i, bf_str_of(rows[1]), &e) &&
                  bf_ddl_infer_row(&i, bf_str_of(rows[0]), &e) &&
                  bf_ddl_infer_schema(&i, NULL, 0, &s, &e);
        fail_alloc_in = -1;
        if (ok ? s.n != 9 : e.code != BF_E_MEMORY)
            fail_msg("allocation %ld: %d: %s", n, (int)e.code, e.text);
        bf_ddl_infer_free(&i);
        bf_schema_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_agree),     cmocka_unit_test(sums),
        cmocka_unit_test(hashes),           cmocka_unit_test(memory),
        cmocka_unit_test(inference_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
