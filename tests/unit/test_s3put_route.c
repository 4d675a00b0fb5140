/* Routing of rows and the complete keys of objects at a fixed instant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "cmd/s3put/sealed.h"

/* 2026-11-27T06:05:04Z */
static const int64_t instant = 1795759504000;

static struct config config;
static struct route route;

static void begin(const char *url, const char *hive)
{
    struct bf_err e = {0};
    config_init(&config);
    config.hive = hive;
    assert_true(config_finish(&config, url, &e));
    assert_true(route_init(&route, &config, &e));
}

static void end(void)
{
    route_free(&route);
    config_free(&config);
}

/* The key of the object that the row would start. */
static void key_is(const char *row, const char *want)
{
    struct bf_err e = {0};
    struct bf_rng rng;
    struct batches b;
    bf_rng_seed(&rng, 42);
    batches_init(&b, &config, NULL, NULL);
    struct sealer sealer = {.config = &config, .route = &route, .rng = &rng};
    assert_true(route_row(&route, bf_str_of(row), instant, &e));
    struct batch *x = batches_open(&b, bf_buf_view(&route.id), instant, 0, route.time_ms, &e);
    assert_non_null(x);
    assert_true(sealed_key(&sealer, x, &e));
    assert_string_equal(bf_buf_cstr(&x->key), want);
    batches_free(&b);
}

#define NAME "bfpipe-1-2026-11-27-06-05-04-" UUID
/* the generator's first UUID for seed 42 */
#define UUID "15780b2e-0c2e-4716-a104-d9866d113a7e"

static void keys_at_a_fixed_instant(void **unused)
{
    (void)unused;
    begin("s3://lake/sales/", NULL);
    key_is("{\"a\":1}", "sales/2026/11/27/06/" NAME);
    end();
    begin("s3://lake", NULL);
    key_is("{}", "2026/11/27/06/" NAME);
    end();
    begin("s3://lake/!{timestamp:'year='yyyy'/day='DDD}/", NULL);
    key_is("{}", "year=2026/day=331/" NAME);
    end();
    begin("s3://lake/c=!{partitionKeyFromQuery:c}/", NULL);
    key_is("{\"c\":\"a\\u002fb\"}", "c=a/b/" NAME);
    end();
    begin("s3://lake/t", "dt,hour,c");
    key_is("{\"c\":\"a/b\"}", "t/dt=2026-11-27/hour=06/c=a%2Fb/" NAME);
    end();
}

static void the_delivered_object_of_firehose_has_such_a_name(void **unused)
{
    (void)unused;
    struct bf_buf key;
    bf_buf_init(&key, 1000);
    bf_prefix_put_name(&key, "kinesis-to-s3-delivery", "1", 1708062236000,
                       "3b663ffd-54cc-4c76-8f17-134c6f1376cb", "");
    assert_string_equal(
        bf_buf_cstr(&key),
        "kinesis-to-s3-delivery-1-2024-02-16-05-43-56-3b663ffd-54cc-4c76-8f17-134c6f1376cb");
    bf_buf_free(&key);
}

static void a_partition_comes_back_from_its_receipt(void **unused)
{
    (void)unused;
    struct bf_err e = {0};
    struct bf_buf id, json;
    bf_buf_init(&id, 1000);
    bf_buf_init(&json, 1000);
    begin("s3://lake/!{partitionKeyFromQuery:a}/!{partitionKeyFromQuery:b}/", NULL);
    assert_true(route_row(&route, BF_STR("{\"b\":1.50,\"a\":\"x\\\"\\u00e9\"}"), instant, &e));
    bf_buf_adds(&id, bf_buf_view(&route.id));
    route_partition(&route, bf_buf_view(&id), &json);
    assert_string_equal(bf_buf_cstr(&json), "{\"a\":\"x\\\"\xc3\xa9\",\"b\":\"1.5\"}");
    assert_true(route_id(&route, bf_buf_view(&json), instant, &e));
    assert_true(bf_str_eq(bf_buf_view(&route.id), bf_buf_view(&id)));
    end();
    bf_buf_free(&id);
    bf_buf_free(&json);
}

static void rows_behind_a_mark_are_taken_off(void **unused)
{
    (void)unused;
    struct bf_err e = {0};
    struct batches b;
    begin("s3://lake/", NULL);
    batches_init(&b, &config, NULL, NULL);
    struct batch *x = batches_open(&b, BF_STR("x"), 0, 0, 0, &e);
    assert_true(batches_add(&b, x, BF_STR("1"), &e));
    b.mark++;
    assert_true(batches_add(&b, x, BF_STR("22"), &e));
    struct batch *y = batches_open(&b, BF_STR("y"), 0, 0, 0, &e);
    assert_true(batches_add(&b, y, BF_STR("333"), &e));
    assert_int_equal(batches_rewind(&b), 2);
    assert_int_equal(b.n, 1);
    assert_int_equal(b.held, 2);
    assert_int_equal(x->records, 1);
    assert_true(bf_str_is(bf_buf_view(&x->rows), "1\n"));
    batches_free(&b);
    end();
}

/* An earlier run has left the batch open: all its rows are covered, even without new ones. */
static void rows_of_an_earlier_run_stay(void **unused)
{
    (void)unused;
    struct bf_err e = {0};
    struct batches b;
    begin("s3://lake/", NULL);
    batches_init(&b, &config, NULL, NULL);
    struct batch *x = batches_open(&b, BF_STR("x"), 0, 0, 0, &e);
    assert_true(batches_add(&b, x, BF_STR("1"), &e));
    batches_cover(&b, x);
    assert_int_equal(batches_rewind(&b), 0);
    assert_int_equal(x->records, 1);
    assert_true(batches_add(&b, x, BF_STR("22"), &e));
    assert_int_equal(batches_rewind(&b), 1);
    assert_int_equal(x->records, 1);
    assert_null(batches_open(&b, BF_STR("x"), 0, 0, 0, &e)); /* it exists already */
    assert_int_equal(b.n, 1);
    batches_free(&b);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_at_a_fixed_instant),
        cmocka_unit_test(the_delivered_object_of_firehose_has_such_a_name),
        cmocka_unit_test(a_partition_comes_back_from_its_receipt),
        cmocka_unit_test(rows_behind_a_mark_are_taken_off),
        cmocka_unit_test(rows_of_an_earlier_run_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
