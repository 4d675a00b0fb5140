#include "lib/aws/config/options.h"

#include "lib/base/num.h"

bool bf_aws_parse_grace(void *field, struct bf_str value, struct bf_err *e)
{
    uint64_t *ms = field;
    if (!bf_num_duration(value, ms, e))
        return false;
    if (*ms == 0) /* at once; 0 in the options is no limit */
        *ms = 1;
    return true;
}

const struct bf_opt bf_aws_option_table[BF_AWS_OPTIONS_N] = {
    BF_OPT_STR(0, "region", struct bf_aws_options, region, "REGION",
               "AWS region (default: AWS_REGION, then the profile's)"),
    BF_OPT_STR(0, "profile", struct bf_aws_options, profile, "NAME",
               "profile in the shared AWS files (default: AWS_PROFILE)"),
    BF_OPT_STR(0, "endpoint-url", struct bf_aws_options, endpoint_url, "URL",
               "speak to this endpoint instead of AWS's own"),
    BF_OPT_STR(0, "ca-bundle", struct bf_aws_options, ca_bundle, "FILE",
               "trust the certificates in FILE (default: AWS_CA_BUNDLE)"),
    BF_OPT_RANGE(0, "max-attempts", struct bf_aws_options, max_attempts, "N",
                 "tries a request gets (default: 3, DynamoDB 4)", 1, UINT64_MAX),
};
