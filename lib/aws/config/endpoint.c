#include "lib/aws/config/endpoint.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/aws/config/address.h"
#include "lib/aws/config/partition.h"
#include "lib/aws/config/endpoint_s3.h"
#include "lib/base/num.h"

#define JSON_10 "application/x-amz-json-1.0"
#define JSON_11 "application/x-amz-json-1.1"

static const struct bf_service services[BF_AWS_SERVICES] = {
    [BF_AWS_DYNAMODB] = {"DynamoDB", "dynamodb", "DYNAMODB", "dynamodb", "DynamoDB_20120810.",
                         JSON_10, 4, 25},
    [BF_AWS_STREAMS] = {"DynamoDB Streams", "dynamodb", "DYNAMODB_STREAMS", "dynamodb_streams",
                        "DynamoDBStreams_20120810.", JSON_10, 4, 25},
    [BF_AWS_KINESIS] = {"Kinesis", "kinesis", "KINESIS", "kinesis", "Kinesis_20131202.", JSON_11, 3,
                        50},
    [BF_AWS_S3] = {"S3", "s3", "S3", "s3", NULL, NULL, 3, 50},
    [BF_AWS_FIREHOSE] = {"Firehose", "firehose", "FIREHOSE", "firehose", "Firehose_20150804.",
                         JSON_11, 3, 50},
    [BF_AWS_ATHENA] = {"Athena", "athena", "ATHENA", "athena", "AmazonAthena.", JSON_11, 3, 50},
    [BF_AWS_EVENTS] = {"EventBridge", "events", "EVENTBRIDGE", "eventbridge", "AWSEvents.", JSON_11,
                       3, 50},
    [BF_AWS_STS] = {"STS", "sts", "STS", "sts", NULL, "application/x-www-form-urlencoded", 3, 50},
    [BF_AWS_SSO] = {"SSO", "sso", "SSO", "sso", NULL, "application/json", 3, 50},
    [BF_AWS_SSO_OIDC] = {"SSO OIDC", "sso-oauth", "SSO_OIDC", "sso_oidc", NULL, "application/json",
                         3, 50},
    [BF_AWS_SIGNIN] = {"Signin", "signin", "SIGNIN", "signin", NULL, "application/json", 3, 50},
};

const struct bf_service *bf_service_of(enum bf_aws_service service)
{
    return &services[service];
}

