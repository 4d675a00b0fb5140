/*
 * Endpoints that an account has for itself (the services' endpoint rule sets): DynamoDB at
 * ACCOUNT.ddb.REGION, by the account in the table's ARN or that of the credentials, as
 * AWS_ACCOUNT_ID_ENDPOINT_MODE wants it; Kinesis at ACCOUNT.control-kinesis.REGION and
 * ACCOUNT.data-kinesis.REGION where the stream is named by its ARN. A configured
 * endpoint goes before them.
 */
#ifndef BF_AWS_CONFIG_ACCOUNT_H
#define BF_AWS_CONFIG_ACCOUNT_H

#include "lib/aws/config/endpoint.h"

/* The kinds of such endpoints; an operation has one of them. */
enum bf_account_place { BF_ACCOUNT_NONE, BF_ACCOUNT_DDB, BF_ACCOUNT_CONTROL, BF_ACCOUNT_DATA };
enum { BF_ACCOUNT_PLACES = BF_ACCOUNT_DATA + 1 };

BF_API enum bf_account_place bf_account_place_of(enum bf_aws_service service,
                                                 const char *operation);

/* ep comes with the service's plain endpoint and becomes the account's, where there is one. arn: of the table or stream,
 * may be empty; account: that of the credentials, NULL when it is not known. False: there must be one and is none. */
BF_API BF_MUST bool bf_account_endpoint(const struct bf_aws_config *c, enum bf_account_place place,
                                        struct bf_str arn, const char *account,
                                        struct bf_endpoint *ep, struct bf_err *e);

#endif
