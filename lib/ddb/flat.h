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

enum { BF_VALUE_STEP = 32, BF_VALUE_WIDE = 64 };

/* Copies n bytes in steps of 32: up to 31 after either end are touched. */
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

/* The same for the values of a record: 63 bytes after either end are touched. Most are shorter than that, so that no
 * branch depends on their length, which cannot be foreseen. */
static inline char *bf_value_copy_wide(char *o, const char *p, size_t n)
{
    memcpy(o, p, BF_VALUE_WIDE);
    if (__builtin_expect(n > BF_VALUE_WIDE, 0))
        bf_value_copy(o + BF_VALUE_WIDE, p + BF_VALUE_WIDE, n - BF_VALUE_WIDE);
    return o + n;
}

#endif
