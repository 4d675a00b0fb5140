/*
 * --check-credentials: in whose name, until when and in which region requests
 * would be made, and who said each of it. The way to the keys is that of the
 * tools; STS is asked whose they are (GetCallerIdentity, which needs no
 * permission).
 */
#ifndef BF_CRED_CHECK_H
#define BF_CRED_CHECK_H

#include "lib/aws/config/options.h"
#include "lib/cli/opt.h"

/* A struct bf_opt_report of a group whose struct is a struct bf_aws_options. One JSON object in a line, without
 * secrets. False: there are no credentials, or they are not valid; what is known is put out before. */
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
