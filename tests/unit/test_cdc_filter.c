/* Deduplication, folding, and the filters together with the transform. */
#include "lib/xform/dedupe.h"
#include "lib/xform/fold.h"
#include "lib/xform/xform.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

static struct bf_change with_id(struct bf_str id, struct bf_str seq)
{
    return (struct bf_change){.event_id = {id, false}, .seq = {seq, false}};
}

static bool seen(struct bf_dedupe *d, const char *id, const char *seq)
{
    struct bf_change c = with_id(bf_str_of(id), bf_str_of(seq));
    return bf_dedupe_seen(d, &c);
}

static void test_dedupe(void **state)
{
    (void)state;
    struct bf_err e = {0};
    assert_null(bf_dedupe_new(0, &e));
    assert_int_equal(e.code, BF_E_USAGE);
    assert_null(bf_dedupe_new((uint64_t)BF_DEDUPE_MAX + 1, &e));
    struct bf_dedupe *d = bf_dedupe_new(3, &e);
    assert_non_null(d);
    assert_false(seen(d, "a", NULL));
    assert_true(seen(d, "a", NULL));
    assert_true(seen(d, "a", "1"));   /* the eventID takes precedence */
    assert_false(seen(d, NULL, "a")); /* and is another kind of identity */
    assert_true(seen(d, NULL, "a"));
    assert_false(seen(d, NULL, NULL));
    assert_false(seen(d, NULL, NULL));
    assert_false(seen(d, "", NULL)); /* identifies nothing */
    assert_false(seen(d, "", ""));
    assert_false(seen(d, "", "c"));
    assert_true(seen(d, "", "c"));
    assert_false(seen(d, "b", NULL)); /* the fourth id: a is forgotten */
    assert_false(seen(d, "a", NULL));
    assert_false(seen(d, NULL, "a"));
    bf_dedupe_destroy(d);
    bf_dedupe_destroy(NULL);
}

/* Compared with a list of the last ids, for many long and short ids and for windows around
 * powers of two. */
static void test_dedupe_model(void **state)
{
    (void)state;
    enum { STEPS = 4000 };
    static const size_t windows[] = {1, 2, 63, 64, 65, 200};
    static unsigned last[STEPS];
    struct bf_err e = {0};
    for (size_t w = 0; w < BF_COUNT(windows); w++) {
        struct bf_dedupe *d = bf_dedupe_new(windows[w], &e);
        size_t n = 0;
        unsigned random = 1;
        assert_non_null(d);
        for (size_t i = 0; i < STEPS; i++) {
            char id[128];
            random = random * 1103515245u + 12345u;
            unsigned v = random >> 16 & 255;
            snprintf(id, sizeof id, v % 3 ? "id-%u" : "a-long-one-%090u", v);
            bool known = false;
            for (size_t k = n > windows[w] ? n - windows[w] : 0; k < n; k++)
                known |= last[k] == v;
            assert_int_equal(seen(d, id, NULL), known);
            if (!known)
                last[n++] = v;
        }
        bf_dedupe_destroy(d);
    }
}

/* One change with the key k and the value v. */
static void put(struct bf_fold *f, enum bf_op op, const char *k, const char *row)
{
    char text[128];
    struct bf_err e = {0};
    struct bf_change c;
    bf_change_init(&c);
    snprintf(text, sizeof text, "{\"k\":{\"S\":\"%s\"},\"n\":{\"N\":\"1\"}}", k);
    assert_true(bf_change_item(&c, bf_str_of(text), &e));
    c.op = op;
    assert_true(bf_fold_put(f, &c, bf_str_of(row), &e));
    bf_change_free(&c);
}

static void test_fold(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf out;
    uint64_t rows = 0;
    bf_buf_init(&out, 100000);
    assert_null(bf_fold_new("", 1000, &e));
    assert_null(bf_fold_new("a,,b", 1000, &e));
    struct bf_fold *f = bf_fold_new("k", 1000000, &e);
    assert_non_null(f);
    put(f, BF_OP_INSERT, "a", "a1\n");
    put(f, BF_OP_INSERT, "b", "b1\n");
    put(f, BF_OP_MODIFY, "a", "a2, which is longer\n");
    put(f, BF_OP_MODIFY, "a", "a3\n");
    put(f, BF_OP_INSERT, "c", "c1\n");
    put(f, BF_OP_REMOVE, "b", "");
    put(f, BF_OP_INSERT, "b", "b2\n");
    for (int i = 0; i < 1000; i++) { /* removed rows use no memory */
        put(f, BF_OP_INSERT, "x", "a row of some length, again and again and again and again\n");
        put(f, BF_OP_REMOVE, "x", "");
    }
    assert_true(bf_fold_next(f, &out, &rows));
    assert_str(bf_buf_view(&out), "a3\nc1\nb2\n");
    assert_int_equal(rows, 3);
    assert_false(bf_fold_next(f, &out, &rows));
    bf_fold_destroy(f);
    bf_fold_destroy(NULL);
    bf_buf_free(&out);
}

