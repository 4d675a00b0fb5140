/*
 * The URL and the signing properties of a service. A configured endpoint wins, with the SDKs'
 * precedence: --endpoint-url, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's services
 * section, the profile's endpoint_url; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS disables all but the
 * first. Otherwise the URL depends on service, region, FIPS and dual stack
 * (lib/aws/config/partition.h).
 */
#ifndef BF_AWS_CONFIG_ENDPOINT_H
#define BF_AWS_CONFIG_ENDPOINT_H

#include "lib/aws/config/service.h"
#include "lib/aws/config/config.h"

struct bf_endpoint {
    char url[512];  /* "https://kinesis.us-east-1.amazonaws.com", without a slash at the end */
    char host[300]; /* for the Host header: with the port unless it is the scheme's default */
    char path[128]; /* base path of a configured endpoint, usually "" */
    bool https;
    bool custom;              /* configured, not AWS's own */
    bool bucket_in_host;      /* S3: "https://BUCKET.host/key", not "https://host/BUCKET/key" */
    bool bucket_only_in_host; /* S3: there is no path style (accelerated) */
    bool sign_body;           /* S3: hash bodies also with https */
    const char *signing_name; /* "dynamodb" */
    char signing_region[64];
};

BF_API BF_MUST bool bf_endpoint_resolve(const struct bf_aws_config *c, enum bf_aws_service service,
                                        struct bf_endpoint *out, struct bf_err *e);

/* The properties of a service: target prefix ("DynamoDB_20120810."), content type, default
 * attempts. */
struct bf_service {
    const char *name; /* "DynamoDB" */
    const char *signing_name;
    const char *env;           /* "DYNAMODB_STREAMS", for AWS_ENDPOINT_URL_... */
    const char *config_key;    /* "dynamodb_streams", in a services section */
    const char *target_prefix; /* NULL: REST */
    const char *content_type;
    unsigned max_attempts;  /* 4 for DynamoDB and Streams, else 3 */
    unsigned base_delay_ms; /* 25 for DynamoDB and Streams, else 50 */
};
BF_API const struct bf_service *bf_service_of(enum bf_aws_service service);

#endif
