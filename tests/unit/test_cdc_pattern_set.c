/*
 * Sets of drawn patterns over drawn events: bf_pattern_match says what
 * pattern_plain.h says. BF_SEED=N begins with another seed; a failure names the
 * seed, the patterns and the event.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "tests/unit/pattern_plain.h"
#include "tests/unit/unit.h"

static struct bf_rng rng;
static uint64_t seed;
static size_t cases, matched;

static size_t below(size_t n)
{
    return bf_rng_below(&rng, n);
}

static void draw_text(struct bf_buf *out)
{
    static const char *const piece[] = {"a",
                                        "A",
                                        "b",
                                        "B",
                                        "ab",
                                        "aa",
                                        "é",
                                        "É",
                                        "ß",
                                        "ẞ",
                                        "σ",
                                        "ς",
                                        "Σ",
                                        "0",
                                        "9",
                                        "-",
                                        "\xF0\x9F\x98\x80",
                                        "x",
                                        "*",
                                        "\\",
                                        "\"",
                                        "я",
                                        "Я",
                                        "\n",
                                        "abcabcabd"};
    for (size_t n = below(7); n; n--)
        bf_buf_adds(out, bf_str_of(piece[below(BF_COUNT(piece))]));
    if (below(20) == 0)
        bf_buf_addc(out, '\0');
}

static void draw_number(struct bf_buf *out)
{
    static const char *const digit[] = {"0", "1", "5", "9", "10", "99"};
    bf_buf_adds(out, bf_str_of(below(3) ? "" : "-"));
    bf_buf_adds(out, bf_str_of(digit[1 + below(5)]));
    if (below(10) == 0)
        bf_buf_lit(out, "23456789012345678901234567");
    if (below(2)) {
        bf_buf_addc(out, '.');
        for (size_t n = 1 + below(3); n; n--)
            bf_buf_adds(out, bf_str_of(digit[below(4)]));
    }
    if (below(4) == 0)
        bf_buf_addf(out, "e%d", (int)below(7) - 3);
    if (below(30) == 0 && !memchr(out->p, 'e', out->n))
        bf_buf_addf(out, "E%d", (int)below(160) - 90);
}

static void draw_address(struct bf_buf *out)
{
    if (below(3))
        bf_buf_addf(out, "%d.%d.%d.%d", below(2) ? 10 : 192, (int)below(2), (int)below(2) * 255,
                    (int)below(4));
    else
        bf_buf_addf(out, "%s::%x", below(2) ? "2001:DB8" : "", (unsigned)below(5));
}

/* In quotes, some characters as \u escapes. */
static void put_string(struct bf_buf *out, struct bf_str text, bool escape)
{
    bf_buf_addc(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x20 || c == '"' || c == '\\' || (escape && c < 0x80 && below(8) == 0))
            bf_buf_addf(out, "\\u%04X", (unsigned)c);
        else
            bf_buf_addc(out, (char)c);
    }
    bf_buf_addc(out, '"');
}

static void draw_string(struct bf_buf *out, void (*draw)(struct bf_buf *))
{
    struct bf_buf text;
    bf_buf_init(&text, 1000);
    draw(&text);
    put_string(out, bf_buf_view(&text), true);
    bf_buf_free(&text);
}

static void draw_wildcard(struct bf_buf *out)
{
    static const char *const piece[] = {"a", "b", "ab", "A", "abcabd", "é", "x", "\\*", "\\\\"};
    bool star = false;
    for (size_t n = 1 + below(6); n; n--) {
        bool again = !star && below(2);
        bf_buf_adds(out, bf_str_of(again ? "*" : piece[below(BF_COUNT(piece))]));
        star = again;
    }
}

static void draw_list(struct bf_buf *out, void (*draw)(struct bf_buf *), bool some)
{
    size_t n = 1 + below(3);
    bf_buf_addc(out, '[');
    for (size_t i = 0; i < n; i++) {
        bf_buf_adds(out, bf_str_of(i ? "," : ""));
        size_t from = out->n;
        draw_string(out, draw);
        if (some && out->n == from + 2) { /* "" is refused */
            out->n--;
            bf_buf_lit(out, "q\"");
        }
    }
    bf_buf_addc(out, ']');
}

