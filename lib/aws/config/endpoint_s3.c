#include "lib/aws/config/endpoint_s3.h"

#include <stdio.h>

#include "lib/aws/config/partition.h"

/* A property below "s3 =" of the profile; NULL if it is missing or empty. */
static const char *property(const struct bf_aws_config *c, const char *name)
{
    struct bf_profiles *p =
        (struct bf_profiles *)(uintptr_t)&c->profiles; /* copies into its arena */
    const char *value = bf_profiles_get(p, BF_PROFILE, c->profile, "s3", name);
    return value && *value ? value : NULL;
}

static bool read_switch(const struct bf_aws_config *c, const char *name, bool *on, struct bf_err *e)
{
    return bf_aws_config_switch(property(c, name), name, on, e) || bf_err_ctx(e, "s3");
}

bool bf_s3_dualstack(const struct bf_aws_config *c, bool *on, struct bf_err *e)
{
    if (!read_switch(c, "use_dualstack_endpoint", on, e))
        return false;
    *on = *on || c->use_dualstack;
    return true;
}

/* An address in place of a name has no names below it. */
static bool is_address(const char *host)
{
    return host[0] == '[' || host[strspn(host, "0123456789.")] == '\0' ||
           host[strspn(host, "0123456789.")] == ':';
}

/* Without the property, buckets are in the host at AWS alone. */
static bool choose_style(const struct bf_aws_config *c, struct bf_endpoint *out, struct bf_err *e)
{
    const char *style = property(c, "addressing_style");
    out->bucket_in_host = !out->custom;
    if (!style || strcmp(style, "auto") == 0)
        return true;
    out->bucket_in_host = strcmp(style, "virtual") == 0 && !is_address(out->host);
    return strcmp(style, "virtual") == 0 || strcmp(style, "path") == 0 ||
           bf_err_set(e, BF_E_USAGE, "addressing_style '%.40s' is not auto, path or virtual",
                      style);
}

/* Version 2 is what some substitutes for S3 asked for; no signature of it can be made here. */
static bool check_signature(const struct bf_aws_config *c, struct bf_err *e)
{
    const char *version = property(c, "signature_version");
    return !version || strcmp(version, "s3v4") == 0 || strcmp(version, "v4") == 0 ||
           bf_err_set(e, BF_E_USAGE, "s3: signature_version '%.40s': only s3v4 is supported",
                      version);
}

/* One host for all regions, which finds the bucket by its name in the host ("Configuring fast,
 * secure file transfers using Amazon S3 Transfer Acceleration"). */
static bool accelerate(const struct bf_aws_config *c, bool dualstack, struct bf_endpoint *out,
                       struct bf_err *e)
{
    const char *why = NULL;
    if (out->custom)
        why = "a configured endpoint";
    else if (c->use_fips)
        why = "FIPS";
    else if (strcmp(bf_partition_of(c->region)->name, "aws") != 0)
        why = c->region;
    if (why)
        return bf_err_set(e, BF_E_USAGE,
                          "s3: use_accelerate_endpoint cannot be combined with %.80s", why);
    snprintf(out->host, sizeof out->host, "s3-accelerate%s.amazonaws.com",
             dualstack ? ".dualstack" : "");
    snprintf(out->url, sizeof out->url, "https://%s", out->host);
    out->bucket_in_host = out->bucket_only_in_host = true;
    return true;
}

bool bf_s3_endpoint_finish(const struct bf_aws_config *c, bool dualstack, struct bf_endpoint *out,
                           struct bf_err *e)
{
    bool fast;
    return choose_style(c, out, e) && check_signature(c, e) &&
           read_switch(c, "payload_signing_enabled", &out->sign_body, e) &&
           read_switch(c, "use_accelerate_endpoint", &fast, e) &&
           (!fast || accelerate(c, dualstack, out, e));
}
