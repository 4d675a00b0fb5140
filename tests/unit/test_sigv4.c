/* The AWS signing test suite, every stage of every case, and the S3 examples of the API reference. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <jansson.h>

#include "lib/aws/sign/sigv4.h"
#include "lib/base/clock.h"
#include "tests/unit/presign.h"
#include "tests/unit/shared.h"

enum { MAX_HEADERS = 32 };

/* One case of the suite, read from its folder. */
struct vector {
    char dir[300];
    struct bf_buf request, text[2][4];
    struct bf_sigv4_header headers[MAX_HEADERS];
    struct bf_sigv4_request r;
    struct bf_str body;
    json_t *context;
    char hash[BF_SHA256_HEX];
    char amz_date[17];
    struct bf_sigv4_scope scope;
    uint64_t expires_s;
    bool sign_body, omit_token;
    struct bf_str access, secret, token;
};

static const char *const modes[] = {"header", "query"};
static const char *const stages[] = {"canonical-request", "string-to-sign", "signature",
                                     "signed-request"};

static struct bf_str member(const json_t *object, const char *name)
{
    return bf_str_of(json_string_value(json_object_get(object, name)));
}

static void parse_headers(struct vector *v, struct bf_str rest)
{
    struct bf_str line;
    while (bf_str_split(&rest, '\n', &line)) {
        if (line.n == 0) {
            v->body = rest.p ? rest : (struct bf_str){NULL, 0};
            return;
        }
        if (line.p[0] == ' ' && v->r.nheaders) {
            /* a continued value: lines lie one behind the other in the file */
            struct bf_str *value = &v->headers[v->r.nheaders - 1].value;
            value->n = (size_t)(line.p + line.n - value->p);
            continue;
        }
        const char *colon = memchr(line.p, ':', line.n);
        assert_non_null(colon);
        assert_true(v->r.nheaders < MAX_HEADERS - 3);
        size_t n = (size_t)(colon - line.p);
        v->headers[v->r.nheaders++] =
            (struct bf_sigv4_header){bf_str(line.p, n), bf_str(colon + 1, line.n - n - 1)};
    }
}

static void parse_request(struct vector *v)
{
    struct bf_str rest = bf_buf_view(&v->request), line;
    assert_true(bf_str_split(&rest, '\n', &line));
    const char *space = memchr(line.p, ' ', line.n);
    assert_non_null(space);
    v->r.method = bf_str(line.p, (size_t)(space - line.p));
    size_t tail = sizeof " HTTP/1.1" - 1;
    struct bf_str target = bf_str(space + 1, line.n - v->r.method.n - 1 - tail);
    v->r.path = target;
    const char *question = memchr(target.p, '?', target.n);
    if (question) {
        v->r.path.n = (size_t)(question - target.p);
        v->r.query = bf_str(question + 1, target.n - v->r.path.n - 1);
    }
    v->r.headers = v->headers;
    if (rest.p)
        parse_headers(v, rest);
}

static void parse_context(struct vector *v)
{
    const json_t *credentials = json_object_get(v->context, "credentials");
    v->access = member(credentials, "access_key_id");
    v->secret = member(credentials, "secret_access_key");
    v->token = member(credentials, "token");
    v->scope.region = member(v->context, "region");
    v->scope.service = member(v->context, "service");
    v->expires_s =
        (uint64_t)json_integer_value(json_object_get(v->context, "expiration_in_seconds"));
    v->sign_body = json_is_true(json_object_get(v->context, "sign_body"));
    v->omit_token = json_is_true(json_object_get(v->context, "omit_session_token"));
    v->r.normalize_path = json_is_true(json_object_get(v->context, "normalize"));
    v->r.encode_path = true;
    int64_t ms;
    struct bf_err e = {0};
    assert_true(bf_clock_parse(member(v->context, "timestamp"), &ms, &e));
    bf_clock_amz(v->scope.time, ms);
}

static bool load(struct vector *v, const char *name)
{
    char file[400];
    snprintf(v->dir, sizeof v->dir, "vectors/sigv4/v4/%s", name);
    snprintf(file, sizeof file, "%s/request.txt", v->dir);
    if (!shared_read(file, &v->request)) {
        bf_buf_free(&v->request);
        return false;
    }
    for (size_t m = 0; m < 2; m++)
        for (size_t s = 0; s < 4; s++) {
            snprintf(file, sizeof file, "%s/%s-%s.txt", v->dir, modes[m], stages[s]);
            assert_true(shared_read(file, &v->text[m][s]));
        }
    snprintf(file, sizeof file, "%s/context.json", v->dir);
    struct bf_buf context;
    assert_true(shared_read(file, &context));
    v->context = json_loadb(context.p, context.n, 0, NULL);
    assert_non_null(v->context);
    bf_buf_free(&context);
    parse_request(v);
    parse_context(v);
    assert_true(bf_sha256_hex(v->body, v->hash));
    v->r.payload_hash = bf_str_of(v->hash);
    return true;
}

