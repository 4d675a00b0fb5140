/* bflocal's signature check: accepts requests signed by the library, and answers each kind of
 * error with the service's code and text. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "cmd/bflocal/http/call.h"
#include "lib/base/clock.h"
#include "tests/unit/presign.h"

#define KEY    "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static const int64_t noon_ms = 1795780800000; /* 2026-11-27T12:00:00Z */
static const int64_t minute_ms = 60000;

struct fixture {
    struct bf_arena arena;
    struct bl_request r;
    struct bl_auth_server server;
    struct bl_auth auth;
    struct bf_buf authorization;
    char date[17], hash[BF_SHA256_HEX];
};

static void set_up(struct fixture *f, bool s3)
{
    memset(f, 0, sizeof(*f));
    bf_arena_init(&f->arena, 1 << 20);
    bf_buf_init(&f->authorization, 4096);
    f->server = (struct bl_auth_server){KEY, SECRET,  "us-east-1", s3 ? "s3" : "dynamodb",
                                        s3,  noon_ms, false};
    f->r.method = s3 ? BF_STR("PUT") : BF_STR("POST");
    f->r.path = s3 ? BF_STR("/bucket/a%20b") : BF_STR("/");
    f->r.body = BF_STR("{\"TableName\":\"orders\"}");
}

static void tear_down(struct fixture *f)
{
    bf_arena_free(&f->arena);
    bf_buf_free(&f->authorization);
}

static void add(struct fixture *f, struct bf_str name, struct bf_str value)
{
    f->r.headers[f->r.nheaders++] = (struct bf_sigv4_header){name, value};
}

/* Signs the request as a client would. */
static void sign(struct fixture *f, const char *region, const char *service, const char *secret,
                 int64_t at_ms)
{
    struct bf_sigv4_scope scope = {.region = bf_str_of(region), .service = bf_str_of(service)};
    struct bf_sigv4_key key;
    struct bf_err e = {0};
    bool s3 = f->server.s3;
    bf_clock_amz(f->date, at_ms);
    memcpy(scope.time, f->date, sizeof(scope.time));
    assert_true(bf_sha256_hex(f->r.body, f->hash));
    add(f, BF_STR("host"), BF_STR("127.0.0.1:4566"));
    add(f, BF_STR("x-amz-date"), bf_str(f->date, 16));
    if (s3)
        add(f, BF_STR("x-amz-content-sha256"), bf_str(f->hash, 64));
    else
        add(f, BF_STR("x-amz-target"), BF_STR("DynamoDB_20120810.DescribeTable"));
    struct bf_sigv4_request q = {f->r.method,   f->r.path,           f->r.query, f->r.headers,
                                 f->r.nheaders, bf_str(f->hash, 64), !s3,        !s3};
    assert_true(bf_sigv4_signing_key(bf_str_of(secret), &scope, &key, &e));
    assert_true(bf_sigv4_authorization(&q, &scope, BF_STR(KEY), &key, &f->authorization, NULL, &e));
    add(f, BF_STR("authorization"), bf_buf_view(&f->authorization));
}

static enum bl_auth_code verdict(struct fixture *f)
{
    bl_auth_check(&f->server, &f->r, &f->arena, &f->auth);
    return f->auth.code;
}

static void good_requests(void **state)
{
    (void)state;
    for (int s3 = 0; s3 < 2; s3++) {
        struct fixture f;
        set_up(&f, s3);
        f.r.query = s3 ? BF_STR("partNumber=1&uploadId=x%2Fy") : BF_STR("");
        add(&f, BF_STR("user-agent"), BF_STR("a  b"));
        sign(&f, "us-east-1", s3 ? "s3" : "dynamodb", SECRET, noon_ms - 14 * minute_ms);
        add(&f, BF_STR("accept"), BF_STR("whatever is not signed may come on top"));
        assert_int_equal(verdict(&f), BL_AUTH_OK);
        tear_down(&f);
    }
}

