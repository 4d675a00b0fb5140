/* bflocal's expressions: conditions, updates and projections on items, and the service's
 * messages. */
#include "tests/unit/unit.h"

#include "cmd/bflocal/expression/expr.h"

#define ITEM                                                                                       \
    "{\"id\":{\"S\":\"o-1\"},\"n\":{\"N\":\"10\"},\"tags\":{\"SS\":[\"a\",\"b\"]},"                \
    "\"lst\":{\"L\":[{\"N\":\"1\"},{\"S\":\"two\"},{\"N\":\"3\"}]},\"flag\":{\"BOOL\":true},"      \
    "\"pay\":{\"M\":{\"method\":{\"S\":\"card\"},\"fee\":{\"N\":\"0.10\"}}},\"none\":{\"NULL\":"   \
    "true},\"rws\":{\"L\":[{\"M\":{\"a\":{\"N\":\"1\"},\"b\":{\"N\":\"2\"}}},"                     \
    "{\"M\":{\"a\":{\"N\":\"3\"},\"b\":{\"N\":\"4\"}}},{\"L\":[{\"N\":\"5\"},{\"N\":\"6\"}]}]},"   \
    "\"bags\":{\"L\":[{\"SS\":[\"a\",\"b\"]},{\"N\":\"7\"}]}}"
#define NAMES "{\"#s\":\"status\",\"#p\":\"pay\",\"#m\":\"method\"}"
/* 31 nested maps: the maximum for an attribute. */
#define MAPS "{\"M\":{\"d\":{\"M\":{\"d\":{\"M\":{\"d\":{\"M\":{\"d\":{\"M\":{\"d\":"
#define ENDS "}}}}}}}}}}"
#define DEEP                                                                                       \
    "{\"M\":{\"d\":" MAPS MAPS MAPS MAPS MAPS MAPS "{\"N\":\"1\"}" ENDS ENDS ENDS ENDS ENDS ENDS   \
    "}}"
#define VALUES                                                                                     \
    "{\":ten\":{\"N\":\"10.0\"},\":one\":{\"N\":\"1\"},\":x\":{\"S\":\"o-\"},\":a\":{\"S\":\"a\"}" \
    ","                                                                                            \
    "\":set\":{\"SS\":[\"b\",\"a\"]},\":l\":{\"L\":[{\"S\":\"new\"}]},\":S\":{\"S\":\"S\"},"       \
    "\":t\":{\"BOOL\":true},\":z\":{\"S\":\"o-9\"},\":bb\":{\"SS\":[\"b\",\"c\"]},"                \
    "\":big\":{\"N\":\"99999999999999999999999999999999999999\"},"                                 \
    "\":huge\":{\"N\":\"9E125\"},\":tiny\":{\"N\":\"1.1E-130\"},\":least\":{\"N\":\"1E-130\"},"    \
    "\":deep\":" DEEP "}"

struct fixture {
    struct bf_arena a;
    struct bl_expr x;
    struct bl_value *item;
    struct bf_err e;
};

static void set_up(struct fixture *f)
{
    struct bf_json j;
    f->e = (struct bf_err){0};
    bf_arena_init(&f->a, 1 << 20);
    bf_json_init(&j, BF_STR(ITEM));
    assert_true(bl_item_parse(&f->a, &j, &f->item, &f->e));
    assert_true(bl_expr_init(&f->x, &f->a, BF_STR(NAMES), BF_STR(VALUES), &f->e));
}

static void test_conditions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } cases[] = {
        {"n = :ten", true},
        {"n <> :ten", false},
        {"n > :one AND n <= :ten", true},
        {"id = :z OR n = :ten", true},
        {"NOT id = :z", true},
        {"not (id = :z or n = :one)", true},
        {"id BETWEEN :x AND :z", true},
        {"n IN (:one, :ten)", true},
        {"n IN (:one)", false},
        {"attribute_exists(#p.#m)", true},
        {"attribute_exists(pay.fee)", true},
        {"attribute_exists(#s)", false},
        {"attribute_not_exists(gone)", true},
        {"attribute_exists(lst[2])", true},
        {"attribute_exists(lst[3])", false},
        {"attribute_type(id, :S)", true},
        {"begins_with(id, :x)", true},
        {"begins_with(n, :x)", false},
        {"contains(tags, :a)", true},
        {"contains(id, :a)", false},
        {"contains(lst, :one)", true},
        {"tags = :set", true},
        {"size(tags) > :one", true},
        {"size(n) > :one", false},
        {"lst[0] = :one", true},
        {"gone = :one", false},
        {"gone <> :one", true},
        {"gone < :one", false},
        {"flag = :t", true},
        {"id < n", false},
        {"n = :ten and id = :z or flag = :t", true},
        {"n = :ten and (id = :z or n = :one)", false},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct fixture f;
        struct bl_cond *c;
        set_up(&f);
        if (!bl_cond_parse(&f.x, "ConditionExpression", bf_str_of(cases[i].text), &c, &f.e))
            fail_msg("%s: %s", cases[i].text, f.e.text);
        if (bl_cond_test(c, f.item) != cases[i].want)
            fail_msg("%s is not %d", cases[i].text, cases[i].want);
        bf_arena_free(&f.a);
    }
}

