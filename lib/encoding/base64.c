#include "lib/encoding/base64.h"

#include <pthread.h>
#include <stdatomic.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { BAD = 255 };

static struct {
    char pair[4096][2]; /* the two characters of 12 bits */
    /* What the character at place 0 to 3 of a group gives to its bytes 0 to 2; byte 3 is BAD for
     * what is no character of base64. Kept as bytes, so the order in a word is nobody's matter. */
    uint32_t part[4][256];
} tables;
static atomic_int in_use = -1; /* not known yet, and the tables are empty */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool available(enum bf_base64_way way)
{
#if defined(__x86_64__)
    if (way == BF_BASE64_SSSE3)
        return __builtin_cpu_supports("ssse3");
    if (way == BF_BASE64_AVX2)
        return __builtin_cpu_supports("avx2");
#endif
    return way == BF_BASE64_TABLES;
}

static void init(void)
{
    for (unsigned i = 0; i < 4096; i++) {
        tables.pair[i][0] = alphabet[i >> 6];
        tables.pair[i][1] = alphabet[i & 63];
    }
    static const unsigned char bad[4] = {0, 0, 0, BAD};
    for (unsigned place = 0; place < 4; place++)
        for (unsigned c = 0; c < 256; c++)
            memcpy(&tables.part[place][c], bad, 4);
    for (unsigned v = 0; v < 64; v++)
        for (unsigned place = 0; place < 4; place++) {
            uint32_t bits = v << (18 - 6 * place);
            unsigned char bytes[4] = {(unsigned char)(bits >> 16), (unsigned char)(bits >> 8),
                                      (unsigned char)bits, 0};
            memcpy(&tables.part[place][(unsigned char)alphabet[v]], bytes, 4);
        }
    enum bf_base64_way best = BF_BASE64_AVX2;
    while (!available(best))
        best--;
    atomic_store(&in_use, (int)best);
}

enum bf_base64_way bf_base64_in_use(void)
{
    int way = atomic_load_explicit(&in_use, memory_order_acquire);
    if (__builtin_expect(way >= 0, 1))
        return (enum bf_base64_way)way;
    pthread_once(&once, init);
    return (enum bf_base64_way)atomic_load(&in_use);
}

