#include "cmd/bflocal/wire/auth_claim.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"

bool bl_claim_refuse(struct bl_auth *a, struct bf_arena *arena, enum bl_auth_code code,
                     const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    a->code = code;
    if (n < 0 ||
        !bf_arena_copy(arena, bf_str(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1),
                       &a->text))
        a->text = BF_STR("");
    return false;
}

/* "Credential=..., SignedHeaders=..., Signature=..." behind the algorithm. */
static void split_authorization(struct bf_str rest, struct bl_claim *c)
{
    struct bf_str item;
    while (bf_str_split(&rest, ',', &item)) {
        item = bf_str_trim(item);
        struct bf_str value = item, key;
        if (!bf_str_split(&value, '=', &key) || !value.p)
            continue;
        if (bf_str_is(key, "Credential"))
            c->credential = value;
        else if (bf_str_is(key, "SignedHeaders"))
            c->signed_headers = value;
        else if (bf_str_is(key, "Signature"))
            c->signature = value;
    }
}

static struct bf_str uri_decoded(struct bf_arena *arena, struct bf_str s)
{
    struct bf_str out;
    struct bf_buf b;
    bf_buf_init(&b, s.n + 1);
    bf_uri_decode(&b, s);
    if (!bf_buf_ok(&b) || !bf_arena_copy(arena, bf_buf_view(&b), &out))
        out = BF_STR("");
    bf_buf_free(&b);
    return out;
}

/* X-Amz-... of a presigned URL; c->query becomes the query that was signed. */
static bool split_presigned(const struct bl_request *r, struct bf_arena *arena, struct bl_claim *c,
                            struct bf_str *date, struct bf_str *token)
{
    char *signed_query = bf_arena_alloc(arena, r->query.n + 1);
    struct bf_str rest = r->query, item;
    size_t n = 0;
    bool found = false;
    if (!signed_query || !r->query.n)
        return false;
    while (bf_str_split(&rest, '&', &item)) {
        struct bf_str value = item, key;
        if (!bf_str_split(&value, '=', &key))
            continue;
        if (bf_str_is(key, "X-Amz-Signature")) {
            c->signature = value;
            continue;
        }
        if (n)
            signed_query[n++] = '&';
        memcpy(signed_query + n, item.p, item.n);
        n += item.n;
        if (bf_str_is(key, "X-Amz-Algorithm"))
            found = bf_str_is(value, "AWS4-HMAC-SHA256");
        else if (bf_str_is(key, "X-Amz-Credential"))
            c->credential = uri_decoded(arena, value);
        else if (bf_str_is(key, "X-Amz-SignedHeaders"))
            c->signed_headers = uri_decoded(arena, value);
        else if (bf_str_is(key, "X-Amz-Date"))
            *date = value;
        else if (bf_str_is(key, "X-Amz-Security-Token"))
            *token = uri_decoded(arena, value);
        else if (bf_str_is(key, "X-Amz-Expires")) {
            struct bf_err e;
            if (!bf_num_u64(value, &c->expires_s, &e))
                c->expires_s = 0;
        }
    }
    c->query = bf_str(signed_query, n);
    return found;
}

/* What S3 says to Signature Version 2, and what to do about it. */
static const char version_2[] =
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256. "
    "bflocal takes no Signature Version 2; boto3: Config(signature_version='s3v4').";

/* "...?AWSAccessKeyId=...&Signature=...&Expires=..." */
static bool is_version_2(struct bf_str query)
{
    struct bf_str item;
    while (query.n && bf_str_split(&query, '&', &item))
        if (bf_str_starts(item, BF_STR("AWSAccessKeyId=")))
            return true;
    return false;
}

static bool two_digits(const char *p, int *out)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return false;
    *out = (p[0] - '0') * 10 + p[1] - '0';
    return true;
}

/* "20261127T063000Z", or the HTTP form of the Date header; the basic form goes to time. */
static bool read_date(struct bf_str s, char time[17], int64_t *ms)
{
    if (s.n != 16 || s.p[8] != 'T' || s.p[15] != 'Z') {
        if (!bf_clock_parse_http(s, ms))
            return false;
        bf_clock_amz(time, *ms);
        return true;
    }
    struct bf_date d = {0};
    int century, year;
    if (!two_digits(s.p, &century) || !two_digits(s.p + 2, &year) ||
        !two_digits(s.p + 4, &d.month) || !two_digits(s.p + 6, &d.day) ||
        !two_digits(s.p + 9, &d.hour) || !two_digits(s.p + 11, &d.minute) ||
        !two_digits(s.p + 13, &d.second))
        return false;
    d.year = century * 100 + year;
    if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31)
        return false;
    *ms = bf_clock_from_date(d);
    memcpy(time, s.p, 16);
    time[16] = '\0';
    return true;
}

