/* The request of a call: URL, headers, hash. */
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "lib/aws/client/client_request.h"

struct fixture {
    struct bf_signer signer;
    struct bf_request r;
    struct bf_http_exchange x;
    struct bf_endpoint ep;
};

static const struct bf_aws_op s3 = {BF_AWS_S3, NULL};
static const struct bf_aws_op put_records = {BF_AWS_KINESIS, "PutRecords"};

static void set_up(struct fixture *f, bool custom, bool https, const char *host)
{
    *f = (struct fixture){.ep = {.https = https, .custom = custom, .bucket_in_host = !custom}};
    snprintf(f->ep.host, sizeof f->ep.host, "%s", host);
    snprintf(f->ep.signing_region, sizeof f->ep.signing_region, "eu-west-1");
    f->signer.credentials.access_key = bf_str_dup(BF_STR("AKID"));
    f->signer.credentials.secret_key = bf_str_dup(BF_STR("secret"));
    bf_request_init(&f->r);
    bf_http_exchange_init(&f->x);
}

static void tear_down(struct fixture *f)
{
    bf_signer_free(&f->signer);
    bf_request_free(&f->r);
    bf_http_exchange_free(&f->x);
}

static bool build(struct fixture *f, const struct bf_aws_call *call, struct bf_err *e)
{
    struct bf_request_attempt attempt = {.endpoint = &f->ep,
                                         .wall_ms = 1795760000000,
                                         .invocation_id = "id",
                                         .sdk_request = "attempt=1; max=3"};
    f->ep.signing_name = bf_service_of(call->op->service)->signing_name;
    return bf_request_hash(&f->r, call, !f->ep.https, e) == BF_HASH_DONE &&
           bf_request_build(&f->r, &f->signer, call, &attempt, &f->x, e);
}

static bool has_line(const struct fixture *f, const char *line)
{
    for (size_t i = 0; i < f->x.nlines; i++)
        if (strcmp(f->x.lines[i], line) == 0)
            return true;
    return false;
}

static const char *line_of(const struct fixture *f, const char *prefix)
{
    for (size_t i = 0; i < f->x.nlines; i++)
        if (strncmp(f->x.lines[i], prefix, strlen(prefix)) == 0)
            return f->x.lines[i];
    return NULL;
}

static void s3_addressing(void **unused)
{
    (void)unused;
    static const struct {
        bool custom, https;
        const char *host, *bucket, *key, *query, *url;
    } cases[] = {
        {false, true, "s3.eu-west-1.amazonaws.com", "lake", "a/b c.json", NULL,
         "https://lake.s3.eu-west-1.amazonaws.com/a/b%20c.json"},
        {false, true, "s3.eu-west-1.amazonaws.com", "lake", NULL, "list-type=2",
         "https://lake.s3.eu-west-1.amazonaws.com/?list-type=2"},
        /* a bucket with dots does not match the certificate under TLS */
        {false, true, "s3.eu-west-1.amazonaws.com", "my.lake", "k", NULL,
         "https://s3.eu-west-1.amazonaws.com/my.lake/k"},
        {false, true, "s3.eu-west-1.amazonaws.com", "Old_Style", "k", NULL,
         "https://s3.eu-west-1.amazonaws.com/Old_Style/k"},
        {true, false, "127.0.0.1:9000", "lake", "a/../b", "partNumber=1&uploadId=x",
         "http://127.0.0.1:9000/lake/a/../b?partNumber=1&uploadId=x"},
        {true, false, "[::1]:9000", "lake", NULL, NULL, "http://[::1]:9000/lake"},
        {true, true, "minio.example", "lake", "dt=2026-11-27/\xC3\xA4+&", NULL,
         "https://minio.example/lake/dt%3D2026-11-27/%C3%A4%2B%26"},
        {true, false, "localhost", NULL, NULL, NULL, "http://localhost/"},
    };
    struct fixture fast;
    struct bf_err refused = {0};
    struct bf_aws_call dots = {.op = &s3, .method = "GET", .bucket = "my.lake", .key = BF_STR("k")};
    set_up(&fast, false, true, "s3-accelerate.amazonaws.com");
    fast.ep.bucket_only_in_host = true;
    assert_false(build(&fast, &dots, &refused));
    assert_string_equal(refused.text,
                        "s3: use_accelerate_endpoint: the name of bucket 'my.lake' is "
                        "not a host label");
    tear_down(&fast);
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct fixture f;
        struct bf_err e = {0};
        set_up(&f, cases[i].custom, cases[i].https, cases[i].host);
        struct bf_aws_call call = {.op = &s3,
                                   .method = "GET",
                                   .bucket = cases[i].bucket,
                                   .key = bf_str_of(cases[i].key),
                                   .query = cases[i].query};
        assert_true(build(&f, &call, &e));
        assert_string_equal(f.x.url, cases[i].url);
        char host[300];
        const char *at = strstr(cases[i].url, "//") + 2;
        snprintf(host, sizeof host, "host: %.*s", (int)strcspn(at, "/"), at);
        assert_true(has_line(&f, host));
        tear_down(&f);
    }
}

