/*
 * How plain JSON is put down while it is validated: in steps of whole vectors, which may touch bytes after the end. The
 * scanner of changes writes so, and rows copy so.
 */
#ifndef BF_DDB_FLAT_H
#define BF_DDB_FLAT_H

#include <string.h>

#include "lib/base/str.h"

/* A number that DynamoDB takes and JSON wants written otherwise, at o; returns the end. */
char *bf_value_write_number(char *o, struct bf_str text);

enum { BF_VALUE_STEP = 32 };

/* Copies n bytes in steps of 32: up to 31 behind either end are touched. */
static inline char *bf_value_copy(char *o, const char *p, size_t n)
{
    memcpy(o, p, BF_VALUE_STEP);
    if (__builtin_expect(n > BF_VALUE_STEP, 0)) {
        if (n > 256)
            memcpy(o, p, n);
        else
            for (size_t i = BF_VALUE_STEP; i < n; i += BF_VALUE_STEP)
                memcpy(o + i, p + i, BF_VALUE_STEP);
    }
    return o + n;
}

/* Copies the plain JSON of an attribute. */
static inline char *bf_value_copy_flat(char *o, const char *flat)
{
    uint32_t n;
    memcpy(&n, flat - sizeof n, sizeof n);
    return bf_value_copy(o, flat, n);
}

#endif
