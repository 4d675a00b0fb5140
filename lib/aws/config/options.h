/* The options that every network tool has, and --grace for those that finish what is under way. */
#ifndef BF_AWS_CONFIG_OPTIONS_H
#define BF_AWS_CONFIG_OPTIONS_H

#include "lib/aws/config/settings.h"
#include "lib/cli/opt.h"

/* --grace, for the tools that finish what is under way; field is the config's grace_ms, whose default is
 * BF_AWS_GRACE_MS. */
enum { BF_AWS_GRACE_MS = 5000 };
#define BF_AWS_OPT_GRACE(type, field)                                                              \
    BF_OPT_FN(0, "grace", type, field, "DURATION",                                                 \
              "after a signal, wait so long for a request that stands still (default 5s)",         \
              bf_aws_parse_grace)
BF_API bool bf_aws_parse_grace(void *field, struct bf_str value, struct bf_err *e);

/* A tool puts a struct bf_aws_options in its config and lists BF_AWS_OPTIONS among its groups. */
BF_API extern const struct bf_opt bf_aws_option_table[];
enum { BF_AWS_OPTIONS_N = 5 };
/* These alone; BF_AWS_OPTIONS in lib/aws/credentials/check.h has --check-credentials too. */
#define BF_AWS_PLAIN_OPTIONS(type, field)                                                          \
    {                                                                                              \
        "AWS options", bf_aws_option_table, BF_AWS_OPTIONS_N, offsetof(type, field)                \
    }

#endif