static void json_call(void **unused)
{
    (void)unused;
    struct fixture f;
    struct bf_err e = {0};
    set_up(&f, true, false, "127.0.0.1:4567");
    f.signer.credentials.token = bf_str_dup(BF_STR("TOKEN"));
    snprintf(f.ep.path, sizeof f.ep.path, "/base");
    struct bf_aws_call call = {.op = &put_records, .body = BF_STR("{}")};
    assert_true(build(&f, &call, &e));
    assert_string_equal(f.x.method, "POST");
    assert_string_equal(f.x.url, "http://127.0.0.1:4567/base/");
    assert_true(has_line(&f, "x-amz-target: Kinesis_20131202.PutRecords"));
    assert_true(has_line(&f, "content-type: application/x-amz-json-1.1"));
    assert_true(has_line(&f, "x-amz-date: 20261127T061320Z"));
    assert_true(has_line(&f, "x-amz-security-token: TOKEN"));
    assert_true(has_line(&f, "amz-sdk-request: attempt=1; max=3"));
    assert_true(has_line(&f, "amz-sdk-invocation-id: id"));
    assert_null(line_of(&f, "x-amz-content-sha256"));
    assert_has(line_of(&f, "authorization: "),
               "Credential=AKID/20261127/eu-west-1/kinesis/aws4_request, "
               "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, ");
    tear_down(&f);
}

