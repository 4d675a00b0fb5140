/* The parts of an escape in a JSON string (RFC 8259 section 7). */
#ifndef BF_JSON_ESCAPE_H
#define BF_JSON_ESCAPE_H

#include <stdbool.h>

/* Is c, after a backslash, the whole escape? A switch is faster than strchr: texts of JSON in JSON have many. */
static inline bool escape_is_short(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return true;
    default:
        return false;
    }
}

/* The four hexadecimal digits at p. */
static inline bool escape_hex4(const char *p, unsigned *v)
{
    *v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)p[i], low = c | 0x20;
        unsigned d = c - '0' < 10 ? c - '0' : low - 'a' < 6 ? low - 'a' + 10 : 16;
        if (d == 16)
            return false;
        *v = *v << 4 | d;
    }
    return true;
}

#endif
