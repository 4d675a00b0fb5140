#include "lib/encoding/crc.h"

#include <pthread.h>

/*
 * Everything is kept in 64 bits with the highest power of x in bit 0, as the
 * reflected algorithms have it: a 32-bit checksum lies in the low 32 bits, and
 * polynomials of the folding lie with x^63 in bit 0.
 */
static const struct {
    uint64_t poly; /* reflected, without its leading term */
    unsigned bits;
} kinds[BF_CRC_KINDS] = {
    [BF_CRC32] = {0xEDB88320u, 32},
    [BF_CRC32C] = {0x82F63B78u, 32},
    [BF_CRC64NVME] = {0x9A6C9329AC4BC9B5u, 64},
};

struct crc {
    uint64_t table[8][256];
    uint64_t fold64[2],
        fold16[2]; /* what carries 64 and 16 bytes further: for the low, the high half */
};

static struct crc crcs[BF_CRC_KINDS];
static bool have_clmul;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* v times x, modulo the polynomial. */
static uint64_t times_x(enum bf_crc_kind kind, uint64_t v)
{
    return v >> 1 ^ (v & 1 ? kinds[kind].poly : 0);
}

/* x^n modulo the polynomial, moved up so that x^63 would be bit 0. */
static uint64_t power(enum bf_crc_kind kind, unsigned n)
{
    uint64_t v = (uint64_t)1 << (kinds[kind].bits - 1);
    while (n--)
        v = times_x(kind, v);
    return v << (64 - kinds[kind].bits);
}

static void init_kind(enum bf_crc_kind kind)
{
    struct crc *c = &crcs[kind];
    for (unsigned i = 0; i < 256; i++) {
        uint64_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = times_x(kind, v);
        c->table[0][i] = v;
    }
    for (unsigned t = 1; t < 8; t++)
        for (unsigned i = 0; i < 256; i++) {
            uint64_t v = c->table[t - 1][i];
            c->table[t][i] = v >> 8 ^ c->table[0][v & 255];
        }
    /* a product of reflected values comes out one power too high, hence the 1 less */
    c->fold64[0] = power(kind, 512 + 64 - 1);
    c->fold64[1] = power(kind, 512 - 1);
    c->fold16[0] = power(kind, 128 + 64 - 1);
    c->fold16[1] = power(kind, 128 - 1);
}

static void init(void)
{
    for (int k = 0; k < BF_CRC_KINDS; k++)
        init_kind((enum bf_crc_kind)k);
#if defined(__x86_64__)
    have_clmul = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
#endif
}

static uint64_t load64(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* v is the register, not inverted. */
static uint64_t by_table(const struct crc *c, uint64_t v, const unsigned char *p, size_t n)
{
    for (; n >= 8; p += 8, n -= 8) {
        v ^= load64(p);
        v = c->table[7][v & 255] ^ c->table[6][v >> 8 & 255] ^ c->table[5][v >> 16 & 255] ^
            c->table[4][v >> 24 & 255] ^ c->table[3][v >> 32 & 255] ^ c->table[2][v >> 40 & 255] ^
            c->table[1][v >> 48 & 255] ^ c->table[0][v >> 56];
    }
    for (; n; p++, n--)
        v = v >> 8 ^ c->table[0][(v ^ *p) & 255];
    return v;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define CLMUL __attribute__((target("pclmul,sse4.1")))

static inline CLMUL __m128i load(const unsigned char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline CLMUL __m128i fold(__m128i acc, __m128i k, __m128i next)
{
    __m128i low = _mm_clmulepi64_si128(acc, k, 0x00), high = _mm_clmulepi64_si128(acc, k, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* Folds whole blocks of 16 bytes (n >= 64, a multiple of 16) to one block of the same remainder, which
 * the table then finishes as if it were the message. */
static CLMUL uint64_t by_clmul(const struct crc *c, uint64_t v, const unsigned char *p, size_t n)
{
    __m128i k64 = _mm_set_epi64x((long long)c->fold64[1], (long long)c->fold64[0]);
    __m128i k16 = _mm_set_epi64x((long long)c->fold16[1], (long long)c->fold16[0]);
    __m128i a = _mm_xor_si128(load(p), _mm_cvtsi64_si128((long long)v));
    __m128i b = load(p + 16), d = load(p + 32), f = load(p + 48);
    p += 64;
    n -= 64;
    for (; n >= 64; p += 64, n -= 64) {
        a = fold(a, k64, load(p));
        b = fold(b, k64, load(p + 16));
        d = fold(d, k64, load(p + 32));
        f = fold(f, k64, load(p + 48));
    }
    a = fold(a, k16, b);
    a = fold(a, k16, d);
    a = fold(a, k16, f);
    for (; n >= 16; p += 16, n -= 16)
        a = fold(a, k16, load(p));
    unsigned char last[16];
    _mm_storeu_si128((__m128i *)(void *)last, a);
    return by_table(c, 0, last, sizeof last);
}
#endif

static uint64_t mask(enum bf_crc_kind kind)
{
    return kinds[kind].bits == 64 ? UINT64_MAX : UINT32_MAX;
}

static uint64_t update(enum bf_crc_kind kind, uint64_t crc, struct bf_str data, bool clmul)
{
    const struct crc *c = &crcs[kind];
    const unsigned char *p = (const unsigned char *)data.p;
    size_t n = data.n;
    uint64_t v = ~crc & mask(kind);
#if defined(__x86_64__)
    if (clmul && n >= 64) {
        size_t whole = n & ~(size_t)15;
        v = by_clmul(c, v, p, whole);
        p += whole;
        n -= whole;
    }
#else
    (void)clmul;
#endif
    return ~by_table(c, v, p, n) & mask(kind);
}

uint64_t bf_crc(enum bf_crc_kind kind, uint64_t crc, struct bf_str data)
{
    pthread_once(&once, init);
    return update(kind, crc, data, have_clmul);
}

uint64_t bf_crc_portable(enum bf_crc_kind kind, uint64_t crc, struct bf_str data)
{
    pthread_once(&once, init);
    return update(kind, crc, data, false);
}

/* a times b modulo the polynomial, both reflected in their own width. */
static uint64_t multiply(enum bf_crc_kind kind, uint64_t a, uint64_t b)
{
    uint64_t sum = 0;
    for (uint64_t bit = (uint64_t)1 << (kinds[kind].bits - 1); bit; bit >>= 1) {
        if (a & bit)
            sum ^= b;
        b = times_x(kind, b);
    }
    return sum;
}

uint64_t bf_crc_combine(enum bf_crc_kind kind, uint64_t a, uint64_t b, uint64_t b_bytes)
{
    /* crc(AB) = crc(A) * x^(8 |B|) + crc(B); the inversions cancel out */
    uint64_t shift = (uint64_t)1 << (kinds[kind].bits - 1); /* 1 */
    uint64_t square = shift >> 8;                           /* x^8 */
    for (; b_bytes; b_bytes >>= 1) {
        if (b_bytes & 1)
            shift = multiply(kind, shift, square);
        square = multiply(kind, square, square);
    }
    return multiply(kind, a, shift) ^ b;
}

size_t bf_crc_size(enum bf_crc_kind kind)
{
    return kinds[kind].bits / 8;
}
