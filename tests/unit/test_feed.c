/* The answers of Kinesis and DynamoDB Streams, valid and malformed, and the requests. */
#include "tests/unit/unit.h"

#include "lib/aws/kinesis/kinesis.h"

struct seen {
    struct bf_feed_record last;
    size_t n, stop_at;
};

static bool take(void *arg, const struct bf_feed_record *r, struct bf_err *e)
{
    struct seen *s = arg;
    (void)e;
    s->last = *r;
    return ++s->n != s->stop_at;
}

static bool read_records(const struct bf_feed *feed, const char *text, struct seen *s,
                         struct bf_feed_answer *a, struct bf_err *e)
{
    struct bf_feed_sink sink = {take, s};
    return bf_feed_records(feed, bf_str_of(text), &sink, a, e);
}

static void test_kinesis(void **state)
{
    (void)state;
    struct seen s = {0};
    struct bf_feed_answer a;
    struct bf_err e = {0};
    assert_true(read_records(
        &bf_feed_kinesis,
        " {\"ChildShards\":[{\"ShardId\":\"c\"}],\"MillisBehindLatest\":12,\"NextShardIterator\":"
        "\"n\\/1\","
        "\"Records\":[{\"Data\":\"YQ==\",\"PartitionKey\":\"k\",\"SequenceNumber\":\"11\","
        "\"ApproximateArrivalTimestamp\":1.795759200123E9,\"EncryptionType\":\"NONE\"},"
        "{\"Data\":\"YWI\\/\",\"PartitionKey\":\"\\u006b\",\"SequenceNumber\":\"12\"}]} ",
        &s, &a, &e));
    assert_int_equal(s.n, 2);
    assert_int_equal(a.records, 2);
    assert_int_equal(a.behind_ms, 12);
    assert_str(a.next, "n\\/1");
    assert_str(a.children, "[{\"ShardId\":\"c\"}]");
    assert_str(s.last.data, "YWI\\/");
    assert_str(s.last.sequence, "12");
    assert_str(s.last.key, "\\u006b");
    assert_int_equal(s.last.time_ms, 0);
    s = (struct seen){.stop_at = 1};
    assert_false(read_records(&bf_feed_kinesis,
                              "{\"Records\":[{\"Data\":\"YQ==\",\"SequenceNumber\":\"11\","
                              "\"ApproximateArrivalTimestamp\":1795759200.5},{}]}",
                              &s, &a, &e));
    assert_int_equal(e.code, BF_OK); /* the sink stopped it */
    assert_int_equal(s.last.time_ms, 1795759200500);
    s = (struct seen){0};
    assert_true(
        read_records(&bf_feed_kinesis, "{\"Records\":[],\"NextShardIterator\":null}", &s, &a, &e));
    assert_int_equal(a.next.n, 0);
    assert_int_equal(a.behind_ms, -1);
}

static void test_kinesis_broken(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "[]",
        "{\"Records\":[",
        "{\"Records\":[{\"Data\":\"YQ==",
        "{\"Records\":{}}",
        "{\"Records\":[{\"Data\":7,\"SequenceNumber\":\"1\"}]}",
        "{\"Records\":[{\"Data\":\"YQ==\"}]}",
        "{\"Records\":[{\"SequenceNumber\":\"1\"}]}",
        "{\"Records\":[{\"Data\":\"YQ==\",\"SequenceNumber\":\"1\",\"ApproximateArrivalTimestamp\":"
        "true}]}",
        "{\"Records\":[]} x",
    };
    for (size_t i = 0; i < BF_COUNT(texts); i++) {
        struct seen s = {0};
        struct bf_feed_answer a;
        struct bf_err e = {0};
        assert_false(read_records(&bf_feed_kinesis, texts[i], &s, &a, &e));
        assert_int_not_equal(e.code, BF_OK);
        assert_int_equal(s.n, 0);
    }
}

