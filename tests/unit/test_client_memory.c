/* The client with each of its allocations failing in turn: an error, no leak, no hang. */
#include "tests/unit/client.h"
#include "tests/unit/fail.h"

/* One client, one call that is retried, one bucket in another region. True: success. */
static bool whole_run(struct bf_err *e)
{
    struct bf_aws_options options = {.endpoint_url = server.url};
    struct bf_aws *aws = bf_aws_new(&options, e);
    if (!aws)
        return false;
    struct end ends[2] = {0};
    struct bf_aws_call calls[2] = {
        {.op = &list_tables, .body = BF_STR("{}"), .done = on_done, .arg = &ends[0]},
        {.op = &s3,
         .method = "PUT",
         .bucket = "lake",
         .key = BF_STR("k"),
         .body = BF_STR("x"),
         .done = on_done,
         .arg = &ends[1]},
    };
    bool ok = true;
    for (size_t i = 0; i < 2; i++) {
        struct bf_err why = {0};
        bool begun = bf_aws_submit(aws, &calls[i], &why);
        while (begun && bf_aws_in_flight(aws))
            assert_true(bf_aws_run(aws, -1, e));
        assert_int_equal(begun, ends[i].done);
        if (begun)
            why = ends[i].err;
        if (why.code != BF_OK) {
            *e = why;
            ok = false;
        }
    }
    assert_int_equal(bf_aws_in_flight(aws), 0);
    bf_aws_destroy(aws);
    return ok;
}

static void every_allocation(void **unused)
{
    (void)unused;
    static const char script[] = "ListTables 1x error 500 X\nPutObject 1x redirect 301 eu-west-1\n";
    struct bf_err e = {0};
    fault_rules(&server, script);
    assert_true(whole_run(&e)); /* this creates everything that exists once for each process */
    long n = 0, used;
    for (;; n++) {
        fault_rules(&server, script);
        e = (struct bf_err){0};
        fail_alloc_in = n;
        bool ok = whole_run(&e);
        used = n - fail_alloc_in;
        bool struck = fail_alloc_in == 0;
        fail_alloc_in = -1;
        if (!struck) {
            assert_true(ok);
            break;
        }
        if (!ok && e.code != BF_E_MEMORY && e.code != BF_E_SERVICE && e.code != BF_E_NETWORK)
            fail_msg("allocation %ld: %s", n, e.text);
        if (!ok)
            assert_true(e.text[0] != '\0');
    }
    assert_true(used > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