static void wrong_secret(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, false);
    sign(&f, "us-east-1", "dynamodb", "another", noon_ms);
    assert_int_equal(verdict(&f), BL_AUTH_SIGNATURE);
    assert_str(
        f.auth.text,
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.");
    assert_true(bf_str_starts(f.auth.canonical, BF_STR("POST\n/\n\nhost:127.0.0.1:4566\n")));
    assert_true(bf_str_starts(
        f.auth.string_to_sign,
        BF_STR("AWS4-HMAC-SHA256\n20261127T120000Z\n20261127/us-east-1/dynamodb/aws4_request\n")));
    tear_down(&f);
    set_up(&f, true);
    sign(&f, "us-east-1", "s3", "another", noon_ms);
    assert_int_equal(verdict(&f), BL_AUTH_SIGNATURE);
    assert_str(
        f.auth.text,
        "The request signature we calculated does not match the signature you provided. Check "
        "your key and signing method.");
    tear_down(&f);
}

static void wrong_scope(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, false);
    sign(&f, "eu-central-1", "dynamodb", SECRET, noon_ms);
    assert_int_equal(verdict(&f), BL_AUTH_REGION);
    assert_str(f.auth.text, "Credential should be scoped to a valid region, not 'eu-central-1'. ");
    tear_down(&f);
    set_up(&f, true);
    sign(&f, "eu-central-1", "s3", SECRET, noon_ms);
    assert_int_equal(verdict(&f), BL_AUTH_REGION);
    assert_str(f.auth.text, "The authorization header is malformed; the region 'eu-central-1' is "
                            "wrong; expecting 'us-east-1'");
    tear_down(&f);
    set_up(&f, false);
    sign(&f, "us-east-1", "kinesis", SECRET, noon_ms);
    assert_int_equal(verdict(&f), BL_AUTH_SCOPE);
    assert_str(f.auth.text, "Credential should be scoped to correct service: 'dynamodb'. ");
    tear_down(&f);
    set_up(&f, true);
    sign(&f, "us-east-1", "dynamodb", SECRET, noon_ms);
    assert_int_equal(verdict(&f), BL_AUTH_SCOPE);
    tear_down(&f);
}

static void changed_request(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, false);
    sign(&f, "us-east-1", "dynamodb", SECRET, noon_ms);
    f.r.body = BF_STR("{\"TableName\":\"others\"}");
    assert_int_equal(verdict(&f), BL_AUTH_SIGNATURE);
    tear_down(&f);
    set_up(&f, true);
    sign(&f, "us-east-1", "s3", SECRET, noon_ms);
    f.r.path = BF_STR("/bucket/a%20c");
    assert_int_equal(verdict(&f), BL_AUTH_SIGNATURE);
    tear_down(&f);
    set_up(&f, true);
    sign(&f, "us-east-1", "s3", SECRET, noon_ms);
    f.r.query = BF_STR("acl");
    assert_int_equal(verdict(&f), BL_AUTH_SIGNATURE);
    tear_down(&f);
}

static void wrong_time(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, false);
    sign(&f, "us-east-1", "dynamodb", SECRET, noon_ms - 16 * minute_ms);
    assert_int_equal(verdict(&f), BL_AUTH_EXPIRED);
    assert_str(f.auth.text, "Signature expired: 20261127T114400Z is now earlier than "
                            "20261127T114500Z (20261127T120000Z - 15 min.)");
    tear_down(&f);
    set_up(&f, false);
    sign(&f, "us-east-1", "dynamodb", SECRET, noon_ms + 6 * minute_ms);
    assert_int_equal(verdict(&f), BL_AUTH_EARLY);
    assert_str(f.auth.text, "Signature not yet current: 20261127T120600Z is still later than "
                            "20261127T120500Z (20261127T120000Z + 5 min.)");
    tear_down(&f);
    static const int64_t minutes[] = {-16, 16};
    for (size_t i = 0; i < BF_COUNT(minutes); i++) {
        set_up(&f, true);
        sign(&f, "us-east-1", "s3", SECRET, noon_ms + minutes[i] * minute_ms);
        assert_int_equal(verdict(&f), i ? BL_AUTH_EARLY : BL_AUTH_EXPIRED);
        assert_str(f.auth.text,
                   "The difference between the request time and the current time is too large.");
        tear_down(&f);
    }
}

