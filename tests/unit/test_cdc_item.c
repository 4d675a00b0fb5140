/* Items as plain JSON lines become typed items, or it is said why not. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/ddb/item.h"

static const struct bf_item_schema one = {.key = {{{"id", 2}, 'S'}}, .n = 1};
static const struct bf_item_schema two = {.key = {{{"id", 2}, 'S'}, {{"at", 2}, 'N'}}, .n = 2};
static const struct bf_item_schema bin = {.key = {{{"id", 2}, 'B'}}, .n = 1};

/* What came of an item: its typed form, or why not. */
struct result {
    struct bf_item item;
    struct bf_buf out, key;
    struct bf_err e;
    bool ok;
};

static void work(struct result *r, const struct bf_item_schema *schema, bool typed,
                 struct bf_str text)
{
    struct bf_json j;
    *r = (struct result){0};
    bf_buf_init(&r->out, 1 << 20);
    bf_buf_init(&r->key, 1 << 20);
    bf_json_init(&j, text);
    r->ok = (typed ? bf_item_typed(&j, schema, &r->item, &r->out, &r->e)
                   : bf_item_plain(&j, schema, &r->item, &r->out, &r->e)) &&
            bf_json_end(&j, &r->e) && bf_item_key(&r->item, schema, &r->key, &r->e);
}

static void done(struct result *r)
{
    bf_buf_free(&r->out);
    bf_buf_free(&r->key);
}

#define PLAIN(schema, json, want)                                                                  \
    do {                                                                                           \
        struct result r_;                                                                          \
        work(&r_, schema, false, BF_STR(json));                                                    \
        assert_string_equal(r_.e.text, "");                                                        \
        assert_true(r_.ok);                                                                        \
        assert_str(bf_buf_view(&r_.out), want);                                                    \
        done(&r_);                                                                                 \
    } while (0)

#define BAD(schema, typed, json, want)                                                             \
    do {                                                                                           \
        struct result r_;                                                                          \
        work(&r_, schema, typed, BF_STR(json));                                                    \
        assert_false(r_.ok);                                                                       \
        assert_string_equal(r_.e.text, want);                                                      \
        done(&r_);                                                                                 \
    } while (0)

static void plain_form(void **state)
{
    (void)state;
    PLAIN(&one, "{\"id\":\"a\"}", "{\"id\":{\"S\":\"a\"}}");
    PLAIN(&one, " { \"id\" : \"a\\u00e9\" , \"n\" : -0.10e2 } ",
          "{\"id\":{\"S\":\"a\\u00e9\"},\"n\":{\"N\":\"-0.10e2\"}}");
    PLAIN(&one,
          "{\"id\":\"a\",\"l\":[1,[],{\"x\":null}],\"m\":{},\"t\":true,\"f\":false,\"e\":\"\"}",
          "{\"id\":{\"S\":\"a\"},\"l\":{\"L\":[{\"N\":\"1\"},{\"L\":[]},{\"M\":{\"x\":{\"NULL\":"
          "true}}}]},"
          "\"m\":{\"M\":{}},\"t\":{\"BOOL\":true},\"f\":{\"BOOL\":false},\"e\":{\"S\":\"\"}}");
    PLAIN(&two, "{\"at\":1,\"id\":\"a\"}", "{\"at\":{\"N\":\"1\"},\"id\":{\"S\":\"a\"}}");
    PLAIN(&bin, "{\"id\":\"AAE=\",\"x\":\"AAE=\"}",
          "{\"id\":{\"B\":\"AAE=\"},\"x\":{\"S\":\"AAE=\"}}");
    PLAIN(&one, "{\"id\":\"a\",\"n\":12345678901234567890123456789012345678}",
          "{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"12345678901234567890123456789012345678\"}}");
}