static void test_condition_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "Invalid ConditionExpression: The expression can not be empty;"},
        {"n = ", "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \"=\""},
        {"n = )", "Invalid ConditionExpression: Syntax error; token: \")\", near: \"= )\""},
        {"n ! :one", "Syntax error; token: \"!\""},
        {"status = :one", "Attribute name is a reserved keyword; reserved keyword: status"},
        {"#q = :one", "attribute name: #q"},
        {"n = :q", "attribute value: :q"},
        {"foo(n)", "Invalid function name; function: foo"},
        {"begins_with(n)", "Incorrect number of operands for operator or function; operator or "
                           "function: begins_with, "
                           "number of operands: 1"},
        {"begins_with(id, :one)", "operator or function: begins_with, operand type: N"},
        {"attribute_type(id, :x)", "Invalid attribute type name found; type: o-"},
        {"n BETWEEN :ten AND :one",
         "requires upper bound to be greater than or equal to lower bound"},
        {"n < :t", "operator or function: <, operand type: BOOL"},
        {"attribute_exists(:one)", "requires a document path"},
        {"n = :one n", "Syntax error; token: \"n\""},
        {"(n = :one", "Syntax error; token: \"<EOF>\""},
        {"attribute_exists(n) = :one", "Syntax error; token: \"=\""},
        {"lst[9999999] = :one", "List index is not within the allowable range"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct fixture f;
        struct bl_cond *c;
        set_up(&f);
        if (bl_cond_parse(&f.x, "ConditionExpression", bf_str_of(cases[i].text), &c, &f.e))
            fail_msg("%s: was taken", cases[i].text);
        assert_int_equal(f.e.code, BF_E_INPUT);
        assert_has(f.e.text, cases[i].want);
        bf_arena_free(&f.a);
    }
}

