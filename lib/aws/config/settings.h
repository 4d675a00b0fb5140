/* The settings of a client: region, profile, endpoint and limits. For NULL and 0 the environment
 * and the shared files decide. options.h has the same as options of a command. */
#ifndef BF_AWS_CONFIG_SETTINGS_H
#define BF_AWS_CONFIG_SETTINGS_H

#include <stdint.h>

struct bf_aws_options {
    const char *region;
    const char *profile;
    const char *endpoint_url;
    const char *ca_bundle;
    const char *arn;       /* of the tool's table or stream; NULL: it was named otherwise */
    uint64_t max_attempts; /* 0: environment, profile, then the service's default */
    /* after a signal: give up requests after this time without progress, ms; 0: no such limit */
    uint64_t grace_ms;
};

#endif
