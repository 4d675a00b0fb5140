/*
 * The texts of numbers and binaries, validated: the part of change_value.h that
 * knows what stands between their quotes. Static, compiled once for each vector
 * level.
 */
#ifndef BF_DDB_CHANGE_TEXT_H
#define BF_DDB_CHANGE_TEXT_H

#include "lib/ddb/change_ops.h"
#include "lib/ddb/number.h"
#include "lib/json/core.h"

#if BF_CORE_SIMD
/* Behind -?digits(.digits)?" as JSON has it, when it is shorter than 16 bytes; NULL: look closer. Asks
 * without branches, because how long a number is cannot be foreseen. */
CORE_INLINE const char *plain_number(const char *p)
{
    p += *p == '-';
    const struct core_bytes *is = &bf_core_bytes;
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    uint32_t quotes = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, core_load16(is->quote)));
    uint32_t dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, core_load16(is->dot)));
    uint32_t digits = core_digits16(v);
    /* what is no digit, up to the first quote; all beyond the vector when there is no quote */
    uint32_t others = (quotes ^ (quotes - 1)) & ~digits, dot = others & (others - 1);
    uint32_t wrong = others & ~(dots | quotes);   /* nothing but a dot and the quote, */
    wrong |= dot & (dot - 1);                     /* both once, */
    wrong |= others & ~(digits << 1);             /* each behind a digit, */
    wrong |= (uint32_t)(*p == '0') & digits >> 1; /* and no digit behind a 0 in front */
    return CORE_LIKELY(wrong == 0) ? p + (size_t)__builtin_ctz(quotes) + 1 : NULL;
}
#else
/* Behind -?digits(.digits)?" of at most 38 characters as JSON has it, or NULL: look closer. */
CORE_INLINE const char *plain_number(const char *p)
{
    const char *start = p;
    p += *p == '-';
    const char *from = p;
    while (core_digit(*p))
        p++;
    if (CORE_UNLIKELY(p == from || (*from == '0' && p - from > 1)))
        return NULL;
    if (*p == '.') {
        from = ++p;
        while (core_digit(*p))
            p++;
        if (CORE_UNLIKELY(p == from))
            return NULL;
    }
    return CORE_LIKELY(*p == '"' && p - start <= BF_NUMBER_DIGITS) ? p + 1 : NULL;
}
#endif

CORE_CALL const char *other_number(struct change_scan *s, const char *p, bool *json)
{
    bool escaped;
    struct bf_err e = {0};
    const char *q = core_string(&s->core, p, &escaped);
    if (!q)
        return NULL;
    struct bf_str text = bf_str(p, (size_t)(q - p) - 1);
    *json = bf_number_is_json(text);
    if (bf_number_check(text, &e))
        return q;
    core_fail(&s->core, p, "");
    s->core.code = e.code;
    memcpy(s->text, e.text, sizeof s->text);
    s->core.what = s->text;
    return NULL;
}

/* The number in quotes whose opening quote is in front of p. */
CORE_INLINE const char *quoted_number(struct change_scan *s, const char *p, bool *json)
{
    const char *q = plain_number(p);
    *json = true;
    return CORE_LIKELY(q) ? q : other_number(s, p, json);
}

#if BF_CORE_SIMD
/* Which of the 16 bytes at p are digits of base64, a bit each. */
CORE_INLINE uint32_t base64_digits16(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i lower = _mm_or_si128(v, _mm_set1_epi8(0x20));
    __m128i letter = _mm_sub_epi8(lower, _mm_set1_epi8('a'));
    __m128i is = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
    is = _mm_or_si128(is, _mm_cmpeq_epi8(v, _mm_set1_epi8('+')));
    is = _mm_or_si128(is, _mm_cmpeq_epi8(v, _mm_set1_epi8('/')));
    return (uint32_t)_mm_movemask_epi8(is) | core_digits16(v);
}

/* The first byte from p on that is no digit of base64; at the latest that is the sentinel. */
CORE_INLINE const char *base64_end(const char *p)
{
    for (;; p += 32) {
        uint32_t other = ~(base64_digits16(p) | base64_digits16(p + 16) << 16);
        if (other)
            return p + __builtin_ctz(other);
    }
}
#else
CORE_INLINE const char *base64_end(const char *p)
{
    for (;; p++) {
        unsigned c = (unsigned char)*p;
        if (!((c | 0x20) - 'a' < 26 || c - '0' < 10 || c == '+' || c == '/'))
            return p;
    }
}
#endif

/* Base64 that is not written as usual. */
CORE_CALL const char *other_base64(struct change_scan *s, const char *p, bool *escaped)
{
    const char *q = core_string(&s->core, p, escaped);
    if (!q)
        return NULL;
    if (!bf_change_is_base64(bf_str(p, (size_t)(q - 1 - p)), *escaped))
        return core_fail(&s->core, p, "not base64");
    return q;
}

/* The binary whose opening quote is in front of p, with its padding. */
CORE_INLINE const char *quoted_base64(struct change_scan *s, const char *p, bool *escaped)
{
    const char *q = base64_end(p);
    size_t digits = (size_t)(q - p), pad = q[0] != '=' ? 0 : q[1] != '=' ? 1 : 2;
    *escaped = false;
    if (CORE_LIKELY(q[pad] == '"' && (digits + pad) % 4 == 0))
        return q + pad + 1;
    return other_base64(s, p, escaped);
}

#endif
