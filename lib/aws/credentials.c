#include "lib/aws/credentials.h"

#include <stdlib.h>

/* Overwrites before freeing; volatile keeps the compiler from dropping it. */
static void wipe(char *secret)
{
    if (!secret)
        return;
    for (volatile char *p = secret; *p; p++)
        *p = '\0';
    free(secret);
}

void bf_credentials_free(struct bf_credentials *c)
{
    wipe(c->access_key);
    wipe(c->secret_key);
    wipe(c->token);
    *c = (struct bf_credentials){0};
}

static bool keep(struct bf_credentials *out, const char *access, const char *secret,
                 const char *token, struct bf_err *e)
{
    *out = (struct bf_credentials){
        .access_key = bf_str_dup(bf_str_of(access)),
        .secret_key = bf_str_dup(bf_str_of(secret)),
        .token = token ? bf_str_dup(bf_str_of(token)) : NULL,
    };
    if (out->access_key && out->secret_key && (out->token || !token))
        return true;
    bf_credentials_free(out);
    return bf_err_nomem(e);
}

enum found { FOUND, NOT_HERE, BROKEN };

static enum found from_environment(const struct bf_aws_config *c, struct bf_credentials *out,
                                   struct bf_err *e)
{
    const char *access = bf_aws_config_env(c, "AWS_ACCESS_KEY_ID");
    const char *secret = bf_aws_config_env(c, "AWS_SECRET_ACCESS_KEY");
    if (c->profile_explicit || (!access && !secret))
        return NOT_HERE;
    if (!access || !secret) {
        bf_err_set(e, BF_E_DENIED, "%s is set, %s is not",
                   access ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                   access ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
        return BROKEN;
    }
    return keep(out, access, secret, bf_aws_config_env(c, "AWS_SESSION_TOKEN"), e) ? FOUND : BROKEN;
}

/* Sources that a profile may name and that are not in this build: said by name, never passed over. */
static enum found other_source(const struct bf_aws_config *c, struct bf_err *e)
{
    static const char *const sources[] = {"role_arn", "web_identity_token_file", "sso_session",
                                          "sso_start_url", "credential_process"};
    for (size_t i = 0; i < BF_COUNT(sources); i++)
        if (bf_aws_config_get(c, sources[i])) {
            bf_err_set(e, BF_E_DENIED, "profile '%.80s' uses %s, which this version does not read",
                       c->profile, sources[i]);
            return BROKEN;
        }
    return NOT_HERE;
}

static enum found from_profile(const struct bf_aws_config *c, struct bf_credentials *out,
                               struct bf_err *e)
{
    enum found other = other_source(c, e);
    if (other != NOT_HERE)
        return other;
    const char *access = bf_aws_config_get(c, "aws_access_key_id");
    const char *secret = bf_aws_config_get(c, "aws_secret_access_key");
    if (!access && !secret)
        return NOT_HERE;
    if (!access || !secret) {
        bf_err_set(e, BF_E_DENIED, "profile '%.80s' has no %s", c->profile,
                   access ? "aws_secret_access_key" : "aws_access_key_id");
        return BROKEN;
    }
    return keep(out, access, secret, bf_aws_config_get(c, "aws_session_token"), e) ? FOUND : BROKEN;
}

bool bf_credentials_find(const struct bf_aws_config *config, struct bf_credentials *out,
                         struct bf_err *e)
{
    *out = (struct bf_credentials){0};
    enum found f = from_environment(config, out, e);
    if (f == NOT_HERE)
        f = from_profile(config, out, e);
    if (f == NOT_HERE)
        bf_err_set(e, BF_E_DENIED,
                   "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put them "
                   "into profile "
                   "'%.80s'",
                   config->profile);
    return f == FOUND;
}
