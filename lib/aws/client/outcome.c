#include "lib/aws/client/client_impl.h"
#include "lib/aws/http/hide.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"

static void copy_header(const struct bf_http_exchange *x, const char *name, char *out, size_t size)
{
    struct bf_str v = bf_http_header(x, name);
    if (v.n > size - 1)
        v.n = size - 1;
    if (v.n)
        memcpy(out, v.p, v.n);
    out[v.n] = '\0';
}

static void read_request_id(struct bf_aws_flight *s)
{
    copy_header(&s->x, "x-amzn-requestid", s->request_id, sizeof s->request_id);
    if (!s->request_id[0])
        copy_header(&s->x, "x-amz-request-id", s->request_id, sizeof s->request_id);
}

static bool speaks_xml(const struct bf_aws_flight *s)
{
    return !bf_service_of(s->call->op->service)->target_prefix;
}

/* An upload that went wrong behind its 200 OK. The body of an object may look like anything. */
static bool hides_error(const struct bf_aws_flight *s)
{
    const char *method = s->call->method ? s->call->method : "POST";
    return speaks_xml(s) && strcmp(method, "GET") != 0 && s->x.body_in.n &&
           bf_answer_xml_is_error(bf_buf_view(&s->x.body_in));
}

/* Does the document end where its root element does? A body that was cut off says nothing. */
static bool ends_with(struct bf_str body, const char *end)
{
    size_t n = strlen(end);
    return body.n >= n && memcmp(body.p + body.n - n, end, n) == 0;
}

/* What S3 has stored it names by an ETag. */
static bool names_etag(struct bf_str etag)
{
    char text[80];
    bf_copy_unquoted(text, sizeof text, etag);
    return text[0] != '\0';
}

/* CreateMultipartUpload gives an id, CompleteMultipartUpload an ETag. */
static bool tells_upload(const struct bf_aws_call *call, struct bf_str body)
{
    char text[1024];
    if (call->query && strncmp(call->query, "uploads", 7) == 0)
        return ends_with(body, "</InitiateMultipartUploadResult>") &&
               bf_answer_xml_text(body, "UploadId", text, sizeof text) && text[0];
    return ends_with(body, "</CompleteMultipartUploadResult>") &&
           bf_answer_xml_text(body, "ETag", text, sizeof text) && names_etag(bf_str_of(text));
}

/* A success in S3's own form. A body where S3 sends none is a page of a proxy; what tells only that "something" has
 * gone well, a 204 for instance, is no receipt. */
static bool is_s3_success(const struct bf_aws_flight *s, struct bf_str body)
{
    const struct bf_aws_call *call = s->call;
    const char *method = call->method ? call->method : "POST";
    if (strcmp(method, "POST") == 0)
        return s->x.status == 200 && tells_upload(call, body);
    if (strcmp(method, "GET") == 0 && !call->key.n)
        return ends_with(body, "</ListBucketResult>");
    if (!call->key.n || (strcmp(method, "PUT") != 0 && strcmp(method, "HEAD") != 0))
        return true;
    return s->x.status == 200 && body.n == 0 && names_etag(bf_http_header(&s->x, "etag"));
}

/* An answer that this service never gives: of a proxy, a log-in page, a server of another kind at this
 * address. */
static bool foreign(const struct bf_aws_flight *s)
{
    struct bf_str body = bf_str_trim(bf_buf_view(&s->x.body_in));
    if (!speaks_xml(s))
        return body.n && (body.p[0] != '{' || body.p[body.n - 1] != '}');
    return s->x.status / 100 == 2 && !is_s3_success(s, body);
}

static void explain_foreign(const struct bf_aws_flight *s, enum bf_err_code code, struct bf_err *e)
{
    bf_err_set(e, code, "%s does not answer as %s does; is the endpoint right?", s->endpoint->host,
               bf_service_of(s->call->op->service)->name);
}

/* "name: code: message (HTTP 400, request X, 3 attempts)" */
static void describe(const struct bf_aws_flight *s, struct bf_err *e)
{
    char tail[200] = "", attempts[32] = "";
    if (s->retry.attempt > 1)
        snprintf(attempts, sizeof attempts, "%u attempts", s->retry.attempt);
    if (s->x.status)
        snprintf(tail, sizeof tail, "HTTP %d%s%.100s%s%s", s->x.status,
                 s->request_id[0] ? ", request " : "", s->request_id, attempts[0] ? ", " : "",
                 attempts);
    else
        snprintf(tail, sizeof tail, "%s", attempts);
    char what[sizeof e->text]; /* the network's own words, or the service's */
    const char *message = s->error.message;
    snprintf(what, sizeof what, "%s", s->error.code[0] ? s->error.code : e->text);
    bf_err_set(e, e->code, "%s: %s%s%.240s%s%s%s", bf_request_name(s->call), what,
               message[0] ? ": " : "", message, tail[0] ? " (" : "", tail, tail[0] ? ")" : "");
}