static void test_streams(void **state)
{
    (void)state;
    struct seen s = {0};
    struct bf_feed_answer a;
    struct bf_err e = {0};
    assert_true(read_records(
        &bf_feed_dynamodb,
        "{\"Records\": [{\"eventName\": \"INSERT\", \"dynamodb\":{\"Keys\":{\"id\":{\"S\":\"1\"}},"
        "\"ApproximateCreationDateTime\":1795759200,\"SequenceNumber\":\"700\"}} ],"
        "\"NextShardIterator\":\"arn|1\"}",
        &s, &a, &e));
    assert_int_equal(s.n, 1);
    /* byte for byte, spaces included */
    assert_str(s.last.raw,
               "{\"eventName\": \"INSERT\", \"dynamodb\":{\"Keys\":{\"id\":{\"S\":\"1\"}},"
               "\"ApproximateCreationDateTime\":1795759200,\"SequenceNumber\":\"700\"}}");
    assert_str(s.last.key, "{\"id\":{\"S\":\"1\"}}");
    assert_str(s.last.sequence, "700");
    assert_int_equal(s.last.time_ms, 1795759200000);
    assert_false(read_records(&bf_feed_dynamodb, "{\"Records\":[{\"dynamodb\":{}}]}", &s, &a, &e));
    assert_has(e.text, "sequence number");
}

static void test_times(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(bf_feed_read_time(BF_STR("1795759200"), &ms) && ms == 1795759200000);
    assert_true(bf_feed_read_time(BF_STR("1795759200.1239"), &ms) && ms == 1795759200123);
    assert_true(bf_feed_read_time(BF_STR("1.7957592001E9"), &ms) && ms == 1795759200100);
    assert_false(bf_feed_read_time(BF_STR(""), &ms));
    assert_false(bf_feed_read_time(BF_STR("-1"), &ms));
    assert_false(bf_feed_read_time(BF_STR("1e99"), &ms));
    assert_false(bf_feed_read_time(BF_STR("soon"), &ms));
}

static void test_arn(void **state)
{
    (void)state;
    struct bf_arn a;
    assert_true(
        bf_arn_parse(&a, BF_STR("arn:aws-cn:kinesis:cn-north-1:123456789012:stream/orders")));
    assert_str(a.service, "kinesis");
    assert_str(a.region, "cn-north-1");
    assert_str(a.resource, "stream/orders");
    assert_true(bf_arn_parse(
        &a, BF_STR("arn:aws:dynamodb:us-east-1:1:table/t/stream/2026-11-27T00:00:00.000")));
    assert_str(a.resource, "table/t/stream/2026-11-27T00:00:00.000");
    assert_false(bf_arn_parse(&a, BF_STR("orders")));
    assert_false(bf_arn_parse(&a, BF_STR("arn:aws:kinesis:us-east-1:1:")));
    assert_false(bf_arn_parse(&a, BF_STR("urn:aws:kinesis:us-east-1:1:stream/x")));
}

static void test_requests(void **state)
{
    (void)state;
    struct bf_feed_stream s = {BF_STR("orders"), BF_STR("")};
    struct bf_feed_position p = {.at = BF_FEED_TIME, .time_ms = 1795759200045};
    struct bf_buf b;
    bf_buf_init(&b, 4096);
    bf_feed_kinesis.iterator_body(&b, &s, BF_STR("shardId-1"), &p);
    assert_str(bf_buf_view(&b),
               "{\"StreamName\":\"orders\",\"ShardId\":\"shardId-1\","
               "\"ShardIteratorType\":\"AT_TIMESTAMP\",\"Timestamp\":1795759200.045}");
    bf_buf_reset(&b);
    p.at = BF_FEED_ITERATOR; /* an expired one */
    bf_feed_kinesis.iterator_body(&b, &s, BF_STR("shardId-1"), &p);
    assert_str(bf_buf_view(&b),
               "{\"StreamName\":\"orders\",\"ShardId\":\"shardId-1\","
               "\"ShardIteratorType\":\"AT_TIMESTAMP\",\"Timestamp\":1795759080.045}");
    bf_buf_reset(&b);
    s.arn = BF_STR("arn:x");
    bf_feed_dynamodb.iterator_body(&b, &s, BF_STR("s"), &p);
    assert_str(bf_buf_view(&b), "{\"StreamArn\":\"arn:x\",\"ShardId\":\"s\","
                                "\"ShardIteratorType\":\"TRIM_HORIZON\"}");
    bf_buf_reset(&b);
    p = (struct bf_feed_position){.at = BF_FEED_AFTER, .sequence = BF_STR("77")};
    bf_feed_dynamodb.iterator_body(&b, &s, BF_STR("s"), &p);
    assert_str(bf_buf_view(&b), "{\"StreamArn\":\"arn:x\",\"ShardId\":\"s\",\"ShardIteratorType\":"
                                "\"AFTER_SEQUENCE_NUMBER\",\"SequenceNumber\":\"77\"}");
    bf_buf_reset(&b);
    bf_kinesis_put.begin(&b, &s);
    size_t n = b.n;
    bf_kinesis_put.entry(&b, BF_STR("a\n"), BF_STR("k\"1"));
    assert_str(bf_buf_view(&b), "{\"StreamName\":\"orders\",\"StreamARN\":\"arn:x\",\"Records\":["
                                "{\"Data\":\"YQo=\",\"PartitionKey\":\"k\\\"1\"}");
    struct bf_buf line;
    bf_buf_init(&line, 100);
    assert_true(bf_kinesis_put.line(&line, bf_str(b.p + n, b.n - n)));
    assert_str(bf_buf_view(&line), "a\n");
    bf_buf_free(&line);
    bf_buf_free(&b);
}