bool bf_base64_use(enum bf_base64_way way)
{
    pthread_once(&once, init);
    if (!available(way))
        return false;
    atomic_store(&in_use, (int)way);
    return true;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define SSSE3 __attribute__((target("ssse3")))
#define AVX2  __attribute__((target("avx2")))

/*
 * The method is that of W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions"
 * (2018). The constants have 16 bytes each; AVX2 has them twice.
 *
 * Encoding: SPREAD makes of each three bytes a, b, c the words ab and bc, from which two multiplications shift the
 * four values to their bytes. SHIFT is what is added to a value to make it a character, by the class of
 * the value: 0 for a-z, 1 to 10 for the digits, 11 for '+', 12 for '/', 13 for A-Z.
 *
 * Decoding: a character is wrong when the bit that its high half stands for (HIGH) is among those that
 * its low half excludes (LOW). BACK is what is added to a character to make it a value, by its high half; '/' takes
 * entry 1. GATHER puts the three bytes of each group in order.
 */
#define SPREAD 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10
#define SHIFT  71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0
#define HIGH   16, 16, 1, 2, 4, 8, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16
#define LOW    21, 17, 17, 17, 17, 17, 17, 17, 17, 17, 19, 26, 27, 27, 27, 26
#define BACK   0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0
#define GATHER 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1

/* Whole steps of the n bytes at p, as long as 16 can be read; how many were taken. */
static SSSE3 size_t encode_ssse3(char *q, const unsigned char *p, size_t n)
{
    const __m128i spread = _mm_setr_epi8(SPREAD), shift = _mm_setr_epi8(SHIFT);
    size_t done = 0;
    for (; n - done >= 16; done += 12, q += 16) {
        __m128i in = _mm_loadu_si128((const __m128i *)(const void *)(p + done));
        in = _mm_shuffle_epi8(in, spread);
        __m128i even = _mm_and_si128(in, _mm_set1_epi32(0x0FC0FC00));
        __m128i odd = _mm_and_si128(in, _mm_set1_epi32(0x003F03F0));
        even = _mm_mulhi_epu16(even, _mm_set1_epi32(0x04000040));
        odd = _mm_mullo_epi16(odd, _mm_set1_epi32(0x01000010));
        __m128i value = _mm_or_si128(even, odd);
        __m128i class = _mm_subs_epu8(value, _mm_set1_epi8(51));
        __m128i upper = _mm_cmpgt_epi8(_mm_set1_epi8(26), value);
        class = _mm_or_si128(class, _mm_and_si128(upper, _mm_set1_epi8(13)));
        value = _mm_add_epi8(value, _mm_shuffle_epi8(shift, class));
        _mm_storeu_si128((__m128i *)(void *)q, value);
    }
    return done;
}

/* The same, as long as 28 can be read. */
static AVX2 size_t encode_avx2(char *q, const unsigned char *p, size_t n)
{
    const __m256i spread = _mm256_setr_epi8(SPREAD, SPREAD), shift = _mm256_setr_epi8(SHIFT, SHIFT);
    size_t done = 0;
    for (; n - done >= 28; done += 24, q += 32) {
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(p + done));
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(p + done + 12));
        __m256i in = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
        in = _mm256_shuffle_epi8(in, spread);
        __m256i even = _mm256_and_si256(in, _mm256_set1_epi32(0x0FC0FC00));
        __m256i odd = _mm256_and_si256(in, _mm256_set1_epi32(0x003F03F0));
        even = _mm256_mulhi_epu16(even, _mm256_set1_epi32(0x04000040));
        odd = _mm256_mullo_epi16(odd, _mm256_set1_epi32(0x01000010));
        __m256i value = _mm256_or_si256(even, odd);
        __m256i class = _mm256_subs_epu8(value, _mm256_set1_epi8(51));
        __m256i upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), value);
        class = _mm256_or_si256(class, _mm256_and_si256(upper, _mm256_set1_epi8(13)));
        value = _mm256_add_epi8(value, _mm256_shuffle_epi8(shift, class));
        _mm256_storeu_si256((__m256i *)(void *)q, value);
    }
    return done;
}

/* Whole steps of the n characters at p, as long as 16 bytes can be written even if two of them are
 * padding; how many were taken. *bad becomes true when one of them was none. */
static SSSE3 size_t decode_ssse3(char *q, const unsigned char *p, size_t n, bool *bad)
{
    const __m128i high = _mm_setr_epi8(HIGH), low = _mm_setr_epi8(LOW);
    const __m128i back = _mm_setr_epi8(BACK), gather = _mm_setr_epi8(GATHER);
    const __m128i half = _mm_set1_epi8(15);
    __m128i wrong = _mm_setzero_si128();
    size_t done = 0;
    for (; n - done >= 24; done += 16, q += 12) {
        __m128i in = _mm_loadu_si128((const __m128i *)(const void *)(p + done));
        __m128i hi = _mm_and_si128(_mm_srli_epi32(in, 4), half), lo = _mm_and_si128(in, half);
        __m128i clash = _mm_and_si128(_mm_shuffle_epi8(high, hi), _mm_shuffle_epi8(low, lo));
        wrong = _mm_or_si128(wrong, clash);
        __m128i entry = _mm_add_epi8(hi, _mm_cmpeq_epi8(in, _mm_set1_epi8('/')));
        __m128i value = _mm_add_epi8(in, _mm_shuffle_epi8(back, entry));
        value = _mm_maddubs_epi16(value, _mm_set1_epi32(0x01400140)); /* 12 bits of two */
        value = _mm_madd_epi16(value, _mm_set1_epi32(0x00011000));    /* 24 bits of four */
        _mm_storeu_si128((__m128i *)(void *)q, _mm_shuffle_epi8(value, gather));
    }
    *bad |= _mm_movemask_epi8(_mm_cmpeq_epi8(wrong, _mm_setzero_si128())) != 0xFFFF;
    return done;
}

