#include "lib/parquet/bloom.h"

#include "lib/parquet/thrift.h"

enum { BLOCK = 32, BLOCKS_MAX = 1 << 20, BITS_A_VALUE = 11 };

#define P1 UINT64_C(0x9E3779B185EBCA87)
#define P2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define P3 UINT64_C(0x165667B19E3779F9)
#define P4 UINT64_C(0x85EBCA77C2B2AE63)
#define P5 UINT64_C(0x27D4EB2F165667C5)

static uint64_t turn(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by);
}

static uint64_t load(const char *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n);
    return v;
}

static uint64_t step(uint64_t acc, uint64_t v)
{
    return turn(acc + v * P2, 31) * P1;
}

/* The bytes that are in no stripe of 32, and the last mixing. */
static uint64_t finish(uint64_t h, struct bf_str s)
{
    for (; s.n >= 8; s.p += 8, s.n -= 8)
        h = turn(h ^ step(0, load(s.p, 8)), 27) * P1 + P4;
    if (s.n >= 4) {
        h = turn(h ^ load(s.p, 4) * P1, 23) * P2 + P3;
        s.p += 4;
        s.n -= 4;
    }
    for (; s.n; s.p++, s.n--)
        h = turn(h ^ (unsigned char)*s.p * P5, 11) * P1;
    h = (h ^ h >> 33) * P2;
    h = (h ^ h >> 29) * P3;
    return h ^ h >> 32;
}

uint64_t bf_pq_bloom_hash(struct bf_str s)
{
    uint64_t n = s.n, a[4] = {P1 + P2, P2, 0, 0 - P1}, h = P5;
    if (s.n >= 32) {
        for (; s.n >= 32; s.p += 32, s.n -= 32)
            for (size_t i = 0; i < 4; i++)
                a[i] = step(a[i], load(s.p + 8 * i, 8));
        h = turn(a[0], 1) + turn(a[1], 7) + turn(a[2], 12) + turn(a[3], 18);
        for (size_t i = 0; i < 4; i++)
            h = (h ^ step(0, a[i])) * P1 + P4;
    }
    return finish(h + n, s);
}

static void set(char *bits, uint64_t blocks, uint64_t hash)
{
    static const uint32_t salt[8] = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                     0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
    char *block = bits + (hash >> 32) * blocks / ((uint64_t)1 << 32) * BLOCK;
    for (size_t i = 0; i < 8; i++) {
        uint32_t word, bit = (uint32_t)hash * salt[i] >> 27;
        memcpy(&word, block + 4 * i, 4);
        word |= (uint32_t)1 << bit;
        memcpy(block + 4 * i, &word, 4);
    }
}

void bf_pq_bloom_put(struct bf_buf *out, const uint64_t *hash, size_t n)
{
    uint64_t blocks = 1;
    while (blocks * BLOCK * 8 < (uint64_t)n * BITS_A_VALUE && blocks < BLOCKS_MAX)
        blocks *= 2;
    struct thrift t = {.out = out};
    thrift_i32(&t, 1, (int64_t)blocks * BLOCK);
    for (int id = 2; id <= 4;
         id++) { /* block, xxHash, uncompressed: unions, each with its only kind */
        struct thrift kind = thrift_struct(&t, id);
        thrift_empty(&kind, 1);
        thrift_end(&kind);
    }
    thrift_end(&t);
    char *bits = bf_buf_room(out, blocks * BLOCK);
    if (!bits)
        return;
    memset(bits, 0, blocks * BLOCK);
    for (size_t i = 0; i < n; i++)
        set(bits, blocks, hash[i]);
    out->n += blocks * BLOCK;
}
