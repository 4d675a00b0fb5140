/* The options of tools that put lines. A tool lists BF_PUT_OPTIONS among its option groups; the defaults are in
 * BF_PUT_SETTINGS. */
#ifndef BF_AWS_PUT_PUT_OPTIONS_H
#define BF_AWS_PUT_PUT_OPTIONS_H

#include "lib/cli/opt.h"

enum { BF_PUT_WINDOW_MAX = 64 };

struct bf_put_settings {
    const char *rejects; /* NULL: nowhere */
    bool strict, unordered;
    uint64_t window; /* requests in flight at once */
    uint64_t linger_ms, retry_for_ms;
};

#define BF_PUT_SETTINGS                                                                            \
    {                                                                                              \
        .window = 8, .linger_ms = 50, .retry_for_ms = 300000                                       \
    }

BF_API extern const struct bf_opt bf_put_option_table[];
enum { BF_PUT_OPTIONS_N = 6 };
#define BF_PUT_OPTIONS(type, field)                                                                \
    {                                                                                              \
        NULL, bf_put_option_table, BF_PUT_OPTIONS_N, offsetof(type, field)                         \
    }

#endif
