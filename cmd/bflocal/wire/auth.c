#include "cmd/bflocal/wire/auth.h"

#include "cmd/bflocal/wire/auth_claim.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"

enum { MAX_AGE_MS = 15 * 60 * 1000, CANONICAL_MAX = 256 * 1024, NAMES_MAX = 8 * 1024 };

/* Accepts the server's own credentials, and temporary ones that the server has issued. With
 * --any-credentials only a token that the server has issued can be wrong: by its age. */
static bool check_key(const struct bl_auth_server *s, struct bf_arena *arena, struct bl_auth *a)
{
    bool own = bf_str_eq(a->access_key, bf_str_of(s->access_key));
    enum bl_session_state state = BL_SESSION_BAD;
    if ((own || a->any) && !a->text.p)
        return true;
    if (!own && !a->text.p)
        return bl_claim_refuse(
            a, arena, BL_AUTH_KEY,
            s->s3 ? "The AWS Access Key Id you provided does not exist in our records."
                  : "The security token included in the request is invalid.");
    if (!own)
        state = bl_session_open(s->secret_key, a->access_key, a->text, s->now_ms, &a->session);
    if (state == BL_SESSION_GOOD)
        return true;
    if (state == BL_SESSION_EXPIRED)
        return bl_claim_refuse(a, arena, BL_AUTH_TOKEN_EXPIRED,
                               s->s3 ? "The provided token has expired."
                                     : "The security token included in the request is expired");
    if (a->any) {
        memset(&a->session, 0, sizeof a->session); /* not of a role of this server */
        return true;
    }
    return bl_claim_refuse(a, arena, BL_AUTH_TOKEN,
                           s->s3 ? "The provided token is malformed or otherwise invalid."
                                 : "The security token included in the request is invalid.");
}

static bool check_scope(const struct bl_auth_server *s, struct bf_arena *arena,
                        const struct bl_claim *c, struct bl_auth *a)
{
    if (!check_key(s, arena, a))
        return false;
    if (!bf_str_is(c->terminator, "aws4_request"))
        return bl_claim_refuse(
            a, arena, BL_AUTH_SCOPE,
            "Credential should be scoped with a valid terminator: 'aws4_request', not '%.*s'. ",
            (int)c->terminator.n, c->terminator.p);
    if (!bf_str_eq(c->service, bf_str_of(s->service)))
        return s->s3 ? bl_claim_refuse(
                           a, arena, BL_AUTH_SCOPE,
                           "The authorization header is malformed; incorrect service \"%.*s\". "
                           "This endpoint belongs to \"s3\".",
                           (int)c->service.n, c->service.p)
                     : bl_claim_refuse(a, arena, BL_AUTH_SCOPE,
                                       "Credential should be scoped to correct service: '%s'. ",
                                       s->service);
    if (!bf_str_eq(a->region, bf_str_of(s->region)))
        return s->s3
                   ? bl_claim_refuse(
                         a, arena, BL_AUTH_REGION,
                         "The authorization header is malformed; the region '%.*s' is wrong; "
                         "expecting '%s'",
                         (int)a->region.n, a->region.p, s->region)
                   : bl_claim_refuse(a, arena, BL_AUTH_REGION,
                                     "Credential should be scoped to a valid region, not '%.*s'. ",
                                     (int)a->region.n, a->region.p);
    if (!bf_str_eq(c->day, bf_str(a->scope.time, 8)))
        return bl_claim_refuse(
            a, arena, BL_AUTH_SCOPE,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
            "date from HTTP: '%.*s' != '%.8s', from '%s'.",
            (int)(c->day.n < 20 ? c->day.n : 20), c->day.p, a->scope.time, a->scope.time);
    return true;
}

static const char skewed[] =
    "The difference between the request time and the current time is too large.";

