/* Shards: which shard waits for which parents. */
#include "tests/unit/unit.h"

#include "lib/aws/kinesis/lineage.h"

static struct bf_shard *add(struct bf_lineage *l, const char *id, const char *parent,
                            const char *adjacent)
{
    struct bf_shard s = {0};
    struct bf_err e = {0};
    assert_true(bf_shard_set(s.id, sizeof s.id, bf_str_of(id), "id", &e));
    assert_true(bf_shard_set(s.parent, sizeof s.parent, bf_str_of(parent), "parent", &e));
    assert_true(bf_shard_set(s.adjacent, sizeof s.adjacent, bf_str_of(adjacent), "parent", &e));
    struct bf_shard *kept = bf_lineage_add(l, &s, &e);
    assert_non_null(kept);
    return kept;
}

static void test_split_and_merge(void **state)
{
    (void)state;
    struct bf_lineage l;
    bf_lineage_init(&l);
    struct bf_shard *a = add(&l, "a", "gone", ""); /* its parent has expired */
    struct bf_shard *b = add(&l, "b", "a", ""), *c = add(&l, "c", "a", "");
    struct bf_shard *d = add(&l, "d", "b", "c");
    assert_true(bf_lineage_ready(&l, a));
    assert_false(bf_lineage_ready(&l, b));
    a->done = true;
    assert_true(bf_lineage_ready(&l, b));
    assert_true(bf_lineage_ready(&l, c));
    assert_false(bf_lineage_ready(&l, d));
    b->done = true;
    assert_false(bf_lineage_ready(&l, d)); /* both parents */
    c->done = true;
    assert_true(bf_lineage_ready(&l, d));
    assert_true(bf_lineage_has_child(&l, a));
    assert_true(bf_lineage_has_child(&l, c)); /* the adjacent parent counts */
    assert_false(bf_lineage_has_child(&l, d));
    bf_lineage_free(&l);
}

static void test_update(void **state)
{
    (void)state;
    struct bf_lineage l;
    struct bf_err e = {0};
    bf_lineage_init(&l);
    struct bf_shard *a = add(&l, "a", "", "");
    a->done = true;
    struct bf_shard closed = {.id = "a", .seq_from = "1", .seq_to = "9", .parent = "p"};
    assert_ptr_equal(bf_lineage_add(&l, &closed, &e), a);
    assert_int_equal(l.n, 1);
    assert_true(a->done);
    assert_true(bf_shard_closed(a));
    assert_string_equal(a->parent, "p");
    struct bf_shard vague = {.id = "a"}; /* has less information: removes nothing */
    assert_ptr_equal(bf_lineage_add(&l, &vague, &e), a);
    assert_true(bf_shard_closed(a));
    bf_lineage_free(&l);
}

static void test_ancestors(void **state)
{
    (void)state;
    struct bf_lineage l;
    bf_lineage_init(&l);
    struct bf_shard *a = add(&l, "a", "", ""), *b = add(&l, "b", "a", ""),
                    *c = add(&l, "c", "a", "");
    struct bf_shard *d = add(&l, "d", "b", "");
    struct bf_shard *x = add(&l, "x", "y", ""),
                    *y = add(&l, "y", "x", ""); /* services do not do this */
    bf_lineage_pass_ancestors(&l, d);
    assert_true(a->done && b->done);
    assert_false(c->done || d->done);
    bf_lineage_pass_ancestors(&l, x);
    assert_true(x->done && y->done);
    bf_lineage_free(&l);
}

static void test_compare(void **state)
{
    (void)state;
    assert_true(bf_shard_compare(BF_STR("9"), BF_STR("10")) < 0);
    assert_true(bf_shard_compare(BF_STR("0010"), BF_STR("10")) == 0);
    assert_true(
        bf_shard_compare(BF_STR("49590338271490256608559692538361571095921575989136588899"),
                         BF_STR("49590338271490256608559692538361571095921575989136588898")) > 0);
    assert_true(bf_shard_compare(BF_STR("0"), BF_STR("")) == 0);
}

static void test_limits(void **state)
{
    (void)state;
    struct bf_shard s = {0};
    struct bf_err e = {0};
    char id[200];
    memset(id, 'x', sizeof id);
    assert_true(bf_shard_set(s.id, sizeof s.id, bf_str(id, BF_SHARD_ID_MAX), "shard id", &e));
    assert_false(bf_shard_set(s.id, sizeof s.id, bf_str(id, BF_SHARD_ID_MAX + 1), "shard id", &e));
    assert_string_equal(e.text, "shard id of 129 bytes, longer than 128");
    assert_int_equal(e.code, BF_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_and_merge), cmocka_unit_test(test_update),
        cmocka_unit_test(test_ancestors),       cmocka_unit_test(test_compare),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
