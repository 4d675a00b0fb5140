#include "lib/aws/credentials/source.h"

enum bf_cred_found bf_cred_from_environment(const struct bf_cred_seek *s,
                                            struct bf_credentials *out, struct bf_err *e)
{
    const struct bf_aws_config *c = s->config;
    if (!s->env)
        return bf_cred_pass(e, "profile '%.80s' was asked for by name", s->profile);
    struct bf_cred_parts p = {
        .access = bf_aws_config_env(c, "AWS_ACCESS_KEY_ID"),
        .secret = bf_aws_config_env(c, "AWS_SECRET_ACCESS_KEY"),
        .token = bf_aws_config_env(c, "AWS_SESSION_TOKEN"),
        .account = bf_aws_config_env(c, "AWS_ACCOUNT_ID"),
    };
    if (!p.token)
        p.token = bf_aws_config_env(c, "AWS_SECURITY_TOKEN"); /* the old name */
    if (!p.access && !p.secret)
        return bf_cred_pass(e, "AWS_ACCESS_KEY_ID is not set%s",
                            bf_aws_config_env(c, "AWS_CREDENTIAL_FILE")
                                ? ", and the file of AWS_CREDENTIAL_FILE is not read"
                                : "");
    if (!p.access || !p.secret)
        return bf_cred_break(e, "%s is set, %s is not",
                             p.access ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                             p.access ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    const char *until = bf_aws_config_env(c, "AWS_CREDENTIAL_EXPIRATION");
    if (until && !bf_cred_time(until, &p.expires_ms))
        return bf_cred_break(e, "AWS_CREDENTIAL_EXPIRATION is not a time");
    enum bf_cred_found found = bf_cred_keep(out, &p, "the environment", e);
    out->fixed = true;
    return found;
}
