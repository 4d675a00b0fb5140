/*
 * The pass over change records: every vector level, with and without the memory of
 * earlier records, gives the same result for valid and invalid records. An accepted
 * record is valid JSON, and its row has the same values as the record's jansson tree,
 * numbers digit for digit.
 */
#include "tests/unit/unit.h"

#include <jansson.h>

#include "lib/ddb/change.h"
#include "lib/xform/xform.h"
#include "lib/json/cpu.h"
#include "lib/json/scan.h"
#include "tests/unit/change_gen.h"

enum { LEVELS = 2 };

struct engines {
    struct bf_xform *x[LEVELS]; /* one for each level, used for all records */
    struct bf_xform_conf conf;
    enum bf_cpu level[LEVELS];
    size_t n;
};

static void engines_init(struct engines *g, enum bf_row_format format, enum bf_row_image image)
{
    struct bf_err e;
    static const enum bf_row_meta meta[] = {BF_META_OP, BF_META_TS, BF_META_TABLE,
                                            BF_META_EVENT_ID};
    *g = (struct engines){0};
    bf_xform_conf_init(&g->conf);
    g->conf.row.format = format;
    g->conf.row.image = image;
    memcpy(g->conf.row.meta, meta, sizeof meta);
    g->conf.row.nmeta = BF_COUNT(meta);
    for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++)
        if (bf_cpu_use((enum bf_cpu)level)) {
            g->level[g->n] = (enum bf_cpu)level;
            g->x[g->n] = bf_xform_new(&g->conf, &e);
            assert_non_null(g->x[g->n++]);
        }
}

static void engines_free(struct engines *g)
{
    for (size_t i = 0; i < g->n; i++)
        bf_xform_destroy(g->x[i]);
    bf_cpu_use(g->level[g->n - 1]);
}

static bool run_one(struct bf_xform *x, struct bf_str line, struct bf_buf *rows, struct bf_err *e)
{
    *e = (struct bf_err){0};
    bf_buf_reset(rows);
    return bf_xform_line(x, line, 0, rows, e);
}

/* All engines, and one without a memory, agree; if they accept the line, *rows has the row. */
static bool agree(struct engines *g, struct bf_str line, struct bf_buf *rows)
{
    struct bf_err e, other;
    struct bf_buf again;
    bf_cpu_use(BF_CPU_PORTABLE);
    struct bf_xform *fresh = bf_xform_new(&g->conf, &e);
    assert_non_null(fresh);
    bool ok = run_one(fresh, line, rows, &e);
    bf_xform_destroy(fresh);
    bf_buf_init(&again, 1 << 20);
    for (size_t i = 0; i < g->n; i++) {
        bf_cpu_use(g->level[i]);
        bool same = run_one(g->x[i], line, &again, &other) == ok &&
                    strcmp(e.text, other.text) == 0 &&
                    bf_str_eq(bf_buf_view(rows), bf_buf_view(&again));
        if (!same)
            fail_msg("%s: '%s' against '%s'\n%.*s\n%.*s\n%.*s", bf_cpu_name(g->level[i]),
                     other.text, e.text, (int)line.n, line.p, (int)rows->n, rows->p, (int)again.n,
                     again.p);
    }
    bf_buf_free(&again);
    return ok;
}

/* ---- the tree ---- */

static bool same_text(struct bf_json_val *v, json_t *string)
{
    struct bf_buf b;
    bf_buf_init(&b, 1 << 20);
    bf_json_unescape(&b, v->text);
    bool same = v->type == BF_JSON_STRING && b.n == json_string_length(string) &&
                (b.n == 0 || memcmp(b.p, json_string_value(string), b.n) == 0);
    bf_buf_free(&b);
    return same;
}

