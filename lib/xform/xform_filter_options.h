/*
 * The options of the filters (filter.h, fold.h), as a group for every command
 * that transforms:
 *
 *     BF_FILTER_OPTIONS(struct config, xform),
 *
 * where xform is the config's struct bf_xform_conf.
 */
#ifndef BF_XFORM_XFORM_FILTER_OPTIONS_H
#define BF_XFORM_XFORM_FILTER_OPTIONS_H

#include "lib/cli/opt.h"

enum { BF_FILTER_OPTIONS_N = 8 };
BF_API extern const struct bf_opt bf_filter_option_table[BF_FILTER_OPTIONS_N];

#define BF_FILTER_OPTIONS(type, field)                                                             \
    {                                                                                              \
        "Filters", bf_filter_option_table, BF_FILTER_OPTIONS_N, offsetof(type, field)              \
    }

#endif
