#include "lib/base/base64.h"

#if defined(__AVX2__)
#include <immintrin.h>

/* The same 16 bytes in both halves. */
static inline __m256i both(char a, char b, char c, char d, char e, char f, char g, char h, char i,
                           char j, char k, char l, char m, char n, char o, char p)
{
    return _mm256_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, a, b, c, d, e, f, g, h,
                            i, j, k, l, m, n, o, p);
}

size_t bf_base64_encode_avx2(const unsigned char *p, size_t n, char *q)
{
    const __m256i spread = both(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    /* what to add to a value, by its range: a-z, the ten digits, +, /, A-Z */
    const __m256i shift =
        both('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
             '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
    size_t at = 0;
    for (; n - at >= 28; at += 24, q += 32) { /* it loads 28 bytes and takes 24 */
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(p + at));
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(p + at + 12));
        __m256i v = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), spread);
        __m256i odd = _mm256_mulhi_epu16(_mm256_and_si256(v, _mm256_set1_epi32(0x0fc0fc00)),
                                         _mm256_set1_epi32(0x04000040));
        __m256i even = _mm256_mullo_epi16(_mm256_and_si256(v, _mm256_set1_epi32(0x003f03f0)),
                                          _mm256_set1_epi32(0x01000010));
        __m256i six = _mm256_or_si256(odd, even);
        __m256i range = _mm256_subs_epu8(six, _mm256_set1_epi8(51));
        __m256i upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), six);
        range = _mm256_or_si256(range, _mm256_and_si256(upper, _mm256_set1_epi8(13)));
        _mm256_storeu_si256((__m256i *)(void *)q,
                            _mm256_add_epi8(six, _mm256_shuffle_epi8(shift, range)));
    }
    return at;
}

size_t bf_base64_decode_avx2(const unsigned char *p, size_t n, char *q)
{
    /* a character is base64 when the sets of its two nibbles have no bit in common */
    const __m256i of_low = both(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13,
                                0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
    const __m256i of_high = both(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10,
                                 0x10, 0x10, 0x10, 0x10, 0x10);
    const __m256i roll = both(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i gather = both(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
    const __m256i nibble = _mm256_set1_epi8(0x0f);
    size_t at = 0;
    for (; n - at >= 48; at += 32, q += 24) { /* 32 are stored, so 16 characters have to follow */
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + at));
        __m256i high = _mm256_and_si256(_mm256_srli_epi32(v, 4), nibble);
        __m256i low = _mm256_and_si256(v, nibble);
        __m256i bad =
            _mm256_and_si256(_mm256_shuffle_epi8(of_low, low), _mm256_shuffle_epi8(of_high, high));
        if (!_mm256_testz_si256(bad, bad))
            break;
        __m256i slash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('/'));
        __m256i six = _mm256_add_epi8(v, _mm256_shuffle_epi8(roll, _mm256_add_epi8(slash, high)));
        __m256i twelve = _mm256_maddubs_epi16(six, _mm256_set1_epi32(0x01400140));
        __m256i all = _mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000));
        all = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(all, gather), join);
        _mm256_storeu_si256((__m256i *)(void *)q, all);
    }
    return at;
}
#endif