static void test_fold_limit(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_change c;
    struct bf_fold *f = bf_fold_new("n,k", 2000, &e);
    assert_non_null(f);
    bf_change_init(&c);
    bool ok = true;
    int i = 0;
    for (; ok && i < 100; i++) {
        char text[128];
        snprintf(text, sizeof text, "{\"k\":{\"S\":\"%d\"},\"n\":{\"N\":\"1\"}}", i);
        assert_true(bf_change_item(&c, bf_str_of(text), &e));
        ok = bf_fold_put(f, &c, BF_STR("0123456789012345678901234567890123456789\n"), &e);
    }
    assert_in_range(i, 5, 15);
    assert_int_equal(e.code, BF_E_MEMORY);
    assert_has(e.text, "see --fold-memory");
    assert_true(bf_change_item(&c, BF_STR("{\"k\":{\"S\":\"1\"}}"), &e));
    assert_false(bf_fold_put(f, &c, BF_STR("x"), &e));
    assert_has(e.text, "no attribute n");
    bf_change_free(&c);
    bf_fold_destroy(f);
}

/* The memory that a row uses counts, even if its text has become shorter. */
static void test_fold_shrinks(void **state)
{
    (void)state;
    static char row[4000];
    struct bf_err e = {0};
    struct bf_change c;
    struct bf_fold *f = bf_fold_new("k", 100000, &e);
    assert_non_null(f);
    memset(row, 'x', sizeof row);
    bf_change_init(&c);
    bool ok = true;
    int keys = 0;
    for (; ok && keys < 1000; keys++) {
        char text[64];
        snprintf(text, sizeof text, "{\"k\":{\"S\":\"%d\"}}", keys);
        assert_true(bf_change_item(&c, bf_str_of(text), &e));
        for (size_t n = sizeof row; ok && n >= 3000; n -= 500)
            ok = bf_fold_put(f, &c, bf_str(row, n), &e);
    }
    assert_in_range(keys, 20, 26);
    for (size_t n = sizeof row; n; n /= 2) { /* a buffer that is much too large is freed */
        assert_true(bf_change_item(&c, BF_STR("{\"k\":{\"S\":\"0\"}}"), &e));
        assert_true(bf_fold_put(f, &c, bf_str(row, n), &e));
    }
    assert_true(bf_change_item(&c, BF_STR("{\"k\":{\"S\":\"new\"}}"), &e));
    assert_true(bf_fold_put(f, &c, bf_str(row, 2000), &e));
    bf_change_free(&c);
    bf_fold_destroy(f);
}

#define LINE(op, id, new, old)                                                                     \
    "{\"eventID\":\"" id "\",\"eventName\":\"" op                                                  \
    "\",\"dynamodb\":{\"Keys\":{\"k\":{\"S\":\"x\"}}" new old "}}"
#define NEW(v) ",\"NewImage\":{\"k\":{\"S\":\"x\"},\"v\":{\"N\":\"" v "\"}}"
#define OLD(v) ",\"OldImage\":{\"v\":{\"N\":\"" v "\"},\"k\":{\"S\":\"x\"}}"

static void collect(void *ctx, const char *text)
{
    bf_buf_addf(ctx, "%s\n", text);
}

static void test_transform(void **state)
{
    (void)state;
    static const char *const lines[] = {
        LINE("INSERT", "1", NEW("1"), ""),       LINE("MODIFY", "2", NEW("2"), OLD("1")),
        LINE("MODIFY", "2", NEW("2"), OLD("1")), LINE("MODIFY", "3", NEW("2.0"), OLD("2")),
        LINE("REMOVE", "4", "", OLD("2")),
    };
    struct bf_xform_conf conf;
    struct bf_err e = {0};
    struct bf_buf rows, told;
    bool more = true;
    bf_xform_conf_init(&conf);
    bf_buf_init(&rows, 10000);
    bf_buf_init(&told, 10000);
    conf.row.nmeta = 0;
    conf.filter = (struct bf_filter_conf){
        .match = {{"{\"eventName\":[\"REMOVE\"]}"}, 1},
        .no_match = true,
        .dedupe = 10,
        .changed_only = true,
        .explain = true,
        .tell = collect,
        .tell_ctx = &told,
    };
    struct bf_xform *x = bf_xform_new(&conf, &e);
    assert_non_null(x);
    assert_true(bf_xform_in_order(x));
    assert_false(bf_xform_waits(x));
    for (size_t i = 0; i < BF_COUNT(lines); i++)
        assert_true(bf_xform_line(x, bf_str_of(lines[i]), 0, &rows, &e));
    assert_true(bf_xform_end(x, &rows, &more, &e));
    assert_false(more);
    assert_str(bf_buf_view(&rows), "{\"k\":\"x\",\"v\":1}\n{\"k\":\"x\",\"v\":2}\n");
    assert_int_equal(bf_xform_count(x).filtered, 3);
    assert_str(bf_buf_view(&told), "no match: --match: eventName is \"INSERT\"\n"
                                   "no match: --match: eventName is \"MODIFY\"\n"
                                   "no match: --match: eventName is \"MODIFY\"\n"
                                   "no match: --match: eventName is \"MODIFY\"\n"
                                   "match: --match: all fields\n");
    bf_xform_destroy(x);
    conf.fold = "k";
    conf.sql.select = "k";
    assert_null(bf_xform_new(&conf, &e));
    assert_has(e.text, "--fold cannot go with --select and --sql");
    bf_buf_free(&rows);
    bf_buf_free(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dedupe),       cmocka_unit_test(test_dedupe_model),
        cmocka_unit_test(test_fold),         cmocka_unit_test(test_fold_limit),
        cmocka_unit_test(test_fold_shrinks), cmocka_unit_test(test_transform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