/* Numbers have the same text, unless JSON requires another. */
static bool same_number(struct bf_json_val *v, json_t *string)
{
    const char *n = json_string_value(string);
    double wanted = strtod(n, NULL), got = strtod(v->raw.p, NULL);
    if (v->type != BF_JSON_NUMBER || (wanted < got) || (wanted > got))
        return false;
    struct bf_err e;
    return !bf_json_check(bf_str_of(n), &e) || bf_str_eq(v->raw, bf_str_of(n));
}

static bool same_value(struct bf_str raw, json_t *av);

static bool same_array(struct bf_str raw, const char *type, json_t *items)
{
    struct bf_json j;
    struct bf_err e;
    struct bf_json_val v;
    size_t i;
    json_t *item;
    bf_json_init(&j, raw);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return false;
    json_array_foreach(items, i, item)
    {
        if (bf_json_element(&j, &e) != BF_JSON_MORE || !bf_json_value(&j, &v, &e))
            return false;
        if (*type == 'L'   ? !same_value(v.raw, item)
            : *type == 'N' ? !same_number(&v, item)
                           : !same_text(&v, item))
            return false;
    }
    return bf_json_element(&j, &e) == BF_JSON_END;
}

/* Every member of the tree is in the object's text, which has `extra` more. */
static bool same_object(struct bf_str raw, json_t *map, size_t extra)
{
    struct bf_json j;
    struct bf_err e;
    struct bf_json_key key;
    const char *name;
    json_t *av;
    size_t n = 0;
    json_object_foreach(map, name, av)
    {
        struct bf_json_val v;
        bool found;
        if (!bf_json_find(raw, bf_str_of(name), &v, &found, &e) || !found || !same_value(v.raw, av))
            return false;
    }
    bf_json_init(&j, raw);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &e))
        return false;
    for (; bf_json_member(&j, &key, &e) == BF_JSON_MORE; n++)
        if (!bf_json_skip(&j, &e))
            return false;
    return n == json_object_size(map) + extra;
}

static bool same_value(struct bf_str raw, json_t *av)
{
    const char *type = json_object_iter_key(json_object_iter(av));
    json_t *value = json_object_iter_value(json_object_iter(av));
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    bf_json_init(&j, raw);
    if (json_object_size(av) != 1 || !bf_json_value(&j, &v, &e))
        return false;
    if (!strcmp(type, "S") || !strcmp(type, "B"))
        return same_text(&v, value);
    if (!strcmp(type, "N"))
        return same_number(&v, value);
    if (!strcmp(type, "BOOL"))
        return v.type == (json_is_true(value) ? BF_JSON_TRUE : BF_JSON_FALSE);
    if (!strcmp(type, "NULL"))
        return v.type == BF_JSON_NULL;
    return *type == 'M' ? same_object(raw, value, 0) : same_array(raw, type, value);
}

static json_t *load(struct bf_str text, size_t flags)
{
    return json_loadb(text.p, text.n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | flags, NULL);
}

static bool row_is_record(struct bf_str line, struct bf_str row, enum bf_row_image of)
{
    json_t *record = load(line, 0), *copy = load(row, 0);
    json_t *body = json_object_get(record, "dynamodb");
    const char *op = json_string_value(json_object_get(record, "eventName"));
    bool old = of == BF_ROW_OLD, keys = op && *op == (old ? 'I' : 'R');
    json_t *image = json_object_get(body, keys ? "Keys" : old ? "OldImage" : "NewImage");
    bool ok = copy && image && same_object(row, image, 4);
    json_decref(record);
    json_decref(copy);
    return ok;
}

/* ---- tests ---- */

static void valid(enum bf_row_image image, uint64_t seed)
{
    struct fixture f = {0};
    struct engines g;
    struct bf_buf rows;
    engines_init(&g, BF_ROW_NDJSON, image);
    bf_rng_seed(&f.rng, seed);
    bf_buf_init(&f.line, 1 << 20);
    bf_buf_init(&rows, 1 << 20);
    for (int i = 0; i < 6000; i++) {
        put_record(&f);
        struct bf_str line = bf_buf_view(&f.line);
        if (!agree(&g, line, &rows))
            fail_msg("refused: %.*s", (int)line.n, line.p);
        if (!row_is_record(line, bf_str(rows.p, rows.n - 1), image))
            fail_msg("differs:\n%.*s\n%.*s", (int)line.n, line.p, (int)rows.n, rows.p);
    }
    bf_buf_free(&rows);
    bf_buf_free(&f.line);
    engines_free(&g);
}

