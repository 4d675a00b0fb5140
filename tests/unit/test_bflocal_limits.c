/* The services' limits: what just fits is taken, one more is refused with the service's code and message. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/dynamodb/dynamodb.h"
#include "lib/encoding/base64.h"
#include "lib/cli/diag.h"
#include "tests/unit/bflocal_call.h"

static const size_t room = 48 << 20;
static struct bl_local local;
static struct bf_buf body, answer;
static int64_t clock_ms = 1795759200000; /* it stands still unless a test puts it forward */

int64_t __wrap_bf_clock_wall_ms(void);
int64_t __wrap_bf_clock_wall_ms(void)
{
    return clock_ms;
}

#define DDB    "POST /\nx-amz-target: DynamoDB_20120810."
#define STREAM "POST /\nx-amz-target: DynamoDBStreams_20120810."
#define KIN    "POST /\nx-amz-target: Kinesis_20131202."

static void put(const char *text)
{
    bf_buf_adds(&body, bf_str_of(text));
}

static void put_n(char c, size_t n)
{
    char *at = bf_buf_room(&body, n);
    assert_non_null(at);
    memset(at, c, n);
    body.n += n;
}

/* Sends what was put. piece: of the answer. */
static void expect(const char *request, int status, const char *piece)
{
    bf_buf_reset(&answer);
    int got = call(&local, request, bf_buf_view(&body), &answer);
    bf_buf_reset(&body);
    const char *text = bf_buf_cstr(&answer);
    assert_non_null(text);
    if (got != status || !strstr(text, piece))
        fail_msg("%s: %d %.400s\nwanted: %d %s", request, got, text, status, piece);
}

static int setup(void **state)
{
    struct bf_err e = {0};
    (void)state;
    bf_buf_init(&body, room);
    bf_buf_init(&answer, room);
    local = (struct bl_local){.services = bl_services,
                              .region = "us-east-1",
                              .access_key = "K",
                              .secret_key = "S",
                              .ddb_shards = 1};
    bl_fault_init(&local.faults, bl_services);
    if (!bl_local_open(&local, NULL, &e))
        return 1;
    put("{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":"
        "[{\"AttributeName\":\"k\",\"AttributeType\":\"S\"},{\"AttributeName\":\"r\","
        "\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}],\"StreamSpecification\":{"
        "\"StreamEnabled\":"
        "true,\"StreamViewType\":\"NEW_IMAGE\"}}");
    expect(DDB "CreateTable", 200, "");
    put("{\"StreamName\":\"s\",\"ShardCount\":1}");
    expect(KIN "CreateStream", 200, "");
    expect("PUT /bucket", 200, "");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bl_local_close(&local);
    bf_buf_free(&body);
    bf_buf_free(&answer);
    return 0;
}

/* {"k":{"S":KEY},"r":{"S":"r"},"x":{"S":"xxx"}}, of that many bytes as DynamoDB counts. */
static void put_item(const char *key, size_t bytes)
{
    bf_buf_addf(&body, "{\"k\":{\"S\":\"%s\"},\"r\":{\"S\":\"r\"},\"x\":{\"S\":\"", key);
    put_n('x', bytes - strlen(key) - 4);
    put("\"}}");
}

static void items(void **state)
{
    (void)state;
    static const char wrong[] = "Item size has exceeded the maximum allowed size";
    static const struct {
        const char *request, *before, *behind;
    } puts[] = {
        {DDB "PutItem", "{\"TableName\":\"tab\",\"Item\":", "}"},
        {DDB "BatchWriteItem", "{\"RequestItems\":{\"tab\":[{\"PutRequest\":{\"Item\":", "}}]}}"},
        {DDB "TransactWriteItems",
         "{\"TransactItems\":[{\"Put\":{\"TableName\":\"tab\",\"Item\":", "}}]}"},
    };
    for (size_t i = 0; i < BF_COUNT(puts); i++)
        for (size_t more = 0; more < 2; more++) {
            put(puts[i].before);
            put_item("a", 409600 + more);
            put(puts[i].behind);
            expect(puts[i].request, more ? 400 : 200, more ? wrong : "{");
        }
    for (size_t more = 0; more < 2; more++) {
        put("{\"TableName\":\"tab\",\"Key\":{\"k\":{\"S\":\"b\"},\"r\":{\"S\":\"r\"}},"
            "\"UpdateExpression\":"
            "\"SET x=:x\",\"ExpressionAttributeValues\":{\":x\":{\"S\":\"");
        put_n('x',
              409600 - 5 + (more ? 1 : -100)); /* just below, see the manual's section on limits */
        put("\"}}}");
        expect(DDB "UpdateItem", more ? 400 : 200,
               more ? "Item size to update has exceeded the maximum allowed size" : "{");
    }
}

