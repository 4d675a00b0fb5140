/*
 * Text into memory whose size the caller has made sure of: each function
 * writes at p and returns the place behind what it wrote. Nothing here checks
 * room; a source states the longest line it can make (gen.h), and emit.c
 * reserves that before it calls.
 */
#ifndef BFGEN_PUT_H
#define BFGEN_PUT_H

#include "lib/base/clock.h"
#include "lib/base/str.h"

static inline char *put(char *p, const char *s, size_t n)
{
    memcpy(p, s, n);
    return p + n;
}

/* A literal. */
#define PUT(p, lit) put((p), "" lit, sizeof(lit) - 1)

static inline char *put_str(char *p, struct bf_str s)
{
    return s.n ? put(p, s.p, s.n) : p;
}

/* Copies a fixed 20 bytes, which is faster than the right number of them: 20 bytes of room. */
static inline char *put_u64(char *p, uint64_t v)
{
    if (v < 10) {
        *p = (char)('0' + v);
        return p + 1;
    }
    char digits[40];
    size_t i = 20;
    for (; v >= 100; v /= 100) {
        i -= 2;
        digits[i + 1] = (char)('0' + v % 10);
        digits[i] = (char)('0' + v / 10 % 10);
    }
    digits[--i] = (char)('0' + v % 10);
    if (v >= 10)
        digits[--i] = (char)('0' + v / 10);
    memcpy(p, digits + i, 20);
    return p + 20 - i;
}

/* Exactly `width` digits, with leading zeros. */
static inline char *put_padded(char *p, uint64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--, v /= 10)
        p[i] = (char)('0' + v % 10);
    return p + width;
}

static inline char *put_hex(char *p, uint64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--, v >>= 4)
        p[i] = "0123456789abcdef"[v & 15];
    return p + width;
}

/* Money in the form DynamoDB gives numbers back: no zeros at the end, so 9210 cents are 92.1. */
static inline char *put_cents(char *p, uint64_t cents)
{
    unsigned rest = (unsigned)(cents % 100);
    p = put_u64(p, cents / 100);
    if (rest == 0)
        return p;
    *p++ = '.';
    *p++ = (char)('0' + rest / 10);
    if (rest % 10)
        *p++ = (char)('0' + rest % 10);
    return p;
}

/* 2026-11-27T06:30:00Z: seconds are enough for when an order was placed. */
static inline char *put_iso(char *p, int64_t wall_ms)
{
    struct bf_date d = bf_clock_date(wall_ms);
    p = put_padded(p, (uint64_t)d.year, 4);
    *p++ = '-';
    p = put_padded(p, (uint64_t)d.month, 2);
    *p++ = '-';
    p = put_padded(p, (uint64_t)d.day, 2);
    *p++ = 'T';
    p = put_padded(p, (uint64_t)d.hour, 2);
    *p++ = ':';
    p = put_padded(p, (uint64_t)d.minute, 2);
    *p++ = ':';
    p = put_padded(p, (uint64_t)d.second, 2);
    *p++ = 'Z';
    return p;
}

/* The bytes that DynamoDB counts for a number (developer guide, "Item sizes and formats"): one for
 * every two significant digits, one more, one for a minus sign. */
static inline size_t number_size(const char *s, size_t n)
{
    size_t significant = 0, zeros = 0, minus = n && s[0] == '-';
    if (n == 1)
        return s[0] == '0' ? 1 : 2;
    for (size_t i = 0; i < n && s[i] != 'e' && s[i] != 'E'; i++) {
        if (s[i] < '0' || s[i] > '9')
            continue;
        if (s[i] != '0') {
            significant += zeros + 1;
            zeros = 0;
        } else if (significant)
            zeros++;
    }
    return (significant + 1) / 2 + 1 + minus;
}

#endif