static void test_valid(void **state)
{
    (void)state;
    valid(BF_ROW_NEW, 1);
    valid(BF_ROW_OLD, 5);
}

/* Typed rows show where each value begins and ends. */
static void test_typed(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct engines g;
    struct bf_buf rows;
    struct bf_err e;
    engines_init(&g, BF_ROW_DDB_JSON, BF_ROW_NEW);
    bf_rng_seed(&f.rng, 4);
    bf_buf_init(&f.line, 1 << 20);
    bf_buf_init(&rows, 1 << 20);
    for (int i = 0; i < 3000; i++) {
        put_record(&f);
        assert_true(agree(&g, bf_buf_view(&f.line), &rows));
        assert_true(bf_json_check(bf_str(rows.p, rows.n - 1), &e));
    }
    bf_buf_free(&rows);
    bf_buf_free(&f.line);
    engines_free(&g);
}

static void test_mutated(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct engines g;
    struct bf_buf rows;
    struct bf_err e;
    unsigned taken = 0, refused = 0;
    engines_init(&g, BF_ROW_NDJSON, BF_ROW_NEW);
    bf_rng_seed(&f.rng, 2);
    bf_buf_init(&f.line, 1 << 20);
    bf_buf_init(&rows, 1 << 20);
    for (int i = 0; i < 30000; i++) {
        put_record(&f);
        mutate(&f);
        struct bf_str line = bf_buf_view(&f.line);
        json_t *tree = load(line, JSON_REJECT_DUPLICATES); /* duplicates inside of maps pass */
        if (agree(&g, line, &rows)) {
            taken++;
            if (!bf_json_check(line, &e))
                fail_msg("taken, though %s: %.*s", e.text, (int)line.n, line.p);
            if (rows.n && !bf_json_check(bf_str(rows.p, rows.n - 1), &e))
                fail_msg("no JSON: %.*s", (int)rows.n, rows.p);
            if (rows.n && tree && !row_is_record(line, bf_str(rows.p, rows.n - 1), BF_ROW_NEW))
                fail_msg("differs:\n%.*s\n%.*s", (int)line.n, line.p, (int)rows.n, rows.p);
        } else
            refused++;
        json_decref(tree);
    }
    assert_true(taken > 3000 && refused > 3000);
    bf_buf_free(&rows);
    bf_buf_free(&f.line);
    engines_free(&g);
}

static void test_view(void **state)
{
    (void)state;
    struct bf_change c;
    struct bf_err e = {0};
    bf_change_init(&c);
    static const char text[] = "{\"Records\":1,\"dynamodb\":{\"OldImage\":{\"a\":{\"N\":\"1\"}},"
                               "\"Keys\":{},\"SequenceNumber\":\"9\","
                               "\"NewImage\":{\"\\u0061\":{\"N\":\"2\"},\"m\":{\"M\":{\"x\":{\"M\":"
                               "{\"y\":{\"S\":\"\\n\"}}}}}}},"
                               "\"eventSourceARN\":\"arn:aws:dynamodb:eu-west-1:1:table/T.1/stream/"
                               "2026\",\"eventName\":\"MODIFY\","
                               "\"eventID\":\"id\"}";
    assert_int_equal(bf_change_parse(&c, bf_str_of(text), 0, &e), BF_CHANGE);
    assert_int_equal(c.op, BF_OP_MODIFY);
    assert_str(c.table.text, "T.1");
    assert_str(c.seq.text, "9");
    assert_str(c.event_id.text, "id");
    assert_true(c.keys.present);
    assert_int_equal(c.keys.n, 0);
    assert_str(bf_image_find(&c.new_image, BF_STR("a"))->val, "2");
    assert_str(bf_image_find(&c.old_image, BF_STR("a"))->av, "{\"N\":\"1\"}");
    assert_null(bf_image_find(&c.old_image, BF_STR("m")));
    bf_change_free(&c);
}

