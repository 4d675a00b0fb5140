/*
 * The partitions of AWS and the endpoints of the services in them. The data are in partitions.tsv,
 * which names its source and date; `make partitions` extracts them from botocore again and
 * generates partition_table.h.
 */
#ifndef BF_AWS_CONFIG_PARTITION_H
#define BF_AWS_CONFIG_PARTITION_H

#include "lib/aws/config/service.h"
#include "lib/base/str.h"

struct bf_partition {
    const char *name;     /* "aws-cn" */
    const char *prefixes; /* the prefixes of its regions; NULL for aws, which has the rest */
    const char *dns;      /* "amazonaws.com.cn" */
    const char *dual_dns; /* the suffix of dual-stack names */
    const char *named;    /* pseudo-regions such as "aws-cn-global"; NULL: none */
};

/* Never NULL: an unknown region counts as one of aws, as in the SDKs. */
BF_API const struct bf_partition *bf_partition_of(const char *region);

/* Writes the URL of a service. False: there is none in this region with these properties.
 * *signing_region is usually the region itself. */
BF_API BF_MUST bool bf_partition_endpoint(enum bf_aws_service service, const char *region,
                                          bool fips, bool dualstack, char *url, size_t size,
                                          const char **signing_region);

#endif