static void unload(struct vector *v)
{
    bf_buf_free(&v->request);
    for (size_t m = 0; m < 2; m++)
        for (size_t s = 0; s < 4; s++)
            bf_buf_free(&v->text[m][s]);
    json_decref(v->context);
}

static void assert_text(const struct vector *v, const struct bf_buf *want, struct bf_str got)
{
    if (bf_str_eq(bf_buf_view(want), got))
        return;
    fail_msg("%s\n--- wanted\n%.*s\n--- got\n%.*s", v->dir, (int)want->n, want->p, (int)got.n,
             got.p);
}

/* Stages 2 to 4 over a canonical request, against the suite's texts. */
static void check_stages(struct vector *v, size_t mode, const struct bf_buf *canonical)
{
    struct bf_err e = {0};
    struct bf_buf to_sign;
    struct bf_sigv4_key key;
    char signature[BF_SHA256_HEX];
    assert_text(v, &v->text[mode][0], bf_buf_view(canonical));
    bf_buf_init(&to_sign, 4096);
    assert_true(bf_sigv4_string_to_sign(&v->scope, bf_buf_view(canonical), &to_sign, &e));
    assert_text(v, &v->text[mode][1], bf_buf_view(&to_sign));
    assert_true(bf_sigv4_signing_key(v->secret, &v->scope, &key, &e));
    assert_true(bf_sigv4_signature(&key, bf_buf_view(&to_sign), signature, &e));
    assert_text(v, &v->text[mode][2], bf_str_of(signature));
    bf_buf_free(&to_sign);
}

static void add_header(struct vector *v, const char *name, struct bf_str value)
{
    v->headers[v->r.nheaders++] = (struct bf_sigv4_header){bf_str_of(name), value};
}

/* Does the signed request of the suite hold this text? */
static void assert_holds(const struct vector *v, size_t mode, struct bf_str part)
{
    struct bf_str all = bf_buf_view(&v->text[mode][3]);
    for (size_t i = 0; part.n <= all.n && i <= all.n - part.n; i++)
        if (memcmp(all.p + i, part.p, part.n) == 0)
            return;
    fail_msg("%s: the signed request does not hold %.*s", v->dir, (int)part.n, part.p);
}

static void check_header(const char *name)
{
    struct vector v = {.request.n = 0};
    struct bf_err e = {0};
    struct bf_buf canonical, names, value;
    struct bf_sigv4_key key;
    assert_true(load(&v, name));
    add_header(&v, "X-Amz-Date", bf_str_of(v.scope.time));
    if (v.token.n && !v.omit_token)
        add_header(&v, "X-Amz-Security-Token", v.token);
    if (v.sign_body)
        add_header(&v, "x-amz-content-sha256", bf_str_of(v.hash));
    bf_buf_init(&canonical, 1 << 20);
    bf_buf_init(&names, 4096);
    bf_buf_init(&value, 4096);
    assert_true(bf_sigv4_canonical(&v.r, &canonical, &names, &e));
    check_stages(&v, 0, &canonical);
    assert_true(bf_sigv4_signing_key(v.secret, &v.scope, &key, &e));
    assert_true(bf_sigv4_authorization(&v.r, &v.scope, v.access, &key, &value, NULL, &e));
    assert_holds(&v, 0, bf_buf_view(&value));
    bf_buf_free(&canonical);
    bf_buf_free(&names);
    bf_buf_free(&value);
    unload(&v);
}

static void check_query(const char *name)
{
    struct vector v = {.request.n = 0};
    struct bf_err e = {0};
    struct bf_buf query, canonical, names;
    struct bf_sigv4_key key;
    char signature[BF_SHA256_HEX];
    assert_true(load(&v, name));
    bf_buf_init(&query, 1 << 20);
    bf_buf_init(&canonical, 1 << 20);
    bf_buf_init(&names, 4096);
    struct bf_str token = v.omit_token ? (struct bf_str){NULL, 0} : v.token;
    assert_true(bf_sigv4_signing_key(v.secret, &v.scope, &key, &e));
    assert_true(presign(&v.r, &v.scope, v.access, token, v.expires_s, &key, &query, signature, &e));
    assert_text(&v, &v.text[1][2], bf_str_of(signature));
    v.r.query = bf_str(query.p, query.n - (sizeof "&X-Amz-Signature=" - 1) - 64);
    assert_true(bf_sigv4_canonical(&v.r, &canonical, &names, &e));
    check_stages(&v, 1, &canonical);
    bf_buf_free(&query);
    bf_buf_free(&canonical);
    bf_buf_free(&names);
    unload(&v);
}

static void test_suite(void **state)
{
    (void)state;
    char path[512];
    DIR *dir = opendir(shared_path(path, "vectors/sigv4/v4"));
    if (!dir) {
        printf("# skipped: %s, no such folder\n", path);
        skip();
    }
    int cases = 0;
    for (struct dirent *en; (en = readdir(dir));) {
        if (en->d_name[0] == '.')
            continue;
        check_header(en->d_name);
        check_query(en->d_name);
        cases++;
    }
    closedir(dir);
    assert_int_equal(cases, 38);
}