static void keys(void **state)
{
    (void)state;
    static const size_t max[] = {2048, 1024};
    static const char *const wrong[] = {
        "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"};
    for (size_t sort = 0; sort < 2; sort++)
        for (size_t more = 0; more < 2; more++) {
            static const char *const calls[] = {DDB "PutItem", DDB "GetItem", DDB "DeleteItem"};
            for (size_t i = 0; i < BF_COUNT(calls); i++) {
                bf_buf_addf(&body, "{\"TableName\":\"tab\",\"%s\":{\"k\":{\"S\":\"",
                            i ? "Key" : "Item");
                put_n('k', sort ? 1 : max[0] + more);
                put("\"},\"r\":{\"S\":\"");
                put_n('r', sort ? max[1] + more : 1);
                put("\"}}}");
                expect(calls[i], more ? 400 : 200, more ? wrong[sort] : "{");
            }
        }
}

static void put_many(const char *before, const char *each, size_t n, const char *behind)
{
    put(before);
    for (size_t i = 0; i < n; i++) {
        char one[256];
        const char *at = strchr(each, '#');
        snprintf(one, sizeof one, "%.*s%zu%s", (int)(at - each), each, i, at + 1);
        put(i ? "," : "");
        put(one);
    }
    put(behind);
}

static void counts(void **state)
{
    (void)state;
    static const char key[] = "{\"k\":{\"S\":\"#\"},\"r\":{\"S\":\"r\"}}";
    static const struct {
        const char *request, *before, *each, *behind;
        size_t max;
        const char *wrong;
    } rows[] = {
        {DDB "BatchWriteItem", "{\"RequestItems\":{\"tab\":[",
         "{\"DeleteRequest\":{\"Key\":{\"k\":{\"S\":\"#\"},\"r\":{\"S\":\"r\"}}}}", "]}}", 25,
         "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
         "Member must have length greater than or equal to 1]"},
        {DDB "BatchGetItem", "{\"RequestItems\":{\"tab\":{\"Keys\":[", key, "]}}}", 100,
         "Value at 'RequestItems.tab.member.Keys' failed to satisfy constraint: Member must have "
         "length less than or equal to 100\""},
        {DDB "TransactWriteItems", "{\"TransactItems\":[",
         "{\"Delete\":{\"TableName\":\"tab\",\"Key\":{\"k\":{\"S\":\"#\"},\"r\":{\"S\":\"r\"}}}}",
         "]}", 100,
         "Value '[...]' at 'transactItems' failed to satisfy constraint: Member must have length "
         "less than or equal to 100\""},
        {DDB "TransactGetItems", "{\"TransactItems\":[",
         "{\"Get\":{\"TableName\":\"tab\",\"Key\":{\"k\":{\"S\":\"#\"},\"r\":{\"S\":\"r\"}}}}",
         "]}", 100,
         "at 'transactItems' failed to satisfy constraint: Member must have length less than or "
         "equal to 100\""},
        {KIN "PutRecords", "{\"StreamName\":\"s\",\"Records\":[",
         "{\"Data\":\"\",\"PartitionKey\":\"#\"}", "]}", 500,
         "at 'records' failed to satisfy constraint: Member must have length less than or equal to "
         "500\""},
    };
    for (size_t i = 0; i < BF_COUNT(rows); i++)
        for (size_t more = 0; more < 2; more++) {
            put_many(rows[i].before, rows[i].each, rows[i].max + more, rows[i].behind);
            expect(rows[i].request, more ? 400 : 200, more ? rows[i].wrong : "{");
            assert_true(!more || strstr(answer.p, "ValidationException"));
        }
    put("{\"TransactItems\":[]}");
    expect(DDB "TransactGetItems", 400,
           "Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length "
           "greater than or equal to 1");
    put("{\"RequestItems\":{}}");
    expect(DDB "BatchGetItem", 400, "The requestItems parameter is required for BatchGetItem");
}

