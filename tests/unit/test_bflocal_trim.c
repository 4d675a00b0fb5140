/* Records past their retention go, some at a time, and with them no sequence number is forgotten. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "cmd/bflocal/dynamodb/dynamodb.h"
#include "tests/unit/bflocal_call.h"

#define DDB    "POST /\nx-amz-target: DynamoDB_20120810."
#define STREAM "POST /\nx-amz-target: DynamoDBStreams_20120810."
#define KIN    "POST /\nx-amz-target: Kinesis_20131202."

static struct bl_local local;
static struct bf_buf answer;
static char dir[64];

static void open_local(void)
{
    struct bf_err e = {0};
    local = (struct bl_local){.services = bl_services,
                              .region = "us-east-1",
                              .access_key = "K",
                              .secret_key = "S",
                              .ddb_shards = 1};
    bl_fault_init(&local.faults, bl_services);
    if (!bl_local_open(&local, dir, &e))
        fail_msg("%s", e.text);
}

static int setup(void **state)
{
    (void)state;
    bf_buf_init(&answer, 1 << 20);
    snprintf(dir, sizeof dir, "%s", "/tmp/bfpipe-trim.XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    open_local();
    return 0;
}

static int teardown(void **state)
{
    char command[96];
    (void)state;
    bl_local_close(&local);
    bf_buf_free(&answer);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static const char *expect(const char *request, const char *body, const char *piece)
{
    bf_buf_reset(&answer);
    int got = call(&local, request, bf_str_of(body), &answer);
    const char *text = bf_buf_cstr(&answer);
    assert_non_null(text);
    if (got != 200 || !strstr(text, piece))
        fail_msg("%s: %d %.400s\nwanted: %s", request, got, text, piece);
    return text;
}

/* The text behind `name":"` in the answer. */
static void take(char *out, size_t size, const char *name)
{
    const char *at = strstr(bf_buf_cstr(&answer), name);
    assert_non_null(at);
    at = strchr(at, ':') + 2;
    size_t n = strcspn(at, "\"");
    assert_true(n < size);
    memcpy(out, at, n);
    out[n] = '\0';
}

static void set_clock(const char *by)
{
    char spec[32];
    snprintf(spec, sizeof spec, "clock:by=%s", by);
    expect("POST /_bflocal/fault", spec, "\"kind\":\"clock\"");
}

static int64_t number(const char *sql)
{
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_prepare_v2(local.store.db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return n;
}

static const char chunks[] = "SELECT count(*) FROM log_chunk",
                  bytes[] = "SELECT total(length(records)) FROM log_chunk";

static void put_record(void)
{
    expect(KIN "PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"aGk=\"}",
           "SequenceNumber");
}

static void kinesis(void **state)
{
    (void)state;
    char first[80], last[80], iterator[200], body[400];
    expect(KIN "CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}", "");
    put_record();
    take(first, sizeof first, "SequenceNumber");
    for (int i = 1; i < 200; i++)
        put_record();
    assert_int_equal(number(chunks), 200);
    set_clock("25h");
    put_record(); /* removes some, and no more than some */
    assert_int_equal(number(chunks), 201 - BL_TRIM_CHUNKS);
    put_record();
    put_record();
    put_record();
    assert_int_equal(number(chunks), 4);
    expect(KIN "GetShardIterator",
           "{\"StreamName\":\"s\",\"ShardId\":\"shardId-000000000000\",\"ShardIteratorType\":"
           "\"TRIM_HORIZON\"}",
           "ShardIterator");
    take(iterator, sizeof iterator, "ShardIterator");
    set_clock("50h"); /* whoever reads removes as well */
    expect(KIN "GetShardIterator",
           "{\"StreamName\":\"s\",\"ShardId\":\"shardId-000000000000\",\"ShardIteratorType\":"
           "\"TRIM_HORIZON\"}",
           "ShardIterator");
    take(iterator, sizeof iterator, "ShardIterator");
    snprintf(body, sizeof body, "{\"ShardIterator\":\"%s\"}", iterator);
    expect(KIN "GetRecords", body, "{\"Records\":[],\"MillisBehindLatest\":0,");
    assert_int_equal(number(chunks), 1);
    assert_int_equal(number(bytes), 0);
    bl_local_close(&local);
    open_local();
    put_record();
    take(last, sizeof last, "SequenceNumber");
    assert_true(strcmp(first, last) < 0);
    assert_string_equal(last + strlen(last) - 3, "205");
}

static void put_item(int i)
{
    char body[128];
    snprintf(body, sizeof body, "{\"TableName\":\"tab\",\"Item\":{\"k\":{\"S\":\"%d\"}}}", i);
    expect(DDB "PutItem", body, "{}");
}

static void get_iterator(const char *arn, const char *shard, const char *how, char iterator[400])
{
    char body[700];
    snprintf(body, sizeof body,
             "{\"StreamArn\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":%s}", arn, shard, how);
    expect(STREAM "GetShardIterator", body, "ShardIterator");
    take(iterator, 400, "ShardIterator");
}

static void streams(void **state)
{
    (void)state;
    char arn[200], shard[60], iterator[400], body[700];
    expect(DDB "CreateTable",
           "{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{"
           "\"AttributeName\":\"k\",\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":"
           "\"k\",\"KeyType\":\"HASH\"}],\"StreamSpecification\":{\"StreamEnabled\":true,"
           "\"StreamViewType\":\"NEW_IMAGE\"}}",
           "LatestStreamArn");
    take(arn, sizeof arn, "LatestStreamArn");
    snprintf(body, sizeof body, "{\"StreamArn\":\"%s\"}", arn);
    expect(STREAM "DescribeStream", body, "ShardId");
    take(shard, sizeof shard, "ShardId");
    for (int i = 1; i <= 3; i++)
        put_item(i);
    set_clock("75h");
    get_iterator(arn, shard, "\"TRIM_HORIZON\"", iterator);
    snprintf(body, sizeof body, "{\"ShardIterator\":\"%s\"}", iterator);
    expect(STREAM "GetRecords", body, "{\"Records\":[],\"NextShardIterator\"");
    bl_local_close(&local);
    open_local();
    set_clock("75h");
    put_item(4);
    get_iterator(arn, shard, "\"TRIM_HORIZON\"", iterator);
    snprintf(body, sizeof body, "{\"ShardIterator\":\"%s\"}", iterator);
    expect(STREAM "GetRecords", body, "\"SequenceNumber\":\"100000000000000000004\"");
    get_iterator(arn, shard,
                 "\"AFTER_SEQUENCE_NUMBER\",\"SequenceNumber\":\"100000000000000000004\"",
                 iterator);
    set_clock("100h"); /* a table that is written and never read */
    put_item(5);
    get_iterator(arn, shard, "\"TRIM_HORIZON\"", iterator);
    snprintf(body, sizeof body, "{\"ShardIterator\":\"%s\"}", iterator);
    expect(STREAM "GetRecords", body, "{\"Records\":[{");
    assert_int_equal(number("SELECT total(length(records)) FROM log_chunk WHERE last=4"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kinesis), cmocka_unit_test(streams)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
