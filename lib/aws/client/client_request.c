#include "lib/aws/client/client_request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"

enum { LINES_USUAL = 8 << 10 };

static const char unsigned_payload[] = "UNSIGNED-PAYLOAD";

void bf_signer_free(struct bf_signer *s)
{
    OPENSSL_cleanse(s->keys, sizeof s->keys); /* zeroed keys have an empty scope, so they are
                                               * free */
    bf_credentials_free(&s->credentials);
}

void bf_request_init(struct bf_request *r)
{
    r->payload_hash[0] = '\0';
    r->digest = NULL;
    bf_buf_init(&r->url, 16 << 10);
    bf_buf_init(&r->path, 8 << 10);
    bf_buf_init(&r->text, 64 << 10);
    bf_buf_init(&r->auth, 8 << 10);
}

void bf_request_wipe(struct bf_request *r)
{
    if (r->text.n)
        OPENSSL_cleanse(r->text.p, r->text.n);
}

void bf_request_free(struct bf_request *r)
{
    bf_buf_free(&r->url);
    bf_buf_free(&r->path);
    bf_request_wipe(r);
    bf_buf_free(&r->text);
    bf_buf_free(&r->auth);
    EVP_MD_CTX_free(r->digest);
    r->digest = NULL;
}

enum bf_request_hash bf_request_hash(struct bf_request *r, const struct bf_aws_call *call,
                                     bool hash_s3, struct bf_err *e)
{
    bool file = call->body_fd > 0;
    if (call->body_sha256) {
        if (strlen(call->body_sha256) >= sizeof r->payload_hash) {
            bf_err_set(e, BF_E_USAGE, "the body's hash is too long");
            return BF_HASH_FAILED;
        }
        memcpy(r->payload_hash, call->body_sha256, strlen(call->body_sha256) + 1);
        return BF_HASH_DONE;
    }
    if (file ? call->body_length == 0 : call->body.n == 0) {
        memcpy(r->payload_hash, BF_SHA256_EMPTY, sizeof r->payload_hash);
        return BF_HASH_DONE;
    }
    if (call->op->service == BF_AWS_S3 && !hash_s3) {
        memcpy(r->payload_hash, unsigned_payload, sizeof unsigned_payload);
        return BF_HASH_DONE;
    }
    if (!file && bf_sha256_hex(call->body, r->payload_hash))
        return BF_HASH_DONE;
    r->hashed = 0;
    if (file && (r->digest || (r->digest = EVP_MD_CTX_new())) &&
        EVP_DigestInit_ex(r->digest, EVP_sha256(), NULL) == 1)
        return bf_request_hash_more(r, call, e);
    bf_err_nomem(e);
    return BF_HASH_FAILED;
}

enum bf_request_hash bf_request_hash_more(struct bf_request *r, const struct bf_aws_call *call,
                                          struct bf_err *e)
{
    char piece[64 << 10];
    uint64_t end = call->body_length - r->hashed < BF_HASH_SLICE ? call->body_length
                                                                 : r->hashed + BF_HASH_SLICE;
    while (r->hashed < end) {
        uint64_t left = end - r->hashed;
        ssize_t n = pread(call->body_fd, piece, left < sizeof piece ? (size_t)left : sizeof piece,
                          (off_t)(call->body_offset + r->hashed));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n < 0)
                bf_err_sys(e, errno, "body");
            else
                bf_err_set(e, BF_E_IO, "the body's file is shorter than %llu bytes",
                           (unsigned long long)(call->body_offset + call->body_length));
            return BF_HASH_FAILED;
        }
        EVP_DigestUpdate(r->digest, piece, (size_t)n);
        r->hashed += (uint64_t)n;
    }
    if (r->hashed < call->body_length)
        return BF_HASH_MORE;
    unsigned char digest[BF_SHA256_SIZE];
    if (EVP_DigestFinal_ex(r->digest, digest, NULL) == 1) {
        bf_sha256_print(digest, r->payload_hash);
        return BF_HASH_DONE;
    }
    bf_err_nomem(e);
    return BF_HASH_FAILED;
}

