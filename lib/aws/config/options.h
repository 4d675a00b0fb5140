/* The options of every network tool, and --grace for those that finish requests in flight. */
#ifndef BF_AWS_CONFIG_OPTIONS_H
#define BF_AWS_CONFIG_OPTIONS_H

#include "lib/aws/config/settings.h"
#include "lib/cli/opt.h"

/* --grace, for tools that finish requests in flight after a signal; field is the config's grace_ms,
 * with the default BF_AWS_GRACE_MS. */
enum { BF_AWS_GRACE_MS = 5000 };
#define BF_AWS_OPT_GRACE(type, field)                                                              \
    BF_OPT_FN(0, "grace", type, field, "DURATION",                                                 \
              "after a signal, wait this long for a request without progress (default 5s)",        \
              bf_aws_parse_grace)
BF_API bool bf_aws_parse_grace(void *field, struct bf_str value, struct bf_err *e);

/* A tool has a struct bf_aws_options in its config and BF_AWS_OPTIONS among its groups. */
BF_API extern const struct bf_opt bf_aws_option_table[];
enum { BF_AWS_OPTIONS_N = 5 };
/* Only these; BF_AWS_OPTIONS in lib/aws/credentials/check.h adds --check-credentials. */
#define BF_AWS_PLAIN_OPTIONS(type, field)                                                          \
    {                                                                                              \
        "AWS options", bf_aws_option_table, BF_AWS_OPTIONS_N, offsetof(type, field)                \
    }

#endif
