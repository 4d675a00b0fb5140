/* Logs: records are in order, can be read from any number on, and are not visible before their
 * commit. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/store/log.h"
#include "cmd/bflocal/store/transaction.h"

static void open_log(struct bl_store *s)
{
    struct bf_err e = {0};
    assert_true(bl_store_open(s, NULL, &e));
    assert_true(bl_log_open(s, &e));
}

static void begin(struct bl_store *s)
{
    struct bf_err e = {0};
    assert_true(bl_store_begin_bulk(s, &e));
}

static void commit(struct bl_store *s)
{
    struct bf_err e = {0};
    assert_true(bl_store_commit(s, &e));
}

static void add(struct bl_store *s, int64_t log, int64_t number, int64_t at_ms)
{
    char data[40];
    int n = snprintf(data, sizeof data, "%lld/%lld", (long long)log, (long long)number);
    bl_log_add(s, log, &(struct bl_record){number, at_ms, BF_STR("key"), bf_str(data, (size_t)n)});
}

/* The numbers of a walk as text. */
static void expect_walk(struct bl_store *s, int64_t log, int64_t from, int64_t since_ms,
                        const char *numbers)
{
    struct bl_log_walk w;
    struct bl_record r;
    struct bf_buf got;
    char data[40];
    bf_buf_init(&got, 4096);
    bl_store_lock(s);
    bl_log_walk(s, log, from, since_ms, &w);
    while (bl_log_next(&w, &r)) {
        bf_buf_addf(&got, "%lld ", (long long)r.number);
        snprintf(data, sizeof data, "%lld/%lld", (long long)log, (long long)r.number);
        assert_true(bf_str_is(r.key, "key"));
        assert_true(bf_str_eq(r.data, bf_str_of(data)));
    }
    assert_true(bl_store_ok(s));
    bl_store_unlock(s);
    assert_string_equal(bf_buf_cstr(&got), numbers);
    bf_buf_free(&got);
}

static void walks(void **state)
{
    (void)state;
    struct bl_store s;
    open_log(&s);
    begin(&s);
    for (int64_t i = 1; i <= 9; i++)
        add(&s, 1 + i % 2, i, 1000);
    add(&s, 2, 10, 1001);
    commit(&s);
    begin(&s);
    add(&s, 1, 12, 2000);
    add(&s, 2, 13, 2000);
    commit(&s);
    expect_walk(&s, 1, 1, 0, "2 4 6 8 12 ");
    expect_walk(&s, 1, 5, 0, "6 8 12 ");
    expect_walk(&s, 1, 9, 0, "12 ");
    expect_walk(&s, 1, 13, 0, "");
    expect_walk(&s, 2, 0, 0, "1 3 5 7 9 10 13 ");
    expect_walk(&s, 2, 9, 1001, "10 13 ");
    expect_walk(&s, 3, 0, 0, "");
    bl_store_lock(&s);
    assert_int_equal(bl_log_first(&s, 1, 0), 2);
    assert_int_equal(bl_log_first(&s, 1, 1001), 12);
    assert_int_equal(bl_log_first(&s, 1, 2001), -1);
    assert_int_equal(bl_log_last(&s, 1), 12);
    assert_int_equal(bl_log_last(&s, 2), 13);
    assert_int_equal(bl_log_last(&s, 3), 0);
    bl_store_unlock(&s);
    bl_store_close(&s);
}

static void rolled_back(void **state)
{
    (void)state;
    struct bl_store s;
    open_log(&s);
    begin(&s);
    add(&s, 1, 1, 5);
    bl_store_rollback(&s);
    expect_walk(&s, 1, 0, 0, "");
    begin(&s);
    add(&s, 1, 2, 5);
    commit(&s);
    expect_walk(&s, 1, 0, 0, "2 ");
    bl_store_close(&s);
}