static bool read_parts(const struct bl_auth_server *s, const struct bl_request *r,
                       struct bf_arena *arena, struct bl_claim *c, struct bl_auth *a)
{
    struct bf_str header = bl_request_header(r, "authorization"),
                  date = bl_request_header(r, "x-amz-date");
    struct bf_str token = bl_request_header(r, "x-amz-security-token");
    c->query = r->query;
    if (header.p) {
        if (!bf_str_starts(header, BF_STR("AWS4-")))
            return s->s3 ? bl_claim_refuse(a, arena, BL_AUTH_MALFORMED,
                                           bf_str_starts(header, BF_STR("AWS "))
                                               ? version_2
                                               : "Unsupported "
                                                 "Authorization Type")
                         : bl_claim_refuse(a, arena, BL_AUTH_MISSING,
                                           "Request is missing Authentication Token");
        if (!bf_str_starts(header, BF_STR("AWS4-HMAC-SHA256 ")))
            return bl_claim_refuse(a, arena, BL_AUTH_MALFORMED, "AWS4 algorithm is not supported");
        split_authorization(bf_str(header.p + 17, header.n - 17), c);
    } else if (s->s3 && split_presigned(r, arena, c, &date, &token)) {
        a->presigned = true;
    } else if (s->s3 && is_version_2(r->query))
        return bl_claim_refuse(a, arena, BL_AUTH_MALFORMED, version_2);
    else
        return bl_claim_refuse(a, arena, BL_AUTH_MISSING,
                               s->s3 ? "Access Denied" : "Request is missing Authentication Token");
    if (!date.p)
        date = bl_request_header(r, "date");
    const char *lacks = !c->credential.n       ? "'Credential' parameter"
                        : !c->signature.n      ? "'Signature' parameter"
                        : !c->signed_headers.n ? "'SignedHeaders' parameter"
                        : !date.p ? "existence of either a 'X-Amz-Date' or a 'Date' header"
                                  : NULL;
    if (lacks)
        return bl_claim_refuse(a, arena, BL_AUTH_INCOMPLETE,
                               "Authorization header requires %s. Authorization=%.*s", lacks,
                               (int)(header.n < 400 ? header.n : 400), header.p ? header.p : "");
    if (!read_date(date, a->scope.time, &a->request_ms))
        return bl_claim_refuse(a, arena, BL_AUTH_INCOMPLETE,
                               "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
                               "http://en.wikipedia.org/wiki/ISO_8601",
                               (int)(date.n < 60 ? date.n : 60), date.p);
    if (token.p)
        a->text = token;
    return true;
}

/* AKID/20261127/us-east-1/s3/aws4_request; a key may hold slashes, the scope has four parts. */
static bool read_scope(struct bf_arena *arena, struct bl_claim *c, struct bl_auth *a)
{
    struct bf_str parts[4], left = c->credential;
    for (int i = 3; i >= 0; i--) {
        size_t at = left.n;
        while (at > 0 && left.p[at - 1] != '/')
            at--;
        if (at == 0)
            return bl_claim_refuse(a, arena, BL_AUTH_INCOMPLETE,
                                   "Credential must have exactly 5 slash-delimited elements, e.g. "
                                   "keyid/date/region/service/term, got '%.*s'",
                                   (int)(c->credential.n < 200 ? c->credential.n : 200),
                                   c->credential.p);
        parts[i] = bf_str(left.p + at, left.n - at);
        left.n = at - 1;
    }
    a->access_key = left;
    c->day = parts[0];
    a->region = parts[1];
    c->service = parts[2];
    c->terminator = parts[3];
    return true;
}

bool bl_claim_read(const struct bl_auth_server *s, const struct bl_request *r,
                   struct bf_arena *arena, struct bl_claim *c, struct bl_auth *a)
{
    return read_parts(s, r, arena, c, a) && read_scope(arena, c, a);
}