/* 32 characters: 24 bytes, with 8 of no meaning behind them. *clash is zero in the place of each good character. */
static inline AVX2 __m256i decode_32(__m256i in, __m256i *clash)
{
    const __m256i high = _mm256_setr_epi8(HIGH, HIGH), low = _mm256_setr_epi8(LOW, LOW);
    const __m256i back = _mm256_setr_epi8(BACK, BACK), gather = _mm256_setr_epi8(GATHER, GATHER);
    const __m256i close = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
    const __m256i half = _mm256_set1_epi8(15);
    __m256i hi = _mm256_and_si256(_mm256_srli_epi32(in, 4), half);
    __m256i lo = _mm256_and_si256(in, half);
    *clash = _mm256_and_si256(_mm256_shuffle_epi8(high, hi), _mm256_shuffle_epi8(low, lo));
    __m256i entry = _mm256_add_epi8(hi, _mm256_cmpeq_epi8(in, _mm256_set1_epi8('/')));
    __m256i value = _mm256_add_epi8(in, _mm256_shuffle_epi8(back, entry));
    value = _mm256_maddubs_epi16(value, _mm256_set1_epi32(0x01400140));
    value = _mm256_madd_epi16(value, _mm256_set1_epi32(0x00011000));
    return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(value, gather), close);
}

/* As decode_ssse3, 32 characters at a time. */
static AVX2 size_t decode_avx2(char *q, const unsigned char *p, size_t n, bool *bad)
{
    __m256i wrong = _mm256_setzero_si256(), clash;
    size_t done = 0;
    for (; n - done >= 48; done += 32, q += 24) {
        __m256i in = _mm256_loadu_si256((const __m256i *)(const void *)(p + done));
        _mm256_storeu_si256((__m256i *)(void *)q, decode_32(in, &clash));
        wrong = _mm256_or_si256(wrong, clash);
    }
    *bad |= !_mm256_testz_si256(wrong, wrong);
    return done;
}

/* Whole groups of the text at p, up to the step that holds a character which is none; how many characters. Reads
 * 32 at a time of n, writes 32 bytes at a time. */
static AVX2 size_t decode_front_avx2(char *q, const unsigned char *p, size_t n)
{
    __m256i clash;
    size_t done = 0;
    for (; n - done >= 32; done += 32, q += 24) {
        __m256i in = _mm256_loadu_si256((const __m256i *)(const void *)(p + done));
        _mm256_storeu_si256((__m256i *)(void *)q, decode_32(in, &clash));
        unsigned good =
            (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(clash, _mm256_setzero_si256()));
        if (good != ~0u)
            return done + ((size_t)__builtin_ctz(~good) & ~(size_t)3);
    }
    return done;
}
#endif

/* Bytes of data that were encoded, a multiple of 3. */
static size_t encode_steps(char *q, const unsigned char *p, size_t n)
{
    enum bf_base64_way way = bf_base64_in_use();
    size_t done = 0;
#if defined(__x86_64__)
    if (way == BF_BASE64_AVX2)
        done = encode_avx2(q, p, n);
    if (way >= BF_BASE64_SSSE3)
        done += encode_ssse3(q + done / 3 * 4, p + done, n - done);
#else
    (void)way;
    (void)q;
    (void)p;
    (void)n;
#endif
    return done;
}

/* Characters of text that were decoded, a multiple of 4. */
static size_t decode_steps(char *q, const unsigned char *p, size_t n, bool *bad)
{
    enum bf_base64_way way = bf_base64_in_use();
    size_t done = 0;
#if defined(__x86_64__)
    if (way == BF_BASE64_AVX2)
        done = decode_avx2(q, p, n, bad);
    if (way >= BF_BASE64_SSSE3)
        done += decode_ssse3(q + done / 4 * 3, p + done, n - done, bad);
#else
    (void)way;
    (void)q;
    (void)p;
    (void)n;
    (void)bad;
#endif
    return done;
}

