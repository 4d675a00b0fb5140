/* Static keys of a profile. The credentials file is asked before, the config file after the sources between them. */
#include <stdio.h>

#include "lib/aws/credentials/source.h"

static enum bf_cred_found take(const struct bf_cred_seek *s, const char *file,
                               struct bf_credentials *out, struct bf_err *e)
{
    struct bf_cred_parts p = {
        .access = bf_cred_get(s, "aws_access_key_id"),
        .secret = bf_cred_get(s, "aws_secret_access_key"),
        .token = bf_cred_get(s, "aws_session_token"),
        .account = bf_cred_get(s, "aws_account_id"),
    };
    if (!p.token)
        p.token = bf_cred_get(s, "aws_security_token"); /* its old name */
    if (!p.access && !p.secret)
        return bf_cred_pass(e, "profile '%.80s' has no aws_access_key_id", s->profile);
    if (!p.access || !p.secret)
        return bf_cred_break(e, "profile '%.80s' has no %s", s->profile,
                             p.access ? "aws_secret_access_key" : "aws_access_key_id");
    char what[160];
    snprintf(what, sizeof what, "profile '%.80s' of the %s file", s->profile, file);
    return bf_cred_keep(out, &p, what, e);
}

static bool in_credentials_file(const struct bf_cred_seek *s)
{
    struct bf_profiles *p = (struct bf_profiles *)(uintptr_t)&s->config->profiles;
    return bf_profiles_keyed(p, s->profile);
}

enum bf_cred_found bf_cred_from_credentials_file(const struct bf_cred_seek *s,
                                                 struct bf_credentials *out, struct bf_err *e)
{
    if (!in_credentials_file(s))
        return bf_cred_pass(e, "it has no keys for profile '%.80s'", s->profile);
    return take(s, "credentials", out, e);
}

enum bf_cred_found bf_cred_from_config_file(const struct bf_cred_seek *s,
                                            struct bf_credentials *out, struct bf_err *e)
{
    return take(s, "config", out, e);
}
