#include "lib/parquet/snappy.h"

#include "lib/parquet/thrift.h"

enum { FRAGMENT = 64 * 1024, TABLE_BITS = 14, TAIL = 15, COPY_MAX = 64 };

static uint32_t load4(const char *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

static uint64_t load8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static char *literal(char *out, const char *p, size_t n)
{
    size_t m = n - 1;
    if (n == 0)
        return out;
    if (m < 60)
        *out++ = (char)(m << 2);
    else if (m < 256) {
        *out++ = (char)(60 << 2);
        *out++ = (char)m;
    } else { /* a fragment has no more than 64 KiB */
        *out++ = (char)(61 << 2);
        *out++ = (char)m;
        *out++ = (char)(m >> 8);
    }
    memcpy(out, p, n);
    return out + n;
}

/* 1 to 64 bytes from `back` bytes before. */
static char *copy(char *out, size_t back, size_t n)
{
    if (n >= 4 && n < 12 && back < 2048) {
        *out++ = (char)(1 | (n - 4) << 2 | back >> 8 << 5);
        *out++ = (char)back;
        return out;
    }
    *out++ = (char)(2 | (n - 1) << 2);
    *out++ = (char)back;
    *out++ = (char)(back >> 8);
    return out;
}

static size_t match(const char *a, const char *b, const char *end)
{
    size_t n = 0;
    while (b + n + 8 <= end) {
        uint64_t differ = load8(a + n) ^ load8(b + n);
        if (differ)
            return n + (size_t)__builtin_ctzll(differ) / 8;
        n += 8;
    }
    while (b + n < end && a[n] == b[n])
        n++;
    return n;
}

static char *fragment(char *out, const char *in, size_t n, uint16_t *table)
{
    const char *end = in + n, *next = in, *p = in + 1;
    unsigned tries = 32;
    memset(table, 0, sizeof *table << TABLE_BITS);
    while (n > TAIL && p < end - TAIL) {
        uint32_t h = load4(p) * 0x1E35A7BDU >> (32 - TABLE_BITS);
        const char *before = in + table[h];
        table[h] = (uint16_t)(p - in);
        if (load4(before) != load4(p) || before >= p) {
            p += tries++ >> 5; /* what does not compress is passed over faster and faster */
            continue;
        }
        tries = 32;
        out = literal(out, next, (size_t)(p - next));
        size_t length = 4 + match(before + 4, p + 4, end), back = (size_t)(p - before);
        for (size_t left = length, k; left; left -= k) {
            k = left < COPY_MAX ? left : COPY_MAX;
            out = copy(out, back, k);
        }
        p += length;
        next = p;
    }
    return literal(out, next, (size_t)(end - next));
}

void bf_snappy_compress(struct bf_str in, struct bf_buf *out)
{
    uint16_t table[1 << TABLE_BITS];
    thrift_varint(out, in.n);
    while (in.n) {
        size_t n = in.n < FRAGMENT ? in.n : FRAGMENT;
        char *room = bf_buf_room(out, n + n / 6 + 64);
        if (!room)
            return;
        out->n += (size_t)(fragment(room, in.p, n, table) - room);
        in.p += n;
        in.n -= n;
    }
}
