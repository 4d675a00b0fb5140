/* The constraints of the services' models: what a request may be, and the words in which it is refused. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "cmd/bflocal/model/model_impl.h"
#include "cmd/bflocal/services.h"

static const char *checked(const char *service, const char *op, const char *body)
{
    static char shown[4096];
    struct bf_buf text;
    const struct bl_model *m = bl_model_find(service, op);
    assert_non_null(m);
    bf_buf_init(&text, sizeof shown);
    const struct bl_model_request r = {bf_str_of(body), NULL, NULL};
    const struct bl_outside *wrong;
    enum bl_model_verdict v = bl_model_check(m, &r, &text, &wrong);
    snprintf(shown, sizeof shown, "%s%.*s", v == BL_MODEL_TYPE ? "type: " : "", (int)text.n,
             text.p ? text.p : "");
    assert_int_equal(v == BL_MODEL_FITS, text.n == 0);
    bf_buf_free(&text);
    return shown;
}

#define WRONG(service, op, body, message) assert_string_equal(checked(service, op, body), message)
#define RIGHT(service, op, body)          WRONG(service, op, body, "")
#define ONE(value, where)                                                                          \
    "1 validation error detected: Value " value " at '" where "' failed to satisfy constraint: "   \
    "Member must "

static void test_words(void **state)
{
    (void)state;
    WRONG("kinesis", "CreateStream", "{}", ONE("null", "streamName") "not be null");
    WRONG("kinesis", "CreateStream", "", ONE("null", "streamName") "not be null");
    WRONG("kinesis", "CreateStream", "{\"StreamName\":null}",
          ONE("null", "streamName") "not be null");
    WRONG("kinesis", "CreateStream", "{\"StreamName\":\"a b\"}",
          ONE("'a b'", "streamName") "satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
    WRONG("kinesis", "CreateStream", "{\"StreamName\":\"a\",\"ShardCount\":0}",
          ONE("'0'", "shardCount") "have value greater than or equal to 1");
    WRONG("events", "PutTargets", "{\"Rule\":\"r\",\"Targets\":[]}",
          ONE("'[]'", "targets") "have length greater than or equal to 1");
    WRONG("events", "PutTargets", "{\"Rule\":\"r\",\"Targets\":[{\"Id\":\"i\"}]}",
          ONE("null", "targets.1.member.arn") "not be null");
    WRONG("kinesis", "PutRecords", "{\"Records\":[null]}",
          ONE("null", "records.1.member") "not be null");
    WRONG("kinesis", "CreateStream",
          "{\"StreamModeDetails\":{\"StreamMode\":\"X\"},\"StreamName\":\"\"}",
          "3 validation errors detected: "
          "Value 'X' at 'streamModeDetails.streamMode' failed to satisfy constraint: "
          "Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]; "
          "Value '' at 'streamName' failed to satisfy constraint: "
          "Member must have length greater than or equal to 1; "
          "Value '' at 'streamName' failed to satisfy constraint: "
          "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
}

/* Strings in a list or map are told together. */
static void test_inside(void **state)
{
    (void)state;
    WRONG("events", "UntagResource",
          "{\"ResourceARN\":\"arn:aws:events:us-east-1:000000000000:rule/r\",\"TagKeys\":"
          "[\"a\",\"\",\"\"]}",
          ONE("'[...]'", "tagKeys") "satisfy constraint: [Member must have length less than or "
                                    "equal to 128, Member must have length greater than or equal "
                                    "to 1]");
    WRONG("lambda", "UpdateFunctionConfiguration",
          "{\"Environment\":{\"Variables\":{\"AB\":\"\",\"X\":\"\"}}}",
          "1 validation error detected: Value '{...}' at 'environment.variables' failed to satisfy "
          "constraint: Map keys must satisfy constraint: [Member must satisfy regular expression "
          "pattern: [a-zA-Z]([a-zA-Z0-9_])+]");
}

static void test_types(void **state)
{
    (void)state;
    WRONG("kinesis", "CreateStream", "{\"StreamName\":1}",
          "type: NUMBER_VALUE can not be converted to a String");
    WRONG("kinesis", "CreateStream", "{\"StreamName\":\"\",\"ShardCount\":\"1\"}",
          "type: STRING_VALUE can not be converted to an Integer");
    WRONG("kinesis", "CreateStream", "{\"StreamName\":[]}",
          "type: Start of list found where not expected");
    WRONG("kinesis", "CreateStream", "{\"StreamModeDetails\":true}", "type: Expected null");
    WRONG("events", "PutTargets", "{\"Targets\":{}}",
          "type: Start of structure or map found where not expected.");
    RIGHT("kinesis", "CreateStream", "{\"StreamName\":\"a\",\"NoSuchMember\":[{\"a\":1}]}");
    RIGHT("kinesis", "CreateStream", "{\"StreamName\":"); /* left to the operation */
}

