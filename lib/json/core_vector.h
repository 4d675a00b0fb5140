/*
 * The floor of core.h: where a scan stands, how it fails, loads, and what looks
 * at many bytes at once. Static, compiled once for each vector level.
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
    const char *bad;       /* where it went wrong */
    const char *what;      /* and why: a literal */
    enum bf_err_code code; /* BF_E_INPUT or BF_E_LIMIT */
};

CORE_COLD const char *core_fail(struct core *s, const char *at, const char *what)
{
    s->bad = at < s->end ? at : s->end;
    s->what = at < s->end || what[0] == 'u' ? what : "unexpected end";
    s->code = BF_E_INPUT;
    return NULL;
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
/* One byte, 16 times. In memory and out of the compiler's sight, which otherwise makes them anew in
 * registers for every string. */
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

/* As signed numbers: bytes from 0x80 up are less than all others. */
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

/* Above zero: the bytes that are greater than c, as unsigned numbers. */
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

/* f(p), a vector, of the 64 bytes at p: a bit for each of them. */
#define CORE_64(f, p)                                                                              \
    core_join(core_bits(f(p)), core_bits(f((p) + 16)), core_bits(f((p) + 32)),                     \
              core_bits(f((p) + 48)))

/* The digits among the 16 bytes at p, a bit each. */
CORE_INLINE uint32_t core_digits16(__m128i v)
{
    const struct core_bytes *is = &bf_core_bytes;
    __m128i value = _mm_sub_epi8(v, core_load16(is->zero));
    __m128i low = _mm_min_epu8(value, core_load16(is->nine));
    return core_bits(_mm_cmpeq_epi8(low, value));
}

/* The bytes that a string cannot simply pass over: '"', '\', a control character or a byte of 0x80 and above. */
CORE_INLINE __m128i core_stops(const char *p)
{
    const struct core_bytes *is = &bf_core_bytes;
    __m128i v = core_read(p);
    /* signed: below 0x20 are the control characters and everything from 0x80 up */
    return core_or(_mm_cmplt_epi8(v, core_load16(is->space)),
                   core_or(_mm_cmpeq_epi8(v, core_load16(is->quote)),
                           _mm_cmpeq_epi8(v, core_load16(is->slash))));
}

/* The first of them from p on; at the latest that is the sentinel. */
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
/* Which of the 64 bytes at a are those at b. */
CORE_INLINE uint64_t core_same64(const char *a, const char *b)
{
    return core_join(core_bits(_mm_cmpeq_epi8(core_read(a), core_read(b))),
                     core_bits(_mm_cmpeq_epi8(core_read(a + 16), core_read(b + 16))),
                     core_bits(_mm_cmpeq_epi8(core_read(a + 32), core_read(b + 32))),
                     core_bits(_mm_cmpeq_epi8(core_read(a + 48), core_read(b + 48))));
}
#endif

/* Are the n bytes (1 and more) at a those at b? Up to 15 after either may be read. */
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

/* The same, without a branch on the length of a text of up to 64 bytes. Up to 63 after either may be read. */
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