static void wrong_credentials(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, false);
    f.server.access_key = "AKIASOMEBODYELSE";
    sign(&f, "us-east-1", "dynamodb", SECRET, noon_ms);
    assert_int_equal(verdict(&f), BL_AUTH_KEY);
    assert_str(f.auth.text, "The security token included in the request is invalid.");
    tear_down(&f);
    set_up(&f, true);
    add(&f, BF_STR("x-amz-security-token"), BF_STR("FQoDYXdz"));
    sign(&f, "us-east-1", "s3", SECRET, noon_ms);
    assert_int_equal(verdict(&f), BL_AUTH_TOKEN);
    tear_down(&f);
}

static void missing_and_broken(void **state)
{
    (void)state;
    static const struct {
        const char *authorization;
        enum bl_auth_code json, s3;
    } cases[] = {
        {NULL, BL_AUTH_MISSING, BL_AUTH_MISSING},
        {"Basic abc", BL_AUTH_MISSING, BL_AUTH_MALFORMED},
        {"AWS4-HMAC-SHA512 Credential=a", BL_AUTH_MALFORMED, BL_AUTH_MALFORMED},
        {"AWS4-HMAC-SHA256 ", BL_AUTH_INCOMPLETE, BL_AUTH_INCOMPLETE},
        {"AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00", BL_AUTH_INCOMPLETE,
         BL_AUTH_INCOMPLETE},
        {"AWS4-HMAC-SHA256 Credential=" KEY
         "/20261127/us-east-1/dynamodb/aws5_request, SignedHeaders=host, Signature=00",
         BL_AUTH_SCOPE, BL_AUTH_SCOPE},
        {"AWS4-HMAC-SHA256 Credential=" KEY
         "/20261126/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00",
         BL_AUTH_SCOPE, BL_AUTH_SCOPE},
        {"AWS4-HMAC-SHA256 Credential=" KEY
         "/20261127/us-east-1/dynamodb/aws4_request, SignedHeaders=x-amz-date, Signature=00",
         BL_AUTH_UNSIGNED, BL_AUTH_SCOPE},
        {"AWS4-HMAC-SHA256 Credential=" KEY
         "/20261127/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
         BL_AUTH_SCOPE, BL_AUTH_NOHASH},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        for (int s3 = 0; s3 < 2; s3++) {
            struct fixture f;
            set_up(&f, s3);
            add(&f, BF_STR("host"), BF_STR("h"));
            add(&f, BF_STR("x-amz-date"), BF_STR("20261127T120000Z"));
            if (cases[i].authorization)
                add(&f, BF_STR("authorization"), bf_str_of(cases[i].authorization));
            assert_int_equal(verdict(&f), s3 ? cases[i].s3 : cases[i].json);
            assert_true(f.auth.text.n > 0);
            tear_down(&f);
        }
}

static void broken_dates(void **state)
{
    (void)state;
    static const char *const dates[] = {"", "20261127", "20261327T120000Z", "2026112xT120000Z",
                                        "yesterday"};
    for (size_t i = 0; i < BF_COUNT(dates); i++) {
        struct fixture f;
        set_up(&f, false);
        add(&f, BF_STR("host"), BF_STR("h"));
        add(&f, BF_STR("x-amz-date"), bf_str_of(dates[i]));
        add(&f, BF_STR("authorization"),
            BF_STR("AWS4-HMAC-SHA256 Credential=k/20261127/r/s/aws4_request, SignedHeaders=host, "
                   "Signature=00"));
        assert_int_equal(verdict(&f), BL_AUTH_INCOMPLETE);
        tear_down(&f);
    }
}

/* An x-amz- header must be signed, because otherwise anybody on the network could have added it. */
static void unsigned_header(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, true);
    sign(&f, "us-east-1", "s3", SECRET, noon_ms);
    add(&f, BF_STR("x-amz-acl"), BF_STR("public-read"));
    assert_int_equal(verdict(&f), BL_AUTH_UNSIGNED);
    assert_str(f.auth.text, "There were headers present in the request which were not signed");
    tear_down(&f);
}

