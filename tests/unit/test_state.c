/* state.json: what is saved is what is loaded, and what is no state is refused with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/io/file.h"
#include "lib/checkpoint/state.h"

static char path[64];

static int make_path(void **unused)
{
    (void)unused;
    snprintf(path, sizeof path, "/tmp/bf-state-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    return unlink(path);
}

static int drop_path(void **unused)
{
    (void)unused;
    unlink(path);
    return 0;
}

static void missing_file_is_empty_state(void **unused)
{
    (void)unused;
    struct bf_state s;
    struct bf_err e = {0};
    bf_state_init(&s);
    assert_true(bf_state_load(&s, path, &e));
    assert_int_equal(s.nshards + s.nsealed + s.nopen, 0);
    assert_int_equal(e.code, BF_OK);
    bf_state_free(&s);
}

static void fill(struct bf_state *s)
{
    struct bf_err e = {0};
    assert_true(bf_state_set(s, BF_STR("orders"), BF_STR("shard-0"), BF_STR("496"), false, &e));
    assert_true(bf_state_set(s, BF_STR("audit"), BF_STR("shard-0"), BF_STR("7"), false, &e));
    assert_true(bf_state_set(s, BF_STR("orders"), BF_STR("shard-1"), BF_STR(""), false, &e));
    assert_true(bf_state_set(s, BF_STR("orders"), BF_STR("shard-0"), BF_STR("497"), true, &e));
    bf_state_since(s, BF_STR("audit"), BF_STR("shard-0"), 1795759200123);
    bf_state_since(s, BF_STR("orders"), BF_STR("shard-1"), 5);
    bf_state_since(s, BF_STR("orders"), BF_STR("shard-9"), 5); /* not there */
    struct bf_state_batch b = {
        .file = bf_str_dup(BF_STR("a.body")),
        .bucket = bf_str_dup(BF_STR("lake")),
        .key = bf_str_dup(BF_STR("x/\"quoted\" \xc3\xa9")),
        .partition =
            bf_str_dup(BF_STR("{\"category\":\"a\\\"\\u0001/\\n\\u0000\xC3\xA4\",\"b\":\"\"}")),
        .records = 12,
        .bytes = 3400,
        .arrival_ms = 1795759200123};
    assert_true(bf_state_add_sealed(s, &b, &e));
    b = (struct bf_state_batch){.file = bf_str_dup(BF_STR("b.rows")), .records = 1, .bytes = 2};
    assert_true(bf_state_add_open(s, &b, &e));
}

static void saved_state_comes_back(void **unused)
{
    (void)unused;
    struct bf_state s, t;
    struct bf_err e = {0};
    bf_state_init(&s);
    bf_state_init(&t);
    fill(&s);
    assert_true(bf_state_save(&s, path, &e));
    assert_true(bf_state_load(&t, path, &e));
    assert_int_equal(t.nshards, 3);
    const struct bf_state_shard *sh = bf_state_find(&t, BF_STR("orders"), BF_STR("shard-0"));
    assert_non_null(sh);
    assert_string_equal(sh->sequence, "497");
    assert_true(sh->ended);
    assert_int_equal(sh->since_ms, 0);
    assert_int_equal(bf_state_find(&t, BF_STR("audit"), BF_STR("shard-0"))->since_ms,
                     1795759200123);
    assert_true(bf_state_set(&t, BF_STR("audit"), BF_STR("shard-0"), BF_STR("7"), false, &e));
    assert_int_equal(bf_state_find(&t, BF_STR("audit"), BF_STR("shard-0"))->since_ms, 0);
    assert_string_equal(bf_state_find(&t, BF_STR("orders"), BF_STR("shard-1"))->sequence, "");
    assert_string_equal(bf_state_find(&t, BF_STR("audit"), BF_STR("shard-0"))->sequence, "7");
    assert_null(bf_state_find(&t, BF_STR("audit"), BF_STR("shard-1")));
    assert_int_equal(t.nsealed, 1);
    assert_string_equal(t.sealed[0].key, "x/\"quoted\" \xc3\xa9");
    assert_string_equal(t.sealed[0].partition,
                        "{\"category\":\"a\\\"\\u0001/\\n\\u0000\xC3\xA4\",\"b\":\"\"}");
    assert_int_equal(t.sealed[0].records, 12);
    assert_int_equal(t.sealed[0].arrival_ms, 1795759200123);
    assert_int_equal(t.nopen, 1);
    assert_null(t.open[0].key);
    assert_false(bf_state_drop_sealed(&t, "b.rows"));
    assert_true(bf_state_drop_sealed(&t, "a.body"));
    assert_int_equal(t.nsealed, 0);
    bf_state_free(&s);
    bf_state_free(&t);
}

