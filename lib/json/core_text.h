/*
 * Strings of JSON text: the part of core.h that finds the end of a string and validates its escapes
 * and its UTF-8 (RFC 3629). A string of plain ASCII is one search for its quote. Any other string
 * is read in blocks of 64 bytes, as masks with one bit per byte. The masks can only accept: if one
 * shows an error, core_string_slow reads the block again byte by byte and reports the first fault,
 * so every vector level reports the same error.
 */
#ifndef BF_JSON_CORE_TEXT_H
#define BF_JSON_CORE_TEXT_H

#include "lib/json/core_vector.h"
#include "lib/json/escape.h"

/* The escape whose backslash is at p. */
CORE_CALL const char *core_escape(struct core *s, const char *p)
{
    unsigned v, low;
    if (escape_is_short(p[1]))
        return p + 2;
    if (p[1] != 'u')
        return core_fail_at(s, p + 1 < s->end ? p : s->end, "unknown escape");
    if (s->end - p < 6 || !escape_hex4(p + 2, &v))
        return core_fail(s, p, "\\u needs four hex digits");
    if (v < 0xD800 || v > 0xDFFF)
        return p + 6;
    if (v > 0xDBFF || s->end - p < 12 || p[6] != '\\' || p[7] != 'u' || !escape_hex4(p + 8, &low) ||
        low < 0xDC00 || low > 0xDFFF)
        return core_fail(s, p, "half of a surrogate pair");
    return p + 12;
}

/* Skips UTF-8 sequences (RFC 3629, section 4) from p on, while the bytes are 0x80 or above. */
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

/* The rest of a string from p on, where a special byte is; open is after its opening quote. */
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

