#include "lib/parquet/encode.h"

#include "lib/parquet/thrift.h"

#define ALWAYS static inline __attribute__((always_inline))

enum { RUN_MIN = 16, BLOCK = 128, MINI = 32, MINIS = BLOCK / MINI };

/* The i-th of numbers of 1 or 4 bytes. */
ALWAYS uint32_t at(const void *v, size_t size, size_t i)
{
    return size == 1 ? ((const uint8_t *)v)[i] : ((const uint32_t *)v)[i];
}

/* How many from i on are the same. */
ALWAYS size_t run_at(const void *v, size_t size, size_t i, size_t n)
{
    uint32_t first = at(v, size, i);
    size_t j = i + 1;
    while (j < n && at(v, size, j) == first)
        j++;
    return j - i;
}

/* Eight numbers, fewer at the end of the page, into width bytes. */
ALWAYS char *pack8(char *p, const void *v, size_t size, size_t i, size_t n, unsigned width)
{
    uint64_t bits = 0;
    unsigned have = 0;
    for (size_t k = i; k < i + 8; k++) {
        bits |= (uint64_t)(k < n ? at(v, size, k) : 0) << have;
        have += width;
        if (have >= 32) {
            memcpy(p, &bits, 4);
            p += 4;
            bits >>= 32;
            have -= 32;
        }
    }
    memcpy(p, &bits, 4);
    return p + have / 8;
}

ALWAYS void put_run(struct bf_buf *out, uint32_t value, size_t n, unsigned width)
{
    thrift_varint(out, (uint64_t)n << 1);
    bf_buf_add(out, &value, (width + 7) / 8);
}

ALWAYS void put_packed(struct bf_buf *out, const void *v, size_t size, size_t from, size_t to,
                       size_t n, unsigned width)
{
    size_t groups = (to - from + 7) / 8;
    thrift_varint(out, (uint64_t)groups << 1 | 1);
    char *p = bf_buf_room(out, groups * width + 8);
    if (!p)
        return;
    for (size_t i = from; i < to; i += 8)
        p = pack8(p, v, size, i, n, width);
    out->n += groups * width;
}

/* A run of equal numbers stands alone from so many on; what is between two runs is packed in groups of eight. */
ALWAYS void hybrid(struct bf_buf *out, const void *v, size_t size, size_t n, unsigned width)
{
    size_t from = 0, i = 0;
    while (i < n) {
        size_t run = run_at(v, size, i, n);
        if (run < RUN_MIN && i + run < n) {
            i += 8;
            continue;
        }
        if (run < 8 && i > from) /* the last few: with those before them */
            break;
        if (i > from)
            put_packed(out, v, size, from, i, n, width);
        put_run(out, at(v, size, i), run, width);
        i += run;
        from = i;
    }
    if (from < n)
        put_packed(out, v, size, from, n, n, width);
}

void bf_pq_hybrid(struct bf_buf *out, const uint32_t *v, size_t n, unsigned width)
{
    hybrid(out, v, 4, n, width);
}

void bf_pq_levels(struct bf_buf *out, const uint8_t *v, size_t n, unsigned width)
{
    size_t start = out->n;
    bf_buf_lit(out, "\0\0\0\0");
    hybrid(out, v, 1, n, width);
    if (bf_buf_ok(out)) {
        uint32_t length = (uint32_t)(out->n - start - 4);
        memcpy(out->p + start, &length, 4);
    }
}

void bf_pq_bits(struct bf_buf *out, const uint8_t *v, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        unsigned byte = 0;
        for (size_t k = i; k < n && k < i + 8; k++)
            byte |= (unsigned)v[k] << (k - i);
        bf_buf_addc(out, (char)byte);
    }
}

/* The i-th number, and a - b in the arithmetic of that width, in which it may overflow. */
ALWAYS int64_t number(const void *v, size_t width, size_t i)
{
    return width == 4 ? ((const int32_t *)v)[i] : ((const int64_t *)v)[i];
}

ALWAYS int64_t less(int64_t a, int64_t b, size_t width)
{
    uint64_t d = (uint64_t)a - (uint64_t)b;
    return width == 4 ? (int32_t)(uint32_t)d : (int64_t)d;
}

/* 32 numbers of up to 64 bits. */
static void pack32(struct bf_buf *out, const uint64_t *v, unsigned width)
{
    char *p = bf_buf_room(out, (size_t)width * 4 + 8);
    unsigned __int128 bits = 0;
    unsigned have = 0;
    if (!p)
        return;
    for (size_t i = 0; i < MINI; i++) {
        bits |= (unsigned __int128)v[i] << have;
        have += width;
        if (have >= 64) {
            uint64_t word = (uint64_t)bits;
            memcpy(p, &word, 8);
            p += 8;
            bits >>= 64;
            have -= 64;
        }
    }
    uint64_t word = (uint64_t)bits;
    memcpy(p, &word, 8);
    out->n += (size_t)width * 4;
}

/* n deltas (1 to 128); those that are not there count as the smallest. */
static void delta_block(struct bf_buf *out, int64_t *delta, size_t n, size_t width)
{
    int64_t min = delta[0];
    uint64_t rest[BLOCK] = {0};
    char bits[MINIS] = {0};
    for (size_t i = 1; i < n; i++)
        min = delta[i] < min ? delta[i] : min;
    for (size_t i = 0; i < n; i++) {
        uint64_t d = (uint64_t)delta[i] - (uint64_t)min;
        rest[i] = width == 4 ? (uint32_t)d : d;
    }
    for (size_t m = 0; m * MINI < n; m++) {
        uint64_t all = 0;
        for (size_t i = 0; i < MINI; i++)
            all |= rest[m * MINI + i];
        bits[m] = (char)bf_pq_width(all);
    }
    thrift_zigzag(out, min);
    bf_buf_add(out, bits, MINIS);
    for (size_t m = 0; m * MINI < n; m++)
        if (bits[m])
            pack32(out, rest + m * MINI, (unsigned char)bits[m]);
}

void bf_pq_delta(struct bf_buf *out, const void *v, size_t n, size_t width)
{
    int64_t delta[BLOCK];
    thrift_varint(out, BLOCK);
    thrift_varint(out, MINIS);
    thrift_varint(out, n);
    thrift_zigzag(out, number(v, width, 0));
    for (size_t i = 1; i < n;) {
        size_t k = 0;
        for (; k < BLOCK && i < n; k++, i++)
            delta[k] = less(number(v, width, i), number(v, width, i - 1), width);
        delta_block(out, delta, k, width);
    }
}

void bf_pq_split(struct bf_buf *out, const void *v, size_t n, size_t width)
{
    const char *from = v;
    char *p = bf_buf_room(out, n * width);
    if (!p)
        return;
    for (size_t b = 0; b < width; b++)
        for (size_t i = 0; i < n; i++)
            p[b * n + i] = from[i * width + b];
    out->n += n * width;
}
