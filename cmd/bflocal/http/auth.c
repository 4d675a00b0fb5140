#include "cmd/bflocal/http/auth.h"

#include <stdarg.h>
#include <stdio.h>

#include "cmd/bflocal/http/call.h"
#include "lib/base/clock.h"
#include "lib/base/enc.h"
#include "lib/base/num.h"

enum { MAX_AGE_MS = 15 * 60 * 1000, CANONICAL_MAX = 256 * 1024, NAMES_MAX = 8 * 1024 };

/* What the client claims, as views into the request. */
struct claim {
    struct bf_str credential, signed_headers, signature;
    struct bf_str day, service, terminator; /* of the scope; key and region are in struct bl_auth */
    struct bf_str query;                    /* without X-Amz-Signature */
    uint64_t expires_s;                     /* presigned */
};

static bool refuse(struct bl_auth *a, struct bf_arena *arena, enum bl_auth_code code,
                   const char *fmt, ...) BF_PRINTF(4, 5);

static bool refuse(struct bl_auth *a, struct bf_arena *arena, enum bl_auth_code code,
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

static struct bf_str find(const struct bl_request *r, const char *name)
{
    struct bf_str want = bf_str_of(name);
    for (size_t i = 0; i < r->nheaders; i++)
        if (bf_str_eq(r->headers[i].name, want))
            return r->headers[i].value;
    return bf_str(NULL, 0);
}

/* "Credential=..., SignedHeaders=..., Signature=..." behind the algorithm. */
static void split_authorization(struct bf_str rest, struct claim *c)
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

static struct bf_str decoded(struct bf_arena *arena, struct bf_str s)
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
static bool split_presigned(const struct bl_request *r, struct bf_arena *arena, struct claim *c,
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
            c->credential = decoded(arena, value);
        else if (bf_str_is(key, "X-Amz-SignedHeaders"))
            c->signed_headers = decoded(arena, value);
        else if (bf_str_is(key, "X-Amz-Date"))
            *date = value;
        else if (bf_str_is(key, "X-Amz-Security-Token"))
            *token = decoded(arena, value);
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

static bool read_claim(const struct bl_auth_server *s, const struct bl_request *r,
                       struct bf_arena *arena, struct claim *c, struct bl_auth *a)
{
    struct bf_str header = find(r, "authorization"), date = find(r, "x-amz-date");
    struct bf_str token = find(r, "x-amz-security-token");
    c->query = r->query;
    if (header.p) {
        if (!bf_str_starts(header, BF_STR("AWS4-")))
            return s->s3 ? refuse(a, arena, BL_AUTH_MALFORMED,
                                  bf_str_starts(header, BF_STR("AWS ")) ? version_2
                                                                        : "Unsupported "
                                                                          "Authorization Type")
                         : refuse(a, arena, BL_AUTH_MISSING,
                                  "Request is missing Authentication Token");
        if (!bf_str_starts(header, BF_STR("AWS4-HMAC-SHA256 ")))
            return refuse(a, arena, BL_AUTH_MALFORMED, "AWS4 algorithm is not supported");
        split_authorization(bf_str(header.p + 17, header.n - 17), c);
    } else if (s->s3 && split_presigned(r, arena, c, &date, &token)) {
        a->presigned = true;
    } else if (s->s3 && is_version_2(r->query))
        return refuse(a, arena, BL_AUTH_MALFORMED, version_2);
    else
        return refuse(a, arena, BL_AUTH_MISSING,
                      s->s3 ? "Access Denied" : "Request is missing Authentication Token");
    if (!date.p)
        date = find(r, "date");
    const char *lacks = !c->credential.n       ? "'Credential' parameter"
                        : !c->signature.n      ? "'Signature' parameter"
                        : !c->signed_headers.n ? "'SignedHeaders' parameter"
                        : !date.p ? "existence of either a 'X-Amz-Date' or a 'Date' header"
                                  : NULL;
    if (lacks)
        return refuse(a, arena, BL_AUTH_INCOMPLETE,
                      "Authorization header requires %s. Authorization=%.*s", lacks,
                      (int)(header.n < 400 ? header.n : 400), header.p ? header.p : "");
    if (!read_date(date, a->scope.time, &a->request_ms))
        return refuse(a, arena, BL_AUTH_INCOMPLETE,
                      "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
                      "http://en.wikipedia.org/wiki/ISO_8601",
                      (int)(date.n < 60 ? date.n : 60), date.p);
    if (token.p)
        a->text = token;
    return true;
}

/* AKID/20261127/us-east-1/s3/aws4_request; a key may hold slashes, the scope has four parts. */
static bool read_scope(struct bf_arena *arena, struct claim *c, struct bl_auth *a)
{
    struct bf_str parts[4], left = c->credential;
    for (int i = 3; i >= 0; i--) {
        size_t at = left.n;
        while (at > 0 && left.p[at - 1] != '/')
            at--;
        if (at == 0)
            return refuse(a, arena, BL_AUTH_INCOMPLETE,
                          "Credential must have exactly 5 slash-delimited elements, e.g. "
                          "keyid/date/region/service/term, got '%.*s'",
                          (int)(c->credential.n < 200 ? c->credential.n : 200), c->credential.p);
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

/* The server's own credentials, or temporary ones that it has given out. */
static bool check_key(const struct bl_auth_server *s, struct bf_arena *arena, struct bl_auth *a)
{
    bool own = bf_str_eq(a->access_key, bf_str_of(s->access_key));
    enum bl_session_state state = BL_SESSION_BAD;
    if (own && !a->text.p)
        return true;
    if (!own && !a->text.p)
        return refuse(a, arena, BL_AUTH_KEY,
                      s->s3 ? "The AWS Access Key Id you provided does not exist in our records."
                            : "The security token included in the request is invalid.");
    if (!own)
        state = bl_session_open(s->secret_key, a->access_key, a->text, s->now_ms, &a->session);
    if (state == BL_SESSION_GOOD)
        return true;
    if (state == BL_SESSION_EXPIRED)
        return refuse(a, arena, BL_AUTH_TOKEN_EXPIRED,
                      s->s3 ? "The provided token has expired."
                            : "The security token included in the request is expired");
    return refuse(a, arena, BL_AUTH_TOKEN,
                  s->s3 ? "The provided token is malformed or otherwise invalid."
                        : "The security token included in the request is invalid.");
}

static bool check_scope(const struct bl_auth_server *s, struct bf_arena *arena,
                        const struct claim *c, struct bl_auth *a)
{
    if (!check_key(s, arena, a))
        return false;
    if (!bf_str_is(c->terminator, "aws4_request"))
        return refuse(
            a, arena, BL_AUTH_SCOPE,
            "Credential should be scoped with a valid terminator: 'aws4_request', not '%.*s'. ",
            (int)c->terminator.n, c->terminator.p);
    if (!bf_str_eq(c->service, bf_str_of(s->service)))
        return s->s3 ? refuse(a, arena, BL_AUTH_SCOPE,
                              "The authorization header is malformed; incorrect service \"%.*s\". "
                              "This endpoint belongs to \"s3\".",
                              (int)c->service.n, c->service.p)
                     : refuse(a, arena, BL_AUTH_SCOPE,
                              "Credential should be scoped to correct service: '%s'. ", s->service);
    if (!bf_str_eq(a->region, bf_str_of(s->region)))
        return s->s3 ? refuse(a, arena, BL_AUTH_REGION,
                              "The authorization header is malformed; the region '%.*s' is wrong; "
                              "expecting '%s'",
                              (int)a->region.n, a->region.p, s->region)
                     : refuse(a, arena, BL_AUTH_REGION,
                              "Credential should be scoped to a valid region, not '%.*s'. ",
                              (int)a->region.n, a->region.p);
    if (!bf_str_eq(c->day, bf_str(a->scope.time, 8)))
        return refuse(a, arena, BL_AUTH_SCOPE,
                      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
                      "date from HTTP: '%.*s' != '%.8s', from '%s'.",
                      (int)(c->day.n < 20 ? c->day.n : 20), c->day.p, a->scope.time, a->scope.time);
    return true;
}

static const char skewed[] =
    "The difference between the request time and the current time is too large.";

static bool check_age(const struct bl_auth_server *s, struct bf_arena *arena, const struct claim *c,
                      struct bl_auth *a)
{
    char now[17], edge[17];
    bf_clock_amz(now, s->now_ms);
    if (a->presigned) {
        if (c->expires_s > 604800)
            return refuse(a, arena, BL_AUTH_INCOMPLETE,
                          "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                          "X-Amz-Expires must be less than 604800 seconds");
        if (s->now_ms > a->request_ms + (int64_t)c->expires_s * 1000)
            return refuse(a, arena, BL_AUTH_EXPIRED, "Request has expired");
        return true;
    }
    int64_t ahead_ms = s->s3 ? MAX_AGE_MS : 5 * 60 * 1000;
    if (a->request_ms < s->now_ms - MAX_AGE_MS) {
        bf_clock_amz(edge, s->now_ms - MAX_AGE_MS);
        return s->s3 ? refuse(a, arena, BL_AUTH_EXPIRED, "%s", skewed)
                     : refuse(a, arena, BL_AUTH_EXPIRED,
                              "Signature expired: %s is now earlier than %s (%s - 15 min.)",
                              a->scope.time, edge, now);
    }
    if (a->request_ms > s->now_ms + ahead_ms) {
        bf_clock_amz(edge, s->now_ms + ahead_ms);
        return s->s3 ? refuse(a, arena, BL_AUTH_EARLY, "%s", skewed)
                     : refuse(a, arena, BL_AUTH_EARLY,
                              "Signature not yet current: %s is still later than %s (%s + 5 min.)",
                              a->scope.time, edge, now);
    }
    return true;
}

static bool is_signed(struct bf_str list, struct bf_str name)
{
    struct bf_str item;
    while (bf_str_split(&list, ';', &item))
        if (bf_str_eq(item, name))
            return true;
    return false;
}

/* The headers that the client says it signed, from what arrived. host and every x-amz-* must be there. */
static bool gather(const struct bl_auth_server *s, const struct bl_request *r,
                   struct bf_arena *arena, const struct claim *c, struct bf_sigv4_request *q,
                   struct bl_auth *a)
{
    struct bf_sigv4_header *out = bf_arena_alloc(arena, BF_SIGV4_HEADERS * sizeof(*out));
    struct bf_str list = c->signed_headers, name;
    if (!out)
        return refuse(a, arena, BL_AUTH_INTERNAL, "out of memory");
    for (size_t i = 0; i < r->nheaders; i++) {
        struct bf_str h = r->headers[i].name;
        if ((bf_str_is(h, "host") || bf_str_starts(h, BF_STR("x-amz-"))) && !is_signed(list, h))
            return s->s3 ? refuse(a, arena, BL_AUTH_UNSIGNED,
                                  "There were headers present in the request which were not signed")
                         : refuse(a, arena, BL_AUTH_UNSIGNED,
                                  "'%.*s' must be a 'SignedHeader' in the AWS Authorization.",
                                  (int)h.n, h.p);
    }
    q->headers = out;
    while (bf_str_split(&list, ';', &name)) {
        size_t before = q->nheaders;
        for (size_t i = 0; i <= r->nheaders && q->nheaders < BF_SIGV4_HEADERS; i++) {
            bool none = i == r->nheaders && q->nheaders == before;
            if (none || (i < r->nheaders && bf_str_eq(r->headers[i].name, name)))
                out[q->nheaders++] =
                    (struct bf_sigv4_header){name, none ? BF_STR("") : r->headers[i].value};
        }
    }
    return true;
}

static const struct {
    const char *word;
    enum bl_payload payload;
} streaming[] = {
    {"UNSIGNED-PAYLOAD", BL_PAYLOAD_UNSIGNED},
    {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", BL_PAYLOAD_SIGNED_CHUNKS},
    {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", BL_PAYLOAD_SIGNED_CHUNKS_TRAILER},
    {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER},
};

static bool is_hash(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n == 64;
}

/* The last line of the canonical request. The JSON services take it from the body, whatever a header says. */
static bool read_payload(const struct bl_auth_server *s, const struct bl_request *r,
                         struct bf_arena *arena, char hex[BF_SHA256_HEX], struct bl_auth *a)
{
    struct bf_str given = find(r, "x-amz-content-sha256");
    a->payload = BL_PAYLOAD_HASH;
    if (!s->s3) {
        if (!bf_sha256_hex(r->body, hex))
            return refuse(a, arena, BL_AUTH_INTERNAL, "SHA-256 failed");
        a->payload_hash = bf_str(hex, 64);
        return true;
    }
    if (a->presigned && !given.p)
        given = BF_STR("UNSIGNED-PAYLOAD");
    a->payload_hash = given;
    if (!given.p)
        return refuse(a, arena, BL_AUTH_NOHASH,
                      "Missing required header for this request: x-amz-content-sha256");
    for (size_t i = 0; i < BF_COUNT(streaming); i++)
        if (bf_str_eq(given, bf_str_of(streaming[i].word))) {
            a->payload = streaming[i].payload;
            return true;
        }
    return is_hash(given) ||
           refuse(a, arena, BL_AUTH_NOHASH,
                  "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
                  "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.");
}

/* In constant time: how much of a guess was right is nobody's business. */
static bool same_signature(struct bf_str a, const char b[BF_SHA256_HEX])
{
    unsigned char d = a.n != 64;
    for (size_t i = 0; i < 64 && i < a.n; i++)
        d |= (unsigned char)(a.p[i] ^ b[i]);
    return d == 0;
}

/* The key of a day is made once for each thread, which serves one connection: it takes four HMACs. */
static bool signing_key(const struct bl_auth_server *s, struct bl_auth *a, struct bf_err *e)
{
    static _Thread_local struct {
        char of[512];
        size_t n;
        struct bf_sigv4_key key;
    } kept;
    char room[sizeof kept.of];
    struct bf_buf of = {.p = room, .cap = sizeof room, .max = sizeof room};
    bf_sigv4_put_scope(&a->scope, &of);
    struct bf_str secret = bf_str_of(a->session.role[0] ? a->session.secret_key : s->secret_key);
    bf_buf_adds(&of, secret);
    if (bf_buf_ok(&of) && bf_str_eq(bf_buf_view(&of), bf_str(kept.of, kept.n))) {
        a->key = kept.key;
        return true;
    }
    if (!bf_sigv4_signing_key(secret, &a->scope, &a->key, e))
        return false;
    if (bf_buf_ok(&of)) {
        memcpy(kept.of, room, of.n);
        kept.n = of.n;
        kept.key = a->key;
    }
    return true;
}

static bool compute(const struct bl_auth_server *s, const struct bf_sigv4_request *q,
                    struct bf_arena *arena, struct bf_str provided, struct bl_auth *a)
{
    struct bf_buf canonical, names, to_sign;
    struct bf_err e = {0};
    bf_buf_init(&canonical, CANONICAL_MAX);
    bf_buf_init(&names, NAMES_MAX);
    bf_buf_init(&to_sign, 1024);
    a->scope.region = bf_str_of(s->region);
    a->scope.service = bf_str_of(s->service);
    bool ok = bf_sigv4_canonical(q, &canonical, &names, &e) &&
              bf_sigv4_string_to_sign(&a->scope, bf_buf_view(&canonical), &to_sign, &e) &&
              signing_key(s, a, &e) &&
              bf_sigv4_signature(&a->key, bf_buf_view(&to_sign), a->signature, &e);
    if (!ok)
        refuse(a, arena, BL_AUTH_INTERNAL, "%s", e.text);
    else if (!same_signature(provided, a->signature)) {
        a->provided = provided;
        ok = bf_arena_copy(arena, bf_buf_view(&canonical), &a->canonical) &&
             bf_arena_copy(arena, bf_buf_view(&to_sign), &a->string_to_sign);
        refuse(a, arena, ok ? BL_AUTH_SIGNATURE : BL_AUTH_INTERNAL,
               s->s3 ? "The request signature we calculated does not match the signature you "
                       "provided. Check your key and signing method."
                     : "The request signature we calculated does not match the signature you "
                       "provided. Check your AWS Secret Access Key and signing method. Consult the "
                       "service documentation for details.");
        ok = false;
    }
    bf_buf_free(&canonical);
    bf_buf_free(&names);
    bf_buf_free(&to_sign);
    return ok;
}

/* S3 takes the path as it stands on the wire, but decoded and encoded by the rules. */
static bool s3_path(struct bf_str wire, struct bf_buf *out)
{
    struct bf_buf plain;
    bf_buf_init(&plain, wire.n + 1);
    bf_uri_decode(&plain, wire);
    bf_uri_encode(out, bf_buf_view(&plain), true);
    bool ok = bf_buf_ok(&plain) && bf_buf_ok(out);
    bf_buf_free(&plain);
    return ok;
}

void bl_auth_check(const struct bl_auth_server *s, const struct bl_request *r,
                   struct bf_arena *arena, struct bl_auth *out)
{
    struct claim c = {0};
    char hex[BF_SHA256_HEX];
    memset(out, 0, sizeof(*out));
    struct bf_sigv4_request q = {
        .method = r->method, .path = r->path, .encode_path = !s->s3, .normalize_path = !s->s3};
    if (!read_claim(s, r, arena, &c, out) || !read_scope(arena, &c, out) ||
        !check_scope(s, arena, &c, out) || !check_age(s, arena, &c, out) ||
        !gather(s, r, arena, &c, &q, out) || !read_payload(s, r, arena, hex, out))
        return;
    struct bf_buf path;
    bf_buf_init(&path, r->path.n * 3 + 1);
    if (s->s3 && s3_path(r->path, &path))
        q.path = bf_buf_view(&path);
    q.query = c.query;
    q.payload_hash = out->payload_hash;
    if (compute(s, &q, arena, c.signature, out))
        out->text = bf_str(NULL, 0);
    if (!s->s3)
        out->payload_hash = bf_str(NULL, 0); /* it stood on this stack */
    bf_buf_free(&path);
}