static void payload_hashes(void **unused)
{
    (void)unused;
    static const char given[] = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    char path[] = "/tmp/bfpipe-request.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd > 0);
    assert_int_equal(write(fd, "xx{}y", 5), 5);
    struct {
        bool https;
        struct bf_aws_call call;
        const char *want;
    } cases[] = {
        {false, {.op = &s3, .method = "PUT", .body = BF_STR("{}")}, given},
        {true, {.op = &s3, .method = "PUT", .body = BF_STR("{}")}, "UNSIGNED-PAYLOAD"},
        {true, {.op = &s3, .method = "GET"}, BF_SHA256_EMPTY},
        {true, {.op = &s3, .method = "PUT", .body = BF_STR("{}"), .body_sha256 = "abc"}, "abc"},
        {true, {.op = &put_records, .body = BF_STR("{}")}, given},
        {false,
         {.op = &s3, .method = "PUT", .body_fd = fd, .body_offset = 2, .body_length = 2},
         given},
        {true,
         {.op = &s3, .method = "PUT", .body_fd = fd, .body_offset = 2, .body_length = 2},
         "UNSIGNED-PAYLOAD"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct fixture f;
        struct bf_err e = {0};
        set_up(&f, true, cases[i].https, "h");
        assert_true(build(&f, &cases[i].call, &e));
        assert_string_equal(f.r.payload_hash, cases[i].want);
        if (cases[i].call.op == &s3) {
            char line[128];
            snprintf(line, sizeof line, "x-amz-content-sha256: %s", cases[i].want);
            assert_true(has_line(&f, line));
        }
        tear_down(&f);
    }
    struct fixture f;
    struct bf_err e = {0};
    set_up(&f, true, false, "h");
    struct bf_aws_call call = {.op = &s3, .method = "PUT", .body_fd = fd, .body_length = 6};
    assert_false(build(&f, &call, &e));
    assert_string_equal(e.text, "the body's file is shorter than 6 bytes");
    tear_down(&f);
    close(fd);
    unlink(path);
}

static void headers_of_the_caller(void **unused)
{
    (void)unused;
    struct fixture f;
    struct bf_err e = {0};
    set_up(&f, true, false, "h");
    struct bf_aws_call call = {.op = &s3,
                               .method = "PUT",
                               .bucket = "b",
                               .key = BF_STR("k"),
                               .headers = {{"content-type", "text/csv"}, {"x-amz-meta-none", ""}},
                               .nheaders = 2};
    assert_true(build(&f, &call, &e));
    assert_true(has_line(&f, "content-type: text/csv"));
    assert_true(has_line(&f, "x-amz-meta-none;"));
    assert_has(line_of(&f, "authorization: "), "SignedHeaders=content-type;host;x-amz-content-"
                                               "sha256;x-amz-date;x-amz-meta-none, ");
    call.headers[1].value = "a\r\nx-evil: 1";
    assert_false(build(&f, &call, &e));
    assert_int_equal(e.code, BF_E_USAGE);
    assert_string_equal(e.text, "the header 'x-amz-meta-none' cannot be sent");
    tear_down(&f);
}

static void signing_keys_are_kept(void **unused)
{
    (void)unused;
    struct fixture f;
    struct bf_err e = {0};
    set_up(&f, true, false, "h");
    struct bf_aws_call call = {.op = &put_records, .body = BF_STR("{}")};
    for (int i = 0; i < 3; i++)
        assert_true(build(&f, &call, &e));
    assert_int_equal(f.signer.next, 1);
    for (int i = 0; i < 20; i++) {
        snprintf(f.ep.signing_region, sizeof f.ep.signing_region, "region-%d", i);
        assert_true(build(&f, &call, &e));
    }
    assert_int_equal(f.signer.next, 21);
    tear_down(&f);
}

static void names(void **unused)
{
    (void)unused;
    static const struct {
        const char *method, *bucket, *key, *query, *name;
    } cases[] = {
        {"PUT", "b", "k", NULL, "PutObject"},
        {"PUT", "b", "k", "partNumber=1&uploadId=u", "UploadPart"},
        {"POST", "b", "k", "uploads", "CreateMultipartUpload"},
        {"POST", "b", "k", "uploadId=u", "CompleteMultipartUpload"},
        {"DELETE", "b", "k", "uploadId=u", "AbortMultipartUpload"},
        {"HEAD", "b", NULL, NULL, "HeadBucket"},
        {"GET", "b", NULL, "list-type=2", "ListObjects"},
        {"GET", NULL, NULL, NULL, "ListBuckets"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_aws_call call = {.op = &s3,
                                   .method = cases[i].method,
                                   .bucket = cases[i].bucket,
                                   .key = bf_str_of(cases[i].key),
                                   .query = cases[i].query};
        assert_string_equal(bf_request_name(&call), cases[i].name);
    }
    struct bf_aws_call call = {.op = &put_records};
    assert_string_equal(bf_request_name(&call), "PutRecords");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s3_addressing),         cmocka_unit_test(json_call),
        cmocka_unit_test(payload_hashes),        cmocka_unit_test(headers_of_the_caller),
        cmocka_unit_test(signing_keys_are_kept), cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
