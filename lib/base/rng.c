#include "lib/base/rng.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* splitmix64 spreads a small seed over the state. */
static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = *x += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void bf_rng_seed(struct bf_rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&seed);
}

static uint64_t rotl(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

/* xoshiro256** 1.0 (Blackman and Vigna, public domain algorithm). */
uint64_t bf_rng_next(struct bf_rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t bf_rng_below(struct bf_rng *r, uint64_t n)
{
    uint64_t limit = UINT64_MAX - (UINT64_MAX % n + 1) % n;
    uint64_t v;
    do
        v = bf_rng_next(r);
    while (v > limit);
    return v % n;
}

uint64_t bf_rng_entropy(void)
{
    uint64_t v = 0;
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = read(fd, &v, sizeof v);
        close(fd);
        if (n == (ssize_t)sizeof v)
            return v;
    }
    /* no /dev/urandom (a chroot): use the time and the process id */
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    v = (uint64_t)ts.tv_sec << 32 ^ (uint64_t)ts.tv_nsec << 8 ^ (uint64_t)getpid();
    return splitmix(&v);
}

void bf_rng_uuid(struct bf_rng *r, char out[37])
{
    static const char hex[] = "0123456789abcdef";
    uint64_t bits[2] = {bf_rng_next(r), bf_rng_next(r)};
    bits[0] = (bits[0] & ~(uint64_t)0xF000) | 0x4000;
    bits[1] = (bits[1] & ~((uint64_t)3 << 62)) | (uint64_t)2 << 62;
    char *p = out;
    for (int i = 0; i < 16; i++) {
        unsigned byte = (unsigned)(bits[i / 8] >> (56 - i % 8 * 8)) & 255;
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[byte >> 4];
        *p++ = hex[byte & 15];
    }
    *p = '\0';
}

void bf_rng_fresh_uuid(char out[37])
{
    struct bf_rng r;
    bf_rng_seed(&r, bf_rng_entropy());
    bf_rng_uuid(&r, out);
}