/* The item of n attributes "PREFIX0", "PREFIX1", ...; every third name is written with an escape. The prefix begins
 * with A. */
static void put_item(struct bf_buf *out, const char *prefix, int n)
{
    bf_buf_reset(out);
    for (int i = 0; i < n; i++)
        bf_buf_addf(out, "%s\"%s%s%d\":{\"N\":\"%d\"}", i ? "," : "{", i % 3 ? "A" : "\\u0041",
                    prefix + 1, i, i);
    bf_buf_addc(out, '}');
}

/* Look-ups in a large image are indexed. The index must not outlive the record: the attributes of the next one are at the
 * same place. */
static void test_find_many(void **state)
{
    (void)state;
    static const char *const prefixes[] = {"Abc", "Axyz", "Abc"};
    struct bf_change c;
    struct bf_err e = {0};
    struct bf_buf item;
    bf_change_init(&c);
    bf_buf_init(&item, 1 << 20);
    for (int n = 1; n < 400; n += 37)
        for (size_t r = 0; r < BF_COUNT(prefixes); r++) {
            char name[32], value[16];
            put_item(&item, prefixes[r], n);
            assert_true(bf_change_item(&c, bf_buf_view(&item), &e));
            for (int i = n - 1; i >= 0; i--) {
                snprintf(name, sizeof name, "%s%d", prefixes[r], i);
                snprintf(value, sizeof value, "%d", i);
                const struct bf_attr *a = bf_image_find(&c.new_image, bf_str_of(name));
                assert_non_null(a);
                assert_true(bf_str_eq(a->val, bf_str_of(value)));
                snprintf(name, sizeof name, "%s%d", r == 1 ? "Abc" : "Axyz", i);
                assert_null(bf_image_find(&c.new_image, bf_str_of(name)));
            }
            assert_null(bf_image_find(&c.new_image, BF_STR("")));
            for (int i = 0; i < 9; i++) /* an item has no old image */
                assert_null(bf_image_find(&c.old_image, BF_STR("a")));
        }
    bf_buf_free(&item);
    bf_change_free(&c);
}

static void test_single_values(void **state)
{
    (void)state;
    struct bf_change c;
    struct bf_attr a;
    struct bf_err e = {0};
    bf_change_init(&c);
    assert_true(bf_change_value(&c, BF_STR(" {\"N\" : \"1.50\"} "), &a, &e));
    assert_int_equal(a.type, BF_ATTR_N);
    assert_str(a.val, "1.50");
    assert_false(bf_change_value(&c, BF_STR("{\"FOO\":\"bar\"}"), &a, &e));
    assert_has(e.text, "byte 2: unknown type of attribute value");
    assert_false(bf_change_value(&c, BF_STR("{\"S\":\"x\\"), &a, &e));
    assert_has(e.text, "byte 9: unknown escape");
    assert_false(bf_change_value(&c, BF_STR("{\"S\":"), &a, &e));
    assert_has(e.text, "byte 6: unexpected end");
    assert_false(bf_change_value(&c, BF_STR("{}"), &a, &e));
    assert_false(bf_change_value(&c, BF_STR(""), &a, &e));
    assert_false(bf_change_value(&c, BF_STR("{\"S\":\"x\"}{"), &a, &e));
    assert_true(bf_change_item(&c, BF_STR("{\"a\":{\"S\":\"x\"},\"b\":{\"NULL\":true}}"), &e));
    assert_int_equal(c.new_image.n, 2);
    assert_false(bf_change_item(&c, BF_STR("{\"a\":{\"S\":\"x\"},\"a\":{\"NULL\":true}}"), &e));
    assert_has(e.text, "attribute a: appears twice");
    bf_change_free(&c);
}

