/*
 * What every unit test includes: cmocka with the headers it wants in front of
 * it, and the two comparisons that the house needs most.
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

/* A view holds exactly this literal. */
#define assert_str(view, lit)                                                                      \
    do {                                                                                           \
        struct bf_str got_ = (view);                                                               \
        assert_int_equal(got_.n, sizeof(lit) - 1);                                                 \
        assert_memory_equal(got_.n ? got_.p : "", lit, sizeof(lit) - 1);                           \
    } while (0)

/* A terminated text holds a piece. */
#define assert_has(text, piece)                                                                    \
    do {                                                                                           \
        if (!strstr((text), (piece)))                                                              \
            fail_msg("'%s' does not hold '%s'", (text), (piece));                                  \
    } while (0)

#endif
