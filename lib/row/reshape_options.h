/* The options that say which shape rows have, as a group of a command's table. */
#ifndef BF_ROW_RESHAPE_OPTIONS_H
#define BF_ROW_RESHAPE_OPTIONS_H

#include "lib/cli/opt.h"
#include "lib/row/reshape.h"

BF_API extern const struct bf_opt bf_reshape_options[];
enum { BF_RESHAPE_OPTIONS_N = 6 };
#define BF_RESHAPE_OPTIONS(type, field)                                                            \
    {                                                                                              \
        "Shape", bf_reshape_options, BF_RESHAPE_OPTIONS_N, offsetof(type, field)                   \
    }

#endif
