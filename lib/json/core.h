/*
 * The inner loops of scanning JSON text, shared by the pull scanner (scan.c)
 * and the change records (lib/ddb/change_core.h). Everything here is static and
 * is compiled several times over, once for each level of BF_CORE_SIMD: 0 steps
 * by bytes and words, 1 by 16 bytes and blocks of 64 (SSE2).
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

#include "lib/json/core_text.h"

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
