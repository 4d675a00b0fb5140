/*
 * Sets of random patterns and random events: bf_pattern_match gives the same results
 * as pattern_plain.h. BF_SEED=N sets the seed. A failure reports the seed, the
 * patterns and the event.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/pattern_draw.h"

static uint64_t seed;
static size_t cases, matched;

/* A set of random patterns. */
struct set {
    struct bf_pattern *p;
    struct bf_buf patterns; /* their texts, for messages */
    size_t n;
};

static void begin(struct set *s)
{
    struct bf_err e = {0};
    *s = (struct set){.p = bf_pattern_new(&e)};
    assert_non_null(s->p);
    bf_buf_init(&s->patterns, 1024 * 1024);
}

static void add(struct set *s, struct bf_str text)
{
    struct bf_err e = {0};
    if (!bf_pattern_add(s->p, text, &e))
        fail_msg("seed %llu: %.*s: %s", (unsigned long long)seed, (int)text.n, text.p, e.text);
    bf_buf_adds(&s->patterns, text);
    bf_buf_addc(&s->patterns, '\n');
    s->n++;
}

static void end(struct set *s)
{
    bf_pattern_destroy(s->p);
    bf_buf_free(&s->patterns);
}

/* Compares both results. only: this pattern must be the one that matches. */
static void compare(struct set *s, const struct plain *event, bool change, size_t only)
{
    struct bf_err e = {0};
    struct bf_buf text;
    bool want = false, got = false;
    bf_buf_init(&text, 1024 * 1024);
    write_event(&text, event, !change);
    if (change) {
        struct bf_change c;
        bf_change_init(&c);
        if (bf_change_parse(&c, bf_buf_view(&text), 0, &e) != BF_CHANGE)
            fail_msg("%s: %s", bf_buf_cstr(&text), e.text);
        got = bf_pattern_match(s->p, &c);
        bf_change_free(&c);
    } else if (!bf_pattern_match_json(s->p, bf_buf_view(&text), &got, &e))
        fail_msg("%s: %s", bf_buf_cstr(&text), e.text);
    for (size_t i = 0; i < s->n && !want; i++)
        if (only == s->n || only == i)
            want = plain_match(s->p, i, event, change);
    if (got != want)
        fail_msg("seed %llu, pattern %zu: wanted %d\n%s\n%s", (unsigned long long)seed, only, want,
                 bf_buf_cstr(&s->patterns), bf_buf_cstr(&text));
    cases++;
    matched += got;
    bf_buf_free(&text);
}

static void ready(struct set *s)
{
    struct bf_err e = {0};
    if (!bf_pattern_ready(s->p, &e))
        fail_msg("seed %llu: %s", (unsigned long long)seed, e.text);
}

/* Many patterns below v, of one operator or of any; k distinguishes them, so that each is tested
 * for a match and a mismatch. */
static void apart(size_t n, bool trees, size_t operator)
{
    struct set s;
    struct bf_buf text;
    struct bf_arena a;
    char name[24];
    bf_buf_init(&text, 100000);
    bf_arena_init(&a, 16 * 1024 * 1024);
    begin(&s);
    for (size_t i = 0; i < n; i++) {
        bf_buf_reset(&text);
        bf_buf_lit(&text, "{\"v\":");
        if (trees)
            draw_pattern(&text, 1);
        else
            draw_values(&text, operator);
        bf_buf_addf(&text, ",\"k\":[\"k%zu\"]}", i);
        add(&s, bf_buf_view(&text));
    }
    ready(&s);
    for (size_t events = 0; events < 20; events++) {
        struct plain *value = trees ? draw_event(&a, 1 + below(4)) : draw_scalar(&a);
        for (size_t i = 0; i < n; i++) {
            struct plain *event = branch(&a, false);
            snprintf(name, sizeof name, "k%zu", i);
            put(event, "k", scalar(&a, '"', bf_str_of(name)));
            put(event, "v", value);
            compare(&s, event, false, i);
        }
        bf_arena_reset(&a);
    }
    end(&s);
    bf_arena_free(&a);
    bf_buf_free(&text);
}

