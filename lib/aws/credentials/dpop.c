#include "lib/aws/credentials/dpop.h"

#include <inttypes.h>
#include <stdio.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "lib/encoding/base64.h"

enum { P256 = 32 };

void bf_cred_base64url(struct bf_buf *out, struct bf_str data)
{
    size_t from = out->n;
    bf_base64_encode(out, data);
    if (!bf_buf_ok(out))
        return;
    while (out->n > from && out->p[out->n - 1] == '=')
        out->n--;
    for (size_t i = from; i < out->n; i++)
        out->p[i] = (char)(out->p[i] == '+' ? '-' : out->p[i] == '/' ? '_' : out->p[i]);
}

/* A key with a passphrase is none: nobody can be asked. */
static int no_passphrase(char *buf, int size, int rwflag, void *u)
{
    (void)buf, (void)size, (void)rwflag, (void)u;
    return 0;
}

static EVP_PKEY *read_key(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    char group[40] = "";
    size_t n;
    BIO_free(bio);
    if (key &&
        (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group, sizeof group, &n) != 1 ||
         (strcmp(group, "prime256v1") != 0 && strcmp(group, "P-256") != 0))) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

static bool put_coordinate(struct bf_buf *out, const EVP_PKEY *key, const char *name)
{
    BIGNUM *n = NULL;
    unsigned char bytes[P256];
    bool ok = EVP_PKEY_get_bn_param(key, name, &n) == 1 && BN_bn2binpad(n, bytes, P256) == P256;
    if (ok)
        bf_cred_base64url(out, bf_str((const char *)bytes, P256));
    BN_free(n);
    return ok;
}

/* r and s side by side, 32 bytes each: not the DER that OpenSSL gives. */
static bool put_signature(struct bf_buf *out, EVP_PKEY *key, struct bf_str text)
{
    unsigned char der[128], raw[2 * P256];
    size_t n = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(ctx, der, &n, (const unsigned char *)text.p, text.n) == 1;
    EVP_MD_CTX_free(ctx);
    const unsigned char *p = der;
    ECDSA_SIG *sig = ok ? d2i_ECDSA_SIG(NULL, &p, (long)n) : NULL;
    ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, P256) == P256 &&
         BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + P256, P256) == P256;
    if (ok)
        bf_cred_base64url(out, bf_str((const char *)raw, sizeof raw));
    ECDSA_SIG_free(sig);
    return ok;
}

bool bf_cred_dpop(struct bf_buf *out, const char *pem, const char *url, int64_t now_s,
                  const char *jti, struct bf_err *e)
{
    struct bf_buf part;
    EVP_PKEY *key = read_key(pem);
    if (!key)
        return bf_err_set(e, BF_E_DENIED, "its dpopKey is no P-256 key");
    bf_buf_init(&part, 4096);
    bf_buf_lit(&part, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"x\":\"");
    bool ok = put_coordinate(&part, key, OSSL_PKEY_PARAM_EC_PUB_X);
    bf_buf_lit(&part, "\",\"y\":\"");
    ok = ok && put_coordinate(&part, key, OSSL_PKEY_PARAM_EC_PUB_Y);
    bf_buf_lit(&part, "\",\"crv\":\"P-256\"}}");
    size_t from = out->n;
    bf_cred_base64url(out, bf_buf_view(&part));
    bf_buf_addc(out, '.');
    bf_buf_reset(&part);
    bf_buf_addf(&part, "{\"htm\":\"POST\",\"htu\":\"%s\",\"iat\":%" PRId64 ",\"jti\":\"%s\"}", url,
                now_s, jti);
    bf_cred_base64url(out, bf_buf_view(&part));
    ok = ok && bf_buf_ok(&part) && bf_buf_ok(out);
    bf_buf_reset(&part);
    if (ok) {
        ok = put_signature(&part, key, bf_str(out->p + from, out->n - from));
        bf_buf_addc(out, '.');
        bf_buf_adds(out, bf_buf_view(&part));
    }
    EVP_PKEY_free(key);
    bf_buf_free(&part);
    return (ok && bf_buf_ok(out)) || bf_err_nomem(e);
}