void bf_base64_encode(struct bf_buf *out, struct bf_str data)
{
    char *at = bf_buf_room(out, (data.n + 2) / 3 * 4);
    if (!at || data.n == 0)
        return;
    const unsigned char *p = (const unsigned char *)data.p;
    size_t done = encode_steps(at, p, data.n), n = data.n - done;
    char *q = at + done / 3 * 4;
    p += done;
    for (; n >= 3; p += 3, n -= 3, q += 4) {
        memcpy(q, tables.pair[p[0] << 4 | p[1] >> 4], 2);
        memcpy(q + 2, tables.pair[(p[1] & 15) << 8 | p[2]], 2);
    }
    if (n) {
        unsigned second = n == 2 ? p[1] : 0;
        memcpy(q, tables.pair[(unsigned)p[0] << 4 | second >> 4], 2);
        q[2] = '=';
        if (n == 2)
            q[2] = alphabet[(second & 15) << 2];
        q[3] = '=';
        q += 4;
    }
    out->n += (size_t)(q - at);
}

/* Four characters: three bytes and whether one of the four was none. */
static uint32_t group(const unsigned char *p)
{
    return tables.part[0][p[0]] | tables.part[1][p[1]] | tables.part[2][p[2]] |
           tables.part[3][p[3]];
}

/* The last group, pad of its characters are '='; false when it is not canonical. */
static bool decode_last(char *q, const unsigned char *p, size_t pad)
{
    unsigned char text[4] = {p[0], p[1], pad < 2 ? p[2] : 'A', pad < 1 ? p[3] : 'A'}, bytes[4];
    uint32_t v = group(text);
    memcpy(bytes, &v, 4);
    memcpy(q, bytes, 3 - pad);
    /* left-over bits: not canonical */
    return !bytes[3] && (pad == 0 || !bytes[2]) && (pad < 2 || !bytes[1]);
}

bool bf_base64_decode(struct bf_buf *out, struct bf_str text)
{
    if (text.n % 4)
        return false;
    if (text.n == 0)
        return true;
    size_t pad = text.p[text.n - 1] != '=' ? 0 : text.p[text.n - 2] != '=' ? 1 : 2;
    char *at = bf_buf_room(out, text.n / 4 * 3);
    if (!at)
        return false;
    const unsigned char *p = (const unsigned char *)text.p;
    bool bad = false;
    size_t done = decode_steps(at, p, text.n, &bad);
    char *q = at + done / 4 * 3;
    uint32_t seen = 0;
    for (; done + 4 < text.n; done += 4, q += 3) { /* each writes one byte more, for the next */
        uint32_t v = group(p + done);
        seen |= v;
        memcpy(q, &v, 4);
    }
    unsigned char flags[4];
    memcpy(flags, &seen, 4);
    if (bad || flags[3] || !decode_last(q, p + done, pad))
        return false;
    out->n += text.n / 4 * 3 - pad;
    return true;
}

#if defined(__x86_64__)
static bool decode_front(struct bf_buf *out, struct bf_str text, size_t *n)
{
    char *at = bf_buf_room(out, text.n / 4 * 3 + 32);
    if (!at)
        return false;
    const unsigned char *p = (const unsigned char *)text.p;
    size_t done = decode_front_avx2(at, p, text.n);
    char *q = at + done / 4 * 3;
    for (; text.n - done >= 4; done += 4, q += 3) {
        unsigned char bytes[4];
        uint32_t v = group(p + done);
        memcpy(bytes, &v, 4);
        if (bytes[3])
            break;
        memcpy(q, bytes, 3);
    }
    if (text.n - done > 4 && p[done] != '"' && p[done + 3] == '=') {
        size_t pad = p[done + 2] == '=' ? 2 : 1;
        if (!decode_last(q, p + done, pad))
            return false;
        q += 3 - pad;
        done += 4;
    }
    if (done == text.n || p[done] != '"')
        return false;
    out->n += (size_t)(q - at);
    *n = done;
    return true;
}
#endif

bool bf_base64_decode_quoted(struct bf_buf *out, struct bf_str text, size_t *n)
{
#if defined(__x86_64__)
    if (bf_base64_in_use() == BF_BASE64_AVX2)
        return decode_front(out, text, n);
#endif
    const char *quote = text.n ? memchr(text.p, '"', text.n) : NULL;
    *n = quote ? (size_t)(quote - text.p) : 0;
    return quote && bf_base64_decode(out, bf_str(text.p, *n));
}
