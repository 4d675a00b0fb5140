/*
 * The inner loops of scanning JSON text, shared by the pull scanner (scan.c)
 * and the change records (lib/ddb/change_core.h). Everything here is static and
 * is compiled several times over, once for each level of BF_CORE_SIMD: 0 steps
 * by bytes and words, 1 by 16 bytes (SSE2), 2 by 32 (AVX2).
 *
 * The text is padded: behind `end` stands a sentinel, '\n' or NUL, and at least
 * BF_CORE_PAD bytes can be read from there on. So a vector load at any place of
 * the text is allowed, and a byte can be looked at without asking whether the
 * end was reached: the sentinel is none of the bytes that JSON wants anywhere.
 * Only white space has to ask, because '\n' is white space.
 *
 * A function takes the place to scan at and returns the place behind what it
 * scanned, or NULL after it noted the place and reason in struct core.
 */
#ifndef BF_JSON_CORE_H
#define BF_JSON_CORE_H

#include "lib/base/str.h"

#ifndef BF_CORE_SIMD
#define BF_CORE_SIMD 0
#endif
#if BF_CORE_SIMD
#include <immintrin.h>
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
/* One byte, 32 times. In memory and out of the compiler's sight, which otherwise makes them anew in
 * registers for every string. */
struct core_bytes {
    _Alignas(32) char space[32], quote[32], slash[32], dot[32], zero[32], nine[32];
};
extern const struct core_bytes bf_core_bytes; /* cpu.c */

CORE_INLINE __m128i core_load16(const char *p)
{
    return _mm_load_si128((const __m128i *)(const void *)p);
}

#if BF_CORE_SIMD == 2
CORE_INLINE __m256i core_load32(const char *p)
{
    return _mm256_load_si256((const __m256i *)(const void *)p);
}
#endif

/* The digits among the 16 bytes at p, a bit each. */
CORE_INLINE uint32_t core_digits16(__m128i v)
{
    const struct core_bytes *is = &bf_core_bytes;
    __m128i value = _mm_sub_epi8(v, core_load16(is->zero));
    __m128i low = _mm_min_epu8(value, core_load16(is->nine));
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(low, value));
}
#endif

/* The first byte from p on that a string cannot simply pass over: '"', '\', a control character or a
 * byte of 0x80 and above. At the latest that is the sentinel. */
#if BF_CORE_SIMD == 2
CORE_INLINE const char *core_special(const char *p)
{
    const struct core_bytes *is = &bf_core_bytes;
    for (;; p += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
        /* signed: below 0x20 are the control characters and everything from 0x80 up */
        __m256i hit =
            _mm256_or_si256(_mm256_cmpgt_epi8(core_load32(is->space), v),
                            _mm256_or_si256(_mm256_cmpeq_epi8(v, core_load32(is->quote)),
                                            _mm256_cmpeq_epi8(v, core_load32(is->slash))));
        uint32_t mask = (uint32_t)_mm256_movemask_epi8(hit);
        if (CORE_LIKELY(mask))
            return p + __builtin_ctz(mask);
    }
}
#elif BF_CORE_SIMD == 1
CORE_INLINE const char *core_special(const char *p)
{
    const struct core_bytes *is = &bf_core_bytes;
    for (;; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_cmplt_epi8(v, core_load16(is->space)),
                                   _mm_or_si128(_mm_cmpeq_epi8(v, core_load16(is->quote)),
                                                _mm_cmpeq_epi8(v, core_load16(is->slash))));
        uint32_t mask = (uint32_t)_mm_movemask_epi8(hit);
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

/* Are the n bytes (1 and more) at a those at b? Up to 31 behind either may be read. */
CORE_INLINE bool core_same(const char *a, const char *b, size_t n)
{
#if BF_CORE_SIMD == 2
    for (;; a += 32, b += 32, n -= 32) {
        __m256i eq = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(const void *)a),
                                       _mm256_loadu_si256((const __m256i *)(const void *)b));
        uint32_t differ = ~(uint32_t)_mm256_movemask_epi8(eq);
        if (n <= 32)
            return differ << (32 - n) == 0;
        if (differ)
            return false;
    }
#elif BF_CORE_SIMD == 1
    for (;; a += 16, b += 16, n -= 16) {
        __m128i eq = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)a),
                                    _mm_loadu_si128((const __m128i *)(const void *)b));
        uint32_t differ = ~(uint32_t)_mm_movemask_epi8(eq) & 0xFFFF;
        if (n <= 16)
            return differ << (32 - n) == 0;
        if (differ)
            return false;
    }
#else
    return memcmp(a, b, n) == 0;
#endif
}

CORE_CALL const char *core_space_slow(const struct core *s, const char *p)
{
    while (p < s->end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

CORE_INLINE const char *core_space(const struct core *s, const char *p)
{
    return CORE_LIKELY((unsigned char)*p > ' ') ? p : core_space_slow(s, p);
}

CORE_INLINE bool core_hex4(const char *p, unsigned *v)
{
    *v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)p[i], low = c | 0x20;
        unsigned d = c - '0' < 10 ? c - '0' : low - 'a' < 6 ? low - 'a' + 10 : 16;
        if (d == 16)
            return false;
        *v = *v << 4 | d;
    }
    return true;
}

