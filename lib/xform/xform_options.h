/*
 * The options that say what becomes of a change, as a group for the table of
 * a command (lib/cli/opt.h): cdcxform and cdclambda take the same words.
 */
#ifndef BF_XFORM_XFORM_OPTIONS_H
#define BF_XFORM_XFORM_OPTIONS_H

#include "lib/cli/opt.h"
#include "lib/xform/xform.h"

BF_API extern const struct bf_opt bf_xform_option_table[];
enum { BF_XFORM_OPTIONS_N = 5 };

/* field: a struct bf_xform_conf, initialised. */
#define BF_XFORM_OPTIONS(type, field)                                                              \
    {                                                                                              \
        "Row options", bf_xform_option_table, BF_XFORM_OPTIONS_N, offsetof(type, field)            \
    }

#endif