static void read_service_error(const struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e)
{
    struct bf_str body = bf_buf_view(&s->x.body_in);
    if (speaks_xml(s))
        bf_answer_xml_error(s->x.status, body, &s->error);
    else
        bf_answer_json_error(s->x.status, bf_http_header(&s->x, "x-amzn-errortype"), body,
                             &s->error);
    bf_hide_secret(s->error.message, aws->signer.credentials.token);
    bf_hide_secret(s->error.message, aws->signer.credentials.secret_key);
    e->code = bf_answer_err_code(s->x.status, bf_str_of(s->error.code));
}

/* Will a signature with the service's time be taken? When the clock was off, as the Date of the answer says now. And
 * once where the service says that the time was wrong, however near its Date is: the request may have been held up
 * between the two (a computer that slept, a slow proxy), or the machine that refused it was not the one that answered. */
static bool is_worth_another_time(const struct bf_aws *aws, struct bf_aws_flight *s,
                                  struct bf_str code)
{
    if (!bf_retry_is_skew(code))
        return false;
    if (llabs((long long)(aws->skew_ms - s->skew_ms)) > BF_RETRY_SKEW_MS)
        return true;
    if (!bf_retry_is_clock(code) || s->clock_tried || bf_http_header(&s->x, "date").n == 0)
        return false;
    s->clock_tried = true;
    return true;
}

/* What went wrong, if anything (e->code), and what kind of retry it is worth. */
static enum bf_retry_kind judge(const struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e)
{
    struct bf_http_exchange *x = &s->x;
    s->error = (struct bf_answer_error){0};
    if (x->result != CURLE_OK) {
        x->status = 0;
        bf_http_explain(x, s->endpoint->host, e);
        /* what the sink has taken cannot be taken back */
        return bf_err_retryable(e->code) && !x->sunk ? BF_RETRY_TRANSIENT : BF_RETRY_NOT;
    }
    if (x->status / 100 == 2 && !hides_error(s)) {
        if (!x->sunk && foreign(s)) {
            explain_foreign(s, BF_E_NETWORK, e);
            return BF_RETRY_TRANSIENT;
        }
        if (x->sunk || bf_answer_crc32(bf_http_header(x, "x-amz-crc32"), bf_buf_view(&x->body_in)))
            return BF_RETRY_NOT;
        snprintf(s->error.code, sizeof s->error.code, "CRC32CheckFailed");
        snprintf(s->error.message, sizeof s->error.message, "the answer arrived damaged");
        e->code = BF_E_NETWORK;
        return BF_RETRY_TRANSIENT;
    }
    if (x->status == 404 && foreign(s)) { /* not the table is missing, but the service */
        explain_foreign(s, BF_E_SERVICE, e);
        return BF_RETRY_NOT;
    }
    read_service_error(aws, s, e);
    struct bf_str code = bf_str_of(s->error.code);
    if (is_worth_another_time(aws, s, code))
        return BF_RETRY_TRANSIENT;
    /* an error behind a 200 is one of the service's own */
    int status = x->status / 100 == 2 ? 500 : x->status;
    enum bf_retry_kind kind = bf_retry_classify(s->call->op->service, status, code);
    if (kind == BF_RETRY_TRANSIENT && e->code == BF_E_SERVICE)
        e->code = BF_E_TEMPORARY;
    return kind;
}

/* The region that S3 says the bucket lies in, when it is not the one that was signed for. */
static bool other_region(const struct bf_aws_flight *s, char region[64])
{
    int status = s->x.status;
    if (s->call->op->service != BF_AWS_S3 || !s->call->bucket || s->redirected ||
        (status != 301 && status != 307 && status != 400))
        return false;
    copy_header(&s->x, "x-amz-bucket-region", region, 64);
    if (!region[0])
        snprintf(region, 64, "%s", s->error.region);
    return bf_aws_region_ok(region) && strcmp(region, s->endpoint->signing_region) != 0;
}

static bool resolve_in(struct bf_aws *aws, const char *region, struct bf_endpoint *ep,
                       struct bf_err *e)
{
    const char *home = aws->config.region;
    aws->config.region = region;
    bool ok = bf_endpoint_resolve(&aws->config, BF_AWS_S3, ep, e);
    aws->config.region = home;
    return ok;
}

/* Where the bucket is reached in its own region; kept for later calls. The Location header has no
 * say in it: the request is signed anew for the host that the region gives. */
