/* What a client is told: region, profile, endpoint and limits. NULL and 0 leave it to the environment and the shared
 * files. options.h has the same as options of a command. */
#ifndef BF_AWS_CONFIG_SETTINGS_H
#define BF_AWS_CONFIG_SETTINGS_H

#include <stdint.h>

struct bf_aws_options {
    const char *region;
    const char *profile;
    const char *endpoint_url;
    const char *ca_bundle;
    const char
        *arn; /* of the table or stream that it is about; NULL: that has been named otherwise */
    uint64_t max_attempts; /* 0: environment, profile, then the service's default */
    /* after a signal: how long a request may stand still; 0: no limit of its own */
    uint64_t grace_ms;
};

#endif
