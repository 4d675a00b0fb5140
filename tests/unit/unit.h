/*
 * Included by every unit test: cmocka with the headers that it requires, and the two
 * most used comparisons.
 */
#ifndef BF_UNIT_H
#define BF_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/str.h"

/* The view equals this literal. */
#define assert_str(view, lit)                                                                      \
    do {                                                                                           \
        struct bf_str got_ = (view);                                                               \
        assert_int_equal(got_.n, sizeof(lit) - 1);                                                 \
        assert_memory_equal(got_.n ? got_.p : "", lit, sizeof(lit) - 1);                           \
    } while (0)

/* The terminated text contains this. */
#define assert_has(text, piece)                                                                    \
    do {                                                                                           \
        if (!strstr((text), (piece)))                                                              \
            fail_msg("'%s' does not hold '%s'", (text), (piece));                                  \
    } while (0)

#endif
