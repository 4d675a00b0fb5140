#include "lib/aws/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

/* Fetched once: an implicit fetch at every digest costs more than the digest of a header. */
static EVP_MD *sha256;

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static const EVP_MD *digest(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch);
    return sha256;
}

bool bf_sha256(struct bf_str data, unsigned char out[BF_SHA256_SIZE])
{
    return digest() && EVP_Digest(data.p ? data.p : "", data.n, out, NULL, digest(), NULL) == 1;
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

bool bf_hmac_sha256(struct bf_str key, struct bf_str data, unsigned char out[BF_SHA256_SIZE])
{
    return digest() && HMAC(digest(), key.p ? key.p : "", (int)key.n,
                            (const unsigned char *)(data.p ? data.p : ""), data.n, out, NULL);
}
