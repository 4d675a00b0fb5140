/*
 * The base of core.h: the state of a scan, how it fails, loads, and operations on many bytes at
 * once. Static, compiled once for each vector level.
 */
#ifndef BF_JSON_CORE_VECTOR_H
#define BF_JSON_CORE_VECTOR_H

#include "lib/base/str.h"

#ifndef BF_CORE_SIMD
#define BF_CORE_SIMD 0
#endif
#if BF_CORE_SIMD
#include <emmintrin.h>
#endif

#define CORE_LIKELY(x)   __builtin_expect(!!(x), 1)
#define CORE_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define CORE_INLINE      static inline __attribute__((always_inline, unused))
#define CORE_COLD        static __attribute__((noinline, cold, unused))
#define CORE_CALL        static __attribute__((noinline, unused))

enum { BF_CORE_PAD = 64 };

struct core {
    const char *start, *end;
    const char *bad;       /* the position of the error */
    const char *what;      /* the reason: a literal */
    enum bf_err_code code; /* BF_E_INPUT or BF_E_LIMIT */
};

/* Records an error at that position; returns NULL. */
CORE_COLD const char *core_fail_at(struct core *s, const char *at, const char *what)
{
    s->bad = at < s->end ? at : s->end;
    s->what = what;
    s->code = BF_E_INPUT;
    return NULL;
}

/* The same, but at the end of the text the error is that it ends too early. */
CORE_COLD const char *core_fail(struct core *s, const char *at, const char *what)
{
    return core_fail_at(s, at, at < s->end ? what : "unexpected end");
}

CORE_INLINE uint64_t core_load8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

CORE_INLINE uint16_t core_load2(const char *p)
{
    uint16_t v;
    memcpy(&v, p, 2);
    return v;
}

CORE_INLINE uint32_t core_load4(const char *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

#if BF_CORE_SIMD
/* One byte, 16 times. In memory, and hidden from the compiler, which otherwise builds them in
 * registers again for every string. */
struct core_bytes {
    _Alignas(16) char space[16], quote[16], slash[16], dot[16], zero[16], nine[16];
};
extern const struct core_bytes bf_core_bytes; /* cpu.c */

CORE_INLINE __m128i core_load16(const char *p)
{
    return _mm_load_si128((const __m128i *)(const void *)p);
}

CORE_INLINE __m128i core_read(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

CORE_INLINE __m128i core_all(int c)
{
    return _mm_set1_epi8((char)c);
}

CORE_INLINE __m128i core_equal(__m128i v, int c)
{
    return _mm_cmpeq_epi8(v, _mm_set1_epi8((char)c));
}

/* Compares as signed numbers: bytes from 0x80 on are less than all others. */
CORE_INLINE __m128i core_less(__m128i v, int c)
{
    return _mm_cmplt_epi8(v, _mm_set1_epi8((char)c));
}

/* The bytes from c to c + n - 1. */
CORE_INLINE __m128i core_within(__m128i v, int c, int n)
{
    __m128i from = _mm_sub_epi8(v, _mm_set1_epi8((char)c));
    return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)(n - 1))), from);
}

/* Non-zero: the bytes greater than c, as unsigned numbers. */
CORE_INLINE __m128i core_beyond(__m128i v, int c)
{
    return _mm_subs_epu8(v, _mm_set1_epi8((char)c));
}

CORE_INLINE __m128i core_and(__m128i a, __m128i b)
{
    return _mm_and_si128(a, b);
}

CORE_INLINE __m128i core_without(__m128i a, __m128i b)
{
    return _mm_andnot_si128(b, a);
}

CORE_INLINE __m128i core_alike(__m128i a, __m128i b)
{
    return _mm_cmpeq_epi8(a, b);
}

CORE_INLINE __m128i core_or(__m128i a, __m128i b)
{
    return _mm_or_si128(a, b);
}

CORE_INLINE uint32_t core_bits(__m128i v)
{
    return (uint32_t)_mm_movemask_epi8(v);
}