/* GetRecords of a table's stream: 1000 records or 1 MB, 15 minutes. */
static void stream_records(void)
{
    bf_buf_addf(&body, "{\"TableName\":\"tab\"}");
    expect(STREAM "ListStreams", 200, "{\"Streams\":[{");
    char arn[200], shard[100], iterator[300], *at = strstr(answer.p, "\"arn:");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "\"%199[^\"]", arn), 1);
    bf_buf_addf(&body, "{\"StreamArn\":\"%s\"}", arn);
    expect(STREAM "DescribeStream", 200, "\"ShardId\":\"");
    assert_int_equal(sscanf(strstr(answer.p, "\"ShardId\":\""), "\"ShardId\":\"%99[^\"]", shard),
                     1);
    bf_buf_addf(&body,
                "{\"StreamArn\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"TRIM_HORIZON\"}",
                arn, shard);
    expect(STREAM "GetShardIterator", 200, "{\"ShardIterator\":\"");
    assert_int_equal(sscanf(answer.p, "{\"ShardIterator\":\"%299[^\"]", iterator), 1);
    for (int limit = 1000; limit <= 1001; limit++) {
        bf_buf_addf(&body, "{\"ShardIterator\":\"%s\",\"Limit\":%d}", iterator, limit);
        expect(STREAM "GetRecords", limit > 1000 ? 400 : 200,
               limit > 1000 ? "at 'limit' failed to satisfy constraint: Member must have value "
                              "less than or equal to 1000"
                            : "{\"Records\":[{");
        assert_true(answer.n < (1 << 20) + 1000);
    }
    clock_ms += 900000;
    bf_buf_addf(&body, "{\"ShardIterator\":\"%s\",\"Limit\":1}", iterator);
    expect(STREAM "GetRecords", 200, "{");
    clock_ms++;
    bf_buf_addf(&body, "{\"ShardIterator\":\"%s\"}", iterator);
    expect(STREAM "GetRecords", 400, "ExpiredIteratorException");
}

/* Items of 390 kB: ten are within 4 MB, eleven are not; 16 MB of an answer are 42; a page has 1 MB. */
static void bytes(void **state)
{
    (void)state;
    char key[8];
    for (size_t i = 0; i < 44; i++) {
        snprintf(key, sizeof key, "%zu", i + 100);
        put("{\"TableName\":\"tab\",\"Item\":");
        put_item(key, 390000);
        put("}");
        expect(DDB "PutItem", 200, "{");
    }
    for (size_t n = 10; n <= 11; n++) {
        put("{\"TransactItems\":[");
        for (size_t i = 0; i < n; i++) {
            snprintf(key, sizeof key, "%zu", i + 100);
            put(i ? ",{\"Put\":{\"TableName\":\"tab\",\"Item\":"
                  : "{\"Put\":{\"TableName\":\"tab\",\"Item\":");
            put_item(key, 390000);
            put("}}");
        }
        put("]}");
        expect(DDB "TransactWriteItems", n > 10 ? 400 : 200, n > 10 ? "at most 4 MB" : "{");
        put_many(
            "{\"TransactItems\":[",
            "{\"Get\":{\"TableName\":\"tab\",\"Key\":{\"k\":{\"S\":\"10#\"},\"r\":{\"S\":\"r\"}}}}",
            10,
            n > 10 ? ",{\"Get\":{\"TableName\":\"tab\",\"Key\":{\"k\":{\"S\":\"110\"},\"r\":{\"S\":"
                     "\"r\"}}}}]}"
                   : "]}");
        expect(DDB "TransactGetItems", n > 10 ? 400 : 200, n > 10 ? "at most 4 MB" : "{");
    }
    put("{\"RequestItems\":{\"tab\":{\"Keys\":[");
    for (size_t i = 0; i < 44; i++)
        bf_buf_addf(&body, "%s{\"k\":{\"S\":\"%zu\"},\"r\":{\"S\":\"r\"}}", i ? "," : "", i + 100);
    put("]}}}");
    expect(DDB "BatchGetItem", 200,
           "\"UnprocessedKeys\":{\"tab\":{\"Keys\":[{\"k\":{\"S\":\"143\"}");
    stream_records();
    put("{\"TableName\":\"tab\",\"Select\":\"COUNT\"}");
    expect(DDB "Scan", 200, "\"Count\":3,\"ScannedCount\":3,\"LastEvaluatedKey\":");
}