/* Characters are counted, not bytes; escapes are decoded; a long value is cut. */
static void test_text(void **state)
{
    (void)state;
    char body[2048], name[65 * 2 + 1] = "";
    for (int i = 0; i < 64; i++)
        strcat(name, "\xc3\xa4");
    snprintf(body, sizeof body, "{\"Name\":\"r\",\"Description\":\"%s\"}", name);
    RIGHT("events", "PutRule", body);
    RIGHT("kinesis", "DeleteStream", "{\"StreamName\":\"\\u0061\"}");
    WRONG("kinesis", "DeleteStream", "{\"StreamName\":\"\\u0020\"}",
          ONE("' '", "streamName") "satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
}

static bool matches(const char *service, const char *op, const char *member, const char *text)
{
    const struct bl_shape *s = bl_model_body(bl_model_find(service, op));
    const struct bl_shape_member *m = bl_model_members(s);
    size_t i = 0;
    while (i < s->n && strcmp(m[i].name, member) != 0)
        i++;
    assert_true(i < s->n);
    return bl_model_matches(bl_model_shape(m[i].shape), bf_str_of(text));
}

static void test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *service, *op, *member, *right, *wrong;
    } of[] = {
        {"kinesis", "SplitShard", "NewStartingHashKey", "0", "00"},
        {"kinesis", "SplitShard", "NewStartingHashKey", "340282366920938463463374607431768211455",
         "3402823669209384634633746074317682114550"},
        {"athena", "GetWorkGroup", "WorkGroup", "a.b_c-9", "a/b"},
        {"athena", "GetPreparedStatement", "StatementName", "p1", "1p"},
        {"athena", "UpdateWorkGroup", "WorkGroup", "x", ""},
        {"events", "DescribeRule", "EventBusName",
         "arn:aws:events:us-east-1:000000000000:event-bus/b/c", "arn:aws:events:x:0:event-bus/b"},
        {"firehose", "DeleteDeliveryStream", "DeliveryStreamName", "a.b", "a:b"},
        {"glue", "GetDatabase", "Name", "d\tb", "d\nb"},
        {"glue", "GetDatabase", "Name", "\xf0\x9f\x98\x80", "\x01"},
    };
    for (size_t i = 0; i < BF_COUNT(of); i++) {
        if (!matches(of[i].service, of[i].op, of[i].member, of[i].right))
            fail_msg("%s: does not match: %s", of[i].member, of[i].right);
        if (matches(of[i].service, of[i].op, of[i].member, of[i].wrong))
            fail_msg("%s: matches: %s", of[i].member, of[i].wrong);
    }
}

