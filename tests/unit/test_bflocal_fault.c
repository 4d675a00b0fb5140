/* Fault specifications: grammar, what they hit, and that the same seed hits the same calls. */
#include "tests/unit/unit.h"

#include "cmd/bflocal/http/fault.h"
#include "cmd/bflocal/services.h"

static void set(struct bl_faults *f, const char *spec)
{
    struct bf_err e = {0};
    bl_fault_init(f, bl_services);
    if (!bl_fault_set(f, bf_str_of(spec), &e))
        fail_msg("%s: %s", spec, e.text);
}

static void good_and_bad(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *error;
    } bad[] = {
        {"nonsense", "no fault is called 'nonsense'"},
        {"throttle:p=101%", "is not a percentage"},
        {"throttle:p=x", "is not a percentage"},
        {"throttle:p", "is not KEY=VALUE"},
        {"throttle:ms=5", "throttle has no key 'ms'"},
        {"latency:by=5", "latency has no key 'by'"},
        {"throttle:op=a\"b", "is not a name"},
        {"seed=x", "fault: seed"},
        {"throttle:op=Nope", "no operation is called 'Nope'"},
        {"throttle:service=sqs", "no service is called 'sqs'"},
        {"throttle:service=kinesis,op=PutItem", "no operation of that service is called 'PutItem'"},
        {"disk", "say how much fits"},
    };
    struct bl_faults f;
    set(&f, "");
    assert_int_equal(f.n, 0);
    set(&f, " throttle:p=10%,op=PutItem ; latency:ms=20\nclock:by=-5m disk:max=1MiB seed=7 "
            "partial:part=25% ");
    assert_int_equal(f.n, 5);
    assert_int_equal(f.rules[0].per_million, 100000);
    assert_int_equal(f.clock_off_ms, -300000);
    assert_int_equal(f.disk_max, 1 << 20);
    assert_int_equal(f.rules[4].seed, 7);
    assert_int_equal(f.rules[4].part, 250000);
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        struct bf_err e = {0};
        assert_false(bl_fault_set(&f, bf_str_of(bad[i].spec), &e));
        assert_has(e.text, bad[i].error);
        assert_int_equal(f.n, 5); /* what was there stays */
    }
}

static unsigned long draw(const char *spec, const char *service, const char *op, int calls)
{
    struct bl_faults f;
    unsigned long bits = 0;
    set(&f, spec);
    for (int i = 0; i < calls; i++) {
        struct bl_fault_hit hit;
        bl_fault_draw(&f, service, op, &hit);
        bits = bits << 1 | (hit.answer == BL_FAULT_THROTTLE);
    }
    return bits;
}

static void reproducible(void **state)
{
    (void)state;
    unsigned long once = draw("seed=3 throttle:p=50%", "dynamodb", "PutItem", 32);
    assert_int_equal(once, draw("seed=3 throttle:p=50%", "dynamodb", "PutItem", 32));
    assert_int_not_equal(once, draw("seed=4 throttle:p=50%", "dynamodb", "PutItem", 32));
    int n = __builtin_popcountl(once);
    assert_in_range(n, 8, 24);
    assert_int_equal(draw("throttle:p=0", "s3", "PutObject", 32), 0);
    assert_int_equal(draw("throttle", "s3", "PutObject", 8), 0xff);
}

static void selected(void **state)
{
    (void)state;
    assert_int_equal(draw("throttle:op=PutItem", "dynamodb", "GetItem", 4), 0);
    assert_int_equal(draw("throttle:service=kinesis", "dynamodb", "PutItem", 4), 0);
    assert_int_equal(draw("throttle:n=2", "dynamodb", "PutItem", 4), 0xc);
    assert_int_equal(draw("throttle:after=1,n=1", "dynamodb", "PutItem", 4), 0x4);
}

static void kinds(void **state)
{
    (void)state;
    struct bl_faults f;
    struct bl_fault_hit hit;
    set(&f, "500;cut;crc;latency:ms=5;latency:ms=6;partial;iterator;error200;conflict;clock;disk:"
            "max=1");
    bl_fault_draw(&f, "dynamodb", "BatchWriteItem", &hit);
    assert_int_equal(hit.answer, BL_FAULT_500); /* the first that replaces the answer */
    assert_true(hit.cut && hit.crc);
    assert_int_equal(hit.latency_ms, 11);
    assert_int_equal(hit.part, 500000);
    set(&f, "iterator;error200;conflict;partial");
    static const struct {
        const char *service, *op;
        enum bl_fault_kind answer;
        uint32_t part;
    } only[] = {{"kinesis", "GetRecords", BL_FAULT_ITERATOR, 0},
                {"streams", "GetRecords", BL_FAULT_ITERATOR, 0},
                {"streams", "ListStreams", BL_FAULT_NONE, 0},
                {"kinesis", "PutRecords", BL_FAULT_NONE, 500000},
                {"dynamodb", "BatchGetItem", BL_FAULT_NONE, 500000},
                {"s3", "CompleteMultipartUpload", BL_FAULT_ERROR200, 0},
                {"s3", "CopyObject", BL_FAULT_ERROR200, 0},
                {"s3", "UploadPartCopy", BL_FAULT_ERROR200, 0},
                {"s3", "PutObject", BL_FAULT_CONFLICT, 0},
                {"s3", "GetObject", BL_FAULT_NONE, 0},
                {"dynamodb", "PutItem", BL_FAULT_NONE, 0}};
    for (size_t i = 0; i < BF_COUNT(only); i++) {
        bl_fault_draw(&f, only[i].service, only[i].op, &hit);
        assert_int_equal(hit.answer, only[i].answer);
        assert_int_equal(hit.part, only[i].part);
    }
}

static void entries(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 50; seed++) {
        struct bl_fault_hit hit = {.part = 1000000, .part_seed = seed};
        size_t n = 0;
        for (size_t i = 0; i < 25; i++)
            n += bl_fault_entry(&hit, i, 25);
        assert_int_equal(n, 24); /* one always gets through */
        assert_true(bl_fault_entry(&hit, 0, 1));
    }
    struct bl_fault_hit none = {.part = 0};
    assert_false(bl_fault_entry(&none, 0, 1));
}

static void printed(void **state)
{
    (void)state;
    struct bl_faults f;
    struct bl_fault_hit hit;
    struct bf_buf out;
    bf_buf_init(&out, 4096);
    set(&f, "seed=9 503:p=100%,op=PutRecords,n=1");
    bl_fault_draw(&f, "kinesis", "PutRecords", &hit);
    bl_fault_draw(&f, "kinesis", "PutRecords", &hit);
    bl_fault_print(&f, &out);
    assert_str(bf_buf_view(&out),
               "{\"rules\":[{\"kind\":\"503\",\"p\":100,\"op\":\"PutRecords\",\"service\":\"\","
               "\"seed\":9,\"seen\":2,\"struck\":1}]}");
    bf_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_and_bad), cmocka_unit_test(reproducible), cmocka_unit_test(selected),
        cmocka_unit_test(kinds),        cmocka_unit_test(entries),      cmocka_unit_test(printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
