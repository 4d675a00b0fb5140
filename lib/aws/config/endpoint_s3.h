/*
 * The settings of S3's endpoint in the shared files: the properties below "s3 =" in a profile. The SDKs'
 * reference guide names them "Amazon S3 ... configuration".
 *
 * addressing_style: is the bucket in the host (auto, virtual) or in the path? use_dualstack_endpoint
 * and use_accelerate_endpoint: other hosts. payload_signing_enabled: bodies are hashed also where
 * TLS protects them. signature_version: only version 4 is accepted.
 */
#ifndef BF_AWS_CONFIG_ENDPOINT_S3_H
#define BF_AWS_CONFIG_ENDPOINT_S3_H

#include "lib/aws/config/endpoint.h"

/* Is dual stack asked for, for S3 alone or for all services? */
BF_MUST bool bf_s3_dualstack(const struct bf_aws_config *c, bool *on, struct bf_err *e);

/* Completes an endpoint of S3 that is resolved otherwise. BF_E_USAGE: the properties are invalid or
 * exclude each other. */
BF_MUST bool bf_s3_endpoint_finish(const struct bf_aws_config *c, bool dualstack,
                                   struct bf_endpoint *out, struct bf_err *e);

#endif
