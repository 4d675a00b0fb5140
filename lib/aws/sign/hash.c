#include "lib/aws/sign/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

enum { BLOCK = 64 }; /* bytes, of SHA-256 */

/*
 * Fetched once, with a context for each thread: an implicit fetch, or a context for every digest,
 * costs more time than the digest of a header.
 */
static EVP_MD *sha256;
static pthread_key_t key_of_context;
static bool ready;

static void free_context(void *ctx)
{
    EVP_MD_CTX_free(ctx);
}

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    ready = sha256 && pthread_key_create(&key_of_context, free_context) == 0;
}

/* This thread's context, initialised; NULL: out of memory, or OpenSSL has no SHA-256. */
static EVP_MD_CTX *begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch);
    EVP_MD_CTX *ctx = ready ? pthread_getspecific(key_of_context) : NULL;
    if (ready && !ctx) {
        ctx = EVP_MD_CTX_new();
        if (pthread_setspecific(key_of_context, ctx) != 0) {
            EVP_MD_CTX_free(ctx);
            ctx = NULL;
        }
    }
    return ctx && EVP_DigestInit_ex(ctx, sha256, NULL) == 1 ? ctx : NULL;
}

/* The hash of first (n bytes) followed by second (m bytes). */
static bool hash(const void *first, size_t n, const void *second, size_t m,
                 unsigned char out[BF_SHA256_SIZE])
{
    EVP_MD_CTX *ctx = begin();
    return ctx && (n == 0 || EVP_DigestUpdate(ctx, first, n) == 1) &&
           (m == 0 || EVP_DigestUpdate(ctx, second, m) == 1) &&
           EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

bool bf_sha256(struct bf_str data, unsigned char out[BF_SHA256_SIZE])
{
    return hash(data.p, data.n, NULL, 0, out);
}

void bf_sha256_print(const unsigned char bytes[BF_SHA256_SIZE], char out[BF_SHA256_HEX])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < BF_SHA256_SIZE; i++) {
        out[2 * i] = hex[bytes[i] >> 4];
        out[2 * i + 1] = hex[bytes[i] & 15];
    }
    out[2 * BF_SHA256_SIZE] = '\0';
}

bool bf_sha256_hex(struct bf_str data, char out[BF_SHA256_HEX])
{
    unsigned char bytes[BF_SHA256_SIZE];
    if (!bf_sha256(data, bytes))
        return false;
    bf_sha256_print(bytes, out);
    return true;
}

/* RFC 2104. */
bool bf_hmac_sha256(struct bf_str key, struct bf_str data, unsigned char out[BF_SHA256_SIZE])
{
    unsigned char inner[BLOCK] = {0}, outer[BLOCK], digest[BF_SHA256_SIZE];
    if (key.n > BLOCK && !bf_sha256(key, inner))
        return false;
    if (key.n && key.n <= BLOCK)
        memcpy(inner, key.p, key.n);
    for (size_t i = 0; i < BLOCK; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    bool ok = hash(inner, BLOCK, data.p, data.n, digest) &&
              hash(outer, BLOCK, digest, sizeof digest, out);
    OPENSSL_cleanse(inner, sizeof inner); /* they contain the key */
    OPENSSL_cleanse(outer, sizeof outer);
    return ok;
}