static void refuses(const char *text, const char *why)
{
    struct bf_state s;
    struct bf_err e = {0};
    bf_state_init(&s);
    assert_true(bf_file_replace(path, bf_str_of(text), &e));
    assert_false(bf_state_load(&s, path, &e));
    assert_int_equal(e.code, BF_E_INPUT);
    assert_non_null(strstr(e.text, why));
    assert_non_null(strstr(e.text, path));
    bf_state_free(&s);
}

static void what_is_no_state_is_refused(void **unused)
{
    (void)unused;
    refuses("", "an object was expected");
    refuses("{}", "no version");
    refuses("{\"version\":2}", "version 2 of the state");
    refuses("{\"version\":1,\"sealed\":[{\"file\":\"a\"}]}", "without bucket or key");
    refuses("{\"version\":1,\"open\":[{\"file\":\"../a\"}]}", "file name of its own");
    refuses("{\"version\":1,\"sealed\":[{\"file\":\"a\",\"bucket\":\"b\",\"key\":\"\"}]}",
            "without bucket or key");
    refuses("{\"version\":1,\"sealed\":[{\"file\":\"\",\"bucket\":\"b\",\"key\":\"k\"}]}",
            "file name of its own");
    refuses("{\"version\":1,\"open\":[{\"records\":\"x\"}]}", "records is not a number");
    refuses("{\"version\":1,\"streams\":{\"a\":{\"b\":{\"sequence\":7}}}}",
            "sequence: a text was expected");
    refuses("{\"version\":1,\"version\":1}", "a name comes twice");
    refuses("{\"version\":1,\"streams\":{\"a\":[]}}", "a stream: an object was expected");
    refuses("{\"version\":1,\"open\":{}}", "open: an array was expected");
    refuses("{\"version\":1,\"open\":[{\"file\":\"a\\u0000b\"}]}", "file: a text was expected");
    refuses("{\"version\":1,\"open\":[{\"file\":\"a\",\"partition\":{\"a\":1}}]}",
            "partition: a text was expected");
    refuses("{\"version\":1,\"sealed\":[{\"file\":\"a\"", "expected");
}

static void sequences_are_ordered_as_numbers(void **unused)
{
    (void)unused;
    assert_true(bf_sequence_cmp(BF_STR("9"), BF_STR("10")) < 0);
    assert_true(bf_sequence_cmp(BF_STR("10"), BF_STR("9")) > 0);
    assert_true(bf_sequence_cmp(BF_STR(""), BF_STR("0")) < 0);
    assert_true(bf_sequence_cmp(BF_STR("0010"), BF_STR("10")) == 0);
    assert_true(
        bf_sequence_cmp(BF_STR("49546986683135544286507457936321625675700192471156785154"),
                        BF_STR("49546986683135544286507457936321625675700192471156785155")) < 0);
}

static void shards_that_are_gone_are_forgotten(void **unused)
{
    (void)unused;
    struct bf_state s;
    struct bf_err e = {0};
    bf_state_init(&s);
    fill(&s); /* orders: shard-0 has ended, shard-1 has not; audit: one shard */
    assert_false(bf_state_forget(&s, BF_STR("orders"), BF_STR("shard-1")));
    assert_false(bf_state_forget(&s, BF_STR("orders"), BF_STR("shard-9")));
    assert_true(bf_state_forget(&s, BF_STR("orders"), BF_STR("shard-0")));
    assert_false(bf_state_forget(&s, BF_STR("orders"), BF_STR("shard-0")));
    assert_null(bf_state_find(&s, BF_STR("orders"), BF_STR("shard-0")));
    assert_string_equal(bf_state_find(&s, BF_STR("orders"), BF_STR("shard-1"))->sequence, "");
    assert_string_equal(bf_state_find(&s, BF_STR("audit"), BF_STR("shard-0"))->sequence, "7");
    assert_true(bf_state_set(&s, BF_STR("audit"), BF_STR("shard-0"), BF_STR("8"), true, &e));
    assert_false(
        bf_state_forget(&s, BF_STR("audit"), BF_STR("shard-0"))); /* the last of its stream */
    /* as many as come and go: the limit is on those that are known at a time */
    char name[32];
    for (int i = 0; i < BF_STATE_MAX_SHARDS + 10; i++) {
        snprintf(name, sizeof name, "many-%d", i);
        assert_true(bf_state_set(&s, BF_STR("orders"), bf_str_of(name), BF_STR("1"), true, &e));
        assert_true(bf_state_forget(&s, BF_STR("orders"), bf_str_of(name)));
    }
    assert_int_equal(s.nshards, 2);
    bf_state_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(missing_file_is_empty_state, make_path, drop_path),
        cmocka_unit_test_setup_teardown(saved_state_comes_back, make_path, drop_path),
        cmocka_unit_test_setup_teardown(what_is_no_state_is_refused, make_path, drop_path),
        cmocka_unit_test(shards_that_are_gone_are_forgotten),
        cmocka_unit_test(sequences_are_ordered_as_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
