/* Schema files: what they say, what they say again, and what is wrong with them. */
#include "lib/row/schema.h"
#include "tests/unit/unit.h"

static struct bf_schema read_schema(const char *text)
{
    struct bf_schema s;
    struct bf_err e = {0};
    bf_schema_init(&s);
    if (!bf_schema_parse(&s, bf_str_of(text), &e))
        fail_msg("%s", e.text);
    return s;
}

static void round_trip(void **state)
{
    static const char text[] =
        "order_id string not null\n"
        "n tinyint\nn2 smallint\nn3 int\nn4 bigint\nn5 integer\n"
        "total decimal(18,2)\nat timestamp\nat3 timestamp(3)\nz timestamptz\n"
        "d date\nf float\ng double\nb binary\nj json\nok boolean\n"
        "items array<struct<sku:string,qty:int,`a b`:array<map<string,double>>>>\n"
        "`two words` map<string,string>\n";
    struct bf_schema s = read_schema(text);
    struct bf_buf out;
    (void)state;
    bf_buf_init(&out, 4096);
    bf_schema_put(&out, &s);
    assert_string_equal(bf_buf_cstr(&out), text);
    bf_buf_free(&out);
    bf_schema_free(&s);
}

static void details(void **state)
{
    struct bf_schema s = read_schema("# a comment\n\na  DECIMAL( 10 , 2 )\n"
                                     "z timestamp(3) with time zone NOT NULL\r\n"
                                     "m map< string , array< int > >\n");
    (void)state;
    assert_int_equal(s.n, 3);
    assert_int_equal(s.field[0].type.digits, 10);
    assert_int_equal(s.field[0].type.scale, 2);
    assert_true(s.field[1].type.utc && s.field[1].type.required);
    assert_int_equal(s.field[1].type.scale, 3);
    assert_int_equal(s.field[2].type.kind, BF_TYPE_MAP);
    assert_int_equal(s.field[2].type.n, 2);
    assert_true(s.field[2].type.field[0].type.required);
    assert_int_equal(s.field[2].type.field[1].type.field[0].type.bits, 32);
    bf_schema_free(&s);
}

static void errors(void **state)
{
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"", "no columns"},
        {"a", "line 1: '' is not string, json"},
        {"\na varchar2", "line 2: 'varchar2' is not string, json"},
        {"a decimal(39,1)", "line 1: 'decimal(39,1)': a decimal has 1 to 38 digits"},
        {"a decimal(3,4)", "line 1: 'decimal(3,4)': a decimal has"},
        {"a int extra", "line 1: 'int extra': there is more behind the type"},
        {"a array<int", "'>' is missing"},
        {"a map<int,int>", "the keys of a map are strings"},
        {"a struct<x:int,X:int>", "two fields of a struct have the same name"},
        {"a struct<>", "struct wants name:type"},
        {"a int\na int", "line 2: a stands twice"},
        {"a int\nA int", "line 2: a and A differ in case alone"},
        {"`` int", "a column without a name"},
        {"a timestamp(9)", "timestamp wants (3) or (6)"},
        {"a "
         "array<array<array<array<array<array<array<array<array<array<array<array<array<array<"
         "array<"
         "array<array<int>>>>>>>>>>>>>>>>>",
         "nested too deep"},
    };
    (void)state;
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        struct bf_schema s;
        struct bf_err e = {0};
        bf_schema_init(&s);
        assert_false(bf_schema_parse(&s, bf_str_of(bad[i].text), &e));
        if (!strstr(e.text, bad[i].error))
            fail_msg("%s: %s", bad[i].text, e.text);
        bf_schema_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(details),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
