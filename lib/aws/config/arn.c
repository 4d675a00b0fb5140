#include "lib/aws/config/arn.h"

enum { ACCOUNT_DIGITS = 12 };

bool bf_arn_parse(struct bf_arn *arn, struct bf_str text)
{
    struct bf_str part[5];
    struct bf_str rest = text;
    for (size_t i = 0; i < BF_COUNT(part); i++)
        if (!bf_str_split(&rest, ':', &part[i]) || rest.p == NULL)
            return false;
    if (!bf_str_is(part[0], "arn") || rest.n == 0)
        return false;
    *arn = (struct bf_arn){part[1], part[2], part[3], part[4], rest};
    return true;
}

void bf_arn_take(const char *text, char room[BF_ARN_REGION], struct bf_aws_options *o)
{
    struct bf_arn arn;
    if (!bf_arn_parse(&arn, bf_str_of(text)))
        return;
    o->arn = text;
    if (o->region || !arn.region.n || arn.region.n >= BF_ARN_REGION)
        return;
    memcpy(room, arn.region.p, arn.region.n);
    room[arn.region.n] = '\0';
    o->region = room;
}

bool bf_arn_is_account(struct bf_str account)
{
    for (size_t i = 0; i < account.n; i++)
        if (account.p[i] < '0' || account.p[i] > '9')
            return false;
    return account.n == ACCOUNT_DIGITS;
}