/* Is the bucket's name valid as a label of a host name? */
static bool is_host_label(struct bf_str b)
{
    if (b.n < 3 || b.n > 63 || b.p[0] == '-' || b.p[b.n - 1] == '-')
        return false;
    for (size_t i = 0; i < b.n; i++) {
        char c = b.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

static bool build_url(struct bf_request *r, const struct bf_aws_call *call,
                      const struct bf_endpoint *ep, struct bf_err *e)
{
    struct bf_str bucket = bf_str_of(call->bucket);
    bool in_host = bucket.n && ep->bucket_in_host && is_host_label(bucket);
    if (ep->bucket_only_in_host && !in_host)
        return bf_err_set(e, BF_E_USAGE,
                          "s3: use_accelerate_endpoint: the name of bucket '%.80s' is not a host "
                          "label",
                          call->bucket);
    bf_buf_reset(&r->path);
    bf_buf_adds(&r->path, bf_str_of(ep->path));
    if (bucket.n && !in_host) {
        bf_buf_addc(&r->path, '/');
        bf_uri_encode(&r->path, bucket, false);
    }
    if (call->key.n || r->path.n == 0 || !bucket.n || in_host) {
        bf_buf_addc(&r->path, '/');
        bf_uri_encode(&r->path, call->key, true);
    }
    bf_buf_reset(&r->url);
    bf_buf_adds(&r->url, bf_str_of(ep->https ? "https://" : "http://"));
    if (in_host) {
        bf_buf_adds(&r->url, bucket);
        bf_buf_addc(&r->url, '.');
    }
    bf_buf_adds(&r->url, bf_str_of(ep->host));
    bf_buf_adds(&r->url, bf_buf_view(&r->path));
    if (call->query && call->query[0]) {
        bf_buf_addc(&r->url, '?');
        bf_buf_adds(&r->url, bf_str_of(call->query));
    }
    return bf_buf_cstr(&r->url) ? bf_buf_check(&r->path, "the path", e)
                                : bf_buf_check(&r->url, "the URL", e);
}

/* The header lines while they are built, as offsets, because the text may still move. */
struct lines {
    struct bf_buf *text;
    size_t at[BF_HTTP_LINES], name[BF_HTTP_LINES], end[BF_HTTP_LINES];
    size_t n;
    const char *bad; /* the header that cannot be sent */
};

static void add_line(struct lines *l, const char *name, struct bf_str value)
{
    if (l->n == BF_HTTP_LINES) {
        l->bad = name;
        return;
    }
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7F)
            l->bad = name;
    l->at[l->n] = l->text->n;
    bf_buf_adds(l->text, bf_str_of(name));
    l->name[l->n] = l->text->n;
    /* libcurl sends an empty header if its line ends with a semicolon */
    bf_buf_adds(l->text, value.n ? BF_STR(": ") : BF_STR(";"));
    bf_buf_adds(l->text, value);
    l->end[l->n++] = l->text->n;
    bf_buf_addc(l->text, '\0');
}

/* "name:" keeps libcurl from adding its own header. */
static void suppress(struct lines *l, const char *name)
{
    l->at[l->n] = l->text->n;
    bf_buf_adds(l->text, bf_str_of(name));
    bf_buf_add(l->text, ":", 2);
    l->n++;
}

static bool has_header(const struct bf_aws_call *call, const char *name)
{
    for (size_t i = 0; i < call->nheaders; i++)
        if (strcmp(call->headers[i].name, name) == 0)
            return true;
    return false;
}

/* The signed lines. The host is that of the URL, after its scheme. */
static void add_signed(struct lines *l, const struct bf_request *r, const struct bf_aws_call *call,
                       const struct bf_endpoint *ep, const char *amz_date, const char *token)
{
    const struct bf_service *service = bf_service_of(call->op->service);
    const char *host = r->url.p + (ep->https ? 8 : 7);
    add_line(l, "host", bf_str(host, strcspn(host, "/")));
    add_line(l, "x-amz-date", bf_str_of(amz_date));
    if (token)
        add_line(l, "x-amz-security-token", bf_str_of(token));
    if (service->target_prefix) {
        char target[128];
        snprintf(target, sizeof target, "%s%s", service->target_prefix, call->op->target);
        add_line(l, "x-amz-target", bf_str_of(target));
        add_line(l, "content-type", bf_str_of(service->content_type));
    } else
        add_line(l, "x-amz-content-sha256", bf_str_of(r->payload_hash));
    for (size_t i = 0; i < call->nheaders; i++)
        add_line(l, call->headers[i].name, bf_str_of(call->headers[i].value));
}

static bool signing_key(struct bf_signer *s, const struct bf_sigv4_scope *scope,
                        const struct bf_sigv4_key **key, struct bf_err *e)
{
    char name[sizeof s->keys[0].scope];
    snprintf(name, sizeof name, "%.8s/%.*s/%.*s", scope->time, (int)scope->region.n,
             scope->region.p, (int)scope->service.n, scope->service.p);
    for (unsigned i = 0; i < BF_SIGNER_KEYS; i++)
        if (strcmp(s->keys[i].scope, name) == 0) {
            *key = &s->keys[i].key;
            return true;
        }
    unsigned i = s->next++ % BF_SIGNER_KEYS;
    s->keys[i].scope[0] = '\0';
    *key = &s->keys[i].key;
    if (!bf_sigv4_signing_key(bf_str_of(s->credentials.secret_key), scope, &s->keys[i].key, e))
        return false;
    memcpy(s->keys[i].scope, name, sizeof name);
    return true;
}

static bool sign(struct bf_request *r, struct bf_signer *s, const struct bf_aws_call *call,
                 const struct bf_endpoint *ep, const struct lines *l, const char *amz_date,
                 struct bf_err *e)
{
    struct bf_sigv4_header headers[BF_HTTP_LINES];
    for (size_t i = 0; i < l->n; i++) {
        const char *p = l->text->p;
        size_t value = l->name[i] + 2 < l->end[i] ? l->name[i] + 2 : l->end[i];
        headers[i].name = bf_str(p + l->at[i], l->name[i] - l->at[i]);
        headers[i].value = bf_str(p + value, l->end[i] - value);
    }
    struct bf_sigv4_scope scope = {.region = bf_str_of(ep->signing_region),
                                   .service = bf_str_of(ep->signing_name)};
    memcpy(scope.time, amz_date, sizeof scope.time);
    bool s3 = call->op->service == BF_AWS_S3;
    struct bf_sigv4_request q = {
        .method = bf_str_of(call->method ? call->method : "POST"),
        .path = bf_buf_view(&r->path),
        .query = bf_str_of(call->query),
        .headers = headers,
        .nheaders = l->n,
        .payload_hash = bf_str_of(r->payload_hash),
        .encode_path = !s3,
        .normalize_path = !s3,
    };
    const struct bf_sigv4_key *key;
    bf_buf_reset(&r->auth);
    return signing_key(s, &scope, &key, e) &&
           bf_sigv4_authorization(&q, &scope, bf_str_of(s->credentials.access_key), key, &r->auth,
                                  NULL, e) &&
           bf_buf_check(&r->auth, "the signature", e);
}

static void fill(const struct lines *l, const struct bf_request *r, const struct bf_aws_call *call,
                 struct bf_http_exchange *x)
{
    for (size_t i = 0; i < l->n; i++)
        x->lines[i] = l->text->p + l->at[i];
    x->nlines = l->n;
    x->method = call->method ? call->method : "POST";
    x->url = r->url.p;
    x->body = call->body;
    x->body_fd = call->body_fd;
    x->body_offset = call->body_offset;
    x->body_length = call->body_length;
}

bool bf_request_build(struct bf_request *r, struct bf_signer *signer,
                      const struct bf_aws_call *call, const struct bf_request_attempt *attempt,
                      struct bf_http_exchange *x, struct bf_err *e)
{
    const struct bf_endpoint *ep = attempt->endpoint;
    if (!build_url(r, call, ep, e))
        return false;
    char amz_date[17];
    bf_clock_amz(amz_date, attempt->wall_ms);
    struct lines l = {.text = &r->text};
    bf_buf_reset(&r->text);
    (void)bf_buf_room(&r->text,
                      LINES_USUAL); /* growing would leave a copy of the session token in freed
                                     * memory */
    add_signed(&l, r, call, ep, amz_date, signer->credentials.token);
    if (l.bad || l.n > BF_HTTP_LINES - 6)
        return bf_err_set(e, BF_E_USAGE, "the header '%.80s' cannot be sent",
                          l.bad ? l.bad : "too many");
    if (!bf_buf_check(&r->text, "the header", e) || !sign(r, signer, call, ep, &l, amz_date, e))
        return false;
    add_line(&l, "authorization", bf_buf_view(&r->auth));
    add_line(&l, "amz-sdk-invocation-id", bf_str_of(attempt->invocation_id));
    add_line(&l, "amz-sdk-request", bf_str_of(attempt->sdk_request));
    suppress(&l, "accept");
    suppress(&l, "expect");
    if (!bf_service_of(call->op->service)->target_prefix && !has_header(call, "content-type"))
        suppress(&l, "content-type");
    if (!bf_buf_check(&r->text, "the header", e))
        return false;
    fill(&l, r, call, x);
    return true;
}

/* Does an encoded query have this parameter: "uploads", or "uploadId=..."? */
static bool has_parameter(const char *query, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = query; p && *p; p = strchr(p, '&') ? strchr(p, '&') + 1 : NULL)
        if (strncmp(p, name, n) == 0 && (p[n] == '\0' || p[n] == '=' || p[n] == '&'))
            return true;
    return false;
}

const char *bf_request_name(const struct bf_aws_call *call)
{
    if (call->op->target)
        return call->op->target;
    const char *m = call->method ? call->method : "GET";
    bool object = call->key.n != 0, upload = has_parameter(call->query, "uploadId");
    if (strcmp(m, "PUT") == 0)
        return upload ? "UploadPart" : object ? "PutObject" : "CreateBucket";
    if (strcmp(m, "POST") == 0 && object)
        return upload ? "CompleteMultipartUpload" : "CreateMultipartUpload";
    if (strcmp(m, "DELETE") == 0)
        return upload ? "AbortMultipartUpload" : object ? "DeleteObject" : "DeleteBucket";
    if (strcmp(m, "HEAD") == 0)
        return object ? "HeadObject" : "HeadBucket";
    if (strcmp(m, "GET") == 0)
        return object ? "GetObject" : call->bucket ? "ListObjects" : "ListBuckets";
    return m;
}
