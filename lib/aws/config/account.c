#include "lib/aws/config/account.h"

#include <stdio.h>

#include "lib/aws/config/arn.h"
#include "lib/aws/config/partition.h"

enum bf_account_place bf_account_place_of(enum bf_aws_service service, const char *operation)
{
    static const char *const data[] = {"GetRecords", "GetShardIterator", "PutRecord", "PutRecords",
                                       "SubscribeToShard"};
    static const char *const plain[] = {"CreateStream", "ListStreams", "DescribeLimits",
                                        "DescribeAccountSettings"};
    if (service == BF_AWS_DYNAMODB)
        return BF_ACCOUNT_DDB;
    if (service != BF_AWS_KINESIS || !operation)
        return BF_ACCOUNT_NONE;
    for (size_t i = 0; i < BF_COUNT(data); i++)
        if (strcmp(operation, data[i]) == 0)
            return BF_ACCOUNT_DATA;
    for (size_t i = 0; i < BF_COUNT(plain); i++)
        if (strcmp(operation, plain[i]) == 0)
            return BF_ACCOUNT_NONE;
    return BF_ACCOUNT_CONTROL;
}

static void set_url(const struct bf_aws_config *c, struct bf_endpoint *ep, struct bf_str account,
                    const char *name)
{
    const struct bf_partition *p = bf_partition_of(c->region);
    snprintf(ep->host, sizeof ep->host, "%.*s.%s.%s.%s", (int)account.n, account.p, name, c->region,
             c->use_dualstack ? p->dual_dns : p->dns);
    snprintf(ep->url, sizeof ep->url, "https://%s", ep->host);
}

/* The account of the table's ARN, where it lies in this region, else that of the credentials. */
static struct bf_str dynamodb_account(const struct bf_aws_config *c, struct bf_str text,
                                      const char *account)
{
    struct bf_arn arn;
    if (bf_arn_parse(&arn, text) && bf_str_is(arn.service, "dynamodb") &&
        bf_str_eq(arn.region, bf_str_of(c->region)) && bf_arn_is_account(arn.account))
        return arn.account;
    return bf_str_of(account);
}

static bool dynamodb(const struct bf_aws_config *c, struct bf_str arn, const char *known,
                     struct bf_endpoint *ep, struct bf_err *e)
{
    bool required = c->account_mode == BF_ACCOUNT_REQUIRED;
    if (c->account_mode == BF_ACCOUNT_DISABLED)
        return true;
    if (c->use_fips)
        return !required ||
               bf_err_set(e, BF_E_USAGE,
                          "account_id_endpoint_mode is required, and there are no FIPS endpoints "
                          "of an account");
    if (strcmp(bf_partition_of(c->region)->name, "aws") != 0)
        return !required ||
               bf_err_set(e, BF_E_USAGE,
                          "account_id_endpoint_mode is required, and region %s has no endpoints "
                          "of an account",
                          c->region);
    struct bf_str account = dynamodb_account(c, arn, known);
    if (!account.n)
        return !required ||
               bf_err_set(e, BF_E_USAGE,
                          "account_id_endpoint_mode is required, and the credentials name no "
                          "account: set AWS_ACCOUNT_ID or aws_account_id");
    if (!bf_arn_is_account(account))
        return bf_err_set(e, BF_E_USAGE, "the credentials' account '%.40s' is not 12 digits",
                          known);
    set_url(c, ep, account, "ddb");
    return true;
}

static void kinesis(const struct bf_aws_config *c, const char *plane, struct bf_str text,
                    struct bf_endpoint *ep)
{
    const struct bf_partition *p = bf_partition_of(c->region);
    struct bf_arn arn;
    char name[40];
    if (strcmp(p->name, "aws-iso") == 0 || strcmp(p->name, "aws-iso-b") == 0 ||
        !bf_arn_parse(&arn, text) || !bf_str_is(arn.service, "kinesis") ||
        !bf_str_starts(arn.resource, BF_STR("stream/")) ||
        !bf_str_eq(arn.partition, bf_str_of(p->name)) || !bf_arn_is_account(arn.account))
        return;
    snprintf(name, sizeof name, "%s-kinesis%s", plane, c->use_fips ? "-fips" : "");
    set_url(c, ep, arn.account, name);
}

bool bf_account_endpoint(const struct bf_aws_config *c, enum bf_account_place place,
                         struct bf_str arn, const char *account, struct bf_endpoint *ep,
                         struct bf_err *e)
{
    if (ep->custom)
        return true;
    switch (place) {
    case BF_ACCOUNT_DDB:
        return dynamodb(c, arn, account, ep, e);
    case BF_ACCOUNT_CONTROL:
        kinesis(c, "control", arn, ep);
        return true;
    case BF_ACCOUNT_DATA:
        kinesis(c, "data", arn, ep);
        return true;
    case BF_ACCOUNT_NONE:
        break;
    }
    return true;
}