CORE_INLINE uint64_t core_join(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return (uint64_t)(d << 16 | c) << 32 | (b << 16 | a);
}

/* Applies f to the four vectors of the 64 bytes at p: one bit for each byte. */
#define CORE_64(f, p)                                                                              \
    core_join(core_bits(f(p)), core_bits(f((p) + 16)), core_bits(f((p) + 32)),                     \
              core_bits(f((p) + 48)))

/* The digits among the 16 bytes of v, one bit each. */
CORE_INLINE uint32_t core_digits16(__m128i v)
{
    const struct core_bytes *is = &bf_core_bytes;
    __m128i value = _mm_sub_epi8(v, core_load16(is->zero));
    __m128i low = _mm_min_epu8(value, core_load16(is->nine));
    return core_bits(_mm_cmpeq_epi8(low, value));
}

/* The bytes at which a string needs a closer look: '"', '\', control characters and bytes of 0x80
 * and above. */
CORE_INLINE __m128i core_stops(const char *p)
{
    const struct core_bytes *is = &bf_core_bytes;
    __m128i v = core_read(p);
    /* signed comparison: below 0x20 are the control characters and all bytes from 0x80 on */
    return core_or(_mm_cmplt_epi8(v, core_load16(is->space)),
                   core_or(_mm_cmpeq_epi8(v, core_load16(is->quote)),
                           _mm_cmpeq_epi8(v, core_load16(is->slash))));
}

/* The first of them from p on; at the latest the sentinel. */
CORE_INLINE const char *core_special(const char *p)
{
    for (;; p += 16) {
        uint32_t mask = core_bits(core_stops(p));
        if (CORE_LIKELY(mask))
            return p + __builtin_ctz(mask);
    }
}
#else
CORE_INLINE const char *core_special(const char *p)
{
    static const char special[256] = {
#define X16 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
        X16, X16, [0x20] = 0, ['"'] = 1, ['\\'] = 1, [0x80] = X16, X16,
        X16, X16, X16,        X16,       X16,        X16,
#undef X16
    };
    while (!special[(unsigned char)*p])
        p++;
    return p;
}
#endif

#if BF_CORE_SIMD
/* One bit for each of the 64 bytes at a that equals the one at b. */
CORE_INLINE uint64_t core_same64(const char *a, const char *b)
{
    return core_join(core_bits(_mm_cmpeq_epi8(core_read(a), core_read(b))),
                     core_bits(_mm_cmpeq_epi8(core_read(a + 16), core_read(b + 16))),
                     core_bits(_mm_cmpeq_epi8(core_read(a + 32), core_read(b + 32))),
                     core_bits(_mm_cmpeq_epi8(core_read(a + 48), core_read(b + 48))));
}
#endif

/* Are the n bytes (at least 1) at a and b equal? Up to 15 bytes after either may be read. */
CORE_INLINE bool core_same(const char *a, const char *b, size_t n)
{
#if BF_CORE_SIMD
    for (;; a += 16, b += 16, n -= 16) {
        uint32_t differ = ~core_bits(_mm_cmpeq_epi8(core_read(a), core_read(b))) & 0xFFFF;
        if (n <= 16)
            return differ << (32 - n) == 0;
        if (differ)
            return false;
    }
#else
    return memcmp(a, b, n) == 0;
#endif
}

/* The same without a branch on the length for texts of up to 64 bytes. Up to 63 bytes after either
 * may be read. */
CORE_INLINE bool core_same_wide(const char *a, const char *b, size_t n)
{
#if BF_CORE_SIMD
    for (;; a += 64, b += 64, n -= 64) {
        uint64_t same = core_same64(a, b);
        if (CORE_LIKELY(n <= 64))
            return ~same << (64 - n) == 0;
        if (~same)
            return false;
    }
#else
    return memcmp(a, b, n) == 0;
#endif
}

#endif
