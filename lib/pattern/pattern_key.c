/* Keys of values: strings of bytes that sort as the values do, made in the same way from patterns
 * and events. */
#include "lib/pattern/pattern_table.h"

static uint32_t utf8_next(const char **at, const char *end)
{
    const unsigned char *p = (const unsigned char *)*at;
    size_t left = (size_t)(end - *at);
    uint32_t c = p[0];
    if (c >= 0xF0 && left >= 4) {
        *at += 4;
        return (c & 7) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    }
    if (c >= 0xE0 && left >= 3) {
        *at += 3;
        return (c & 15) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    }
    if (c >= 0xC0 && left >= 2) {
        *at += 2;
        return (c & 31) << 6 | (p[1] & 0x3Fu);
    }
    ++*at;
    return c;
}

static size_t put_utf8(uint32_t c, char *out)
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; --i; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(first[n] | c);
    return n;
}

size_t bf_pat_key_folded(struct bf_str text, size_t limit, char *out)
{
    const char *p = text.p, *end = p + text.n;
    size_t n = 0;
    while (p < end && n < limit)
        n += put_utf8(bf_pat_fold(utf8_next(&p, end)), out + n);
    return n;
}

static size_t key_reversed(struct bf_str text, size_t limit, char *out)
{
    size_t n = text.n < limit ? text.n : limit;
    for (size_t i = 0; i < n; i++)
        out[i] = text.p[text.n - 1 - i];
    return n;
}

/* Character by character from the end, with the bytes of each reversed. */
static size_t key_reversed_folded(struct bf_str text, size_t limit, char *out)
{
    const char *end = text.p + text.n;
    size_t n = 0;
    while (end > text.p && n < limit) {
        char folded[4];
        const char *p = end - 1;
        while (p > text.p && (*p & 0xC0) == 0x80)
            p--;
        const char *q = p;
        for (size_t m = put_utf8(bf_pat_fold(utf8_next(&q, end)), folded); m;)
            out[n++] = folded[--m];
        end = p;
    }
    return n;
}

bf_pat_key_text *const bf_pat_key_of[PAT_DOMAINS] = {
    [PAT_FOLDED] = bf_pat_key_folded,
    [PAT_REVERSED] = key_reversed,
    [PAT_REVERSED_FOLDED] = key_reversed_folded,
};

/*
 * A byte for sign and exponent, then the digits. For negative numbers the bytes are inverted and
 * followed by an end that is greater than all digits. Exponents that are too large for the byte
 * follow it in full.
 */
enum { ZERO = 128, SMALL = 50, MIDDLE = 192 };

static size_t put_exponent(int64_t exponent, char *out)
{
    bool large = exponent < -SMALL || exponent > SMALL;
    int64_t byte = MIDDLE + (exponent < -SMALL  ? -SMALL - 1
                             : exponent > SMALL ? SMALL + 1
                                                : exponent);
    out[0] = (char)byte;
    uint64_t all = (uint64_t)exponent ^ (uint64_t)1 << 63;
    for (int i = 0; large && i < 8; i++)
        out[1 + i] = (char)(all >> (56 - 8 * i));
    return large ? 9 : 1;
}

size_t bf_pat_key_number(const struct pat_number *number, size_t limit, char *out)
{
    const char *p = number->p, *end = number->end;
    if (number->zero) {
        out[0] = (char)ZERO;
        return 1;
    }
    while (end[-1] == '0' || end[-1] == '.')
        end--;
    size_t n = put_exponent(number->exponent, out);
    for (; p < end && n < limit; p++)
        if (*p != '.')
            out[n++] = *p;
    if (number->negative) {
        for (size_t i = 0; i < n; i++)
            out[i] = (char)~out[i];
        out[n++] = (char)0xFF;
    }
    return n;
}

size_t bf_pat_key_address(const struct pat_address *a, char *out)
{
    out[0] = (char)a->n;
    memcpy(out + 1, a->byte, (size_t)a->n);
    return (size_t)a->n + 1;
}
