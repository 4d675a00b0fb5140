/*
 * The partitions of AWS and where its services are reached there. The facts lie
 * in partitions.tsv, which names its source and its date; `make partitions`
 * takes them anew from botocore and makes partition_table.h of them.
 */
#ifndef BF_AWS_CONFIG_PARTITION_H
#define BF_AWS_CONFIG_PARTITION_H

#include "lib/aws/config/service.h"
#include "lib/base/str.h"

struct bf_partition {
    const char *name; /* "aws-cn" */
    const char *
        prefixes; /* what its regions begin with, one or several; NULL for aws, which has the rest */
    const char *dns;      /* "amazonaws.com.cn" */
    const char *dual_dns; /* the suffix of names with dual stack */
    const char *named;    /* "aws-cn-global": pseudo-regions, NULL: none */
};

/* Never NULL: a region that no partition knows counts as one of aws, as in the SDKs. */
BF_API const struct bf_partition *bf_partition_of(const char *region);

/* Writes the URL of a service. False: there is none in this region with these properties. *signing_region mostly is
 * the region itself. */
BF_API BF_MUST bool bf_partition_endpoint(enum bf_aws_service service, const char *region,
                                          bool fips, bool dualstack, char *url, size_t size,
                                          const char **signing_region);

#endif