static void test_updates(void **state)
{
    (void)state;
    static const struct {
        const char *text, *path, *want; /* the value at the path, as JSON; "" for none */
    } cases[] = {
        {"SET n = n + :one", "n", "{\"N\":\"11\"}"},
        {"SET n = :one - n", "n", "{\"N\":\"-9\"}"},
        {"set #s = :x", "#s", "{\"S\":\"o-\"}"},
        {"SET #p.fee = pay.fee + :one", "pay.fee", "{\"N\":\"1.1\"}"},
        {"SET hits = if_not_exists(hits, :one) + :one", "hits", "{\"N\":\"2\"}"},
        {"SET n = if_not_exists(n, :one)", "n", "{\"N\":\"10\"}"},
        {"SET lst = list_append(lst, :l)", "lst[3]", "{\"S\":\"new\"}"},
        {"SET lst = list_append(:l, lst)", "lst[0]", "{\"S\":\"new\"}"},
        {"SET lst[1] = :one", "lst[1]", "{\"N\":\"1\"}"},
        {"SET lst[77] = :one", "lst[3]", "{\"N\":\"1\"}"},
        {"SET lst[9] = :ten, lst[3] = :one", "lst[3]", "{\"N\":\"1\"}"},
        {"SET lst[9] = :ten, lst[3] = :one", "lst[4]", "{\"N\":\"10\"}"},
        {"REMOVE lst[0] SET lst[5] = :ten, lst[4] = :one", "lst[2]", "{\"N\":\"1\"}"},
        {"REMOVE flag", "flag", ""},
        {"REMOVE lst[0], lst[1]", "lst[0]", "{\"N\":\"3\"}"},
        {"REMOVE rws[0], rws[2][0]", "rws[1]", "{\"L\":[{\"N\":\"6\"}]}"},
        {"REMOVE rws[2][1], rws[0].a, rws[1]", "rws",
         "{\"L\":[{\"M\":{\"b\":{\"N\":\"2\"}}},{\"L\":[{\"N\":\"5\"}]}]}"},
        {"REMOVE lst[0], lst[1] SET lst[2] = :set DELETE bags[0] :set", "bags",
         "{\"L\":[{\"N\":\"7\"}]}"},
        {"SET pay.deep = :deep", "", "error: Nesting Levels have exceeded supported limits"},
        {"SET flag = :deep", "flag.x", ""},
        {"REMOVE pay.fee", "pay", "{\"M\":{\"method\":{\"S\":\"card\"}}}"},
        {"ADD n :one", "n", "{\"N\":\"11\"}"},
        {"ADD novel :one", "novel", "{\"N\":\"1\"}"},
        {"ADD tags :bb", "tags", "{\"SS\":[\"a\",\"b\",\"c\"]}"},
        {"DELETE tags :bb", "tags", "{\"SS\":[\"a\"]}"},
        {"DELETE tags :set", "tags", ""},
        {"SET a1 = id, id2 = a1", "a1", "error: refers to an attribute that does not exist"},
        {"SET n = :one REMOVE flag ADD pay.fee :one", "pay.fee", "{\"N\":\"1.1\"}"},
        {"SET n = id + :one", "", "error: incorrect data type"},
        {"SET lst = list_append(n, :l)", "", "error: incorrect data type"},
        {"ADD id :one", "", "error: incorrect data type"},
        {"SET n.deep = :one", "",
         "error: document path provided in the update expression is invalid"},
        {"SET gone.deep = :one", "",
         "error: document path provided in the update expression is invalid"},
        {"SET n = :big + :one", "n", "{\"N\":\"100000000000000000000000000000000000000\"}"},
        {"SET n = :big + pay.fee", "", "error: Number overflow"},
        {"SET n = :huge + :least", "", "error: Number overflow"},
        {"SET n = :huge + :huge", "", "error: Number overflow"},
        {"SET n = :tiny - :least", "", "error: Number underflow"},
        {"SET n = :one SET id2 = :one", "", "error: \"SET\" section can only be used once"},
        {"SET n = :one, n = :ten", "",
         "error: Two document paths overlap with each other; must remove or rewrite one of "
         "these paths; path one: [n], path two: [n]"},
        {"SET pay.fee = :one REMOVE pay", "", "error: path one: [pay, fee], path two: [pay]"},
        {"SET lst[0] = :one, lst.x = :one", "", "error: Two document paths conflict"},
        {"ADD n :x", "", "error: operator: ADD, operand type: S, typeSet: ALLOWED_FOR_ADD_OPERAND"},
        {"DELETE tags :one", "",
         "error: operator: DELETE, operand type: N, typeSet: ALLOWED_FOR_DELETE_OPERAND"},
        {"SET n", "", "error: Syntax error; token: \"<EOF>\""},
        {"FOO n = :one", "", "error: Syntax error; token: \"FOO\""},
        {"SET n = size(id)", "", "error: Invalid function name; function: size"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct fixture f;
        struct bl_update u;
        struct bl_projection p;
        struct bf_buf out;
        set_up(&f);
        bf_buf_init(&out, 4096);
        assert_non_null(f.item =
                            bl_value_copy(&f.a, f.item)); /* the original item, for every update */
        bool ok = bl_update_parse(&f.x, bf_str_of(cases[i].text), &u, &f.e) &&
                  bl_update_apply(&f.a, &u, f.item, &f.e);
        if (strncmp(cases[i].want, "error: ", 7) == 0) {
            assert_false(ok);
            assert_has(f.e.text, cases[i].want + 7);
        } else {
            if (!ok)
                fail_msg("%s: %s", cases[i].text, f.e.text);
            assert_true(bl_projection_parse(&f.x, bf_str_of(cases[i].path), &p, &f.e));
            const struct bl_value *v = bl_path_get(f.item, &p.paths[0]);
            if (v)
                bl_value_put(&out, v);
            else
                bf_buf_lit(&out, "");
            assert_string_equal(v ? bf_buf_cstr(&out) : "", cases[i].want);
        }
        bf_buf_free(&out);
        bf_arena_free(&f.a);
    }
}

static void test_projections(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"id", "{\"id\":{\"S\":\"o-1\"}}"},
        {"id, gone", "{\"id\":{\"S\":\"o-1\"}}"},
        {"#p.fee", "{\"pay\":{\"M\":{\"fee\":{\"N\":\"0.1\"}}}}"},
        {"lst[2]", "{\"lst\":{\"L\":[{\"N\":\"3\"}]}}"},
        {"lst[2], lst[7], lst[0]", "{\"lst\":{\"L\":[{\"N\":\"1\"},{\"N\":\"3\"}]}}"},
        {"rws[1].b, rws[0].b, rws[1].a, rws[0].gone",
         "{\"rws\":{\"L\":[{\"M\":{\"b\":{\"N\":\"2\"}}},"
         "{\"M\":{\"a\":{\"N\":\"3\"},\"b\":{\"N\":\"4\"}}}]}}"},
        {"rws[2][1], rws[2][0], rws[0].gone, rws[3]",
         "{\"rws\":{\"L\":[{\"L\":[{\"N\":\"5\"},{\"N\":\"6\"}]}]}}"},
        {"id, id", "error: Two document paths overlap"},
        {"id,", "error: Syntax error; token: \"<EOF>\""},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct fixture f;
        struct bl_projection p;
        struct bf_buf out;
        set_up(&f);
        bf_buf_init(&out, 4096);
        bool ok = bl_projection_parse(&f.x, bf_str_of(cases[i].text), &p, &f.e);
        if (strncmp(cases[i].want, "error: ", 7) == 0) {
            assert_false(ok);
            assert_has(f.e.text, cases[i].want + 7);
        } else {
            assert_true(ok);
            bl_item_put(&out, bl_projection_apply(&f.a, &p, f.item));
            assert_string_equal(bf_buf_cstr(&out), cases[i].want);
        }
        bf_buf_free(&out);
        bf_arena_free(&f.a);
    }
}

