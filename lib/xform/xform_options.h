/*
 * The options that say what becomes of a change, as a group for the table of
 * a command (lib/base/opt.h): cdcxform and cdclambda take the same words.
 */
#ifndef BF_XFORM_XFORM_OPTIONS_H
#define BF_XFORM_XFORM_OPTIONS_H

#include "lib/base/opt.h"
#include "lib/xform/xform.h"

BF_API extern const struct bf_opt bf_xform_option_table[];
enum { BF_XFORM_OPTIONS_N = 5 };

/* field: a struct bf_xform_conf, initialised. */
#define BF_XFORM_OPTIONS(type, field)                                                              \
    {                                                                                              \
        "Row options", bf_xform_option_table, BF_XFORM_OPTIONS_N, offsetof(type, field)            \
    }

struct bf_opt_word {
    const char *name;
    int value;
};

/* The value of the word; BF_E_USAGE "'x' is not a, b or c". */
BF_API BF_MUST bool bf_opt_choose(const struct bf_opt_word *words, size_t n, struct bf_str value,
                                  int *out, struct bf_err *e);

#endif
