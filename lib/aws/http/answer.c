#include "lib/aws/http/answer.h"

#include <stdio.h>
#include <zlib.h>

#include <openssl/crypto.h>

#include "lib/aws/http/retry.h"
#include "lib/base/num.h"
#include "lib/encoding/xml.h"
#include "lib/json/scan.h"

/* Copies one line of s, cut at a character boundary. */
static void copy_line(char *out, size_t size, struct bf_str s)
{
    s = bf_str_trim(s);
    size_t n = s.n < size - 1 ? s.n : size - 1;
    if (n < s.n)
        while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
            n--;
    for (size_t i = 0; i < n; i++)
        if (s.p[i] == '\n' || s.p[i] == '\r')
            n = i;
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

/* The middle of "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://...". */
static struct bf_str bare_code(struct bf_str s)
{
    const char *hash = s.n ? memchr(s.p, '#', s.n) : NULL;
    if (hash)
        s = bf_str(hash + 1, s.n - (size_t)(hash + 1 - s.p));
    const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
    if (colon)
        s.n = (size_t)(colon - s.p);
    return bf_str_trim(s);
}

static const char *code_of_status(int status)
{
    switch (status) {
    case 301:
        return "PermanentRedirect";
    case 302:
    case 303:
    case 307:
    case 308:
        return "Redirect";
    case 304:
        return "NotModified";
    case 400:
        return "BadRequest";
    case 401:
    case 403:
        return "AccessDenied";
    case 404:
        return "NotFound";
    case 405:
        return "MethodNotAllowed";
    case 407:
        return "ProxyAuthenticationRequired";
    case 408: /* of a proxy or a balancer: nothing has been done */
        return "RequestTimeout";
    case 409:
        return "Conflict";
    case 412:
        return "PreconditionFailed";
    case 413:
        return "EntityTooLarge";
    case 429:
        return "TooManyRequests";
    case 500:
        return "InternalError";
    case 502:
        return "BadGateway";
    case 503:
        return "ServiceUnavailable";
    case 504:
        return "GatewayTimeout";
    default:
        return NULL;
    }
}

static void fall_back(int status, struct bf_answer_error *out)
{
    if (out->code[0])
        return;
    const char *known = code_of_status(status);
    if (status == 407 && !out->message[0])
        snprintf(out->message, sizeof out->message,
                 "the proxy needs a user and a password in its URL");
    if (known)
        snprintf(out->code, sizeof out->code, "%s", known);
    else
        snprintf(out->code, sizeof out->code, "HTTP%d", status);
}

static void take_string(struct bf_json_val v, struct bf_buf *scratch, char *out, size_t size)
{
    bf_buf_reset(scratch);
    bf_json_unescape(scratch, v.text);
    copy_line(out, size, bf_buf_view(scratch));
}

/* Reads the members of an error object; members read before a syntax error are kept. */
static void read_members(struct bf_json *j, struct bf_answer_error *out)
{
    struct bf_err ignored;
    struct bf_json_key key;
    struct bf_json_val v;
    struct bf_buf scratch;
    bf_buf_init(&scratch, 64 << 10);
    char code[sizeof out->code] = "";
    while (bf_json_member(j, &key, &ignored) == BF_JSON_MORE && bf_json_value(j, &v, &ignored)) {
        if (v.type != BF_JSON_STRING)
            continue;
        if (bf_json_key_is(&key, "__type") || (bf_json_key_is(&key, "code") && !code[0]))
            take_string(v, &scratch, code, sizeof code);
        else if (bf_json_key_is(&key, "message") || bf_json_key_is(&key, "Message"))
            take_string(v, &scratch, out->message, sizeof out->message);
    }
    if (!out->code[0])
        copy_line(out->code, sizeof out->code, bare_code(bf_str_of(code)));
    bf_buf_free(&scratch);
}

void bf_answer_json_error(int status, struct bf_str header, struct bf_str body,
                          struct bf_answer_error *out)
{
    *out = (struct bf_answer_error){0};
    copy_line(out->code, sizeof out->code, bare_code(header));
    struct bf_json j;
    struct bf_err ignored;
    bf_json_init(&j, body);
    if (body.n && bf_json_enter(&j, BF_JSON_OBJECT, &ignored))
        read_members(&j, out);
    fall_back(status, out);
}

bool bf_answer_xml_text(struct bf_str body, const char *name, char *out, size_t size)
{
    struct bf_buf text;
    bf_buf_init(&text, 64 << 10);
    bool found = bf_xml_find(body, name, &text);
    copy_line(out, size, found ? bf_buf_view(&text) : bf_str("", 0));
    if (text.p)
        OPENSSL_cleanse(text.p, text.cap); /* answers of STS contain keys */
    bf_buf_free(&text);
    return found;
}

bool bf_answer_xml_is_error(struct bf_str body)
{
    struct bf_xml x;
    bf_xml_init(&x, bf_str_trim(body));
    return bf_xml_next(&x) == BF_XML_OPEN && bf_str_is(x.name, "Error");
}

void bf_answer_xml_error(int status, struct bf_str body, struct bf_answer_error *out)
{
    *out = (struct bf_answer_error){0};
    bf_answer_xml_text(body, "Code", out->code, sizeof out->code);
    bf_answer_xml_text(body, "Message", out->message, sizeof out->message);
    bf_answer_xml_text(body, "Region", out->region, sizeof out->region);
    fall_back(status, out);
}

void bf_copy_unquoted(char *out, size_t size, struct bf_str s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        s = bf_str(s.p + 1, s.n - 2);
    size_t n = s.n < size ? s.n : size - 1;
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

bool bf_answer_crc32(struct bf_str header, struct bf_str body)
{
    struct bf_err ignored;
    uint64_t want;
    if (!header.n)
        return true;
    if (!bf_num_u64(header, &want, &ignored))
        return false;
    return crc32_z(crc32_z(0, NULL, 0), (const unsigned char *)body.p, body.n) == want;
}

static const char *const denied[] = {
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "TokenRefreshRequired",
    "RequestTimeTooSkewed",
    "RequestExpired",
    "AuthFailure",
    "OptInRequired",
    "AllAccessDisabled",
    "NotAuthorized",
};

static const char *const not_found[] = {
    "ResourceNotFoundException",
    "TableNotFoundException",
    "NoSuchBucket",
    "NoSuchKey",
    "NoSuchUpload",
    "NotFound",
};

static bool listed(struct bf_str code, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(code, bf_str_of(list[i])))
            return true;
    return false;
}

enum bf_err_code bf_answer_err_code(int status, struct bf_str code)
{
    if (bf_retry_is_throttling(code) || status == 429)
        return BF_E_THROTTLED;
    if (bf_str_starts(code, BF_STR("AccessDenied")) || listed(code, denied, BF_COUNT(denied)))
        return BF_E_DENIED;
    if (listed(code, not_found, BF_COUNT(not_found)))
        return BF_E_NOTFOUND;
    return BF_E_SERVICE;
}