static void removed(void **state)
{
    (void)state;
    struct bl_store s;
    open_log(&s);
    for (int64_t i = 1; i <= 6; i++) {
        begin(&s);
        add(&s, 1, i, i);
        add(&s, 2, i, i);
        commit(&s);
    }
    begin(&s);
    assert_true(bl_log_trim(&s, 1, 4, 2));
    commit(&s);
    expect_walk(&s, 1, 0, 0, "3 4 5 6 ");
    begin(&s);
    assert_false(bl_log_trim(&s, 1, 4, 2));
    assert_false(bl_log_trim(&s, 1, 4, 2));
    commit(&s);
    expect_walk(&s, 1, 0, 0, "4 5 6 ");
    begin(&s);
    assert_false(bl_log_trim(&s, 1, 100, 64));
    assert_false(bl_log_trim(&s, 1, 100, 64));
    commit(&s);
    expect_walk(&s, 1, 0, 0, "");
    bl_store_lock(&s);
    assert_int_equal(bl_log_last(&s, 1), 6);
    assert_int_equal(bl_log_first(&s, 1, 7), -1);
    bl_store_unlock(&s);
    begin(&s);
    add(&s, 1, 7, 200);
    assert_false(bl_log_trim(&s, 1, 100, 64));
    commit(&s);
    expect_walk(&s, 1, 0, 0, "7 ");
    expect_walk(&s, 2, 3, 0, "3 4 5 6 ");
    begin(&s);
    bl_log_erase(&s, 2);
    commit(&s);
    expect_walk(&s, 2, 0, 0, "");
    bl_store_close(&s);
}

/* More logs than chunks in memory, and more bytes than a chunk holds. */
static void many(void **state)
{
    (void)state;
    struct bl_store s;
    char *big = calloc(1, 200000);
    struct bl_log_walk w;
    struct bl_record r = {0};
    assert_non_null(big);
    open_log(&s);
    begin(&s);
    for (int64_t i = 1; i <= 60; i++)
        add(&s, 1 + i % 20, i, 7);
    for (int64_t i = 0; i < 8; i++)
        bl_log_add(&s, 50, &(struct bl_record){100 + i, 7, BF_STR(""), bf_str(big, 200000)});
    commit(&s);
    for (int64_t log = 1; log <= 20; log++) {
        char numbers[40];
        long long n = log == 1 ? 20 : log - 1;
        snprintf(numbers, sizeof numbers, "%lld %lld %lld ", n, n + 20, n + 40);
        expect_walk(&s, log, 0, 0, numbers);
    }
    bl_store_lock(&s);
    bl_log_walk(&s, 50, 103, 0, &w);
    for (int64_t i = 3; i < 8; i++) {
        assert_true(bl_log_next(&w, &r));
        assert_int_equal(r.number, 100 + i);
        assert_int_equal(r.data.n, 200000);
        assert_int_equal(r.key.n, 0);
        if (i == 4) {
            bl_log_leave(&w); /* and start again */
            bl_log_walk(&s, 50, 105, 0, &w);
        }
    }
    assert_false(bl_log_next(&w, &r));
    bl_store_unlock(&s);
    free(big);
    bl_store_close(&s);
}

/* Whole chunks below a number go; the log's last number stays known. */
static void dropped(void **state)
{
    struct bl_store s;
    (void)state;
    open_log(&s);
    for (int64_t i = 1; i <= 6; i++) {
        begin(&s);
        add(&s, 1, i, 100);
        add(&s, 2, i, 100);
        commit(&s);
    }
    begin(&s);
    bl_log_drop(&s, 1, 4);
    commit(&s);
    expect_walk(&s, 1, 0, 0, "4 5 6 ");
    expect_walk(&s, 2, 0, 0, "1 2 3 4 5 6 ");
    begin(&s);
    bl_log_drop(&s, 1, 7);
    commit(&s);
    expect_walk(&s, 1, 0, 0, "");
    bl_store_lock(&s);
    assert_int_equal(bl_log_last(&s, 1), 6);
    bl_store_unlock(&s);
    bl_store_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks),   cmocka_unit_test(rolled_back), cmocka_unit_test(removed),
        cmocka_unit_test(dropped), cmocka_unit_test(many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