#if BF_CORE_SIMD
/* The bits below n, which is at most 64. */
CORE_INLINE uint64_t core_below(unsigned n)
{
    return n == 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

CORE_INLINE __m128i core_quotes(const char *p)
{
    return core_equal(core_read(p), '"');
}

CORE_INLINE __m128i core_slashes(const char *p)
{
    return core_equal(core_read(p), '\\');
}

/* Control characters, and all bytes from 0x80 on. */
CORE_INLINE __m128i core_low(const char *p)
{
    return core_less(core_read(p), 0x20);
}

/*
 * The bytes at which UTF-8 is invalid (RFC 3629, section 4), judged by a byte and the three before
 * it: a byte 80..BF that does not continue a sequence, or another one that should; a byte that
 * begins no sequence; and a second byte of an overlong sequence, a surrogate, or a value above
 * 10FFFF.
 */
CORE_INLINE __m128i core_utf8_wrong(const char *p)
{
    __m128i v = core_read(p), last = core_read(p - 1);
    __m128i wanted = core_or(core_beyond(last, 0xBF), core_or(core_beyond(core_read(p - 2), 0xDF),
                                                              core_beyond(core_read(p - 3), 0xEF)));
    __m128i wrong = core_alike(core_equal(wanted, 0), core_less(v, 0xC0));
    wrong = core_or(wrong, core_or(core_within(v, 0xC0, 2), core_within(v, 0xF5, 11)));
    __m128i a0 = core_less(v, 0xA0), f0 = core_less(v, 0x90);
    wrong = core_or(wrong, core_or(core_and(core_equal(last, 0xE0), a0),
                                   core_without(core_equal(last, 0xED), a0)));
    return core_or(wrong, core_or(core_and(core_equal(last, 0xF0), f0),
                                  core_without(core_equal(last, 0xF4), f0)));
}

enum { CORE_ESCAPE_MAX = 12 }; /* \ud83d\ude00 */

/* The characters that are valid after a backslash, except u. */
CORE_INLINE __m128i core_simple(const char *p)
{
    __m128i v = core_read(p);
    __m128i is = core_or(core_equal(v, '"'), core_or(core_equal(v, '\\'), core_equal(v, '/')));
    is = core_or(is, core_or(core_equal(v, 'b'), core_or(core_equal(v, 'f'), core_equal(v, 'n'))));
    return core_or(is, core_or(core_equal(v, 'r'), core_equal(v, 't')));
}

CORE_INLINE __m128i core_lower(const char *p)
{
    return core_or(core_read(p), core_all(0x20));
}

CORE_INLINE __m128i core_hex(const char *p)
{
    return core_or(core_within(core_read(p), '0', 10), core_within(core_lower(p), 'a', 6));
}

CORE_INLINE __m128i core_u(const char *p)
{
    return core_equal(core_read(p), 'u');
}

CORE_INLINE __m128i core_d(const char *p)
{
    return core_equal(core_lower(p), 'd');
}

/* slash: the positions of backslashes. Keeps those that begin an escape, if the first one does. */
CORE_INLINE uint64_t core_escapes(uint64_t slash)
{
    uint64_t begin = slash;
    if (CORE_UNLIKELY(slash & slash << 1)) /* some are adjacent */
        for (uint64_t rest = slash, first; rest; rest &= ~(first | first << 1)) {
            first = rest & -rest;
            begin &= ~(first << 1);
        }
    return begin;
}

/* u: the letters u of escapes \ud.. in the 64 bytes at p. Are all surrogates whole pairs? */
CORE_CALL bool core_surrogates(const char *p, uint64_t u)
{
    for (unsigned at, high, low; u; u &= u - 1) {
        at = (unsigned)__builtin_ctzll(u);
        const char *q = p + at + 1;
        if (!escape_hex4(q, &high) || high > 0xDBFF)
            return false;
        if (high < 0xD800)
            continue;
        if (q[4] != '\\' || q[5] != 'u' || !escape_hex4(q + 6, &low) || low < 0xDC00 ||
            low > 0xDFFF)
            return false;
        u &= ~((uint64_t)1 << (at + 6)); /* the low half */
    }
    return true;
}

/* Is the escape whose backslash is at p the first half of a surrogate pair? */
CORE_INLINE bool core_first_half(const char *p)
{
    char d = p[3] | 0x20;
    return p[1] == 'u' && (p[2] | 0x20) == 'd' &&
           (p[3] == '8' || p[3] == '9' || d == 'a' || d == 'b');
}

/* The end of the part of the block at p in which no escape is cut off: before the first escape that
 * may be cut off. The next block contains it whole. */
CORE_INLINE unsigned core_cut(const char *p, uint64_t begin)
{
    uint64_t late = begin & ~(uint64_t)0 << (64 - CORE_ESCAPE_MAX);
    unsigned n = late ? (unsigned)__builtin_ctzll(late) : 64;
    if (late && begin >> (n - 6) & 1 && core_first_half(p + n - 6))
        n -= 6;
    return n;
}

/* Are the escapes at begin, in the 64 bytes at p, valid and complete? */
CORE_INLINE bool core_escapes_ok(const char *p, uint64_t begin)
{
    uint64_t after = begin << 1, u = after & CORE_64(core_u, p);
    if (after & ~(u | CORE_64(core_simple, p)))
        return false;
    if (u == 0)
        return true;
    uint64_t digits = u << 1 | u << 2 | u << 3 | u << 4;
    if (digits & ~CORE_64(core_hex, p))
        return false;
    uint64_t d = u << 1 & CORE_64(core_d, p); /* D800 to DFFF are halves of pairs */
    return d == 0 || core_surrogates(p, d >> 1);
}

/* The beginning of the sequence that p continues, or p. The text before p is valid. */
CORE_INLINE const char *core_whole(const char *p)
{
    const char *q = p;
    if (p[-1] & 0x80)
        do
            q--;
        while ((*q & 0xC0) == 0x80);
    return q;
}

/* A string with a special byte at p; open is after its opening quote. */
CORE_CALL const char *core_string_rich(struct core *s, const char *open, const char *p,
                                       bool *escaped)
{
    if (CORE_UNLIKELY((uintptr_t)p - (uintptr_t)s->start <
                      3)) /* UTF-8 is checked together with the three bytes before it */
        return core_string_slow(s, open, p, escaped);
    for (;;) {
        uint64_t low = CORE_64(core_low, p), high = CORE_64(core_read, p), wrong = low & ~high;
        uint64_t begin = core_escapes(CORE_64(core_slashes, p));
        uint64_t end = CORE_64(core_quotes, p) & ~(begin << 1);
        unsigned n = end ? (unsigned)__builtin_ctzll(end) : core_cut(p, begin);
        begin &= core_below(n);
        if (high & core_below(n) || p[-1] & 0x80) /* here, or an incomplete sequence before it */
            wrong |= CORE_64(core_utf8_wrong, p) & (core_below(n) << 1 | 1);
        if (begin) {
            *escaped = true;
            wrong |= core_escapes_ok(p, begin) ? 0 : 1;
        }
        if (CORE_UNLIKELY(wrong & (core_below(n) << 1 | 1)))
            return core_string_slow(s, open, core_special(core_whole(p)), escaped);
        p += n;
        if (end)
            return p + 1;
    }
}
#else
#define core_string_rich core_string_slow
#endif

/* The string whose opening quote is before p; returns the position after the closing quote. */
CORE_INLINE const char *core_string(struct core *s, const char *p, bool *escaped)
{
    const char *q = core_special(p);
    *escaped = false;
    return CORE_LIKELY(*q == '"') ? q + 1 : core_string_rich(s, p, q, escaped);
}

#endif