static void test_unused(void **state)
{
    (void)state;
    struct fixture f;
    struct bl_cond *c;
    set_up(&f);
    assert_true(bl_cond_parse(&f.x, "ConditionExpression", BF_STR("n = :one"), &c, &f.e));
    assert_false(bl_expr_check_used(&f.x, NULL, &f.e));
    assert_has(
        f.e.text,
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#s, #p, #m}");
    assert_false(bl_expr_check_used(&f.x, "ConditionExpression is", &f.e));
    assert_has(f.e.text, "can only be specified when using expressions");
    bf_arena_free(&f.a);
}

/* Values that the service refuses, with its messages. */
static void test_values(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{}", "Supplied AttributeValue is empty"},
        {"{\"FOO\":\"bar\"}", "Supplied AttributeValue is empty"},
        {"{\"S\":\"a\",\"N\":\"1\"}", "more than one datatypes set"},
        {"{\"N\":\"x\"}", "cannot be converted to a numeric value: x"},
        {"{\"N\":\"123456789012345678901234567890123456789\"}", "more than 38 significant digits"},
        {"{\"N\":\"1E126\"}", "Number overflow"},
        {"{\"N\":\"1E-131\"}", "Number underflow"},
        {"{\"SS\":[]}", "An string set  may not be empty"},
        {"{\"SS\":[\"a\",\"a\"]}", "Input collection [a, a] contains duplicates."},
        {"{\"NS\":[\"1\",\"1.0\"]}", "contains duplicates"},
        {"{\"NULL\":false}", "must have the value of true"},
        {"{\"S\":5}", "NUMBER_VALUE cannot be converted to String"},
        {"{\"B\":\"!\"}", "Base64"},
        {"{\"L\":{}}", "Expected list"},
    };
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        struct bf_arena a;
        struct bf_json j;
        struct bl_value *v;
        struct bf_err e = {0};
        bf_arena_init(&a, 1 << 20);
        bf_json_init(&j, bf_str_of(bad[i][0]));
        assert_false(bl_value_parse(&a, &j, &v, &e));
        assert_has(e.text, bad[i][1]);
        bf_arena_free(&a);
    }
}

/* Sets and maps that are large enough for the index, and the limit of nesting. */
static void test_large_values(void **state)
{
    (void)state;
    struct bf_arena a;
    struct bf_buf text;
    struct bf_json j;
    struct bl_value *v;
    struct bf_err e = {0};
    bf_arena_init(&a, 1 << 26);
    bf_buf_init(&text, 1 << 24);
    bf_buf_lit(&text, "{\"M\":{");
    for (int i = 0; i < 20000; i++)
        bf_buf_addf(&text, "%s\"k%d\":{\"N\":\"%d\"}", i ? "," : "", i % 15000, i);
    bf_buf_lit(&text, "}}");
    bf_json_init(&j, bf_buf_view(&text));
    assert_true(bl_value_parse(&a, &j, &v, &e));
    assert_int_equal(v->n, 15000);
    assert_str(bl_field_get(v, BF_STR("k0"))->text, "15000"); /* the last one wins */
    bf_buf_reset(&text);
    bf_buf_lit(&text, "{\"SS\":[\"x\"");
    for (int i = 0; i < 5000; i++)
        bf_buf_addf(&text, ",\"s%d\"", i);
    bf_buf_lit(&text, ",\"s4999\"]}");
    bf_json_init(&j, bf_buf_view(&text));
    assert_false(bl_value_parse(&a, &j, &v, &e));
    assert_has(e.text, "contains duplicates");
    bf_buf_reset(&text);
    for (int i = 0; i < 40; i++)
        bf_buf_lit(&text, "{\"L\":[");
    bf_json_init(&j, bf_buf_view(&text));
    assert_false(bl_value_parse(&a, &j, &v, &e));
    assert_has(e.text, "Nesting Levels");
    bf_buf_free(&text);
    bf_arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions),   cmocka_unit_test(test_condition_errors),
        cmocka_unit_test(test_updates),      cmocka_unit_test(test_projections),
        cmocka_unit_test(test_unused),       cmocka_unit_test(test_values),
        cmocka_unit_test(test_large_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