static void typed_form(void **state)
{
    (void)state;
    struct result r;
    const struct bf_str all = BF_STR(
        "{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1.0\"},\"b\":{\"B\":\"AAE=\"},\"t\":{\"BOOL\":false},"
        "\"z\":{\"NULL\":true},\"l\":{\"L\":[{\"S\":\"\"}]},\"m\":{\"M\":{\"x\":{\"N\":\"1\"}}},"
        "\"ss\":{\"SS\":[\"a\",\"b\"]},\"ns\":{\"NS\":[\"1\"]},\"bs\":{\"BS\":[\"AA==\"]}}");
    work(&r, &one, true, all);
    assert_string_equal(r.e.text, "");
    assert_true(bf_str_eq(bf_buf_view(&r.out), all)); /* as it stands */
    assert_int_equal(r.item.attrs, 10);
    done(&r);
    BAD(&one, true, "{\"id\":\"a\"}", "attribute 'id': byte 7: an object was expected");
    BAD(&one, true, "{\"id\":{}}", "attribute 'id': a typed value wants a type");
    BAD(&one, true, "{\"id\":{\"S\":\"a\",\"N\":\"1\"}}",
        "attribute 'id': a typed value has one type only");
    BAD(&one, true, "{\"id\":{\"S\":1}}", "attribute 'id': byte 12: a string was expected");
    BAD(&one, true, "{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"x\"}}",
        "attribute 'n': 'x' is not a number");
    BAD(&one, true, "{\"id\":{\"S\":\"a\"},\"n\":{\"NULL\":false}}",
        "attribute 'n': NULL wants true");
    BAD(&one, true, "{\"id\":{\"S\":\"a\"},\"n\":{\"BOOL\":1}}",
        "attribute 'n': BOOL wants true or false");
    BAD(&one, true, "{\"id\":{\"S\":\"a\"},\"n\":{\"NS\":[]}}", "attribute 'n': an empty set");
    BAD(&one, true, "{\"id\":{\"SS\":[\"a\"]}}",
        "attribute 'id': of another type, the table's key wants a string (S)");
    BAD(&one, true, "{\"id\":{\"S\":\"a\"},\"x\":{\"FOO\":\"bar\"}}",
        "attribute 'x': 'FOO' is no type of DynamoDB (S N B BOOL NULL L M SS NS BS)");
}

static void bad_plain(void **state)
{
    (void)state;
    BAD(&one, false, "", "byte 1: an object was expected");
    BAD(&one, false, "{}", "key 'id' is missing");
    BAD(&two, false, "{\"id\":\"a\"}", "key 'at' is missing");
    BAD(&one, false, "{\"id\":\"\"}", "key 'id' is empty");
    BAD(&one, false, "{\"id\":null}", "attribute 'id': null, the table's key wants a string (S)");
    BAD(&two, false, "{\"id\":\"a\",\"at\":\"1\"}",
        "attribute 'at': a string, the table's key wants a number (N)");
    BAD(&bin, false, "{\"id\":\"###\"}", "key 'id' is binary and wants base64");
    BAD(&one, false, "{\"id\":\"a\",\"id\":\"b\"}", "attribute 'id': the key is given twice");
    BAD(&one, false, "{\"id\":\"a\",\"i\\u0064\":\"b\"}",
        "attribute 'i\\u0064': the key is given twice");
    BAD(&one, false, "{\"id\":\"a\",\"\":1}", "an attribute without a name");
    BAD(&one, false, "{\"id\":\"a\"", "byte 10: ',' or '}' was expected");
    BAD(&one, false, "{\"id\":\"a\",\"x\":{\"y\":[1e126]}}",
        "attribute 'x': a number above 9.99E+125, DynamoDB's largest");
}

/* [[[...]]] n deep as an attribute. */
static void nest(struct bf_buf *b, int n)
{
    bf_buf_lit(b, "{\"id\":\"a\",\"x\":");
    for (int i = 0; i < n; i++)
        bf_buf_addc(b, '[');
    for (int i = 0; i < n; i++)
        bf_buf_addc(b, ']');
    bf_buf_addc(b, '}');
}

/* An item that counts exactly n bytes. */
static void sized(struct bf_buf *b, size_t n)
{
    bf_buf_lit(b, "{\"id\":\"a\",\"x\":\"");
    for (size_t i = 0; i < n - 4; i++)
        bf_buf_addc(b, 'x');
    bf_buf_lit(b, "\"}");
}

static void limits(void **state)
{
    (void)state;
    struct bf_buf b;
    struct result r;
    bf_buf_init(&b, 1 << 20);
    nest(&b, BF_ITEM_NEST_MAX);
    work(&r, &one, false, bf_buf_view(&b));
    assert_true(r.ok);
    done(&r);
    bf_buf_reset(&b);
    nest(&b, BF_ITEM_NEST_MAX + 1);
    work(&r, &one, false, bf_buf_view(&b));
    assert_string_equal(r.e.text, "attribute 'x': nested deeper than 32 levels");
    done(&r);
    bf_buf_reset(&b);
    sized(&b, BF_ITEM_BYTES_MAX);
    work(&r, &one, false, bf_buf_view(&b));
    assert_true(r.ok);
    assert_int_equal(r.item.bytes, BF_ITEM_BYTES_MAX);
    done(&r);
    bf_buf_reset(&b);
    sized(&b, BF_ITEM_BYTES_MAX + 1);
    work(&r, &one, false, bf_buf_view(&b));
    assert_string_equal(r.e.text, "an item of 409601 bytes, DynamoDB takes 409600");
    assert_int_equal(r.e.code, BF_E_LIMIT);
    done(&r);
    bf_buf_free(&b);
}