/* Alternatives, look-ahead and look-behind, and a text that would take a matcher of one way at a time for ever. */
static void test_program(void **state)
{
    (void)state;
    static const struct bl_range ranges[] = {{'a', 'a'}, {'0', '9'}};
    static const struct bl_set sets[] = {{0, 1}, {1, 1}};
    /* (?!a$)(a|a)*[0-9](?<![0-9])? is no expression of a service, but has each step. */
    static const struct bl_step steps[] = {
        {BL_NOT, 3},   {BL_SET, 0},       {BL_END, 0},   {BL_MATCH, 0}, {BL_BEGIN, 0},
        {BL_SPLIT, 6}, {BL_SPLIT, 3},     {BL_SET, 0},   {BL_JUMP, 2},  {BL_SET, 0},
        {BL_JUMP, -5}, {BL_NOT_AFTER, 1}, {BL_SPLIT, 2}, {BL_SET, 1},   {BL_MATCH, 0}};
    static const struct bl_program p = {steps, sets, ranges};
    char many[10001];
    memset(many, 'a', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    assert_false(bl_pattern_matches(&p, BF_STR("a")));
    assert_true(bl_pattern_matches(&p, BF_STR("aa")));
    assert_true(bl_pattern_matches(&p, BF_STR("")));
    assert_true(bl_pattern_matches(&p, BF_STR("aa1")));
    assert_false(bl_pattern_matches(&p, BF_STR("aa11")));
    assert_true(bl_pattern_matches(&p, bf_str_of(many)));
    many[9999] = 'b';
    assert_false(bl_pattern_matches(&p, bf_str_of(many)));
}

/* "WIRE=VALUE&...": the members outside of a body. */
static struct bf_str find_in(void *arg, const struct bl_outside *o)
{
    struct bf_str rest = bf_str_of(arg), item, name;
    while (rest.n && bf_str_split(&rest, '&', &item))
        if (bf_str_split(&item, '=', &name) && bf_str_eq(name, bf_str_of(o->wire)))
            return item;
    return bf_str(NULL, 0);
}

/* The words, and the member that is wrong: "WIRE: TEXT". */
static const char *outside(const char *service, const char *op, const char *members)
{
    static char shown[4096];
    char room[256];
    struct bf_buf text;
    snprintf(room, sizeof room, "%s", members);
    const struct bl_model_request r = {{NULL, 0}, find_in, room};
    const struct bl_outside *wrong;
    bf_buf_init(&text, sizeof shown);
    enum bl_model_verdict v = bl_model_check(bl_model_find(service, op), &r, &text, &wrong);
    assert_int_equal(v == BL_MODEL_FITS, wrong == NULL);
    snprintf(shown, sizeof shown, "%s%s%s%.*s", v == BL_MODEL_TYPE ? "type: " : "",
             wrong ? wrong->wire : "", wrong ? ": " : "", (int)text.n, text.p ? text.p : "");
    bf_buf_free(&text);
    return shown;
}

static void test_outside(void **state)
{
    (void)state;
    assert_string_equal(outside("lambda", "ListFunctions", "MaxItems=10&FunctionVersion=ALL"), "");
    assert_string_equal(
        outside("lambda", "ListFunctions", "MaxItems=0"),
        "MaxItems: " ONE("'0'", "maxItems") "have value greater than or equal to 1");
    assert_string_equal(outside("lambda", "ListFunctions", "MaxItems=ten"),
                        "type: MaxItems: STRING_VALUE can not be converted to an Integer");
    assert_string_equal(
        outside("lambda", "Invoke", "FunctionName=f&x-amz-invocation-type=Later"),
        "x-amz-invocation-type: " ONE(
            "'Later'",
            "invocationType") "satisfy enum value set: [Event, RequestResponse, DryRun]");
    assert_string_equal(outside("lambda", "GetAlias", "FunctionName=f"),
                        "Name: " ONE("null", "name") "not be null");
    assert_string_equal(
        outside("s3", "GetObjectAttributes", "x-amz-object-attributes=ETag, Checksum"), "");
    assert_memory_equal(outside("s3", "GetObjectAttributes", "x-amz-object-attributes=ETag,Size"),
                        "x-amz-object-attributes: 1 validation error", 43);
    assert_string_equal(outside("s3", "ListObjectsV2", "fetch-owner=yes"),
                        "type: fetch-owner: STRING_VALUE can not be converted to a Boolean");
    assert_string_equal(
        outside("sts", "AssumeRole",
                "RoleArn=arn:aws:iam::000000000000:role/r&"
                "RoleSessionName=s"),
        "RoleSessionName: " ONE("'s'", "roleSessionName") "have length greater than or equal to 2");
}

static bool fits_xml(const char *op, const char *document)
{
    return bl_model_fits_xml(bl_model_find("s3", op), bf_str_of(document));
}

static void test_documents(void **state)
{
    (void)state;
    static const struct {
        const char *op, *document;
        bool fits;
    } of[] = {
        {"PutBucketLifecycleConfiguration", "<L><Rule><Status>Enabled</Status></Rule></L>", true},
        {"PutBucketLifecycleConfiguration", "<L><Rule><Status>On</Status></Rule></L>", false},
        {"PutBucketLifecycleConfiguration", "<L><Rule/></L>", false},
        {"PutBucketLifecycleConfiguration", "<L/>", false},
        {"PutBucketLifecycleConfiguration",
         "<L><Rule><Other><Status>x</Status></Other><Status>Disabled</Status><Expiration><Days>3"
         "</Days></Expiration></Rule></L>",
         true},
        {"PutBucketLifecycleConfiguration",
         "<L><Rule><Status>Disabled</Status><Expiration><Days>x</Days></Expiration></Rule></L>",
         false},
        {"PutBucketLifecycleConfiguration", "<L><Rule><Status>Enabled</Status></Rule>", false},
        {"PutObjectTagging", "<T><TagSet><Tag><Key>a</Key><Value/></Tag></TagSet></T>", true},
        {"PutObjectTagging", "<T><TagSet><Tag><Key>a</Key></Tag></TagSet></T>", false},
        {"PutObjectTagging", "<T><TagSet/></T>", true},
        {"PutObjectTagging", "", false},
    };
    for (size_t i = 0; i < BF_COUNT(of); i++)
        if (fits_xml(of[i].op, of[i].document) != of[i].fits)
            fail_msg("%s: %s", of[i].op, of[i].document);
}

/* Every operation of these services is in the table: `make model` adds it. */
static void test_complete(void **state)
{
    (void)state;
    static const char *const services[] = {"athena", "events",  "firehose",
                                           "glue",   "kinesis", "streams"};
    for (const struct bl_service *const *s = bl_services; *s; s++)
        for (size_t i = 0; i < BF_COUNT(services); i++)
            for (size_t k = 0; strcmp((*s)->name, services[i]) == 0 && k < (*s)->nops; k++)
                if (!bl_model_find((*s)->name, (*s)->ops[k].name))
                    fail_msg("%s: %s is not in cmd/bflocal/model/table.inc: make model", (*s)->name,
                             (*s)->ops[k].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),    cmocka_unit_test(test_inside),
        cmocka_unit_test(test_types),    cmocka_unit_test(test_text),
        cmocka_unit_test(test_patterns), cmocka_unit_test(test_program),
        cmocka_unit_test(test_outside),  cmocka_unit_test(test_documents),
        cmocka_unit_test(test_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
