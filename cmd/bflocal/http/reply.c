#include "cmd/bflocal/http/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <zlib.h>

#include "cmd/bflocal/wire/cbor.h"
#include "lib/cli/diag.h"
#include "lib/base/rng.h"
#include "lib/json/write.h"

static const struct {
    const char *code;
    int status;
    enum bl_family family;
} errors[] = {
#define BL_ERROR_ROW(name, status, family) {#name, status, BL_OF_##family},
    BL_ERRORS(BL_ERROR_ROW)
#undef BL_ERROR_ROW
};

/* Never NULL: a call without a JSON service is answered in plain JSON. */
static const struct bl_dialect *dialect_of(const struct bl_call *c)
{
    static const struct bl_dialect plain = {.content_type = "application/json", .error_prefix = ""};
    return c->service && c->service->dialect ? c->service->dialect : &plain;
}

bool bl_fail_rest(struct bl_call *c, int status, const char *type, const char *text)
{
    bf_buf_reset(&c->ans.body);
    c->failed = true;
    c->ans.status = status;
    c->ans.nheaders = 0;
    bl_answer_header(c, "x-amzn-ErrorType", bf_str_of(type));
    bf_buf_addf(&c->ans.body, "{\"Type\":\"%s\",\"Message\":", status < 500 ? "User" : "Service");
    bf_json_put_string(&c->ans.body, bf_str_of(text));
    bf_buf_addc(&c->ans.body, '}');
    return false;
}

static void put_type(struct bl_call *c, enum bl_error error)
{
    struct bf_buf *out = &c->ans.body;
    const struct bl_dialect *d = dialect_of(c);
    bf_buf_lit(out, "{\"__type\":\"");
    if (d->coral && errors[error].family == BL_OF_CORAL)
        bf_buf_lit(out, "com.amazon.coral.service#");
    else if (d->coral && errors[error].family == BL_OF_VALIDATION)
        bf_buf_lit(out, "com.amazon.coral.validate#");
    else
        bf_buf_adds(out, bf_str_of(d->error_prefix));
    bf_buf_adds(out, bf_str_of(errors[error].code));
    bf_buf_addc(out, '"');
}

static void put_error(struct bl_call *c, enum bl_error error, struct bf_str members,
                      const char *text)
{
    struct bf_buf *out = &c->ans.body;
    c->ans.error = error;
    if (dialect_of(c)->rest) {
        int status = error == BL_TooManyRequestsException ? 429 : errors[error].status;
        bl_fail_rest(c, status, errors[error].code, text);
        return;
    }
    bf_buf_reset(out);
    c->failed = true;
    c->ans.status = errors[error].status;
    c->ans.nheaders = 0;
    put_type(c, error);
    if (*text) {
        bf_buf_lit(out, ",\"message\":");
        bf_json_put_string(out, bf_str_of(text));
    }
    bf_buf_adds(out, members);
    bf_buf_addc(out, '}');
}

static enum bl_error internal_error(const struct bl_call *c)
{
    const struct bl_dialect *d = dialect_of(c);
    return d->rest                   ? BL_ServiceException
           : d->coral || !c->service ? BL_InternalServerError
                                     : BL_InternalFailure;
}

bool bl_fail(struct bl_call *c, enum bl_error error, const char *fmt, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    put_error(c, error, bf_str(NULL, 0), text);
    return false;
}

bool bl_fail_with(struct bl_call *c, enum bl_error error, struct bf_str members, const char *fmt,
                  ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    put_error(c, error, members, text);
    return false;
}

bool bl_fail_err(struct bl_call *c, const struct bf_err *e)
{
    bf_diag_warn("%s: %s", c->op_name ? c->op_name : "request", e->text);
    return bl_fail(
        c, internal_error(c), "%s",
        "The request processing has failed because of an unknown error, exception or failure.");
}