static bool same_key(const struct bf_item_schema *schema, const char *a, const char *b)
{
    struct result x, y;
    work(&x, schema, false, bf_str_of(a));
    work(&y, schema, false, bf_str_of(b));
    assert_true(x.ok && y.ok);
    bool same = bf_str_eq(bf_buf_view(&x.key), bf_buf_view(&y.key));
    done(&x);
    done(&y);
    return same;
}

static void keys(void **state)
{
    (void)state;
    assert_true(same_key(&one, "{\"id\":\"a\"}", "{\"id\":\"\\u0061\",\"x\":1}"));
    assert_false(same_key(&one, "{\"id\":\"a\"}", "{\"id\":\"A\"}"));
    assert_true(same_key(&two, "{\"id\":\"a\",\"at\":1}", "{\"at\":1.0,\"id\":\"a\"}"));
    assert_true(same_key(&two, "{\"id\":\"a\",\"at\":0}", "{\"at\":-0,\"id\":\"a\"}"));
    assert_true(same_key(&two, "{\"id\":\"a\",\"at\":150}", "{\"at\":1.5E2,\"id\":\"a\"}"));
    assert_false(same_key(&two, "{\"id\":\"a\",\"at\":11}", "{\"id\":\"a1\",\"at\":1}"));
}

static void sizes(void **state)
{
    (void)state;
    assert_int_equal(bf_item_number_bytes(BF_STR("0")), 1);
    assert_int_equal(bf_item_number_bytes(BF_STR("7")), 2);
    assert_int_equal(bf_item_number_bytes(BF_STR("-7")), 3);
    assert_int_equal(bf_item_number_bytes(BF_STR("1200")), 2);
    assert_int_equal(bf_item_number_bytes(BF_STR("0.00123e10")), 3);
    assert_int_equal(bf_item_number_bytes(BF_STR("12345678901234567890123456789012345678")), 20);
    assert_int_equal(
        bf_item_string_bytes(BF_STR("a\\n\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\\\"), true),
        1 + 1 + 1 + 2 + 3 + 4 + 1);
    assert_int_equal(bf_item_string_bytes(BF_STR("a\\n"), false), 3);
    struct result r;
    work(&r, &one, false,
         BF_STR(
             "{\"id\":\"abc\",\"n\":12,\"t\":true,\"z\":null,\"l\":[\"x\"],\"m\":{\"k\":\"v\"}}"));
    /* id 5, n 1+2, t 2, z 2, l 1+3+1+1, m 1+3+1+1+1 */
    assert_int_equal(r.item.bytes, 5 + 3 + 2 + 2 + 6 + 7);
    done(&r);
}

/* The suite's numbers: what DynamoDB refuses we refuse, in both forms. */
static void vectors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } numbers[] = {
        {"12345678901234567890123456789012345678", true},
        {"123456789012345678901234567890123456789", false},
        {"9.9999999999999999999999999999999999999E+125", true},
        {"1E+126", false},
        {"-1E+126", false},
        {"1E-130", true},
        {"1E-131", false},
        {"-0", true},
        {"0.00000000000000000000000000000000000001", true},
        {"3.1400", true},
    };
    for (size_t i = 0; i < BF_COUNT(numbers); i++) {
        char text[200];
        struct result r;
        snprintf(text, sizeof text, "{\"id\":\"a\",\"n\":%s}", numbers[i].text);
        work(&r, &one, false, bf_str_of(text));
        assert_int_equal(r.ok, numbers[i].ok);
        done(&r);
        snprintf(text, sizeof text, "{\"id\":{\"S\":\"a\"},\"n\":{\"NS\":[\"%s\"]}}",
                 numbers[i].text);
        work(&r, &one, true, bf_str_of(text));
        assert_int_equal(r.ok, numbers[i].ok);
        done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_form), cmocka_unit_test(typed_form), cmocka_unit_test(bad_plain),
        cmocka_unit_test(limits),     cmocka_unit_test(keys),       cmocka_unit_test(sizes),
        cmocka_unit_test(vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
