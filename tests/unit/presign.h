/* Presigned URLs, as clients make them: signed by the query. The toolkit only checks such signatures (bflocal). */
#ifndef TEST_PRESIGN_H
#define TEST_PRESIGN_H

#include "lib/aws/sign/sigv4.h"
#include "lib/encoding/enc.h"

static bool sign_canonical(const struct bf_sigv4_scope *s, const struct bf_sigv4_key *key,
                           const struct bf_buf *canonical, char signature[BF_SHA256_HEX],
                           struct bf_err *e)
{
    char room[256];
    struct bf_buf to_sign = {.p = room, .cap = sizeof room, .max = sizeof room};
    return bf_buf_check(canonical, "canonical request", e) &&
           bf_sigv4_string_to_sign(s, bf_buf_view(canonical), &to_sign, e) &&
           bf_sigv4_signature(key, bf_buf_view(&to_sign), signature, e);
}

/* The query of r, then the X-Amz parameters. */
static void presign_query(const struct bf_sigv4_request *r, const struct bf_sigv4_scope *s,
                          struct bf_str access_key, struct bf_str token, uint64_t expires_s,
                          struct bf_str names, struct bf_buf *out)
{
    char room[512];
    struct bf_buf scope = {.p = room, .cap = sizeof room, .max = sizeof room};
    bf_buf_adds(&scope, access_key);
    bf_buf_addc(&scope, '/');
    bf_sigv4_put_scope(s, &scope);
    bf_buf_adds(out, r->query);
    if (r->query.n)
        bf_buf_addc(out, '&');
    bf_buf_lit(out, "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=");
    bf_uri_encode(out, bf_buf_view(&scope), false);
    bf_buf_lit(out, "&X-Amz-Date=");
    bf_buf_add(out, s->time, 16);
    bf_buf_lit(out, "&X-Amz-SignedHeaders=");
    bf_uri_encode(out, names, false);
    bf_buf_addf(out, "&X-Amz-Expires=%llu", (unsigned long long)expires_s);
    if (token.n) {
        bf_buf_lit(out, "&X-Amz-Security-Token=");
        bf_uri_encode(out, token, false);
    }
    if (!bf_buf_ok(&scope))
        out->failed = true;
}

/* Appends the whole query string, X-Amz-Signature last. The request's headers are those to be signed (host at least, no
 * x-amz-date). token may be empty; signature may be NULL. */
static bool presign(const struct bf_sigv4_request *r, const struct bf_sigv4_scope *s,
                    struct bf_str access_key, struct bf_str token, uint64_t expires_s,
                    const struct bf_sigv4_key *key, struct bf_buf *out,
                    char signature[BF_SHA256_HEX], struct bf_err *e)
{
    struct bf_buf canonical, names;
    char mine[BF_SHA256_HEX];
    if (!signature)
        signature = mine;
    bf_buf_init(&canonical, 256 * 1024);
    bf_buf_init(&names, 8 * 1024);
    struct bf_sigv4_request signing = *r;
    size_t from = out->n;
    bool ok = bf_sigv4_canonical(r, &canonical, &names, e);
    if (ok) {
        presign_query(r, s, access_key, token, expires_s, bf_buf_view(&names), out);
        signing.query = bf_str(out->p + from, out->n - from);
        bf_buf_reset(&canonical);
        bf_buf_reset(&names);
        ok = bf_buf_check(out, "query", e) && bf_sigv4_canonical(&signing, &canonical, &names, e) &&
             sign_canonical(s, key, &canonical, signature, e);
    }
    if (ok) {
        bf_buf_lit(out, "&X-Amz-Signature=");
        bf_buf_add(out, signature, 64);
        ok = bf_buf_check(out, "query", e);
    }
    bf_buf_free(&canonical);
    bf_buf_free(&names);
    return ok;
}

#endif