static void draw_but(struct bf_buf *out)
{
    bf_buf_lit(out, "{\"anything-but\":");
    switch (below(6)) {
    case 0:
        draw_list(out, draw_text, false);
        break;
    case 1:
        bf_buf_addc(out, '[');
        draw_number(out);
        bf_buf_addc(out, ',');
        draw_number(out);
        bf_buf_addc(out, ']');
        break;
    case 2:
        bf_buf_lit(out, "{\"wildcard\":");
        draw_list(out, draw_wildcard, false);
        bf_buf_addc(out, '}');
        break;
    case 3:
        bf_buf_lit(out, "{\"equals-ignore-case\":");
        draw_list(out, draw_text, false);
        bf_buf_addc(out, '}');
        break;
    default:
        bf_buf_adds(out, bf_str_of(below(2) ? "{\"prefix\":" : "{\"suffix\":"));
        draw_list(out, draw_text, true);
        bf_buf_addc(out, '}');
    }
    bf_buf_addc(out, '}');
}

static void draw_numeric(struct bf_buf *out)
{
    static const char *const op[] = {"<", "<=", ">", ">=", "="};
    bf_buf_lit(out, "{\"numeric\":[");
    if (below(2)) {
        bf_buf_addf(out, "\"%s\",", op[below(5)]);
        draw_number(out);
    } else
        bf_buf_addf(out, "\"%s\",%d.%d,\"%s\",%d.5e1", op[2 + below(2)], (int)below(20) - 10,
                    (int)below(3), op[below(2)], (int)(1 + below(9)));
    bf_buf_lit(out, "]}");
}

static void draw_value(struct bf_buf *out)
{
    static const char *const word[] = {"null", "true", "false", "{\"exists\":true}",
                                       "{\"exists\":false}"};
    static const char *const text[] = {"prefix", "suffix", "equals-ignore-case"};
    static const char *const affix[] = {"prefix", "suffix"};
    switch (below(12)) {
    case 0:
        draw_string(out, draw_text);
        break;
    case 1:
        draw_number(out);
        break;
    case 2:
        bf_buf_adds(out, bf_str_of(word[below(5)]));
        break;
    case 3:
    case 4:
        bf_buf_addf(out, "{\"%s\":", text[below(3)]);
        draw_string(out, draw_text);
        bf_buf_addc(out, '}');
        break;
    case 5:
        bf_buf_addf(out, "{\"%s\":{\"equals-ignore-case\":", affix[below(2)]);
        draw_string(out, draw_text);
        bf_buf_lit(out, "}}");
        break;
    case 6:
    case 7:
        bf_buf_lit(out, "{\"wildcard\":");
        draw_string(out, draw_wildcard);
        bf_buf_addc(out, '}');
        break;
    case 8:
        draw_numeric(out);
        break;
    case 9:
        bf_buf_addf(out, "{\"cidr\":\"%s/%d\"}", below(2) ? "10.1.255.2" : "2001:db8::3",
                    (int)below(32));
        break;
    case 10:
        draw_string(out, draw_address);
        break;
    default:
        draw_but(out);
    }
}

static void draw_values(struct bf_buf *out)
{
    size_t n = 1 + below(3) * below(2);
    bf_buf_addc(out, '[');
    for (size_t i = 0; i < n; i++) {
        bf_buf_adds(out, bf_str_of(i ? "," : ""));
        draw_value(out);
    }
    bf_buf_addc(out, ']');
}

