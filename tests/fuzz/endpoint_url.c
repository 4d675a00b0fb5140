/* URLs of endpoints and ARNs: what is taken for an endpoint is a host, perhaps a port and a path, and nothing that would end
 * a header line or name a user. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/aws/config/account.h"
#include "lib/aws/config/address.h"
#include "lib/aws/config/arn.h"

static const char *env_none(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return NULL;
}

static void check(const struct bf_endpoint *ep)
{
    struct bf_str host = bf_url_host(ep->url);
    if (!ep->host[0] || (ep->path[0] && ep->path[0] != '/'))
        abort();
    for (const char *p = ep->url; *p; p++)
        if ((unsigned char)*p <= ' ' || strchr("@\\\"<>#?", *p))
            abort();
    if (!ep->https && strncmp(ep->url, "http://", 7) != 0)
        abort();
    if (bf_url_is_plain(ep->url) && (ep->https || bf_host_is_loopback(host)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = malloc(n + 1);
    if (!text)
        abort();
    if (n)
        memcpy(text, data, n);
    text[n] = '\0';
    struct bf_aws_config c = {.env = {env_none, NULL}, .profile = "default", .region = "us-east-1"};
    struct bf_endpoint ep;
    struct bf_arn arn;
    struct bf_err e = {0};
    bf_profiles_init(&c.profiles);
    for (int i = 0; i < 2; i++) {
        c.endpoint_url = i ? NULL : text;
        if (bf_endpoint_resolve(&c, BF_AWS_KINESIS, &ep, &e) &&
            bf_account_endpoint(&c, BF_ACCOUNT_DATA, bf_str_of(text), text, &ep, &e))
            check(&ep);
        if (bf_endpoint_resolve(&c, BF_AWS_DYNAMODB, &ep, &e) &&
            bf_account_endpoint(&c, BF_ACCOUNT_DDB, bf_str_of(text), text, &ep, &e))
            check(&ep);
    }
    (void)bf_arn_parse(&arn, bf_str_of(text));
    bf_aws_config_free(&c);
    free(text);
    return 0;
}
