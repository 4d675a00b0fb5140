/*
 * Writes text into memory of sufficient size: each function
 * writes at p and returns the position after it. Nothing here checks
 * the size: a source states the longest line it can make (gen.h), and emit.c
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

/* Most views are short, for which a few overlapping moves are faster than memcpy. */
static inline char *put_str(char *p, struct bf_str s)
{
    if (s.n > 16)
        return put(p, s.p, s.n);
    if (s.n >= 8) {
        memcpy(p, s.p, 8);
        memcpy(p + s.n - 8, s.p + s.n - 8, 8);
    } else if (s.n >= 4) {
        memcpy(p, s.p, 4);
        memcpy(p + s.n - 4, s.p + s.n - 4, 4);
    } else if (s.n) {
        p[0] = s.p[0];
        p[s.n / 2] = s.p[s.n / 2];
        p[s.n - 1] = s.p[s.n - 1];
    }
    return p + s.n;
}

/* Decimal digits of v: a sum of comparisons has no branch that can be mispredicted. */
static inline unsigned digits_of(uint64_t v)
{
    unsigned n = 0;
    for (; v >= 100000000; v /= 100000000)
        n += 8;
    return n + 1u + (v >= 10) + (v >= 100) + (v >= 1000) + (v >= 10000) + (v >= 100000) +
           (v >= 1000000) + (v >= 10000000);
}

/* Writes to the final place, beginning at the end: digits in a temporary buffer would have to be read again while
 * they are still being stored. */
static inline char *put_u64(char *p, uint64_t v)
{
    char *end = p + digits_of(v), *q = end;
    do
        *--q = (char)('0' + v % 10);
    while (v /= 10);
    return end;
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

/* Money in DynamoDB's form of numbers, without trailing zeros: 9210 cents are 92.1. */
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

/* 2026-11-27T06:30:00Z: the time of an order, in seconds. */
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

/* The size of money in DynamoDB, as bf_item_number_bytes computes it, but without a loop over the digits, which would
 * have a mispredicted branch for each digit. */
static inline size_t cents_size(uint64_t cents)
{
    if (cents == 0)
        return 1;
    while (cents % 10 == 0)
        cents /= 10;
    size_t significant = digits_of(cents);
    return (significant + 1) / 2 + 1;
}

#endif
