/* bflocal's services: each constant says all that the router, the faults and the messages need of it. */
#include "tests/unit/unit.h"

#include "cmd/bflocal/http/fault.h"
#include "cmd/bflocal/services.h"

static void check_named(const struct bl_service *s)
{
    struct bl_fault_rule rule;
    if (!s->name || !s->title || !s->variable || !s->signing || !s->content_type ||
        !s->error_prefix || !s->max_body)
        fail_msg("%s: a member is missing", s->name ? s->name : "a service without a name");
    if (strlen(s->name) >= sizeof rule.service)
        fail_msg("%s: the name is too long for a fault's rule", s->name);
}

static void check_protocol(const struct bl_service *s)
{
    if (s->protocol) {
        if (!s->protocol->finish)
            fail_msg("%s: its protocol does not answer", s->name);
    } else if (!s->target || !s->nops || !s->throttled)
        fail_msg("%s: a JSON service has a target, operations and a message of throttling",
                 s->name);
}

static void check_operations(const struct bl_service *s)
{
    struct bl_fault_rule rule;
    for (size_t i = 0; i < s->nops; i++) {
        if (!s->ops[i].run || strlen(s->ops[i].name) >= sizeof rule.op)
            fail_msg("%s: %s cannot be run, or be named by a fault's rule", s->name,
                     s->ops[i].name);
        if (bl_service_op(s, bf_str_of(s->ops[i].name)) != &s->ops[i])
            fail_msg("%s: %s is listed twice", s->name, s->ops[i].name);
    }
}

static void test_each(void **state)
{
    (void)state;
    for (const struct bl_service *const *s = bl_services; *s; s++) {
        check_named(*s);
        check_protocol(*s);
        check_operations(*s);
    }
}

/* A request must not have two services to go to. */
static void test_apart(void **state)
{
    (void)state;
    size_t rest = 0;
    for (const struct bl_service *const *a = bl_services; *a; a++) {
        rest += (*a)->protocol && (*a)->protocol->rest;
        for (const struct bl_service *const *b = bl_services; b < a; b++) {
            assert_string_not_equal((*a)->name, (*b)->name);
            assert_string_not_equal((*a)->variable, (*b)->variable);
            if ((*a)->target && (*b)->target) {
                assert_false(bf_str_starts(bf_str_of((*a)->target), bf_str_of((*b)->target)));
                assert_false(bf_str_starts(bf_str_of((*b)->target), bf_str_of((*a)->target)));
            }
        }
    }
    assert_int_equal(rest, 1);
}

static void test_lists(void **state)
{
    (void)state;
    static const struct bl_service a = {.title = "A", .name = "a", .signing = "sa"},
                                   b = {.title = "B b", .name = "b", .signing = "sb"},
                                   c = {.title = "C", .name = "c", .signing = "sc"};
    static const struct bl_service *const all[] = {&a, &b, &c, NULL}, *const one[] = {&b, NULL};
    struct bf_buf out;
    bf_buf_init(&out, 1000);
    bl_services_title(all, &out);
    bf_buf_addc(&out, '|');
    bl_services_title(one, &out);
    bf_buf_addc(&out, '|');
    bl_services_name(all, &out);
    assert_str(bf_buf_view(&out), "A, B b and C|B b|a, b, c");
    bf_buf_free(&out);
    assert_true(bl_services_sign(all, BF_STR("sb")));
    assert_false(bl_services_sign(all, BF_STR("s")));
    assert_true(bl_services_know(all, "b", ""));
    assert_false(bl_services_know(all, "b", "Op"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_apart),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
