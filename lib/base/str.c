#include "lib/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool bf_str_same(struct bf_str a, struct bf_str b)
{
    size_t i = 0;
    while (a.n == b.n && i < a.n && bf_ascii_lower(a.p[i]) == bf_ascii_lower(b.p[i]))
        i++;
    return a.n == b.n && i == a.n;
}

bool bf_str_same_secret(struct bf_str given, struct bf_str secret)
{
    volatile unsigned char differ = given.n != secret.n; /* volatile: no early end by a compiler */
    for (size_t i = 0; i < secret.n && given.n; i++)
        differ = (unsigned char)(differ | (secret.p[i] ^ given.p[i % given.n]));
    return !differ;
}

int bf_str_shown(struct bf_str s, size_t max)
{
    if (s.n <= max)
        return (int)s.n;
    size_t n =
        max; /* step back to the first byte of the character that would be cut: at most three bytes
              * before */
    for (int i = 0; i < 3 && n && ((unsigned char)s.p[n] & 0xC0) == 0x80; i++)
        n--;
    return (int)(((unsigned char)s.p[n] & 0xC0) == 0x80 ? max : n);
}

int bf_str_cmp(struct bf_str a, struct bf_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct bf_str bf_str_trim(struct bf_str s)
{
    while (s.n && is_space(s.p[0]))
        s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool bf_str_split(struct bf_str *rest, char sep, struct bf_str *item)
{
    if (!rest->p)
        return false;
    const char *at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
    if (!at) {
        *item = *rest;
        *rest = (struct bf_str){NULL, 0};
        return true;
    }
    *item = bf_str(rest->p, (size_t)(at - rest->p));
    rest->n -= item->n + 1;
    rest->p = at + 1;
    return true;
}

char *bf_str_dup(struct bf_str s)
{
    char *copy = malloc(s.n + 1);
    if (!copy)
        return NULL;
    if (s.n)
        memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return copy;
}

void bf_buf_init(struct bf_buf *b, size_t max)
{
    *b = (struct bf_buf){.max = max};
}

void bf_buf_free(struct bf_buf *b)
{
    free(b->p);
    *b = (struct bf_buf){.max = b->max};
}

char *bf_buf_room_slow(struct bf_buf *b, size_t n)
{
    if (b->failed)
        return NULL;
    if (n > b->max - b->n) {
        b->failed = true;
        return NULL;
    }
    size_t need = b->n + n;
    if (need <= b->cap && b->p)
        return b->p + b->n;
    size_t cap = b->cap ? b->cap : 64;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (cap > b->max)
        cap = b->max;
    char *p = realloc(b->p, cap);
    if (!p) {
        b->failed = b->nomem = true;
        return NULL;
    }
    b->p = p;
    b->cap = cap;
    return b->p + b->n;
}

void bf_buf_addf(struct bf_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char small[256];
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0) { /* a wide character that cannot be converted, or more than INT_MAX bytes */
        b->failed = true;
        return;
    }
    if ((size_t)n < sizeof small) {
        bf_buf_add(b, small, (size_t)n);
        return;
    }
    char *at = bf_buf_room(b, (size_t)n + 1);
    if (!at)
        return;
    va_start(ap, fmt);
    vsnprintf(at, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
}

void bf_buf_u64(struct bf_buf *b, uint64_t v)
{
    char digits[20];
    size_t i = sizeof digits;
    do
        digits[--i] = (char)('0' + v % 10);
    while (v /= 10);
    bf_buf_add(b, digits + i, sizeof digits - i);
}

const char *bf_buf_cstr(struct bf_buf *b)
{
    char *at = bf_buf_room(b, 1);
    if (!at)
        return NULL;
    *at = '\0';
    return b->p;
}

bool bf_buf_check(const struct bf_buf *b, const char *what, struct bf_err *e)
{
    if (!b->failed)
        return true;
    if (b->nomem)
        return bf_err_nomem(e);
    return bf_err_set(e, BF_E_LIMIT, "%s is larger than %zu bytes", what, b->max);
}