static void draw_pattern(struct bf_buf *out, size_t depth)
{
    static const char *const name[] = {"a", "b", "c"};
    size_t skip = below(4);
    const char *comma = "";
    bf_buf_addc(out, '{');
    for (size_t i = 0; i < 3; i++) {
        if (i == skip || below(3) == 0)
            continue;
        bf_buf_addf(out, "%s\"%s\":", comma, name[i]);
        comma = ",";
        if (depth && below(2))
            draw_pattern(out, depth - 1);
        else
            draw_values(out);
    }
    if (!*comma || below(8) == 0) {
        bf_buf_addf(out, "%s\"$or\":[{\"d\":", comma);
        draw_values(out);
        bf_buf_lit(out, "},{\"e\":");
        draw_values(out);
        bf_buf_lit(out, "}]");
    }
    bf_buf_addc(out, '}');
}

/* Events. */
static struct plain *scalar(struct bf_arena *a, char first, struct bf_str text)
{
    struct plain *v = bf_arena_alloc(a, sizeof *v);
    assert_true(v && text.n <= sizeof v->text);
    *v = (struct plain){.kind = PLAIN_SCALAR};
    memcpy(v->text, text.n ? text.p : "", text.n);
    v->scalar = (struct pat_scalar){first, bf_str(v->text, text.n)};
    return v;
}

static struct plain *draw_scalar(struct bf_arena *a)
{
    static const char *const word[] = {"null", "true", "false"};
    struct bf_buf text;
    char first = '"';
    bf_buf_init(&text, PLAIN_TEXT);
    switch (below(8)) {
    case 0:
        bf_buf_adds(&text, bf_str_of(word[below(3)]));
        first = text.p[0];
        break;
    case 1:
    case 2:
        draw_number(&text);
        first = text.p[0];
        break;
    case 3:
        draw_address(&text);
        break;
    default:
        draw_text(&text);
    }
    struct plain *v = scalar(a, first, bf_buf_view(&text));
    bf_buf_free(&text);
    return v;
}

static void put(struct plain *to, const char *name, struct plain *v)
{
    to->name[to->n] = name;
    to->kid[to->n++] = v;
}

static struct plain *branch(struct bf_arena *a, bool array)
{
    struct plain *v = bf_arena_alloc(a, sizeof *v);
    assert_non_null(v);
    *v = (struct plain){.kind = array ? PLAIN_ARRAY : PLAIN_OBJECT};
    return v;
}

static struct plain *draw_event(struct bf_arena *a, size_t depth)
{
    static const char *const name[] = {"a", "b", "c", "d", "e"};
    size_t kind = depth < 5 ? below(4) : 1;
    if (depth == 0 || kind == 3)
        return draw_scalar(a);
    struct plain *v = branch(a, kind == 0);
    for (size_t i = 0; i < BF_COUNT(name) && v->n < PLAIN_KIDS; i++)
        if (below(2))
            put(v, name[i], draw_event(a, depth - 1));
    return v;
}

static void write_event(struct bf_buf *out, const struct plain *v, bool escape)
{
    if (v->kind == PLAIN_SCALAR && v->scalar.first == '"')
        put_string(out, v->scalar.text, escape);
    else if (v->kind == PLAIN_SCALAR)
        bf_buf_adds(out, v->scalar.text);
    else {
        bool array = v->kind == PLAIN_ARRAY;
        bf_buf_addc(out, array ? '[' : '{');
        for (size_t i = 0; i < v->n; i++) {
            bf_buf_adds(out, bf_str_of(i ? "," : ""));
            if (!array)
                bf_buf_addf(out, "\"%s\":", v->name[i]);
            write_event(out, v->kid[i], escape);
        }
        bf_buf_addc(out, array ? ']' : '}');
    }
}

/* A set of drawn patterns. */
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

/* Any of the patterns; only: that one must be the one that can. */
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

/* Many patterns below v; k tells them apart, so that each is seen to match or not. */
static void apart(size_t n, bool trees)
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
            draw_values(&text);
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
        apart(i % 10 == 9 ? 150 : 1 + below(60), trees);
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

/* Few patterns, any of which may match, over any event. */
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

/* A change record: an N is a number to `numeric`, an S is not. */
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
            draw_value(&text);
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
