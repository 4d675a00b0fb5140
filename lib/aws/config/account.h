/*
 * Account-specific endpoints (the services' endpoint rule sets): DynamoDB at ACCOUNT.ddb.REGION, by
 * the account in the table's ARN or that of the credentials, depending on
 * AWS_ACCOUNT_ID_ENDPOINT_MODE; Kinesis at ACCOUNT.control-kinesis.REGION and
 * ACCOUNT.data-kinesis.REGION if the stream is named by its ARN. A configured endpoint overrides
 * them.
 */
#ifndef BF_AWS_CONFIG_ACCOUNT_H
#define BF_AWS_CONFIG_ACCOUNT_H

#include "lib/aws/config/endpoint.h"

/* The kinds of such endpoints; every operation has one of them. */
enum bf_account_place { BF_ACCOUNT_NONE, BF_ACCOUNT_DDB, BF_ACCOUNT_CONTROL, BF_ACCOUNT_DATA };
enum { BF_ACCOUNT_PLACES = BF_ACCOUNT_DATA + 1 };

BF_API enum bf_account_place bf_account_place_of(enum bf_aws_service service,
                                                 const char *operation);

/* On entry ep is the service's plain endpoint; it becomes the account's, if there is one. arn: of
 * the table or stream, may be empty; account: that of the credentials, NULL if unknown. False: an
 * account's endpoint is required but missing. */
BF_API BF_MUST bool bf_account_endpoint(const struct bf_aws_config *c, enum bf_account_place place,
                                        struct bf_str arn, const char *account,
                                        struct bf_endpoint *ep, struct bf_err *e);

#endif
