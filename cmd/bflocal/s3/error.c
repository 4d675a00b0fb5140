#include "cmd/bflocal/s3/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "cmd/bflocal/wire/xml.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"

static const struct {
    const char *code;
    int status;
    const char *message;
} errors[] = {
#define BL_S3_ROW(name, status, message) {#name, status, message},
    BL_S3_ERRORS(BL_S3_ROW)
#undef BL_S3_ROW
};

static void put_error(struct bl_call *c, const char *code, struct bf_str text,
                      struct bf_str elements)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_reset(out);
    bf_buf_lit(out, BL_XML_HEAD "<Error>");
    bl_xml_element(out, "Code", bf_str_of(code));
    bl_xml_element(out, "Message", text);
    bf_buf_adds(out, elements);
    bl_xml_element(out, "Resource", c->req.path);
    bl_xml_element(out, "RequestId", bf_str_of(c->request_id));
    bf_buf_lit(out, "</Error>");
}

bool bl_s3_fail_with(struct bl_call *c, enum bl_s3_error error, struct bf_str elements,
                     const char *text)
{
    c->failed = true;
    bl_answer_drop_file(c);
    c->ans.status = errors[error].status;
    c->ans.content_type = "application/xml";
    c->ans.nheaders = 0;
    put_error(c, errors[error].code, bf_str_of(text ? text : errors[error].message), elements);
    return false;
}

bool bl_s3_fail(struct bl_call *c, enum bl_s3_error error)
{
    return bl_s3_fail_with(c, error, bf_str(NULL, 0), NULL);
}

bool bl_s3_failf(struct bl_call *c, enum bl_s3_error error, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return bl_s3_fail_with(c, error, bf_str(NULL, 0), text);
}

bool bl_s3_fail_err(struct bl_call *c, const struct bf_err *e)
{
    bf_diag_warn("%s: %s", c->op_name, e->text);
    return bl_s3_fail(c, BL_S3_InternalError);
}

bool bl_s3_end_read(struct bl_call *c)
{
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    return e.code == BF_OK || bl_s3_fail_err(c, &e);
}

bool bl_s3_missing(struct bl_call *c, enum bl_s3_error code)
{
    return bl_store_ok(c->store) ? bl_s3_fail(c, code) : bl_s3_fail_err(c, &c->store->err);
}

static void put_hex_bytes(struct bf_buf *out, const char *name, struct bf_str s)
{
    bf_buf_addf(out, "<%s>", name);
    for (size_t i = 0; i < s.n; i++)
        bf_buf_addf(out, i ? " %02x" : "%02x", (unsigned char)s.p[i]);
    bf_buf_addf(out, "</%s>", name);
}

/* What S3 lets a client compare with its own work. */
static bool fail_signature(struct bl_call *c)
{
    const struct bl_auth *a = &c->auth;
    struct bf_buf x;
    bf_buf_init(&x, 1024 * 1024);
    bl_xml_element(&x, "AWSAccessKeyId", a->access_key);
    bl_xml_element(&x, "StringToSign", a->string_to_sign);
    bl_xml_element(&x, "SignatureProvided", a->provided);
    put_hex_bytes(&x, "StringToSignBytes", a->string_to_sign);
    bl_xml_element(&x, "CanonicalRequest", a->canonical);
    put_hex_bytes(&x, "CanonicalRequestBytes", a->canonical);
    bl_s3_fail_with(c, BL_S3_SignatureDoesNotMatch, bf_buf_view(&x), NULL);
    bf_buf_free(&x);
    return false;
}

static bool fail_time(struct bl_call *c)
{
    struct bf_buf x;
    char room[256];
    x = (struct bf_buf){.p = room, .cap = sizeof(room), .max = sizeof(room)};
    bf_buf_lit(&x, "<RequestTime>");
    bf_buf_adds(&x, bf_str_of(c->auth.scope.time));
    bf_buf_lit(&x, "</RequestTime><ServerTime>");
    bf_clock_iso(&x, c->now_ms - c->now_ms % 1000);
    bf_buf_lit(&x, "</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>");
    if (c->auth.presigned)
        return bl_s3_fail_with(c, BL_S3_AccessDenied, bf_buf_view(&x), "Request has expired");
    return bl_s3_fail_with(c, BL_S3_RequestTimeTooSkewed, bf_buf_view(&x), NULL);
}

bool bl_s3_fail_auth(struct bl_call *c)
{
    const struct bl_auth *a = &c->auth;
    const char *text = a->text.p;
    struct bf_str region;
    switch (a->code) {
    case BL_AUTH_MISSING:
        return bl_s3_fail(c, BL_S3_AccessDenied);
    case BL_AUTH_MALFORMED:
        return bl_s3_failf(c, BL_S3_InvalidRequest, "%s", text);
    case BL_AUTH_KEY:
        return bl_s3_fail(c, BL_S3_InvalidAccessKeyId);
    case BL_AUTH_TOKEN:
        return bl_s3_fail(c, BL_S3_InvalidToken);
    case BL_AUTH_TOKEN_EXPIRED:
        return bl_s3_fail(c, BL_S3_ExpiredToken);
    case BL_AUTH_REGION:
        region = bl_arena_printf(&c->arena, "<Region>%s</Region>", c->local->region);
        bl_s3_fail_with(c, BL_S3_AuthorizationHeaderMalformed, region, text);
        bl_answer_header(c, "x-amz-bucket-region", bf_str_of(c->local->region));
        return false;
    case BL_AUTH_EXPIRED:
    case BL_AUTH_EARLY:
        return fail_time(c);
    case BL_AUTH_SIGNATURE:
        return fail_signature(c);
    case BL_AUTH_NOHASH:
        return bl_s3_failf(c, a->payload_hash.p ? BL_S3_InvalidArgument : BL_S3_InvalidRequest,
                           "%s", text);
    case BL_AUTH_BODY:
        return bl_s3_fail(c, BL_S3_XAmzContentSHA256Mismatch);
    case BL_AUTH_UNSIGNED:
        return bl_s3_failf(c, BL_S3_AccessDenied, "%s", text);
    case BL_AUTH_INTERNAL:
        return bl_s3_fail(c, BL_S3_InternalError);
    default:
        return bl_s3_failf(c,
                           a->presigned ? BL_S3_AuthorizationQueryParametersError
                                        : BL_S3_AuthorizationHeaderMalformed,
                           "%s", text);
    }
}

bool bl_s3_reply_fault(struct bl_call *c)
{
    switch (c->fault.answer) {
    case BL_FAULT_THROTTLE:
        bl_s3_fail(c, BL_S3_SlowDown);
        return true;
    case BL_FAULT_500:
        bl_s3_fail(c, BL_S3_InternalError);
        return true;
    case BL_FAULT_503:
        bl_s3_fail(c, BL_S3_ServiceUnavailable);
        return true;
    case BL_FAULT_CONFLICT:
        bl_s3_fail(c, BL_S3_ConditionalRequestConflict);
        return true;
    case BL_FAULT_ERROR200:
        bl_s3_fail(c, BL_S3_InternalError);
        c->ans.status = 200;
        return true;
    default:
        return false;
    }
}