static void expressions(void **state)
{
    (void)state;
    static const char *const kinds[] = {"ConditionExpression", "FilterExpression",
                                        "ProjectionExpression"};
    static const char *const calls[] = {DDB "DeleteItem", DDB "Scan", DDB "GetItem"};
    for (size_t i = 0; i < BF_COUNT(kinds); i++)
        for (size_t more = 0; more < 2; more++) {
            bf_buf_addf(&body, "{\"TableName\":\"tab\",%s\"%s\":\"",
                        i == 1 ? "" : "\"Key\":{\"k\":{\"S\":\"a\"},\"r\":{\"S\":\"r\"}},",
                        kinds[i]);
            put(i == 2 ? "a" : "attribute_not_exists(a)");
            put_n(' ', 4096 - strlen(i == 2 ? "a" : "attribute_not_exists(a)") + more);
            put("\"}");
            expect(
                calls[i], more ? 400 : 200,
                more
                    ? "Expression size has exceeded the maximum allowed size; expression size: 4097"
                    : "{");
        }
    for (size_t deep = 31; deep <= 32; deep++) {
        put("{\"TableName\":\"tab\",\"Item\":{\"k\":{\"S\":\"a\"},\"r\":{\"S\":\"r\"},\"x\":");
        for (size_t i = 0; i < deep; i++)
            put("{\"L\":[");
        put("{\"N\":\"1\"}");
        for (size_t i = 0; i < deep; i++)
            put("]}");
        put("}}");
        expect(DDB "PutItem", deep > 31 ? 400 : 200,
               deep > 31 ? "Nesting Levels have exceeded supported limits" : "{");
    }
    put("{\"TableName\":\"ab\"}");
    expect(DDB "CreateTable", 400, "ValidationException");
}

/* A record's data in base64, of that many bytes. */
static void put_data(size_t n)
{
    static char zeros[1 << 21];
    bf_base64_encode(&body, bf_str(zeros, n));
}

static void records(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        put("{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"");
        put_data((1 << 20) - 1 + more);
        put("\"}");
        expect(KIN "PutRecord", more ? 400 : 200,
               more ? "Value at 'data' failed to satisfy constraint: Member must have length less "
                      "than or equal to 1048576"
                    : "{");
        put("{\"StreamName\":\"s\",\"Records\":[{\"Data\":\"\",\"PartitionKey\":\"k\"},{\"Data\":"
            "\"\",\"PartitionKey\":\"");
        put_n('k', 256 + more);
        put("\"}]}");
        expect(KIN "PutRecords", more ? 400 : 200,
               more ? "at 'records.2.member.partitionKey' failed to satisfy constraint: Member "
                      "must have length less than or equal to 256"
                    : "{");
        put("{\"StreamName\":\"s\",\"Records\":[");
        for (size_t i = 0; i < 10; i++) {
            put(i ? ",{\"PartitionKey\":\"k\",\"Data\":\"" : "{\"PartitionKey\":\"k\",\"Data\":\"");
            put_data((1 << 20) - 1);
            put("\"}");
        }
        put(more ? ",{\"PartitionKey\":\"k\",\"Data\":\"\"}]}" : "]}");
        expect(KIN "PutRecords", more ? 400 : 200,
               more ? "InvalidArgumentException\",\"message\":\"Records size exceeds 10 MB limit"
                    : "{");
    }
    /* 12 MB of records lie there: an answer has ten of them */
    put("{\"StreamName\":\"s\",\"ShardId\":\"shardId-000000000000\",\"ShardIteratorType\":\"TRIM_"
        "HORIZON\"}");
    expect(KIN "GetShardIterator", 200, "{\"ShardIterator\":\"");
    char iterator[200];
    assert_int_equal(sscanf(answer.p, "{\"ShardIterator\":\"%199[^\"]", iterator), 1);
    for (int limit = 10000; limit <= 10001; limit++) {
        bf_buf_addf(&body, "{\"ShardIterator\":\"%s\",\"Limit\":%d}", iterator, limit);
        expect(KIN "GetRecords", limit > 10000 ? 400 : 200,
               limit > 10000 ? "Value '10001' at 'limit' failed to satisfy constraint: Member must "
                               "have value less than or equal to 10000"
                             : "\"MillisBehindLatest\"");
        assert_true(answer.n < 15 << 20);
    }
    clock_ms += 300000;
    bf_buf_addf(&body, "{\"ShardIterator\":\"%s\",\"Limit\":1}", iterator);
    expect(KIN "GetRecords", 200, "{");
    clock_ms++;
    bf_buf_addf(&body, "{\"ShardIterator\":\"%s\"}", iterator);
    expect(KIN "GetRecords", 400, "ExpiredIteratorException");
    for (int hours = 8760; hours <= 8761; hours++) {
        bf_buf_addf(&body, "{\"StreamName\":\"s\",\"RetentionPeriodHours\":%d}", hours);
        expect(KIN "IncreaseStreamRetentionPeriod", hours > 8760 ? 400 : 200,
               hours > 8760 ? "InvalidArgumentException" : "");
    }
}