static bool move(struct bf_aws *aws, struct bf_aws_flight *s, const char *region)
{
    struct bf_err ignored;
    bool added;
    s->redirected = true;
    uint64_t *kept = bf_map_put(&aws->buckets, bf_str_of(s->call->bucket), &added);
    if (!kept)
        return false;
    struct bf_endpoint *ep = (struct bf_endpoint *)(uintptr_t)*kept;
    if (added) {
        ep = malloc(sizeof *ep);
        if (ep)
            *ep = *s->endpoint;
        if (!ep || (!ep->custom && !resolve_in(aws, region, ep, &ignored))) {
            free(ep);
            bf_map_remove(&aws->buckets, bf_str_of(s->call->bucket));
            return false;
        }
        snprintf(ep->signing_region, sizeof ep->signing_region, "%s", region);
        *kept = (uint64_t)(uintptr_t)ep;
    }
    s->endpoint = ep; /* another call may have found it first */
    return strcmp(ep->signing_region, region) == 0;
}

/* The credentials have expired in the eyes of the service. With others it is sent again at once; that is no retry. Else
 * what became of renewing is added, and 75 is for what may have been renewed by the next start. */
static bool has_others(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e)
{
    struct bf_err why = {0};
    struct bf_str code = bf_str_of(s->error.code);
    if (!bf_str_is(code, "ExpiredToken") && !bf_str_is(code, "ExpiredTokenException") &&
        !bf_str_is(code, "TokenRefreshRequired"))
        return false;
    if (bf_aws_renew(aws, s, &why))
        return true;
    if (!aws->signer.credentials.fixed)
        e->code = BF_E_EXPIRED;
    size_t n = strlen(s->error.message);
    snprintf(s->error.message + n, sizeof s->error.message - n, "%scredentials: %.200s",
             n ? "; " : "", why.text);
    return false;
}

static void note(const struct bf_aws *aws, const struct bf_aws_flight *s, const struct bf_err *e,
                 uint64_t delay_us)
{
    char text[sizeof e->text + 64];
    if (!aws->note)
        return;
    snprintf(text, sizeof text, "%s; attempt %u of %u in %llu ms", e->text, s->retry.attempt,
             s->rules.max_attempts, (unsigned long long)(delay_us / 1000));
    aws->note(aws->note_arg, text);
}

static void clear_answer(struct bf_aws_flight *s)
{
    s->x.status = 0;
    s->request_id[0] = '\0';
    s->error = (struct bf_answer_error){0};
    bf_buf_reset(&s->x.head);
    bf_buf_reset(&s->x.body_in);
}

void bf_aws_give_up(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e)
{
    clear_answer(s);
    describe(s, e);
    bf_aws_deliver(aws, s, e);
}

void bf_aws_give_up_retry(struct bf_aws *aws, struct bf_aws_flight *s)
{
    s->retry.attempt--; /* it has been counted already */
    clear_answer(s);
    bf_aws_deliver(aws, s, &s->why);
}

static void send_again(struct bf_aws *aws, struct bf_aws_flight *s)
{
    struct bf_err e = {0};
    if (!bf_aws_send(aws, s, &e))
        bf_aws_give_up(aws, s, &e);
}

void bf_aws_conclude(struct bf_aws *aws, struct bf_aws_flight *s)
{
    struct bf_err e = {0};
    uint64_t delay_us;
    char region[64];
    bf_retry_learn_skew(bf_http_header(&s->x, "date"), bf_clock_wall_ms(), &aws->skew_ms);
    read_request_id(s);
    enum bf_retry_kind kind = judge(aws, s, &e);
    if (aws->config.adaptive)
        bf_adaptive_answer(&aws->adaptive, (uint64_t)bf_clock_mono_ms() * 1000,
                           kind == BF_RETRY_THROTTLING);
    if (e.code == BF_OK) {
        bf_retry_done(&aws->quota, &s->retry);
        bf_aws_deliver(aws, s, &e);
        return;
    }
    if (other_region(s, region) && move(aws, s, region)) {
        send_again(aws, s);
        return;
    }
    if (has_others(aws, s, &e)) {
        send_again(aws, s);
        return;
    }
    describe(s, &e);
    uint32_t jitter = (uint32_t)bf_rng_below(&aws->rng, BF_RETRY_JITTER_ONE + 1);
    if (!s->failing_ms)
        s->failing_ms = bf_clock_mono_ms();
    if (bf_retry_again(&s->rules, &aws->quota, &s->retry, kind, jitter,
                       bf_http_header(&s->x, "x-amz-retry-after"), &delay_us)) {
        uint64_t turn_us = bf_aws_turn_us(aws);
        delay_us = turn_us > delay_us ? turn_us : delay_us;
        note(aws, s, &e, delay_us);
        s->why = e;
        bf_aws_send_later(aws, s, delay_us);
        return;
    }
    if (kind != BF_RETRY_NOT && s->retry.attempt < s->rules.max_attempts) {
        size_t n = strlen(e.text);
        snprintf(e.text + n, sizeof e.text - n, "; the budget of retries is used up");
    }
    bf_aws_deliver(aws, s, &e);
}