bool bl_fail_auth(struct bl_call *c)
{
    const struct bl_auth *a = &c->auth;
    int n = (int)a->text.n;
    const char *text = a->text.p ? a->text.p : "";
    switch (a->code) {
    case BL_AUTH_MISSING:
        return bl_fail(c, BL_MissingAuthenticationTokenException, "%.*s", n, text);
    case BL_AUTH_INCOMPLETE:
    case BL_AUTH_MALFORMED:
        return bl_fail(c, BL_IncompleteSignatureException, "%.*s", n, text);
    case BL_AUTH_KEY:
    case BL_AUTH_TOKEN:
        return bl_fail(c, BL_UnrecognizedClientException, "%.*s", n, text);
    case BL_AUTH_TOKEN_EXPIRED:
        return bl_fail(c, BL_ExpiredTokenException, "%.*s", n, text);
    case BL_AUTH_INTERNAL:
        return bl_fail(c, BL_InternalFailure, "%.*s", n, text);
    case BL_AUTH_SIGNATURE:
        return bl_fail(c, BL_InvalidSignatureException,
                       "%.*s\n\nThe Canonical String for this request should have been\n'%.*s'\n\n"
                       "The String-to-Sign should have been\n'%.*s'\n",
                       n, text, (int)a->canonical.n, a->canonical.p, (int)a->string_to_sign.n,
                       a->string_to_sign.p);
    default:
        return bl_fail(c, BL_InvalidSignatureException, "%.*s", n, text);
    }
}

bool bl_reply_fault(struct bl_call *c)
{
    const struct bl_dialect *d = dialect_of(c);
    switch (c->fault.answer) {
    case BL_FAULT_THROTTLE:
        bl_fail(c, d->throttled_error, "%s", d->throttled);
        return true;
    case BL_FAULT_500:
        bl_fail(
            c, internal_error(c), "%s",
            "The request processing has failed because of an unknown error, exception or failure.");
        return true;
    case BL_FAULT_503:
        bl_fail(c, BL_ServiceUnavailable, "%s", "The service is currently unavailable or busy.");
        return true;
    case BL_FAULT_ITERATOR:
        bl_fail(c, BL_ExpiredIteratorException, "%s",
                "Iterator expired. The iterator was created at a time too far in the past.");
        return true;
    default:
        return false;
    }
}

void bl_reply_request_id(struct bl_call *c)
{
    static _Thread_local struct bf_rng rng;
    static _Thread_local bool seeded;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (!seeded)
        bf_rng_seed(&rng, bf_rng_entropy());
    seeded = true;
    if (!dialect_of(c)->crc32) {
        bf_rng_uuid(&rng, c->request_id);
        return;
    }
    uint64_t bits = 0;
    for (int i = 0; i < 52; i++) {
        bits = i % 10 ? bits / 36 : bf_rng_next(&rng);
        c->request_id[i] = digits[bits % 36];
    }
    c->request_id[52] = '\0';
}

/* Replaces the answer's JSON by CBOR. False: it is larger than its limit. */
static bool make_cbor(struct bl_call *c)
{
    struct bf_err e;
    struct bf_buf cbor;
    if (!c->ans.body.n)
        return true;
    bf_buf_init(&cbor, c->ans.body.max);
    bool ok = bl_cbor_from_json(&cbor, bf_buf_view(&c->ans.body), &e);
    bf_buf_free(ok ? &c->ans.body : &cbor);
    if (ok)
        c->ans.body = cbor;
    return ok;
}

void bl_reply_finish(struct bl_call *c)
{
    if (!bf_buf_ok(&c->ans.body) || (c->cbor && !make_cbor(c))) {
        bl_fail(c, BL_InternalFailure, "%s", "The answer is larger than its limit.");
        c->cbor = c->cbor && make_cbor(c);
    }
    if (!c->ans.content_type)
        c->ans.content_type = c->cbor ? dialect_of(c)->cbor_type : dialect_of(c)->content_type;
    bl_answer_header(c, "x-amzn-RequestId", bf_str_of(c->request_id));
    if (!dialect_of(c)->crc32)
        return;
    uLong crc = crc32_z(0, (const unsigned char *)c->ans.body.p, c->ans.body.n);
    if (c->ans.wrong_crc)
        crc ^= 0x5a5a5a5a;
    bl_answer_headerf(c, "x-amz-crc32", "%lu", crc);
}

bool bl_end_change(struct bl_call *c, bool ok)
{
    struct bf_err e = {0};
    if (!ok) {
        bl_store_rollback(c->store);
        return false;
    }
    return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
}

bool bl_end_change_empty(struct bl_call *c, bool ok)
{
    if (ok && !c->ans.body.n)
        bf_buf_lit(&c->ans.body, "{}");
    return bl_end_change(c, ok);
}
