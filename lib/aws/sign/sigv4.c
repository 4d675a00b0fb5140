#include "lib/aws/sign/sigv4.h"

#include <openssl/crypto.h>

static bool crypto_failed(struct bf_err *e)
{
    return bf_err_set(e, BF_E_MEMORY, "OpenSSL could not compute SHA-256");
}

void bf_sigv4_put_scope(const struct bf_sigv4_scope *s, struct bf_buf *out)
{
    bf_buf_add(out, s->time, 8);
    bf_buf_addc(out, '/');
    bf_buf_adds(out, s->region);
    bf_buf_addc(out, '/');
    bf_buf_adds(out, s->service);
    bf_buf_lit(out, "/aws4_request");
}

bool bf_sigv4_string_to_sign(const struct bf_sigv4_scope *s, struct bf_str canonical,
                             struct bf_buf *out, struct bf_err *e)
{
    char hash[BF_SHA256_HEX];
    if (!bf_sha256_hex(canonical, hash))
        return crypto_failed(e);
    bf_buf_lit(out, "AWS4-HMAC-SHA256\n");
    bf_buf_add(out, s->time, 16);
    bf_buf_addc(out, '\n');
    bf_sigv4_put_scope(s, out);
    bf_buf_addc(out, '\n');
    bf_buf_add(out, hash, 64);
    return bf_buf_check(out, "string to sign", e);
}

bool bf_sigv4_signing_key(struct bf_str secret_key, const struct bf_sigv4_scope *s,
                          struct bf_sigv4_key *key, struct bf_err *e)
{
    char first[260] = "AWS4";
    if (secret_key.n > sizeof first - 4)
        return bf_err_set(e, BF_E_LIMIT, "secret key is longer than 256 bytes");
    if (secret_key.n)
        memcpy(first + 4, secret_key.p, secret_key.n);
    const struct bf_str steps[] = {bf_str(s->time, 8), s->region, s->service,
                                   BF_STR("aws4_request")};
    struct bf_str with = bf_str(first, 4 + secret_key.n);
    unsigned char digest[BF_SHA256_SIZE];
    bool ok = true;
    for (size_t i = 0; ok && i < BF_COUNT(steps); i++) {
        ok = bf_hmac_sha256(with, steps[i], digest);
        memcpy(key->bytes, digest, sizeof digest);
        with = bf_str((const char *)key->bytes, sizeof key->bytes);
    }
    OPENSSL_cleanse(first, sizeof first);
    OPENSSL_cleanse(digest, sizeof digest);
    return ok || crypto_failed(e);
}

bool bf_sigv4_signature(const struct bf_sigv4_key *key, struct bf_str string_to_sign,
                        char signature[BF_SHA256_HEX], struct bf_err *e)
{
    unsigned char digest[BF_SHA256_SIZE];
    struct bf_str k = bf_str((const char *)key->bytes, sizeof key->bytes);
    if (!bf_hmac_sha256(k, string_to_sign, digest))
        return crypto_failed(e);
    bf_sha256_print(digest, signature);
    return true;
}

/* Stages 2 and 4 over what stage 1 made. */
static bool sign(const struct bf_sigv4_scope *s, const struct bf_sigv4_key *key,
                 const struct bf_buf *canonical, char signature[BF_SHA256_HEX], struct bf_err *e)
{
    char room[256];
    struct bf_buf to_sign = {.p = room, .cap = sizeof room, .max = sizeof room};
    return bf_buf_check(canonical, "canonical request", e) &&
           bf_sigv4_string_to_sign(s, bf_buf_view(canonical), &to_sign, e) &&
           bf_sigv4_signature(key, bf_buf_view(&to_sign), signature, e);
}

enum { CANONICAL_MAX = 256 * 1024, NAMES_MAX = 8 * 1024 };

bool bf_sigv4_authorization(const struct bf_sigv4_request *r, const struct bf_sigv4_scope *s,
                            struct bf_str access_key, const struct bf_sigv4_key *key,
                            struct bf_buf *out, char signature[BF_SHA256_HEX], struct bf_err *e)
{
    struct bf_buf canonical, names;
    char mine[BF_SHA256_HEX];
    if (!signature)
        signature = mine;
    bf_buf_init(&canonical, CANONICAL_MAX);
    bf_buf_init(&names, NAMES_MAX);
    bool ok =
        bf_sigv4_canonical(r, &canonical, &names, e) && sign(s, key, &canonical, signature, e);
    if (ok) {
        bf_buf_lit(out, "AWS4-HMAC-SHA256 Credential=");
        bf_buf_adds(out, access_key);
        bf_buf_addc(out, '/');
        bf_sigv4_put_scope(s, out);
        bf_buf_lit(out, ", SignedHeaders=");
        bf_buf_adds(out, bf_buf_view(&names));
        bf_buf_lit(out, ", Signature=");
        bf_buf_add(out, signature, 64);
        ok = bf_buf_check(out, "authorization header", e);
    }
    if (canonical.n) /* with the session token */
        OPENSSL_cleanse(canonical.p, canonical.n);
    bf_buf_free(&canonical);
    bf_buf_free(&names);
    return ok;
}