static const char s3_access[] = "AKIAIOSFODNN7EXAMPLE";
static const char s3_secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

static struct bf_str vector_member(json_t *all, const char *group, const char *name)
{
    struct bf_str s = member(json_object_get(all, group), name);
    assert_non_null(s.p);
    return s;
}

static void check_s3_range(json_t *all, const struct bf_sigv4_scope *scope,
                           const struct bf_sigv4_key *key)
{
    struct bf_err e = {0};
    struct bf_sigv4_header headers[] = {
        {BF_STR("Host"), BF_STR("examplebucket.s3.amazonaws.com")},
        {BF_STR("Range"), BF_STR("bytes=0-9")},
        {BF_STR("x-amz-date"), bf_str_of(scope->time)},
        {BF_STR("x-amz-content-sha256"), BF_STR(BF_SHA256_EMPTY)},
    };
    struct bf_sigv4_request r = {.method = BF_STR("GET"),
                                 .path = BF_STR("/test.txt"),
                                 .headers = headers,
                                 .nheaders = BF_COUNT(headers),
                                 .payload_hash = BF_STR(BF_SHA256_EMPTY)};
    char signature[BF_SHA256_HEX];
    struct bf_buf out;
    bf_buf_init(&out, 4096);
    assert_true(bf_sigv4_authorization(&r, scope, bf_str_of(s3_access), key, &out, signature, &e));
    assert_true(bf_str_eq(bf_str_of(signature), vector_member(all, "get_range", "signature")));
    bf_buf_free(&out);
}

static void test_s3(void **state)
{
    (void)state;
    struct bf_buf text;
    struct bf_err e = {0};
    SHARED_OR_SKIP("vectors/sigv4-s3/s3-examples.json", &text);
    json_t *all = json_loadb(text.p, text.n, 0, NULL);
    assert_non_null(all);
    struct bf_sigv4_scope scope = {"20130524T000000Z", BF_STR("us-east-1"), BF_STR("s3")};
    struct bf_sigv4_key key;
    assert_true(bf_sigv4_signing_key(bf_str_of(s3_secret), &scope, &key, &e));
    check_s3_range(all, &scope, &key);
    struct bf_sigv4_header headers[] = {
        {BF_STR("Host"), BF_STR("s3.amazonaws.com")},
        {BF_STR("x-amz-date"), bf_str_of(scope.time)},
        {BF_STR("x-amz-storage-class"), BF_STR("REDUCED_REDUNDANCY")},
        {BF_STR("x-amz-content-sha256"), BF_STR("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")},
        {BF_STR("Content-Encoding"), BF_STR("aws-chunked")},
        {BF_STR("x-amz-decoded-content-length"), BF_STR("66560")},
        {BF_STR("Content-Length"), BF_STR("66824")},
    };
    struct bf_sigv4_request r = {.method = BF_STR("PUT"),
                                 .path = BF_STR("/examplebucket/chunkObject.txt"),
                                 .headers = headers,
                                 .nheaders = BF_COUNT(headers),
                                 .payload_hash = BF_STR("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")};
    char signature[BF_SHA256_HEX];
    struct bf_buf out;
    bf_buf_init(&out, 4096);
    assert_true(
        bf_sigv4_authorization(&r, &scope, bf_str_of(s3_access), &key, &out, signature, &e));
    assert_true(
        bf_str_eq(bf_str_of(signature), vector_member(all, "chunked_put", "seed_signature")));
    bf_buf_free(&out);
    bf_buf_free(&text);
    json_decref(all);
}

static void test_limits(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf out, names;
    bf_buf_init(&out, 1 << 20);
    bf_buf_init(&names, 1 << 20);
    struct bf_sigv4_header headers[BF_SIGV4_HEADERS + 1];
    for (size_t i = 0; i < BF_COUNT(headers); i++)
        headers[i] = (struct bf_sigv4_header){BF_STR("a"), BF_STR("b")};
    struct bf_sigv4_request r = {
        .method = BF_STR("GET"), .headers = headers, .nheaders = BF_COUNT(headers)};
    assert_false(bf_sigv4_canonical(&r, &out, &names, &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    char query[2 * (BF_SIGV4_QUERY + 1)];
    for (size_t i = 0; i < sizeof query; i++)
        query[i] = i % 2 ? '&' : 'q';
    r.nheaders = 0;
    r.query = bf_str(query, sizeof query);
    assert_false(bf_sigv4_canonical(&r, &out, &names, &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    char secret[300] = {'x'};
    struct bf_sigv4_key key;
    struct bf_sigv4_scope scope = {"20130524T000000Z", BF_STR("us-east-1"), BF_STR("s3")};
    assert_false(bf_sigv4_signing_key(bf_str(secret, sizeof secret), &scope, &key, &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    bf_buf_free(&out);
    bf_buf_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suite),
        cmocka_unit_test(test_s3),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
