/* One value of a pattern against one value of an event. */
#include "lib/cdc/pattern_impl.h"

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

/* Upper and lower case of the Latin, Greek, Cyrillic and Armenian letters that have one of each, after
 * Unicode's simple case folding. */
static uint32_t fold(uint32_t c)
{
    if (c < 0x80)
        return c - 'A' < 26 ? c + 32 : c;
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3AB && c != 0x3A2) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c == 0x178)
        return 0xFF;
    if ((c >= 0x100 && c <= 0x137 && c != 0x130 && c != 0x131) || (c >= 0x14A && c <= 0x177) ||
        (c >= 0x1E00 && c <= 0x1E95) || (c >= 0x1EA0 && c <= 0x1EFF) ||
        (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F) ||
        (c >= 0x218 && c <= 0x21F) || (c >= 0x222 && c <= 0x233))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E) || (c >= 0x4C1 && c <= 0x4CE))
        return c & 1 ? c + 1 : c;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if (c >= 0x531 && c <= 0x556)
        return c + 48;
    switch (c) {
    case 0x3C2: /* final sigma */
        return 0x3C3;
    case 0x386:
        return 0x3AC;
    case 0x388:
    case 0x389:
    case 0x38A:
        return c + 37;
    case 0x38C:
        return 0x3CC;
    case 0x38E:
    case 0x38F:
        return c + 63;
    case 0x1E9E:
        return 0xDF;
    default:
        return c;
    }
}

uint32_t bf_pat_fold_next(const char **p, const char *end)
{
    return fold(utf8_next(p, end));
}

/* Does text begin with the beginning? *rest is what follows. */
static bool begins_folded(struct bf_str text, struct bf_str beginning, size_t *rest)
{
    const char *p = text.p, *end = p + text.n, *q = beginning.p, *stop = q + beginning.n;
    while (q < stop)
        if (p == end || bf_pat_fold_next(&p, end) != bf_pat_fold_next(&q, stop))
            return false;
    *rest = (size_t)(end - p);
    return true;
}

/* Goes back from the end over as many characters as the ending has, then compares forwards. */
static bool ends_folded(struct bf_str text, struct bf_str ending)
{
    const char *p = text.p + text.n;
    size_t rest;
    for (size_t i = 0; i < ending.n; i++) {
        if ((ending.p[i] & 0xC0) == 0x80)
            continue;
        do {
            if (p == text.p)
                return false;
            p--;
        } while (p > text.p && (*p & 0xC0) == 0x80);
    }
    return begins_folded(bf_str(p, (size_t)(text.p + text.n - p)), ending, &rest) && rest == 0;
}

/* When it goes wrong, only the last star has to be tried again, one byte further on. */
static bool wildcard(struct bf_str pattern, struct bf_str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, retry = 0;
    while (t < text.n) {
        if (p < pattern.n && (unsigned char)pattern.p[p] == PAT_STAR) {
            star = ++p;
            retry = t;
        } else if (p < pattern.n && pattern.p[p] == text.p[t]) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star;
            t = ++retry;
        } else
            return false;
    }
    while (p < pattern.n && (unsigned char)pattern.p[p] == PAT_STAR)
        p++;
    return p == pattern.n;
}

static bool in_range(const struct pat_value *v, struct pat_scalar *s)
{
    if (s->read == PAT_UNREAD)
        s->read = bf_pat_number_read(s->text, &s->number) ? PAT_NUMBER : PAT_NO_NUMBER;
    if (s->read == PAT_NO_NUMBER)
        return false;
    int low = v->has_low ? bf_pat_number_cmp(&s->number, &v->low) : 1;
    int high = v->has_high ? bf_pat_number_cmp(&s->number, &v->high) : -1;
    return (low > 0 || (low == 0 && !v->open_low)) && (high < 0 || (high == 0 && !v->open_high));
}

static bool in_network(const struct pat_value *v, struct bf_str text)
{
    struct pat_address a;
    if (!bf_pat_address_read(text, &a) || a.n != v->address.n)
        return false;
    int whole = v->bits / 8, part = v->bits % 8;
    if (memcmp(a.byte, v->address.byte, (size_t)whole) != 0)
        return false;
    return part == 0 || (a.byte[whole] ^ v->address.byte[whole]) >> (8 - part) == 0;
}

static bool takes_string(const struct pat_value *v, struct bf_str text)
{
    size_t rest;
    switch (v->kind) {
    case PAT_STRING:
        return bf_str_eq(text, v->text);
    case PAT_PREFIX:
        return bf_str_starts(text, v->text);
    case PAT_SUFFIX:
        return text.n >= v->text.n &&
               bf_str_eq(bf_str(text.p + (text.n - v->text.n), v->text.n), v->text);
    case PAT_EQUALS_FOLD:
        return begins_folded(text, v->text, &rest) && rest == 0;
    case PAT_PREFIX_FOLD:
        return begins_folded(text, v->text, &rest);
    case PAT_SUFFIX_FOLD:
        return ends_folded(text, v->text);
    case PAT_WILDCARD:
        return wildcard(v->text, text);
    case PAT_CIDR:
        return in_network(v, text);
    default:
        return false;
    }
}

bool bf_pat_value_takes(const struct pat_value *v, struct pat_scalar *s, bool numbers)
{
    switch (v->kind) {
    case PAT_EXISTS:
        return true;
    case PAT_ABSENT:
        return false;
    case PAT_BUT:
        for (size_t i = 0; i < v->n; i++)
            if (bf_pat_value_takes(&v->list[i], s, numbers))
                return false;
        return true;
    case PAT_WORD:
        return s->first != '"' && bf_str_eq(s->text, v->text);
    case PAT_RANGE:
        if (s->first == '"')
            return numbers && in_range(v, s);
        return (s->first == '-' || core_digit(s->first)) && in_range(v, s);
    default:
        return s->first == '"' && takes_string(v, s->text);
    }
}