/* Duplicate names are found, whether they are remembered, long, many, or written differently. */
static void test_repeated(void **state)
{
    (void)state;
    struct bf_change c;
    struct bf_err e = {0};
    struct bf_buf item;
    bf_change_init(&c);
    bf_buf_init(&item, 1 << 20);
    for (unsigned n = 2; n < 200; n += 3)
        for (unsigned form = 0; form < 4; form++) {
            const char *name = form == 1 ? "a_name_that_is_too_long_to_be_remembered_%u" : "n%u";
            bf_buf_reset(&item);
            bf_buf_addc(&item, '{');
            for (unsigned i = 0; i < n; i++) {
                bf_buf_addf(&item, "%s\"", i ? "," : "");
                bf_buf_addf(&item,
                            form == 1 ? "a_name_that_is_too_long_to_be_remembered_%u" : "n%u", i);
                bf_buf_lit(&item, "\":{\"S\":\"x\"}");
            }
            assert_true(bf_change_item(&c, (bf_buf_addc(&item, '}'), bf_buf_view(&item)), &e));
            item.n--;
            bf_buf_lit(&item, ",\"");
            if (form == 3)
                bf_buf_addf(&item, "\\u006e%u", n / 2);
            else if (form == 1)
                bf_buf_addf(&item, "a_name_that_is_too_long_to_be_remembered_%u", n / 2);
            else
                bf_buf_addf(&item, "n%u", n / 2);
            bf_buf_addf(&item, "\"%s:{\"%s\":\"1\"}}", form == 2 ? " " : "", form == 2 ? "N" : "S");
            if (bf_change_item(&c, bf_buf_view(&item), &e))
                fail_msg("%s twice was taken: %.*s", name, (int)item.n, item.p);
            assert_has(e.text, "appears twice");
        }
    bf_buf_free(&item);
    bf_change_free(&c);
}

/* The same in a map, at every place; n members, with or without a duplicate. */
static void test_repeated_inside(void **state)
{
    (void)state;
    static const char *const names[] = {"n", "a_name_that_is_too_long_to_be_remembered_n"};
    struct bf_change c;
    struct bf_err e = {0};
    struct bf_buf item;
    bf_change_init(&c);
    bf_buf_init(&item, 1 << 20);
    for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++)
        for (unsigned n = 2; bf_cpu_use((enum bf_cpu)level) && n < 80; n += 3)
            for (unsigned form = 0; form < 16; form++) {
                const char *name = names[form & 1], *type = form & 2 ? "N" : "S";
                bool twice = form & 4, escaped = form & 8;
                bf_buf_reset(&item);
                bf_buf_lit(&item, "{\"m\":{\"M\":{\"n1\":{\"L\":[{\"M\":{");
                for (unsigned i = 0; i < n; i++)
                    bf_buf_addf(&item, "\"%s%u\":{\"S\":\"1\"},", name, i);
                size_t at = item.n;
                bf_buf_addf(&item, "\"%.*s%s%u\"", (int)strlen(name) - 1, name,
                            escaped ? "\\u006e" : "n", twice ? n / 2 : n);
                bf_buf_addf(&item, ":{\"%s\":\"1\"}}}]}}}}", type);
                bool taken = bf_change_item(&c, bf_buf_view(&item), &e);
                if (taken == twice)
                    fail_msg("%s: %.*s", taken ? "taken" : e.text, (int)item.n, item.p);
                char where[80];
                snprintf(where, sizeof where,
                         "byte %zu: attribute m: a member of the map appears twice", at + 1);
                if (twice)
                    assert_string_equal(e.text, where);
            }
    bf_buf_free(&item);
    bf_change_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_many),       cmocka_unit_test(test_view),
        cmocka_unit_test(test_single_values),   cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_repeated_inside), cmocka_unit_test(test_valid),
        cmocka_unit_test(test_typed),           cmocka_unit_test(test_mutated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