static bool check_age(const struct bl_auth_server *s, struct bf_arena *arena,
                      const struct bl_claim *c, struct bl_auth *a)
{
    char now[17], edge[17];
    bf_clock_amz(now, s->now_ms);
    if (a->presigned) {
        if (c->expires_s > 604800)
            return bl_claim_refuse(
                a, arena, BL_AUTH_INCOMPLETE,
                "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                "X-Amz-Expires must be less than 604800 seconds");
        if (s->now_ms > a->request_ms + (int64_t)c->expires_s * 1000)
            return bl_claim_refuse(a, arena, BL_AUTH_EXPIRED, "Request has expired");
        return true;
    }
    int64_t ahead_ms = s->s3 ? MAX_AGE_MS : 5 * 60 * 1000;
    if (a->request_ms < s->now_ms - MAX_AGE_MS) {
        bf_clock_amz(edge, s->now_ms - MAX_AGE_MS);
        return s->s3
                   ? bl_claim_refuse(a, arena, BL_AUTH_EXPIRED, "%s", skewed)
                   : bl_claim_refuse(a, arena, BL_AUTH_EXPIRED,
                                     "Signature expired: %s is now earlier than %s (%s - 15 min.)",
                                     a->scope.time, edge, now);
    }
    if (a->request_ms > s->now_ms + ahead_ms) {
        bf_clock_amz(edge, s->now_ms + ahead_ms);
        return s->s3 ? bl_claim_refuse(a, arena, BL_AUTH_EARLY, "%s", skewed)
                     : bl_claim_refuse(
                           a, arena, BL_AUTH_EARLY,
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

/* host, under the name that it has in HTTP/2 too, and every x-amz-* header must be signed. */
static bool is_left_out(struct bf_str list, struct bf_str h)
{
    if (bf_str_is(h, "host") && is_signed(list, BF_STR(":authority")))
        return false;
    return (bf_str_is(h, "host") || bf_str_starts(h, BF_STR("x-amz-"))) && !is_signed(list, h);
}

/* Collects the values of the signed headers from the request. */
static bool gather_signed(const struct bl_auth_server *s, const struct bl_request *r,
                          struct bf_arena *arena, const struct bl_claim *c,
                          struct bf_sigv4_request *q, struct bl_auth *a)
{
    struct bf_sigv4_header *out = bf_arena_alloc(arena, BF_SIGV4_HEADERS * sizeof(*out));
    struct bf_str list = c->signed_headers, name;
    if (!out)
        return bl_claim_refuse(a, arena, BL_AUTH_INTERNAL, "out of memory");
    for (size_t i = 0; i < r->nheaders; i++) {
        struct bf_str h = r->headers[i].name;
        if (is_left_out(list, h))
            return s->s3 ? bl_claim_refuse(
                               a, arena, BL_AUTH_UNSIGNED,
                               "There were headers present in the request which were not signed")
                         : bl_claim_refuse(
                               a, arena, BL_AUTH_UNSIGNED,
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

/* The last line of the canonical request. The JSON services hash the body, whatever a header
 * says. */
static bool read_payload(const struct bl_auth_server *s, const struct bl_request *r,
                         struct bf_arena *arena, char hex[BF_SHA256_HEX], struct bl_auth *a)
{
    struct bf_str given = bl_request_header(r, "x-amz-content-sha256");
    a->payload = BL_PAYLOAD_HASH;
    if (!s->s3) {
        if (!bf_sha256_hex(r->body, hex))
            return bl_claim_refuse(a, arena, BL_AUTH_INTERNAL, "SHA-256 failed");
        a->payload_hash = bf_str(hex, 64);
        return true;
    }
    if (a->presigned && !given.p)
        given = BF_STR("UNSIGNED-PAYLOAD");
    a->payload_hash = given;
    if (!given.p)
        return bl_claim_refuse(a, arena, BL_AUTH_NOHASH,
                               "Missing required header for this request: x-amz-content-sha256");
    for (size_t i = 0; i < BF_COUNT(streaming); i++)
        if (bf_str_eq(given, bf_str_of(streaming[i].word))) {
            a->payload = streaming[i].payload;
            return true;
        }
    return is_hash(given) ||
           bl_claim_refuse(
               a, arena, BL_AUTH_NOHASH,
               "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
               "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
               "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.");
}

/* The signing key of a day needs four HMACs, so each thread (it serves one connection) caches
 * one. */
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

static bool compute_signature(const struct bl_auth_server *s, const struct bf_sigv4_request *q,
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
        bl_claim_refuse(a, arena, BL_AUTH_INTERNAL, "%s", e.text);
    else if (!(a->any ? is_hash(provided)
                      : bf_str_same_secret(provided, bf_str_of(a->signature)))) {
        a->provided = provided;
        ok = bf_arena_copy(arena, bf_buf_view(&canonical), &a->canonical) &&
             bf_arena_copy(arena, bf_buf_view(&to_sign), &a->string_to_sign);
        bl_claim_refuse(
            a, arena, ok ? BL_AUTH_SIGNATURE : BL_AUTH_INTERNAL,
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

/* S3 uses the path as sent, but decoded and encoded again by the rules. */
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
    struct bl_claim c = {0};
    char hex[BF_SHA256_HEX];
    memset(out, 0, sizeof(*out));
    out->any = s->any && !bl_request_header(r, "origin").p;
    struct bf_sigv4_request q = {
        .method = r->method, .path = r->path, .encode_path = !s->s3, .normalize_path = !s->s3};
    if (!bl_claim_read(s, r, arena, &c, out) || !check_scope(s, arena, &c, out) ||
        !check_age(s, arena, &c, out) || !gather_signed(s, r, arena, &c, &q, out) ||
        !read_payload(s, r, arena, hex, out))
        return;
    struct bf_buf path;
    bf_buf_init(&path, r->path.n * 3 + 1);
    if (s->s3 && s3_path(r->path, &path))
        q.path = bf_buf_view(&path);
    q.query = c.query;
    q.payload_hash = out->payload_hash;
    if (compute_signature(s, &q, arena, c.signature, out))
        out->text = bf_str(NULL, 0);
    if (!s->s3)
        out->payload_hash = bf_str(NULL, 0); /* it pointed into this stack frame */
    bf_buf_free(&path);
}
