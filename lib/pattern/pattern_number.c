/* Numbers and addresses of event patterns. Numbers are compared as text, so exactly. */
#include <arpa/inet.h>

#include "lib/pattern/pattern_impl.h"

enum { EXPONENT_MAX = 1000000000 }; /* larger exponents are treated as this one */

static const char *exponent(const char *p, const char *end, int64_t *out)
{
    bool negative = p < end && *p == '-';
    int64_t v = 0;
    p += p < end && (*p == '-' || *p == '+');
    const char *from = p;
    for (; p < end && core_digit(*p); p++)
        v = v < EXPONENT_MAX ? v * 10 + (*p - '0') : v;
    *out = negative ? -v : v;
    return p == from ? NULL : p;
}

bool bf_pat_number_read(struct bf_str text, struct pat_number *n)
{
    const char *p = text.p, *end = text.p + text.n, *point = NULL;
    int64_t scale = 0;
    *n = (struct pat_number){.negative = text.n && *p == '-'};
    p += text.n && (*p == '-' || *p == '+');
    const char *from = p;
    for (; p < end && (core_digit(*p) || (*p == '.' && !point)); p++) {
        if (*p == '.')
            point = p;
        else if (!n->p && *p != '0')
            n->p = p;
    }
    n->end = p;
    if (p - from == (point ? 1 : 0))
        return false;
    if (p < end && (*p == 'e' || *p == 'E'))
        p = exponent(p + 1, end, &scale);
    n->zero = !n->p;
    if (n->p) {
        const char *at = point ? point : n->end;
        n->exponent = scale + (at - n->p) + (at < n->p);
    } else
        n->negative = false;
    return p == end;
}

static int next_digit(const char **p, const char *end)
{
    if (*p < end && **p == '.')
        ++*p;
    return *p < end ? *(*p)++ : '0';
}

int bf_pat_number_cmp(const struct pat_number *a, const struct pat_number *b)
{
    if (a->zero || b->zero)
        return (a->zero ? 0 : a->negative ? -1 : 1) - (b->zero ? 0 : b->negative ? -1 : 1);
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int bigger = a->negative ? -1 : 1;
    if (a->exponent != b->exponent)
        return a->exponent > b->exponent ? bigger : -bigger;
    const char *p = a->p, *q = b->p;
    while (p < a->end || q < b->end) {
        int x = next_digit(&p, a->end), y = next_digit(&q, b->end);
        if (x != y)
            return x > y ? bigger : -bigger;
    }
    return 0;
}

bool bf_pat_address_read(struct bf_str text, struct pat_address *a)
{
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    char copy[INET6_ADDRSTRLEN + 1];
    bool dot = false, colon = false;
    if (text.n < 2 || text.n >= sizeof copy)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned c = (unsigned char)text.p[i], low = c | 0x20;
        dot |= c == '.';
        colon |= c == ':';
        if (!(c - '0' < 10 || low - 'a' < 6 || c == '.' || c == ':'))
            return false;
    }
    if (dot == colon) /* the service rejects the mixed notation ::ffff:10.0.0.1 */
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    a->n = dot ? 4 : 16;
    if (inet_pton(dot ? AF_INET : AF_INET6, copy, a->byte) != 1)
        return false;
    if (a->n == 16 &&
        memcmp(a->byte, mapped, sizeof mapped) == 0) { /* an IPv4 address to the service */
        memmove(a->byte, a->byte + sizeof mapped, 4);
        a->n = 4;
    }
    return true;
}