static void presigned(void **state)
{
    (void)state;
    for (int late = 0; late < 3; late++) {
        struct fixture f;
        struct bf_err e = {0};
        struct bf_sigv4_key key;
        struct bf_sigv4_scope scope = {"20261127T120000Z", BF_STR("us-east-1"), BF_STR("s3")};
        set_up(&f, true);
        f.r.method = BF_STR("GET");
        add(&f, BF_STR("host"), BF_STR("127.0.0.1:4566"));
        struct bf_sigv4_request q = {f.r.method,  f.r.path, BF_STR("response-content-type=a%2Fb"),
                                     f.r.headers, 1,        BF_STR("UNSIGNED-PAYLOAD"),
                                     false,       false};
        assert_true(bf_sigv4_signing_key(BF_STR(SECRET), &scope, &key, &e));
        assert_true(
            presign(&q, &scope, BF_STR(KEY), BF_STR(""), 60, &key, &f.authorization, NULL, &e));
        f.r.query = bf_buf_view(&f.authorization);
        if (late == 1)
            f.server.now_ms += 61000;
        if (late == 2)
            f.r.path = BF_STR("/bucket/other");
        assert_int_equal(verdict(&f), late == 0   ? BL_AUTH_OK
                                      : late == 1 ? BL_AUTH_EXPIRED
                                                  : BL_AUTH_SIGNATURE);
        tear_down(&f);
    }
}

/* The example's seed signature in the S3 API reference, "Transferring payload in multiple
 * chunks". */
static void streaming_seed(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, true);
    f.server.now_ms = 1369353600000; /* 2013-05-24T00:00:00Z */
    f.r.path = BF_STR("/examplebucket/chunkObject.txt");
    f.r.body = BF_STR("");
    add(&f, BF_STR("host"), BF_STR("s3.amazonaws.com"));
    add(&f, BF_STR("x-amz-date"), BF_STR("20130524T000000Z"));
    add(&f, BF_STR("x-amz-storage-class"), BF_STR("REDUCED_REDUNDANCY"));
    add(&f, BF_STR("x-amz-content-sha256"), BF_STR("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"));
    add(&f, BF_STR("content-encoding"), BF_STR("aws-chunked"));
    add(&f, BF_STR("x-amz-decoded-content-length"), BF_STR("66560"));
    add(&f, BF_STR("content-length"), BF_STR("66824"));
    add(&f, BF_STR("authorization"),
        BF_STR("AWS4-HMAC-SHA256 Credential=" KEY "/20130524/us-east-1/s3/aws4_request,"
               "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
               "x-amz-decoded-content-length;x-amz-storage-class,"
               "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"));
    assert_int_equal(verdict(&f), BL_AUTH_OK);
    assert_int_equal(f.auth.payload, BL_PAYLOAD_SIGNED_CHUNKS);
    assert_string_equal(f.auth.signature,
                        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_requests),      cmocka_unit_test(wrong_secret),
        cmocka_unit_test(wrong_scope),        cmocka_unit_test(changed_request),
        cmocka_unit_test(wrong_time),         cmocka_unit_test(wrong_credentials),
        cmocka_unit_test(missing_and_broken), cmocka_unit_test(broken_dates),
        cmocka_unit_test(unsigned_header),    cmocka_unit_test(presigned),
        cmocka_unit_test(streaming_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