struct results {
    size_t n, failed;
};

static void on_result(void *arg, size_t i, const struct bf_put_result *r)
{
    struct results *s = arg;
    assert_int_equal(i, s->n);
    s->n++;
    s->failed += r->code.n > 0;
}

static void test_put_answer(void **state)
{
    (void)state;
    struct results s = {0};
    struct bf_err e = {0};
    struct bf_str good =
        BF_STR("{\"FailedRecordCount\":0,\"Records\":[{\"SequenceNumber\":\"1\",\"ShardId\":\"s\"},"
               "{\"ErrorCode\":\"InternalFailure\",\"ErrorMessage\":\"x\"},{}]}");
    assert_true(bf_put_answer(&bf_kinesis_put.words, good, 3, on_result, &s, &e));
    assert_int_equal(s.n, 3);
    assert_int_equal(s.failed,
                     2); /* FailedRecordCount is wrong; an entry without any member is not stored */
    s = (struct results){0};
    assert_false(bf_put_answer(&bf_kinesis_put.words, good, 2, on_result, &s, &e));
    assert_has(e.text, "answer for 3 records instead of 2");
    assert_false(bf_put_answer(&bf_kinesis_put.words, BF_STR("{}"), 2, on_result, &s, &e));
    assert_false(
        bf_put_answer(&bf_kinesis_put.words, BF_STR("{\"Records\":[{},{]}"), 2, on_result, &s, &e));
    assert_int_equal(s.n, 0); /* nothing is reported of an answer that cannot be read completely */
}

static void test_children(void **state)
{
    (void)state;
    struct bf_lineage l;
    struct bf_err e = {0};
    bf_lineage_init(&l);
    assert_true(bf_kinesis_read_children(
        BF_STR("[{\"ShardId\":\"c\",\"ParentShards\":[\"a\",\"b\"],\"HashKeyRange\":"
               "{\"StartingHashKey\":\"0\",\"EndingHashKey\":"
               "\"340282366920938463463374607431768211455\"}}]"),
        &l, &e));
    assert_int_equal(l.n, 1);
    assert_string_equal(l.shards[0]->parent, "a");
    assert_string_equal(l.shards[0]->adjacent, "b");
    assert_string_equal(l.shards[0]->hash_to, "340282366920938463463374607431768211455");
    assert_false(bf_kinesis_read_children(
        BF_STR("[{\"ShardId\":\"c\",\"ParentShards\":[\"a\",\"b\",\"d\"]}]"), &l, &e));
    assert_false(bf_kinesis_read_children(BF_STR("[{}]"), &l, &e));
    bf_lineage_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinesis),    cmocka_unit_test(test_kinesis_broken),
        cmocka_unit_test(test_streams),    cmocka_unit_test(test_times),
        cmocka_unit_test(test_arn),        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_put_answer), cmocka_unit_test(test_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
