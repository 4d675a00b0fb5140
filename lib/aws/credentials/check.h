/*
 * --check-credentials: reports the identity, expiry and region with which requests would be made,
 * and the source of each. The credentials are searched as in all tools; STS tells their identity
 * (GetCallerIdentity, which needs no permission).
 */
#ifndef BF_CRED_CHECK_H
#define BF_CRED_CHECK_H

#include "lib/aws/config/options.h"
#include "lib/cli/opt.h"

/* Fills a struct bf_opt_report of a group whose struct is a struct bf_aws_options: one JSON object
 * on a line, without secrets. False: there are no credentials, or they are invalid; the known
 * properties are reported anyway. */
BF_API bool bf_cred_report(void *report, struct bf_str unused, struct bf_err *e);

BF_API extern const struct bf_opt bf_cred_check_option[];
#define BF_CRED_CHECK_OPTION(fn)                                                                   \
    BF_OPT_REPORT(0, "check-credentials", "print in whose name and where requests would be made",  \
                  fn)
#define BF_AWS_OPTIONS(type, field)                                                                \
    BF_AWS_PLAIN_OPTIONS(type, field),                                                             \
    {                                                                                              \
        "AWS options", bf_cred_check_option, 1, offsetof(type, field)                              \
    }

#endif
