/* Amazon Resource Names: "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE". */
#ifndef BF_AWS_CONFIG_ARN_H
#define BF_AWS_CONFIG_ARN_H

#include "lib/aws/config/settings.h"
#include "lib/base/str.h"

/* The parts are views of the text; region and account may be empty. */
struct bf_arn {
    struct bf_str partition, service, region, account, resource;
};

/* False when text is none. */
BF_API bool bf_arn_parse(struct bf_arn *arn, struct bf_str text);

/* Who names the tool's table or stream by its ARN has said its region and its account: o->arn, and o->region, when that is
 * NULL, become the ARN's, the region kept in room. A text that is no ARN changes nothing, one without a region no
 * region. */
enum { BF_ARN_REGION = 64, BF_ARN_MAX = 1024 };
BF_API void bf_arn_take(const char *text, char room[BF_ARN_REGION], struct bf_aws_options *o);

/* Is it an account's number: 12 digits? */
BF_API bool bf_arn_is_account(struct bf_str account);

#endif