static void objects(void **state)
{
    (void)state;
    char request[4096], text[3000];
    for (int more = 0; more < 2; more++) {
        memset(text, 'k', sizeof text);
        snprintf(request, sizeof request, "PUT /bucket/%.*s", 1024 + more, text);
        expect(request, more ? 400 : 200,
               more ? "<Code>KeyTooLongError</Code><Message>Your key is too "
                      "long</Message><Size>1025</Size><MaxSizeAllowed>1024</MaxSizeAllowed>"
                    : "");
        snprintf(request, sizeof request, "PUT /bucket/meta\nx-amz-meta-a: %.*s\nx-amz-meta-b: b",
                 2045 + more, text);
        expect(request, more ? 400 : 200,
               more ? "<Code>MetadataTooLarge</Code><Message>Your metadata headers exceed the "
                      "maximum allowed metadata "
                      "size</Message><Size>2049</Size><MaxSizeAllowed>2048</MaxSizeAllowed>"
                    : "");
        put_many("<Delete>", "<Object><Key>#</Key></Object>", 1000 + (size_t)more, "</Delete>");
        expect(more ? "POST /bucket?delete\ncontent-md5: Vmatl/6Pnz+Oc9b/vdbr8g=="
                    : "POST /bucket?delete\ncontent-md5: uE3trR+h3Z+H3gHKRA5Ldw==",
               more ? 400 : 200, more ? "<Code>MalformedXML</Code>" : "<DeleteResult");
    }
    for (int i = 0; i < 1001; i++) {
        snprintf(request, sizeof request, "PUT /bucket/list/%04d", i);
        expect(request, 200, "");
    }
    expect("GET /bucket?list-type=2&prefix=list/&max-keys=2000", 200, "<KeyCount>1000</KeyCount>");
    assert_has(answer.p, "<MaxKeys>1000</MaxKeys>");
    assert_has(answer.p, "<IsTruncated>true</IsTruncated>");
}

static void parts(void **state)
{
    (void)state;
    char request[512], id[100];
    expect("POST /bucket/parts?uploads", 200, "<UploadId>");
    assert_int_equal(sscanf(strstr(answer.p, "<UploadId>"), "<UploadId>%99[^<]", id), 1);
    static const int numbers[] = {0, 1, 10000, 10001};
    for (size_t i = 0; i < BF_COUNT(numbers); i++) {
        bool bad = numbers[i] < 1 || numbers[i] > 10000;
        put("part");
        snprintf(request, sizeof request, "PUT /bucket/parts?uploadId=%s&partNumber=%d", id,
                 numbers[i]);
        expect(request, bad ? 400 : 200,
               bad ? "<Code>InvalidArgument</Code><Message>Part number must be an integer between "
                     "1 and 10000, inclusive</Message>"
                   : "");
    }
    snprintf(request, sizeof request, "POST /bucket/parts?uploadId=%s", id);
    for (size_t more = 0; more < 2; more++) { /* the first of two has 4 bytes, then 5 MB */
        static const char *const etags[] = {"f4c9385f1902f7334b00b9b4ecd164de",
                                            "5f363e0e58a95f06cbe9bbc662c5dfb6"};
        bf_buf_addf(&body,
                    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></"
                    "Part><Part><PartNumber>10000</PartNumber><ETag>%s</ETag></Part></"
                    "CompleteMultipartUpload>",
                    etags[more], etags[0]);
        expect(request, more ? 200 : 400,
               more ? "<CompleteMultipartUploadResult"
                    : "<Code>EntityTooSmall</Code><Message>Your proposed upload is smaller than "
                      "the minimum allowed "
                      "size</Message><ProposedSize>4</ProposedSize><MinSizeAllowed>5242880</"
                      "MinSizeAllowed>");
        if (!more) {
            char upload[512];
            put_n('\0', 5 << 20);
            snprintf(upload, sizeof upload, "PUT /bucket/parts?uploadId=%s&partNumber=1", id);
            expect(upload, 200, "");
        }
    }
}

int main(void)
{
    bf_diag_loudness(false, true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(items, setup, teardown),
        cmocka_unit_test_setup_teardown(keys, setup, teardown),
        cmocka_unit_test_setup_teardown(counts, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(expressions, setup, teardown),
        cmocka_unit_test_setup_teardown(records, setup, teardown),
        cmocka_unit_test_setup_teardown(objects, setup, teardown),
        cmocka_unit_test_setup_teardown(parts, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