static void each_apart(bool trees)
{
    cases = matched = 0;
    for (size_t i = 0; i < 60; i++) {
        bf_rng_seed(&rng, ++seed);
        apart(i % 10 == 9 ? 150 : 1 + below(60), trees, i % 2 ? OPERATORS : i / 2 % OPERATORS);
    }
    print_message("%zu cases, %zu matched\n", cases, matched);
    assert_true(matched > cases / 100 && matched < cases / 2);
}

static void test_one_path(void **state)
{
    (void)state;
    each_apart(false);
}

static void test_trees(void **state)
{
    (void)state;
    each_apart(true);
}

/* Few patterns, any of which may match, for any event. */
static void test_any(void **state)
{
    (void)state;
    struct bf_buf text;
    struct bf_arena a;
    cases = matched = 0;
    bf_buf_init(&text, 100000);
    bf_arena_init(&a, 16 * 1024 * 1024);
    for (size_t i = 0; i < 400; i++) {
        struct set s;
        bf_rng_seed(&rng, ++seed);
        begin(&s);
        for (size_t n = 1 + below(i % 8 ? 3 : 70); n; n--) {
            bf_buf_reset(&text);
            draw_pattern(&text, 2);
            add(&s, bf_buf_view(&text));
        }
        ready(&s);
        for (size_t n = 0; n < 100; n++) {
            compare(&s, draw_event(&a, 1 + below(4)), false, s.n);
            bf_arena_reset(&a);
        }
        end(&s);
    }
    print_message("%zu cases, %zu matched\n", cases, matched);
    assert_true(matched > cases / 100 && matched < cases * 9 / 10);
    bf_arena_free(&a);
    bf_buf_free(&text);
}

static struct plain *wrap(struct bf_arena *a, const char *name, struct plain *v)
{
    struct plain *object = branch(a, false);
    put(object, name, v);
    return object;
}

/* Change records: an N is a number for `numeric`, an S is not. */
static void test_changes(void **state)
{
    (void)state;
    struct bf_buf text;
    struct bf_arena a;
    cases = matched = 0;
    bf_buf_init(&text, 100000);
    bf_arena_init(&a, 1024 * 1024);
    for (size_t i = 0; i < 100; i++) {
        struct set s;
        const char *type = i % 2 ? "N" : "S";
        bf_rng_seed(&rng, ++seed);
        begin(&s);
        for (size_t n = 1 + below(3); n; n--) {
            bf_buf_reset(&text);
            bf_buf_addf(&text, "{\"dynamodb\":{\"NewImage\":{\"v\":{\"%s\":[", type);
            draw_numeric(&text);
            bf_buf_addc(&text, ',');
            draw_value(&text, below(OPERATORS));
            bf_buf_lit(&text, "]}}}}");
            add(&s, bf_buf_view(&text));
        }
        ready(&s);
        for (size_t n = 0; n < 100; n++) {
            struct bf_buf number;
            bf_buf_init(&number, PLAIN_TEXT);
            draw_number(&number);
            struct plain *value = scalar(&a, '"', bf_buf_view(&number));
            bf_buf_free(&number);
            struct plain *image = wrap(&a, "NewImage", wrap(&a, "v", wrap(&a, type, value)));
            put(image, "Keys", wrap(&a, "id", wrap(&a, "S", scalar(&a, '"', BF_STR("1")))));
            put(image, "SizeBytes", scalar(&a, '1', BF_STR("10")));
            struct plain *event = wrap(&a, "dynamodb", image);
            put(event, "eventName", scalar(&a, '"', BF_STR("INSERT")));
            compare(&s, event, true, s.n);
            bf_arena_reset(&a);
        }
        end(&s);
    }
    print_message("%zu cases, %zu matched\n", cases, matched);
    assert_true(matched > cases / 100 && matched < cases * 9 / 10);
    bf_arena_free(&a);
    bf_buf_free(&text);
}

int main(void)
{
    const char *first = getenv("BF_SEED");
    seed = first ? strtoull(first, NULL, 10) : 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_path),
        cmocka_unit_test(test_trees),
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
