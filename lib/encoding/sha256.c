#include "lib/encoding/sha256.h"

static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t v, int n)
{
    return v >> n | v << (32 - n);
}

static void one_block(uint32_t state[8], const unsigned char *p)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++, p += 4)
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) +
               (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) +
                      ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        uint32_t t2 = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) +
                      ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += v[i];
}

void bf_sha256_init(struct bf_sha256 *h)
{
    *h = (struct bf_sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                      0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void bf_sha256_add(struct bf_sha256 *h, const void *data, size_t n)
{
    const unsigned char *p = data;
    while (n) {
        size_t at = (size_t)(h->bytes % BF_SHA256_BLOCK), room = BF_SHA256_BLOCK - at;
        size_t take = n < room ? n : room;
        memcpy(h->block + at, p, take);
        h->bytes += take;
        p += take;
        n -= take;
        if (take == room)
            one_block(h->state, h->block);
    }
}

void bf_sha256_end(struct bf_sha256 *h, unsigned char out[BF_SHA256_BYTES])
{
    static const unsigned char padding[BF_SHA256_BLOCK] = {0x80};
    unsigned char length[8];
    uint64_t bits = h->bytes * 8;
    size_t at = (size_t)(h->bytes % BF_SHA256_BLOCK);
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    bf_sha256_add(h, padding, at < 56 ? 56 - at : 120 - at);
    bf_sha256_add(h, length, sizeof length);
    for (int i = 0; i < BF_SHA256_BYTES; i++)
        out[i] = (unsigned char)(h->state[i / 4] >> (24 - 8 * (i % 4)));
}

void bf_hmac256_init(struct bf_hmac256 *m, struct bf_str key)
{
    unsigned char block[BF_SHA256_BLOCK] = {0};
    bf_sha256_init(&m->inner);
    bf_sha256_init(&m->outer);
    if (key.n > sizeof block) {
        struct bf_sha256 h = m->inner;
        bf_sha256_add(&h, key.p, key.n);
        bf_sha256_end(&h, block);
    } else if (key.n)
        memcpy(block, key.p, key.n);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= 0x36;
    bf_sha256_add(&m->inner, block, sizeof block);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= 0x36 ^ 0x5c;
    bf_sha256_add(&m->outer, block, sizeof block);
}

void bf_hmac256(const struct bf_hmac256 *m, struct bf_str text, unsigned char out[BF_SHA256_BYTES])
{
    struct bf_sha256 h = m->inner;
    bf_sha256_add(&h, text.p, text.n);
    bf_sha256_end(&h, out);
    h = m->outer;
    bf_sha256_add(&h, out, BF_SHA256_BYTES);
    bf_sha256_end(&h, out);
}