/* The configured endpoint, by the SDKs' precedence; NULL if there is none. */
static const char *configured(const struct bf_aws_config *c, const struct bf_service *s)
{
    if (c->endpoint_url)
        return c->endpoint_url;
    const char *ignore = bf_aws_config_env(c, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    if (bf_aws_config_is_true(ignore ? ignore
                                     : bf_aws_config_get(c, "ignore_configured_endpoint_urls")))
        return NULL;
    char name[64];
    snprintf(name, sizeof name, "AWS_ENDPOINT_URL_%s", s->env);
    const char *url = bf_aws_config_env(c, name);
    if (!url)
        url = bf_aws_config_env(c, "AWS_ENDPOINT_URL");
    if (url)
        return url;
    const char *section = bf_aws_config_get(c, "services");
    struct bf_profiles *p =
        (struct bf_profiles *)(uintptr_t)&c->profiles; /* copies into its arena */
    if (section)
        url = bf_profiles_get(p, BF_PROFILE_SERVICES, section, s->config_key, "endpoint_url");
    return url && *url ? url : bf_aws_config_get(c, "endpoint_url");
}

/* "host:port"; the scheme's default port is omitted (as in the Host header). */
static void set_host(struct bf_endpoint *out, struct bf_str authority)
{
    const char *own = out->https ? ":443" : ":80";
    size_t n = strlen(own);
    if (authority.n > n && memcmp(authority.p + authority.n - n, own, n) == 0)
        authority.n -= n;
    snprintf(out->host, sizeof out->host, "%.*s", (int)authority.n, authority.p);
}

static bool bad_url(struct bf_err *e, const char *url, const char *why)
{
    return bf_err_set(e, BF_E_USAGE, "endpoint URL '%s' %s", bf_url_show(url).text, why);
}

/* Is the port, if there is one after a name or an IPv6 address in brackets, valid? */
static bool port_ok(struct bf_str authority)
{
    const char *end = authority.p + authority.n, *p = end;
    uint64_t port;
    struct bf_err ignored;
    while (p > authority.p && p[-1] != ':' && p[-1] != ']')
        p--;
    if (p == authority.p || p[-1] == ']')
        return p == end || p == authority.p;
    return bf_num_u64(bf_str(p, (size_t)(end - p)), &port, &ignored) && port > 0 && port < 65536;
}

static bool parse_url(const char *url, struct bf_endpoint *out, struct bf_err *e)
{
    const char *after = bf_url_scheme(url, &out->https);
    if (!after)
        return bad_url(e, url, "does not begin with http:// or https://");
    struct bf_str rest = bf_str_of(after);
    while (rest.n && rest.p[rest.n - 1] == '/')
        rest.n--;
    if (memchr(rest.p, '@', rest.n)) /* there may be a password before it */
        return bf_err_set(e, BF_E_USAGE,
                          "the endpoint URL holds a user, which AWS has no use for: keys sign");
    for (size_t i = 0; i < rest.n; i++)
        if ((unsigned char)rest.p[i] <= ' ' || strchr("?#@\\\"<>", rest.p[i]))
            return bad_url(e, url, "holds more than a host, a port and a path");
    const char *slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;
    struct bf_str authority = bf_str(rest.p, slash ? (size_t)(slash - rest.p) : rest.n);
    size_t path = rest.n - authority.n;
    if (authority.n == 0)
        return bad_url(e, url, "has no host");
    if (!port_ok(authority))
        return bad_url(e, url, "has no port from 1 to 65535");
    if (authority.n >= sizeof out->host || path >= sizeof out->path)
        return bad_url(e, url, "is too long");
    set_host(out, authority);
    snprintf(out->path, sizeof out->path, "%.*s", (int)path, slash ? slash : "");
    snprintf(out->url, sizeof out->url, "%s%.*s", out->https ? "https://" : "http://", (int)rest.n,
             rest.p);
    return true;
}

/* sts_regional_endpoints = legacy: the regions of long ago share one endpoint. */
static bool is_global_sts(const struct bf_aws_config *c, enum bf_aws_service service,
                          bool dualstack)
{
    static const char *const regions[] = {
        "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
        "eu-central-1",   "eu-north-1", "eu-west-1",      "eu-west-2",      "eu-west-3",
        "sa-east-1",      "us-east-1",  "us-east-2",      "us-west-1",      "us-west-2"};
    if (service != BF_AWS_STS || !c->sts_global || c->use_fips || dualstack)
        return false;
    for (size_t i = 0; i < BF_COUNT(regions); i++)
        if (strcmp(regions[i], c->region) == 0)
            return true;
    return false;
}

static bool build(const struct bf_aws_config *c, enum bf_aws_service service, bool dualstack,
                  struct bf_endpoint *out, struct bf_err *e)
{
    const char *signing_region = "us-east-1";
    if (is_global_sts(c, service, dualstack))
        snprintf(out->url, sizeof out->url, "https://sts.amazonaws.com");
    else if (!bf_partition_endpoint(service, c->region, c->use_fips, dualstack, out->url,
                                    sizeof out->url, &signing_region))
        return bf_err_set(e, BF_E_USAGE, "%s has no %s%s%s endpoint in region %s",
                          services[service].name, c->use_fips ? "FIPS" : "",
                          c->use_fips && dualstack ? " and " : "", dualstack ? "dual-stack" : "",
                          c->region);
    snprintf(out->signing_region, sizeof out->signing_region, "%s", signing_region);
    out->https = strncmp(out->url, "https://", 8) == 0;
    out->custom = !out->https; /* DynamoDB Local, in the region "local" */
    set_host(out, bf_str_of(out->url + (out->https ? 8 : 7)));
    return true;
}

bool bf_endpoint_resolve(const struct bf_aws_config *c, enum bf_aws_service service,
                         struct bf_endpoint *out, struct bf_err *e)
{
    bool s3 = service == BF_AWS_S3, dualstack = c->use_dualstack;
    *out = (struct bf_endpoint){.signing_name = services[service].signing_name};
    snprintf(out->signing_region, sizeof out->signing_region, "%s", c->region);
    if (s3 && !bf_s3_dualstack(c, &dualstack, e))
        return false;
    const char *url = configured(c, &services[service]);
    if (!url)
        return build(c, service, dualstack, out, e) &&
               (!s3 || bf_s3_endpoint_finish(c, dualstack, out, e));
    out->custom = true;
    if (c->use_fips)
        return bf_err_set(e, BF_E_USAGE, "FIPS and custom endpoint are not supported together");
    if (dualstack)
        return bf_err_set(e, BF_E_USAGE,
                          "Dualstack and custom endpoint are not supported together");
    return parse_url(url, out, e) && (!s3 || bf_s3_endpoint_finish(c, dualstack, out, e));
}
