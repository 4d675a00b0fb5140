/* Where a client's calls go. */
#include <stdio.h>

#include "lib/aws/client/client_impl.h"
#include "lib/aws/config/address.h"

/* Plain HTTP, where an endpoint's URL has asked for it. Keys never travel, but data do. */
static void warn_of_plain(const struct bf_aws *aws, const struct bf_endpoint *ep)
{
    char text[400];
    if (!bf_url_is_plain(ep->url) || !aws->warn)
        return;
    snprintf(text, sizeof text, BF_PLAIN_WARNING, ep->host);
    aws->warn(aws->warn_arg, text);
}

static const struct bf_endpoint *resolve(struct bf_aws *aws, enum bf_aws_service service,
                                         struct bf_err *e)
{
    if (!aws->resolved[service]) {
        if (!bf_endpoint_resolve(&aws->config, service, &aws->endpoints[service], e))
            return NULL;
        aws->resolved[service] = true;
        warn_of_plain(aws, &aws->endpoints[service]);
    }
    return &aws->endpoints[service];
}

/* The endpoint of the account, or the plain one again. It is made anew when other credentials sign. */
static const struct bf_endpoint *account_endpoint(struct bf_aws *aws, enum bf_account_place place,
                                                  const struct bf_endpoint *plain, struct bf_err *e)
{
    struct bf_endpoint made = *plain;
    if (aws->account_generation[place] != aws->generation) {
        if (!bf_account_endpoint(&aws->config, place, aws->arn, aws->signer.credentials.account,
                                 &made, e))
            return NULL;
        aws->account_endpoints[place] = made;
        aws->account_generation[place] = aws->generation;
    }
    return &aws->account_endpoints[place];
}

const struct bf_endpoint *bf_aws_endpoint_for(struct bf_aws *aws, const struct bf_aws_call *call,
                                              struct bf_err *e)
{
    enum bf_aws_service service = call->op->service;
    const struct bf_endpoint *plain = resolve(aws, service, e);
    enum bf_account_place place = bf_account_place_of(service, call->op->target);
    if (!plain || !bf_aws_identify(aws, e))
        return NULL;
    if (service == BF_AWS_S3 && call->bucket) {
        uint64_t *known = bf_map_get(&aws->buckets, bf_str_of(call->bucket));
        if (known)
            return (const struct bf_endpoint *)(uintptr_t)*known;
    }
    return plain->custom || place == BF_ACCOUNT_NONE ? plain
                                                     : account_endpoint(aws, place, plain, e);
}

bool bf_aws_is_own_endpoint(struct bf_aws *aws, enum bf_aws_service service, bool *own,
                            struct bf_err *e)
{
    const struct bf_endpoint *endpoint = resolve(aws, service, e);
    *own = endpoint && !endpoint->custom;
    return endpoint != NULL;
}