/* The escape at p, on its backslash. */
CORE_CALL const char *core_escape(struct core *s, const char *p)
{
    unsigned v, low;
    switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return p + 2;
    case 'u':
        break;
    default:
        return core_fail(s, p + 1 < s->end ? p : s->end, "unknown escape");
    }
    if (s->end - p < 6 || !core_hex4(p + 2, &v))
        return core_fail(s, p, "\\u wants four hex digits");
    if (v < 0xD800 || v > 0xDFFF)
        return p + 6;
    if (v > 0xDBFF || s->end - p < 12 || p[6] != '\\' || p[7] != 'u' || !core_hex4(p + 8, &low) ||
        low < 0xDC00 || low > 0xDFFF)
        return core_fail(s, p, "half of a surrogate pair");
    return p + 12;
}

/* Over the UTF-8 sequences (RFC 3629, section 4) from p on, while bytes of 0x80 and above come. */
CORE_CALL const char *core_utf8(struct core *s, const char *at)
{
    const unsigned char *p = (const unsigned char *)at;
    while (p[0] >= 0x80) {
        unsigned a = p[0], b = p[1];
        if (a >= 0xC2 && a <= 0xDF && (b & 0xC0) == 0x80)
            p += 2;
        else if ((a & 0xF0) == 0xE0 && (b & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 &&
                 !(a == 0xE0 && b < 0xA0) && !(a == 0xED && b > 0x9F))
            p += 3;
        else if (a >= 0xF0 && a <= 0xF4 && (b & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 &&
                 (p[3] & 0xC0) == 0x80 && !(a == 0xF0 && b < 0x90) && !(a == 0xF4 && b > 0x8F))
            p += 4;
        else
            return core_fail(s, (const char *)p, "invalid UTF-8");
    }
    return (const char *)p;
}

/* A string that holds something special at p; open is behind its opening quote. */
CORE_CALL const char *core_string_slow(struct core *s, const char *open, const char *p,
                                       bool *escaped)
{
    for (;;) {
        if (*p == '"')
            return p + 1;
        if (*p == '\\') {
            *escaped = true;
            p = core_escape(s, p);
        } else if ((unsigned char)*p >= 0x80)
            p = core_utf8(s, p);
        else if (p >= s->end)
            return core_fail(s, open - 1, "unterminated string");
        else
            return core_fail(s, p, "control character in a string");
        if (!p)
            return NULL;
        p = core_special(p);
    }
}

/* The string whose opening quote is in front of p; returns behind the closing one. */
CORE_INLINE const char *core_string(struct core *s, const char *p, bool *escaped)
{
    const char *q = core_special(p);
    *escaped = false;
    return CORE_LIKELY(*q == '"') ? q + 1 : core_string_slow(s, p, q, escaped);
}

CORE_INLINE bool core_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

CORE_CALL const char *core_number(struct core *s, const char *p)
{
    const char *at = p;
    p += *p == '-';
    if (*p == '0')
        p++;
    else if (core_digit(*p))
        do
            p++;
        while (core_digit(*p));
    else
        return core_fail(s, at, "not a number");
    if (*p == '.') {
        if (!core_digit(*++p))
            return core_fail(s, at, "a number wants digits after its point");
        while (core_digit(*p))
            p++;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        if (!core_digit(*p))
            return core_fail(s, at, "a number wants digits in its exponent");
        while (core_digit(*p))
            p++;
    }
    return p;
}

/* null, true, false, or a number. */
CORE_CALL const char *core_word(struct core *s, const char *p)
{
    if (*p == '-' || core_digit(*p))
        return core_number(s, p);
    if (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0)
        return p + 4;
    if (memcmp(p, "false", 5) == 0)
        return p + 5;
    return core_fail(s, p, "a value was expected");
}

enum { CORE_DEPTH = 256 };

/* Over the value at p, without recursion; depth containers are open around it. */
CORE_CALL const char *core_skip(struct core *s, const char *p, unsigned depth)
{
    bool object[CORE_DEPTH + 1], escaped;
    unsigned outer = depth;
value:
    p = core_space(s, p);
    if (*p == '"') {
        p = core_string(s, p + 1, &escaped);
    } else if (*p == '{' || *p == '[') {
        if (depth == CORE_DEPTH) {
            core_fail(s, p, "nested deeper than 256");
            s->code = BF_E_LIMIT;
            return NULL;
        }
        object[++depth] = *p == '{';
        p = core_space(s, p + 1);
        if (*p != (object[depth] ? '}' : ']')) {
            if (object[depth])
                goto key;
            goto value;
        }
        depth--;
        p++;
    } else
        p = core_word(s, p);
    if (CORE_UNLIKELY(!p))
        return NULL;
    for (; depth > outer; depth--, p++) {
        p = core_space(s, p);
        if (*p == ',') {
            p++;
            if (!object[depth])
                goto value;
            p = core_space(s, p);
            goto key;
        }
        if (*p != (object[depth] ? '}' : ']'))
            return core_fail(s, p,
                             object[depth] ? "',' or '}' was expected" : "',' or ']' was expected");
    }
    return p;
key:
    if (*p != '"')
        return core_fail(s, p, "a key in quotes was expected");
    p = core_string(s, p + 1, &escaped);
    if (!p)
        return NULL;
    p = core_space(s, p);
    if (*p != ':')
        return core_fail(s, p, "':' was expected");
    p++;
    goto value;
}

#endif
