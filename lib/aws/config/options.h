/* The options that every network tool has, and --grace for those that finish what is under way. */
#ifndef BF_AWS_CONFIG_OPTIONS_H
#define BF_AWS_CONFIG_OPTIONS_H

#include "lib/aws/config/service.h"
#include "lib/base/opt.h"
#include "lib/base/str.h"

/* The options of every network tool; put it in its config and list BF_AWS_OPTIONS among its groups. */
struct bf_aws_options {
    const char *region;
    const char *profile;
    const char *endpoint_url;
    const char *ca_bundle;
    struct bf_str
        arn; /* of the table or stream that the tool is about; empty: it has been named otherwise */
    uint64_t max_attempts; /* 0: environment, profile, then the service's default */
    /* after a signal: how long a request may stand still; 0: no limit of its own */
    uint64_t grace_ms;
};

/* --grace, for the tools that finish what is under way; field is the config's grace_ms, whose default is
 * BF_AWS_GRACE_MS. */
enum { BF_AWS_GRACE_MS = 5000 };
#define BF_AWS_OPT_GRACE(type, field)                                                              \
    BF_OPT_FN(0, "grace", type, field, "DURATION",                                                 \
              "after a signal, wait so long for a request that stands still (default 5s)",         \
              bf_aws_parse_grace)
BF_API bool bf_aws_parse_grace(void *field, struct bf_str value, struct bf_err *e);

BF_API extern const struct bf_opt bf_aws_option_table[];
enum { BF_AWS_OPTIONS_N = 5 };
/* These alone; BF_AWS_OPTIONS in lib/aws/credentials/check.h has --check-credentials too. */
#define BF_AWS_PLAIN_OPTIONS(type, field)                                                          \
    {                                                                                              \
        "AWS options", bf_aws_option_table, BF_AWS_OPTIONS_N, offsetof(type, field)                \
    }

#endif
